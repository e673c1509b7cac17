"""Lists of records, read as pages or as streams.

A list of a table's records can be sorted by several keys, with ties by id and nulls last; its pages start after a
record or end before one. A list that is computed for one question has one order; its pages start at an offset.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, and_, func, or_, select
from werkzeug.exceptions import NotFound

from schema.flat import ROWS_AT_A_TIME
from schema.store.queries import begin_query
from schema.store.release import Release


@dataclass(frozen=True)
class Order:
    """A key to sort by."""

    column: ColumnElement[Any]
    descending: bool

    def clause(self, *, backwards: bool) -> ColumnElement[Any]:
        """Return the ORDER BY term; if `backwards`, that of the opposite order."""
        if backwards:
            return (self.column.asc() if self.descending else self.column.desc()).nulls_first()
        return (self.column.desc() if self.descending else self.column.asc()).nulls_last()

    def beyond(self, value: Any, *, backwards: bool) -> ColumnElement[bool] | None:
        """Return the condition that a record comes after one with this value, or before it; None if no record can."""
        if value is None:
            return self.column.is_not(None) if backwards else None
        further = self.column < value if self.descending != backwards else self.column > value
        return further if backwards else or_(further, self.column.is_(None))

    def equals(self, value: Any) -> ColumnElement[bool]:
        """Return the condition that a record has this value."""
        return self.column.is_(None) if value is None else self.column == value


def orders(columns: Mapping[str, ColumnElement[Any]], keys: Sequence[str]) -> list[Order]:
    """Return the order of sort keys (`-` descends), with the id last."""
    by_keys = [Order(columns[key.removeprefix("-")], key.startswith("-")) for key in keys]
    return [*by_keys, Order(columns["id"], descending=False)]


def beyond(order: Sequence[Order], values: Sequence[Any], *, backwards: bool) -> ColumnElement[bool]:
    """Return the condition that a record comes after the one with these values (its keyset), or before it."""
    alternatives = []
    for index, (key, value) in enumerate(zip(order, values, strict=True)):
        further = key.beyond(value, backwards=backwards)
        if further is not None:
            equal = [earlier.equals(same) for earlier, same in zip(order[:index], values[:index], strict=True)]
            alternatives.append(and_(*equal, further))
    return or_(*alternatives)


@dataclass(frozen=True)
class Start:
    """The start of a page: after the record with `id` (before it if `backwards`), and `offset` records further."""

    offset: int = 0
    id: str | None = None
    backwards: bool = False


@dataclass(frozen=True)
class Page:
    """The records of one page as JSON (`rendered`), and the number of records on all pages (`total`).

    If the pages of the list start at a record, `id_at` returns the id of the page's first (0) or last (-1) record, and
    `more` says whether another page follows in the direction of reading. If they start at an offset, `id_at` is None.
    """

    rendered: Sequence[bytes]
    total: int
    id_at: Callable[[int], str] | None = None
    more: bool = False


class Listing(Protocol):
    """A list of records as JSON; `page` and `stream` read it, nothing is read before."""

    def page(self, start: Start, limit: int) -> Page:
        """Return at most `limit` records; raises NotFound if the record to start from does not exist."""

    def stream(self, start: Start) -> Iterator[bytes]:
        """Return all records from a start on, read in batches; raises NotFound as `page` does."""


@dataclass(frozen=True)
class ComputedList:
    """A list that `compute` returns whole; its pages start at an offset."""

    compute: Callable[[], Sequence[bytes]]

    def page(self, start: Start, limit: int) -> Page:
        """Return the records from an offset on."""
        rendered = self.compute()
        return Page(rendered[start.offset : start.offset + limit], len(rendered))

    def stream(self, start: Start) -> Iterator[bytes]:
        """Return all records from an offset on."""
        return iter(self.compute()[start.offset :])


@dataclass(frozen=True)
class SelectedList:
    """The rows of an ordered SELECT, which `render` turns into JSON; its pages start at an offset."""

    release: Release
    select: Callable[[], Select[Any]]
    render: Callable[[Connection, Row[Any]], bytes]

    def page(self, start: Start, limit: int) -> Page:
        """Return the rows from an offset on."""
        connection, ordered = self.release.connection(), self.select()
        # The same statement counts the rows, so that a costly search runs once.
        counted = ordered.add_columns(func.count().over().label("total"))
        rows = connection.execute(counted.limit(limit).offset(start.offset)).all()
        total = rows[0].total if rows else 0
        if start.offset and not rows:
            total = count(connection, ordered)
        return Page([self.render(connection, row) for row in rows], total)

    def stream(self, start: Start) -> Iterator[bytes]:
        """Return all rows from an offset on."""
        with self.release.engine.connect() as connection:
            for rows in streamed(connection, self.select().offset(start.offset)):
                yield from (self.render(connection, row) for row in rows)


@dataclass(frozen=True)
class KeysetList:
    """The records of a table that a SELECT of `position` and `id` finds, in an order; its pages start at a record.

    `read` returns the JSON of the records at given positions. `total` returns the number of records if it is known;
    else it is counted.
    """

    release: Release
    table: Table
    select: Callable[[], Select[Any]]
    order: Sequence[Order]
    read: Callable[[Connection, Sequence[int]], list[bytes]]
    total: Callable[[Connection], int] | None = None

    def page(self, start: Start, limit: int) -> Page:
        """Return the page beyond a start; raises NotFound if the record to start from does not exist."""
        connection = self.release.connection()
        ordered = self._beyond(start).order_by(*(key.clause(backwards=start.backwards) for key in self.order))
        rows = list(connection.execute(ordered.limit(limit + 1).offset(start.offset)))
        more = len(rows) > limit
        rows = rows[:limit]
        if start.backwards:
            rows.reverse()
        if self.total:
            total = self.total(connection)
        else:
            total = count(connection, self.select().with_only_columns(self.table.c.position))
        return Page(self.read(connection, [row.position for row in rows]), total, lambda index: rows[index].id, more)

    def stream(self, start: Start) -> Iterator[bytes]:
        """Return all records beyond a start; the offset leaves out the records next to the start."""
        beyond = self._beyond(start)
        ordered = beyond.order_by(*(key.clause(backwards=False) for key in self.order))
        if start.backwards:
            ordered = ordered.limit(max(count(self.release.connection(), beyond) - start.offset, 0))
        else:
            ordered = ordered.offset(start.offset)
        return read_stream(self.release, ordered, self.read)

    def _beyond(self, start: Start) -> Select[Any]:
        """Return the SELECT of the records after the start's record, or before it; in no order yet."""
        if start.id is None:
            return self.select()
        rows = self.release.connection().execute(
            select(*(key.column for key in self.order)).where(self.table.c.id == start.id)
        )
        edge = rows.one_or_none()
        if edge is None:
            raise record_gone(start.id)
        return self.select().where(beyond(self.order, edge, backwards=start.backwards))


def record_gone(id_: str) -> NotFound:
    """Return the error for a cursor whose record does not exist."""
    return NotFound(f"No record {id_!r} for the page to start from; start again without `cursor`.")


def count(connection: Connection, rows: Select[Any]) -> int:
    """Return the number of rows of a SELECT."""
    one_column = rows.with_only_columns(rows.selected_columns[0]).subquery()
    return connection.scalar(select(func.count()).select_from(one_column)) or 0


def read_stream(
    release: Release, ordered: Select[Any], read: Callable[[Connection, Sequence[int]], list[bytes]]
) -> Iterator[bytes]:
    """Yield the JSON of the record at each `position` of an ordered SELECT, read in batches."""
    with release.engine.connect() as connection:
        for rows in streamed(connection, ordered):
            yield from read(connection, [row.position for row in rows])


def streamed(connection: Connection, ordered: Select[Any]) -> Iterator[Sequence[Row[Any]]]:
    """Yield the rows of an ordered SELECT in batches; the time limit of a query holds for each batch."""
    with connection.execute(ordered.execution_options(yield_per=ROWS_AT_A_TIME)) as result:
        for rows in result.partitions():
            yield rows
            begin_query()
