"""Two threads for the fast path where it waits for a database server, which the event loop must not.

To wake a thread for each request, and the loop for each answer, takes longer than a short query. So both are woken once
for all that has come meanwhile, which halves the processor time of a first answer.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

from api.server.threads import lower_priority

T = TypeVar("T")

THREADS = 2
"""One waits for the database while the other renders."""

_Call = tuple["asyncio.Future[Any]", Callable[[], Any]]


class FastThreads:
    """Two threads that make calls for the event loop; the calls raise nothing."""

    def __init__(self) -> None:
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._answers: deque[tuple[asyncio.Future[Any], Any]] = deque()
        self._is_loop_woken = False
        for _ in range(THREADS):
            threading.Thread(target=self._work, name="fast path", daemon=True).start()

    def run(self, call: Callable[[], T]) -> "asyncio.Future[T]":
        """Return the future result of a call."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._calls.put((future, call))
        return future

    def _work(self) -> None:
        lower_priority()
        while self._make_next_call():
            pass

    def _make_next_call(self) -> bool:
        """Wait for the next call and make it; return False when there will be none.

        While the thread waits for another, nothing here refers to this one, or its release would stay open.
        """
        if (work := self._calls.get()) is None:
            return False
        future, call = work
        if not future.cancelled():  # the client is still there
            self._answers.append((future, call()))
            if not self._is_loop_woken:
                self._wake(future.get_loop())
        return True

    def _wake(self, loop: asyncio.AbstractEventLoop) -> None:
        self._is_loop_woken = True
        try:
            loop.call_soon_threadsafe(self._deliver)
        except RuntimeError:  # it has ended, so nobody waits
            self._is_loop_woken = False

    def _deliver(self) -> None:
        self._is_loop_woken = False  # before the answers are taken, so that none is left behind
        while self._answers:
            future, answer = self._answers.popleft()
            if not future.cancelled():
                future.set_result(answer)

    def close(self) -> None:
        """End the threads, after the calls that wait."""
        for _ in range(THREADS):
            self._calls.put(None)
