"""Order and pages.

The records of a table take any sort, ties broken by id, nulls last; their pages start after, or end before, a record. A
list that is worked out for one question has one order, and its pages are counted.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, and_, func, or_, select
from werkzeug.exceptions import NotFound

from schema.flat import ROWS_AT_A_TIME
from schema.store.release import Release
from schema.store.sqlite import begin_query


@dataclass(frozen=True)
class Order:
    """One key to sort by."""

    column: ColumnElement[Any]
    descending: bool

    def clause(self, *, backwards: bool) -> ColumnElement[Any]:
        """Return the ORDER BY term, or the one that reads from the other end."""
        if backwards:
            return (self.column.asc() if self.descending else self.column.desc()).nulls_first()
        return (self.column.desc() if self.descending else self.column.asc()).nulls_last()

    def beyond(self, value: Any, *, backwards: bool) -> ColumnElement[bool] | None:
        """Return that a record stands further on than one with this value; None where none can."""
        if value is None:
            return self.column.is_not(None) if backwards else None
        further = self.column < value if self.descending != backwards else self.column > value
        return further if backwards else or_(further, self.column.is_(None))

    def level(self, value: Any) -> ColumnElement[bool]:
        """Return that a record has this value."""
        return self.column.is_(None) if value is None else self.column == value


def orders(columns: Mapping[str, ColumnElement[Any]], keys: Sequence[str]) -> list[Order]:
    """Return the order that sort keys ask for (`-` descends), with the id last."""
    found = [Order(columns[key.removeprefix("-")], key.startswith("-")) for key in keys]
    return [*found, Order(columns["id"], descending=False)]


def beyond(order: Sequence[Order], values: Sequence[Any], *, backwards: bool) -> ColumnElement[bool]:
    """Return that a record stands further on than the one with these values: a keyset, not a count."""
    steps = []
    for index, (one, value) in enumerate(zip(order, values, strict=True)):
        further = one.beyond(value, backwards=backwards)
        if further is not None:
            level = [earlier.level(known) for earlier, known in zip(order[:index], values[:index], strict=True)]
            steps.append(and_(*level, further))
    return or_(*steps)


@dataclass(frozen=True)
class Window:
    """Which part of a list is asked for: at most `limit` records, after passing over `offset` of them."""

    limit: int
    offset: int = 0
    cursor: str | None = None


Step = tuple[str, str]
"""The parameter that leads to another page, and its value."""


@dataclass(frozen=True)
class Page:
    """The records of one page as JSON, the steps to its neighbours, and how many there are on all pages."""

    rendered: list[bytes]
    next: Step | None
    prev: Step | None
    total: int


class Listing(Protocol):
    """What is listed: a page of it, or all from somewhere on."""

    def page(self, window: Window) -> Page:
        """Return the page that a window shows."""

    def stream(self, window: Window) -> Iterator[bytes]:
        """Return all from a window's start on as JSON, read while it is sent; the window's limit is not looked at."""


@dataclass(frozen=True)
class Worked:
    """A list that was worked out for one question, in its order; its pages are counted."""

    rendered: Sequence[bytes]

    def page(self, window: Window) -> Page:
        """Return the page that an offset leads to."""
        first, last = window.offset, window.offset + window.limit
        return counted_page(list(self.rendered[first:last]), len(self.rendered), window)

    def stream(self, window: Window) -> Iterator[bytes]:
        """Return all from an offset on."""
        return iter(self.rendered[window.offset :])


def counted_page(rendered: list[bytes], total: int, window: Window) -> Page:
    """Return a page of a list whose pages are counted."""
    after, before = window.offset + window.limit, max(min(window.offset, total) - window.limit, 0)
    return Page(
        rendered,
        ("offset", str(after)) if after < total else None,
        ("offset", str(before)) if window.offset else None,
        total,
    )


@dataclass(frozen=True)
class Selected:
    """A list that is an ordered SELECT, each of whose rows is rendered; its pages are counted."""

    release: Release
    connection: Connection
    found: Select[Any]
    render: Callable[[Connection, Row[Any]], bytes]

    def page(self, window: Window) -> Page:
        """Return the page that an offset leads to."""
        # Counted where it is ordered: what is costly to find is found once.
        counted = self.found.add_columns(func.count().over().label("total"))
        rows = self.connection.execute(counted.limit(window.limit).offset(window.offset)).all()
        total = rows[0].total if rows else count(self.connection, self.found)
        return counted_page([self.render(self.connection, row) for row in rows], total, window)

    def stream(self, window: Window) -> Iterator[bytes]:
        """Return all from an offset on."""
        with self.release.engine.connect() as connection:
            for some in streamed(connection, self.found.offset(window.offset)):
                yield from (self.render(connection, row) for row in some)


@dataclass(frozen=True)
class Keyset:
    """The records of a table that were found (`position` and `id`), in an order; its pages start at a record.

    `find` gives the SELECT. A cursor is `after:ID` or `before:ID`; a page and a stream raise NotFound where that record
    is gone, which a client cannot mend but by starting again. `read` gives the JSON of the records at some positions.
    """

    release: Release
    connection: Connection
    table: Table
    find: Callable[[], Select[Any]]
    order: Sequence[Order]
    read: Callable[[Connection, Sequence[int]], list[bytes]]
    total: int | None = None
    """How many there are, where that is known already."""

    def page(self, window: Window) -> Page:
        """Return the page that a cursor or an offset leads to."""
        found, backwards = self._beyond(window.cursor)
        ordered = found.order_by(*(one.clause(backwards=backwards) for one in self.order))
        rows = list(self.connection.execute(ordered.limit(window.limit + 1).offset(window.offset)))
        more = len(rows) > window.limit
        rows = rows[: window.limit]
        if backwards:
            rows.reverse()
        total = count(self.connection, self._positions()) if self.total is None else self.total
        rendered = self.read(self.connection, [row.position for row in rows])
        return keyset_page(rendered, lambda end: rows[end].id, more, total, window)

    def stream(self, window: Window) -> Iterator[bytes]:
        """Return all from a cursor or an offset on; before a cursor, an offset passes over the records next to it."""
        found, backwards = self._beyond(window.cursor)
        ordered = found.order_by(*(one.clause(backwards=False) for one in self.order))
        if backwards:
            ordered = ordered.limit(max(count(self.connection, found) - window.offset, 0))
        else:
            ordered = ordered.offset(window.offset)
        return read_stream(self.release, ordered, self.read)

    def _positions(self) -> Select[Any]:
        return self.find().with_only_columns(self.table.c.position)

    def _beyond(self, cursor: str | None) -> tuple[Select[Any], bool]:
        """Return what lies beyond a cursor, and whether that is backwards."""
        direction, _, id_ = (cursor or "").partition(":")
        backwards = direction == "before"
        if not cursor:
            return self.find(), backwards
        edge = self.connection.execute(
            select(*(one.column for one in self.order)).where(self.table.c.id == id_)
        ).one_or_none()
        if edge is None:
            raise gone(id_)
        return self.find().where(beyond(self.order, edge, backwards=backwards)), backwards


def gone(id_: str) -> NotFound:
    """Return the error for a cursor whose record is no more."""
    return NotFound(f"No record {id_!r} for the page to start from; start again without `cursor`.")


def keyset_page(rendered: list[bytes], id_at: Callable[[int], str], more: bool, total: int, window: Window) -> Page:
    """Return a page whose neighbours start at its ends, 0 and -1; `more`: there is another in its direction."""
    backwards = bool(window.cursor and window.cursor.startswith("before:"))
    ahead, behind = (True, more) if backwards else (more, bool(window.cursor or window.offset))
    return Page(
        rendered,
        ("cursor", f"after:{id_at(-1)}") if rendered and ahead else None,
        ("cursor", f"before:{id_at(0)}") if rendered and behind else None,
        total,
    )


def count(connection: Connection, found: Select[Any]) -> int:
    """Return how many rows a SELECT finds."""
    return (
        connection.scalar(
            select(func.count()).select_from(found.with_only_columns(found.selected_columns[0]).subquery())
        )
        or 0
    )


def read_stream(
    release: Release, ordered: Select[Any], read: Callable[[Connection, Sequence[int]], list[bytes]]
) -> Iterator[bytes]:
    """Yield the JSON at each `position` that an ordered SELECT finds, read while it is sent."""
    with release.engine.connect() as connection:
        for some in streamed(connection, ordered):
            yield from read(connection, [row.position for row in some])


def streamed(connection: Connection, ordered: Select[Any]) -> Iterator[Sequence[Row[Any]]]:
    """Yield the rows of an ordered SELECT, some at a time, from the first to the last or to the client's leaving."""
    rows = connection.execute(ordered.execution_options(yield_per=ROWS_AT_A_TIME))
    for some in rows.partitions():
        yield some
        begin_query()


def address(path: str, parameters: Sequence[tuple[str, str]]) -> str:
    """Return an absolute path with its query, without a host, so that no proxy breaks it."""
    return f"{path}?{_encoded(tuple(parameters))}" if parameters else path


@lru_cache(maxsize=4096)
def _encoded(parameters: tuple[tuple[str, str], ...]) -> str:
    return urlencode(parameters, safe="/:,~")
