"""The front door: the ASGI application, which answers from the cache, on the event loop, or by Flask in a thread.

A request goes first to the response cache (`api.server.cache`), then to the fast path (`api.server.fast_path`), then to
Flask (`api.server.threads`). Answers of the fast path, and whole public answers of Flask, are cached.
"""

import asyncio
import gc
import sys
import time
from bisect import bisect_left
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from random import getrandbits
from typing import Any, NamedTuple

from flask import Flask

from api.config import Config
from api.http.answers import etag_matches
from api.http.headers import DATASET_VERSION, IMMUTABLE, LONGEST_ADDRESS, REQUEST_ID, VARY, request_id
from api.http.limits import LONGEST_FORM
from api.http.metrics import BUCKETS, CACHE_REQUESTS, REQUESTS, SECONDS, Metrics
from api.server.cache import (
    REPRESENTATION_HEADERS,
    Cache,
    CacheEntry,
    Headers,
    RequestKey,
    header_lines,
)
from api.server.fast_path import FastPath
from api.server.fast_threads import FastThreads
from api.server.threads import WITHOUT_DATABASE, FlaskResponse, FlaskThreads
from schema.store.release import Database, Release

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]

METRICS_SECONDS = 1.0
"""Seconds after which a worker writes its counts for /metrics again."""
SWITCH_SECONDS = 0.001
"""The interpreter's switch interval: how long a thread may run while the event loop waits (Python's default: 0.005)."""
LOOK_SECONDS = 0.005
"""Seconds after which the front door checks again whether the database file was replaced."""
MOST_DROPPED = 50_000_000
"""The most bytes that are read of a body that is too long."""
ID = REQUEST_ID.lower().encode()
_DECISIVE = frozenset((b"accept", b"accept-encoding", b"host", b"if-none-match", ID))
_VARY, _VERSION = ", ".join(VARY).encode(), DATASET_VERSION.lower().encode()


class ReadyResponse(NamedTuple):
    """A response that can be sent at once: `lines` are its header lines, without the request's id."""

    status: int
    lines: bytes
    body: bytes
    request_id: bytes

    @property
    def headers(self) -> Headers:
        """The headers in the form that ASGI requires."""
        lines = [line.split(b": ", 1) for line in self.lines.split(b"\r\n")[:-1]]
        return [*((name, value) for name, value in lines), (ID, self.request_id)]


def _decisive(headers: Headers) -> dict[bytes, bytes]:
    """Return the headers that an answer depends on; repeated ones are joined by commas, as in WSGI."""
    decisive: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in _DECISIVE:
            decisive[name] = decisive[name] + b"," + value if name in decisive else value
    return decisive


def _key(release: Release, path: bytes, query: bytes, decisive: dict[bytes, bytes]) -> RequestKey:
    accept, coding, host = (decisive.get(name, b"") for name in (b"accept", b"accept-encoding", b"host"))
    return release.fingerprint, path, query, accept, coding, host


async def _body(receive: Receive) -> bytes:
    """Return the body of a request, or its beginning: what is longer than a form may be is refused.

    The rest is read and dropped, since most clients send all of a body before they read the answer.
    """
    body, dropped, more = bytearray(), 0, True
    while more and dropped <= MOST_DROPPED:
        message = await receive()
        piece, more = message.get("body", b""), message.get("more_body", False)
        if len(body) <= LONGEST_FORM:
            body += piece
        else:
            dropped += len(piece)
    return bytes(body)


async def _send(response: ReadyResponse, send: Send) -> None:
    await send({"type": "http.response.start", "status": response.status, "headers": response.headers})
    await send({"type": "http.response.body", "body": response.body})


class FrontDoor:
    """The ASGI application in front of a Flask application.

    `cache_bytes` is the budget of this process's response cache. If rate limits are configured, Flask answers all
    requests, because it counts them.
    """

    def __init__(self, app: Flask, cache_bytes: int) -> None:
        self.flask = app
        self.config: Config = app.extensions["config"]
        self._database: Database = app.extensions["database"]
        self._metrics: Metrics = app.extensions["metrics"]
        self._counts = self._metrics.loop_counts
        self._cache = Cache(cache_bytes)
        self._threads = FlaskThreads(app)
        self._fast_threads: FastThreads | None = None
        cache_control: str = app.extensions["cache_control"]
        self._fast_path = FastPath(self._database, self._cache, self._metrics, cache_control)
        self._path_in_thread = FastPath(self._database, None, self._metrics, cache_control)
        self._public = {cache_control.encode(), IMMUTABLE.encode()}
        self._is_limited = bool(self.config.rate_limits)
        self._release: Release | None = None
        self._next_check = 0.0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one ASGI connection: a request, or the worker's lifespan; a WebSocket is refused."""
        if scope["type"] == "lifespan":
            await self._run_lifespan(receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close"})
        else:
            request = scope["method"], scope["raw_path"], scope["query_string"], scope["headers"]
            response = self.respond(*request) or await self.respond_later(*request)
            if response is None:
                await self.respond_by_flask(scope, receive, send)
            else:
                await _send(response, send)

    def respond(self, method: str, path: bytes, query: bytes, headers: Headers) -> ReadyResponse | None:
        """Return a response that is cached or cheap; None if a thread has to answer."""
        if method not in ("GET", "HEAD") or self._is_limited:
            return None
        began = time.perf_counter()
        if began > self._next_check or self._database.live is not self._release:
            self._check_release(began)
        if (release := self._release) is None:
            return None
        decisive = _decisive(headers)
        key = _key(release, path, query, decisive)
        entry = self._cache.get(key)
        if entry is not None:
            return self._ready_response(entry, "cache", method, decisive, began)
        if len(path) + len(query) >= LONGEST_ADDRESS:
            return None
        self._counts[CACHE_REQUESTS, "miss"] += 1
        if not release.is_local:
            return None
        entry = self._fast_path.answer(release, key, decisive.get(b"if-none-match"))
        return self._ready_response(entry, "fast", method, decisive, began) if entry else None

    async def respond_later(self, method: str, path: bytes, query: bytes, headers: Headers) -> ReadyResponse | None:
        """Return a cheap response that a thread has read from a database server; None if Flask has to answer."""
        release = self._release
        if release is None or release.is_local or method not in ("GET", "HEAD") or self._is_limited:
            return None
        if len(path) + len(query) >= LONGEST_ADDRESS or path in WITHOUT_DATABASE:
            return None
        began, decisive = time.perf_counter(), _decisive(headers)
        key = _key(release, path, query, decisive)
        call = partial(self._path_in_thread.answer, release, key, decisive.get(b"if-none-match"))
        if self._fast_threads is None:
            self._fast_threads = FastThreads()
        entry = await self._fast_threads.run(call)
        if entry is None:
            return None
        if entry.representation_headers and release is self._release:
            self._cache.put(key, entry)
        return self._ready_response(entry, "fast", method, decisive, began)

    async def respond_by_flask(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request by Flask in a thread, and cache the answer if possible."""
        method, path, release = scope["method"], scope["raw_path"], self._release
        if path == b"/metrics":
            self._metrics.set_cache_bytes(self._cache.size)
        response = await self._threads.call(scope, await _body(receive) if method == "POST" else b"")
        if method == "GET" and release and not self._is_limited:
            key = _key(release, path, scope["query_string"], _decisive(scope["headers"]))
            self._store(release, key, response)
        await self._threads.send(response, send)

    def _ready_response(
        self, entry: CacheEntry, origin: str, method: str, decisive: dict[bytes, bytes], began: float
    ) -> ReadyResponse:
        """Return an entry as the response to a request, and count it; `origin` is the entry's source, for /metrics."""
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

    def _check_release(self, now: float) -> None:
        """Set the live release; if it has changed, clear the cache."""
        release = self._database.current()
        if release is not self._release:
            self._cache.clear()
        self._release, self._next_check = release, now + LOOK_SECONDS

    def _store(self, release: Release, key: RequestKey, response: FlaskResponse) -> None:
        """Cache Flask's response, if it is public, not a stream, and depends only on its key."""
        if response.status != HTTPStatus.OK or response.stream:
            return
        headers = dict(response.headers)
        required = {b"vary": _VARY, _VERSION: release.version.encode()}
        is_whole = {b"etag", b"content-length"} <= headers.keys()
        if is_whole and headers.get(b"cache-control") in self._public and required.items() <= headers.items():
            common = [header for header in response.headers if header[0] not in {ID, *REPRESENTATION_HEADERS}]
            representation = [header for header in response.headers if header[0] in REPRESENTATION_HEADERS]
            entry = CacheEntry(
                response.route, headers[b"etag"], header_lines(common), header_lines(representation), response.body
            )
            entry.coding = headers.get(b"content-encoding", b"")
            self._cache.put(key, entry)

    async def _run_lifespan(self, receive: Receive, send: Send) -> None:
        """Run the lifespan of a worker: set up its interpreter, and write its counts until it ends."""
        await receive()
        sys.setswitchinterval(SWITCH_SECONDS)
        gc.freeze()  # imported modules stay, so the garbage collector need not examine them
        self._metrics.start()
        writing = asyncio.create_task(self._write_metrics_regularly())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        writing.cancel()
        self._metrics.set_cache_bytes(0)
        self._metrics.write()
        self.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _write_metrics_regularly(self) -> None:
        while True:
            await asyncio.sleep(METRICS_SECONDS)
            self._check_release(time.perf_counter())  # so that without requests, too, an old release is closed
            self._metrics.set_cache_bytes(self._cache.size)
            self._metrics.write()

    def close(self) -> None:
        """End the threads; what they still do is for no client."""
        self._threads.close()
        if self._fast_threads:
            self._fast_threads.close()
