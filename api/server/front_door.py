"""The front door: an ASGI application that answers from the cache or on the event loop, and else by Flask in a thread.

One request: the response cache (`api.server.cache`) → the same handler as the view's, within a few milliseconds
(`api.server.fast_path`) → Flask (`api.server.threads`), whose whole public answers are cached as well.
"""

import asyncio
import gc
import sys
import time
from bisect import bisect_left
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from random import getrandbits
from typing import Any, NamedTuple

from flask import Flask

from api.config import Config
from api.http.answers import etag_matches
from api.http.headers import DATASET_VERSION, LONGEST_ADDRESS, PUBLIC, REQUEST_ID, VARY, request_id
from api.http.metrics import BUCKETS, CACHE_REQUESTS, REQUESTS, SECONDS, Metrics
from api.server.cache import (
    REPRESENTATION_HEADERS,
    Cache,
    CacheEntry,
    Headers,
    Words,
    header_lines,
)
from api.server.fast_path import FastPath
from api.server.threads import FlaskResponse, FlaskThreads
from schema.store.release import Database, Release

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]

METRICS_SECONDS = 1.0
"""How often a worker writes its counts for /metrics."""
SWITCH_SECONDS = 0.001
"""The interpreter's switch interval: how long a thread runs while the event loop waits; Python's default is 0.005."""
LOOK_SECONDS = 0.005
"""How often the front door looks whether another file has taken the release's place."""
ID = REQUEST_ID.lower().encode()
_DECISIVE = frozenset((b"accept", b"accept-encoding", b"if-none-match", ID))
_VARY, _VERSION = ", ".join(VARY).encode(), DATASET_VERSION.lower().encode()


class ReadyResponse(NamedTuple):
    """A response that can be sent at once: `lines` are its header lines, without the request's id."""

    status: int
    lines: bytes
    body: bytes
    request_id: bytes

    @property
    def headers(self) -> Headers:
        """The headers as ASGI wants them."""
        lines = [line.split(b": ", 1) for line in self.lines.split(b"\r\n")[:-1]]
        return [*((name, value) for name, value in lines), (ID, self.request_id)]


def _decisive(headers: Headers) -> dict[bytes, bytes]:
    """Return the headers that an answer depends on, repeated ones joined as WSGI joins them."""
    decisive: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in _DECISIVE:
            decisive[name] = decisive[name] + b"," + value if name in decisive else value
    return decisive


def _words(release: Release, path: bytes, query: bytes, decisive: dict[bytes, bytes]) -> Words:
    return release.fingerprint, path, query, decisive.get(b"accept", b""), decisive.get(b"accept-encoding", b"")


class FrontDoor:
    """An ASGI application before the Flask application. Where requests are limited, Flask answers and counts them all.

    `cache_bytes` is the budget of this process's response cache.
    """

    def __init__(self, app: Flask, cache_bytes: int) -> None:
        self.flask = app
        self.config: Config = app.extensions["config"]
        self._database: Database = app.extensions["database"]
        self._metrics: Metrics = app.extensions["metrics"]
        self._counts = self._metrics.loop_counts
        self._cache = Cache(cache_bytes)
        self._threads = FlaskThreads(app)
        self._fast_path = FastPath(self._database, self._cache, self._metrics)
        self._is_limited = bool(self.config.rate_limits)
        self._release: Release | None = None
        self._next_look = 0.0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request; a WebSocket is refused."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close"})
        else:
            response = self.respond(scope["method"], scope["raw_path"], scope["query_string"], scope["headers"])
            if response is None:
                await self.respond_in_thread(scope, receive, send)
            else:
                headers = response.headers
                await send({"type": "http.response.start", "status": response.status, "headers": headers})
                await send({"type": "http.response.body", "body": response.body})

    def respond(self, method: str, path: bytes, query: bytes, headers: Headers) -> ReadyResponse | None:
        """Return a response that is cached or cheap; None where a thread has to answer."""
        if method not in ("GET", "HEAD") or self._is_limited:
            return None
        began = time.perf_counter()
        if began > self._next_look or self._database.live is not self._release:
            self._look(began)
        if (release := self._release) is None:
            return None
        decisive = _decisive(headers)
        words = _words(release, path, query, decisive)
        entry = self._cache.get(words)
        if entry is not None:
            return self._ready(entry, "cache", method, decisive, began)
        if len(path) + len(query) >= LONGEST_ADDRESS:
            return None
        self._counts[CACHE_REQUESTS, "miss"] += 1
        entry = self._fast_path.answer(release, words, decisive.get(b"if-none-match"))
        return self._ready(entry, "fast", method, decisive, began) if entry else None

    async def respond_in_thread(self, scope: Message, _: Receive, send: Send) -> None:
        """Answer a request by Flask, and cache the answer."""
        method, path, release = scope["method"], scope["raw_path"], self._release
        if path == b"/metrics":
            self._metrics.set_cache_bytes(self._cache.size)
        response = await self._threads.call(scope)
        if method == "GET" and release and not self._is_limited:
            words = _words(release, path, scope["query_string"], _decisive(scope["headers"]))
            self._store(release, words, response)
        await self._threads.send(response, send)

    def _ready(
        self, entry: CacheEntry, origin: str, method: str, decisive: dict[bytes, bytes], began: float
    ) -> ReadyResponse:
        status, lines, body = 200, entry.headers + entry.representation_headers, entry.body
        if_none_match = decisive.get(b"if-none-match")
        if if_none_match is not None and etag_matches(if_none_match.decode("latin-1"), entry.etag.decode()):
            status, lines, body = 304, entry.headers, b""
        elif method == "HEAD":
            body = b""
        seconds = time.perf_counter() - began
        self._counts[REQUESTS, entry.route, method, status, origin, bisect_left(BUCKETS, seconds)] += 1
        self._counts[SECONDS, entry.route] += seconds
        id_ = decisive.get(ID)
        id_ = b"%032x" % getrandbits(128) if id_ is None else request_id(id_.decode("latin-1")).encode()
        return ReadyResponse(status, lines, body, id_)

    def _look(self, now: float) -> None:
        """Find the live release; where it has changed, clear the cache."""
        release = self._database.current()
        if release is not self._release:
            self._cache.clear()
        self._release, self._next_look = release, now + LOOK_SECONDS

    def _store(self, release: Release, words: Words, response: FlaskResponse) -> None:
        """Cache Flask's response, if it is whole and nothing but its words and the release decides it."""
        if response.status != HTTPStatus.OK or response.stream:
            return
        headers = dict(response.headers)
        required = {b"cache-control": PUBLIC.encode(), b"vary": _VARY, _VERSION: release.version.encode()}
        if {b"etag", b"content-length"} <= headers.keys() and required.items() <= headers.items():
            common = [header for header in response.headers if header[0] not in {ID, *REPRESENTATION_HEADERS}]
            representation = [header for header in response.headers if header[0] in REPRESENTATION_HEADERS]
            entry = CacheEntry(
                response.route, headers[b"etag"], header_lines(common), header_lines(representation), response.body
            )
            self._cache.put(words, entry, headers.get(b"content-encoding", b""))

    async def _live(self, receive: Receive, send: Send) -> None:
        """Serve the lifespan of a worker: set up its interpreter, and write its counts until the end."""
        await receive()
        sys.setswitchinterval(SWITCH_SECONDS)
        gc.freeze()  # modules and the like stay, so the garbage collector need not look through them
        self._metrics.start()
        writing = asyncio.create_task(self._write_metrics_regularly())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        writing.cancel()
        self._metrics.set_cache_bytes(0)
        self._metrics.write()
        self._threads.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _write_metrics_regularly(self) -> None:
        while True:
            await asyncio.sleep(METRICS_SECONDS)
            self._metrics.set_cache_bytes(self._cache.size)
            self._metrics.write()
