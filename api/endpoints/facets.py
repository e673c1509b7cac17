"""/facets: counts for each value of the fields named, under the filters of `/estimates`.

A count is what the list would hold with that value as one more condition: a region counts what lies below it as
`region_scope` says, a year every estimate whose as_of overlaps it.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson
from marshmallow import Schema, fields
from sqlalchemy import ColumnElement, FromClause, Label, Select, func, null, select

from api import context
from api.endpoints.endpoint import Blueprint
from api.endpoints.envelope import answer_json, envelope_of
from api.http.answers import Answer
from api.query.conditions import filter_conditions
from api.query.filters import VOCABULARY_FILTERS, Parameters
from api.query.parameters import facet_query
from api.query.question import Question, address
from api.query.search import search_conditions
from api.read import totals
from api.read.totals import Count
from schema import tables

_ESTIMATES = tables.estimates.c
_FILTERS = {filter_.name: filter_ for filter_ in VOCABULARY_FILTERS}

_OF_A_REPORT = ("hedge", "publisher", "locus")
"""What the reports of one claim can differ in."""

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


@blueprint.endpoint("/facets", schema=_schema, body=envelope_of(FacetsSchema()))
def get_facets(question: Question) -> Answer:
    """Count estimates by the values of their fields.

    Under the same filters as /estimates, and equal to its totals with that value as one more condition.
    """
    parameters = question.parameters

    def render() -> bytes:
        return orjson.dumps({name: counts(name, parameters) for name in FIELDS if name in parameters["fields"]})

    return answer_json(address("/facets", question.canonical), render)


def counts(name: str, parameters: Parameters) -> list[dict[str, Any]]:
    """Return each value of a field, its name, and how many of the estimates that match have it; the commonest first."""
    precomputed = totals.counts(context.connection(), name, parameters)
    rows = sorted(_count(name, parameters) if precomputed is None else precomputed, key=lambda row: (-row[2], row[0]))
    return [{"value": value, "name": label, "count": count} for value, label, count in rows]


def _count(name: str, parameters: Parameters) -> Iterator[Count]:
    conditions = [*filter_conditions(parameters), *search_conditions(tables.estimates, parameters.get("q"))]
    total = func.count().label("total")
    if "distinct" in parameters and not conditions and name not in _OF_A_REPORT:
        conditions = [_ESTIMATES.claim_rank == 0]
    elif "distinct" in parameters:
        # Of each claim there is one with that value, or none, whichever of its reports comes first.
        total = func.count(_ESTIMATES.claim_position.distinct()).label("total")
    if name == "as_of_year":
        return _years(total, conditions)
    if name == "region":
        return _named(_of_regions(total, conditions, str(parameters["region_scope"])), tables.regions)
    column, of = _FILTERS[name].column, _FILTERS[name].of
    key = _without_index(column if of.name == "id" else of, conditions)
    rows: Select[Any] = select(key.label("key"), key.label("name"), total).where(*conditions).group_by(key)
    if of.name == "id":
        return _named(rows, of.table)
    if of is not column:
        rows = rows.join_from(tables.estimates, of.table, of.table.c.position == column).where(of.is_not(None))
    return _rows(rows)


def _without_index(column: ColumnElement[Any], conditions: list[ColumnElement[bool]]) -> ColumnElement[Any]:
    """Return a column to group by; with conditions, as an expression, so that SQLite does not use the column's index.

    It would go through all estimates in the order of that index, instead of sorting the few that match.
    """
    return func.coalesce(column, null()) if conditions else column


def _of_regions(total: Label[int], conditions: list[ColumnElement[bool]], scope: str) -> Select[Any]:
    """Return the counts of each region as those of all that it stands for together; a claim is of one region."""
    region = _without_index(_ESTIMATES.region_position, conditions)
    own = select(region.label("region_position"), total).where(*conditions).group_by(region).subquery()
    closures = tables.closures.c
    joined = own.join(tables.closures, closures.part_position == own.c.region_position)
    rows = select(closures.whole_position.label("key"), func.sum(own.c.total).label("total")).select_from(joined)
    return rows.where(closures.kind == "region", closures.relation == scope).group_by(closures.whole_position)


def _named(by_position: Select[Any], table: FromClause) -> Iterator[Count]:
    """Return counts by position with the ids and the names of the records there."""
    counted = by_position.subquery()
    records = table.c
    named = select(records.id, records.name, counted.c.total)
    return _rows(named.join_from(counted, table, records.position == counted.c.key))


def _rows(counts: Select[Any]) -> Iterator[Count]:
    yield from (tuple(row) for row in context.connection().execute(counts))


def _years(total: Label[int], conditions: list[ColumnElement[bool]]) -> Iterator[Count]:
    """Yield the years that an as_of overlaps, of those from the first to the last that the dataset names."""
    start, end = _ESTIMATES.as_of_start, _ESTIMATES.as_of_end
    connection = context.connection()
    first, last = totals.years(connection)
    counts: Counter[int] = Counter()
    for row in connection.execute(select(start, end, total).where(*conditions).group_by(start, end)):
        since = int(row.as_of_start[:4]) if row.as_of_start else first
        until = int(row.as_of_end[:4]) if row.as_of_end else last
        for year in range(since, until + 1):
            counts[year] += row.total
    yield from ((f"{year:04}", f"{year:04}", count) for year, count in counts.items())
