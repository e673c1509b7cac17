"""The renderer of charts; it runs in its own process, because its JavaScript engine needs 150 MB of memory.

A worker starts the process at its first chart, and ends it after some idle time. The process also ends when its worker
has ended or was killed, because then its input ends.
"""

import atexit
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from functools import lru_cache
from io import BufferedRWPair
from pathlib import Path

from werkzeug.exceptions import ServiceUnavailable

VEGA_LITE = "6.4"
TIMEOUT = 20
"""Seconds that a chart may take; gunicorn kills a worker that is blocked for 30."""
IDLE_TIMEOUT = 60
"""Seconds after which an idle process is ended."""
_RENDERER_PROCESS = Path(__file__).with_name("renderer_process.py")


class Renderer:
    """A renderer process, which several threads may use: it renders one chart after another.

    `timeout` is the time in seconds that a chart may take, with the wait for its turn; `idle_timeout` that after which
    an idle process is ended. `process` is None before the first chart, and while there is no process.
    """

    def __init__(self, timeout: float = TIMEOUT, idle_timeout: float = IDLE_TIMEOUT) -> None:
        self.timeout, self.idle_timeout = timeout, idle_timeout
        self.process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket
        self._stream: BufferedRWPair
        self._lock = threading.Lock()
        self._idle_timer = threading.Timer(idle_timeout, self.close)

    def render(self, format_: str, specification: str) -> bytes:
        """Return a specification, JSON in one line, as "svg" or "png".

        Raises ServiceUnavailable if it takes too long, ValueError if vl-convert refuses the specification.
        """
        request = f"{format_} {specification}\n".encode()
        if self._lock.acquire(timeout=self.timeout):
            try:
                with suppress(TimeoutError):
                    for _ in range(2):  # a lost process is replaced once
                        with suppress(ConnectionError, EOFError):
                            return self._answer(request)
            finally:
                self._lock.release()
        detail = f"This cannot be drawn within {self.timeout} seconds here; try again later, or ask for less."
        raise ServiceUnavailable(detail, retry_after=30)

    def close(self) -> None:
        """End the process; the next chart starts another."""
        with self._lock:
            self._stop()

    def _answer(self, request: bytes) -> bytes:
        """Return the process's answer; raises TimeoutError, and ConnectionError or EOFError if the process is lost."""
        self._idle_timer.cancel()
        if self.process is None:
            self._start()
        try:
            self._socket.settimeout(self.timeout)
            self._stream.write(request)
            self._stream.flush()
            if not (head := self._stream.readline()):
                raise EOFError
            status, size = head.split()
            answer = self._stream.read(int(size))
            if len(answer) < int(size):
                raise EOFError
        except BaseException:  # of any kind: the next request must not read this answer
            self._stop()
            raise
        self._idle_timer = threading.Timer(self.idle_timeout, self.close)
        self._idle_timer.daemon = True
        self._idle_timer.start()
        if status != b"rendered":
            raise ValueError(answer.decode())
        return answer

    def _start(self) -> None:
        self._socket, process_socket = socket.socketpair()
        with process_socket:
            # The process ends itself a second later than this worker would, in case the worker is gone.
            command = [sys.executable, "-P", str(_RENDERER_PROCESS), VEGA_LITE, str(self.timeout + 1)]
            self.process = subprocess.Popen(command, stdin=process_socket.fileno(), start_new_session=True)  # noqa: S603 (our own file)
            self._stream = self._socket.makefile("rwb")

    def _stop(self) -> None:
        self._idle_timer.cancel()
        if self.process is None:
            return
        with suppress(OSError):
            self._stream.close()
        self._socket.close()
        self.process.kill()
        self.process.wait()
        self.process = None


@lru_cache(maxsize=1)
def renderer() -> Renderer:
    """Return the renderer of this web worker, created at its first chart, so that its lock is newer than the fork."""
    worker_renderer = Renderer()
    atexit.register(worker_renderer.close)
    return worker_renderer
