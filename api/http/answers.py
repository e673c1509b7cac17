"""HTTP around every answer: request ids, CORS, negotiation, validators, compression, and the dataset's version."""

import hashlib
import re
from collections.abc import Callable, Iterator
from http import HTTPStatus
from importlib.metadata import version
from random import getrandbits
from typing import Any, NamedTuple, TypeVar

import orjson
from flask import Flask, Response, g, request
from flask_cors import CORS
from werkzeug.exceptions import RequestURITooLarge

from api import context
from api.http import compression
from api.http.limits import RATE_LIMIT, RATE_LIMIT_POLICY
from schema.store.release import DatabaseError

CODE_VERSION = version("headcount")
LONGEST_ADDRESS = 8000
"""Characters of path and query; gunicorn takes up to 8190 and leaves the answer to us."""

REQUEST_ID, DATASET_VERSION = "X-Request-Id", "X-Dataset-Version"
PUBLIC, VARY = "public, no-cache", ("Accept", "Accept-Encoding")
EXPOSED = (
    *("Content-Disposition", "ETag", "Link", "Retry-After"),
    *(RATE_LIMIT, RATE_LIMIT_POLICY, REQUEST_ID, DATASET_VERSION),
)
_USABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}", re.ASCII)

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action {}; frame-ancestors 'none'"
)

View = TypeVar("View", bound=Callable[..., Any])


Body = bytes | Iterator[bytes]


class Answer(NamedTuple):
    """What a question is answered with, whoever asks: known by its ETag before it is rendered."""

    etag: str
    media_type: str
    render: Callable[[], tuple[Body, dict[str, str]]]


def answer(
    path: str, render: Callable[[], tuple[Body, dict[str, str]]], media_type: str = "application/json", also: str = ""
) -> Answer:
    """Return the answer to a question, rendered only where the client does not have it.

    `path` is the request in its canonical spelling: with the media type and the versions of dataset and code it
    decides the body, so equal questions share an ETag; `also` is what else does. The ETag is weak because a coding
    (gzip, br, zstd) changes the bytes and not what they say.
    """
    material = "\n".join((context.release().version, CODE_VERSION, media_type, path, also))
    return Answer(hashlib.sha256(material.encode()).hexdigest()[:32], media_type, render)


def respond(given: Answer | Response) -> Response:
    """Return an answer as Flask's response with its validators, or as 304 without rendering."""
    if not isinstance(given, Answer):
        return given
    if request.if_none_match.contains_weak(given.etag):
        response = Response(status=304)
    else:
        body, headers = given.render()
        response = Response(body, mimetype=given.media_type, headers=headers)
    response.set_etag(given.etag, weak=True)
    response.headers["Cache-Control"] = PUBLIC
    return response


def answered(
    path: str, render: Callable[[], tuple[Body, dict[str, str]]], media_type: str = "application/json", also: str = ""
) -> Response:
    """Return the answer to a question as Flask's response."""
    return respond(answer(path, render, media_type, also))


def answered_one(path: str, render_data: Callable[[], bytes], also: str = "") -> Answer:
    """Return one thing, rendered as JSON, in the envelope of all answers: `data`, `meta`, `links`."""

    def render() -> tuple[Body, dict[str, str]]:
        meta, links = {"dataset": context.release().version}, {"self": path}
        return b'{"data":%b,"meta":%b,"links":%b}' % (render_data(), orjson.dumps(meta), orjson.dumps(links)), {}

    return answer(path, render, also=also)


def guarded(page: Response, form_action: str = "'none'") -> Response:
    """Return a page under the policy of all pages: nothing from another host, no script but our files."""
    page.headers["Content-Security-Policy"] = _POLICY.format(form_action)
    return page


def request_id(given: str) -> str:
    """Return the id that a client gives its request, or one of our own where it could break a log."""
    return given if _USABLE_ID.fullmatch(given) else f"{getrandbits(128):032x}"


def _begin() -> None:
    g.request_id = request_id(request.headers.get(REQUEST_ID, ""))
    # The address as it was sent; a client without one in the environment (a test's) sends what Flask shows.
    if len(request.environ.get("RAW_URI") or request.full_path) > LONGEST_ADDRESS:
        raise RequestURITooLarge(f"The address is too long; expected at most {LONGEST_ADDRESS} characters.")


def _finish(response: Response) -> Response:
    response.headers[REQUEST_ID] = g.get("request_id") or request_id("")
    try:
        response.headers[DATASET_VERSION] = context.release().version
    except DatabaseError:
        response.headers.pop(DATASET_VERSION, None)
    response.headers["X-Content-Type-Options"] = "nosniff"
    if response.status_code == HTTPStatus.OK and request.method in ("GET", "HEAD") and not response.is_streamed:
        response.add_etag(weak=True)
    response.headers.setdefault("Cache-Control", "no-store")
    response.vary.update(VARY)
    return response


def init_app(app: Flask) -> None:
    """Put all of it around the application."""
    compression.init_app(app)
    CORS(
        app,
        send_wildcard=True,
        methods=["GET", "HEAD", "OPTIONS"],
        expose_headers=EXPOSED,
        max_age=86_400,
    )
    app.before_request(_begin)
    app.after_request(_finish)
