"""From a resource, a list and an item: what is selected, how it is written, and how both are documented."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import orjson
from flask import Response
from marshmallow import Schema
from sqlalchemy import ColumnElement, Row, Select, func, select
from werkzeug.exceptions import NotFound

from api import live
from api.blueprint import Blueprint
from api.docs import documented, envelope_of
from api.filters import estimate_conditions, search_conditions
from api.formats import MEDIA_TYPES, Format, chosen_format, columns_of, narrowed, write_csv, write_ndjson
from api.http import Body, answered, answered_one, negotiate
from api.paging import Listing, Page, Window, address, orders, read_all, read_page
from api.parameters import DEFAULT_LIMIT, ItemFormat, field_names, item_query, list_query
from api.resources import RESOURCES, Resource
from schema import tables

_ESTIMATES = tables.estimates.c


def select_matching(resource: Resource, query: Mapping[str, Any]) -> Select[Any]:
    """Return the records of a resource that a query asks for, as id and rendered JSON, in no order yet."""
    table = resource.table
    found = select(table.c.id, table.c.json)
    conditions: list[ColumnElement[bool]] = estimate_conditions(query)
    if resource.table is not tables.estimates and conditions:
        conditions = [table.c.id.in_(select(resource.key).where(*conditions))]
    conditions += search_conditions(table, query.get("q"))
    if "distinct" in query:
        rank = func.row_number().over(partition_by=_ESTIMATES.claim_id, order_by=_ESTIMATES.claim_rank)
        first = select(_ESTIMATES.id, rank.label("rank")).where(*conditions).subquery()
        conditions = [table.c.id.in_(select(first.c.id).where(first.c.rank == 1))]
    return found.where(*conditions)


def answer_list(resource: Resource, schema: Schema, query: dict[str, Any]) -> Response:
    """Return what a validated query asks of a resource: a page of it, or all of it as a stream."""
    format_ = chosen_format(query)
    if format_ is Format.JSON:
        query = {"limit": DEFAULT_LIMIT, **query}
    asked = canonical(schema, query, {"limit": DEFAULT_LIMIT, "format": Format.JSON} if format_ is Format.JSON else {})

    def render() -> tuple[Body, dict[str, str]]:
        release, connection = live.release(), live.connection()
        found = select_matching(resource, query)
        listing = Listing(resource.table, found, orders(dict(resource.sorts), query["sort"]))
        window = Window(query.get("limit", 0), query["offset"], query.get("cursor"))
        if "limit" not in query:
            rows = read_all(release, connection, listing, window)
            return _written(resource, format_, rows, query, {})
        page = read_page(connection, listing, window)
        links = _links(f"/{resource.name}", asked, page)
        relations = ", ".join(f'<{links[name]}>; rel="{name}"' for name in ("next", "prev") if links[name])
        headers = {"Link": relations} if relations else {}
        if format_ is not Format.JSON:
            return _written(resource, format_, page.rows, query, headers)
        counted = found.with_only_columns(resource.table.c.id).subquery()
        total = connection.scalar(select(func.count()).select_from(counted))
        meta = {"total": total, "limit": query["limit"], "dataset": release.version}
        data = b",".join(narrowed(row.json, query.get("fields")) for row in page.rows)
        return b'{"data":[%b],"meta":%b,"links":%b}' % (data, orjson.dumps(meta), orjson.dumps(links)), headers

    return answered(address(f"/{resource.name}", asked), render, MEDIA_TYPES[format_])


def _written(
    resource: Resource, format_: Format, rows: Iterable[Row[Any]], query: Mapping[str, Any], headers: dict[str, str]
) -> tuple[Body, dict[str, str]]:
    """Return rows as CSV or NDJSON, with a name to save them under."""
    headers["Content-Disposition"] = f'attachment; filename="headcount-{resource.name}.{format_}"'
    rendered, wanted = (row.json for row in rows), query.get("fields")
    if format_ is Format.CSV:
        return write_csv(rendered, columns_of(resource.record(), wanted)), headers
    return write_ndjson(rendered, wanted), headers


def answer_item(resource: Resource, schema: Schema, query: dict[str, Any], id_: str) -> Response:
    """Return one record; raises NotFound."""
    table = resource.table
    found = live.connection().scalar(select(table.c.json).where(table.c.id == id_))
    if found is None:
        raise NotFound(
            f"There is no {resource.name.removesuffix('s')} {id_!r}; /{resource.name} lists those there are."
        )
    path = address(f"/{resource.name}/{id_}", canonical(schema, query, {"format": ItemFormat.JSON}))
    return answered_one(path, lambda: narrowed(found, query.get("fields")))


def canonical(
    schema: Schema, query: Mapping[str, Any], implied: Mapping[str, Any] = MappingProxyType({})
) -> list[tuple[str, str]]:
    """Return a query's parameters in one order and one spelling, without those that say what holds anyway."""
    found = []
    for name, field in schema.fields.items():
        if name not in query or query[name] == implied.get(name, field.load_default):
            continue
        value = query[name]
        ordered = value if name in ("sort", "fields") else sorted(value) if isinstance(value, list) else [value]
        for one in ordered:
            found.append((name, str(one).lower() if isinstance(one, bool) else str(one)))
    return found


def _links(path: str, asked: Sequence[tuple[str, str]], page: Page) -> dict[str, str | None]:
    kept = [(name, value) for name, value in asked if name not in ("cursor", "offset")]

    def to(cursor: str | None) -> str | None:
        return address(path, [*kept, ("cursor", cursor)]) if cursor else None

    return {"self": address(path, asked), "next": to(page.next), "prev": to(page.prev)}


_FILTERED = "Different parameters all have to hold; values of one parameter are alternatives."
_WHICH = f"Filters leave those that at least one matching estimate carries. {_FILTERED}"


def _blueprint(resource: Resource) -> Blueprint:
    """Return the routes of a resource: its list and its item."""
    name, one = resource.name, resource.name.removesuffix("s")
    blueprint = Blueprint(name, __name__, description=resource.about)
    record = resource.record()
    keys = field_names(record)
    list_schema = list_query(name, list(resource.sorts), resource.default_sort, keys)()
    item_schema = item_query(name, keys)()

    @blueprint.route(f"/{name}")
    @negotiate(*MEDIA_TYPES.values())
    @blueprint.arguments(list_schema, location="query", error_status_code=400)
    @documented(
        blueprint,
        envelope_of(record, many=True),
        operation=f"list_{name}",
        summary=f"List {name}",
        description=f"{resource.about} {_WHICH if name != 'estimates' else _FILTERED}",
        streams=[MEDIA_TYPES[Format.CSV], MEDIA_TYPES[Format.NDJSON]],
    )
    def list_records(query: dict[str, Any]) -> Response:
        return answer_list(resource, list_schema, query)

    @blueprint.route(f"/{name}/<string:id>")
    @negotiate("application/json")
    @blueprint.arguments(item_schema, location="query", error_status_code=400)
    @documented(
        blueprint,
        envelope_of(record),
        operation=f"get_{one}",
        summary=f"Get one {one}",
        description=resource.about,
    )
    def get_record(query: dict[str, Any], id: str) -> Response:
        return answer_item(resource, item_schema, query, id)

    return blueprint


BLUEPRINTS = tuple(_blueprint(resource) for resource in RESOURCES)
