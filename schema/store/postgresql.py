"""PostgreSQL: connections to a release, its own words for `schema.store.queries`, and where the releases stand.

Each release is a schema of its own, `release_<fingerprint>`, which never changes. The schema `headcount` is the
catalogue: `releases` has a row for each release, in the order in which they were published, and `live` has one row,
which names the live one. Needs psycopg.
"""

import threading
import time
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.sql import Identifier
from sqlalchemy import URL, Connection, Dialect, Engine, ExceptionContext, QueuePool, create_engine, event
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from schema.store.errors import DatabaseError, QueryError
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
    begin_query,
    query_error,
)
from schema.store.sqlite import indexed_words
from schema.store.urls import SERVER_URL, SERVERS, parse_url, shown

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
"""PostgreSQL's settings of a connection that reads."""
CONNECT_SECONDS = 3
POOL_SECONDS = 1
"""Seconds that a thread waits for a connection, if all are in use."""
LARGEST_POOL = 32
"""The most connections of a process to a release: one for each thread, and the others for streams."""
PING_SECONDS = 1.0
"""After so many seconds without use, a thread's connection is asked whether it still lives, before it is used."""

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
        raise DatabaseError(f"{shown(url)}: {first_line(error)}") from error


def first_line(error: BaseException) -> str:
    """Return the first line of an error, which says what is wrong; the others say where."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


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


def pool_of(url: str, size: int, **settings: str) -> Engine:
    """Return a pool of connections that read, at most so many; a dead one is replaced when it is taken from the pool.

    `settings` are PostgreSQL's settings of each connection. Whatever fails raises QueryError.
    """
    parsed = _with_driver(url)
    options = " ".join(f"-c {name}={value}" for name, value in (SESSION_SETTINGS | settings).items())
    before = str(parsed.query.get("options", ""))
    pool = create_engine(
        parsed.update_query_dict({"options": f"{before} {options}".strip()}),
        connect_args={"connect_timeout": CONNECT_SECONDS},
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=POOL_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,  # a message is logged, and a text that is verified is not to be
    )
    event.listen(pool, "connect", _read_sums_as_integers)
    event.listen(pool, "before_cursor_execute", _before_cursor_execute)
    event.listen(pool, "handle_error", _as_query_error)
    return pool


class SchemaConnections(Connections):
    """The connections of this process to the schema of one release."""

    def __init__(self, url: str, fingerprint: str) -> None:
        super().__init__()
        self.engine = pool_of(url, LARGEST_POOL, search_path=schema_name(fingerprint))

    def connection(self) -> Connection:
        """Return this thread's connection, a new one where that was lost; raises QueryError."""
        connection: Connection | None = getattr(self._of_thread, "connection", None)
        if connection is not None and not self._is_alive(connection):
            connection.invalidate()
            connection.close()
            self._of_thread.connection = None
        self._of_thread.used = time.monotonic()
        return super().connection()

    def connect(self) -> Connection:
        """Return a new connection, on which each statement is a transaction: a thread without work locks nothing."""
        try:
            return self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        except PoolTimeoutError as error:
            raise QueryError(f"all {LARGEST_POOL} connections are in use") from error

    def _is_alive(self, connection: Connection) -> bool:
        """Return whether a connection can be used; it is asked only after some time without use."""
        if connection.invalidated or connection.closed or _psycopg_connection(connection).closed:
            return False
        if time.monotonic() - self._of_thread.used < PING_SECONDS:
            return True
        try:
            connection.exec_driver_sql("SELECT 1")
        except QueryError:
            return False
        return True

    def close(self) -> None:
        """Close the connections that are not in use; the others are closed when they are given back."""
        self._of_thread = threading.local()
        self.engine.dispose()


def _psycopg_connection(connection: Connection) -> WriterConnection:
    driver_connection: Any = connection.connection.dbapi_connection
    return driver_connection  # type: ignore[no-any-return]


def _with_driver(url: str) -> URL:
    return parse_url(url).set(drivername="postgresql+psycopg")


class _SumLoader(Loader):
    """Reads PostgreSQL's numeric, which here is the sum of a column of integers and nothing else."""

    def load(self, data: Buffer) -> int:
        """Return the sum."""
        return int(bytes(data))


def _read_sums_as_integers(connection: WriterConnection, _: object) -> None:
    connection.adapters.register_loader("numeric", _SumLoader)


def _before_cursor_execute(connection: Connection, *_: object) -> None:
    begin_query(_psycopg_connection(connection).cancel_safe)


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
    return f"{compiler.process(words, **kw)} @@ CAST({compiler.process(search, **kw)} AS tsquery)"


@compiles(IndexedPosition, "postgresql")
def _compile_indexed_position(element: IndexedPosition, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


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
