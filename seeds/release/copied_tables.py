"""The tables of a release in PostgreSQL, and their rows as they are read from its sealed file.

They are the tables of `schema.tables`, without the references among them, which were checked when the file was built;
the full-text indexes, as the words that SQLite has found in each text, with their places; and the file itself.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Boolean, Float, Integer, Table

from schema import tables
from schema.store.files import FileRelease
from schema.store.postgresql import FILE_CHUNKS
from seeds.release.copy_rows import BIGINT, BOOLEAN, BYTES, DOUBLE, TEXT, WORDS, Kind

_KINDS = ((Boolean, BOOLEAN), (Integer, BIGINT), (Float, DOUBLE))


@dataclass(frozen=True)
class CopiedIndex:
    """An index of a table in PostgreSQL."""

    name: str
    columns: Sequence[str]
    unique: bool = False
    method: str = "btree"


@dataclass(frozen=True)
class CopiedTable:
    """A table in PostgreSQL. `rows` returns its rows in the order of `key`, which is its primary key if `primary`."""

    name: str
    columns: Mapping[str, Kind]
    key: Sequence[str]
    rows: Callable[[], Iterable[Sequence[Any]]]
    indexes: Sequence[CopiedIndex] = ()
    primary: bool = True


def copied_tables(release: FileRelease, file: sqlite3.Connection) -> list[CopiedTable]:
    """Return all tables of a release; `file` is a connection to its file that returns texts as bytes."""
    chunks = CopiedTable(FILE_CHUNKS, {"number": BIGINT, "bytes": BYTES}, ["number"], lambda: enumerate(release.read()))
    searched = [_full_text(file, name) for name in tables.SEARCHED]
    return [*(_copied(file, table) for table in tables.metadata.sorted_tables), *searched, chunks]


def _kind(type_: Any) -> Kind:
    return next((kind for class_, kind in _KINDS if isinstance(type_, class_)), TEXT)


def _copied(file: sqlite3.Connection, table: Table) -> CopiedTable:
    columns = {column.name: _kind(column.type) for column in table.columns}
    primary = [column.name for column in table.primary_key]
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    return CopiedTable(
        table.name,
        columns,
        primary or list(columns),
        partial(_rows, file, table.name, list(columns), primary or list(columns)),
        [CopiedIndex(str(index.name), [column.name for column in index.columns], index.unique) for index in indexes],
        bool(primary),
    )


def _rows(file: sqlite3.Connection, name: str, columns: Sequence[str], key: Sequence[str]) -> sqlite3.Cursor:
    return file.execute(f"SELECT {', '.join(columns)} FROM {name} ORDER BY {', '.join(key)}")  # noqa: S608


def _full_text(file: sqlite3.Connection, name: str) -> CopiedTable:
    """Return the full-text index of a resource as a table of words."""
    index = f"{name}_fts"
    file.execute(f"CREATE VIRTUAL TABLE temp.{name}_words USING fts5vocab('main', '{index}', 'instance')")
    return CopiedTable(
        index,
        {"position": BIGINT, "words": WORDS},
        ["position"],
        partial(_words, file, name),
        [CopiedIndex(f"{index}_words", ["words"], method="gin")],
    )


def _words(file: sqlite3.Connection, name: str) -> Iterator[tuple[int, list[tuple[bytes, list[int]]]]]:
    """Yield the position of each record that has words, and its words with their places."""
    instances = file.execute(f"SELECT doc, term, offset + 1 FROM temp.{name}_words ORDER BY 1, 2, 3")  # noqa: S608
    for position, of_record in groupby(instances, itemgetter(0)):
        yield position, [(word, [row[2] for row in rows]) for word, rows in groupby(of_record, itemgetter(1))]
