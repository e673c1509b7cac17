"""The staging of checked records: a temporary SQLite file, so that memory does not grow with their number."""

import fcntl
import os
import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from schema.flat import batched
from schema.store.errors import DatabaseError, reason_of
from seeds.entries import VOCABULARIES, Record, Seeds

_TABLES = """
CREATE TABLE articles (id TEXT PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE estimates (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, claim TEXT NOT NULL, article TEXT NOT NULL,
    file TEXT NOT NULL, line INTEGER NOT NULL,
    source TEXT NOT NULL, "group" TEXT NOT NULL, indicator TEXT NOT NULL, region TEXT NOT NULL,
    as_of_edtf TEXT NOT NULL, as_of_basis TEXT NOT NULL, record BLOB NOT NULL,
    locus TEXT NOT NULL, hedge TEXT NOT NULL, low, best, high, derived_from TEXT, derived_factor,
    wording TEXT NOT NULL, summary TEXT NOT NULL, scope TEXT,
    quoted INTEGER NOT NULL, start INTEGER, place TEXT NOT NULL
);
"""
_PREFIX, _SUFFIX = ".headcount.", ".staging"
"""How the names of the files begin and end."""
_INDEXES = """
CREATE INDEX IF NOT EXISTS estimates_by_id ON estimates (id);
CREATE INDEX IF NOT EXISTS estimates_by_claim ON estimates (claim, article);
"""

Row = tuple[str | bytes | int | float | None, ...]
"""A staged estimate: its record as JSON, and the columns that are needed before the JSON is decoded.

`place` is the region that the report's own text names.
"""
_AS_OF = 9
"""The place of `as_of_edtf` in a row."""


def row_of(article: str, record: Record, file: str, line: int) -> Row:
    """Return the row of an estimate; `article` is the id of its article, `file` and `line` where it was read."""
    derived = record["derived"] or {"from": None, "factor": None}
    return (
        *(record["id"], record["claim"], article, file, line),
        *(record["source"], record["group"], record["indicator"], record["region"]),
        *(record["as_of"]["edtf"], str(record["as_of"]["basis"]), orjson.dumps(record)),
        *(str(record["locus"]), str(record["hedge"]), record["low"], record["best"], record["high"]),
        *(derived["from"], derived["factor"], record["wording"], record["summary"], record["scope"]),
        *(record["quoted"], record["evidence"]["start"], (record["place"] or record)["region"]),
    )


class Staging:
    """Checked records as their schemas load them: vocabularies in memory, articles and estimates in an SQLite file.

    `dataset` is the record of the dataset, `dates` holds every as_of (EDTF). The file is deleted when the `with` block
    ends, however it ends. It is locked as long as it is used, so that the next loader can tell, and remove, what a
    killed one has left.
    """

    def __init__(self, folder: Path) -> None:
        """Make an empty file in the folder of the database that is to be written; raises DatabaseError."""
        self.dataset: Record = {}
        self.dates: set[Any] = set()
        self.vocabularies: dict[str, dict[str, Record]] = {kind: {} for kind in VOCABULARIES}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _remove_leftovers(folder)
            self._lock, self.path = _locked_file(folder)
            self.connection = sqlite3.connect(self.path)
        except (OSError, sqlite3.Error) as error:
            raise DatabaseError(f"{folder}: {reason_of(error)}; nothing was written") from error
        try:
            self.connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _TABLES)
        except sqlite3.Error as error:
            self._delete()
            raise DatabaseError(f"{folder}: {reason_of(error)}; nothing was written") from error

    def add_articles(self, records: Iterable[Record]) -> None:
        """Add articles."""
        rows = ((record["id"], orjson.dumps(record)) for record in records)
        self.connection.executemany("INSERT INTO articles VALUES (?, ?)", rows)

    def add_estimates(self, estimates: Iterable[tuple[str, Record, str, int]]) -> None:
        """Add estimates, each with the id of its article, and the file and the line where it was read."""
        self.add_rows(row_of(*estimate) for estimate in estimates)

    def add_rows(self, rows: Iterable[Row]) -> None:
        """Add estimates as their rows."""
        for batch in batched(rows):
            self.dates.update(str(row[_AS_OF]) for row in batch)
            values = ", ".join("?" * len(batch[0]))
            self.connection.executemany(f"INSERT INTO estimates VALUES (NULL, {values})", batch)  # noqa: S608

    def size(self) -> int:
        """Return the size of the file in bytes."""
        self.connection.commit()
        return self.path.stat().st_size

    def index(self) -> None:
        """Index the estimates by id and by claim; called after all estimates are added."""
        self.connection.executescript(_INDEXES)

    def count(self, table: str) -> int:
        """Return the number of `articles` or of `estimates`."""
        (count,) = self.connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 (one of two names)
        return int(count)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Delete the file; an error of SQLite, such as a full disk, becomes a DatabaseError."""
        self._delete()
        if isinstance(error, sqlite3.Error):
            raise DatabaseError(f"{self.path.parent}: {reason_of(error)}; nothing was written") from error

    def _delete(self) -> None:
        self.connection.close()
        with suppress(OSError):  # the next loader removes it
            self.path.unlink()
        os.close(self._lock)


def _locked_file(folder: Path) -> tuple[int, Path]:
    """Make an empty file, and return the handle that locks it until it is closed, or this process ends."""
    while True:
        handle, name = tempfile.mkstemp(dir=folder, prefix=_PREFIX, suffix=_SUFFIX)
        fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink:
            return handle, Path(name)
        os.close(handle)  # before it was locked, another loader took it for a leftover


def _remove_leftovers(folder: Path) -> None:
    """Remove the files of loaders that were killed: those that nobody locks."""
    for leftover in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
        with suppress(OSError), leftover.open("rb") as file:  # locked, removed by another loader, or not ours to remove
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            leftover.unlink()


def stage(seeds: Seeds, staging: Staging) -> None:
    """Add curated records, which have passed every check, to an empty staging."""
    (dataset,) = seeds.dataset
    staging.dataset = dataset.record
    for kind in VOCABULARIES:
        staging.vocabularies[kind] = seeds.records(kind)
    staging.add_articles(entry.record for entry in seeds.articles)
    articles = {entry.file.path: entry.record["id"] for entry in seeds.articles}
    staging.add_estimates(
        (articles[entry.file.path], entry.record, str(entry.file.path), entry.file.line(entry.place))
        for entry in seeds.estimates
    )
