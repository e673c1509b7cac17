"""Estimates → the points of series: each estimate in one point, and of each the widest numbers that were said."""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import groupby, pairwise
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from schema import tables
from schema.intervals import NUMBERS
from schema.records import GroupStub, IndicatorStub, RegionStub, SourceStub
from schema.terms import IndicatorKind

_ESTIMATES = tables.estimates.c


class Interval(StrEnum):
    """How long a point's time is."""

    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"


class By(StrEnum):
    """What series are ordered by, and parted by beside group and region."""

    REGION = "region"
    GROUP = "group"
    SOURCE = "source"
    CLAIM = "claim"


class SumRule(StrEnum):
    """Whether the numbers of a point's claims add up, and if not, why."""

    NOT_A_FLOW = "not_a_flow"
    APART = "apart"
    OVERLAPPING = "overlapping"
    OTHER_SCOPES = "other_scopes"


_MONTHS = {Interval.YEAR: 12, Interval.QUARTER: 3, Interval.MONTH: 1}
_KEYS = {
    By.REGION: ("region_id", "group_id"),
    By.GROUP: ("group_id", "region_id"),
    By.SOURCE: ("source_id", "region_id", "group_id"),
    By.CLAIM: ("claim_id",),
}
_STUBS = {"indicator": IndicatorStub(), "group": GroupStub(), "region": RegionStub(), "source": SourceStub()}


def points(
    connection: Connection, conditions: Sequence[ColumnElement[bool]], interval: Interval, by: By
) -> Iterator[dict[str, Any]]:
    """Yield the points of every series of the estimates that meet the conditions, in the order of time."""
    found = select(*(_ESTIMATES[name] for name in _READ)).where(*conditions).order_by(_ESTIMATES.position)

    def key(row: Row[Any]) -> tuple[Any, ...]:
        start, end = _start(row.as_of_start, interval), _end(row.as_of_end, interval)
        return (*(row._mapping[name] for name in _KEYS[by]), start or "", end is None, end or "")

    for _, members in groupby(sorted(connection.execute(found), key=key), key):
        yield _point(list(members), interval, by)


def _start(day: str | None, interval: Interval) -> str | None:
    """Return the first day of the interval that a day (ISO 8601) lies in."""
    if day is None:
        return None
    months = _MONTHS[interval]
    return f"{day[:4]}-{(int(day[5:7]) - 1) // months * months + 1:02}-01"


def _end(day: str | None, interval: Interval) -> str | None:
    """Return the last day of the interval that a day (ISO 8601) lies in."""
    if day is None:
        return None
    months = _MONTHS[interval]
    month = ((int(day[5:7]) - 1) // months + 1) * months
    return f"{day[:4]}-{month:02}-{monthrange(int(day[:4]), month)[1]}"


def _point(members: list[Row[Any]], interval: Interval, by: By) -> dict[str, Any]:
    first = members[0]._mapping
    parted = {"source": by in (By.SOURCE, By.CLAIM)}
    stubs = {
        name: {key: first[f"{name}_{key}"] for key in stub.fields} if parted.get(name, True) else None
        for name, stub in _STUBS.items()
    }
    printed = [row for row in members if row.derived_from is None]
    rule, summed = _summed(members)
    return stubs | {
        "claim": first["claim_id"] if by is By.CLAIM else None,
        "start": _start(first["as_of_start"], interval),
        "end": _end(first["as_of_end"], interval),
        **_envelope(printed),
        "estimates": len(members),
        "claims": len({row.claim_id for row in members}),
        "sources": len({row.source_id for row in members}),
        "sum": summed,
        "sum_rule": rule,
        "members": [
            {
                **{"claim": row.claim_id, "source": row.source_id, "derived": row.derived_from is not None},
                **{key: row._mapping[key] for key in _MEMBER_KEYS},
            }
            for row in members
        ],
    }


_MEMBER_KEYS = ("id", *NUMBERS, "low_inclusive", "high_inclusive", "hedge")


_READ = (
    *(f"{name}_{key}" for name, stub in _STUBS.items() for key in stub.fields),
    *("claim_id", "claim_rank", "as_of_start", "as_of_end", "granularity", "scope", "derived_from", *_MEMBER_KEYS),
)


def _envelope(printed: list[Row[Any]]) -> dict[str, Any]:
    """Return the lowest low, the one best, and the highest high that were said, and whether the ends are meant."""
    said = {name: {row._mapping[name] for row in printed} - {None} for name in NUMBERS}
    low, high = min(said["low"], default=None), max(said["high"], default=None)
    meant = {
        "low_inclusive": [row.low_inclusive for row in printed if row.low == low],
        "high_inclusive": [row.high_inclusive for row in printed if row.high == high],
    }
    return {
        "low": low,
        "best": next(iter(said["best"])) if len(said["best"]) == 1 else None,
        "high": high,
        "low_inclusive": None if low is None else any(meant["low_inclusive"]),
        "high_inclusive": None if high is None else any(meant["high_inclusive"]),
    }


def _summed(members: Iterable[Row[Any]]) -> tuple[SumRule, dict[str, Any] | None]:
    """Return the numbers of a flow's claims together, each by its first report, and whether they may be summed."""
    claims: dict[str, Row[Any]] = {}
    for row in sorted(members, key=lambda row: row.claim_rank):
        claims.setdefault(row.claim_id, row)
    said = list(claims.values())
    if said[0].indicator_kind != IndicatorKind.FLOW:
        return SumRule.NOT_A_FLOW, None
    if _overlap(said):
        return SumRule.OVERLAPPING, None
    if len({row.scope for row in said}) > 1:
        return SumRule.OTHER_SCOPES, None
    # What was worked out was not said, and no number stands for what was not said.
    given: dict[str, list[Any]] = {
        name: [None if row.derived_from else row._mapping[name] for row in said] for name in NUMBERS
    }
    summed = {name: None if None in numbers else round(sum(numbers), 6) for name, numbers in given.items()}
    meant = {
        f"{name}_inclusive": None if summed[name] is None else all(row._mapping[f"{name}_inclusive"] for row in said)
        for name in ("low", "high")
    }
    rounded = [row.granularity for row in said if row.granularity is not None]
    return SumRule.APART, summed | meant | {"granularity": max(rounded, default=None)}


def _overlap(rows: list[Row[Any]]) -> bool:
    """Say whether two of some figures describe a day in common."""
    if len(rows) == 1:
        return False
    if any(row.as_of_start is None or row.as_of_end is None for row in rows):
        return True
    times = sorted((row.as_of_start, row.as_of_end) for row in rows)
    return any(later[0] <= earlier[1] for earlier, later in pairwise(times))
