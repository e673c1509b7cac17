"""Progress bars of long commands, on stderr if that is a terminal: progress, speed and remaining time."""

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

_SECONDS_BETWEEN_UPDATES = 0.1
_SECONDS_BEFORE_BAR = 1


class _Rate(ProgressColumn):
    """The number of items per second, as a column."""

    def render(self, task: Task) -> Text:
        """Return the number as text."""
        return Text(f"{task.speed or 0:,.0f}/s")


def _bar(*columns: ProgressColumn) -> Progress:
    console = Console(stderr=True)
    shown = (TextColumn("{task.description}"), BarColumn(), *columns, TimeRemainingColumn())
    return Progress(*shown, console=console, transient=True, disable=not console.is_terminal)


def steps(what: str, items: Iterable[T], total: int) -> Iterator[T]:
    """Yield the items of a step; on a terminal, show a bar named `what` if the step takes longer than a second."""
    bar = _bar(MofNCompleteColumn(), _Rate())
    task = bar.add_task(what, total=total)
    shown, updated = False, time.monotonic()
    try:
        for done, item in enumerate(items):
            now = time.monotonic()
            if now - updated > (_SECONDS_BETWEEN_UPDATES if shown else _SECONDS_BEFORE_BAR):
                if not shown:
                    bar.start()
                bar.update(task, completed=done)
                shown, updated = True, now
            yield item
    finally:
        if shown:
            bar.stop()


class Reading:
    """A progress bar for the tables that are read: `size` is their bytes together; it also shows the rows read."""

    def __init__(self, size: int) -> None:
        self._bar = _bar(TaskProgressColumn(), TextColumn("{task.fields[rows]}"))
        self._task = self._bar.add_task("Reading", total=size, rows="")
        self._started = time.monotonic()

    def __enter__(self) -> Self:
        """Show the bar."""
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Remove the bar."""
        self._bar.stop()

    def advance(self, rows: int, read: int) -> None:
        """Show how many rows and how many bytes have been read so far."""
        self._bar.update(self._task, completed=read, rows=self.rate(rows))

    def rate(self, rows: int) -> str:
        """Return a number of rows, the seconds since reading began, and the rows per second, as text."""
        seconds = time.monotonic() - self._started
        return f"{counted(rows, 'row')} in {seconds:,.0f} s ({rows / max(seconds, 0.001):,.0f} a second)"
