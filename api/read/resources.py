"""The eight resources: the table, the record schema and the sort keys of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema
from sqlalchemy import Column, ColumnElement, Table, bindparam, select

from api.read.pages import Order, orders
from schema import tables
from schema.claim_json import Carriers
from schema.records import SCHEMAS
from schema.store.queries import Statement

_ESTIMATES = tables.estimates.c


@dataclass(frozen=True)
class Resource:
    """A resource.

    `key` is the column of `estimates` that refers to its records: by position, for hedges by id. `sorts` are the sort
    keys of its list, name → column. `about` is its description.
    """

    table: Table
    key: Column[Any]
    sorts: Mapping[str, ColumnElement[Any]]
    default_sort: str
    about: str

    @property
    def name(self) -> str:
        """Return the resource's name, which is also the name of its table and its path."""
        return self.table.name

    @property
    def record(self) -> type[Schema]:
        """Return the schema of its records."""
        return SCHEMAS[self.name]

    def order(self, keys: Sequence[str]) -> list[Order]:
        """Return the order of sort keys; for the order in which the table is stored, that of positions."""
        if list(keys) == ["-as_of" if self.table is tables.estimates else "id"]:
            return [Order(self.table.c.position, descending=False)]
        return orders(self.sorts, keys)


def _columns(table: Table, *names: str, **others: ColumnElement[Any]) -> dict[str, ColumnElement[Any]]:
    """Return sort keys: columns under their own names, and others under the names given."""
    return {**others, **{name: table.c[name] for name in names}}


def _counted(table: Table, *names: str, **others: ColumnElement[Any]) -> dict[str, ColumnElement[Any]]:
    """Return sort keys of a table that counts the estimates of its records."""
    return _columns(table, *names, **others) | {"estimates": table.c.estimates_count}


def _referring(table: Table, *kinds: str) -> dict[str, ColumnElement[Any]]:
    """Return sort keys of what a table refers to by position; positions are in the order of ids."""
    return {kind: table.c[f"{kind}_position"] for kind in kinds}


_SUBJECT = ("group", "indicator", "region", "source")
_PUBLISHER = (
    select(tables.articles.c.publisher)
    .where(tables.articles.c.position == _ESTIMATES.article_position)
    .scalar_subquery()
)
_ENVELOPE = {key: tables.claims.c[f"envelope_{key}"] for key in ("low", "best", "high")}

RESOURCES = (
    Resource(
        tables.estimates,
        _ESTIMATES.position,
        {
            "as_of": _ESTIMATES.as_of_start,
            **_referring(tables.estimates, *_SUBJECT),
            "stated": _ESTIMATES.stated_start,
            "published": _ESTIMATES.published_start,
            **_columns(tables.estimates, "low", "best", "high", "granularity", "hedge", "locus", "id"),
            **_referring(tables.estimates, "claim", "article"),
            "publisher": _PUBLISHER,
        },
        "-as_of",
        "Estimates: what one article reports of a claim, with who said it, in which words, and who printed it.",
    ),
    Resource(
        tables.claims,
        _ESTIMATES.claim_position,
        {
            "as_of": tables.claims.c.as_of_start,
            "published": tables.claims.c.published_start,
            **_referring(tables.claims, *_SUBJECT),
            **_counted(tables.claims, **_ENVELOPE),
            **_columns(tables.claims, *Carriers._fields, "id"),
        },
        "-as_of",
        "Claims: what one source said on one occasion, with every report of it and what drifted between them.",
    ),
    Resource(
        tables.sources,
        _ESTIMATES.source_position,
        _counted(tables.sources, "id", "name", "kind"),
        "id",
        "Sources: who said the figures.",
    ),
    Resource(
        tables.articles,
        _ESTIMATES.article_position,
        _counted(tables.articles, "id", "title", "publisher", "sources", published=tables.articles.c.published_start),
        "-published",
        "Articles: who printed the figures.",
    ),
    Resource(
        tables.groups,
        _ESTIMATES.group_position,
        _counted(tables.groups, "id", "name", "sources"),
        "id",
        "Groups: whom the figures are about.",
    ),
    Resource(
        tables.regions,
        _ESTIMATES.region_position,
        _counted(tables.regions, "id", "name", "kind", "iso", "parent", "sources"),
        "id",
        "Regions: where the figures hold, each with the regions below it.",
    ),
    Resource(
        tables.indicators,
        _ESTIMATES.indicator_position,
        _counted(tables.indicators, "id", "name", "unit", "kind", "sources"),
        "id",
        "Indicators: what is counted.",
    ),
    Resource(
        tables.hedges,
        _ESTIMATES.hedge,
        _counted(tables.hedges, "id", "name", "bound"),
        "id",
        "Hedges: how firmly a figure was said, and which bound that sets.",
    ),
)

ESTIMATES, CLAIMS = RESOURCES[:2]

POSITIONS = {
    resource.name: Statement(select(resource.table.c.position).where(resource.table.c.id == bindparam("id")))
    for resource in RESOURCES
}
"""For each resource, the statement of the position of the record with an `id`."""
