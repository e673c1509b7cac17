"""Precomputed totals: the numbers of estimates by region, group, indicator and year.

If the only filters of a question are at most one region, group and indicator, its total and facets are read from
`estimate_counts`. If it has no filters, the facets of sources, publishers and agencies are read from their records.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, bindparam, func, literal_column, select

from api.query.filters import SINGLE, Parameters, RegionScope
from api.query.question import single_only
from schema import tables
from schema.store.queries import Statement
from schema.tables import ANY, ANY_YEAR

Count = tuple[str, str, int]
"""A value, its name, and the number of estimates that have it."""

_COUNTS = tables.estimate_counts.c
_ANY: ColumnElement[int] = literal_column(str(ANY))
_ANY_YEAR: ColumnElement[int] = literal_column(str(ANY_YEAR))


def position_of(kind: str) -> ColumnElement[int]:
    """Return the position of the record whose id is the bound parameter named `kind`; ANY if that is null."""
    table = tables.RESOURCES[f"{kind}s"].c
    position = select(table.position).where(table.id == bindparam(kind)).scalar_subquery()
    return func.coalesce(position, _ANY)


_MATCHES = {kind: _COUNTS[f"{kind}_position"] == position_of(kind) for kind in SINGLE}
_ALL_YEARS = _COUNTS.year == _ANY_YEAR
TOTAL = Statement(select(_COUNTS.estimates).where(*_MATCHES.values(), _ALL_YEARS))
_YEARS = Statement(select(_COUNTS.year, _COUNTS.estimates).where(*_MATCHES.values(), _COUNTS.year > _ANY_YEAR))


def total(single: Mapping[str, str], connection: Connection) -> int:
    """Return the number of estimates of the region, group and indicator in a question's `single`."""
    return TOTAL.value(connection, **{kind: single.get(kind) for kind in SINGLE}) or 0


def _of_kind(kind: str) -> Statement:
    """Return the statement of the ids, names and counts of a kind's records, filtered by the other two kinds."""
    table, position = tables.RESOURCES[f"{kind}s"].c, _COUNTS[f"{kind}_position"]
    others = (condition for other, condition in _MATCHES.items() if other != kind)
    rows = select(table.id, table.name, _COUNTS.estimates).join_from(
        tables.estimate_counts, tables.RESOURCES[f"{kind}s"], table.position == position
    )
    return Statement(rows.where(*others, position != _ANY, _ALL_YEARS))


_BY_KIND = {kind: _of_kind(kind) for kind in SINGLE}


def _by_record(value: Column[Any], label: Column[Any]) -> Statement:
    """Return the statement of the values of a column of sources or articles, with their numbers of estimates."""
    count = value.table.c.estimates_count
    rows = select(value, func.min(label), func.sum(count)).where(value.is_not(None), count > literal_column("0"))
    return Statement(rows.group_by(value))


_SOURCES, _ARTICLES = tables.sources.c, tables.articles.c
_BY_RECORD = {
    "source": _by_record(_SOURCES.id, _SOURCES.name),
    "source_kind": _by_record(_SOURCES.kind, _SOURCES.kind),
    **{name: _by_record(_ARTICLES[name], _ARTICLES[name]) for name in ("publisher", "agency")},
}


def counts(connection: Connection, name: str, parameters: Parameters) -> list[Count] | None:
    """Return the counts of a field's values among the estimates that match; None if they are not precomputed."""
    single = single_only(parameters)
    if single is None:
        return None
    if name in _BY_RECORD:
        return None if single else [(value, label, count) for value, label, count in _BY_RECORD[name].rows(connection)]
    values = {kind: single.get(kind) for kind in SINGLE}
    if name == "as_of_year" and None in values.values():
        return [(f"{year:04}", f"{year:04}", count) for year, count in _YEARS.rows(connection, **values)]
    in_scope = name != "region" or parameters["region_scope"] is RegionScope.WITHIN
    if name in SINGLE and values[name] is None and in_scope:
        return [(id_, label, count) for id_, label, count in _BY_KIND[name].rows(connection, **values)]
    return None


def years(connection: Connection) -> tuple[int, int]:
    """Return the first and the last year in the `as_of` of all estimates."""
    all_years = [year for year, _ in _YEARS.rows(connection, **dict.fromkeys(SINGLE))]
    return min(all_years), max(all_years)
