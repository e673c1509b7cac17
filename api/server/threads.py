"""From ASGI to Flask: one hop into a bounded pool of threads for a whole body, one for each piece of a stream.

A reader that is slow holds no thread: the next piece is read when the one before is on its way. When a client has
gone, gunicorn cancels the task that waits, and the thread's query is interrupted (`schema.store.sqlite`).
"""

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO
from typing import Any, NamedTuple, TypeVar
from urllib.parse import unquote_to_bytes, urlsplit

from flask import Flask

from schema.store.sqlite import Deadline

THREADS = 16
PIECE, PIECE_SECONDS = 65_536, 0.02
"""A piece of a stream is this long, or what could be read in this time."""

NICER = 5

T = TypeVar("T")


def environ_of(scope: dict[str, Any]) -> dict[str, Any]:
    """Return a request as WSGI has it; its body is not read, for no view looks at one."""
    path, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
    target = f"{path}?{query}" if query else path
    if path[:1] != "/" and "://" in path:  # as a proxy is asked
        path = urlsplit(path).path
    server, client = scope["server"] or ("localhost", 80), scope["client"]
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "RAW_URI": target,
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1] or 80),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if client:
        environ |= {"REMOTE_ADDR": client[0], "REMOTE_PORT": str(client[1])}
    for name, value in scope["headers"]:
        key = name.decode("latin-1").upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        text = value.decode("latin-1")
        environ[key] = f"{environ[key]},{text}" if key in environ else text
    return environ


class Stream:
    """A body that is read piece by piece, each in whatever thread is free."""

    def __init__(self, chunks: Iterable[bytes], deadline: Deadline) -> None:
        """Take the chunks, and until when they are waited for."""
        self._chunks, self._deadline = chunks, deadline
        self._iterator: Iterator[bytes] = iter(chunks)
        self._lock = threading.Lock()  # a piece may still be read when the client has gone

    def piece(self) -> tuple[bytes, bool]:
        """Return the next piece, and whether there is more."""
        read, size, ends = [], 0, time.monotonic() + PIECE_SECONDS
        with self._lock, self._deadline:
            for chunk in self._iterator:
                read.append(chunk)
                size += len(chunk)
                if size >= PIECE or time.monotonic() > ends:
                    return b"".join(read), True
        return b"".join(read), False

    def close(self) -> None:
        """Let go of what the chunks come from."""
        with self._lock:
            if close := getattr(self._chunks, "close", None):
                close()


class Reply(NamedTuple):
    """What Flask answers: a whole body, or a stream whose first piece is read."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    stream: Stream | None
    route: str


def _stand_back() -> None:
    """Leave the processor to the event loop where both want it; Linux has a niceness for each thread."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), os.getpriority(os.PRIO_PROCESS, 0) + NICER)


class Bridge:
    """Asks Flask in threads."""

    def __init__(self, app: Flask) -> None:
        """Take the application."""
        self._app = app
        self._pool = ThreadPoolExecutor(THREADS, "flask", _stand_back)

    def close(self) -> None:
        """End the threads; what they still do is for nobody."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _in_thread(self, deadline: Deadline, call: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, call)
        except asyncio.CancelledError:
            deadline.cancelled = True
            raise

    async def ask(self, scope: dict[str, Any]) -> Reply:
        """Return Flask's answer."""
        deadline = Deadline()
        return await self._in_thread(deadline, partial(self._ask, environ_of(scope), deadline))

    async def send(self, reply: Reply, send: Callable[[dict[str, Any]], Any]) -> None:
        """Send an answer; of a stream, the next piece is read when there is room for it."""
        await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
        if not (stream := reply.stream):
            await send({"type": "http.response.body", "body": reply.body})
            return
        try:
            piece, more = reply.body, True
            while more:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                piece, more = await self._in_thread(stream._deadline, stream.piece)
            await send({"type": "http.response.body", "body": piece})
        finally:
            self._pool.submit(stream.close)

    def _ask(self, environ: dict[str, Any], deadline: Deadline) -> Reply:
        begun: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Callable[[bytes], object]:
            begun[:] = [int(status[:3]), headers]
            return lambda _: None

        with deadline:
            stream = Stream(self._app(environ, start_response), deadline)
        status, headers = begun
        rule = getattr(environ["werkzeug.request"], "url_rule", None)
        encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        length = dict(encoded).get(b"content-length")
        piece, more = stream.piece()
        if more and length is not None and len(piece) == int(length):
            more = False
        if not more or deadline.cancelled:
            stream.close()
        return Reply(status, encoded, piece, stream if more else None, rule.rule if rule else "none")
