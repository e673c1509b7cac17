"""A validated query → conditions on `estimates` or `series_rollup`: each filter of the contract; runs nothing."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, Table, TableClause, and_, column, false, func, not_, or_, select
from sqlalchemy import table as named_table

from api.query.parameters import (
    DATE_FILTERS,
    FLAG_FILTERS,
    VOCABULARY_FILTERS,
    PeriodColumns,
    RegionScope,
    ValueMatch,
    VocabularyFilter,
    narrowing,
)
from api.query.parsing import REMEMBERED
from schema import tables
from schema.intervals import Period, read_period

Query = Mapping[str, Any]
Condition = ColumnElement[bool]

_ESTIMATES = tables.estimates.c
_OF_SERIES = [
    replace(filter_, column=tables.series_rollup.c[filter_.column.name])
    for filter_ in VOCABULARY_FILTERS
    if filter_.column.name in tables.series_rollup.c
]
_TOLD = {f"{negated}{filter_.name}" for filter_ in _OF_SERIES for negated in ("", "not_")}
_TERM = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')


def estimate_conditions(query: Query) -> list[Condition]:
    """Return what an estimate has to meet under all that a query asks of estimates."""
    conditions = [*filter_conditions(query), *search_conditions(tables.estimates, query.get("q"))]
    if "distinct" not in query:
        return conditions
    if not conditions:
        return [_ESTIMATES.claim_rank == 0]
    rank = func.row_number().over(partition_by=_ESTIMATES.claim_position, order_by=_ESTIMATES.claim_rank)
    first = select(_ESTIMATES.position, rank.label("rank")).where(*conditions).subquery()
    return [_ESTIMATES.position.in_(select(first.c.position).where(first.c.rank == 1))]


def series_conditions(query: Query) -> list[Condition] | None:
    """Return the conditions of a query on `series_rollup`; None where it filters by what that table does not have."""
    return None if narrowing(query).keys() - _TOLD else list(_chosen(_OF_SERIES, query))


def filter_conditions(query: Query) -> list[Condition]:
    """Return what an estimate has to meet under the filters of a query; full text and `distinct` are none."""
    return [*_vocabulary(query), *_dates(query), *_flags(query), *_values(query)]


def _vocabulary(query: Query) -> Iterator[Condition]:
    shelved = _on_a_shelf(query)
    if shelved:
        yield _ESTIMATES.position.in_(_shelf(query["region"], query["indicator"]))
    yield from _chosen(VOCABULARY_FILTERS, {name: words for name, words in query.items() if name not in shelved})


def _chosen(filters: Iterable[VocabularyFilter], query: Query) -> Iterator[Condition]:
    for filter_ in filters:
        wanted, unwanted = query.get(filter_.name), query.get(f"not_{filter_.name}")
        if wanted:
            yield _is_one_of(filter_, wanted, query)
        if unwanted:
            yield not_(_is_one_of(filter_, unwanted, query))


def _on_a_shelf(query: Query) -> frozenset[str]:
    """Return the parameters that ask for one region and all below it, and for one indicator; none unless both do."""
    both = frozenset({"region", "indicator"})
    one_of_each = all(len(query.get(name) or ()) == 1 for name in both)
    return both if one_of_each and query["region_scope"] is RegionScope.WITHIN else frozenset()


def _shelf(region: list[str], indicator: list[str]) -> Select[Any]:
    """Return the positions of the estimates of an indicator in a region, which the loader has put side by side."""
    region_estimates = tables.region_estimates.c
    return select(region_estimates.position).where(
        region_estimates.region_position == _positions(tables.regions.c.id, region).scalar_subquery(),
        region_estimates.indicator_position == _positions(tables.indicators.c.id, indicator).scalar_subquery(),
    )


def _positions(of: Column[Any], words: list[str]) -> Select[Any]:
    """Return the positions of the records whose `of` is one of these."""
    return select(of.table.c.position).where(of.in_(words))


def _is_one_of(filter_: VocabularyFilter, words: list[str], query: Query) -> Condition:
    of, column = filter_.of, filter_.column
    if of is column:
        return column.in_(words)
    meant = _positions(of, words)
    if filter_.name == "region" and query["region_scope"] is not RegionScope.EXACT:
        closures = tables.closures.c
        meant = select(closures.part_position).where(
            *(closures.kind == "region", closures.relation == str(query["region_scope"])),
            closures.whole_position.in_(meant),
        )
    elif len(words) == 1 and of.name == "id":
        # One record: so SQLite knows, and reads its estimates in their order from the index.
        return column == meant.scalar_subquery()
    return column.in_(meant)


def _dates(query: Query) -> Iterator[Condition]:
    """Yield that two periods have a day in common."""
    for name, columns in DATE_FILTERS.items():
        if name not in query:
            continue
        period = read_period(query[name])
        if columns.start.table is not tables.estimates:
            table = columns.start.table
            yield _ESTIMATES.article_position.in_(select(table.c.position).where(_overlaps(columns, period)))
            continue
        yield _overlaps(columns, period)
        if columns.start is _ESTIMATES.as_of_start and period.end:
            # Newest first: no estimate starts too late from that one on; so those before it are not looked at.
            found = select(_ESTIMATES.position).where(columns.start <= period.end)
            first = found.order_by(columns.start.desc(), _ESTIMATES.position).limit(1).scalar_subquery()
            yield _ESTIMATES.position >= func.coalesce(first, 0)


def _overlaps(columns: PeriodColumns, period: Period) -> Condition:
    """Return that a period has a day in common with another; an open side reaches as far as may be, no date nowhere."""
    start, end = columns.start, columns.end
    begins = start.is_not(None) if period.end is None else start <= period.end
    ends = end.is_not(None) if period.start is None else end >= period.start
    return or_(and_(begins, ends), and_(start.is_(None), ends), and_(begins, end.is_(None)))


def _flags(query: Query) -> Iterator[Condition]:
    for name, (condition, _) in FLAG_FILTERS.items():
        if name in query:
            yield condition if query[name] else not_(condition)


def _values(query: Query) -> Iterator[Condition]:
    """Yield how the numbers that a figure admits lie to value_min and value_max; vague figures admit none known."""
    smallest, largest = query.get("value_min"), query.get("value_max")
    if smallest is None and largest is None:
        return
    low, high = _ESTIMATES.value_low, _ESTIMATES.value_high
    yield low.is_not(None)
    if smallest is not None and largest is not None and smallest > largest:
        yield false()
    elif query["value_match"] is ValueMatch.CERTAIN:
        if smallest is not None:
            yield low >= smallest
        if largest is not None:
            yield high <= largest
    else:
        if smallest is not None:
            meets = and_(high == smallest, _ESTIMATES.value_high_inclusive.is_(True))
            yield or_(high.is_(None), high > smallest, meets)
        if largest is not None:
            yield or_(low < largest, and_(low == largest, _ESTIMATES.value_low_inclusive.is_(True)))


def search_conditions(resource: Table, text: str | None) -> Iterator[Condition]:
    """Yield what full text asks of a resource: each word occurs, `or` joins two, `-` forbids one.

    Every word is quoted before it reaches FTS5, so that no text is a syntax error; one that holds no letter or
    digit is passed over, and a text of such words alone finds nothing.
    """
    if text is None:
        return
    clauses = _read_search(text)
    if not clauses:
        yield false()
    plain = [words for words, unwanted in clauses if not unwanted]
    if plain:
        yield _matches(resource, _every(plain))
    for words, unwanted in clauses:
        if unwanted:
            either = [_matches(resource, " OR ".join(words))] if words else []
            yield or_(*either, *(not_(_matches(resource, word)) for word in unwanted))


@lru_cache(maxsize=REMEMBERED)
def all_of_it(text: str) -> str | None:
    """Return what FTS5 is asked for all that a text asks, or None where that is not one question of its words."""
    clauses = _read_search(text)
    return _every([words for words, _ in clauses]) if clauses and not any(unwanted for _, unwanted in clauses) else None


def _every(clauses: list[list[str]]) -> str:
    return " AND ".join(f"({' OR '.join(words)})" for words in clauses)


def _read_search(text: str) -> list[tuple[list[str], list[str]]]:
    """Return clauses, quoted for FTS5: in each, one of the first words occurs, or one of the others does not."""
    clauses: list[tuple[list[str], list[str]]] = []
    joining = False
    for minus, phrase, word in _TERM.findall(text):
        if word.casefold() == "or" and not minus and clauses:
            joining = True
            continue
        words = re.sub(r"[\W_]+", " ", phrase or word).strip()
        if not words:
            continue
        if not joining:
            clauses.append(([], []))
        clauses[-1][1 if minus else 0].append(f'"{words}"')
        joining = False
    return clauses


def full_text_of(resource: Table) -> TableClause:
    """Return the index of a resource's words; a row's `rowid` is the record's position."""
    return named_table(f"{resource.name}_fts", column("rowid"), column(f"{resource.name}_fts"))


def _matches(resource: Table, expression: str) -> Condition:
    full_text = full_text_of(resource)
    found = select(full_text.c.rowid).where(full_text.c[f"{resource.name}_fts"].match(expression))
    return resource.c.position.in_(found)
