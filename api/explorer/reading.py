"""The records that the pages show: estimates, single records, and conflicts."""

from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from api import context
from api.endpoints import conflicts
from api.query.question import Question
from api.read.newest import read_estimates, read_newest
from api.read.records import json_of
from schema import tables

ROWS = 25
"""The number of estimates on a page of the table."""


def estimates_page(question: Question, offset: int = 0) -> tuple[list[dict[str, Any]], int]:
    """Return one page of the estimates that a question asks for, and their number on all pages."""
    return read_estimates(question, offset, ROWS)


def estimates_of(field: str, id_: str) -> list[dict[str, Any]]:
    """Return the first page of the estimates with one value of a field, in the default order."""
    return read_newest({field: [id_]}, 0, ROWS)[0]


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
    return conflicts.conflicts_of(claim, ROWS, compatible=compatible)[0]
