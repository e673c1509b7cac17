"""Order and pages: any sort, ties broken by id, nulls last; a page starts after, or ends before, a record."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, and_, or_, select
from werkzeug.exceptions import NotFound


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
class Window:
    """Which part of a list is asked for: at most `limit` records, after passing over `offset` from where it starts."""

    limit: int
    offset: int = 0
    cursor: str | None = None


@dataclass(frozen=True)
class Page:
    """The records of one page, with the cursors of its neighbours where there are any."""

    rows: list[Row[Any]]
    next: str | None
    prev: str | None


def read_page(
    connection: Connection,
    resource: Table,
    found: Select[Any],
    order: Sequence[Order],
    window: Window,
) -> Page:
    """Return the page of `found` that a cursor or an offset leads to.

    A cursor is `after:ID` or `before:ID`; raises NotFound where that record is gone, which a client cannot mend but
    by starting again.
    """
    direction, _, id_ = (window.cursor or "").partition(":")
    backwards = direction == "before"
    if window.cursor:
        edge = connection.execute(select(*(one.column for one in order)).where(resource.c.id == id_)).one_or_none()
        if edge is None:
            raise NotFound(f"No record {id_!r} for the page to start from; start again without `cursor`.")
        found = found.where(beyond(order, edge, backwards=backwards))
    ordered = found.order_by(*(one.clause(backwards=backwards) for one in order))
    rows = list(connection.execute(ordered.limit(window.limit + 1).offset(window.offset)))
    more = len(rows) > window.limit
    rows = rows[: window.limit]
    if backwards:
        rows.reverse()
    ahead, behind = (bool(rows), more) if backwards else (more, bool(rows) and bool(window.cursor or window.offset))
    return Page(rows, f"after:{rows[-1].id}" if ahead else None, f"before:{rows[0].id}" if behind else None)


def address(path: str, parameters: Sequence[tuple[str, str]]) -> str:
    """Return an absolute path with its query, without a host, so that no proxy breaks it."""
    return f"{path}?{urlencode(parameters, safe='/:,~')}" if parameters else path
