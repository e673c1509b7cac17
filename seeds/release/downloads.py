"""The files that all records of a kind can be had as, with their sizes and checksums: written once, and not kept."""

import hashlib
import sqlite3
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from marshmallow import Schema

from schema.claim_json import RenderedReport, render_claim
from schema.flat import batched, columns_of, write_csv, write_ndjson
from schema.intervals import NUMBERS
from schema.records import ArticleSchema, ClaimSchema, EstimateSchema
from schema.vocabulary import GroupSchema, HedgeSchema, IndicatorSchema, RegionSchema, SourceSchema
from seeds.entries import Record
from seeds.workers import AT_ONCE

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

_UNDER_WAY = 4
"""Batches that are made CSV of while the next are rendered."""

_CLAIMS = f"""
SELECT claims.position, claims.id, claims.articles, {", ".join(f"envelope_{name}" for name in NUMBERS)},
       CAST(json AS BLOB), drift, drift_from
FROM claims CROSS JOIN estimates ON claim_position = claims.position
JOIN estimates_rendered ON estimates_rendered.position = estimates.position
ORDER BY claims.position, claim_rank
"""  # noqa: S608 (names of columns)


class _Measured:
    """A file of which only its size and its checksum are kept."""

    def __init__(self, name: str, media_type: str) -> None:
        self._name, self._media_type = name, media_type
        self._digest, self._size = hashlib.sha256(), 0

    def take(self, chunk: bytes) -> None:
        self._digest.update(chunk)
        self._size += len(chunk)

    def said(self) -> Record:
        """Return what the release says of it."""
        measured = {"bytes": self._size, "sha256": self._digest.hexdigest()}
        return {"name": self._name, "media_type": self._media_type, **measured}


class Files:
    """The files of one kind of records, whose JSON is taken in the order of their positions.

    `workers` make CSV of it, which takes as long as rendering does.
    """

    def __init__(self, kind: str, workers: Executor) -> None:
        """Take the kind, and who makes CSV."""
        self._kind, self._workers = kind, workers
        self._csv = _Measured(f"{kind}.csv", "text/csv")
        self._ndjson = _Measured(f"{kind}.ndjson", "application/x-ndjson")
        self._csv.take(next(write_csv((), columns_of(SCHEMAS[kind]))))
        self._made: deque[Future[bytes]] = deque()

    def take(self, rendered: Sequence[bytes]) -> None:
        """Take the next records."""
        for lines in write_ndjson(rendered):
            self._ndjson.take(lines)
        self._made.append(self._workers.submit(_csv_of, self._kind, rendered))
        if len(self._made) > _UNDER_WAY:
            self._csv.take(self._made.popleft().result())

    def said(self) -> list[Record]:
        """Return what the release says of them, when all is taken."""
        while self._made:
            self._csv.take(self._made.popleft().result())
        return [self._csv.said(), self._ndjson.said()]


def _csv_of(kind: str, rendered: Sequence[bytes]) -> bytes:
    """Return records as lines of CSV, without the header."""
    _, *lines = write_csv(rendered, columns_of(SCHEMAS[kind]))
    return b"".join(lines)


def files_of(release: Path, kind: str) -> list[Record]:
    """Return the files of one kind of records but estimates, all committed; others may be written meanwhile."""
    connection = sqlite3.connect(f"{release.as_uri()}?mode=ro", uri=True)
    try:
        files = Files(kind, AT_ONCE)
        for some in batched(_claims(connection) if kind == "claims" else _rendered(kind, connection)):
            files.take(some)
        return files.said()
    finally:
        connection.close()


def _rendered(kind: str, connection: sqlite3.Connection) -> Iterator[bytes]:
    yield from (json for (json,) in connection.execute(f"SELECT CAST(json AS BLOB) FROM {kind} ORDER BY position"))  # noqa: S608


def _claims(connection: sqlite3.Connection) -> Iterator[bytes]:
    for (_, id_, articles, *numbers), rows in groupby(connection.execute(_CLAIMS), key=itemgetter(slice(0, 6))):
        reports = [RenderedReport(*row[6:]) for row in rows]
        yield render_claim(id_, dict(zip(NUMBERS, numbers, strict=True)), articles, reports)
