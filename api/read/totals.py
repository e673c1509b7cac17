"""What need not be counted, because the loader has: how many estimates there are of a region, a group, an indicator.

A question that asks for one of each at most, and for nothing else, reads its total and its facets from
`estimate_counts`; one that asks for all, how many estimates sources and publishers have from their records.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, bindparam, func, literal_column, select

from api.query.parameters import RegionScope, narrowing
from schema import tables
from schema.store.sqlite import Statement
from schema.tables import ANY, ANY_YEAR

Count = tuple[str, str, int]
"""A value, its name, and how many estimates have it."""

KINDS = ("region", "group", "indicator")
_COUNTED = tables.estimate_counts.c
_ANY: ColumnElement[int] = literal_column(str(ANY))
_ANY_YEAR: ColumnElement[int] = literal_column(str(ANY_YEAR))


@dataclass(frozen=True)
class Asked:
    """The region, group and indicator that are asked for, by id; None where it may be any."""

    region: str | None
    group: str | None
    indicator: str | None


def asked_only(query: Mapping[str, Any]) -> Asked | None:
    """Return what a question asks for if it is one region, group and indicator at most and nothing else; else None."""
    chosen = narrowing(query)
    if chosen.keys() - set(KINDS) or any(len(chosen[kind]) != 1 for kind in chosen):
        return None
    if "region" in chosen and query["region_scope"] is not RegionScope.WITHIN:
        return None
    return Asked(*(chosen[kind][0] if kind in chosen else None for kind in KINDS))


def position_of(kind: str) -> ColumnElement[int]:
    """Return the position of the record that a parameter of its kind's name holds the id of, and ANY of a null."""
    table = tables.RESOURCES[f"{kind}s"].c
    found = select(table.position).where(table.id == bindparam(kind)).scalar_subquery()
    return func.coalesce(found, _ANY)


_IS_ASKED = {kind: _COUNTED[f"{kind}_position"] == position_of(kind) for kind in KINDS}
_WHENEVER = _COUNTED.year == _ANY_YEAR
_TOTAL = Statement(select(_COUNTED.estimates).where(*_IS_ASKED.values(), _WHENEVER))
_YEARS = Statement(select(_COUNTED.year, _COUNTED.estimates).where(*_IS_ASKED.values(), _COUNTED.year > _ANY_YEAR))


def total(connection: Connection, query: Mapping[str, Any]) -> int | None:
    """Return how many estimates a question asks for, where that was counted; None where it was not."""
    asked = asked_only(query)
    return None if asked is None else _TOTAL.value(connection, **vars(asked)) or 0


def _of_kind(kind: str) -> Statement:
    """Return the ids, names and counts of the records of a kind, under what else is asked."""
    table, position = tables.RESOURCES[f"{kind}s"].c, _COUNTED[f"{kind}_position"]
    others = (condition for other, condition in _IS_ASKED.items() if other != kind)
    found = select(table.id, table.name, _COUNTED.estimates).join_from(
        tables.estimate_counts, tables.RESOURCES[f"{kind}s"], table.position == position
    )
    return Statement(found.where(*others, position != _ANY, _WHENEVER))


_COUNTS = {kind: _of_kind(kind) for kind in KINDS}


def _carried(of: Column[Any], label: Column[Any]) -> Statement:
    """Return the values of a column of sources or articles, by what these say of how many estimates carry them."""
    count = of.table.c.estimates_count
    return Statement(
        select(of, label, func.sum(count)).where(of.is_not(None), count > literal_column("0")).group_by(of)
    )


_SOURCES, _PUBLISHER = tables.sources.c, tables.articles.c.publisher
_CARRIED = {
    "source": _carried(_SOURCES.id, _SOURCES.name),
    "source_kind": _carried(_SOURCES.kind, _SOURCES.kind),
    "publisher": _carried(_PUBLISHER, _PUBLISHER),
}


def counts(connection: Connection, name: str, query: Mapping[str, Any]) -> list[Count] | None:
    """Return the values of a field of the estimates that a question asks for; None where they were not counted."""
    asked = asked_only(query)
    if asked is None or name not in (*KINDS, *_CARRIED, "as_of_year"):
        return None
    given = vars(asked)
    if name in _CARRIED:
        if any(given.values()):
            return None
        return [(value, label, count) for value, label, count in _CARRIED[name].rows(connection)]
    if name == "as_of_year":
        if None not in given.values():
            return None
        return [(f"{year:04}", f"{year:04}", count) for year, count in _YEARS.rows(connection, **given)]
    if given[name] is not None or (name == "region" and query["region_scope"] is not RegionScope.WITHIN):
        return None
    return [(id_, label, count) for id_, label, count in _COUNTS[name].rows(connection, **given)]


def years(connection: Connection) -> tuple[int, int]:
    """Return the first and the last year that the dataset names."""
    nothing: dict[str, None] = dict.fromkeys(KINDS)
    found = [year for year, _ in _YEARS.rows(connection, **nothing)]
    return min(found), max(found)
