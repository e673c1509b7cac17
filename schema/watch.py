"""How long a question may take: SQLite is asked to stop in time, or when nobody waits.

SQLite calls back in the thread that steps, so what holds for a thread holds for whatever it asks, on any connection.
"""

import threading
import time
from math import inf

LONGEST_STEP = 20
"""Seconds; gunicorn lets running requests go on for 30 when it is ended."""
STEPS_BETWEEN_LOOKS = 20_000
"""Of SQLite's virtual machine; about half a millisecond."""


class Asker:
    """Whoever waits for an answer: until when, and whether still."""

    def __init__(self, until: float = inf) -> None:
        """Take the time (`time.monotonic`) until which there is patience."""
        self.until = until
        self.gone = False

    def __enter__(self) -> None:
        """Ask in this thread."""
        _here.asker = self

    def __exit__(self, *_: object) -> None:
        """Have been answered."""
        _here.asker = _ANYBODY


_ANYBODY = Asker()


class _Here(threading.local):
    """What holds for this thread."""

    step_ends = inf
    asker = _ANYBODY


_here = _Here()


def is_waited_for() -> bool:
    """Say whether whoever asked in this thread still waits."""
    return not _here.asker.gone


def begin_step() -> None:
    """Begin a step of SQLite's in this thread: a query, or the next rows of one."""
    _here.step_ends = time.monotonic() + LONGEST_STEP


def has_ended() -> bool:
    """Say whether the step has taken too long, or nobody waits; SQLite asks, and then raises `interrupted`."""
    asker = _here.asker
    return asker.gone or time.monotonic() > min(_here.step_ends, asker.until)
