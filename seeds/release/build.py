"""The build of a release: writes all its tables, except the history, from a staging into a new file.

Records are ordered (`order`) and written (`estimates`, `resources`). The full-text index (`full_text`), the serving
tables (`aggregates`) and the checksums of all files (`downloads`) are computed from them.
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
from schema.dataset import MOST_CITED
from schema.flat import batched
from schema.records import SCHEMAS
from schema.store.seal import UNSEALED
from seeds.progress import Progress, run_steps
from seeds.release import aggregates
from seeds.release.claims import write_claims
from seeds.release.closures import hedges
from seeds.release.downloads import Downloads, downloads_of
from seeds.release.estimates import Estimate, estimates
from seeds.release.full_text import copy_index, index_estimates
from seeds.release.order import order_records
from seeds.release.resources import write_articles, write_vocabularies
from seeds.staging import Staging
from seeds.workers import gc_paused

_BATCH = 2_000
_CACHE = 64 << 10
"""KiB of the release that SQLite caches while it is written."""


def build_release(staging: Staging, release: Path, workers: Executor, progress: Progress, *, shipped: bool) -> str:
    """Write all tables of a release, except its history, into an empty file; return its version.

    The staged records have passed every check. The same records give the same bytes, in whatever order they were
    staged. `workers` make the full-text index and measure the downloads at the same time.
    """
    vocabularies = {kind: dict(sorted(records.items())) for kind, records in staging.vocabularies.items()}
    vocabularies["hedges"] = hedges()
    positions = {
        kind: {id_: position for position, id_ in enumerate(records, 1)} for kind, records in vocabularies.items()
    }
    names = {kind: {id_: record["name"] for id_, record in records.items()} for kind, records in vocabularies.items()}
    index = release.with_suffix(".words")
    connection = sqlite3.connect(release)
    writer = Writer(connection)
    try:
        _make_tables(connection)
        run_steps(
            [partial(write_articles, connection, staging.connection, staging.dataset["licence"])], "Articles", progress
        )
        order_records(staging, progress)
        indexing = workers.submit(index_estimates, staging.path, index, names)
        rows = estimates(staging.connection, vocabularies, positions)
        estimate_files = Downloads("estimates", workers)
        _write_estimates(connection, progress("Writing", rows, staging.count("estimates")), estimate_files)
        early, late = ([partial(connection.execute, index) for index in indexes] for indexes in _indexes())
        run_steps([*early, partial(_write_claims, connection, staging.path)], "Grouping", progress)
        # From here on workers read the release too. In WAL mode they see committed rows while others are written.
        writer.enable_wal()
        downloads = {
            "estimates": estimate_files.described,
            "claims": workers.submit(downloads_of, release, "claims").result,
        }
        counting: list[Callable[[], object]] = [
            partial(write_vocabularies, connection, vocabularies, positions),
            connection.commit,
        ]
        run_steps(counting, "Counting", progress)
        downloads |= {
            kind: workers.submit(downloads_of, release, kind).result for kind in SCHEMAS if kind not in downloads
        }
        # The serving tables come before the indexes: SQLite maps the first 2 GB of a file into memory.
        serving = [partial(connection.execute, statement) for statement in aggregates.statements()]
        full_text: list[Callable[[], object]] = [indexing.result, partial(copy_index, connection, index)]
        run_steps([*serving, connection.commit, *full_text, *late, connection.commit], "Indexing", progress)
        checking: list[Callable[[], object]] = [
            writer.analyze,
            partial(_check_references, connection),
            *downloads.values(),
        ]
        run_steps(checking, "Checking", progress)
        counts = {kind: writer[kind].count for kind in SCHEMAS}
        files = [file for kind in SCHEMAS for file in downloads[kind]()]
        described = {"licences": _licences(connection), "counts": counts, "downloads": files}
        version = _describe(writer, {**staging.dataset, **described}, shipped=shipped)
        writer.disable_wal()
        return version
    finally:
        connection.close()


def _licences(connection: sqlite3.Connection) -> list[dict[str, object]]:
    """Return the licences of the articles, each with the different wishes to be cited."""
    cited = "SELECT DISTINCT cite FROM articles WHERE licence = ? AND cite IS NOT NULL ORDER BY 1 LIMIT ?"
    return [
        {
            **{"licence": licence, "articles": articles},
            "cite": [cite for (cite,) in connection.execute(cited, (licence, MOST_CITED))],
        }
        for licence, articles in connection.execute("SELECT licence, count(*) FROM articles GROUP BY 1 ORDER BY 1")
    ]


def _describe(writer: Writer, dataset: dict[str, object], *, shipped: bool) -> str:
    """Write the row of the dataset; return the version, a digest of this record with the checksums of all files."""
    version = hashlib.sha256(orjson.dumps(dataset, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
    rendered = orjson.dumps({"version": version, **dataset}).decode()
    writer.table("dataset").insert({"version": version, "shipped": shipped, "json": rendered})
    return version


def _sql(element: DDLElement) -> str:
    return str(element.compile(dialect=sqlite.dialect()))


def _make_tables(connection: sqlite3.Connection) -> None:
    """Make all tables without their indexes, which are faster to make when all rows are there."""
    connection.execute(f"PRAGMA page_size = {tables.PAGE_SIZE}")
    connection.execute(f"PRAGMA cache_size = -{_CACHE}")
    connection.execute(f"PRAGMA application_id = {tables.APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {tables.FORMAT}")
    connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
    # The seal comes first, so that it is on the second page (see schema.store.seal).
    for table in sorted(tables.metadata.sorted_tables, key=lambda table: table is not tables.seal):
        connection.execute(_sql(CreateTable(table)))
    connection.execute("INSERT INTO seal VALUES (?)", (UNSEALED,))


def _indexes() -> tuple[list[str], list[str]]:
    """Return the statements of the indexes that are needed to fill other tables, and of all other indexes."""
    indexes = sorted((index for table in tables.metadata.tables.values() for index in table.indexes), key=_unique_first)
    needed = (tables.estimates.c.claim_position, tables.closures.c.part_position)
    early = [index for index in indexes if list(index.columns)[-1] in needed]
    late = [index for index in indexes if index not in early]
    return [_sql(CreateIndex(index)) for index in early], [_sql(CreateIndex(index)) for index in late]


def _unique_first(index: Index) -> tuple[bool, str]:
    return not index.unique, str(index.name)


def _write_estimates(connection: sqlite3.Connection, rows: Iterable[Estimate], downloads: Downloads) -> None:
    columns = ", ".join("?" * len(tables.estimates.columns))
    with gc_paused():
        for batch in batched(rows, _BATCH):
            downloads.add([estimate.json for estimate in batch])
            connection.executemany(
                f"INSERT INTO estimates VALUES ({columns})",  # noqa: S608
                (estimate.row for estimate in batch),
            )
            texts = ((estimate.row[0], estimate.json) for estimate in batch)
            connection.executemany("INSERT INTO estimates_rendered VALUES (?, CAST(? AS TEXT))", texts)
            gc.collect(0)


def _write_claims(connection: sqlite3.Connection, staged: Path) -> None:
    connection.commit()
    connection.execute("ATTACH ? AS staged", (str(staged),))
    write_claims(connection)
    connection.commit()
    connection.execute("DETACH staged")


def _check_references(connection: sqlite3.Connection) -> None:
    broken = connection.execute("PRAGMA foreign_key_check").fetchmany(3)
    if broken:
        raise sqlite3.IntegrityError(f"references to nothing: {broken}")
