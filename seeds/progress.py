"""How far a long load is, for whoever wants to show it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class Progress(Protocol):
    """Wraps an iterable to report how many of its items are done."""

    def __call__(self, what: str, items: Iterable[T], total: int) -> Iterable[T]:
        """Return the items; `what` names the work, and `total` is their number."""


def unseen(what: str, items: Iterable[T], total: int) -> Iterator[T]:
    """Yield the items, and report nothing."""
    yield from items


def run_steps(steps: Sequence[Callable[[], object]], what: str, progress: Progress) -> None:
    """Call functions one after another, as the items of a piece of work."""
    for step in progress(what, steps, len(steps)):
        step()
