"""Pages out of templates, with their headers: public ones with an ETag, and private ones that nobody may keep."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, render_template

from api import context
from api.formats import phrases
from api.http.answers import CODE_VERSION, answer, guard_page, respond
from schema.dataset import cite, names_of_licences

HTML = "text/html"


def page(
    template: str, path: str, variables: Callable[[], Mapping[str, Any]], status: HTTPStatus = HTTPStatus.OK
) -> Response:
    """Return a page; with status 200 it has an ETag, and its `variables` are computed only if it is rendered."""
    if status == HTTPStatus.OK:
        rendered = answer(path, lambda: (_render(template, path, variables()), {}), HTML, also=context.release().built)
        return _guarded(respond(rendered))
    # Without an ETag, or `If-None-Match` would make it a 304 without a body.
    return _guarded(Response(_render(template, path, variables()), status, mimetype=HTML))


def private_page(template: str, path: str, variables: Mapping[str, Any], status: HTTPStatus) -> Response:
    """Return a page that neither the browser nor anything on the way to it may store."""
    response = Response(_render(template, path, variables), status, mimetype=HTML)
    response.headers["Cache-Control"] = "no-store"
    return _guarded(response)


def _render(template: str, path: str, variables: Mapping[str, Any]) -> bytes:
    dataset = context.release().dataset
    common = {"licences": names_of_licences(dataset), "citation": cite(dataset), "code_version": CODE_VERSION}
    functions = {"figure": phrases.figure, "when": phrases.when, "words": phrases.words}
    return render_template(template, path=path, **common, **functions, **variables).encode()


def _guarded(response: Response) -> Response:
    response.headers["Referrer-Policy"] = "no-referrer"
    return guard_page(response, form_action="'self'")
