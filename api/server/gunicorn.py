"""gunicorn's settings for Headcount, and the choice of its worker class."""

import ctypes
import logging
import shutil
import tempfile
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from gunicorn.app.base import BaseApplication

from api import create_app
from api.config import Config
from api.http.metrics import end_process
from api.server.front_door import FrontDoor

log = logging.getLogger(__name__)

TESTED_GUNICORN = "27.0.1"
"""The version of gunicorn whose private names `api.server.fast_protocol` uses."""
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_M_ARENA_MAX = -8  # <malloc.h>


def choose_worker() -> str | type:
    """Return our faster worker class if gunicorn is the tested version, else gunicorn's own, with a warning."""
    if (installed := version("gunicorn")) != TESTED_GUNICORN:
        log.warning(
            "gunicorn is %s, not %s: repeated answers take more time, invalid HTTP is refused in plain text, and "
            "HEADCOUNT_FIRST_REQUEST_SECONDS does nothing",
            *(installed, TESTED_GUNICORN),
        )
        return "asgi"
    from api.server.fast_protocol import Worker  # noqa: PLC0415 (no other version may import it)

    return Worker


def limit_malloc_arenas(_server: object, _worker: object) -> None:
    """Limit glibc to two malloc arenas in a worker; else each thread's arena keeps the memory that it used."""
    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL("libc.so.6").mallopt(_M_ARENA_MAX, 2)


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with our application; each worker opens the database itself, after the fork."""

    def __init__(self, config: Config, host: str, port: int, workers: int) -> None:
        self._metrics_folder = Path(tempfile.mkdtemp(prefix="headcount-metrics-"))
        self._config = replace(config, metrics_folder=self._metrics_folder)
        self._cache_bytes = config.cache_bytes // workers
        self._settings = {
            "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
            "workers": workers,
            "worker_class": choose_worker(),
            "http_parser": "auto",  # gunicorn_h1c where it is installed (`pip install headcount[fast]`)
            "asgi_loop": "uvloop",
            "preload_app": True,  # the workers share the memory of what is imported before they are forked
            "asgi_lifespan": "on",
            "asgi_disconnect_grace_period": 0,  # stop working for a client that has gone
            "keepalive": 5,
            "graceful_timeout": 30,
            "limit_request_line": 8190,
            "control_socket_disable": True,
            "post_fork": limit_malloc_arenas,
            "child_exit": lambda _, worker: end_process(self._metrics_folder, worker.pid),
            "on_exit": lambda _: shutil.rmtree(self._metrics_folder, ignore_errors=True),
            "proc_name": "headcount",
        }
        super().__init__()

    def load_config(self) -> None:
        """Pass our settings to gunicorn, which reads no configuration file and no GUNICORN_* variable."""
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> FrontDoor:
        """Return the front door with the Flask application behind it."""
        app = create_app(self._config)
        for name in app.jinja_env.list_templates():  # compiled here, they are in every worker before its first page
            app.jinja_env.get_template(name)
        return FrontDoor(app, self._cache_bytes)
