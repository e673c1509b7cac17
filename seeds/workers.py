"""Who does what can be done beside the rest: other processes where there is much to do, else whoever asks."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
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


def workers_for(estimates: int) -> Executor:
    """Return who helps to load that many estimates."""
    if estimates < _MANY:
        return _AtOnce()
    return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))
