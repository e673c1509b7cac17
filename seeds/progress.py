"""Reports of the progress of a long load."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class Progress(Protocol):
    """Wraps an iterable to report how many of its items are done."""

    def __call__(self, what: str, items: Iterable[T], total: int) -> Iterable[T]:
        """Return the items; `what` names the work, and `total` is their number."""


def no_progress(what: str, items: Iterable[T], total: int) -> Iterator[T]:
    """Yield the items without a report."""
    yield from items


def run_steps(steps: Sequence[Callable[[], object]], what: str, progress: Progress) -> None:
    """Call functions one after another, and report how many are done."""
    for step in progress(what, steps, len(steps)):
        step()
