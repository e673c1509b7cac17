"""The records that the pages show: estimates, single records, and conflicts."""

from typing import Any

import orjson
from sqlalchemy import func, select
from werkzeug.exceptions import NotFound

from api import context
from api.endpoints import conflicts
from api.query.question import Question
from api.read.newest import read_estimates, read_newest
from api.read.records import json_of, reader_of
from schema import tables

ROWS = 25
"""The number of estimates, or claims, that a page shows."""
_ESTIMATES_READ = 4 * ROWS
"""The number of estimates among which a page looks for its claims."""


def estimates_page(question: Question, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
    """Return one page of the estimates that a question asks for, and their number on all pages."""
    return read_estimates(question, offset, ROWS)


def claims_of(field: str, id_: str) -> list[dict[str, Any]]:
    """Return claims with an estimate that has one value of a field, each with all its reports, the newest first.

    They are those of the newest estimates, which are read in order; so a field of many estimates takes no longer.
    """
    estimates, _ = read_newest({field: [id_]}, 0, _ESTIMATES_READ)
    ids = list(dict.fromkeys(estimate["claim"]["id"] for estimate in estimates))[:ROWS]
    claims = tables.claims.c
    statement = (
        select(claims.position).where(claims.id.in_(ids)).order_by(claims.as_of_start.desc().nulls_last(), claims.id)
    )
    connection = context.connection()
    return [orjson.loads(claim) for claim in reader_of(tables.claims)(connection, connection.scalars(statement).all())]


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


def conflicts_of(claim: str, *, compatible: bool = False) -> list[dict[str, Any]]:
    """Return the first conflicts of a claim, the widest gap first; or its first pairs with claims that agree."""
    return conflicts.conflicts_of(claim, ROWS, compatible=compatible)[0]
