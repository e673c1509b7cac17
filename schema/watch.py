"""How long a question may take: SQLite is asked to stop before its worker is taken for dead."""

import time
from math import inf

LONGEST_STEP = 20
"""Seconds; gunicorn takes a worker for dead after 30."""
STEPS_BETWEEN_LOOKS = 100_000
"""Of SQLite's virtual machine; some milliseconds."""


class Watch:
    """How long one step of SQLite's may take: a question that takes longer is given up, and its worker lives on."""

    def __init__(self) -> None:
        """Let the first step take as long as it takes."""
        self._ends = inf

    def begin(self) -> None:
        """Begin a step: a query, or the next rows of one."""
        self._ends = time.monotonic() + LONGEST_STEP

    def has_ended(self) -> bool:
        """Say whether the step has taken too long; SQLite asks, and then raises `interrupted`."""
        return time.monotonic() > self._ends
