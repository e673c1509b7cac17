"""The eight resources: the table, the record schema and the sort keys of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema
from sqlalchemy import Column, ColumnElement, Table, bindparam, select

from api.read.pages import Order, orders
from schema import records, tables, vocabulary
from schema.store.sqlite import Statement

_ESTIMATES = tables.estimates.c


@dataclass(frozen=True)
class Resource:
    """A resource.

    `record` is the schema of its records. `key` is the column of `estimates` that refers to its records: by position,
    for hedges by id. `sorts` are the sort keys of its list, name → column. `about` is its description.
    """

    table: Table
    record: type[Schema]
    key: Column[Any]
    sorts: Mapping[str, ColumnElement[Any]]
    default_sort: str
    about: str

    @property
    def name(self) -> str:
        """Return the resource's name, which is also the name of its table and its path."""
        return self.table.name

    def order(self, keys: Sequence[str]) -> list[Order]:
        """Return the order of sort keys; for the order in which the table is stored, that of positions."""
        if list(keys) == ["-as_of" if self.table is tables.estimates else "id"]:
            return [Order(self.table.c.position, descending=False)]
        return orders(self.sorts, keys)


def _shared_sorts(table: Table) -> dict[str, ColumnElement[Any]]:
    """Return the sort keys that estimates and claims share."""
    return {
        "as_of": table.c.as_of_start,
        # Positions are in the order of ids.
        **{key: table.c[f"{key}_position"] for key in ("group", "indicator", "region", "source")},
    }


_PUBLISHER = (
    select(tables.articles.c.publisher)
    .where(tables.articles.c.position == _ESTIMATES.article_position)
    .scalar_subquery()
)


RESOURCES = (
    Resource(
        tables.estimates,
        records.EstimateSchema,
        _ESTIMATES.position,
        {
            **_shared_sorts(tables.estimates),
            "stated": _ESTIMATES.stated_start,
            "published": _ESTIMATES.published_start,
            **{key: _ESTIMATES[key] for key in ("low", "best", "high", "granularity", "hedge", "locus", "id")},
            **{key: _ESTIMATES[f"{key}_position"] for key in ("claim", "article")},
            "publisher": _PUBLISHER,
        },
        "-as_of",
        "Estimates: what one article reports of a claim, with who said it, in which words, and who printed it.",
    ),
    Resource(
        tables.claims,
        records.ClaimSchema,
        _ESTIMATES.claim_position,
        {
            **_shared_sorts(tables.claims),
            **{key: tables.claims.c[f"envelope_{key}"] for key in ("low", "best", "high")},
            "estimates": tables.claims.c.estimates_count,
            **{key: tables.claims.c[key] for key in ("articles", "id")},
        },
        "-as_of",
        "Claims: what one source said on one occasion, with every report of it and what drifted between them.",
    ),
    Resource(
        tables.sources,
        vocabulary.SourceSchema,
        _ESTIMATES.source_position,
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
        _ESTIMATES.article_position,
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
        vocabulary.GroupSchema,
        _ESTIMATES.group_position,
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
        vocabulary.RegionSchema,
        _ESTIMATES.region_position,
        {
            **{key: tables.regions.c[key] for key in ("id", "name", "kind", "iso", "parent")},
            "estimates": tables.regions.c.estimates_count,
        },
        "id",
        "Regions: where the figures hold, each with the regions below it.",
    ),
    Resource(
        tables.indicators,
        vocabulary.IndicatorSchema,
        _ESTIMATES.indicator_position,
        {
            **{key: tables.indicators.c[key] for key in ("id", "name", "unit", "kind")},
            "estimates": tables.indicators.c.estimates_count,
        },
        "id",
        "Indicators: what is counted.",
    ),
    Resource(
        tables.hedges,
        vocabulary.HedgeSchema,
        _ESTIMATES.hedge,
        {
            **{key: tables.hedges.c[key] for key in ("id", "name", "bound")},
            "estimates": tables.hedges.c.estimates_count,
        },
        "id",
        "Hedges: how firmly a figure was said, and which bound that sets.",
    ),
)

ESTIMATES = RESOURCES[0]

POSITIONS = {
    resource.name: Statement(select(resource.table.c.position).where(resource.table.c.id == bindparam("id")))
    for resource in RESOURCES
}
"""For each resource, the statement of the position of the record with an `id`."""
