"""Problems of curated files and mappings: what is wrong, and in which file, line and column."""

from dataclasses import dataclass
from pathlib import Path

from schema.grammar import counted
from seeds.manual import MANUAL, SECTIONS


@dataclass(frozen=True, order=True)
class Problem:
    """One problem: file, line and column (from 1), place in the record, and `what`: "… is wrong; expected …".

    `rule` is the rule that is broken, one of `seeds.manual`.
    """

    file: Path
    line: int
    column: int
    place: str
    what: str
    rule: str = "file"

    @property
    def see(self) -> str:
        """Return the address of the rule in the coding manual."""
        return f"{MANUAL}#{SECTIONS[self.rule]}"

    def __str__(self) -> str:
        """Return `file:line:column: place: what; see …` in one line; what is not printable is escaped."""
        place = f"{self.place}: " if self.place else ""
        text = f"{self.file}:{self.line}:{self.column}: {place}{self.what}; see {self.see}"
        return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


class SeedsRefused(Exception):  # noqa: N818 (named for what happened)
    """The seeds or a mapping have problems, and nothing was written; the text is the number of problems."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(counted(len(problems), "problem"))
        self.problems = sorted(set(problems))
