"""Problems of curated files and mappings: what is wrong, and in which file, line and column."""

from dataclasses import dataclass
from pathlib import Path

from schema.grammar import counted


@dataclass(frozen=True, order=True)
class Problem:
    """One problem: file, line and column (from 1), place in the record, and `what`: "… is wrong; expected …"."""

    file: Path
    line: int
    column: int
    place: str
    what: str

    def __str__(self) -> str:
        """Return `file:line:column: place: what` in one line; characters that are not printable are escaped."""
        place = f"{self.place}: " if self.place else ""
        text = f"{self.file}:{self.line}:{self.column}: {place}{self.what}"
        return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


class SeedsRefused(Exception):  # noqa: N818 (named for what happened)
    """The seeds or a mapping have problems, and nothing was written; the text is the number of problems."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(counted(len(problems), "problem"))
        self.problems = sorted(set(problems))
