"""The records of the eight resources: lists for a question, the records at given positions, one record by its id."""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import Connection, FromClause, Select, Table, bindparam, select

from api import context
from api.query.conditions import estimate_conditions
from api.query.filters import Parameters
from api.query.question import Question
from api.query.search import search_conditions
from api.read import totals
from api.read.pages import KeysetList
from api.read.resources import ESTIMATES, POSITIONS, Resource
from schema import tables
from schema.claim_json import Carriers, RenderedReport, render_claim
from schema.envelopes import ENVELOPE_COLUMNS, Envelope
from schema.store.queries import Statement, among, as_bytes
from schema.store.release import Release

_ESTIMATES, _CLAIMS = tables.estimates.c, tables.claims.c

Read = Callable[[Connection, Sequence[int]], list[bytes]]
"""A function that returns the JSON of the records at given positions."""


def list_records(resource: Resource, question: Question) -> KeysetList:
    """Return the list of a resource's records that a question asks for."""
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
    """Return the number of all records of a resource."""
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
    """Return the record with an id as JSON; None if there is none."""
    connection = context.connection()
    if table is tables.claims:
        position = POSITIONS["claims"].value(connection, id=id_)
        return None if position is None else _read_claims(connection, [position])[0]
    json: bytes | None = _ITEMS[table.name].value(connection, id=id_)
    return json


def claims_by_id(ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return claims with all their reports, by their ids and in the order of these; each has to exist."""
    connection = context.connection()
    positions = dict(connection.execute(select(_CLAIMS.id, _CLAIMS.position).where(_CLAIMS.id.in_(ids))).all())
    return dict(zip(ids, map(orjson.loads, _read_claims(connection, [positions[id_] for id_ in ids])), strict=True))


def names_of(kind: str, ids: Iterable[str]) -> dict[str, str]:
    """Return the names of records by id, of articles their titles; `kind` is singular, such as region."""
    table = tables.RESOURCES[f"{kind}s"].c
    name = table.title if kind == "article" else table.name
    rows = context.connection().execute(select(table.id, name).where(table.id.in_(ids)))
    return dict(rows.all())


def _json_table(table: Table) -> FromClause:
    """Return the table that holds the JSON of a resource's records; estimates have a separate one."""
    return tables.estimates_rendered if table is tables.estimates else table


def _item_statement(table: Table) -> Statement:
    """Return the statement of the JSON of one record, by its `id`."""
    json_table = _json_table(table)
    json = select(as_bytes(json_table.c.json)).where(table.c.id == bindparam("id"))
    return Statement(json if json_table is table else json.where(json_table.c.position == table.c.position))


def _reader(table: Table) -> Read:
    """Return the function that reads the JSON of a table's records at given positions."""
    json_table = _json_table(table).c
    rows: Select[Any] = select(json_table.position, as_bytes(json_table.json))
    statement = Statement(rows.where(among(json_table.position, "positions")))

    def read(connection: Connection, positions: Sequence[int]) -> list[bytes]:
        json_by_position = dict(statement.rows(connection, positions=positions))
        return [json_by_position[position] for position in positions]

    return read


def reader_of(table: Table) -> Read:
    """Return the function that returns the JSON of a resource's records at given positions, in their order."""
    return _READERS[table.name]


_REPORTS = (
    select(
        _ESTIMATES.claim_position,
        *(_ESTIMATES.drift, _ESTIMATES.drift_from),
        *(_CLAIMS[name] for name in ("id", *Carriers._fields, *ENVELOPE_COLUMNS)),
        as_bytes(tables.estimates_rendered.c.json).label("json"),
    )
    .join_from(tables.claims, tables.estimates, _ESTIMATES.claim_position == _CLAIMS.position)
    .join(tables.estimates_rendered, tables.estimates_rendered.c.position == _ESTIMATES.position)
    .where(among(_CLAIMS.position, "positions"))
    .order_by(_ESTIMATES.claim_position, _ESTIMATES.claim_rank)
)


def _read_claims(connection: Connection, positions: Sequence[int]) -> list[bytes]:
    """Return the claims at given positions as JSON, composed of the JSON of their estimates."""
    rows = connection.execute(_REPORTS, {"positions": positions}).all()
    json_by_position = {}
    for position, rows_of_claim in groupby(rows, lambda row: row.claim_position):
        estimates = list(rows_of_claim)
        claim = estimates[0]
        envelope = Envelope(*(claim._mapping[name] for name in ENVELOPE_COLUMNS))
        reports = [RenderedReport(row.json, row.drift, row.drift_from) for row in estimates]
        carriers = Carriers(*(claim._mapping[name] for name in Carriers._fields))
        json_by_position[position] = render_claim(claim.id, envelope, carriers, reports)
    return [json_by_position[position] for position in positions]


_WITH_JSON = {name: table for name, table in tables.RESOURCES.items() if table is not tables.claims}
_ITEMS = {name: _item_statement(table) for name, table in _WITH_JSON.items()}
_READERS: dict[str, Read] = {
    "claims": _read_claims,
    **{name: _reader(table) for name, table in _WITH_JSON.items()},
}
