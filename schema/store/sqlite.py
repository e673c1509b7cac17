"""SQLite: connections (one for each thread), and its own words for the expressions of `schema.store.queries`.

SQLite calls `must_stop` in the thread that runs a query. So a deadline that a thread has entered applies to all its
queries, on any connection.
"""

import os
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, ExceptionContext, QueuePool, create_engine, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from schema.store.errors import QueryError
from schema.store.queries import (
    ENGINES,
    Among,
    AsBytes,
    Connections,
    EngineWords,
    IndexedPosition,
    Matches,
    Search,
    SortedPosition,
    begin_query,
    must_stop,
    query_error,
)

STEPS_BETWEEN_CHECKS = 20_000
"""Steps of SQLite's virtual machine between two checks of the deadline; about half a millisecond."""


class Identity(NamedTuple):
    """The properties of a file that differ when another file takes its place."""

    device: int
    inode: int
    modified: int
    size: int

    @classmethod
    def of(cls, path: Path) -> "Identity":
        """Return the identity of the file that is at a path now; raises OSError."""
        status = os.stat(path)
        return cls(status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size)


def identity_of(path: Path) -> Identity | None:
    """Return the identity of the file that is at a path now; None where there is none."""
    try:
        return Identity.of(path)
    except OSError:
        return None


def uri_of(path: Path) -> str:
    """Return the URI with which SQLite opens a release: read-only, and as a file that never changes."""
    return f"{path.absolute().as_uri()}?mode=ro&immutable=1"


class SharedConnection(sqlite3.Connection):
    """A connection that several threads may use at once; its `close` does nothing, so that no pool closes it."""

    def close(self) -> None:
        """Do nothing."""

    def create_function(self, *_: Any, **__: Any) -> None:
        """Do nothing: SQLAlchemy would add its `regexp`, which nothing uses, while other threads read."""


class FileConnections(Connections):
    """The connections to the file of one release.

    Two threads on one connection would wait for each other. The first connection is opened at once. Where another file
    has taken the path since, a new connection would read that file, so all threads and streams share the first.
    """

    def __init__(self, path: Path, identity: Identity) -> None:
        super().__init__()
        self._path, self._identity = path, identity
        self._opened: set[sqlite3.Connection] = set()
        self._first = self._open(SharedConnection)
        self.engine = create_engine(
            "sqlite://",
            creator=self._connect,
            poolclass=QueuePool,
            max_overflow=-1,
            pool_reset_on_return=None,
            hide_parameters=True,  # a message is logged, and a text that is verified is not to be
        )
        event.listen(self.engine, "close", self._forget)
        event.listen(self.engine, "before_cursor_execute", _before_cursor_execute)
        event.listen(self.engine, "handle_error", _as_query_error)

    def connect(self) -> Connection:
        """Return a new connection for this thread."""
        connection = self.engine.connect()
        connection.exec_driver_sql("PRAGMA cache_size = -1000")  # kB
        return connection

    def _open(self, factory: type[sqlite3.Connection]) -> sqlite3.Connection:
        """Return a new connection to the file that is at the path now; raises QueryError."""
        begin_query()  # what follows is not counted as a part of the thread's last query
        try:
            connection = sqlite3.connect(
                uri_of(self._path),
                uri=True,
                check_same_thread=False,  # different threads may read a stream
                cached_statements=512,
                factory=factory,
            )
            connection.set_progress_handler(must_stop, STEPS_BETWEEN_CHECKS)
            # Pages are read from the system's cache, which processes share, without a copy (SQLite: the first 2 GB).
            connection.execute(f"PRAGMA mmap_size = {self._identity.size}")
        except sqlite3.Error as error:
            raise query_error(error, "sqlite") from error
        self._opened.add(connection)
        return connection

    def _connect(self) -> sqlite3.Connection:
        """Return a new connection, or the first where the path has another file, or none."""
        with suppress(QueryError):
            connection = self._open(sqlite3.Connection)
            if identity_of(self._path) == self._identity:
                connection.execute("PRAGMA cache_size = -256")  # kB: a stream reads each page about once
                return connection
            self._opened.discard(connection)
            connection.close()
        return self._first

    def _forget(self, connection: Any, _: object) -> None:
        """Drop a connection that the pool closes; the first stays open."""
        if connection is not self._first:
            self._opened.discard(connection)

    def close(self) -> None:
        """Close all connections."""
        self._of_thread = threading.local()
        for connection in list(self._opened):
            sqlite3.Connection.close(connection)
        del self.engine  # it refers back to this object; without it, both are freed at once


def _before_cursor_execute(*_: object) -> None:
    begin_query()


def _as_query_error(context: ExceptionContext) -> QueryError | None:
    """Return the error to raise in place of one of SQLite; None for any other."""
    error = context.original_exception
    return query_error(error, "sqlite") if isinstance(error, sqlite3.Error) else None


def read_value(path: Path, query: str) -> Any:
    """Return the first column of the first row of a query over a file; None where there is no row.

    Raises QueryError, also where the file is no database.
    """
    try:
        with closing(sqlite3.connect(uri_of(path), uri=True)) as connection:
            row = connection.execute(query).fetchone()
    except sqlite3.Error as error:
        raise query_error(error, "sqlite") from error
    return row[0] if row else None


@compiles(Among, "sqlite")
def _compile_among(element: Among, compiler: SQLCompiler, **kw: Any) -> str:
    number, numbers = element.clauses
    column, parameter = compiler.process(number, **kw), compiler.process(numbers, **kw)
    return f"{column} IN (SELECT value FROM json_each({parameter}))"  # noqa: S608 (both are SQLAlchemy's)


@compiles(AsBytes, "sqlite")
def _compile_as_bytes(element: AsBytes, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **kw)} AS BLOB)"


@compiles(Matches, "sqlite")
def _compile_matches(element: Matches, compiler: SQLCompiler, **kw: Any) -> str:
    words, search = element.clauses
    return f"{words.table.name} MATCH {compiler.process(search, **kw)}"


@compiles(IndexedPosition, "sqlite")
@compiles(SortedPosition, "sqlite")
def _compile_indexed_position(element: IndexedPosition | SortedPosition, compiler: SQLCompiler, **kw: Any) -> str:
    (position,) = element.clauses
    return f"{position.table.name}.rowid"


def _json_of(numbers: Sequence[float]) -> str:
    return orjson.dumps(numbers).decode()


def _fts5_expression(search: Search) -> str:
    """Return a search as FTS5 takes it, every phrase quoted, so that no word is read as syntax."""
    quoted = ([f'"{phrase}"' for phrase in phrases] for phrases in search)
    return " AND ".join(f"({' OR '.join(phrases)})" for phrases in quoted)


def _is_interrupted(error: BaseException) -> bool:
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT


def _is_damage(error: BaseException) -> bool:
    primary_code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return primary_code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


ENGINES["sqlite"] = EngineWords(
    sqlite.dialect(paramstyle="named"), _json_of, _fts5_expression, _is_interrupted, is_damage=_is_damage
)
