"""How many requests a client may make, where that is limited, and how it is told."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from importlib.util import find_spec
from ipaddress import IPv6Address
from math import ceil
from typing import Any

from flask import Flask, Response, request
from flask_limiter import ApplicationLimit, Limiter
from limits import RateLimitItem, parse_many
from werkzeug.middleware.proxy_fix import ProxyFix

from api.http.headers import RATE_LIMIT, RATE_LIMIT_POLICY

_EXEMPT = ("/health/", "/metrics")
_CLIENTS = {"memory": "limits", "redis": "redis", "rediss": "redis", "memcached": "pymemcache"}
"""What each store takes; looked for, but not imported: for a server without limits needs none."""


@dataclass(frozen=True)
class Settings:
    """What the configuration says: the limits, where requests are counted, and the proxies before this server."""

    limits: list[RateLimitItem]
    storage: str
    proxies: int


def read_settings(config: Mapping[str, Any]) -> Settings:
    """Return what the configuration says; raises ValueError where it cannot be done."""
    rate, storage, proxies = (
        str(config.get(name) or default)
        for name, default in (("RATE_LIMIT", ""), ("RATE_LIMIT_STORAGE", "memory://"), ("TRUSTED_PROXIES", "0"))
    )
    if not (proxies.isascii() and proxies.isdecimal()):
        raise ValueError(f"HEADCOUNT_TRUSTED_PROXIES: {proxies!r} is no number of proxies; expected, say, 1")
    if not rate:
        return Settings([], storage, int(proxies))
    try:
        limits = parse_many(rate)
    except ValueError:
        limits = []
    if not limits or any(limit.amount == 0 for limit in limits):
        raise ValueError(f"HEADCOUNT_RATE_LIMIT: {rate!r} is no limit; expected, say, '100 per minute; 5000 per day'")
    scheme = storage.partition(":")[0]
    if scheme not in _CLIENTS or find_spec(_CLIENTS[scheme]) is None:
        # Only the scheme is shown, because what follows it may hold a password.
        raise ValueError(
            f"HEADCOUNT_RATE_LIMIT_STORAGE: {scheme!r} cannot be used; expected memory://, or redis://HOST:6379 with "
            "flask-limiter[redis] installed, or memcached://HOST:11211 with flask-limiter[memcached]"
        )
    return Settings(limits, storage, int(proxies))


def _is_exempt() -> bool:
    # What could not be read as a request (see api.server.gunicorn) has no address.
    return request.method == "OPTIONS" or request.path.startswith(_EXEMPT) or request.remote_addr is None


def _client() -> str:
    """Return whose requests are counted together: an address, or its first 64 bits, as one IPv6 client has the rest."""
    given = request.remote_addr or ""
    try:
        address = IPv6Address(given)
    except ValueError:
        return given
    return str(address.ipv4_mapped or address.exploded[:19])


def _named(limit: RateLimitItem) -> str:
    return str(limit).replace(" per 1 ", " per ")


def _listed(items: Iterable[tuple[RateLimitItem, str]]) -> str:
    return ", ".join(f'"{_named(limit)}";{parameters}' for limit, parameters in items)


def init_app(app: Flask) -> None:
    """Limit the requests of each client, if HEADCOUNT_RATE_LIMIT says how; raises ValueError as `read_settings`."""
    settings = read_settings(app.config)
    if not settings.limits:
        return
    limiter = Limiter(
        _client,
        application_limits=[
            ApplicationLimit(str(limit), error_message=f"At most {_named(limit)}; Retry-After tells when to go on.")
            for limit in settings.limits
        ],
        strategy="fixed-window",
        storage_uri=settings.storage,
        in_memory_fallback_enabled=True,
        request_identifier=lambda: "any",  # by default an address that leads nowhere is not counted
    )
    limiter.request_filter(_is_exempt)
    limiter.init_app(app)
    policy = _listed((limit, f"q={limit.amount};w={limit.get_expiry()}") for limit in settings.limits)

    def announce(response: Response) -> Response:
        """Say what is left, as the IETF's draft-ietf-httpapi-ratelimit-headers has it."""
        if counted := limiter.current_limits:
            waits = {one: max(ceil(one.window.reset_time - time.time()), 0) for one in counted}
            response.headers[RATE_LIMIT_POLICY] = policy
            response.headers[RATE_LIMIT] = _listed((one.limit, f"r={one.remaining};t={waits[one]}") for one in counted)
            if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
                response.headers["Retry-After"] = str(max(wait for one, wait in waits.items() if one.breached))
        return response

    app.after_request(announce)
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0)  # type: ignore[method-assign]
