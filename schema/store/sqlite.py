"""Connections to SQLite (one for each thread), compiled statements, and deadlines that interrupt queries.

SQLite calls `_must_stop` in the thread that runs a query. So a deadline that a thread has entered applies to all its
queries, on any connection.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Sequence
from math import inf
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, QueuePool, Select, bindparam, column, create_engine, event, func, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import OperationalError

LONGEST_QUERY = 20
"""Seconds that a query may take; gunicorn lets running requests go on for 30 when it stops."""
STEPS_BETWEEN_CHECKS = 20_000
"""Steps of SQLite's virtual machine between two checks of the deadline; about half a millisecond."""


class Deadline:
    """The time at which queries are interrupted; a context manager that applies to all queries of its thread.

    `until` is a time of `time.monotonic`. Any thread sets `cancelled` when the client has gone.
    """

    def __init__(self, until: float = inf) -> None:
        self.until = until
        self.cancelled = False

    def __enter__(self) -> None:
        """Apply to this thread from now on."""
        _this_thread.deadline = self

    def __exit__(self, *_: object) -> None:
        """Apply to this thread no longer."""
        _this_thread.deadline = _NO_DEADLINE


_NO_DEADLINE = Deadline()


class _ThisThread(threading.local):
    """The deadline of this thread, and the time at which its present query has to end."""

    deadline = _NO_DEADLINE
    query_ends = inf


_this_thread = _ThisThread()


def client_is_waiting() -> bool:
    """Return whether the client that this thread works for still waits."""
    return not _this_thread.deadline.cancelled


def begin_query() -> None:
    """Begin to count the seconds of a query, or of the next rows of one, in this thread."""
    _this_thread.query_ends = time.monotonic() + LONGEST_QUERY


def _must_stop() -> bool:
    """Return whether SQLite is to interrupt the present query: its time is over, or its client has gone."""
    deadline = _this_thread.deadline
    return deadline.cancelled or time.monotonic() > min(_this_thread.query_ends, deadline.until)


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


class Connections:
    """The connections to the file of one release: one for each thread, and one for each stream.

    Two threads on one connection would wait for each other. The first connection is opened at once. Where another file
    has taken the path since, a new connection would read that file, so all threads and streams share the first.
    """

    def __init__(self, path: Path, identity: Identity) -> None:
        self._path, self._identity = path, identity
        self._opened: set[sqlite3.Connection] = set()
        self._first = self._open(SharedConnection)
        self._of_thread = threading.local()
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

    def connection(self) -> Connection:
        """Return this thread's connection, which stays open as long as the release does."""
        connection: Connection | None = getattr(self._of_thread, "connection", None)
        if connection is None:
            connection = self._of_thread.connection = self.engine.connect()
            connection.exec_driver_sql("PRAGMA cache_size = -1000")  # kB
        return connection

    def _open(self, factory: type[sqlite3.Connection]) -> sqlite3.Connection:
        """Return a new connection to the file that is at the path now."""
        connection = sqlite3.connect(
            uri_of(self._path),
            uri=True,
            check_same_thread=False,  # different threads may read a stream
            cached_statements=512,
            factory=factory,
        )
        connection.set_progress_handler(_must_stop, STEPS_BETWEEN_CHECKS)
        # Pages are read from the system's cache, which all processes share, without a copy (SQLite: the first 2 GB).
        connection.execute(f"PRAGMA mmap_size = {self._identity.size}")
        self._opened.add(connection)
        return connection

    def _connect(self) -> sqlite3.Connection:
        """Return a new connection, or the first where another file has taken the path."""
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


def listed(parameter: str) -> Select[Any]:
    """Return the SELECT of the values of a parameter that `array` made: the same statement for any number of them."""
    return select(func.json_each(bindparam(parameter)).table_valued(column("value")).c.value)


def array(values: Sequence[float]) -> str:
    """Return numbers as the value of a parameter of `listed`."""
    return orjson.dumps(values).decode()


class Statement:
    """A SELECT with `bindparam` parameters, compiled once, because compiling takes longer than the query itself."""

    def __init__(self, select: Select[Any]) -> None:
        self._text = str(select.compile(dialect=sqlite.dialect(paramstyle="named")))

    def rows(self, connection: Connection, **values: Any) -> list[tuple[Any, ...]]:
        """Return all rows for these values of the parameters; types are not converted.

        Raises sqlalchemy.exc.OperationalError, as every other query does.
        """
        begin_query()
        driver_connection: Any = connection.connection.dbapi_connection
        try:
            rows: list[tuple[Any, ...]] = driver_connection.execute(self._text, values).fetchall()
        except sqlite3.Error as error:
            raise OperationalError(self._text, values, error) from error
        return rows

    def value(self, connection: Connection, **values: Any) -> Any:
        """Return the first column of the first row; None where there is no row."""
        rows = self.rows(connection, **values)
        return rows[0][0] if rows else None
