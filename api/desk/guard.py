"""The guard of the desk: only the page that was opened by its address gets an answer, everything else a 403.

A page of another site could send requests to this machine too, under its own name (CSRF) or under a name of its own
that it lets stand for 127.0.0.1 (DNS rebinding). It knows neither the token, nor can it choose `Host` and `Origin`.
"""

import secrets
from http import HTTPStatus

from flask import Flask, Response, request

from api.http.answers import guard_page

_FORBIDDEN = ("This is the desk of one person, at the address that it printed.\n", HTTPStatus.FORBIDDEN)


def new_token() -> str:
    """Return the secret part of a desk's address."""
    return secrets.token_urlsafe(24)


def guard(app: Flask, token: str) -> None:
    """Let an application answer only requests to its own address, from its own page; `token` begins its paths."""

    def refuse() -> tuple[str, HTTPStatus] | None:
        host = f"127.0.0.1:{request.environ['SERVER_PORT']}"
        origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site", "none")
        is_own = (
            request.headers.get("Host") == host
            and (origin == f"http://{host}" or (origin is None and request.method == "GET"))
            and site in ("none", "same-origin")
            and secrets.compare_digest(request.path.split("/")[1].encode(), token.encode())
            and (request.method == "GET" or request.mimetype == "application/json")
        )
        return None if is_own else _FORBIDDEN

    def protect(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return guard_page(response)

    app.before_request(refuse)
    app.after_request(protect)
    for status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
        app.register_error_handler(status, lambda _: _FORBIDDEN)
