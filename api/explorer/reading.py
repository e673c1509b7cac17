"""The records that the pages show: estimates, single records, conflicts, and the nearest time."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import orjson
from sqlalchemy import case, literal, select
from werkzeug.exceptions import NotFound

from api import context
from api.endpoints.conflicts import QUARTER, render_conflict, select_conflicts
from api.query.conditions import estimate_conditions
from api.query.filters import DATE_FILTERS
from api.query.parameters import list_query
from api.query.question import Question
from api.read.estimates import list_estimates
from api.read.pages import Start
from api.read.records import json_of, list_records, reader_of
from api.read.resources import ESTIMATES
from schema import tables
from schema.intervals import day_number, read_period

ROWS = 25
"""The number of estimates on a page of the table."""
_SCHEMA = list_query("estimates", list(ESTIMATES.sorts), ESTIMATES.default_sort, ["id"])()


def estimates_page(question: Question, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
    """Return one page of the estimates that a question asks for, and their number on all pages."""
    page = list_estimates(question, partial(list_records, ESTIMATES, question)).page(Start(offset), ROWS)
    return [orjson.loads(estimate) for estimate in page.rendered], page.total


def estimates_of(field: str, id_: str) -> list[dict[str, Any]]:
    """Return the first page of the estimates with one value of a field, in the default order."""
    return estimates_page(Question.of(_SCHEMA, {field: [id_], "sort": [ESTIMATES.default_sort]}))[0]


def record_of(kind: str, id_: str) -> dict[str, Any]:
    """Return a record of a resource (`kind` is its plural name); raises NotFound."""
    json = json_of(tables.RESOURCES[kind], id_)
    if json is None:
        raise NotFound(f"There is no {kind.removesuffix('s')} {id_!r}.")
    record: dict[str, Any] = orjson.loads(json)
    return record


def names_of(kind: str, ids: Iterable[str]) -> dict[str, str]:
    """Return the names of records by id; `kind` is singular, such as region."""
    table = tables.RESOURCES[f"{kind}s"].c
    rows = context.connection().execute(select(table.id, table.name).where(table.id.in_(ids)))
    return {row.id: row.name for row in rows}


def conflicts_of(claim: str, *, compatible: bool = False) -> list[dict[str, Any]]:
    """Return the first conflicts of a claim, the widest gap first; or its first pairs with claims that agree."""
    connection = context.connection()
    parameters = {"claim": [claim], "within": QUARTER, "compatible": compatible}
    rows = connection.execute(select_conflicts(parameters).limit(ROWS)).all()
    return [orjson.loads(render_conflict(connection, row)) for row in rows]


def nearest_time(query: Mapping[str, Any]) -> str | None:
    """Return the `as_of` (EDTF) nearest to the query's, of the estimates that its other filters find.

    None where the query has no `as_of`, or its other filters find nothing.
    """
    if "as_of" not in query:
        return None
    period = read_period(query["as_of"])
    first, last = (literal(day_number(day)) for day in (period.start, period.end))
    table = tables.estimates.c
    distance = case(
        (table.as_of_last_day < first, first - table.as_of_last_day),
        (table.as_of_first_day > last, table.as_of_first_day - last),
        else_=0,
    )
    other_filters = {name: value for name, value in query.items() if name not in DATE_FILTERS}
    statement = select(table.position).where(*estimate_conditions(other_filters)).order_by(distance, table.position)
    positions = list(context.connection().scalars(statement.limit(1)))
    if not positions:
        return None
    (json,) = reader_of(tables.estimates)(context.connection(), positions)
    edtf: str = orjson.loads(json)["as_of"]["edtf"]
    return edtf
