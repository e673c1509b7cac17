"""The years of a question as bars: how many estimates describe each."""

from collections.abc import Mapping
from typing import Any

from api.endpoints.facets import counts
from api.query.filters import Parameters
from schema.intervals import read_period

MOST_YEARS = 60
"""The most years that have a bar, the newest ones; earlier ones are found by a time from and to."""


def years_of(query: Parameters) -> dict[str, Any]:
    """Return the years that the estimates of a query describe, without its `as_of`, the newest first.

    `values` are dictionaries of `year`, `count`, `share` (percent of the greatest count) and `is_chosen`, whether the
    year lies in the query's `as_of`; `earlier` is the number of years left out. An estimate counts in each year that
    its as_of overlaps.
    """
    others: Mapping[str, Any] = {name: value for name, value in query.items() if name != "as_of"}
    values = sorted(counts("as_of_year", others), key=lambda value: value["value"], reverse=True)
    shown = values[:MOST_YEARS]
    greatest = max((value["count"] for value in shown), default=1)
    first, last = _chosen(query.get("as_of"))
    bars = [
        {
            **{"year": value["value"], "count": value["count"], "share": round(100 * value["count"] / greatest, 1)},
            "is_chosen": first <= value["value"] <= last,
        }
        for value in shown
    ]
    return {"values": bars, "earlier": len(values) - len(shown)}


def _chosen(as_of: str | None) -> tuple[str, str]:
    """Return the first and the last year of an `as_of`; a pair that no year lies between if there is none."""
    if as_of is None:
        return "9999", "0000"
    period = read_period(as_of)
    return (period.start or "0000")[:4], (period.end or "9999")[:4]
