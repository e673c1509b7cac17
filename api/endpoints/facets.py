"""/facets: the number of estimates for each value of some fields, under the filters of `/estimates`.

A count equals the total of `/estimates` with that value as one more filter. So a region counts the estimates of all
regions in its `region_scope`, and a year counts each estimate whose as_of overlaps it.
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

_REPORT_FIELDS = ("hedge", "publisher", "agency", "locus")
"""The fields in which the reports of one claim can differ."""

FIELDS = (
    *("region", "group", "indicator", "hedge", "source", "source_kind"),
    *("publisher", "agency", "locus", "as_of_year"),
)


class FacetValueSchema(Schema):
    """A value with its count."""

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
    """Return the values of a field with their names and their numbers of matching estimates, the commonest first."""
    precomputed = totals.counts(context.connection(), name, parameters)
    rows = sorted(_count(name, parameters) if precomputed is None else precomputed, key=lambda row: (-row[2], row[0]))
    return [{"value": value, "name": label, "count": count} for value, label, count in rows]


def _count(name: str, parameters: Parameters) -> Iterator[Count]:
    """Return the counts of a field's values, counted from the estimates that match."""
    conditions = [*filter_conditions(parameters), *search_conditions(tables.estimates, parameters.get("q"))]
    total = func.count().label("total")
    if "distinct" in parameters and not conditions and name not in _REPORT_FIELDS:
        conditions = [_ESTIMATES.claim_rank == 0]
    elif "distinct" in parameters:
        # A claim counts once, whichever of its reports have that value.
        total = func.count(_ESTIMATES.claim_position.distinct()).label("total")
    if name == "as_of_year":
        return _years(total, conditions)
    if name == "region":
        return _named(_of_regions(total, conditions, str(parameters["region_scope"])), tables.regions)
    column, word_column = _FILTERS[name].column, _FILTERS[name].word_column
    key = _without_index(column if word_column.name == "id" else word_column, conditions)
    rows: Select[Any] = select(key.label("key"), key.label("name"), total).where(*conditions).group_by(key)
    table = word_column.table
    if word_column.name == "id":
        return _named(rows, table)
    if word_column is not column:
        rows = rows.join_from(tables.estimates, table, table.c.position == column).where(word_column.is_not(None))
    return _rows(rows)


def _without_index(column: ColumnElement[Any], conditions: list[ColumnElement[bool]]) -> ColumnElement[Any]:
    """Return a column to group by; if there are conditions, in an expression, so that SQLite does not use its index.

    With the index, SQLite would read all estimates in its order, instead of sorting the few that match.
    """
    return func.coalesce(column, null()) if conditions else column


def _of_regions(total: Label[int], conditions: list[ColumnElement[bool]], scope: str) -> Select[Any]:
    """Return the SELECT of the counts of regions, each summed over its scope; no claim is in two regions."""
    region = _without_index(_ESTIMATES.region_position, conditions)
    by_region = select(region.label("region_position"), total).where(*conditions).group_by(region).subquery()
    closures = tables.closures.c
    joined = by_region.join(tables.closures, closures.part_position == by_region.c.region_position)
    sums = select(closures.whole_position.label("key"), func.sum(by_region.c.total).label("total")).select_from(joined)
    return sums.where(closures.kind == "region", closures.relation == scope).group_by(closures.whole_position)


def _named(by_position: Select[Any], table: FromClause) -> Iterator[Count]:
    """Return counts by position as counts with the ids and names of the records of a table."""
    counted = by_position.subquery()
    records = table.c
    named = select(records.id, records.name, counted.c.total)
    return _rows(named.join_from(counted, table, records.position == counted.c.key))


def _rows(counts: Select[Any]) -> Iterator[Count]:
    yield from (tuple(row) for row in context.connection().execute(counts))


def _years(total: Label[int], conditions: list[ColumnElement[bool]]) -> Iterator[Count]:
    """Yield the counts of the years that an as_of overlaps; open sides end with the dataset's first or last year."""
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
