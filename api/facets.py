"""Counts for each value of the fields named, under the filters of `/estimates`.

A count is what the list would hold with that value as one more condition: a region counts what lies below it as
`region_scope` says, a year every estimate whose as_of overlaps it.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import orjson
from marshmallow import Schema, fields
from sqlalchemy import ColumnElement, Label, Select, func, select

from api import live
from api.blueprint import Blueprint
from api.docs import documented, envelope_of
from api.filters import filter_conditions, search_conditions
from api.http import Answer, answered_one, negotiate
from api.lists import canonical
from api.paging import address
from api.parameters import VOCABULARY_FILTERS
from api.queries import facet_query
from schema import tables

_ESTIMATES = tables.estimates.c
_COLUMNS = {filter_.name: filter_.column for filter_ in VOCABULARY_FILTERS}

FIELDS = ("region", "group", "indicator", "hedge", "source", "source_kind", "publisher", "locus", "as_of_year")


class FacetValueSchema(Schema):
    """One value, and how many of the estimates have it."""

    value = fields.String(required=True, metadata={"description": "What the filter of that name takes."})
    name = fields.String(required=True, metadata={"description": "What to call it."})
    count = fields.Integer(required=True, metadata={"description": "How many estimates have it."})


FacetsSchema = Schema.from_dict(
    {
        name: fields.List(
            fields.Nested(FacetValueSchema), metadata={"description": f"Values of {name}, the commonest first."}
        )
        for name in FIELDS
    },
    name="FacetsSchema",
)

_schema = facet_query(FIELDS)()
blueprint = Blueprint("facets", __name__, description="Counts for each value of the fields of estimates.")


@blueprint.route("/facets")
@negotiate("application/json")
@blueprint.arguments(_schema, location="query", error_status_code=400)
@documented(
    blueprint,
    envelope_of(FacetsSchema()),
    operation="get_facets",
    summary="Count estimates by the values of their fields",
    description="Under the same filters as /estimates, and equal to its totals with that value as one more condition.",
)
def get_facets(query: dict[str, Any]) -> Answer:
    """Count estimates by the values of their fields."""

    def render() -> bytes:
        return orjson.dumps({name: counts(name, query) for name in FIELDS if name in query["fields"]})

    return answered_one(address("/facets", canonical(_schema, query)), render)


def counts(name: str, query: dict[str, Any]) -> list[dict[str, Any]]:
    """Return each value of a field, its name, and how many estimates that a query asks for have it."""
    conditions = [*filter_conditions(query), *search_conditions(tables.estimates, query.get("q"))]
    # Of each claim there is one with that value, or none, whichever of its reports comes first.
    total = (func.count(_ESTIMATES.claim_id.distinct()) if "distinct" in query else func.count()).label("total")
    select_counts: Callable[[], Iterator[tuple[str, str, int]]] = {
        "region": lambda: _rows(_select_regions(total, conditions, str(query["region_scope"]))),
        "as_of_year": lambda: _years(total, conditions),
    }.get(name, lambda: _rows(_select_values(name, total, conditions)))
    counted = sorted(select_counts(), key=lambda row: (-row[2], row[0]))
    return [{"value": value, "name": label, "count": count} for value, label, count in counted]


def _rows(found: Select[Any]) -> Iterator[tuple[str, str, int]]:
    yield from ((row.value, row.label, row.total) for row in live.connection().execute(found))


def _select_values(name: str, total: Label[int], conditions: list[ColumnElement[bool]]) -> Select[Any]:
    column = _COLUMNS[name]
    label = _ESTIMATES.get(f"{name}_name", column)
    found = select(column.label("value"), label.label("label"), total)
    return found.where(column.is_not(None), *conditions).group_by(column, label)


def _select_regions(total: Label[int], conditions: list[ColumnElement[bool]], scope: str) -> Select[Any]:
    scopes, regions = tables.region_scopes.c, tables.regions.c
    found = select(regions.id.label("value"), regions.name.label("label"), total)
    joined = tables.estimates.join(tables.region_scopes, scopes.member_id == _ESTIMATES.region_id)
    joined = joined.join(tables.regions, regions.id == scopes.region_id)
    return found.select_from(joined).where(scopes.scope == scope, *conditions).group_by(regions.id, regions.name)


def _years(total: Label[int], conditions: list[ColumnElement[bool]]) -> Iterator[tuple[str, str, int]]:
    """Yield the years that an as_of overlaps, of those from the first to the last that the dataset names."""
    start, end = _ESTIMATES.as_of_start, _ESTIMATES.as_of_end
    connection = live.connection()
    bounds = select(func.min(func.coalesce(start, end)), func.max(func.coalesce(end, start)))
    first, last = (int(day[:4]) for day in connection.execute(bounds).one())
    counts: Counter[int] = Counter()
    for row in connection.execute(select(start, end, total).where(*conditions).group_by(start, end)):
        since = int(row.as_of_start[:4]) if row.as_of_start else first
        until = int(row.as_of_end[:4]) if row.as_of_end else last
        for year in range(since, until + 1):
            counts[year] += row.total
    yield from ((f"{year:04}", f"{year:04}", count) for year, count in counts.items())
