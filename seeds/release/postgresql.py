"""The publication of a sealed release in PostgreSQL: it is copied from its file, compared with it, and goes live.

All of it is one transaction. So whatever ends it, the release before stays live, and nothing of the new one is left.
"""

import hashlib
import logging
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from schema import tables
from schema.store.errors import DatabaseError, reason_of
from schema.store.files import FileRelease, open_release
from schema.store.postgresql import (
    CATALOGUE,
    WriterConnection,
    connect_writer,
    live_fingerprint,
    schema_name,
    schema_of,
    wait_for_readers,
)
from schema.store.sqlite import identity_of, uri_of
from schema.store.urls import shown
from seeds.progress import Progress, no_progress, run_steps
from seeds.release import citus
from seeds.release.copied_tables import CopiedTable, copied_tables
from seeds.release.copy_rows import encoded

log = logging.getLogger(__name__)

LOCK = tables.APPLICATION_ID
"""The number of PostgreSQL's advisory lock that a publication holds, so that there is one at a time."""
DROP_WAITS = "5s"
"""How long an old release may be read before the next publication removes it instead."""
ANY_RELEASE = "any"
"""In place of the fingerprint of the release that is to be replaced: whichever is live."""
_FINGERPRINT = 16


@dataclass(frozen=True)
class Publication:
    """The release that is live now; `is_copied` is false where the database held it already."""

    version: str
    is_copied: bool


def publish_release(
    path: Path, url: str, *, keep: int, replaces: str | None = ANY_RELEASE, progress: Progress = no_progress
) -> Publication:
    """Copy the release of a file into a PostgreSQL database and make it live there; raises DatabaseError.

    A release that the database still holds is only made live again. Then all releases but the `keep` newest are
    removed, and never the live one; one that is being read is left to the next publication. `replaces` is the
    fingerprint of the release whose history this one continues, None where there is none before it: if another one has
    become live, nothing is published, since its history would be lost.
    """
    release = open_release(path)
    fingerprint = release.sha256[:_FINGERPRINT]
    with connect_writer(url) as connection:
        outcome = "nothing was published"
        try:
            with connection.transaction():
                begin_publication(connection)
                if replaces not in (ANY_RELEASE, live_fingerprint(connection)):
                    raise DatabaseError(
                        f"{shown(url)}: another release went live there while this one was made; {outcome}; load again"
                    )
                is_copied = not _is_there(connection, fingerprint)
                if is_copied:
                    _copy_release(connection, release, path, fingerprint, progress)
                _make_live(connection, fingerprint)
                outcome = "publish it again: it is not known whether it went live"
            outcome = "it is live, but older releases were not removed"
            _remove_old(connection, keep)
        except (psycopg.Error, sqlite3.Error, OSError) as error:
            raise DatabaseError(f"{shown(url)}: {reason_of(error)}; {outcome}") from error
    return Publication(release.version, is_copied)


def begin_publication(connection: WriterConnection) -> None:
    """Wait for other publications, and make the catalogue, unless it is there."""
    # Where this process is killed, the server ends even an index that is being made.
    connection.execute("SET LOCAL client_connection_check_interval = '1s'")
    connection.execute("SET LOCAL statement_timeout = 0")
    connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    connection.execute(CATALOGUE)


def _is_there(connection: WriterConnection, fingerprint: str) -> bool:
    rows = connection.execute("SELECT FROM headcount.releases WHERE fingerprint = %s", [fingerprint])
    return rows.fetchone() is not None


def _copy_release(
    connection: WriterConnection, release: FileRelease, path: Path, fingerprint: str, progress: Progress
) -> None:
    connection.execute(SQL("CREATE SCHEMA {}").format(schema_of(fingerprint)))
    on_citus = citus.is_installed(connection)
    if on_citus:
        connection.execute(citus.ONE_CONNECTION)
    with _opened(path, release) as file:
        copied = copied_tables(release, file)
        steps = [partial(_copy_table, connection, schema_name(fingerprint), table, on_citus) for table in copied]
        run_steps(steps, "Publishing", progress)
    connection.execute(
        "INSERT INTO headcount.releases (fingerprint, version, format, sha256, bytes, built)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        [fingerprint, release.version, tables.FORMAT, release.sha256, release.size, release.built],
    )


@contextmanager
def _opened(path: Path, release: FileRelease) -> Iterator[sqlite3.Connection]:
    """Open the file of a release; raises DatabaseError where another file has taken its place."""
    with closing(sqlite3.connect(uri_of(path), uri=True)) as file:
        if identity_of(path) != release.identity:
            raise DatabaseError(f"{path}: was replaced meanwhile; nothing was published")
        file.text_factory = bytes
        yield file


def _copy_table(connection: WriterConnection, schema: str, table: CopiedTable, on_citus: bool) -> None:
    """Make a table, with its rows, then its indexes; raises DatabaseError where other rows come back than were sent."""
    name = Identifier(schema, table.name)
    columns = [SQL("{} {}").format(Identifier(column), SQL(kind.sql)) for column, kind in table.columns.items()]
    connection.execute(SQL("CREATE TABLE {} ({})").format(name, SQL(", ").join(columns)))
    if on_citus:
        connection.execute(citus.placement(schema, table.name))
    options = SQL("FORMAT BINARY" if on_citus else "FORMAT BINARY, FREEZE")  # Citus freezes no rows
    sent = hashlib.sha256()
    with connection.cursor() as cursor:
        with cursor.copy(SQL("COPY {} FROM STDIN ({})").format(name, options)) as copy:
            for block in encoded(table.rows(), list(table.columns.values())):
                sent.update(block)
                copy.write(block)
        rows_sent = cursor.rowcount
    for statement in _index_statements(name, table):
        connection.execute(statement)
    connection.execute(SQL("ANALYZE {}").format(name))
    rows_stored, stored = _digest(connection, name, table)
    if (rows_stored, stored) != (rows_sent, sent.hexdigest()):
        raise DatabaseError(
            f"{table.name}: {rows_stored} rows with the SHA-256 {stored} came back; expected {rows_sent} rows with "
            f"{sent.hexdigest()}; nothing was published"
        )


def _listed(columns: Iterable[str]) -> Composed:
    return SQL(", ").join(map(Identifier, columns))


def _index_statements(name: Identifier, table: CopiedTable) -> Iterator[Composed]:
    if table.primary:
        constraint = Identifier(f"{table.name}_pkey")  # Citus wants a name
        yield SQL("ALTER TABLE {} ADD CONSTRAINT {} PRIMARY KEY ({})").format(name, constraint, _listed(table.key))
    for index in table.indexes:
        yield SQL("CREATE {}INDEX {} ON {} USING {} ({})").format(
            SQL("UNIQUE " if index.unique else ""),
            Identifier(index.name),
            name,
            Identifier(index.method),
            _listed(index.columns),
        )


def _digest(connection: WriterConnection, name: Identifier, table: CopiedTable) -> tuple[int, str]:
    """Return the number of rows that PostgreSQL has of a table, and their SHA-256 in the format of COPY."""
    digest = hashlib.sha256()
    query = SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT (FORMAT BINARY)")
    with connection.cursor() as cursor:
        with cursor.copy(query.format(_listed(table.columns), name, _listed(table.key))) as copy:
            for block in copy:
                digest.update(block)
        return cursor.rowcount, digest.hexdigest()


def _make_live(connection: WriterConnection, fingerprint: str) -> None:
    """Update the one row that names the live release."""
    connection.execute(
        "INSERT INTO headcount.live (fingerprint) VALUES (%s)"
        " ON CONFLICT (one_row) DO UPDATE SET fingerprint = excluded.fingerprint",
        [fingerprint],
    )


def _remove_old(connection: WriterConnection, keep: int) -> None:
    """Remove all releases but the newest, and those that are being read."""
    live = live_fingerprint(connection)
    newest = connection.execute("SELECT fingerprint FROM headcount.releases ORDER BY number DESC").fetchall()
    others = [fingerprint for (fingerprint,) in newest if fingerprint != live]
    for fingerprint in others[keep - 1 :]:
        try:
            with connection.transaction():
                connection.execute(SQL("SET LOCAL lock_timeout = {}").format(DROP_WAITS))
                wait_for_readers(connection, fingerprint)
                # Refused, by the reference, where another publication has made this release live meanwhile.
                connection.execute("DELETE FROM headcount.releases WHERE fingerprint = %s", [fingerprint])
                connection.execute(SQL("DROP SCHEMA {} CASCADE").format(schema_of(fingerprint)))
        except (psycopg.errors.LockNotAvailable, psycopg.errors.ForeignKeyViolation) as error:
            log.warning("release %s was not removed: %s", fingerprint, reason_of(error))
