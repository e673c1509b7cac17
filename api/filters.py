"""A validated query → conditions on `estimates`: each filter of the contract, and nothing executed."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, column, false, func, not_, or_, select
from sqlalchemy import table as named_table

from api.parameters import DATE_FILTERS, FLAG_FILTERS, VOCABULARY_FILTERS, ValueMatch
from schema import tables
from schema.intervals import read_period

Query = Mapping[str, Any]
Condition = ColumnElement[bool]

_ESTIMATES = tables.estimates.c
_TERM = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')


def estimate_conditions(query: Query) -> list[Condition]:
    """Return what an estimate has to meet under all that a query asks of estimates."""
    conditions = [*filter_conditions(query), *search_conditions(tables.estimates, query.get("q"))]
    if "distinct" not in query:
        return conditions
    rank = func.row_number().over(partition_by=_ESTIMATES.claim_id, order_by=_ESTIMATES.claim_rank)
    first = select(_ESTIMATES.id, rank.label("rank")).where(*conditions).subquery()
    return [_ESTIMATES.id.in_(select(first.c.id).where(first.c.rank == 1))]


def filter_conditions(query: Query) -> list[Condition]:
    """Return what an estimate has to meet under the filters of a query; full text and `distinct` are none."""
    return [*_vocabulary(query), *_dates(query), *_flags(query), *_values(query)]


def _vocabulary(query: Query) -> Iterator[Condition]:
    for filter_ in VOCABULARY_FILTERS:
        wanted, unwanted = query.get(filter_.name), query.get(f"not_{filter_.name}")
        if wanted:
            yield _is_one_of(filter_.column, filter_.name, wanted, query)
        if unwanted:
            # A null is none of the unwanted either: without a publisher is not published by X.
            yield or_(filter_.column.is_(None), not_(_is_one_of(filter_.column, filter_.name, unwanted, query)))


def _is_one_of(compared: Column[Any], name: str, ids: list[str], query: Query) -> Condition:
    if name != "region":
        return compared.in_(ids)
    scopes = tables.region_scopes.c
    meant = select(scopes.member_id).where(scopes.scope == str(query["region_scope"]), scopes.region_id.in_(ids))
    return compared.in_(meant)


def _dates(query: Query) -> Iterator[Condition]:
    """Yield that two periods have a day in common; a null start or end is open, a null date is none at all."""
    for name, (prefix, _) in DATE_FILTERS.items():
        if name in query:
            period = read_period(query[name])
            edtf, start, end = (_ESTIMATES[f"{prefix}_{part}"] for part in ("edtf", "start", "end"))
            yield edtf.is_not(None)
            if period.end:
                yield or_(start.is_(None), start <= period.end)
            if period.start:
                yield or_(end.is_(None), end >= period.start)


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
        yield _matches(resource, " AND ".join(f"({' OR '.join(words)})" for words in plain))
    for words, unwanted in clauses:
        if unwanted:
            either = [_matches(resource, " OR ".join(words))] if words else []
            yield or_(*either, *(not_(_matches(resource, word)) for word in unwanted))


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


def _matches(resource: Table, expression: str) -> Condition:
    full_text = named_table(f"{resource.name}_fts", column("rowid"), column(f"{resource.name}_fts"))
    found = select(full_text.c.rowid).where(full_text.c[f"{resource.name}_fts"].match(expression))
    return resource.c.position.in_(found)
