"""The front door: kept answers and cheap first ones on the event loop, all else from Flask in a thread.

One request: a body that is kept (`api.server.cache`) → the same handler as the view's, within a few milliseconds
(`api.server.fast_path`) → Flask (`api.server.threads`), whose whole public answers are kept too.
"""

import asyncio
import gc
import sys
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from random import getrandbits
from typing import Any

from flask import Flask

from api.http.headers import DATASET_VERSION, LONGEST_ADDRESS, PUBLIC, REQUEST_ID, VARY, request_id
from api.http.limits import read_settings
from api.http.metrics import Tally
from api.server.cache import Entry, Headers, Kept, Key, Ready, is_had, most_kept
from api.server.fast_path import Direct
from api.server.threads import Bridge, Reply
from schema.store.release import Database, Release

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]

FLUSH_SECONDS = 1.0
TURN_SECONDS = 0.001
"""How long a thread goes on with Python while the event loop wants to; Python's own default is five times that."""
LOOK_SECONDS = 0.005
"""How long the front door may not notice that another file lies where the release was."""
ID = REQUEST_ID.lower().encode()
_READ = frozenset((b"accept", b"accept-encoding", b"if-none-match", ID))
_VARY, _VERSION = ", ".join(VARY).encode(), DATASET_VERSION.lower().encode()


def _given(headers: Headers) -> dict[bytes, bytes]:
    """Return the headers that an answer depends on, repeated ones joined as WSGI joins them."""
    given: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in _READ:
            given[name] = given[name] + b"," + value if name in given else value
    return given


def _key(release: Release, path: bytes, query: bytes, given: dict[bytes, bytes]) -> Key:
    return release.fingerprint, path, query, given.get(b"accept", b""), given.get(b"accept-encoding", b"")


def _usable(id_: bytes) -> bytes:
    return request_id(id_.decode("latin-1")).encode()


class FrontDoor:
    """An ASGI application before the Flask application."""

    def __init__(self, app: Flask) -> None:
        """Take the application; where requests are limited, all of them go to it, since it does the counting."""
        self.flask = app
        self._database: Database = app.extensions["database"]
        self._kept = Kept(most_kept(app.config))
        self._bridge, self._direct, self._tally = Bridge(app), Direct(self._database, self._kept), Tally()
        self._limited = bool(read_settings(app.config).limits)
        self._release: Release | None = None
        self._looks = 0.0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._live(receive, send)
            return
        ready = self.at_once(scope["method"], scope["raw_path"], scope["query_string"], scope["headers"])
        if ready is None:
            await self.in_a_thread(scope, receive, send)
            return
        said = [*ready.headers, (ID, ready.id)]
        await send({"type": "http.response.start", "status": ready.status, "headers": said})
        await send({"type": "http.response.body", "body": ready.body})

    def at_once(self, method: str, path: bytes, query: bytes, headers: Headers) -> Ready | None:
        """Return an answer that is cached or cheap; `api.server.gunicorn` asks before there is a task and a scope."""
        if method not in ("GET", "HEAD"):
            return None
        began = time.perf_counter()
        if began > self._looks or self._database.live is not self._release:
            self._look(began)
        if (release := self._release) is None:
            return None
        given = _given(headers)
        key = _key(release, path, query, given)
        entry = self._kept.get(key)
        if entry is not None:
            self._tally.hits += 1
            return self._ready(entry, method, given, began)
        if self._limited or len(path) + len(query) >= LONGEST_ADDRESS:
            return None
        self._tally.misses += 1
        entry = self._direct.answer(release, key, given.get(b"if-none-match"))
        return self._ready(entry, method, given, began) if entry else None

    async def in_a_thread(self, scope: Message, _: Receive, send: Send) -> None:
        """Answer a request with what Flask says, and keep that."""
        method, path, release = scope["method"], scope["raw_path"], self._release
        if path == b"/metrics":
            self._flush()
        reply = await self._bridge.ask(scope)
        if method == "GET" and release and not self._limited:
            self._keep(release, _key(release, path, scope["query_string"], _given(scope["headers"])), reply)
        await self._bridge.send(reply, send)

    def _ready(self, entry: Entry, method: str, given: dict[bytes, bytes], began: float) -> Ready:
        status, head, body = 200, entry.head + entry.about, entry.body
        none_match = given.get(b"if-none-match")
        if none_match is not None and is_had(entry.etag, none_match):
            status, head, body = 304, entry.head, b""
        elif method == "HEAD":
            body = b""
        self._tally.count(entry.route, method, status, began)
        id_ = given.get(ID)
        return Ready(status, head, body, b"%032x" % getrandbits(128) if id_ is None else _usable(id_))

    def _look(self, now: float) -> None:
        """Look which release is live."""
        self._release, self._looks = self._database.current(), now + LOOK_SECONDS

    def _keep(self, release: Release, key: Key, reply: Reply) -> None:
        """Keep what Flask answered, if it is all there and decided by what it is kept under."""
        if reply.status != HTTPStatus.OK or reply.stream:
            return
        said = dict(reply.headers)
        decided = {b"cache-control": PUBLIC.encode(), b"vary": _VARY, _VERSION: release.version.encode()}
        if {b"etag", b"content-length"} <= said.keys() and decided.items() <= said.items():
            headers = [one for one in reply.headers if one[0] != ID]
            entry = Entry.of(reply.route, said[b"etag"], headers, reply.body)
            self._kept.put(key, entry, said.get(b"content-encoding", b""))

    async def _live(self, receive: Receive, send: Send) -> None:
        """Count for as long as the worker lives."""
        await receive()
        sys.setswitchinterval(TURN_SECONDS)
        gc.freeze()  # what is there now stays, so garbage need not be looked for in it
        flushing = asyncio.create_task(self._flush_regularly())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        flushing.cancel()
        self._flush()
        self._bridge.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _flush_regularly(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            self._flush()

    def _flush(self) -> None:
        self._tally.kept_bytes = self._kept.size
        self._tally.flush()
