"""gunicorn, set up for Headcount."""

import os
import shutil
import tempfile
from typing import Any

import gevent
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine, UnsupportedTransferCoding
from gunicorn.workers.ggevent import GeventWorker
from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    NotImplemented,
    RequestHeaderFieldsTooLarge,
    RequestURITooLarge,
)

from api import create_app
from api.errors import handle_http_exception

_SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
TURN = 0.0001
"""Seconds for which a connection stands back when it has been answered."""

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

_REFUSALS: tuple[tuple[type[Exception], HTTPException], ...] = (
    (LimitRequestLine, RequestURITooLarge("The request line is too long.")),
    (LimitRequestHeaders, RequestHeaderFieldsTooLarge("The headers are too long, or too many.")),
    (UnsupportedTransferCoding, NotImplemented("This transfer coding is not known here.")),
)


class Worker(GeventWorker):  # type: ignore[misc]
    """gunicorn's gevent worker, whose own refusals of what is no HTTP are problem documents too."""

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> Any:
        """Answer a request, then let the other connections have their turn.

        A client that asks again at once would otherwise be answered again at once, and others wait for seconds. It is
        a timer because gevent sees to callbacks, which `sleep(0)` is, before it looks at sockets.
        """
        keep_alive = super().handle_request(listener_name, req, sock, addr)
        gevent.sleep(TURN)
        return keep_alive

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """Answer a request that could not be read; anything else goes gunicorn's way."""
        if not type(exc).__module__.startswith("gunicorn.http"):
            super().handle_error(req, client, addr, exc)
            return
        refusal = next((answer for kind, answer in _REFUSALS if isinstance(exc, kind)), None)
        with self.wsgi.test_request_context("/unreadable"):
            self.wsgi.preprocess_request()
            response = self.wsgi.process_response(
                handle_http_exception(refusal or BadRequest("This is not a request that HTTP knows."))
            )
        body = response.get_data()
        headers = {**response.headers, "Connection": "close"}
        lines = [f"HTTP/1.1 {response.status}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        try:
            client.sendall("\r\n".join(lines).encode("latin-1") + body)
        except OSError as error:
            self.log.debug("The client went before it was answered: %s", error)


def _forget(_: Any, worker: Any) -> None:
    """Let go of the open files of a worker that has ended; what it counted stays."""
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415 (see api.metrics)

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with the application in it; every worker opens the database for itself, after the fork."""

    def __init__(self, host: str, port: int, workers: int) -> None:
        """Take where to listen, and with how many processes."""
        self.settings = {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "workers": workers,
            "worker_connections": 10_000,
            "worker_class": Worker,
            "keepalive": 5,
            "graceful_timeout": 30,
            "limit_request_line": 8190,
            "control_socket_disable": True,
            "child_exit": _forget,
            "on_exit": lambda _: shutil.rmtree(os.environ[_SHARED_FOLDER], ignore_errors=True),
            "proc_name": "headcount",
        }
        # Where the workers' counts are shared; named before prometheus-client is imported (see api.metrics).
        os.environ[_SHARED_FOLDER] = tempfile.mkdtemp(prefix="headcount-metrics-")
        super().__init__()

    def load_config(self) -> None:
        """Give gunicorn the settings; it reads no file and no GUNICORN_* variable."""
        for name, value in self.settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application."""
        return create_app()
