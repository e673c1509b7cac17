"""Estimates that lie together, newest first: all of them, those of a region, those that words find.

A page of these lists is read from where the loader has put it side by side, by statements that are compiled once; a
page of any other list, and every stream, is a `Keyset`'s.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, FromClause, LargeBinary, bindparam, cast, func, select

from api.query.conditions import all_of_it, full_text_of
from api.query.parameters import narrowing
from api.read import totals
from api.read.pages import Keyset, Page, Window, gone, keyset_page
from api.read.resources import POSITIONS
from schema import tables
from schema.store.sqlite import Statement

_ESTIMATES, _RENDERED, _REGION_ESTIMATES = tables.estimates.c, tables.estimates_rendered.c, tables.region_estimates.c
_FULL_TEXT = full_text_of(tables.estimates)

_ID = Statement(select(_ESTIMATES.id).where(_ESTIMATES.position == bindparam("position")))
_FOUND = Statement(select(func.count()).select_from(_FULL_TEXT).where(_FULL_TEXT.c.estimates_fts.match(bindparam("q"))))


class _Pages:
    """How the pages of a kind of list are read: on from a position, or back from one."""

    def __init__(self, position: ColumnElement[Any], among: FromClause, *conditions: ColumnElement[bool]) -> None:
        """Take the column that holds positions in order, where it is, and what its rows have to meet."""
        found = select(position, cast(_RENDERED.json, LargeBinary)).select_from(among).where(*conditions)
        window = found.limit(bindparam("limit")).offset(bindparam("offset"))
        self.on = Statement(window.where(position > bindparam("edge")).order_by(position))
        self.back = Statement(window.where(position < bindparam("edge")).order_by(position.desc()))


def _beside(found: FromClause, position: ColumnElement[Any]) -> FromClause:
    return found.join(tables.estimates_rendered, _RENDERED.position == position)


_ALL = _Pages(_RENDERED.position, tables.estimates_rendered)
_OF_REGION = _Pages(
    _REGION_ESTIMATES.position,
    _beside(tables.region_estimates, _REGION_ESTIMATES.position),
    *(_REGION_ESTIMATES[f"{kind}_position"] == totals.position_of(kind) for kind in ("region", "indicator")),
)
_SAYING = _Pages(
    _FULL_TEXT.c.rowid,
    _beside(_FULL_TEXT, _FULL_TEXT.c.rowid),
    _FULL_TEXT.c.estimates_fts.match(bindparam("q")),
)


@dataclass(frozen=True)
class Shelf:
    """A list whose pages lie together; `given` is what tells it from others of its kind."""

    keyset: Keyset
    pages: _Pages
    given: Mapping[str, Any]
    total: int

    def page(self, window: Window) -> Page:
        """Return the page that a cursor or an offset leads to."""
        connection = self.keyset.connection
        direction, _, id_ = (window.cursor or "").partition(":")
        edge = POSITIONS["estimates"].value(connection, id=id_) if id_ else 0
        if edge is None:
            raise gone(id_)
        backwards = direction == "before"
        read = self.pages.back if backwards else self.pages.on
        rows = read.rows(connection, edge=edge, limit=window.limit + 1, offset=window.offset, **self.given)
        more = len(rows) > window.limit
        del rows[window.limit :]
        if backwards:
            rows.reverse()
        positions, rendered = [row[0] for row in rows], [row[1] for row in rows]
        return keyset_page(rendered, partial(self._id_at, positions), more, self.total, window)

    def _id_at(self, positions: Sequence[int], end: int) -> str:
        id_: str = _ID.value(self.keyset.connection, position=positions[end])
        return id_

    def stream(self, window: Window) -> Iterator[bytes]:
        """Return all from a cursor or an offset on."""
        return self.keyset.stream(window)


def on_a_shelf(keyset: Keyset, query: Mapping[str, Any]) -> Shelf | None:
    """Return a list of estimates, newest first, as one that lies together; None where it does not."""
    connection, total, asked = keyset.connection, keyset.total, totals.asked_only(query)
    if asked and asked.group is None and total is not None:
        if asked.region:
            return Shelf(keyset, _OF_REGION, {"region": asked.region, "indicator": asked.indicator}, total)
        if not asked.indicator:
            return Shelf(keyset, _ALL, {}, total)
    words = all_of_it(query["q"]) if narrowing(query).keys() == {"q"} else None
    if words:
        return Shelf(keyset, _SAYING, {"q": words}, _FOUND.value(connection, q=words) if total is None else total)
    return None
