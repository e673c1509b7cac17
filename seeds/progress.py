"""How far a long load is: whoever loads may look on."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class Progress(Protocol):
    """What is given items to hand on one by one, with what is done to them and how many they are."""

    def __call__(self, what: str, items: Iterable[T], total: int) -> Iterable[T]:
        """Return the items."""


def unseen(what: str, items: Iterable[T], total: int) -> Iterator[T]:
    """Hand items on, and show nothing."""
    yield from items


def take(steps: Sequence[Callable[[], object]], what: str, progress: Progress) -> None:
    """Take steps one after another."""
    for step in progress(what, steps, len(steps)):
        step()
