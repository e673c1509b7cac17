"""Topics: what a question asks about. A topic is one indicator of one group in one region."""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, case, func, literal, null, select

from api import context
from api.query.conditions import estimate_conditions, series_conditions
from api.query.filters import DATE_FILTERS, Parameters
from api.read.pages import count
from api.read.records import reader_of
from schema import tables
from schema.intervals import NUMBERS, day_number, read_period

KINDS = ("indicator", "group", "region")
"""The kinds of terms that a topic has one of each."""
COUNTS = ("estimates", "numbered", "claims")
"""The counts of a topic; `numbered` are its estimates with a number."""

_ESTIMATES = tables.estimates.c


def select_topics(query: Parameters) -> Select[Any]:
    """Return the SELECT of all topics that a query finds, with their counts: from the precomputed series if it can."""
    rolled_up, series = series_conditions(query), tables.series_rollup.c
    keys: list[ColumnElement[Any]]
    if rolled_up is not None:
        conditions = rolled_up
        keys = [series[f"{kind}_position"] for kind in KINDS]
        counts = [func.sum(series[name]).label(name) for name in COUNTS]
    else:
        conditions = estimate_conditions(query)
        # Expressions, so that SQLite does not go through all estimates in the order of an index, instead of searching.
        keys = [func.coalesce(_ESTIMATES[f"{kind}_position"], null()).label(f"{kind}_position") for kind in KINDS]
        counts = [
            func.count().label("estimates"),
            func.count(func.coalesce(*(_ESTIMATES[name] for name in NUMBERS))).label("numbered"),
            func.count(_ESTIMATES.claim_position.distinct()).label("claims"),
        ]
    return select(*keys, *counts).where(*conditions).group_by(*keys)


def number_of_topics(query: Parameters) -> int:
    """Return how many topics a query finds."""
    return count(context.connection(), select_topics(query))


def names_of_terms(query: Parameters) -> dict[str, list[str]]:
    """Return the names of the indicators, groups, regions and sources that a query names, by kind."""
    names = {}
    for kind in (*KINDS, "source"):
        if kind in query:
            table = tables.RESOURCES[f"{kind}s"].c
            statement = select(table.name).where(table.id.in_(query[kind])).order_by(table.id)
            names[kind] = list(context.connection().scalars(statement))
    return names


def nearest_estimate(query: Parameters) -> Mapping[str, Any] | None:
    """Return the estimate nearest to the query's `as_of`, of those that its filters without dates find.

    None where the query has no `as_of`, or its other filters find nothing.
    """
    if "as_of" not in query:
        return None
    period = read_period(query["as_of"])
    first, last = (literal(day_number(day)) for day in (period.start, period.end))
    distance = case(
        (_ESTIMATES.as_of_last_day < first, first - _ESTIMATES.as_of_last_day),
        (_ESTIMATES.as_of_first_day > last, _ESTIMATES.as_of_first_day - last),
        else_=0,
    )
    other_filters = {name: value for name, value in query.items() if name not in DATE_FILTERS}
    conditions = estimate_conditions(other_filters)
    statement = select(_ESTIMATES.position).where(*conditions).order_by(distance, _ESTIMATES.position)
    positions = list(context.connection().scalars(statement.limit(1)))
    if not positions:
        return None
    (json,) = reader_of(tables.estimates)(context.connection(), positions)
    estimate: dict[str, Any] = orjson.loads(json)
    return estimate
