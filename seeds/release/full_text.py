"""The full-text index of the estimates, made in a file of its own and copied into the release.

Another process makes it, because it takes as long as the rest of a release and needs only the staging file.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from schema import tables
from schema.flat import batched
from schema.store.words import full_text_sql
from seeds.entries import VOCABULARIES

_BATCH = 2_000
_MOST_SEGMENTS = 1_900
_HELD = 32 << 20
"""Bytes of the index that are held in memory before they are written as a segment; few segments merge fast."""

_TEXTS = """
SELECT positions.position, "group", region, indicator, source, summary, wording, scope, title, publisher
FROM positions CROSS JOIN estimates USING (number) JOIN article_stubs ON article_stubs.id = estimates.article
ORDER BY positions.position
"""
_PARTS = ("data", "idx", "docsize")

Names = Mapping[str, Mapping[str, str]]
"""The name of each record of the code lists: kind → id → name."""


def index_estimates(staged: Path, index: Path, names: Names) -> None:
    """Make the index of the estimates of an ordered staging file."""
    source = sqlite3.connect(f"{staged.as_uri()}?mode=ro&immutable=1", uri=True)
    connection = sqlite3.connect(index)
    try:
        connection.execute(f"PRAGMA page_size = {tables.PAGE_SIZE}")
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        connection.execute(full_text_sql("estimates"))
        for option, value in (("automerge", 0), ("crisismerge", _MOST_SEGMENTS), ("hashsize", _HELD)):
            connection.execute("INSERT INTO estimates_fts (estimates_fts, rank) VALUES (?, ?)", (option, value))
        for batch in batched(_estimate_texts(source, names), _BATCH):
            connection.executemany("INSERT INTO estimates_fts (rowid, text) VALUES (?, ?)", batch)
        connection.execute("INSERT INTO estimates_fts (estimates_fts) VALUES ('optimize')")
        connection.commit()
    finally:
        connection.close()
        source.close()


def copy_index(connection: sqlite3.Connection, index: Path) -> None:
    """Copy the tables of the index into a release, byte by byte, as if it had been made there, and count its words."""
    connection.execute("ATTACH ? AS made", (str(index),))
    connection.execute(full_text_sql("estimates"))
    for part in _PARTS:
        connection.execute(f"DELETE FROM main.estimates_fts_{part}")  # noqa: S608 (one of three names)
        connection.execute(f"INSERT INTO main.estimates_fts_{part} SELECT * FROM made.estimates_fts_{part}")  # noqa: S608
    connection.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab('main', 'estimates_fts', 'row')")
    connection.execute("INSERT INTO word_counts (word, estimates) SELECT term, doc FROM temp.words")
    connection.execute("DROP TABLE temp.words")
    connection.commit()
    connection.execute("DETACH made")


def _estimate_texts(staged: sqlite3.Connection, names: Names) -> Iterator[tuple[int, str]]:
    """Yield the position of each estimate, and its texts for the full-text index, joined, each text once."""
    for position, group, region, indicator, source, *texts in staged.execute(_TEXTS):
        ids = (group, region, indicator, source)
        texts += [names[kind][id_] for kind, id_ in zip(VOCABULARIES, ids, strict=True)]
        yield position, " ".join(dict.fromkeys(filter(None, texts)))
