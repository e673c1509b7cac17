"""The pages for readers: the explorer at `/`, a page for each record that has one, and charts.

They show what the API answers, under the same addresses, to clients that would rather have HTML. May import all of
api but `server` and `cli`; nothing imports it but `create_app`, so the folder can be deleted and the API is whole.
"""

from functools import partial

import flask
from flask import Flask, Response, request

from api.endpoints.endpoint import Api
from api.explorer import assets, charts, pages
from api.formats.media_types import MEDIA_TYPES
from api.http.answers import accepted_media_types

_PAGES = {"/": pages.index} | {f"/{kind}/<string:id>": partial(pages.record_page, kind) for kind in pages.PAGED}
"""Route → what shows it as a page; it is given what stands in the address."""


def init_app(app: Flask, api: Api) -> None:
    """Answer with pages and charts."""
    app.register_blueprint(flask.Blueprint("explorer", __name__, template_folder="templates"))
    app.before_request(_page_instead)
    assets.init_app(app)
    charts.init_app(app)
    api.register_blueprint(charts.blueprint)


def _page_instead() -> Response | None:
    """Return a page where there is one and the client would rather have HTML; curl's `*/*` would not."""
    page = _PAGES.get(request.url_rule.rule) if request.url_rule else None
    if page is None or request.method not in ("GET", "HEAD") or "format" in request.args:
        return None
    if accepted_media_types().best_match([*MEDIA_TYPES.values(), pages.HTML]) != pages.HTML:
        return None
    return page(*(request.view_args or {}).values())
