"""What is wrong with a table, row by row: named so that it can be counted, graded by what became of the row."""

import csv
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import Self


class Grade(StrEnum):
    """What a finding means for what is loaded."""

    UNREADABLE = "unreadable"
    """A file could not be read to its end: nothing is loaded, with or without --keep-going."""
    REFUSED = "refused"
    """The row is left out, or without --keep-going nothing is loaded."""
    NOTED = "noted"
    """The row is loaded as the mapping says; whoever uses it should know."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: its name, what became of the row, where it stands (from 1), what, with what expected."""

    name: str
    grade: Grade
    file: str
    line: int
    row: int
    place: str
    what: str

    def __str__(self) -> str:
        """Return `file:line: place: what; expected …`, one line whatever the file holds."""
        text = f"{self.file}:{self.line}: {f'{self.place}: ' if self.place else ''}{self.what}"
        return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


SHOWN = 20
"""How many of the worst are kept to be shown; all are in the report's file."""

SUFFIXES = (".ndjson", ".csv")


class Report:
    """All findings: counted by name, written to a file as they come, the worst of them kept to be shown."""

    def __init__(self, path: Path | None = None) -> None:
        """Take the file to write, NDJSON or CSV by its suffix."""
        self.path = path
        self.counts: Counter[tuple[Grade, str]] = Counter()
        self.shown: list[Finding] = []
        self._file: TextIOWrapper | None = None

    def __enter__(self) -> Self:
        """Open the file."""
        if self.path:
            self._file = self.path.open("w", encoding="utf-8", newline="")
            if self.path.suffix == ".csv":
                csv.writer(self._file).writerow(field.name for field in fields(Finding))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close the file."""
        if self._file:
            self._file.close()

    def add(self, findings: Iterable[Finding]) -> None:
        """Take what was found."""
        for finding in findings:
            self.counts[finding.grade, finding.name] += 1
            if finding.grade is Grade.UNREADABLE:
                self.shown.insert(0, finding)
            elif finding.grade is Grade.REFUSED and len(self.shown) < SHOWN:
                self.shown.append(finding)
            if self._file and self.path:
                values = {key: _plain(value) for key, value in asdict(finding).items()}
                if self.path.suffix == ".csv":
                    csv.writer(self._file).writerow(_unformula(value) for value in values.values())
                else:
                    self._file.write(json.dumps(values, ensure_ascii=False) + "\n")

    def of(self, *grades: Grade) -> int:
        """Return how many findings there are of these grades."""
        return sum(count for (grade, _), count in self.counts.items() if grade in grades)

    def lines(self) -> list[str]:
        """Return the worst, and a line for each name: how often, and what became of the rows; the gravest first."""
        shown = [str(finding) for finding in self.shown]
        more = self.of(Grade.UNREADABLE, Grade.REFUSED) - len(shown)
        if more > 0:
            shown.append(f"… and {more:,} more{f', in {self.path}' if self.path else ': --problems FILE lists all'}")
        order = list(Grade)
        ranked = sorted(self.counts.items(), key=lambda one: (order.index(one[0][0]), -one[1], one[0][1]))
        return shown + [f"{count:>9,} {grade:<10} {name}" for (grade, name), count in ranked]


def _plain(value: object) -> object:
    """Return a value as UTF-8 can hold it: bytes that are none were kept as lone surrogates."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value


def _unformula(value: object) -> object:
    """Return a value that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
