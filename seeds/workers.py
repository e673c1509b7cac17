"""Where work is done: in this process where there is little, else in a pool of others; decided here and nowhere else.

The measure is bytes, for that is what both users know before they begin: an import the size of its files, the writing
of a release the size of its staging file.
"""

import gc
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

SMALL = 4_000_000
"""Bytes below which the half second that processes take to start is not won back; about 3,000 staged estimates."""
PROCESSES = max(2, min(4, os.cpu_count() or 1))


class _Inline(Executor):
    """Runs each task when it is submitted, in the thread that submits it."""

    def submit(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Return the result as a future that is done; raises what the function raises."""
        future: Future[T] = Future()
        future.set_result(function(*args, **kwargs))
        return future


INLINE = _Inline()


def executor_for(size: int, initializer: Callable[..., object] | None = None, *initargs: Any) -> Executor:
    """Return what runs tasks on that many bytes: a pool of processes, or, where they are few, this process.

    `initializer` is called with `initargs` in each process before its first task. Processes pause garbage collection.
    """
    if size >= SMALL:
        arguments = (initializer, initargs)
        return ProcessPoolExecutor(PROCESSES, get_context("spawn"), initializer=_start, initargs=arguments)
    if initializer:
        initializer(*initargs)
    return INLINE


def _start(initializer: Callable[..., object] | None, initargs: tuple[Any, ...]) -> None:
    gc.disable()
    if initializer:
        initializer(*initargs)


@contextmanager
def gc_paused() -> Iterator[None]:
    """Pause Python's garbage collection, which looks through all objects again and again while many are made.

    Measured: reading 10,000 rows takes 12 % less processor time; the more objects are held, the more it saves.
    Whoever makes many objects in the block calls `gc.collect(0)` now and then, which looks at new ones only.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
