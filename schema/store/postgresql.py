"""PostgreSQL: connections to a release, its own words for `schema.store.queries`, and where the releases stand.

Each release is a schema of its own, `release_<fingerprint>`, which never changes. The schema `headcount` is the
catalogue: `releases` has a row for each release, in the order in which they were published, and `live` has one row,
which names the live one. Needs psycopg.
"""

import time
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from psycopg.sql import Identifier
from sqlalchemy import (
    URL,
    Connection,
    Dialect,
    Engine,
    ExceptionContext,
    PoolProxiedConnection,
    QueuePool,
    create_engine,
    event,
)
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from schema.store.errors import DatabaseError, QueryError, reason_of
from schema.store.postgresql_reader import MATCH, ReaderConnection
from schema.store.queries import (
    ENGINES,
    LONGEST_QUERY,
    Among,
    AsBytes,
    Connections,
    EngineWords,
    IndexedPosition,
    Matches,
    Search,
    SortedPosition,
    begin_query,
    query_error,
)
from schema.store.urls import SERVER_URL, SERVERS, parse_url, shown
from schema.store.words import indexed_words

CATALOGUE = """
CREATE SCHEMA IF NOT EXISTS headcount;
CREATE TABLE IF NOT EXISTS headcount.releases (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fingerprint text NOT NULL UNIQUE,
    version text NOT NULL,
    format integer NOT NULL,
    sha256 text NOT NULL,
    bytes bigint NOT NULL,
    built text NOT NULL,
    published timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS headcount.live (
    one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    fingerprint text NOT NULL REFERENCES headcount.releases (fingerprint)
);
"""
"""The SQL that makes the catalogue, unless it is there. `sha256`, `bytes` and `built` are those of the sealed file."""

NO_RELEASE = "no release is live there; `headcount load` or `headcount publish` makes one"
"""What is said of a database without a release, or without the catalogue."""

FILE_CHUNKS = "file_chunks"
"""The table of a release that holds its sealed SQLite file: `number`, from 0 on, and `bytes` of each chunk."""

SESSION_SETTINGS = {
    "default_transaction_read_only": "on",
    "statement_timeout": f"{LONGEST_QUERY}s",
    "idle_in_transaction_session_timeout": "10min",
}
"""PostgreSQL's settings of a connection that reads; `options` in the URL may set others."""
CONNECT_SECONDS = 3
LINK_SETTINGS = {
    **{"application_name": "headcount", "connect_timeout": str(CONNECT_SECONDS)},
    # A node that is cut off, and so closes nothing, is given up after about ten seconds.
    **{"keepalives_idle": "5", "keepalives_interval": "2", "keepalives_count": "3", "tcp_user_timeout": "10000"},
}
"""libpq's settings of a connection that reads; the URL may set others."""
POOL_SECONDS = 1
"""Seconds that a thread waits for a connection, if all are in use."""
LARGEST_POOL = 32
"""The most connections of a process to a release: one for each thread, and the others for streams."""
PING_SECONDS = 1.0
"""After so many seconds without use, a thread's connection is asked whether it still lives, before it is used."""

_HERE = "SELECT FROM pg_namespace WHERE nspname = %s"
_HOLD = "SELECT pg_advisory_lock_shared(%s)"
_WAIT_FOR_READERS = "SELECT pg_advisory_xact_lock(%s)"

WriterConnection = psycopg.Connection[tuple[Any, ...]]


def connect_writer(url: str) -> WriterConnection:
    """Return a new connection, on which each statement is a transaction; raises DatabaseError.

    What stands behind the `?` of the URL is libpq's, such as `host=` for a folder of sockets.
    """
    if parse_url(url).drivername not in SERVERS:
        raise DatabaseError(f"{shown(url)!r} is no URL of PostgreSQL; expected {SERVER_URL}")
    parsed = _with_driver(url)
    arguments, settings = parsed.get_dialect()().create_connect_args(parsed)
    try:
        return psycopg.connect(*arguments, **settings, autocommit=True)
    except psycopg.Error as error:
        raise DatabaseError(f"{shown(url)}: {reason_of(error)}") from error


def schema_name(fingerprint: str) -> str:
    """Return the name of a release's schema."""
    return f"release_{fingerprint}"


def schema_of(fingerprint: str) -> Identifier:
    """Return the name of a release's schema as a part of a statement."""
    return Identifier(schema_name(fingerprint))


def live_fingerprint(connection: WriterConnection) -> str | None:
    """Return the fingerprint of the live release; None before the first. The catalogue is there."""
    row = connection.execute("SELECT fingerprint FROM headcount.live").fetchone()
    return row[0] if row else None


def wait_for_readers(connection: WriterConnection, fingerprint: str) -> None:
    """Wait until no server has a release open, and let none open it in this transaction.

    Raises psycopg's LockNotAvailable after the connection's `lock_timeout`.
    """
    connection.execute(_WAIT_FOR_READERS, [_lock_number(fingerprint)])


def _lock_number(fingerprint: str) -> int:
    """Return the number of PostgreSQL's advisory lock that each connection to a release shares."""
    return int.from_bytes(bytes.fromhex(fingerprint), signed=True)


class ReleaseElsewhereError(QueryError):
    """The node that a connection leads to does not have the release: a standby that is behind, or it was removed."""


def pool_of(url: str, size: int, **settings: str) -> Engine:
    """Return a pool of connections that read, at most so many; a dead one is replaced when it is taken from the pool.

    `settings` are PostgreSQL's settings of each connection. Whatever fails raises QueryError.
    """
    parsed = _with_driver(url)
    options = [_options(SESSION_SETTINGS), str(parsed.query.get("options", "")), _options(settings)]
    query = {**LINK_SETTINGS, **parsed.query, "options": " ".join(filter(None, options))}
    pool = create_engine(
        parsed.set(query=query),
        poolclass=_Pool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=POOL_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,  # a message is logged, and a text that is verified is not to be
    )
    event.listen(pool, "do_connect", _connect)
    event.listen(pool, "before_cursor_execute", _before_cursor_execute)
    event.listen(pool, "handle_error", _as_query_error)
    return pool


class _Pool(QueuePool):
    """A pool that raises QueryError where a thread has waited too long for one of its connections."""

    def connect(self) -> PoolProxiedConnection:
        """Return a connection that is not in use."""
        try:
            return super().connect()
        except PoolTimeoutError as error:
            raise QueryError(f"all {self.size()} connections are in use") from error


def _options(settings: dict[str, str]) -> str:
    """Return PostgreSQL's settings as libpq's `options`."""
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


class SchemaConnections(Connections):
    """The connections of this process to the schema of one release.

    Each holds a shared lock on the release as long as it is open, so that no publication removes the release while it
    is read. `elsewhere` is called where a new connection leads to a node that does not have the release.
    """

    def __init__(self, url: str, fingerprint: str, elsewhere: Callable[[], None]) -> None:
        super().__init__()
        self._fingerprint, self._elsewhere = fingerprint, elsewhere
        self.engine = pool_of(url, LARGEST_POOL, search_path=schema_name(fingerprint))
        self._of_threads: weakref.WeakSet[Connection] = weakref.WeakSet()
        event.listen(self.engine, "connect", self._hold)

    def connection(self) -> Connection:
        """Return this thread's connection, a new one where that was lost; raises QueryError."""
        connection: Connection | None = getattr(self._of_thread, "connection", None)
        if connection is not None and not self._is_alive(connection):
            self._drop(connection)
            self._of_thread.connection = None
        self._of_thread.used = time.monotonic()
        return super().connection()

    def connect(self) -> Connection:
        """Return a new connection, on which each statement is a transaction: a thread without work locks nothing."""
        connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._of_threads.add(connection)
        return connection

    def _hold(self, connection: WriterConnection, _: object) -> None:
        """Hold the release for a new connection; raises ReleaseElsewhereError where its node does not have it."""
        try:
            connection.execute(_HOLD, [_lock_number(self._fingerprint)])
            is_here = connection.execute(_HERE, [schema_name(self._fingerprint)]).fetchone() is not None
            connection.rollback()  # which keeps the lock
            if not is_here:
                self._elsewhere()
                raise ReleaseElsewhereError(f"{connection.info.host} does not have the release {self._fingerprint}")
        except (psycopg.Error, ReleaseElsewhereError):
            connection.close()
            raise

    def _drop(self, connection: Connection) -> None:
        """Close a thread's connection for good, instead of giving it back to the pool."""
        self._of_threads.discard(connection)
        connection.invalidate()
        connection.close()

    def _is_alive(self, connection: Connection) -> bool:
        """Return whether a connection can be used; it is asked if it was not used for a time, or has something to say.

        A server that ends a connection says so; a connection without work has nothing else to say.
        """
        if connection.invalidated or (reader := _reader_of(connection)).closed:
            return False
        was_used = time.monotonic() - self._of_thread.used < PING_SECONDS
        if was_used and not reader.has_unread:
            return True
        try:
            connection.exec_driver_sql("SELECT 1")
        except QueryError:
            return False
        return True

    def close(self) -> None:
        """Close the connections of threads; those of streams are closed when they are given back."""
        for connection in list(self._of_threads):
            self._drop(connection)
        event.listen(self.engine.pool, "checkin", _close)
        self.engine.dispose()


def _reader_of(connection: Connection) -> ReaderConnection:
    driver_connection: Any = connection.connection.dbapi_connection
    return driver_connection  # type: ignore[no-any-return]


def _with_driver(url: str) -> URL:
    return parse_url(url).set(drivername="postgresql+psycopg")


def _close(connection: WriterConnection, _: object) -> None:
    connection.close()


def _connect(_: Dialect, __: object, arguments: Sequence[Any], settings: dict[str, Any]) -> ReaderConnection:
    return ReaderConnection.connect(*arguments, **settings)


def _before_cursor_execute(*_: object) -> None:
    begin_query()


def _as_query_error(context: ExceptionContext) -> QueryError | None:
    """Return the error to raise in place of one of psycopg; None for any other."""
    error = context.original_exception
    if isinstance(error, psycopg.errors.UndefinedTable) and "headcount.live" in str(error):
        return QueryError(NO_RELEASE)
    return query_error(error, "postgresql") if isinstance(error, psycopg.Error) else None


@compiles(Among, "postgresql")
def _compile_among(element: Among, compiler: SQLCompiler, **kw: Any) -> str:
    number, numbers = element.clauses
    return f"{compiler.process(number, **kw)} = ANY ({compiler.process(numbers, **kw)})"


@compiles(AsBytes, "postgresql")
def _compile_as_bytes(element: AsBytes, compiler: SQLCompiler, **kw: Any) -> str:
    return f"convert_to({compiler.process(element.clauses, **kw)}, 'UTF8')"


@compiles(Matches, "postgresql")
def _compile_matches(element: Matches, compiler: SQLCompiler, **kw: Any) -> str:
    words, search = element.clauses
    return f"{compiler.process(words, **kw)} {MATCH} CAST({compiler.process(search, **kw)} AS tsquery)"


@compiles(IndexedPosition, "postgresql")
def _compile_indexed_position(element: IndexedPosition, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


@compiles(SortedPosition, "postgresql")
def _compile_sorted_position(element: SortedPosition, compiler: SQLCompiler, **kw: Any) -> str:
    return f"{compiler.process(element.clauses, **kw)} + 0"  # which no index has


def _numbers(numbers: Sequence[float]) -> list[float]:
    return list(numbers)


def _tsquery(search: Search) -> str:
    """Return a search as a tsquery over the words that SQLite indexes."""
    return " & ".join(f"({' | '.join(_phrase(phrase) for phrase in phrases)})" for phrases in search)


def _phrase(phrase: str) -> str:
    words = " <-> ".join(f"'{word}'" for word in indexed_words(phrase))
    return f"({words})"


def _is_interrupted(error: BaseException) -> bool:
    return isinstance(error, psycopg.errors.QueryCanceled)


_DIALECT: Dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call]
ENGINES["postgresql"] = EngineWords(_DIALECT, _numbers, _tsquery, _is_interrupted)
