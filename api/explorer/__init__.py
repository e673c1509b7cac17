"""The pages for readers: the explorer at `/`, a page for each record that has one, and charts.

They show the API's answers, at the same addresses, to clients that prefer HTML. It may import all of api but `server`
and `cli`. Nothing imports it: `create_app` loads it if it is there, so if the folder is deleted, the API still works.
"""

from collections.abc import Callable, Mapping
from functools import partial

import flask
from flask import Flask, Response, request
from werkzeug.exceptions import NotFound

from api.endpoints.endpoint import Api
from api.explorer import (
    assets,
    card,
    chart_endpoints,
    frames,
    lists,
    pages,
    problems,
    sitemap,
    verification_page,
)
from api.explorer.rendering import HTML
from api.formats.media_types import FEED_MEDIA_TYPES
from api.http.answers import accepted_media_types

_Pages = Mapping[str, Callable[..., Response]]

_PAGES: _Pages = {
    "/": pages.index,
    verification_page.PATH: verification_page.form,
    **lists.PAGES,
    **{f"/{kind}/<string:id>": partial(pages.record_page, kind) for kind in pages.WITH_A_PAGE},
}
"""The page of each route that has one; it takes the route's parameters."""
_RESULTS: _Pages = {verification_page.PATH: verification_page.result}
"""The page that answers the form of each route that has one."""
_NONE: _Pages = {}


def init_app(app: Flask, api: Api) -> None:
    """Add the pages, their files and the charts."""
    app.register_blueprint(flask.Blueprint("explorer", __name__, template_folder="templates"))
    app.before_request(_page_for_browsers)
    app.add_url_rule(verification_page.PATH, "verification_page", verification_page.refuse)
    app.add_url_rule(pages.WORDS, "words", pages.words_page)
    for module in (assets, chart_endpoints, card):
        module.init_app(app)
    frames.init_app(app, pages.WITH_A_PAGE)
    sitemap.init_app(app, (route for route in (*_PAGES, pages.WORDS) if route not in lists.NEED_A_QUESTION))
    api.register_blueprint(chart_endpoints.blueprint)


def _page_of_error() -> Callable[..., Response] | None:
    """Return the page that says that there is nothing at the address; None if another thing is wrong."""
    is_missing = isinstance(request.routing_exception, NotFound)
    if not is_missing or request.method not in ("GET", "HEAD"):
        return None
    return partial(problems.nothing_there, request.path, f"There is nothing at {request.path}.")


def _page_for_browsers() -> Response | None:
    """Return the page of a route if there is one and the client prefers HTML; None for `Accept: */*`, as of curl."""
    if request.method == "OPTIONS" and request.path == verification_page.PATH:
        return verification_page.options()
    is_form = request.method == "POST" and request.mimetype == verification_page.FORM
    pages_by_route = _PAGES if request.method in ("GET", "HEAD") else _RESULTS if is_form else _NONE
    page = pages_by_route.get(request.url_rule.rule) if request.url_rule else _page_of_error()
    if page is None or "format" in request.args:
        return None
    if accepted_media_types().best_match([*FEED_MEDIA_TYPES.values(), HTML]) != HTML:
        return None
    return page(*(request.view_args or {}).values())
