"""What a long command shows on a terminal, on stderr: how far it is, how fast, and how long it will take."""

import time
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self, TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from schema.grammar import counted

T = TypeVar("T")

_SECONDS_BETWEEN_LOOKS = 0.1


class _Rate(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        """Return it as text."""
        return Text(f"{task.speed or 0:,.0f}/s")


def _bar(*columns: ProgressColumn) -> Progress:
    console = Console(stderr=True)
    shown = (TextColumn("{task.description}"), BarColumn(), *columns, TimeRemainingColumn())
    return Progress(*shown, console=console, transient=True, disable=not console.is_terminal)


def steps(what: str, items: Iterable[T], total: int) -> Iterator[T]:
    """Hand items on; on a terminal, a bar shows how far it is and how fast, once that takes longer than a second."""
    bar = _bar(MofNCompleteColumn(), _Rate())
    task = bar.add_task(what, total=total)
    shown, looked = False, time.monotonic()
    try:
        for done, item in enumerate(items):
            now = time.monotonic()
            if now - looked > (_SECONDS_BETWEEN_LOOKS if shown else 1):
                if not shown:
                    bar.start()
                bar.update(task, completed=done)
                shown, looked = True, now
            yield item
    finally:
        if shown:
            bar.stop()


class Reading:
    """A bar over the bytes of tables that are read, with the rows that they held."""

    def __init__(self, size: int) -> None:
        """Take how many bytes there are to read."""
        self._bar = _bar(TaskProgressColumn(), TextColumn("{task.fields[rows]}"))
        self._task = self._bar.add_task("Reading", total=size, rows="")
        self._started = time.monotonic()
        self._seconds = 0.0

    def __enter__(self) -> Self:
        """Show it."""
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Take it away."""
        self._seconds = time.monotonic() - self._started
        self._bar.stop()

    def advance(self, rows: int, read: int) -> None:
        """Show that so many rows, and so many bytes, have been read."""
        self._seconds = time.monotonic() - self._started
        self._bar.update(self._task, completed=read, rows=self.rate(rows))

    def rate(self, rows: int) -> str:
        """Return how many rows were read, and how many in a second."""
        return f"{counted(rows, 'row')} in {self._seconds:,.0f} s ({rows / max(self._seconds, 0.001):,.0f} a second)"
