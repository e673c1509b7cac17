"""The findings of an import: what is wrong with rows of a table, by name and grade, and the log of them."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import Self

from schema.flat import guard_formula


class Grade(StrEnum):
    """The consequence of a finding, the gravest first."""

    FATAL = "fatal"
    """A file could not be read to its end: nothing is loaded, with or without --keep-going."""
    ERROR = "error"
    """The row is left out; without --keep-going nothing is loaded."""
    WARNING = "warning"
    """The row is loaded as the mapping says, and users of the data should know."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: name and grade, file, line and row (from 1), key, and `what`: "… is wrong; expected …".

    `row` is 0 where a finding is about a whole file.
    """

    name: str
    grade: Grade
    file: str
    line: int
    row: int
    place: str
    what: str

    def __str__(self) -> str:
        """Return `file:line: place: what` in one line; characters that are not printable are escaped."""
        text = f"{self.file}:{self.line}: {f'{self.place}: ' if self.place else ''}{self.what}"
        return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


SHOWN = 20
"""The number of errors that are shown; the file of problems lists all findings."""

SUFFIXES = (".ndjson", ".csv")
"""The suffixes that a file of problems may have."""


class FindingLog:
    """Counts findings by name, writes them to a file (NDJSON or CSV by its suffix), and keeps the gravest in `shown`.

    A context manager: the file, where there is a `path`, is open within the block. If it cannot be written, an OSError
    that names it is raised.
    """

    def __init__(self, path: Path | None = None) -> None:
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
            with self._named():
                self._file.close()

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Have an OSError of writing name the file."""
        try:
            yield
        except OSError as error:
            error.filename = str(self.path)
            raise

    def add(self, findings: Iterable[Finding]) -> None:
        """Count and write findings."""
        with self._named():
            self._add(findings)

    def _add(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self.counts[finding.grade, finding.name] += 1
            if finding.grade is Grade.FATAL:
                self.shown.insert(0, finding)
            elif finding.grade is Grade.ERROR and len(self.shown) < SHOWN:
                self.shown.append(finding)
            if self._file and self.path:
                values = {key: _in_utf_8(value) for key, value in asdict(finding).items()}
                if self.path.suffix == ".csv":
                    csv.writer(self._file).writerow(guard_formula(value) for value in values.values())
                else:
                    self._file.write(json.dumps(values, ensure_ascii=False) + "\n")

    def count(self, *grades: Grade) -> int:
        """Return the number of findings of the grades."""
        return sum(count for (grade, _), count in self.counts.items() if grade in grades)

    def lines(self) -> list[str]:
        """Return the gravest findings, then a line for each name with its count and grade, the gravest first."""
        lines = [str(finding) for finding in self.shown]
        more = self.count(Grade.FATAL, Grade.ERROR) - len(lines)
        if more > 0:
            lines.append(f"… and {more:,} more{f', in {self.path}' if self.path else ': --problems FILE lists all'}")
        grades = list(Grade)
        ranked = sorted((grades.index(grade), -count, name) for (grade, name), count in self.counts.items())
        return lines + [f"{-negative:>9,} {grades[rank]:<10} {name}" for rank, negative, name in ranked]


def _in_utf_8(value: object) -> object:
    """Return a value that can be written in UTF-8: lone surrogates, which stand for invalid bytes, are escaped."""
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
