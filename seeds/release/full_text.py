"""What full text finds: the index of the estimates' words, made in a file of its own and copied into the release.

To make it takes as long as all else together and needs nothing of it, so another process can do so meanwhile.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

import orjson

from schema import tables
from schema.flat import batched

_AT_A_TIME = 2_000
_MANY_SEGMENTS = 1_900
_HELD = 32 << 20
"""Bytes of words that are held before they are written as one segment; the fewer segments, the less to merge."""

_ARRANGED = """
SELECT positions.position, record, words FROM positions CROSS JOIN estimates USING (number)
JOIN printed ON printed.id = estimates.article ORDER BY positions.position
"""
_PARTS = ("data", "idx", "docsize")

Names = Mapping[str, Mapping[str, str]]
"""What the records of each code list are called: kind → id → name."""


def index_estimates(staged: Path, index: Path, names: Names) -> None:
    """Make the index of the estimates that a staging file holds arranged."""
    source = sqlite3.connect(f"{staged.as_uri()}?mode=ro&immutable=1", uri=True)
    connection = sqlite3.connect(index)
    try:
        connection.execute(f"PRAGMA page_size = {tables.PAGE_SIZE}")
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        connection.execute(tables.full_text("estimates"))
        for option, value in (("automerge", 0), ("crisismerge", _MANY_SEGMENTS), ("hashsize", _HELD)):
            connection.execute("INSERT INTO estimates_fts (estimates_fts, rank) VALUES (?, ?)", (option, value))
        for some in batched(_estimate_texts(source, names), _AT_A_TIME):
            connection.executemany("INSERT INTO estimates_fts (rowid, text) VALUES (?, ?)", some)
        connection.execute("INSERT INTO estimates_fts (estimates_fts) VALUES ('optimize')")
        connection.commit()
    finally:
        connection.close()
        source.close()


def copy_index(connection: sqlite3.Connection, index: Path) -> None:
    """Put the index that was made into a release, part by part: it is the same whether it was made here or there."""
    connection.execute("ATTACH ? AS made", (str(index),))
    connection.execute(tables.full_text("estimates"))
    for part in _PARTS:
        connection.execute(f"DELETE FROM main.estimates_fts_{part}")  # noqa: S608 (one of three names)
        connection.execute(f"INSERT INTO main.estimates_fts_{part} SELECT * FROM made.estimates_fts_{part}")  # noqa: S608
    connection.commit()
    connection.execute("DETACH made")


def _estimate_texts(staged: sqlite3.Connection, names: Names) -> Iterator[tuple[int, str]]:
    for position, written, printed in staged.execute(_ARRANGED):
        record = orjson.loads(written)
        texts = [record["summary"], record["wording"], record["scope"], *orjson.loads(printed)]
        texts += [names[f"{key}s"][record[key]] for key in ("group", "region", "indicator", "source")]
        yield position, " ".join(dict.fromkeys(text for text in texts if text))
