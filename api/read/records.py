"""The records of the eight resources: those that a question asks for, those at some positions, or one by its id."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import Connection, FromClause, LargeBinary, Select, Table, bindparam, cast, column, func, select

from api import context
from api.query.conditions import estimate_conditions
from api.query.filters import Parameters
from api.query.question import Question
from api.query.search import search_conditions
from api.read import totals
from api.read.pages import KeysetList
from api.read.resources import ESTIMATES, POSITIONS, Resource
from schema import tables
from schema.claim_json import RenderedReport, render_claim
from schema.store.release import Release
from schema.store.sqlite import Statement

_ESTIMATES, _CLAIMS = tables.estimates.c, tables.claims.c

Read = Callable[[Connection, Sequence[int]], list[bytes]]


def list_records(resource: Resource, question: Question) -> KeysetList:
    """Return the records of a resource that a question asks for, in the order that it asks for."""
    release = context.release()
    total: Callable[[Connection], int] | None = None
    if not question.filters:
        total = partial(_number_of, release, resource)
    elif resource is ESTIMATES and question.single is not None:
        total = partial(totals.total, question.single)
    return KeysetList(
        release,
        resource.table,
        lambda: select_records(resource, question.parameters),
        resource.order(question.parameters["sort"]),
        reader_of(resource.table),
        total,
    )


def _number_of(release: Release, resource: Resource, _: Connection) -> int:
    number: int = release.dataset["counts"][resource.name]
    return number


def select_records(resource: Resource, parameters: Parameters) -> Select[Any]:
    """Return the SELECT of the records that match, as position and id, in no order yet."""
    table = resource.table
    records = select(table.c.position, table.c.id)
    if table is tables.estimates:
        return records.where(*estimate_conditions(parameters))
    if table is tables.claims:  # a claim is found by the words of its estimates, every other record by its own
        conditions, own_words = estimate_conditions(parameters), []
    else:
        conditions = estimate_conditions({**parameters, "q": None})
        own_words = list(search_conditions(table, parameters.get("q")))
    key = table.c.id if table is tables.hedges else table.c.position
    referred = [key.in_(select(resource.key).where(*conditions))] if conditions else []
    return records.where(*referred, *own_words)


def json_of(table: Table, id_: str) -> bytes | None:
    """Return one record of a resource as JSON; None where there is none."""
    connection = context.connection()
    if table is tables.claims:
        position = POSITIONS["claims"].value(connection, id=id_)
        return None if position is None else _read_claims(connection, [position])[0]
    found: bytes | None = _ITEMS[table.name].value(connection, id=id_)
    return found


def _rendered(table: Table) -> FromClause:
    """Return what holds the JSON of a resource's records: its table, or that beside it."""
    return tables.estimates_rendered if table is tables.estimates else table


def _item(table: Table) -> Statement:
    rendered = _rendered(table)
    found = select(cast(rendered.c.json, LargeBinary)).where(table.c.id == bindparam("id"))
    return Statement(found if rendered is table else found.where(rendered.c.position == table.c.position))


def _reader(table: Table) -> Read:
    rendered = _rendered(table).c
    json = cast(rendered.json, LargeBinary)
    found = Statement(select(rendered.position, json).where(rendered.position.in_(_among("positions"))))

    def read(connection: Connection, positions: Sequence[int]) -> list[bytes]:
        by_position = dict(found.rows(connection, positions=_listed(positions)))
        return [by_position[one] for one in positions]

    return read


def reader_of(table: Table) -> Read:
    """Return what gives the JSON of the records at some positions of a resource, in the order of these."""
    return _READERS[table.name]


def _among(name: str) -> Select[Any]:
    """Return the positions that a parameter lists: one statement, however many there are."""
    return select(func.json_each(bindparam(name)).table_valued(column("value")).c.value)


def _listed(positions: Sequence[int]) -> str:
    return orjson.dumps(positions).decode()


_REPORTS = (
    select(
        _ESTIMATES.claim_position,
        *(_ESTIMATES.drift, _ESTIMATES.drift_from),
        *(_CLAIMS.id, _CLAIMS.envelope_low, _CLAIMS.envelope_best, _CLAIMS.envelope_high, _CLAIMS.articles),
        cast(tables.estimates_rendered.c.json, LargeBinary).label("json"),
    )
    .join_from(tables.claims, tables.estimates, _ESTIMATES.claim_position == _CLAIMS.position)
    .join(tables.estimates_rendered, tables.estimates_rendered.c.position == _ESTIMATES.position)
    .where(_CLAIMS.position.in_(_among("positions")))
    .order_by(_ESTIMATES.claim_position, _ESTIMATES.claim_rank)
)


def _read_claims(connection: Connection, positions: Sequence[int]) -> list[bytes]:
    """Return claims as JSON, put together from that of their estimates."""
    rows = connection.execute(_REPORTS, {"positions": _listed(positions)}).all()
    found = {}
    for position, of_claim in groupby(rows, lambda row: row.claim_position):
        reported = list(of_claim)
        envelope = {name: reported[0]._mapping[f"envelope_{name}"] for name in ("low", "best", "high")}
        reports = [RenderedReport(row.json, row.drift, row.drift_from) for row in reported]
        found[position] = render_claim(reported[0].id, envelope, reported[0].articles, reports)
    return [found[one] for one in positions]


_READ_WHOLE = {name: table for name, table in tables.RESOURCES.items() if table is not tables.claims}
_ITEMS = {name: _item(table) for name, table in _READ_WHOLE.items()}
_READERS: dict[str, Read] = {
    "claims": _read_claims,
    **{name: _reader(table) for name, table in _READ_WHOLE.items()},
}
