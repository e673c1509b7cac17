"""The front door: kept answers and cheap first ones on the event loop, all else from Flask in a thread.

One request: what it asks (`_asked`) → a body that is kept (`api.kept`) → the same handler as the view's, within a few
milliseconds (`api.direct`) → Flask (`api.bridge`), whose whole public answers are kept too.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from random import getrandbits
from typing import Any

from flask import Flask

from api.bridge import Bridge, Reply
from api.direct import Direct
from api.http import DATASET_VERSION, LONGEST_ADDRESS, PUBLIC, REQUEST_ID, VARY, request_id
from api.kept import Entry, Headers, Kept, Key, is_had, most_kept
from api.limits import read_settings
from api.metrics import Tally
from schema.engine import Database

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]

FLUSH_SECONDS = 1.0
LOOK_SECONDS = 0.005
"""How long the front door may not notice that another file lies where the release was."""
_ID = REQUEST_ID.lower().encode()
_READ = frozenset((b"accept", b"accept-encoding", b"if-none-match", _ID))
_VARY, _VERSION = ", ".join(VARY).encode(), DATASET_VERSION.lower().encode()


def _usable(id_: bytes) -> bytes:
    return request_id(id_.decode("latin-1")).encode()


class FrontDoor:
    """An ASGI application before the Flask application."""

    def __init__(self, app: Flask) -> None:
        """Take the application; where requests are limited, all of them go to it, since it does the counting."""
        self.flask = app
        self._database: Database = app.extensions["database"]
        self._bridge, self._direct, self._tally = Bridge(app), Direct(self._database), Tally()
        self._limited = bool(read_settings(app.config).limits)
        self._most = most_kept(app.config)
        self._kept, self._looks = Kept(None, self._most), 0.0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request."""
        began = time.perf_counter()
        if scope["type"] != "http":
            await self._live(receive, send)
            return
        method, path, query = scope["method"], scope["raw_path"], scope["query_string"]
        if method not in ("GET", "HEAD") or self._limited or len(path) + len(query) >= LONGEST_ADDRESS:
            await self._bridge.send(await self._bridge.ask(scope), send)
            return
        given: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            if name in _READ:
                given[name] = given[name] + b"," + value if name in given else value
        key = (path, query, given.get(b"accept", b""), given.get(b"accept-encoding", b""))
        none_match = given.get(b"if-none-match")
        kept = self._kept if began < self._looks and self._database.live is self._kept.release else self._current(began)
        entry = kept.get(key)
        if entry is not None:
            self._tally.hits += 1
        elif (entry := self._first(kept, key, none_match)) is None:
            reply = await self._bridge.ask(scope)
            self._keep(kept, key, method, reply)
            await self._bridge.send(reply, send)
            return
        status, headers, body = 200, entry.headers, entry.body
        if none_match is not None and is_had(entry.etag, none_match):
            status, headers, body = 304, entry.without_body(), b""
        elif method == "HEAD":
            body = b""
        self._tally.count(entry.route, method, status, began)
        id_ = given.get(_ID)
        headers = [*headers, (_ID, b"%032x" % getrandbits(128) if id_ is None else _usable(id_))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _current(self, now: float) -> Kept:
        """Return what is kept of the live release, having looked which that is."""
        release = self._database.current()
        if release is not self._kept.release:
            self._kept = Kept(release, self._most)
        self._looks = now + LOOK_SECONDS
        return self._kept

    def _first(self, kept: Kept, key: Key, none_match: bytes | None) -> Entry | None:
        """Return an answer that is not kept yet, if it is quickly had."""
        self._tally.misses += 1
        if key[0] == b"/metrics":
            self._flush()
        return self._direct.answer(kept, key, none_match) if kept.release else None

    def _keep(self, kept: Kept, key: Key, method: str, reply: Reply) -> None:
        """Keep what Flask answered, if it is all there and decided by what it is kept under."""
        if method != "GET" or reply.status != HTTPStatus.OK or reply.stream or kept.release is None:
            return
        said = dict(reply.headers)
        decided = {b"cache-control": PUBLIC.encode(), b"vary": _VARY, _VERSION: kept.release.version.encode()}
        if b"etag" in said and decided.items() <= said.items():
            headers: Headers = [one for one in reply.headers if one[0] != _ID]
            coding = said.get(b"content-encoding", b"")
            kept.put(key, Entry(reply.route, said[b"etag"], headers, reply.body, coding))

    async def _live(self, receive: Receive, send: Send) -> None:
        """Count for as long as the worker lives."""
        await receive()
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
        self._tally.kept_bytes = self._kept.bytes
        self._tally.flush()
