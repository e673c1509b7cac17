"""gunicorn, set up for Headcount."""

import asyncio
import ctypes
import os
import shutil
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.asgi import protocol
from gunicorn.workers import gasgi
from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    InternalServerError,
    NotImplemented,
    RequestHeaderFieldsTooLarge,
    RequestURITooLarge,
)

from api import create_app
from api.http.headers import REQUEST_ID
from api.http.problems import handle_http_exception

if TYPE_CHECKING:
    from api.server.front_door import FrontDoor

ID = REQUEST_ID.encode()
_M_ARENA_MAX = -8  # <malloc.h>
FIRST_REQUEST_SECONDS = 10
"""How long the headers of a connection's first request may take; who sends none would hold up a worker's end."""
_SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

_REFUSALS: dict[int, HTTPException] = {
    414: RequestURITooLarge("The request line is too long."),
    431: RequestHeaderFieldsTooLarge("The headers are too long, or too many."),
    500: InternalServerError("Something went wrong here."),
    501: NotImplemented("This transfer coding is not known here."),
}


class Protocol(protocol.ASGIProtocol):  # type: ignore[misc]
    """gunicorn's protocol: what can be is answered at once, and what is no HTTP is refused with a problem document."""

    def __init__(self, worker: Any) -> None:
        """Take the worker, whose application is the front door."""
        super().__init__(worker)
        self.front: FrontDoor = worker.asgi
        self.app = self.front.in_a_thread

    def connection_made(self, transport: Any) -> None:
        """Start the clock on a client's first request; gunicorn does on those after it (`keepalive`)."""
        super().connection_made(transport)
        self._keepalive_handle = self.worker.loop.call_later(FIRST_REQUEST_SECONDS, self._keepalive_timeout)

    def _send_error_response(self, status: int, message: str, extra_headers: Any = ()) -> None:
        """Answer a request that could not be read."""
        app = self.front.flask
        refusal = _REFUSALS.get(status) or BadRequest("This is not a request that HTTP knows.")
        with app.test_request_context("/unreadable"):
            app.preprocess_request()
            response = app.process_response(handle_http_exception(refusal))
        headers = {**response.headers, "Connection": "close"}
        lines = [f"HTTP/1.1 {response.status}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        self._safe_write("\r\n".join(lines).encode("latin-1") + response.get_data())

    async def _serve_http_request(self, request: Any, sockname: Any, peername: Any) -> Any:
        """Answer at once what can be, without a task, a scope and a check of headers that are our own."""
        query = request.query.encode("latin-1")
        ready = self.front.at_once(request.method, request.raw_path, query, request.headers_bytes)
        if ready is None:
            return await super()._serve_http_request(request, sockname, peername)
        close = self._will_close(request, False)
        self._response_buffer = b"%b%b%b: %b\r\n%bServer: gunicorn/asgi\r\n%b\r\n" % (
            protocol._get_cached_status_line(request.version, ready.status),
            ready.head,
            ID,
            ready.id,
            protocol._get_cached_date_header(),
            b"Connection: close\r\n" if close else b"",
        )
        self._send_body(ready.body)
        if self._flow_control.write_paused:
            await self._flow_control.drain()
        elif self._callback_parser.remaining():
            await asyncio.sleep(0)  # a client that asks for more without waiting keeps no other from its turn
        return not close

    def _is_websocket_upgrade(self, request: Any) -> bool:
        """Say no: a client that would rather speak another protocol is answered in HTTP."""
        return False


def _share_heaps() -> None:
    """Have glibc keep two heaps for all threads: with one for each, each keeps what one costly answer took."""
    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL("libc.so.6").mallopt(_M_ARENA_MAX, 2)


class Worker(gasgi.ASGIWorker):  # type: ignore[misc]
    """gunicorn's ASGI worker, with our protocol."""

    def init_process(self) -> None:
        """Begin to serve."""
        _share_heaps()
        protocol.ASGIProtocol._check_h1c_protocol_available()  # which looks at this class for what it finds
        gasgi.ASGIProtocol = Protocol  # by this name the worker makes a protocol for each connection
        super().init_process()


def _forget(_: Any, worker: Any) -> None:
    """Let go of the open files of a worker that has ended; what it counted stays."""
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415 (see api.http.metrics)

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with the application in it; every worker opens the database for itself, after the fork."""

    def __init__(self, host: str, port: int, workers: int) -> None:
        """Take where to listen, and with how many processes."""
        self.settings = {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "workers": workers,
            "worker_class": Worker,
            "http_parser": "fast",
            "asgi_loop": "uvloop",
            "preload_app": True,  # what workers share is made before they are forked (see api.server.cache)
            "asgi_lifespan": "on",
            "asgi_disconnect_grace_period": 0,  # nobody waits for what a client that has gone asked
            "keepalive": 5,
            "graceful_timeout": 30,
            "limit_request_line": 8190,
            "control_socket_disable": True,
            "child_exit": _forget,
            "on_exit": lambda _: shutil.rmtree(os.environ[_SHARED_FOLDER], ignore_errors=True),
            "proc_name": "headcount",
        }
        # Where the workers' counts are shared; named before prometheus-client is imported (see api.http.metrics).
        os.environ[_SHARED_FOLDER] = tempfile.mkdtemp(prefix="headcount-metrics-")
        super().__init__()

    def load_config(self) -> None:
        """Give gunicorn the settings; it reads no file and no GUNICORN_* variable."""
        for name, value in self.settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Return the application, with the front door before it."""
        from api.server.front_door import FrontDoor  # noqa: PLC0415 (see api.http.metrics)

        return FrontDoor(create_app())
