"""Staged records → their places in a release, before any is rendered: positions, claims, what articles lend estimates.

All of it stays in the staging file, in tables of its own, for whoever reads the records in order.
"""

import sqlite3
from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter

import orjson

from schema.intervals import read_period
from schema.records import ArticleStub
from seeds.entries import Record
from seeds.progress import Progress, take
from seeds.release.claims import Report, standings
from seeds.release.figures import figure_of
from seeds.release.render import renderer_of
from seeds.staging import Staging

_TABLES = """
CREATE TABLE periods (edtf TEXT PRIMARY KEY, first TEXT, last TEXT) WITHOUT ROWID;
CREATE TABLE printed (
    id TEXT PRIMARY KEY, position INTEGER, first TEXT, document TEXT, sha256 TEXT, stub BLOB, words TEXT
) WITHOUT ROWID;
CREATE TABLE claims (id TEXT PRIMARY KEY, position INTEGER, reports INTEGER, articles INTEGER) WITHOUT ROWID;
CREATE TABLE positions (position INTEGER PRIMARY KEY, number INTEGER NOT NULL);
CREATE TABLE standings (
    number INTEGER PRIMARY KEY, rank INTEGER, compared INTEGER, disputed INTEGER, drift TEXT, drift_from TEXT
);
"""
_CLAIMS = """
INSERT INTO claims
SELECT claim, row_number() OVER (ORDER BY claim), count(*), count(DISTINCT article)
FROM estimates GROUP BY claim ORDER BY claim
"""
_NEWEST_FIRST = """
INSERT INTO positions (number)
SELECT number FROM estimates JOIN periods ON edtf = as_of_edtf ORDER BY first DESC NULLS LAST, estimates.id
"""
_RETOLD = """
SELECT estimates.claim, number, record, printed.id AS article, coalesce(first, '') AS published
FROM claims CROSS JOIN estimates ON estimates.claim = claims.id JOIN printed ON printed.id = estimates.article
WHERE claims.reports > 1 ORDER BY claims.id
"""


def arrange(staging: Staging, progress: Progress) -> None:
    """Give every staged record its place."""
    connection = staging.connection
    connection.executescript(_TABLES)
    steps = [
        staging.index,
        lambda: connection.executemany("INSERT INTO periods VALUES (?, ?, ?)", _periods(staging)),
        lambda: connection.executemany("INSERT INTO printed VALUES (?, ?, ?, ?, ?, ?, ?)", _printed(connection)),
        lambda: connection.execute(_CLAIMS),
        lambda: connection.execute(_NEWEST_FIRST),
        lambda: connection.executemany("INSERT INTO standings VALUES (?, ?, ?, ?, ?, ?)", _standings(connection)),
        connection.commit,
    ]
    take(steps, "Arranging", progress)


def with_days(written: Record) -> Record:
    """Return a date with its first and last day."""
    period = read_period(written["edtf"])
    return {**written, "start": period.start, "end": period.end}


def finder(connection: sqlite3.Connection) -> Callable[[str], Record]:
    """Return a function that gives a staged estimate by its id."""

    def find(id_: str) -> Record:
        (record,) = connection.execute("SELECT record FROM estimates WHERE id = ?", (id_,)).fetchone()
        return orjson.loads(record)  # type: ignore[no-any-return]

    return find


def _periods(staging: Staging) -> Iterator[tuple[str, str | None, str | None]]:
    """Yield each date that a number describes, with its first and last day."""
    for edtf in staging.dates:
        period = read_period(edtf)
        yield edtf, period.start, period.end


def _printed(connection: sqlite3.Connection) -> Iterator[tuple[str | int | bytes | None, ...]]:
    """Yield what each article lends its estimates, by id."""
    render = renderer_of(ArticleStub())
    found = connection.execute("SELECT record FROM articles ORDER BY id")
    for position, (written,) in enumerate(found, start=1):
        article = orjson.loads(written)
        published = article["published"] = with_days(article["published"])
        words = orjson.dumps([text for text in (article["title"], article["publisher"]) if text])
        document = article["document"]
        yield (
            *(article["id"], position, published["start"]),
            *(document["name"], document["sha256"], orjson.dumps(render(article)), words.decode()),
        )


def _standings(connection: sqlite3.Connection) -> Iterator[tuple[int | str | None, ...]]:
    """Yield what each report of a claim is that has several; the only report of its claim is beside no other."""
    find = finder(connection)
    for _, rows in groupby(connection.execute(_RETOLD), key=itemgetter(0)):
        reports = []
        for _, number, written, article, published in rows:
            record = orjson.loads(written)
            reports.append(Report(number, record["id"], article, published, record["locus"], figure_of(record, find)))
        for report, is_ in standings(reports):
            yield report.number, is_.rank, is_.compared, is_.disputed, is_.drift, is_.drift_from
