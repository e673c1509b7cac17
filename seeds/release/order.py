"""The order of staged records: positions, sizes of claims, and comparisons of reports.

They are written into tables of the staging file. No record is decoded: the columns of estimates, and the stubs of
articles that `resources` writes, are enough.
"""

import sqlite3
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from schema.intervals import read_period
from seeds.progress import Progress, run_steps
from seeds.release.figures import CODED, CodedFigure, figure_of
from seeds.release.reports import Comparison, Report, compare_reports
from seeds.staging import Staging

_TABLES = f"""
CREATE TABLE periods (edtf TEXT PRIMARY KEY, first_day TEXT) WITHOUT ROWID;
CREATE TABLE claims (
    id TEXT PRIMARY KEY, position INTEGER, reports INTEGER, articles INTEGER, outlets INTEGER, agencies INTEGER
) WITHOUT ROWID;
CREATE TABLE positions (position INTEGER PRIMARY KEY, number INTEGER NOT NULL);
CREATE TABLE comparisons (number INTEGER PRIMARY KEY, {", ".join(Comparison._fields)});
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
_COMPARISON = f"INSERT INTO comparisons VALUES (?, {', '.join('?' * len(Comparison._fields))})"  # noqa: S608
_CODED_FROM = 9
"""The first column of a report that belongs to its figure, after the claim."""


def order_records(staging: Staging, progress: Progress) -> None:
    """Make these tables in the staging file, and fill them."""
    connection = staging.connection
    connection.executescript(_TABLES)
    steps = [
        staging.index,
        lambda: connection.executemany("INSERT INTO periods VALUES (?, ?)", _periods(staging)),
        lambda: connection.execute(_CLAIMS),
        lambda: connection.execute(_NEWEST_FIRST),
        lambda: connection.executemany(_COMPARISON, _comparisons(connection)),
        connection.commit,
    ]
    run_steps(steps, "Ordering", progress)


def _periods(staging: Staging) -> Iterator[tuple[str, str | None]]:
    """Yield every staged as_of, with its first day."""
    for edtf in staging.dates:
        yield edtf, read_period(edtf).start


def _comparisons(connection: sqlite3.Connection) -> Iterator[tuple[int | str | None, ...]]:
    """Yield the comparison of each report of the claims that have several."""
    for _, rows in groupby(connection.execute(_REPORTS), key=itemgetter(0)):
        reports = [
            Report(figure_of(CodedFigure(*columns[_CODED_FROM:]), connection), *columns[:_CODED_FROM])
            for _, *columns in rows
        ]
        for report, comparison in compare_reports(reports):
            yield report.number, *comparison
