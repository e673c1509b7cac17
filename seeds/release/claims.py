"""The rows of claims: what all reports of a claim agree on, the envelope of their figures, when it was last printed."""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from schema import tables
from schema.claim_json import Carriers
from schema.envelopes import Reported, envelope_of_reports

_SHARED = (
    *("group_position", "indicator_position", "region_position", "source_position"),
    *("as_of_start", "as_of_end"),
)
_OF_CLAIM = (*(f"staged.claims.{name}" for name in ("position", "id", *Carriers._fields)), *_SHARED)
"""The columns that are the same for all reports of a claim."""
_REPORTS = f"""
SELECT {", ".join((*_OF_CLAIM, *Reported._fields, "published_start"))}
FROM staged.claims CROSS JOIN main.estimates ON claim_position = claims.position
ORDER BY claims.position
"""  # noqa: S608 (names of columns)
_CLAIM = f"INSERT INTO claims VALUES ({', '.join('?' * len(tables.claims.columns))})"  # noqa: S608 (question marks)


def write_claims(connection: sqlite3.Connection) -> None:
    """Fill `claims` from `estimates` and from the claims of the attached staging file, `staged`."""
    connection.executemany(_CLAIM, _rows(connection.execute(_REPORTS)))


def _rows(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Yield the row of each claim, from the rows of its reports."""
    columns = len(_OF_CLAIM)
    for (position, id_, articles, outlets, agencies, *shared), members in groupby(rows, itemgetter(slice(columns))):
        reports_and_days = [(Reported(*row[columns:-1]), row[-1]) for row in members]
        envelope = envelope_of_reports([reported for reported, _ in reports_and_days])
        last_day = max((day for _, day in reports_and_days if day), default=None)
        yield (position, id_, *shared, *envelope, len(reports_and_days), articles, outlets, agencies, last_day)
