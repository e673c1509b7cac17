"""Who does what can be done beside the rest: other processes where there is much to do, else whoever asks."""

import gc
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_MANY = 20_000
"""Estimates from which on other processes are worth their start."""


class _AtOnce(Executor):
    """Does what it is given at once."""

    def submit(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Return what came of it; what it raises is raised here."""
        done: Future[T] = Future()
        done.set_result(function(*args, **kwargs))
        return done


AT_ONCE = _AtOnce()


@contextmanager
def collecting_what_is_new() -> Iterator[None]:
    """Keep Python from looking for garbage among all that is remembered, which would take half of the time.

    Whoever makes much has it looked for among that, by `gc.collect(0)`.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def workers_for(estimates: int) -> Executor:
    """Return who helps to load that many estimates."""
    if estimates < _MANY:
        return AT_ONCE
    return ProcessPoolExecutor(2, multiprocessing.get_context("spawn"), initializer=gc.disable)
