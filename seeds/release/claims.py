"""The rows of claims: the columns on which all reports of a claim agree, and the envelope of their figures."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import groupby
from operator import attrgetter
from typing import Any

from schema import tables
from schema.claim_json import Carriers
from schema.envelopes import envelope_of_reports

_SHARED = (
    *("group_position", "indicator_position", "region_position", "source_position"),
    *("as_of_start", "as_of_end"),
)


@dataclass(slots=True)
class _Report:
    """A report with its claim; the fields are columns."""

    claim_position: int
    claim: str
    articles: int
    outlets: int
    agencies: int
    group_position: int
    indicator_position: int
    region_position: int
    source_position: int
    as_of_start: str | None
    as_of_end: str | None
    derived: int
    article_position: int
    locus: str
    hedge: str
    low: float | None
    best: float | None
    high: float | None
    low_inclusive: bool | None
    high_inclusive: bool | None
    value_low: float | None
    value_high: float | None


_OF_REPORT = [field.name for field in fields(_Report)].index("group_position")
"""The place of the first field that is a column of `estimates`."""
_REPORTS = f"""
SELECT {", ".join(f"staged.claims.{name}" for name in ("position", "id", *Carriers._fields))},
       {", ".join(field.name for field in fields(_Report)[_OF_REPORT:])}
FROM staged.claims CROSS JOIN main.estimates ON claim_position = claims.position
ORDER BY claims.position
"""  # noqa: S608 (names of columns)
_CLAIM = f"INSERT INTO claims VALUES ({', '.join('?' * len(tables.claims.columns))})"  # noqa: S608 (question marks)


def write_claims(connection: sqlite3.Connection) -> None:
    """Fill `claims` from `estimates` and from the claims of the attached staging file, `staged`."""
    reports = (_Report(*row) for row in connection.execute(_REPORTS))
    connection.executemany(_CLAIM, _rows(reports))


def _rows(reports: Iterator[_Report]) -> Iterator[tuple[Any, ...]]:
    for position, reports_of_claim in groupby(reports, attrgetter("claim_position")):
        members = list(reports_of_claim)
        first = members[0]
        envelope = envelope_of_reports([report for report in members if not report.derived])
        shared = (getattr(first, name) for name in _SHARED)
        carriers = (getattr(first, name) for name in Carriers._fields)
        yield (position, first.claim, *shared, *envelope, len(members), *carriers)
