"""What is wrong with a seed, and where."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong: file, line and column (from 1), the place in the record, and what with what expected."""

    file: Path
    line: int
    column: int
    place: str
    what: str

    def __str__(self) -> str:
        """Return `file:line:column: place: what; expected …`, one line whatever the file holds."""
        place = f"{self.place}: " if self.place else ""
        text = f"{self.file}:{self.line}:{self.column}: {place}{self.what}"
        return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


class SeedsRefused(Exception):  # noqa: N818 (named for what happened)
    """The seeds hold problems; nothing was written."""

    def __init__(self, problems: list[Problem]) -> None:
        """Take all problems that were found."""
        super().__init__(f"{len(problems)} problems")
        self.problems = sorted(set(problems))
