"""The sealed file of the release that is live in PostgreSQL, downloaded: to be replaced, or published elsewhere."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from schema.store.errors import DatabaseError, reason_of
from schema.store.postgresql import FILE_CHUNKS, NO_RELEASE, WriterConnection, connect_writer, schema_of
from schema.store.seal import CHUNK
from schema.store.urls import shown
from seeds.progress import Progress, no_progress
from seeds.release.postgresql import begin_publication


def begin_replacement(url: str, path: Path, progress: Progress = no_progress) -> str | None:
    """Write the sealed file of the release that is to be replaced to a path, and return the release's fingerprint.

    None, and no file, where no release is live yet. Raises DatabaseError, also where this role may not publish: so that
    is known before a release is built.
    """
    with _connected(url, path) as connection:
        with connection.transaction():
            begin_publication(connection)
        return _download(connection, path, progress)


def download_release(url: str, path: Path, progress: Progress = no_progress) -> None:
    """Write the sealed file of the live release to a path; raises DatabaseError."""
    with _connected(url, path) as connection:
        try:
            fingerprint = _download(connection, path, progress)
        except psycopg.errors.UndefinedTable:
            fingerprint = None
    if fingerprint is None:
        raise DatabaseError(f"{shown(url)}: {NO_RELEASE}")


@contextmanager
def _connected(url: str, path: Path) -> Iterator[WriterConnection]:
    """Connect, to write to a path; what fails raises DatabaseError."""
    with connect_writer(url) as connection:
        try:
            yield connection
        except psycopg.Error as error:
            raise DatabaseError(f"{shown(url)}: {reason_of(error)}; nothing was written") from error
        except OSError as error:
            raise DatabaseError(f"{path}: {reason_of(error)}; nothing was written") from error


def _download(connection: WriterConnection, path: Path, progress: Progress) -> str | None:
    """Write the sealed file of the live release, with its time; return the fingerprint, None where none is live."""
    with connection.transaction(), connection.cursor() as cursor:
        live = "SELECT fingerprint, bytes, built FROM headcount.live JOIN headcount.releases USING (fingerprint)"
        row = cursor.execute(live).fetchone()
        if row is None:
            return None
        fingerprint, size, built = row
        chunks = SQL("SELECT bytes FROM {}.{} ORDER BY number").format(schema_of(fingerprint), Identifier(FILE_CHUNKS))
        with path.open("wb") as file:
            for (chunk,) in progress("Downloading", cursor.stream(chunks, binary=True), -(-size // CHUNK)):
                file.write(chunk)
    seconds = datetime.fromisoformat(built).timestamp()
    os.utime(path, (seconds, seconds))
    return str(fingerprint)
