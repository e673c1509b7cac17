"""The headers of every answer: CORS, request id, dataset version, caching."""

import re
from http import HTTPStatus
from random import getrandbits

from flask import Flask, Response, g, request
from werkzeug.exceptions import RequestURITooLarge

from api import context
from api.config import A_YEAR, Config
from schema.store.errors import DatabaseError

LONGEST_ADDRESS = 8000
"""The longest path with query, in characters; gunicorn reads up to 8190, so that the 414 comes from here."""

REQUEST_ID, DATASET_VERSION = "X-Request-Id", "X-Dataset-Version"
RATE_LIMIT, RATE_LIMIT_POLICY = "RateLimit", "RateLimit-Policy"
IMMUTABLE = f"public, max-age={A_YEAR}, immutable"
"""The Cache-Control of an answer that is the same as long as the version in its address is live."""
LONGEST_STALE = 60
"""The longest `stale-while-revalidate` in seconds: three times as long as the slowest question takes."""

VARY = ("Accept", "Accept-Encoding")
_EXPOSED = (
    *("Content-Disposition", "ETag", "Link", RATE_LIMIT, RATE_LIMIT_POLICY, "Retry-After"),
    *(DATASET_VERSION, REQUEST_ID),
)
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Vary": ", ".join(VARY),
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": ", ".join(_EXPOSED),
}
"""The headers that have the same value in every answer."""

_METHODS = ("GET", "HEAD", "OPTIONS", "POST")
_PREFLIGHT = {"Access-Control-Allow-Methods": ", ".join(_METHODS), "Access-Control-Max-Age": "86400"}

_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}", re.ASCII)


def public(max_age: int) -> str:
    """Return the Cache-Control of an answer of the live release, which caches may use for `max_age` seconds.

    0: they ask each time whether it has changed. After `max_age` seconds a cache may give the answer as many seconds
    more, up to LONGEST_STALE, while it asks, so that no reader waits.
    """
    if not max_age:
        return "public, no-cache"
    return f"public, max-age={max_age}, stale-while-revalidate={min(max_age, LONGEST_STALE)}"


def request_id(sent_id: str) -> str:
    """Return the id that the client sent, or a random one if that is empty or has characters that could break a log."""
    return sent_id if _SAFE_ID.fullmatch(sent_id) else f"{getrandbits(128):032x}"


def _begin() -> None:
    g.request_id = request_id(request.headers.get(REQUEST_ID, ""))
    # The address as it was sent; a test's client does not give it, so there it is the one that Flask shows.
    if len(request.environ.get("RAW_URI") or request.full_path) > LONGEST_ADDRESS:
        raise RequestURITooLarge(f"The address is too long; expected at most {LONGEST_ADDRESS} characters.")


def _finish(response: Response) -> Response:
    vary = set(response.vary)
    response.headers.update(ALWAYS)
    response.vary.update(vary)
    response.headers[REQUEST_ID] = g.get("request_id") or request_id("")
    try:
        # Whether the server runs is said without waiting for a database.
        release = context.opened_release() if request.path == "/health/live" else context.release()
    except DatabaseError:
        release = None
    if release:
        response.headers[DATASET_VERSION] = release.version
    if response.status_code == HTTPStatus.OK and request.method in ("GET", "HEAD") and not response.is_streamed:
        response.add_etag(weak=True)
    response.headers.setdefault("Cache-Control", "no-store")
    if request.method == "OPTIONS" and request.headers.get("Access-Control-Request-Method", "").upper() in _METHODS:
        response.headers.update(_PREFLIGHT)
        if headers := request.headers.get("Access-Control-Request-Headers"):
            response.headers["Access-Control-Allow-Headers"] = headers
    return response


def init_app(app: Flask) -> None:
    """Add the headers to every answer, and make the Cache-Control of public ones once."""
    config: Config = app.extensions["config"]
    app.extensions["cache_control"] = public(config.max_age)
    app.before_request(_begin)
    app.after_request(_finish)
