"""The SQL conditions of filters on `estimates` or `series_rollup`, made from validated parameters; runs no query."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, and_, func, not_, or_, select

from api.query.filters import (
    DATE_FILTERS,
    FLAG_FILTERS,
    VOCABULARY_FILTERS,
    Parameters,
    PeriodColumns,
    RegionScope,
    ValueMatch,
    VocabularyFilter,
)
from api.query.question import active_filters, single_ids
from api.query.search import search_conditions
from schema import tables
from schema.intervals import Period, read_period

Condition = ColumnElement[bool]

_ESTIMATES = tables.estimates.c
_SERIES_FILTERS = [
    replace(filter_, column=tables.series_rollup.c[filter_.column.name])
    for filter_ in VOCABULARY_FILTERS
    if filter_.column.name in tables.series_rollup.c
]
_SERIES_PARAMETERS = {f"{negation}{filter_.name}" for filter_ in _SERIES_FILTERS for negation in ("", "not_")}


def estimate_conditions(parameters: Parameters) -> list[Condition]:
    """Return the conditions of all filters on `estimates`, full text and `distinct` included."""
    conditions = [*filter_conditions(parameters), *search_conditions(tables.estimates, parameters.get("q"))]
    if "distinct" not in parameters:
        return conditions
    if not conditions:
        return [_ESTIMATES.claim_rank == 0]
    rank = func.row_number().over(partition_by=_ESTIMATES.claim_position, order_by=_ESTIMATES.claim_rank)
    first = select(_ESTIMATES.position, rank.label("rank")).where(*conditions).subquery()
    return [_ESTIMATES.position.in_(select(first.c.position).where(first.c.rank == 1))]


def series_conditions(parameters: Parameters) -> list[Condition] | None:
    """Return the conditions of all filters on `series_rollup`; None if a filter needs other columns."""
    if active_filters(parameters).keys() - _SERIES_PARAMETERS:
        return None
    return list(_vocabulary_conditions(_SERIES_FILTERS, parameters))


def filter_conditions(parameters: Parameters) -> list[Condition]:
    """Return the conditions of the filters on `estimates`, without full text and `distinct`."""
    single = single_ids(parameters)
    others = parameters
    conditions: list[Condition] = []
    if {"region", "indicator"} <= single.keys():
        conditions.append(_ESTIMATES.position.in_(_listed_positions(single["region"], single["indicator"])))
        others = {name: value for name, value in parameters.items() if name not in ("region", "indicator")}
    conditions += _vocabulary_conditions(VOCABULARY_FILTERS, others)
    return [*conditions, *_dates(parameters), *_flags(parameters), *_values(parameters)]


def _listed_positions(region: str, indicator: str) -> Select[Any]:
    """Return the SELECT of the positions of the estimates of an indicator in a region, from the loader's list."""
    listed = tables.region_estimates.c
    return select(listed.position).where(
        listed.region_position == _positions(tables.regions.c.id, [region]).scalar_subquery(),
        listed.indicator_position == _positions(tables.indicators.c.id, [indicator]).scalar_subquery(),
    )


def _positions(column: Column[Any], words: list[str]) -> Select[Any]:
    """Return the SELECT of the positions of the records that have one of the words in a column."""
    return select(column.table.c.position).where(column.in_(words))


def _vocabulary_conditions(filters: Iterable[VocabularyFilter], parameters: Parameters) -> Iterator[Condition]:
    """Yield the conditions of vocabulary filters and of their `not_` parameters."""
    scope = parameters.get("region_scope", RegionScope.WITHIN)
    for filter_ in filters:
        included, excluded = parameters.get(filter_.name), parameters.get(f"not_{filter_.name}")
        if included:
            yield _is_one_of(filter_, included, scope)
        if excluded:
            yield not_(_is_one_of(filter_, excluded, scope))


def _is_one_of(filter_: VocabularyFilter, words: list[str], scope: RegionScope) -> Condition:
    """Return the condition that a row refers to a record of one of the words, or holds one of the words itself."""
    if filter_.word_column is filter_.column:
        return filter_.column.in_(words)
    positions = _positions(filter_.word_column, words)
    if filter_.word_column is tables.regions.c.id and scope is not RegionScope.EXACT:
        closures = tables.closures.c
        in_scope = (closures.kind == "region", closures.relation == str(scope), closures.whole_position.in_(positions))
        positions = select(closures.part_position).where(*in_scope)
    elif len(words) == 1 and filter_.word_column.name == "id":
        # With = instead of IN, SQLite reads the estimates of the one record from the index, in their order.
        return filter_.column == positions.scalar_subquery()
    return filter_.column.in_(positions)


def _dates(parameters: Parameters) -> Iterator[Condition]:
    """Yield, for each date filter, the condition that its period and that of the estimate have a day in common."""
    for name, columns in DATE_FILTERS.items():
        if name not in parameters:
            continue
        period = read_period(parameters[name])
        if columns.start.table is not tables.estimates:
            table = columns.start.table
            yield _ESTIMATES.article_position.in_(select(table.c.position).where(overlaps(columns, period)))
            continue
        yield overlaps(columns, period)
        if columns.start is _ESTIMATES.as_of_start and period.end:
            # Positions are newest first: estimates before the first one that starts in time need not be read.
            in_time = select(_ESTIMATES.position).where(columns.start <= period.end)
            first = in_time.order_by(columns.start.desc(), _ESTIMATES.position).limit(1).scalar_subquery()
            yield _ESTIMATES.position >= func.coalesce(first, 0)


def overlaps(columns: PeriodColumns, period: Period) -> Condition:
    """Return the condition that two periods have a day in common; an open side has no end, no date means no day."""
    start, end = columns.start, columns.end
    begins = start.is_not(None) if period.end is None else start <= period.end
    ends = end.is_not(None) if period.start is None else end >= period.start
    return or_(and_(begins, ends), and_(start.is_(None), ends), and_(begins, end.is_(None)))


def _flags(parameters: Parameters) -> Iterator[Condition]:
    """Yield the conditions of the filters that are true or false."""
    for name, (condition, _) in FLAG_FILTERS.items():
        if name in parameters:
            yield condition if parameters[name] else not_(condition)


def _values(parameters: Parameters) -> Iterator[Condition]:
    """Yield the conditions of value_min and value_max on a figure's interval; a vague figure has no interval."""
    smallest, largest = parameters.get("value_min"), parameters.get("value_max")
    if smallest is None and largest is None:
        return
    low, high = _ESTIMATES.value_low, _ESTIMATES.value_high
    yield low.is_not(None)
    if parameters["value_match"] is ValueMatch.CERTAIN:
        if smallest is not None:
            yield low >= smallest
        if largest is not None:
            yield high <= largest
        return
    if smallest is not None:
        touches = and_(high == smallest, _ESTIMATES.value_high_inclusive.is_(True))
        yield or_(high.is_(None), high > smallest, touches)
    if largest is not None:
        touches = and_(low == largest, _ESTIMATES.value_low_inclusive.is_(True))
        yield or_(low < largest, touches)
