"""The sizes and checksums of the downloads: all records of a kind as CSV and as NDJSON; the files are not kept."""

import hashlib
import sqlite3
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from schema.claim_json import Carriers, RenderedReport, render_claim
from schema.envelopes import ENVELOPE_COLUMNS, Envelope
from schema.flat import batched, columns_of, write_csv, write_ndjson
from schema.records import SCHEMAS
from seeds.entries import Record
from seeds.workers import INLINE

_COLUMNS = {kind: columns_of(schema()) for kind, schema in SCHEMAS.items()}
_UNDER_WAY = 4
"""Batches that are written as CSV while the next batches are rendered."""

_CLAIMS = f"""
SELECT claims.position, claims.id, {", ".join((*Carriers._fields, *ENVELOPE_COLUMNS))},
       CAST(json AS BLOB), drift, drift_from
FROM claims CROSS JOIN estimates ON claim_position = claims.position
JOIN estimates_rendered ON estimates_rendered.position = estimates.position
ORDER BY claims.position, claim_rank
"""  # noqa: S608 (names of columns)


class _Measured:
    """A file that is written in chunks, and of which only the size and the SHA-256 are kept."""

    def __init__(self, name: str, media_type: str) -> None:
        self._name, self._media_type = name, media_type
        self._digest, self._size = hashlib.sha256(), 0

    def write(self, chunk: bytes) -> None:
        """Write a chunk."""
        self._digest.update(chunk)
        self._size += len(chunk)

    def described(self) -> Record:
        """Return the record of the file in the release."""
        measured = {"bytes": self._size, "sha256": self._digest.hexdigest()}
        return {"name": self._name, "media_type": self._media_type, **measured}


class Downloads:
    """The CSV and the NDJSON file of one kind of records; `workers` write the CSV, which takes as long as rendering."""

    def __init__(self, kind: str, workers: Executor) -> None:
        self._kind, self._workers = kind, workers
        self._csv = _Measured(f"{kind}.csv", "text/csv")
        self._ndjson = _Measured(f"{kind}.ndjson", "application/x-ndjson")
        self._csv.write(next(write_csv((), _COLUMNS[kind])))
        self._batches: deque[Future[bytes]] = deque()

    def add(self, rendered: Sequence[bytes]) -> None:
        """Write the next records, in the order of their positions."""
        for lines in write_ndjson(rendered):
            self._ndjson.write(lines)
        self._batches.append(self._workers.submit(_csv_of, self._kind, rendered))
        if len(self._batches) > _UNDER_WAY:
            self._csv.write(self._batches.popleft().result())

    def described(self) -> list[Record]:
        """Return the records of the files in the release; called after all records are added."""
        while self._batches:
            self._csv.write(self._batches.popleft().result())
        return [self._csv.described(), self._ndjson.described()]


def _csv_of(kind: str, rendered: Sequence[bytes]) -> bytes:
    """Return records as lines of CSV, without the header."""
    _, *lines = write_csv(rendered, _COLUMNS[kind])
    return b"".join(lines)


def downloads_of(release: Path, kind: str) -> list[Record]:
    """Return the records of the files of one kind; its rows are committed, others may be written at the same time."""
    connection = sqlite3.connect(f"{release.as_uri()}?mode=ro", uri=True)
    try:
        downloads = Downloads(kind, INLINE)
        for batch in batched(_claims(connection) if kind == "claims" else _rendered(kind, connection)):
            downloads.add(batch)
        return downloads.described()
    finally:
        connection.close()


def _rendered(kind: str, connection: sqlite3.Connection) -> Iterator[bytes]:
    """Yield the JSON of all records of a kind that stores it."""
    yield from (json for (json,) in connection.execute(f"SELECT CAST(json AS BLOB) FROM {kind} ORDER BY position"))  # noqa: S608


def _claims(connection: sqlite3.Connection) -> Iterator[bytes]:
    """Yield the JSON of all claims."""
    columns = 2 + len(Carriers._fields) + len(ENVELOPE_COLUMNS)
    rows_by_claim = groupby(connection.execute(_CLAIMS), key=itemgetter(slice(0, columns)))
    for (_, id_, articles, outlets, agencies, *envelope), rows in rows_by_claim:
        reports = [RenderedReport(*row[columns:]) for row in rows]
        yield render_claim(id_, Envelope(*envelope), Carriers(articles, outlets, agencies), reports)
