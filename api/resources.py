"""The eight resources: one row of a table each, and from it a list, an item, and their documentation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Response
from marshmallow import Schema
from sqlalchemy import Column, ColumnElement, Select, Table, func, select
from werkzeug.exceptions import NotFound

from api import live
from api.blueprint import Blueprint
from api.docs import documented, envelope_of
from api.filters import estimate_conditions, search_conditions
from api.http import answered, negotiate
from api.paging import Page, Window, address, orders, read_page
from api.parameters import field_names, item_query, list_query
from schema import records, tables

_ESTIMATES = tables.estimates.c


@dataclass(frozen=True)
class Resource:
    """What tells one resource from another.

    `key` is the column of `estimates` by which an estimate carries a record of it; `sorts` is what a list can be
    sorted by, name → column.
    """

    table: Table
    record: type[Schema]
    key: Column[Any]
    sorts: Mapping[str, Column[Any]]
    default_sort: str
    about: str

    @property
    def name(self) -> str:
        """Return its name, which is its table's and its path's."""
        return self.table.name


def _about_sorts(table: Table) -> dict[str, Column[Any]]:
    return {
        "as_of": table.c.as_of_start,
        **{key: table.c[f"{key}_id"] for key in ("group", "indicator", "region", "source")},
    }


RESOURCES = (
    Resource(
        tables.estimates,
        records.EstimateSchema,
        _ESTIMATES.id,
        {
            **_about_sorts(tables.estimates),
            "stated": _ESTIMATES.stated_start,
            "published": _ESTIMATES.article_published_start,
            **{key: _ESTIMATES[key] for key in ("low", "best", "high", "granularity", "hedge", "locus", "id")},
            **{key: _ESTIMATES[f"{key}_id"] for key in ("claim", "article")},
            "publisher": _ESTIMATES.article_publisher,
        },
        "-as_of",
        "Estimates: what one article reports of a claim, with who said it, in which words, and who printed it.",
    ),
    Resource(
        tables.claims,
        records.ClaimSchema,
        _ESTIMATES.claim_id,
        {
            **_about_sorts(tables.claims),
            **{key: tables.claims.c[f"envelope_{key}"] for key in ("low", "best", "high")},
            "estimates": tables.claims.c.estimates_count,
            **{key: tables.claims.c[key] for key in ("articles", "id")},
        },
        "-as_of",
        "Claims: what one source said on one occasion, with every report of it and what drifted between them.",
    ),
    Resource(
        tables.sources,
        records.SourceSchema,
        _ESTIMATES.source_id,
        {
            **{key: tables.sources.c[key] for key in ("id", "name", "kind")},
            "estimates": tables.sources.c.estimates_count,
        },
        "id",
        "Sources: who said the figures.",
    ),
    Resource(
        tables.articles,
        records.ArticleSchema,
        _ESTIMATES.article_id,
        {
            "published": tables.articles.c.published_start,
            **{key: tables.articles.c[key] for key in ("id", "title", "publisher")},
            "estimates": tables.articles.c.estimates_count,
        },
        "-published",
        "Articles: who printed the figures.",
    ),
    Resource(
        tables.groups,
        records.GroupSchema,
        _ESTIMATES.group_id,
        {
            "id": tables.groups.c.id,
            "name": tables.groups.c.name,
            "estimates": tables.groups.c.estimates_count,
        },
        "id",
        "Groups: whom the figures are about.",
    ),
    Resource(
        tables.regions,
        records.RegionSchema,
        _ESTIMATES.region_id,
        {
            **{key: tables.regions.c[key] for key in ("id", "name", "kind", "iso", "parent")},
            "estimates": tables.regions.c.estimates_count,
        },
        "id",
        "Regions: where the figures hold, each with the regions below it.",
    ),
    Resource(
        tables.indicators,
        records.IndicatorSchema,
        _ESTIMATES.indicator_id,
        {
            **{key: tables.indicators.c[key] for key in ("id", "name", "unit", "kind")},
            "estimates": tables.indicators.c.estimates_count,
        },
        "id",
        "Indicators: what is counted.",
    ),
    Resource(
        tables.hedges,
        records.HedgeSchema,
        _ESTIMATES.hedge,
        {
            **{key: tables.hedges.c[key] for key in ("id", "name", "bound")},
            "estimates": tables.hedges.c.estimates_count,
        },
        "id",
        "Hedges: how firmly a figure was said, and which bound that sets.",
    ),
)


def select_matching(resource: Resource, query: Mapping[str, Any]) -> Select[Any]:
    """Return the records of a resource that a query asks for, as id and rendered JSON, in no order yet."""
    table = resource.table
    found = select(table.c.id, table.c.json)
    conditions: list[ColumnElement[bool]] = estimate_conditions(query)
    if resource.table is not tables.estimates and conditions:
        conditions = [table.c.id.in_(select(resource.key).where(*conditions))]
    if "q" in query:
        conditions += search_conditions(table, query["q"])
    if "distinct" in query:
        rank = func.row_number().over(partition_by=_ESTIMATES.claim_id, order_by=_ESTIMATES.claim_rank)
        first = select(_ESTIMATES.id, rank.label("rank")).where(*conditions).subquery()
        conditions = [table.c.id.in_(select(first.c.id).where(first.c.rank == 1))]
    return found.where(*conditions)


def answer_list(resource: Resource, schema: Schema, query: dict[str, Any]) -> Response:
    """Return the page of a resource that a validated query asks for."""
    asked = canonical(schema, query)

    def render() -> tuple[bytes, dict[str, str]]:
        connection = live.connection()
        found = select_matching(resource, query)
        total = connection.scalar(
            select(func.count()).select_from(found.with_only_columns(resource.table.c.id).subquery())
        )
        order = orders(dict(resource.sorts), query["sort"])
        window = Window(query["limit"], query["offset"], query.get("cursor"))
        page = read_page(connection, resource.table, found, order, window)
        meta = {"total": total, "limit": query["limit"], "dataset": live.release().version}
        links = _links(f"/{resource.name}", asked, page)
        data = b",".join(_chosen(row.json, query.get("fields")) for row in page.rows)
        body = b'{"data":[%b],"meta":%b,"links":%b}' % (data, orjson.dumps(meta), orjson.dumps(links))
        relations = ", ".join(f'<{links[name]}>; rel="{name}"' for name in ("next", "prev") if links[name])
        return body, {"Link": relations} if relations else {}

    return answered(address(f"/{resource.name}", asked), render)


def answer_item(resource: Resource, schema: Schema, query: dict[str, Any], id_: str) -> Response:
    """Return one record; raises NotFound."""
    table = resource.table
    found = live.connection().scalar(select(table.c.json).where(table.c.id == id_))
    if found is None:
        raise NotFound(
            f"There is no {resource.name.removesuffix('s')} {id_!r}; /{resource.name} lists those there are."
        )
    path = address(f"/{resource.name}/{id_}", canonical(schema, query))

    def render() -> tuple[bytes, dict[str, str]]:
        meta, links = {"dataset": live.release().version}, {"self": path}
        data = _chosen(found, query.get("fields"))
        return b'{"data":%b,"meta":%b,"links":%b}' % (data, orjson.dumps(meta), orjson.dumps(links)), {}

    return answered(path, render)


def canonical(schema: Schema, query: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return a query's parameters in one order and one spelling, without those that say what holds anyway."""
    found = []
    for name, field in schema.fields.items():
        if name not in query or query[name] == field.load_default:
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


def _chosen(rendered: str, wanted: Sequence[str] | None) -> bytes:
    """Return a rendered record, or the keys of it that were asked for, in the record's order."""
    if wanted is None:
        return rendered.encode()
    return orjson.dumps(_narrowed(orjson.loads(rendered), {tuple(name.split(".")) for name in wanted}))


def _narrowed(record: dict[str, Any], wanted: set[tuple[str, ...]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in record.items():
        below = {path[1:] for path in wanted if path[0] == key}
        if () in below or (below and value is None):
            found[key] = value
        elif below:
            found[key] = _narrowed(value, below)
    return found


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
    @negotiate("application/json")
    @blueprint.arguments(list_schema, location="query", error_status_code=400)
    @documented(
        blueprint,
        envelope_of(record, many=True),
        operation=f"list_{name}",
        summary=f"List {name}",
        description=f"{resource.about} {_WHICH if name != 'estimates' else _FILTERED}",
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
