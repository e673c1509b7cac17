"""Queries, the same for every database engine: expressions, statements that are compiled once, and deadlines.

The expressions here are compiled by the module of each engine (`schema.store.sqlite`), which also adds itself to
`ENGINES`. No other module writes what only one engine understands.
"""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from math import inf
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    Integer,
    LargeBinary,
    Select,
    Table,
    TableClause,
    TypeDecorator,
    bindparam,
    column,
)
from sqlalchemy import table as named_table
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType

from schema.store.errors import QueryError

LONGEST_QUERY = 20
"""Seconds that a query may take; gunicorn lets running requests go on for 30 when it stops."""


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
    """Begin to count the seconds of a query, or of the next rows of one, in this thread.

    Raises QueryError where the client has gone already.
    """
    _this_thread.query_ends = time.monotonic() + LONGEST_QUERY
    if _this_thread.deadline.cancelled:
        raise QueryError("interrupted: the client has gone", interrupted=True)


def must_stop() -> bool:
    """Return whether the present query of this thread has to end: its time is over, or its client has gone."""
    return seconds_left() == 0


def continue_query() -> None:
    """Begin to count anew if the time of this thread's last query is over: what a driver sends by itself, then."""
    if time.monotonic() > _this_thread.query_ends:
        _this_thread.query_ends = time.monotonic() + LONGEST_QUERY


def seconds_left() -> float:
    """Return the seconds until the present query of this thread has to end: 0 when it has to end now."""
    deadline = _this_thread.deadline
    return 0 if deadline.cancelled else max(min(_this_thread.query_ends, deadline.until) - time.monotonic(), 0)


class Connections(ABC):
    """The connections of this process to one release: one for each thread; `engine` makes others, for streams."""

    engine: Engine

    def __init__(self) -> None:
        self._of_thread = threading.local()

    def connection(self) -> Connection:
        """Return this thread's connection, which stays open as long as the release does; raises QueryError."""
        connection: Connection | None = getattr(self._of_thread, "connection", None)
        if connection is None:
            connection = self._of_thread.connection = self.connect()
        return connection

    @abstractmethod
    def connect(self) -> Connection:
        """Return a new connection for this thread; raises QueryError."""

    @abstractmethod
    def close(self) -> None:
        """Close the connections."""


Search = tuple[tuple[str, ...], ...]
"""What full text is searched for: of each tuple, one phrase occurs. A phrase is words of letters and digits."""


class EngineWords(NamedTuple):
    """What a database engine does in its own way, apart from SQL.

    `dialect` compiles statements, with named parameters. `numbers` and `search` return a list of numbers, and a search,
    as the value of a parameter. `is_interrupted` says whether an error of the driver is that of an interrupted query,
    and `is_damage` whether it tells that the release's file is damaged.
    """

    dialect: Dialect
    numbers: Callable[[Sequence[float]], Any]
    search: Callable[[Search], Any]
    is_interrupted: Callable[[BaseException], bool]
    is_damage: Callable[[BaseException], bool] = lambda _: False


ENGINES: dict[str, EngineWords] = {}
"""The engines, by SQLAlchemy's name of the dialect; the module of an engine adds it."""


def query_error(error: BaseException, engine: str) -> QueryError:
    """Return an error of an engine's driver as one of ours."""
    words = ENGINES[engine]
    return QueryError(str(error), interrupted=words.is_interrupted(error), of_damage=words.is_damage(error))


class _Parameter(TypeDecorator[Any]):
    """A type of parameters whose value has another form for each engine."""

    impl = NullType  # no engine is told a type: PostgreSQL would cast to it
    cache_ok = True


class _Numbers(_Parameter):
    """Numbers, any number of them."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Return the numbers as the engine takes them."""
        return ENGINES[dialect.name].numbers(value)


class _SearchParameter(_Parameter):
    """A `Search`."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Return the search as the engine takes it."""
        return ENGINES[dialect.name].search(value)


class Among(FunctionElement[bool]):
    """The condition that a number is one of the numbers of a parameter."""

    inherit_cache = True  # and no type: a function of type Boolean would be compared with 1, which no index serves


class AsBytes(FunctionElement[bytes]):
    """A text as its bytes in UTF-8."""

    type = LargeBinary()
    inherit_cache = True


class Matches(FunctionElement[bool]):
    """The condition that the words of a full-text index are those of a `Search`."""

    inherit_cache = True  # and no type, for the same reason


class IndexedPosition(FunctionElement[int]):
    """The position of the record that a row of a full-text index belongs to."""

    type = Integer()
    inherit_cache = True


class SortedPosition(FunctionElement[int]):
    """A position by which rows are sorted after all have been found."""

    type = Integer()
    inherit_cache = True


def among(number: ColumnElement[Any], parameter: str) -> Among:
    """Return the condition that a column is among the numbers of a parameter: one statement for any number of them."""
    return Among(number, bindparam(parameter, type_=_Numbers()))


def as_bytes(text: ColumnElement[Any]) -> AsBytes:
    """Return the expression of a text's bytes."""
    return AsBytes(text)


def full_text_index(resource: Table) -> TableClause:
    """Return the full-text index of a resource."""
    return named_table(f"{resource.name}_fts", column("position"), column("words"))


def matches(index: TableClause, *, parameter: str = "search", search: Search | None = None) -> Matches:
    """Return the condition that a row of a full-text index matches a search, or the one in a parameter."""
    if search is None:
        return Matches(index.c.words, bindparam(parameter, type_=_SearchParameter()))
    return Matches(index.c.words, bindparam(parameter, search, type_=_SearchParameter(), unique=True))


def indexed_position(index: TableClause) -> IndexedPosition:
    """Return the expression of the position of the record that a row of a full-text index belongs to."""
    return IndexedPosition(index.c.position)


def sorted_position(index: TableClause) -> SortedPosition:
    """Return the same, to order by where few rows match: PostgreSQL finds them all and sorts them.

    It would else look into all rows, in the order of an index, until enough of them match.
    """
    return SortedPosition(index.c.position)


class _Compiled(NamedTuple):
    """A statement in the words of one engine, and the types of the parameters that it takes in a form of its own."""

    text: str
    parameters: dict[str, _Parameter]


class Statement:
    """A SELECT with `bindparam` parameters, compiled once, because compiling takes longer than the query itself."""

    def __init__(self, select: Select[Any]) -> None:
        self.select = select
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, connection: Connection, **values: Any) -> list[tuple[Any, ...]]:
        """Return all rows for these values of the parameters; types are not converted.

        Raises QueryError, as every other query does.
        """
        begin_query()
        dialect = connection.dialect
        text, parameters = self._compiled.get(dialect.name) or self._compile(dialect.name)
        for name, type_ in parameters.items():
            values[name] = type_.process_bind_param(values[name], dialect)
        driver_connection: Any = connection.connection.dbapi_connection
        try:
            rows: list[tuple[Any, ...]] = driver_connection.execute(text, values).fetchall()
        except dialect.loaded_dbapi.Error as error:
            raise query_error(error, dialect.name) from error
        return rows

    def value(self, connection: Connection, **values: Any) -> Any:
        """Return the first column of the first row; None where there is no row."""
        rows = self.rows(connection, **values)
        return rows[0][0] if rows else None

    def _compile(self, engine: str) -> _Compiled:
        compiled = self.select.compile(dialect=ENGINES[engine].dialect)
        parameters = {name: bind.type for name, bind in compiled.binds.items() if isinstance(bind.type, _Parameter)}
        self._compiled[engine] = _Compiled(str(compiled), parameters)
        return self._compiled[engine]
