"""Limits: the longest text that a client may send, and the requests that it may make, with the headers that tell."""

import time
from collections.abc import Iterable
from http import HTTPStatus
from ipaddress import IPv6Address
from math import ceil

from flask import Flask, Response, request
from flask_limiter import ApplicationLimit, Limiter
from limits import RateLimitItem
from werkzeug.middleware.proxy_fix import ProxyFix

from api.config import Config
from api.http.headers import RATE_LIMIT, RATE_LIMIT_POLICY

LONGEST_BODY = 200_000
"""The most bytes of a text that a client may send."""
LONGEST_FORM = 4 * LONGEST_BODY
"""The most bytes of a form with such a text: most forms make three bytes of one, and six of the end of a line."""
_EXEMPT = ("/health/", "/metrics")


def _is_exempt() -> bool:
    # A request that could not be parsed (see api.server.fast_protocol) has no client address.
    return request.method == "OPTIONS" or request.path.startswith(_EXEMPT) or request.remote_addr is None


def _client() -> str:
    """Return the client whose requests are counted: its address, or the first 64 bits of an IPv6 address."""
    address = request.remote_addr or ""
    try:
        ipv6 = IPv6Address(address)
    except ValueError:
        return address
    return str(ipv6.ipv4_mapped or ipv6.exploded[:19])  # the other 64 bits are chosen by the client


def _name(limit: RateLimitItem) -> str:
    return str(limit).replace(" per 1 ", " per ")


def _header(limits: Iterable[tuple[RateLimitItem, str]]) -> str:
    return ", ".join(f'"{_name(limit)}";{parameters}' for limit, parameters in limits)


def init_app(app: Flask) -> None:
    """Limit the requests of each client, if limits are configured."""
    config: Config = app.extensions["config"]
    if not config.rate_limits:
        return
    limiter = Limiter(
        _client,
        application_limits=[
            ApplicationLimit(str(limit), error_message=f"At most {_name(limit)}; Retry-After tells when to go on.")
            for limit in config.rate_limits
        ],
        strategy="fixed-window",
        storage_uri=config.rate_limit_storage,
        in_memory_fallback_enabled=True,
        request_identifier=lambda: "any",  # by default, a request without a route is not counted
    )
    limiter.request_filter(_is_exempt)
    limiter.init_app(app)
    policy = _header((limit, f"q={limit.amount};w={limit.get_expiry()}") for limit in config.rate_limits)

    def add_headers(response: Response) -> Response:
        """Add the headers of the IETF's draft-ietf-httpapi-ratelimit-headers: the limits, and the requests left."""
        if current := limiter.current_limits:
            now = time.time()
            waits = [max(ceil(limit.window.reset_time - now), 0) for limit in current]
            remaining = [
                (limit.limit, f"r={limit.remaining};t={wait}") for limit, wait in zip(current, waits, strict=True)
            ]
            response.headers[RATE_LIMIT_POLICY] = policy
            response.headers[RATE_LIMIT] = _header(remaining)
            if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
                breached = [wait for limit, wait in zip(current, waits, strict=True) if limit.breached]
                response.headers["Retry-After"] = str(max(breached))
        return response

    app.after_request(add_headers)
    if config.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.trusted_proxies, x_proto=0)  # type: ignore[method-assign]
