"""Order and pages: any sort, ties broken by id, nulls last; a page starts after, or ends before, a record."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, and_, func, or_, select
from werkzeug.exceptions import NotFound

from api.formats import ROWS_AT_A_TIME
from schema.engine import Release


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


def orders(columns: dict[str, ColumnElement[Any]], keys: Sequence[str]) -> list[Order]:
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
class Listing:
    """What a list is of: a resource's table, what of it was found (id and JSON), and in which order."""

    table: Table
    found: Select[Any]
    order: Sequence[Order]


@dataclass(frozen=True)
class Window:
    """Which part of a list is asked for: at most `limit` records, after passing over `offset` of them."""

    limit: int
    offset: int = 0
    cursor: str | None = None


@dataclass(frozen=True)
class Page:
    """The records of one page, with the cursors of its neighbours where there are any."""

    rows: list[Row[Any]]
    next: str | None
    prev: str | None


def read_page(connection: Connection, listing: Listing, window: Window) -> Page:
    """Return the page of a list that a cursor or an offset leads to.

    A cursor is `after:ID` or `before:ID`; raises NotFound where that record is gone, which a client cannot mend but
    by starting again.
    """
    found, backwards = _from_cursor(connection, listing, window.cursor)
    ordered = found.order_by(*(one.clause(backwards=backwards) for one in listing.order))
    rows = list(connection.execute(ordered.limit(window.limit + 1).offset(window.offset)))
    more = len(rows) > window.limit
    rows = rows[: window.limit]
    if backwards:
        rows.reverse()
    ahead, behind = (bool(rows), more) if backwards else (more, bool(rows) and bool(window.cursor or window.offset))
    return Page(rows, f"after:{rows[-1].id}" if ahead else None, f"before:{rows[0].id}" if behind else None)


def read_all(release: Release, connection: Connection, listing: Listing, window: Window) -> Iterator[Row[Any]]:
    """Return all of a list from a cursor or an offset on, as a stream that outlives the request.

    Before a cursor, an offset passes over the records next to it. Raises NotFound as `read_page` does.
    """
    found, backwards = _from_cursor(connection, listing, window.cursor)
    ordered = found.order_by(*(one.clause(backwards=False) for one in listing.order))
    if backwards:
        there = connection.scalar(select(func.count()).select_from(found.subquery())) or 0
        ordered = ordered.limit(max(there - window.offset, 0))
    else:
        ordered = ordered.offset(window.offset)
    return _streamed(release, ordered)


def _streamed(release: Release, ordered: Select[Any]) -> Iterator[Row[Any]]:
    # A connection of its own, from the first row to the last or to the client's leaving.
    with release.engine.connect() as connection:
        yield from connection.execute(ordered.execution_options(yield_per=ROWS_AT_A_TIME))


def _from_cursor(connection: Connection, listing: Listing, cursor: str | None) -> tuple[Select[Any], bool]:
    """Return what of a list lies beyond a cursor, and whether that is backwards."""
    direction, _, id_ = (cursor or "").partition(":")
    backwards = direction == "before"
    if not cursor:
        return listing.found, backwards
    edge = connection.execute(
        select(*(one.column for one in listing.order)).where(listing.table.c.id == id_)
    ).one_or_none()
    if edge is None:
        raise NotFound(f"No record {id_!r} for the page to start from; start again without `cursor`.")
    return listing.found.where(beyond(listing.order, edge, backwards=backwards)), backwards


def address(path: str, parameters: Sequence[tuple[str, str]]) -> str:
    """Return an absolute path with its query, without a host, so that no proxy breaks it."""
    return f"{path}?{urlencode(parameters, safe='/:,~')}" if parameters else path
