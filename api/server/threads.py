"""The pool of threads in which Flask answers: one call for a whole body, one call for each piece of a stream.

A slow client occupies no thread: the next piece is read after the previous one has been sent. When a client has gone,
gunicorn cancels the task that waits, and the thread's query is interrupted (`schema.store.queries`).
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

from api.http.metrics import ROUTE
from api.http.problems import FAILURE
from schema.store.errors import QueryError
from schema.store.queries import Deadline

THREADS = 16
WITHOUT_DATABASE = {b"/health/live", b"/health/ready", b"/metrics"}
"""Addresses that other threads answer, so that they never wait for queries."""
THREADS_WITHOUT_DATABASE = 4
PIECE, PIECE_SECONDS = 65_536, 0.02
"""The size of a piece of a stream in bytes, and the seconds after which a piece ends although it is smaller."""
NICENESS = 5
"""The threads' niceness above that of the event loop: how much lower their priority is."""

T = TypeVar("T")


def wsgi_environ(scope: dict[str, Any], body: bytes = b"") -> dict[str, Any]:
    """Return the WSGI environment of an ASGI request with a body, or with as much of it as is read."""
    path, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
    target = f"{path}?{query}" if query else path
    if path[:1] != "/" and "://" in path:  # the absolute form, which clients send to a proxy
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
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if client:
        environ |= {"REMOTE_ADDR": client[0], "REMOTE_PORT": str(client[1])}
    for name, value in scope["headers"]:
        key = name.decode("latin-1").upper().replace("-", "_")
        if key == "UPGRADE":  # a wish that a server may ignore; werkzeug refuses a WebSocket as a bad request
            continue
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        text = value.decode("latin-1")
        environ[key] = f"{environ[key]},{text}" if key in environ else text
    environ["CONTENT_LENGTH"] = str(len(body))
    return environ


class Stream:
    """A body that is read piece by piece, each piece by any thread.

    `deadline` is cancelled when the client has gone; then reading ends.
    """

    def __init__(self, chunks: Iterable[bytes], deadline: Deadline) -> None:
        self.deadline = deadline
        self._chunks = chunks
        self._iterator: Iterator[bytes] = iter(chunks)
        self._lock = threading.Lock()  # `close` may be called while a piece is still read

    def read(self) -> tuple[bytes, bool]:
        """Return the next piece, and whether more may follow."""
        chunks, size, ends = [], 0, time.monotonic() + PIECE_SECONDS
        with self._lock, self.deadline:
            for chunk in self._iterator:
                chunks.append(chunk)
                size += len(chunk)
                if size >= PIECE or time.monotonic() > ends:
                    return b"".join(chunks), True
        return b"".join(chunks), False

    def close(self) -> None:
        """Close the iterable that yields the chunks."""
        with self._lock:
            if close := getattr(self._chunks, "close", None):
                close()


class FlaskResponse(NamedTuple):
    """Flask's response: `body` is the whole body, or its first piece if there is a `stream` of the others.

    `route` is the URL rule that answered, or "none".
    """

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    stream: Stream | None
    route: str


def lower_priority() -> None:
    """Lower this thread's priority below the event loop's; only Linux has a niceness for each thread."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), os.getpriority(os.PRIO_PROCESS, 0) + NICENESS)


class FlaskThreads:
    """The pool of threads in which the Flask application answers."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._pool = ThreadPoolExecutor(THREADS, "flask", lower_priority)
        self._pool_without_database = ThreadPoolExecutor(THREADS_WITHOUT_DATABASE, "no database", lower_priority)

    def close(self) -> None:
        """Stop the threads; calls that have not begun are dropped."""
        for pool in (self._pool, self._pool_without_database):
            pool.shutdown(wait=False, cancel_futures=True)

    async def _in_thread(self, pool: ThreadPoolExecutor, deadline: Deadline, call: Callable[[], T]) -> T:
        """Return the result of a call in a thread of a pool; if the task is cancelled, cancel the deadline."""
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, call)
        except asyncio.CancelledError:
            deadline.cancelled = True
            raise

    async def call(self, scope: dict[str, Any], body: bytes = b"") -> FlaskResponse:
        """Return Flask's response to an ASGI request with a body."""
        deadline = Deadline()
        environ = wsgi_environ(scope, body)
        pool = self._pool_without_database if scope["raw_path"] in WITHOUT_DATABASE else self._pool
        return await self._in_thread(pool, deadline, partial(self._call, environ, deadline))

    async def send(self, response: FlaskResponse, send: Callable[[dict[str, Any]], Any]) -> None:
        """Send a response; the next piece of a stream is read after the previous one has been sent."""
        await send({"type": "http.response.start", "status": response.status, "headers": response.headers})
        if not (stream := response.stream):
            await send({"type": "http.response.body", "body": response.body})
            return
        try:
            piece, more = response.body, True
            while more:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                piece, more = await self._in_thread(self._pool, stream.deadline, stream.read)
            await send({"type": "http.response.body", "body": piece})
        finally:
            self._pool.submit(stream.close)

    def _call(self, environ: dict[str, Any], deadline: Deadline) -> FlaskResponse:
        """Call the application in this thread, and read the first piece of the body."""
        status_and_headers: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Callable[[bytes], object]:
            status_and_headers[:] = [int(status[:3]), headers]
            return lambda _: None

        with deadline:
            stream = Stream(self._app(environ, start_response), deadline)
        status, headers = status_and_headers
        encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        length = dict(encoded).get(b"content-length")
        try:
            piece, more = stream.read()
        except QueryError as error:  # nothing is sent yet, so Flask answers with the problem instead
            stream.close()
            return self._call(environ | {FAILURE: error}, deadline)
        if more and length is not None and len(piece) == int(length):
            more = False
        if not more or deadline.cancelled:
            stream.close()
        return FlaskResponse(status, encoded, piece, stream if more else None, environ.get(ROUTE, "none"))
