"""The records that the pages show: estimates, single records, and conflicts."""

from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import func, select
from werkzeug.exceptions import NotFound

from api import context
from api.endpoints import conflicts
from api.query.parameters import list_query
from api.query.question import Question
from api.read.newest import read_estimates
from api.read.pages import Start
from api.read.records import json_of, list_records
from api.read.resources import CLAIMS
from schema import tables

_CLAIMS_QUERY = list_query("claims", list(CLAIMS.sorts), CLAIMS.default_sort, ["id"])()

ROWS = 25
"""The number of estimates, or claims, that a page shows."""


def estimates_page(question: Question, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
    """Return one page of the estimates that a question asks for, and their number on all pages."""
    return read_estimates(question, offset, ROWS)


def claims_of(field: str, id_: str) -> list[dict[str, Any]]:
    """Return the newest claims with an estimate that has one value of a field, each with all its reports."""
    question = Question.of(_CLAIMS_QUERY, {field: [id_], "sort": [CLAIMS.default_sort]})
    page = list_records(CLAIMS, question).page(Start(), ROWS)
    return [orjson.loads(claim) for claim in page.rendered]


def drifts_of(source: str) -> dict[str, int]:
    """Return how many retellings of a source's claims differ in which way from what they are compared with."""
    estimates, sources = tables.estimates.c, tables.sources.c
    position = select(sources.position).where(sources.id == source).scalar_subquery()
    rows = select(estimates.drift, func.count()).where(
        estimates.source_position == position, estimates.drift.is_not(None)
    )
    return dict(context.connection().execute(rows.group_by(estimates.drift)).all())


def record_of(kind: str, id_: str) -> dict[str, Any]:
    """Return a record of a resource (`kind` is its plural name); raises NotFound."""
    json = json_of(tables.RESOURCES[kind], id_)
    if json is None:
        raise NotFound(f"There is no {kind.removesuffix('s')} {id_!r}.")
    record: dict[str, Any] = orjson.loads(json)
    return record


def names_of(kind: str, ids: Iterable[str]) -> dict[str, str]:
    """Return the names of records by id, of articles their titles; `kind` is singular, such as region."""
    table = tables.RESOURCES[f"{kind}s"].c
    name = table.title if kind == "article" else table.name
    rows = context.connection().execute(select(table.id, name).where(table.id.in_(ids)))
    return dict(rows.all())


def conflicts_of(claim: str, *, compatible: bool = False) -> list[dict[str, Any]]:
    """Return the first conflicts of a claim, the widest gap first; or its first pairs with claims that agree."""
    return conflicts.conflicts_of(claim, ROWS, compatible=compatible)[0]
