"""Records → the rows of their tables: columns, search text, names, and each record's JSON.

The JSON is rendered here once, by the record's schema, so that answering only joins texts.
"""

import hashlib
from typing import Any

import orjson
from marshmallow import Schema

from schema import tables
from schema.flat import columns_of, flattened, write_csv, write_ndjson
from schema.names import fold
from schema.records import ArticleSchema, ClaimSchema, EstimateSchema
from schema.terms import NameKind
from schema.vocabulary import GroupSchema, HedgeSchema, IndicatorSchema, RegionSchema, SourceSchema
from seeds.entries import Record, names_of

Row = dict[str, Any]

_SERVED = ("value_", "claim_rank", "compared", "as_of_")
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
            **flattened(rendered, "_"),
        }
        rows.append({name: values.get(name) for name in map(str, table.columns.keys())})
    return rows


def files_of(kind: str, rows: list[Row]) -> list[Row]:
    """Return the files that all records of a resource can be had as, with sizes and checksums."""
    written = {
        (f"{kind}.csv", "text/csv"): write_csv((row["json"] for row in rows), columns_of(_SCHEMAS[kind])),
        (f"{kind}.ndjson", "application/x-ndjson"): write_ndjson(row["json"] for row in rows),
    }
    files = []
    for (name, media_type), chunks in written.items():
        digest, size = hashlib.sha256(), 0
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
        files.append({"name": name, "media_type": media_type, "bytes": size, "sha256": digest.hexdigest()})
    return files


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
