"""What full text finds: the index of the estimates' words, made in a file of its own and copied into the release.

To make it takes as long as all else together and needs nothing of it, so another process can do so meanwhile.
"""

import re
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
_WORD = re.compile(r"[^\W_]+")
_PARTS = ("data", "idx", "docsize")

Names = Mapping[str, Mapping[str, str]]
"""What the records of each code list are called: kind → id → name."""


def index_estimates(staged: Path, index: Path, names: Names) -> None:
    """Make the index of the estimates that a staging file holds arranged, and count what each word finds."""
    source = sqlite3.connect(f"{staged.as_uri()}?mode=ro&immutable=1", uri=True)
    connection = sqlite3.connect(index)
    try:
        connection.execute(f"PRAGMA page_size = {tables.PAGE_SIZE}")
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        connection.execute(tables.full_text("estimates"))
        for option, value in (("automerge", 0), ("crisismerge", _MANY_SEGMENTS), ("hashsize", _HELD)):
            connection.execute("INSERT INTO estimates_fts (estimates_fts, rank) VALUES (?, ?)", (option, value))
        connection.execute("CREATE TABLE seen (word TEXT PRIMARY KEY) WITHOUT ROWID")
        for some in batched(_estimate_texts(source, names), _AT_A_TIME):
            connection.executemany("INSERT INTO estimates_fts (rowid, text) VALUES (?, ?)", some)
            words = {word.lower() for _, text in some for word in _WORD.findall(text) if word.isascii()}
            connection.executemany("INSERT OR IGNORE INTO seen VALUES (?)", ((word,) for word in words))
        connection.execute("INSERT INTO estimates_fts (estimates_fts) VALUES ('optimize')")
        _count_words(connection)
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
    connection.execute("INSERT INTO words SELECT word, estimates FROM made.words ORDER BY word")
    connection.commit()
    connection.execute("DETACH made")


def _estimate_texts(staged: sqlite3.Connection, names: Names) -> Iterator[tuple[int, str]]:
    for position, written, printed in staged.execute(_ARRANGED):
        record = orjson.loads(written)
        texts = [record["summary"], record["wording"], record["scope"], *orjson.loads(printed)]
        texts += [names[f"{key}s"][record[key]] for key in ("group", "region", "indicator", "source")]
        yield position, " ".join(dict.fromkeys(text for text in texts if text))


def _count_words(connection: sqlite3.Connection) -> None:
    """Count what each word finds that occurs: as many as the index has for the one term that the word comes down to.

    Words of ASCII alone, for of others folding and the tokenizer may make different things.
    """
    connection.execute(tables.full_text("seen"))
    connection.execute("INSERT INTO seen_fts (rowid, text) SELECT row_number() OVER (ORDER BY word), word FROM seen")
    connection.executescript(
        """
        CREATE TABLE terms (term TEXT PRIMARY KEY, estimates INTEGER) WITHOUT ROWID;
        CREATE VIRTUAL TABLE temp.found USING fts5vocab(main, estimates_fts, row);
        INSERT INTO terms SELECT term, doc FROM found;
        CREATE TABLE stems (number INTEGER PRIMARY KEY, term TEXT, terms INTEGER);
        CREATE VIRTUAL TABLE temp.stemmed USING fts5vocab(main, seen_fts, instance);
        INSERT INTO stems SELECT doc, min(term), count(*) FROM stemmed GROUP BY doc;
        CREATE TABLE words (word TEXT PRIMARY KEY, estimates INTEGER) WITHOUT ROWID;
        INSERT INTO words SELECT word, terms.estimates
        FROM (SELECT word, row_number() OVER (ORDER BY word) AS number FROM seen) JOIN stems USING (number)
        JOIN terms USING (term) WHERE stems.terms = 1;
        """
    )
