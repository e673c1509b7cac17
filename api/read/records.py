"""What is asked of a resource: a statement, the list that it makes, or one record by its id."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import Connection, FromClause, LargeBinary, Select, Table, bindparam, cast, column, func, select

from api import context
from api.query.conditions import estimate_conditions, search_conditions
from api.query.parameters import narrowing
from api.read import totals
from api.read.newest import on_a_shelf
from api.read.pages import Keyset, Listing
from api.read.resources import POSITIONS, Resource
from schema import tables
from schema.claim_json import RenderedReport, render_claim
from schema.store.sqlite import Statement

_ESTIMATES, _CLAIMS = tables.estimates.c, tables.claims.c

Read = Callable[[Connection, Sequence[int]], list[bytes]]


def listing_of(resource: Resource, query: Mapping[str, Any]) -> Listing:
    """Return the list that a query asks of a resource."""
    connection, table = context.connection(), resource.table
    if not narrowing(query):
        total: int | None = context.release().dataset["counts"][resource.name]
    else:
        total = totals.total(connection, query) if table is tables.estimates else None
    keyset = Keyset(
        context.release(),
        connection,
        table,
        lambda: select_matching(resource, query),
        resource.order(query["sort"]),
        reader_of(table),
        total,
    )
    newest_first = table is tables.estimates and query["sort"] == [resource.default_sort]
    return (on_a_shelf(keyset, query) if newest_first else None) or keyset


def select_matching(resource: Resource, query: Mapping[str, Any]) -> Select[Any]:
    """Return the records of a resource that a query asks for, as position and id, in no order yet."""
    table = resource.table
    found = select(table.c.position, table.c.id)
    if table is tables.estimates:
        return found.where(*estimate_conditions(query))
    # A claim is found by the words of its estimates, every other record by its own.
    own = {} if table is tables.claims else {"q": query.get("q")}
    conditions = estimate_conditions({**query, **dict.fromkeys(own)})
    key = table.c.id if table is tables.hedges else table.c.position
    carried = [key.in_(select(resource.key).where(*conditions))] if conditions else []
    return found.where(*carried, *search_conditions(table, own.get("q")))


def json_of(table: Table, id_: str) -> bytes | None:
    """Return one record of a resource as it was rendered; None where there is none."""
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
