"""The files that all records of a kind can be had as, with their sizes and checksums: written once, and not kept."""

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby, tee, zip_longest
from operator import itemgetter
from pathlib import Path

from marshmallow import Schema

from schema import tables
from schema.claims import Report, render_claim
from schema.flat import columns_of, write_csv, write_ndjson
from schema.intervals import NUMBERS
from schema.records import ArticleSchema, ClaimSchema, EstimateSchema
from schema.vocabulary import GroupSchema, HedgeSchema, IndicatorSchema, RegionSchema, SourceSchema
from seeds.entries import Record

SCHEMAS: dict[str, Schema] = {
    "groups": GroupSchema(),
    "regions": RegionSchema(),
    "indicators": IndicatorSchema(),
    "sources": SourceSchema(),
    "articles": ArticleSchema(),
    "hedges": HedgeSchema(),
    "claims": ClaimSchema(),
    "estimates": EstimateSchema(),
}
"""The schema of each resource, in the order in which a release names them."""

_CLAIMS = f"""
SELECT claims.position, claims.id, claims.articles, {", ".join(f"envelope_{name}" for name in NUMBERS)},
       CAST(json AS BLOB), drift, drift_from
FROM claims CROSS JOIN estimates ON claim_position = claims.position
JOIN estimates_rendered ON estimates_rendered.position = estimates.position
ORDER BY claims.position, claim_rank
"""  # noqa: S608 (names of columns)


def files_of(release: Path, kind: str) -> list[Record]:
    """Return the files of one kind of records, which are committed; others may be written meanwhile."""
    connection = sqlite3.connect(f"{release.as_uri()}?mode=ro", uri=True)
    try:
        return list(_files_of(kind, connection))
    finally:
        connection.close()


@dataclass
class _Measured:
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    size: int = 0

    def take(self, chunk: bytes) -> None:
        self.digest.update(chunk)
        self.size += len(chunk)


def _files_of(kind: str, connection: sqlite3.Connection) -> Iterator[Record]:
    as_csv, as_ndjson = tee(_claims(connection) if kind == "claims" else _rendered(kind, connection))
    csv, ndjson = _Measured(), _Measured()
    # Side by side, so that what one has read and the other has not stays as little as they write at a time.
    for row, line in zip_longest(write_csv(as_csv, columns_of(SCHEMAS[kind])), write_ndjson(as_ndjson), fillvalue=b""):
        csv.take(row)
        ndjson.take(line)
    for suffix, media_type, file in (("csv", "text/csv", csv), ("ndjson", "application/x-ndjson", ndjson)):
        measured = {"bytes": file.size, "sha256": file.digest.hexdigest()}
        yield {"name": f"{kind}.{suffix}", "media_type": media_type, **measured}


def _rendered(kind: str, connection: sqlite3.Connection) -> Iterator[bytes]:
    table = tables.estimates_rendered.name if kind == "estimates" else kind
    yield from (json for (json,) in connection.execute(f"SELECT CAST(json AS BLOB) FROM {table} ORDER BY position"))  # noqa: S608


def _claims(connection: sqlite3.Connection) -> Iterator[bytes]:
    for (_, id_, articles, *numbers), rows in groupby(connection.execute(_CLAIMS), key=itemgetter(slice(0, 6))):
        reports = [Report(*row[6:]) for row in rows]
        yield render_claim(id_, dict(zip(NUMBERS, numbers, strict=True)), articles, reports)
