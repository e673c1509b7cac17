"""HTTP around every answer: request ids, CORS, negotiation, validators, compression, and the dataset's version."""

import hashlib
import re
import uuid
from collections.abc import Callable, Iterator
from functools import wraps
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, TypeVar

import orjson
from flask import Flask, Response, g, request
from flask_cors import CORS
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import NotAcceptable, RequestURITooLarge

from api import compression, live
from api.limits import RATE_LIMIT, RATE_LIMIT_POLICY
from schema.engine import DatabaseError

CODE_VERSION = version("headcount")
LONGEST_ADDRESS = 8000
"""Characters of path and query; gunicorn takes up to 8190 and leaves the answer to us."""

REQUEST_ID, DATASET_VERSION = "X-Request-Id", "X-Dataset-Version"
_USABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}", re.ASCII)

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action {}; frame-ancestors 'none'"
)

View = TypeVar("View", bound=Callable[..., Any])


Body = bytes | Iterator[bytes]


def answered(
    path: str, render: Callable[[], tuple[Body, dict[str, str]]], media_type: str = "application/json", also: str = ""
) -> Response:
    """Return a rendered body with its validators, or 304 without rendering where the client has it.

    `path` is the request in its canonical spelling: with the media type and the versions of dataset and code it
    decides the body, so equal questions share an ETag; `also` is what else does. The ETag is weak because a coding
    (gzip, br, zstd) changes the bytes and not what they say.
    """
    material = "\n".join((live.release().version, CODE_VERSION, media_type, path, also))
    etag = hashlib.sha256(material.encode()).hexdigest()[:32]
    if request.if_none_match.contains_weak(etag):
        response = Response(status=304)
    else:
        body, headers = render()
        response = Response(body, mimetype=media_type, headers=headers)
    response.set_etag(etag, weak=True)
    response.headers["Cache-Control"] = "public, no-cache"
    return response


def answered_one(path: str, render_data: Callable[[], bytes], also: str = "") -> Response:
    """Return one thing, rendered as JSON, in the envelope of all answers: `data`, `meta`, `links`."""

    def render() -> tuple[Body, dict[str, str]]:
        meta, links = {"dataset": live.release().version}, {"self": path}
        return b'{"data":%b,"meta":%b,"links":%b}' % (render_data(), orjson.dumps(meta), orjson.dumps(links)), {}

    return answered(path, render, also=also)


def guarded(page: Response, form_action: str = "'none'") -> Response:
    """Return a page under the policy of all pages: nothing from another host, no script but our files."""
    page.headers["Content-Security-Policy"] = _POLICY.format(form_action)
    return page


def accepted_media_types() -> MIMEAccept:
    """Return what the client accepts; of parameters (`charset`, `header`, `profile`), none changes what it is given."""
    return MIMEAccept([(one.partition(";")[0].strip(), quality) for one, quality in request.accept_mimetypes])


def negotiate(*media_types: str) -> Callable[[View], View]:
    """Refuse with 406 a request that accepts none of these media types; `format` goes over `Accept`."""

    def decorator(view: View) -> View:
        @wraps(view)
        def negotiated(*args: Any, **kwargs: Any) -> Any:
            accepted = accepted_media_types()
            if accepted and "format" not in request.args and accepted.best_match(media_types) is None:
                raise NotAcceptable(f"Here there is {', '.join(media_types)}.")
            return view(*args, **kwargs)

        return negotiated  # type: ignore[return-value]

    return decorator


def _begin() -> None:
    given = request.headers.get(REQUEST_ID, "")
    g.request_id = given if _USABLE_ID.fullmatch(given) else uuid.uuid4().hex
    # The address as it was sent; a client without one in the environment (a test's) sends what Flask shows.
    if len(request.environ.get("RAW_URI") or request.full_path) > LONGEST_ADDRESS:
        raise RequestURITooLarge(f"The address is too long; expected at most {LONGEST_ADDRESS} characters.")


def _finish(response: Response) -> Response:
    response.headers[REQUEST_ID] = g.get("request_id") or uuid.uuid4().hex
    try:
        response.headers[DATASET_VERSION] = g.release.version if "release" in g else live.database().release().version
    except DatabaseError:
        response.headers.pop(DATASET_VERSION, None)
    response.headers["X-Content-Type-Options"] = "nosniff"
    if response.status_code == HTTPStatus.OK and request.method in ("GET", "HEAD") and not response.is_streamed:
        response.add_etag(weak=True)
    response.headers.setdefault("Cache-Control", "no-store")
    response.vary.update(["Accept", "Accept-Encoding"])
    return response


def init_app(app: Flask) -> None:
    """Put all of it around the application."""
    compression.init_app(app)
    CORS(
        app,
        send_wildcard=True,
        methods=["GET", "HEAD", "OPTIONS"],
        expose_headers=[
            "Content-Disposition",
            "ETag",
            "Link",
            "Retry-After",
            RATE_LIMIT,
            RATE_LIMIT_POLICY,
            REQUEST_ID,
            DATASET_VERSION,
        ],
        max_age=86_400,
    )
    app.before_request(_begin)
    app.after_request(_finish)
