"""The writing of all resources but claims and estimates: their rows, full-text indexes, and names."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from schema import tables
from schema.flat import batched, flattened
from schema.names import fold
from schema.records import SCHEMAS, ArticleStub
from schema.store.words import full_text_sql
from seeds.entries import Record, names_of
from seeds.release.closures import Positions, closures, names
from seeds.release.country_names import country_names
from seeds.release.render import renderer_of, with_days

Counts = Mapping[int, tuple[int, int]]
"""The numbers of estimates and of their sources, by the position of the record that they refer to."""

_BATCH = 2_000
_NAMES = "INSERT OR IGNORE INTO names VALUES (?, ?, ?, ?, ?)"
_STUBS = """
CREATE TABLE article_stubs (
    id TEXT PRIMARY KEY, position INTEGER, title TEXT, publisher TEXT, first_day TEXT, document TEXT, sha256 TEXT,
    outlet TEXT, agency TEXT, stub BLOB
) WITHOUT ROWID
"""
_ARTICLE_COUNTS = "SELECT article, count(*), count(DISTINCT source) FROM estimates GROUP BY 1"
_REGION_COUNTS = """
SELECT whole_position, sum(estimates), count(DISTINCT source_position)
FROM (SELECT region_position, source_position, count(*) AS estimates FROM estimates GROUP BY 1, 2)
CROSS JOIN closures ON kind = 'region' AND relation = 'within' AND part_position = region_position GROUP BY 1
"""


def write_vocabularies(
    connection: sqlite3.Connection, vocabularies: Mapping[str, Mapping[str, Record]], positions: Positions
) -> None:
    """Write the code lists and closures, each term with the numbers of its estimates and of their sources.

    The estimates are already written.
    """
    connection.executemany("INSERT INTO closures VALUES (?, ?, ?, ?)", closures(vocabularies, positions))
    connection.executemany(_NAMES, country_names())
    for kind, records in vocabularies.items():
        if kind == "regions":
            counts = _counts(connection, _REGION_COUNTS)
        elif kind == "hedges":
            by_hedge = _counts(connection, _counted_by("hedge"))
            counts = {positions[kind][id_]: counted for id_, counted in by_hedge.items()}
        else:
            counts = _counts(connection, _counted_by(f"{kind.removesuffix('s')}_position"))
        _write(connection, kind, records.values(), counts)


def write_articles(connection: sqlite3.Connection, staged: sqlite3.Connection, licence: str) -> None:
    """Write the staged articles, each with the numbers of its estimates and of their sources.

    One without a licence of its own has that of the dataset.

    Each record is decoded once, so this also fills the table `article_stubs` of the staging file: what estimates show
    of an article, its texts for full text, and the keys by which outlets and agencies are told apart.
    """
    staged.execute(_STUBS)
    counts = _counts(staged, _ARTICLE_COUNTS)
    ids = staged.execute("SELECT id FROM articles ORDER BY id")
    by_position = {position: counts[id_] for position, (id_,) in enumerate(ids, start=1) if id_ in counts}
    _write(connection, "articles", _articles(staged, licence), by_position)


def _articles(staged: sqlite3.Connection, licence: str) -> Iterator[Record]:
    """Yield the staged articles by id, with the days of their dates and a licence; write the stub of each."""
    render = renderer_of(ArticleStub())
    records = staged.execute("SELECT record FROM articles ORDER BY id")
    for position, (record,) in enumerate(records, start=1):
        article = orjson.loads(record)
        published = article["published"] = with_days(article["published"])
        article["licence"] = article["licence"] or licence
        document = article["document"]
        stub = (
            *(article["id"], position, article["title"], article["publisher"], published["start"]),
            *(document["name"], document["sha256"]),
            *(article[key] and fold(article[key]) for key in ("publisher", "agency")),
            orjson.dumps(render(article)),
        )
        staged.execute("INSERT INTO article_stubs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", stub)
        yield article


def _counted_by(column: str) -> str:
    """Return the SELECT of the numbers of estimates and of their sources, by a column of `estimates`."""
    return f"SELECT {column}, count(*), count(DISTINCT source_position) FROM estimates GROUP BY 1"  # noqa: S608


def _counts(connection: sqlite3.Connection, select: str) -> dict[Any, tuple[int, int]]:
    """Return the numbers that a SELECT counts, by its first column."""
    return {key: (estimates, sources) for key, estimates, sources in connection.execute(select)}


def _write(connection: sqlite3.Connection, kind: str, records: Iterable[Record], counts: Counts) -> None:
    """Write records in the order of their positions, with their full-text index and their names."""
    index, placeholders = f"{kind}_fts", ", ".join("?" * len(tables.RESOURCES[kind].columns))
    connection.execute(full_text_sql(kind))
    for batch in batched(enumerate(records, start=1), _BATCH):
        connection.executemany(f"INSERT INTO {kind} VALUES ({placeholders})", _rows(kind, batch, counts))  # noqa: S608
        texts = ((position, _text(record)) for position, record in batch)
        connection.executemany(f"INSERT INTO {index} (rowid, text) VALUES (?, ?)", texts)  # noqa: S608
        names_of_batch = (name for _, record in batch for name in names(kind, record))
        connection.executemany(_NAMES, names_of_batch)
    connection.execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")  # noqa: S608


def _rows(kind: str, records: Iterable[tuple[int, Record]], counts: Counts) -> Iterator[tuple[str | int | None, ...]]:
    """Yield the rows of a resource; its columns are keys of its records, nested keys joined by `_`."""
    render = renderer_of(SCHEMAS[kind]())
    columns = [column.name for column in tables.RESOURCES[kind].columns]
    for position, record in records:
        count, sources = counts.get(position, (0, 0))
        usage = {"count": count, "url": f"/estimates?{kind.removesuffix('s')}={record['id']}"}
        rendered = render({"url": f"/{kind}/{record['id']}", **record, "estimates": usage, "sources": sources})
        values: dict[str, Any] = {
            **flattened(rendered, "_"),
            "position": position,
            "json": orjson.dumps(rendered).decode(),
        }
        yield tuple(values.get(column) for column in columns)


def _text(record: Record) -> str:
    """Return the text of a record for the full-text index."""
    texts = (record.get(key) for key in ("definition", "organisation", "publisher", "author", "agency"))
    return " ".join(dict.fromkeys(text for text in (*names_of(record), *texts) if text))
