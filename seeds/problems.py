"""Problems of curated files and mappings: what is wrong, and in which file, line and column."""

from dataclasses import dataclass
from pathlib import Path

from schema.grammar import counted


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
    """The seeds or a mapping have problems; nothing was written. Its text counts them."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(counted(len(problems), "problem"))
        self.problems = sorted(set(problems))
