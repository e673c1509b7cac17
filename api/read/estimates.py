"""Lists of estimates, newest first: all estimates, those of one region, or those that match a full-text search.

The database holds these lists in order, so a page is read by a statement that is compiled once and reads no other rows.
Every other list of estimates, and every stream, is a `KeysetList`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import orjson
from sqlalchemy import ColumnElement, FromClause, Table, bindparam, func, select

from api import context
from api.query.filters import SINGLE
from api.query.question import Question
from api.query.search import single_search
from api.read import totals
from api.read.pages import Listing, Page, Start, record_gone
from api.read.resources import ESTIMATES, POSITIONS
from schema import tables
from schema.store.queries import (
    Search,
    Statement,
    as_bytes,
    full_text_index,
    indexed_position,
    matches,
    sorted_position,
)
from schema.store.words import only_word

_RENDERED, _LISTED = tables.estimates_rendered.c, tables.region_estimates.c
_FULL_TEXT = full_text_index(tables.estimates)
_INDEXED = indexed_position(_FULL_TEXT)

_WITH_WORD = Statement(select(tables.word_counts.c.estimates).where(tables.word_counts.c.word == bindparam("word")))
_MATCHES = Statement(select(func.count()).select_from(_FULL_TEXT).where(matches(_FULL_TEXT)))


class _PageStatements:
    """The statements that read one kind of list, as JSON: from its start, and forwards and backwards from an estimate.

    `position` is the column of `source` that holds positions in order; `conditions` choose the rows of one list.
    `first_page` reads a stored first page as one text, a line for each estimate; None if this kind has none.
    """

    def __init__(
        self,
        position: ColumnElement[Any],
        source: FromClause,
        *conditions: ColumnElement[bool],
        first_page: Statement | None = None,
    ) -> None:
        rows = select(as_bytes(_RENDERED.json)).select_from(source).where(*conditions)
        self.first_page = first_page
        page = rows.limit(bindparam("limit")).offset(bindparam("offset"))
        edge = select(tables.estimates.c.position).where(tables.estimates.c.id == bindparam("edge")).scalar_subquery()
        self.from_start = Statement(page.order_by(position))
        self.forwards = Statement(page.where(position > edge).order_by(position))
        self.backwards = Statement(page.where(position < edge).order_by(position.desc()))


def _with_json(source: FromClause, position: ColumnElement[Any]) -> FromClause:
    return source.join(tables.estimates_rendered, _RENDERED.position == position)


def _of_list(serving: Table) -> list[ColumnElement[bool]]:
    """Return the conditions that choose the list of one region, and one indicator or all, from a serving table."""
    return [serving.c[f"{kind}_position"] == totals.position_of(kind) for kind in ("region", "indicator")]


_ALL = _PageStatements(_RENDERED.position, tables.estimates_rendered)
_OF_REGION = _PageStatements(
    _LISTED.position,
    _with_json(tables.region_estimates, _LISTED.position),
    *_of_list(tables.region_estimates),
    first_page=Statement(select(as_bytes(tables.first_pages.c.json)).where(*_of_list(tables.first_pages))),
)
_MATCHING = _PageStatements(_INDEXED, _with_json(_FULL_TEXT, _INDEXED), matches(_FULL_TEXT))
_SORTED = sorted_position(_FULL_TEXT)
_FOUND = select(_SORTED.label("position")).where(matches(_FULL_TEXT)).order_by(_SORTED).subquery()
_MATCHING_FEW = _PageStatements(_FOUND.c.position, _with_json(_FOUND, _FOUND.c.position))


@dataclass(frozen=True)
class NewestList:
    """Estimates in the order of positions.

    `statements` read its pages, with `values` for their parameters; `if_few` does where they find few, if it is given.
    `total` returns their number. `keyset_list` returns the same list for streams.
    """

    statements: _PageStatements
    values: Mapping[str, Any]
    total: Callable[[], int]
    keyset_list: Callable[[], Listing]
    if_few: _PageStatements | None = None

    def page(self, start: Start, limit: int) -> Page:
        """Return the page beyond a start; raises NotFound if the estimate to start from does not exist."""
        connection = context.connection()
        if self.statements.first_page and start == Start() and limit == tables.FIRST_PAGE:
            stored: bytes | None = self.statements.first_page.value(connection, **self.values)
            if stored:
                return self._page(stored.split(b"\n"), more=True)
        values = {"limit": limit + 1, "offset": start.offset, **self.values}
        statements = self.if_few if self.if_few and _are_few(self.total()) else self.statements
        if start.id is None:
            rows = statements.from_start.rows(connection, **values)
        else:
            statement = statements.backwards if start.backwards else statements.forwards
            rows = statement.rows(connection, edge=start.id, **values)
            if not rows and POSITIONS["estimates"].value(connection, id=start.id) is None:
                raise record_gone(start.id)
        rendered = [json for (json,) in rows[:limit]]
        if start.backwards:
            rendered.reverse()
        return self._page(rendered, more=len(rows) > limit)

    def _page(self, rendered: list[bytes], *, more: bool) -> Page:
        def id_at(index: int) -> str:
            id_: str = orjson.loads(rendered[index])["id"]
            return id_

        return Page(rendered, self.total(), id_at, more)

    def stream(self, start: Start) -> Iterator[bytes]:
        """Return all estimates beyond a start as JSON; raises NotFound as `page` does."""
        return self.keyset_list().stream(start)


def list_estimates(question: Question, keyset_list: Callable[[], Listing]) -> Listing:
    """Return the list of estimates that a question asks for.

    `keyset_list` returns the list for any question; it is used if the database does not hold the list in order.
    """
    single = question.single
    if question.parameters["sort"] != [ESTIMATES.default_sort]:
        return keyset_list()
    if single is not None and "group" not in single:
        total = partial(_counted, context.release().fingerprint, *map(single.get, SINGLE))
        if "region" in single:
            values = {kind: single.get(kind) for kind in ("region", "indicator")}
            return NewestList(_OF_REGION, values, total, keyset_list)
        if not single:
            return NewestList(_ALL, {}, total, keyset_list)
    search = single_search(question.parameters["q"]) if question.filters.keys() == {"q"} else None
    if search:
        total = partial(_matches, context.release().fingerprint, search)
        return NewestList(_MATCHING, {"search": search}, total, keyset_list, _MATCHING_FEW)
    return keyset_list()


def _are_few(matching: int) -> bool:
    """Return whether to find all estimates that match takes less than to look through all until a page is full."""
    number_of_all: int = context.release().dataset["counts"]["estimates"]
    return matching * matching < 10 * number_of_all  # 21 in a page; one that matches costs twice one that is looked at


@lru_cache(maxsize=4096)
def _counted(_release: bytes, *ids: str | None) -> int:
    """Return how many estimates a region, a group and an indicator have, each None for any."""
    return totals.TOTAL.value(context.connection(), **dict(zip(SINGLE, ids, strict=True))) or 0


@lru_cache(maxsize=4096)
def _matches(_release: bytes, search: Search) -> int:
    """Return how many estimates a search finds; the pages of a search are counted once, not each."""
    word, connection = only_word(search), context.connection()
    if word is None:
        return _MATCHES.value(connection, search=search)  # type: ignore[no-any-return]
    return _WITH_WORD.value(connection, word=word) or 0
