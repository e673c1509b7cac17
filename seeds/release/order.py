"""The order of staged records: positions, sizes of claims, stubs of articles, and comparisons of reports.

They are written into tables of the staging file. No record of an estimate is decoded: its columns are enough.
"""

import sqlite3
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

import orjson

from schema.intervals import read_period
from schema.names import fold
from schema.records import ArticleStub
from seeds.progress import Progress, run_steps
from seeds.release.figures import CODED, CodedFigure, figure_of
from seeds.release.render import renderer_of, with_days
from seeds.release.reports import Report, compare_reports
from seeds.staging import Staging

_TABLES = """
CREATE TABLE periods (edtf TEXT PRIMARY KEY, first_day TEXT) WITHOUT ROWID;
CREATE TABLE article_stubs (
    id TEXT PRIMARY KEY, position INTEGER, title TEXT, publisher TEXT, first_day TEXT, document TEXT, sha256 TEXT,
    outlet TEXT, agency TEXT, stub BLOB
) WITHOUT ROWID;
CREATE TABLE claims (
    id TEXT PRIMARY KEY, position INTEGER, reports INTEGER, articles INTEGER, outlets INTEGER, agencies INTEGER
) WITHOUT ROWID;
CREATE TABLE positions (position INTEGER PRIMARY KEY, number INTEGER NOT NULL);
CREATE TABLE comparisons (
    number INTEGER PRIMARY KEY, rank INTEGER, compared INTEGER, disputed INTEGER, drift TEXT, drift_from TEXT
);
"""
_CLAIMS = """
INSERT INTO claims
SELECT claim, row_number() OVER (ORDER BY claim), count(*), count(DISTINCT article),
       count(DISTINCT coalesce(outlet, article_stubs.position)), count(DISTINCT agency)
FROM estimates CROSS JOIN article_stubs ON article_stubs.id = article GROUP BY claim ORDER BY claim
"""
"""An article without a publisher is an outlet of its own: its position, a number, equals no publisher's name."""
_NEWEST_FIRST = """
INSERT INTO positions (number)
SELECT number FROM estimates JOIN periods ON edtf = as_of_edtf ORDER BY first_day DESC NULLS LAST, estimates.id
"""
_REPORTS = f"""
SELECT estimates.claim, number, estimates.id, article, coalesce(first_day, ''), locus,
       quoted, coalesce(start, 0), place, scope, {CODED}
FROM claims CROSS JOIN estimates ON estimates.claim = claims.id JOIN article_stubs ON article_stubs.id = article
WHERE claims.reports > 1 ORDER BY claims.id
"""  # noqa: S608 (names of columns)
_CODED_FROM = 9
"""The first column of a report that belongs to its figure, after the claim."""


def order_records(staging: Staging, progress: Progress) -> None:
    """Make these tables in the staging file, and fill them."""
    connection = staging.connection
    connection.executescript(_TABLES)
    steps = [
        staging.index,
        lambda: connection.executemany("INSERT INTO periods VALUES (?, ?)", _periods(staging)),
        lambda: connection.executemany(
            "INSERT INTO article_stubs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _article_stubs(connection)
        ),
        lambda: connection.execute(_CLAIMS),
        lambda: connection.execute(_NEWEST_FIRST),
        lambda: connection.executemany("INSERT INTO comparisons VALUES (?, ?, ?, ?, ?, ?)", _comparisons(connection)),
        connection.commit,
    ]
    run_steps(steps, "Ordering", progress)


def _periods(staging: Staging) -> Iterator[tuple[str, str | None]]:
    """Yield every staged as_of, with its first day."""
    for edtf in staging.dates:
        yield edtf, read_period(edtf).start


def _article_stubs(connection: sqlite3.Connection) -> Iterator[tuple[str | int | bytes | None, ...]]:
    """Yield the rows of `article_stubs`, by id.

    They hold what estimates show of an article, its texts for full text, and the keys by which outlets and agencies
    are told apart.
    """
    render = renderer_of(ArticleStub())
    records = connection.execute("SELECT record FROM articles ORDER BY id")
    for position, (record,) in enumerate(records, start=1):
        article = orjson.loads(record)
        published = article["published"] = with_days(article["published"])
        document = article["document"]
        yield (
            *(article["id"], position, article["title"], article["publisher"], published["start"]),
            *(document["name"], document["sha256"]),
            *(article[key] and fold(article[key]) for key in ("publisher", "agency")),
            orjson.dumps(render(article)),
        )


def _comparisons(connection: sqlite3.Connection) -> Iterator[tuple[int | str | None, ...]]:
    """Yield the comparison of each report of the claims that have several."""
    for _, rows in groupby(connection.execute(_REPORTS), key=itemgetter(0)):
        reports = [
            Report(figure_of(CodedFigure(*columns[_CODED_FROM:]), connection), *columns[:_CODED_FROM])
            for _, *columns in rows
        ]
        for report, comparison in compare_reports(reports):
            yield (
                *(report.number, comparison.rank, comparison.compared, comparison.disputed),
                *(comparison.drift, comparison.drift_from),
            )
