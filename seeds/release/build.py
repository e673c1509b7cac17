"""Staged records → the tables of a release, in a file that nobody reads yet.

What no curator writes, because it follows from what they wrote, is worked out on the way: places and claims
(`arrange`), figures and rendered records (`estimates`, `resources`), words (`full_text`), checksums (`files`), and the
tables that questions are answered from (`serving`).
"""

import gc
import hashlib
import sqlite3
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from functools import partial
from pathlib import Path

import orjson
from sqlalchemy import Index
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable, DDLElement
from sqlite_utils import Database as Writer

from schema import tables
from schema.flat import batched
from schema.store.seal import UNSEALED
from seeds.entries import Record
from seeds.progress import Progress, take
from seeds.release import aggregates
from seeds.release.closures import hedges
from seeds.release.downloads import SCHEMAS, Files, files_of
from seeds.release.estimates import Estimate, estimates
from seeds.release.full_text import copy_index, index_estimates
from seeds.release.order import arrange
from seeds.release.resources import write_articles, write_vocabularies
from seeds.staging import Staging
from seeds.workers import collecting_what_is_new

_AT_A_TIME = 2_000
_HELD = 64 << 10
"""KiB of the release that stay in memory while it is written."""


def build_release(staging: Staging, release: Path, workers: Executor, progress: Progress, *, shipped: bool) -> str:
    """Write the tables of a release into an empty file, all but its history; return its version.

    The records have passed every check. The same records give the same bytes, in whichever order they came.
    `workers` index the words of the estimates, make CSV of them, and measure the files of all else, meanwhile.
    """
    vocabularies = {kind: dict(sorted(found.items())) for kind, found in staging.vocabularies.items()}
    vocabularies["hedges"] = hedges()
    positions = {kind: {id_: at for at, id_ in enumerate(found, 1)} for kind, found in vocabularies.items()}
    called = {kind: {id_: record["name"] for id_, record in found.items()} for kind, found in vocabularies.items()}
    arrange(staging, progress)
    index = release.with_suffix(".words")
    words = workers.submit(index_estimates, staging.path, index, called)
    connection = sqlite3.connect(release)
    try:
        _make_tables(connection)
        found = estimates(staging.connection, vocabularies, positions)
        measured = Files("estimates", workers)
        _write_estimates(connection, progress("Writing", found, staging.count("estimates")), measured)
        by_claim, others = ([partial(connection.execute, one) for one in statements] for statements in _indexes())
        take([*by_claim, partial(_write_claims, connection, staging.path)], "Grouping", progress)
        # From here on others read it too: each sees what is committed, whatever is written meanwhile.
        connection.execute("PRAGMA journal_mode = WAL")
        files = {"estimates": measured.said, "claims": workers.submit(files_of, release, "claims").result}
        counted: list[Callable[[], object]] = [
            partial(write_vocabularies, connection, vocabularies, positions),
            partial(write_articles, connection, staging.connection),
            connection.commit,
        ]
        take(counted, "Counting", progress)
        files |= {kind: workers.submit(files_of, release, kind).result for kind in SCHEMAS if kind not in files}
        # What common questions read comes before the indexes: SQLite maps the first 2 GB of a file into memory.
        serve = [partial(connection.execute, one) for one in aggregates.filled()]
        found_by: list[Callable[[], object]] = [words.result, partial(copy_index, connection, index)]
        take([*serve, connection.commit, *found_by, *others, connection.commit], "Indexing", progress)
        waited: list[Callable[[], object]] = [
            Writer(connection).analyze,
            partial(_check_references, connection),
            *files.values(),
        ]
        take(waited, "Checking", progress)
        downloads = [file for kind in SCHEMAS for file in files[kind]()]
        about = {**staging.about, "counts": _counts(connection), "downloads": downloads}
        version = _describe(connection, about, shipped)
        connection.execute("PRAGMA journal_mode = DELETE")
        return version
    finally:
        connection.close()


def _describe(connection: sqlite3.Connection, about: Record, shipped: bool) -> str:
    """Write what the release says of itself; return its version, a digest of all records by that of their files."""
    version = hashlib.sha256(orjson.dumps(about, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
    rendered = orjson.dumps({"version": version, **about}).decode()
    row = {"version": version, "shipped": shipped, "json": rendered}
    Writer(connection).table("dataset").insert(row)
    connection.commit()
    return version


def _written(element: DDLElement) -> str:
    return str(element.compile(dialect=sqlite.dialect()))


def _make_tables(connection: sqlite3.Connection) -> None:
    """Make all tables without their indexes, which cost less when they are made of all rows at once."""
    connection.execute(f"PRAGMA page_size = {tables.PAGE_SIZE}")
    connection.execute(f"PRAGMA cache_size = -{_HELD}")
    connection.execute(f"PRAGMA application_id = {tables.APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {tables.FORMAT}")
    connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
    # The seal comes first, so that it lies on the second page (see schema.store.seal).
    for table in sorted(tables.metadata.sorted_tables, key=lambda table: table is not tables.seal):
        connection.execute(_written(CreateTable(table)))
    connection.execute("INSERT INTO seal VALUES (?)", (UNSEALED,))


def _indexes() -> tuple[list[str], list[str]]:
    """Return what makes the index of the estimates by claim, which is needed first, and all others."""
    indexes = sorted((index for table in tables.metadata.tables.values() for index in table.indexes), key=_ids_first)
    by_claim = [index for index in indexes if list(index.columns) == [tables.estimates.c.claim_position]]
    return [_written(CreateIndex(one)) for one in by_claim], [
        _written(CreateIndex(one)) for one in indexes if one not in by_claim
    ]


def _ids_first(index: Index) -> tuple[bool, str]:
    return not index.unique, str(index.name)


def _write_estimates(connection: sqlite3.Connection, found: Iterable[Estimate], files: Files) -> None:
    columns = ", ".join("?" * len(tables.estimates.columns))
    with collecting_what_is_new():
        for some in batched(found, _AT_A_TIME):
            files.take([one.json for one in some])
            connection.executemany(f"INSERT INTO estimates VALUES ({columns})", (one.row for one in some))  # noqa: S608
            texts = ((one.row[0], one.json) for one in some)
            connection.executemany("INSERT INTO estimates_rendered VALUES (?, CAST(? AS TEXT))", texts)
            gc.collect(0)


def _write_claims(connection: sqlite3.Connection, staged: Path) -> None:
    connection.commit()
    connection.execute("ATTACH ? AS staged", (str(staged),))
    connection.execute(aggregates.CLAIMS)
    connection.commit()
    connection.execute("DETACH staged")


def _check_references(connection: sqlite3.Connection) -> None:
    broken = connection.execute("PRAGMA foreign_key_check").fetchmany(3)
    if broken:
        raise sqlite3.IntegrityError(f"references to nothing: {broken}")


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Return how many records of each kind there are."""
    return {kind: connection.execute(f"SELECT count(*) FROM {kind}").fetchone()[0] for kind in SCHEMAS}  # noqa: S608
