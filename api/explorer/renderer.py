"""Has a process of its own draw: the JavaScript engine in it would make a web worker larger by 150 MB.

A worker starts it at first need, and ends it once it has been idle; it ends by itself when its worker has gone, however
that went, since it then reads the end of its input.
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
LONGEST = 20
"""Seconds for which a drawing is waited for; gunicorn takes a worker for dead after 30."""
IDLE = 60
"""Seconds after which a process that draws nothing is ended."""
_PENCIL = Path(__file__).with_name("renderer_process.py")


class Pencil:
    """A process that draws one thing after another; threads may share it."""

    def __init__(self, longest: float = LONGEST, idle: float = IDLE) -> None:
        """Take how long a drawing may take, and how long the process may be idle; nothing is started yet."""
        self.longest, self.idle = longest, idle
        self.process: subprocess.Popen[bytes] | None = None
        self._stream: BufferedRWPair
        self._turn = threading.Lock()
        self._end = threading.Timer(idle, self.close)

    def draw(self, what: str, specified: str = "") -> bytes:
        """Return a specification, which is one line, drawn as "svg" or "png", or the "script" that shows any.

        Raises ServiceUnavailable where there is no drawing in time, ValueError where what was specified is refused.
        """
        line = f"{what} {specified}\n".encode()
        if self._turn.acquire(timeout=self.longest):
            try:
                with suppress(TimeoutError):
                    for _ in range(2):  # a process that was lost is replaced, once
                        with suppress(ConnectionError, EOFError):
                            return self._asked(line)
            finally:
                self._turn.release()
        detail = f"This cannot be drawn within {self.longest} seconds here; try again later, or ask for less."
        raise ServiceUnavailable(detail, retry_after=30)

    def close(self) -> None:
        """End the process; the next drawing starts another."""
        with self._turn:
            self._stop()

    def _asked(self, line: bytes) -> bytes:
        self._end.cancel()
        if self.process is None:
            self._start()
        try:
            self._stream.write(line)
            self._stream.flush()
            if not (head := self._stream.readline()):
                raise EOFError
            done, size = head.split()
            answer = self._stream.read(int(size))
            if len(answer) < int(size):
                raise EOFError
        except BaseException:  # whatever it was, the next to ask must not be given this answer
            self._stop()
            raise
        self._end = threading.Timer(self.idle, self.close)
        self._end.daemon = True
        self._end.start()
        if done != b"drawn":
            raise ValueError(answer.decode())
        return answer

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.settimeout(self.longest)
            # It ends itself only where nobody is left to end it: a moment later than we would.
            command = [sys.executable, "-P", str(_PENCIL), VEGA_LITE, str(self.longest + 1)]
            self.process = subprocess.Popen(command, stdin=theirs.fileno(), start_new_session=True)  # noqa: S603 (our own file)
            self._stream = ours.makefile("rwb")

    def _stop(self) -> None:
        self._end.cancel()
        if self.process is None:
            return
        with suppress(OSError):
            self._stream.close()
        self.process.kill()
        self.process.wait()
        self.process = None


@lru_cache(maxsize=1)
def pencil() -> Pencil:
    """Return the pencil of this web worker, made at first need: no lock of it may be older than a worker's fork."""
    made = Pencil()
    atexit.register(made.close)
    return made
