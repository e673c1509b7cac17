"""Records → the rows of their tables: columns, search text, names, and each record's JSON.

The JSON is rendered here once, by the record's schema, so that answering only joins texts.
"""

from typing import Any

import orjson
from marshmallow import Schema

from schema import tables
from schema.names import fold
from schema.records import (
    ArticleSchema,
    ClaimSchema,
    EstimateSchema,
    GroupSchema,
    HedgeSchema,
    IndicatorSchema,
    RegionSchema,
    SourceSchema,
)
from schema.terms import NameKind
from seeds.entries import Record, names_of

Row = dict[str, Any]

_SERVED = ("value_", "claim_rank", "as_of_")
"""What the names of the columns begin with that serve questions and are not answered."""

_SCHEMAS: dict[str, Schema] = {
    "groups": GroupSchema(),
    "regions": RegionSchema(),
    "indicators": IndicatorSchema(),
    "hedges": HedgeSchema(),
    "sources": SourceSchema(),
    "articles": ArticleSchema(),
    "claims": ClaimSchema(),
    "estimates": EstimateSchema(),
}


def rows_of(kind: str, records: dict[str, Record]) -> list[Row]:
    """Return the rows of a resource, in the order of its records."""
    table = tables.RESOURCES[kind]
    rows = []
    for position, record in enumerate(records.values(), start=1):
        rendered: Record = _SCHEMAS[kind].dump(record)
        values = {
            "position": position,
            "text": " ".join(_texts(kind, record)),
            "json": orjson.dumps(rendered).decode(),
            **{key: record[key] for key in record if key.startswith(_SERVED)},
            **flattened(rendered),
        }
        rows.append({name: values.get(name) for name in map(str, table.columns.keys())})
    return rows


def flattened(record: Record, prefix: str = "") -> Row:
    """Return a rendered record as one level: `{"region": {"id": …}}` → `{"region_id": …}`, without its lists."""
    flat: Row = {}
    for key, value in record.items():
        if isinstance(value, dict):
            flat |= flattened(value, f"{prefix}{key}_")
        elif not isinstance(value, list):
            flat[prefix + key] = value
    return flat


def _texts(kind: str, record: Record) -> list[str]:
    """Return what full text finds a record by."""
    if kind == "estimates":
        named = [record[key]["name"] for key in ("group", "region", "indicator", "source")]
        printed = [record["article"]["title"], record["article"]["publisher"]]
        texts = [record["summary"], record["wording"], record["scope"], *printed, *named]
    elif kind == "claims":
        texts = [text for report in record["reports"] for text in _texts("estimates", report)]
    else:
        own = ("definition", "organisation", "publisher", "author", "agency")
        texts = [*names_of(record), *(record.get(key) for key in own)]
    return list(dict.fromkeys(text for text in texts if text))


def names_in(records: dict[str, dict[str, Record]]) -> list[Row]:
    """Return what every name that a filter takes stands for; no filter takes an estimate."""
    found: dict[tuple[str, str, str], Row] = {}

    def take(kind: str, id_: str, name: str, why: NameKind) -> None:
        key = (kind, fold(name), id_)
        found.setdefault(key, {"kind": kind, "key": key[1], "id": id_, "why": why, "written": name})

    for kind, by_id in records.items():
        if kind != "estimates":
            for id_, record in by_id.items():
                for name, why in names_of(record).items():
                    take(kind.removesuffix("s"), id_, name, why)
    for article in records["articles"].values():
        if article["publisher"]:
            take("publisher", article["publisher"], article["publisher"], NameKind.NAME)
    return [found[key] for key in sorted(found)]
