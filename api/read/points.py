"""The points of a series: a point combines the estimates of one interval of time; each estimate is in one point."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby, islice, pairwise
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select, tuple_

from api.query.conditions import estimate_conditions, series_conditions
from api.query.filters import Parameters
from api.read.pages import Page, Start, count, streamed
from api.read.resources import POSITIONS
from api.read.time_intervals import Interval, first_day, last_day, number_of
from schema import tables
from schema.envelopes import Reported, envelope_of_reports
from schema.intervals import NUMBERS
from schema.records import STUBS
from schema.store.release import Release
from schema.tables import AFTER_ALL, BEFORE_ALL
from schema.terms import IndicatorKind

_ESTIMATES = tables.estimates.c


class By(StrEnum):
    """The order of series; SOURCE and CLAIM also divide the series of a group and region further."""

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


_PARTS = {
    By.REGION: ("region", "group"),
    By.GROUP: ("group", "region"),
    By.SOURCE: ("source", "region", "group"),
    By.CLAIM: ("claim",),
}
_STUBS = {key: stub() for key, stub in STUBS.items()}
_MEMBER_KEYS = ("id", *NUMBERS, "low_inclusive", "high_inclusive", "hedge")

_COLUMNS = [
    *(
        tables.RESOURCES[f"{kind}s"].c[key].label(f"{kind}_{key}")
        for kind, keys in (*((kind, stub.fields) for kind, stub in _STUBS.items()), ("claim", ("id",)))
        for key in keys
    ),
    *(_ESTIMATES[key] for key in ("claim_rank", "granularity", "scope", "as_of_start", "as_of_end")),
    *(_ESTIMATES[key] for key in dict.fromkeys((*_MEMBER_KEYS, *Reported._fields))),
]


@dataclass(frozen=True)
class Points:
    """The points of one indicator, series by series, each by time; its pages start at an offset.

    `parameters` are those of /series: filters, `interval` and `by`. `render` returns a point as JSON. A page reads only
    the estimates of its points.
    """

    release: Release
    parameters: Parameters
    render: Callable[[dict[str, Any]], bytes]

    def page(self, start: Start, limit: int) -> Page:
        """Return the points from an offset on."""
        connection, points = self.release.connection(), self._points()
        counted = points.add_columns(func.count().over().label("total"))
        rows = list(connection.execute(counted.limit(limit).offset(start.offset)))
        if not rows:
            return Page([], count(connection, points))
        between = tuple_(*self._keys()).between(tuple_(*rows[0][:-1]), tuple_(*rows[-1][:-1]))
        members = connection.execute(self._members().where(*self._series_of(rows), between))
        return Page(list(self._render(members)), rows[0].total)

    def stream(self, start: Start) -> Iterator[bytes]:
        """Return all points from an offset on."""
        statement = self._members()

        def members() -> Iterator[Row[Any]]:
            with self.release.engine.connect() as connection:
                for rows in streamed(connection, statement):
                    yield from rows

        return islice(self._render(members()), start.offset, None)

    @property
    def _parts(self) -> tuple[str, ...]:
        """The kinds of records that identify a series, in the order of sorting."""
        return _PARTS[self.parameters["by"]]

    def _rolled_up(self) -> list[ColumnElement[bool]] | None:
        """Return the conditions on `series_rollup` if its rows are the points that are asked for; else None."""
        if self.parameters["interval"] is not Interval.YEAR or self.parameters["by"] not in (By.REGION, By.GROUP):
            return None
        return series_conditions(self.parameters)

    def _series_of(self, points: Sequence[Row[Any]]) -> list[ColumnElement[bool]]:
        """Return the conditions of the points' series, for SQLite to use an index; none if points are not rolled up."""
        if self._rolled_up() is None:
            return []
        columns = [_ESTIMATES[f"{part}_position"] for part in self._parts]
        indicator = POSITIONS["indicators"].value(self.release.connection(), id=self.parameters["indicator"][0])
        series = sorted({point[: len(columns)] for point in points})
        return [_ESTIMATES.indicator_position == indicator, tuple_(*columns).in_(series)]

    def _points(self) -> Select[Any]:
        """Return the SELECT of the keys of all points, in order: from `series_rollup`, or else from `estimates`."""
        rolled_up = self._rolled_up()
        if rolled_up is not None:
            names = (*(f"{part}_position" for part in self._parts), "first_year", "last_year")
            keys: list[Any] = [tables.series_rollup.c[name] for name in names]
            rows = select(*keys).where(*rolled_up)
        else:
            keys = [key.label(f"key_{number}") for number, key in enumerate(self._keys())]
            rows = select(*keys).where(*estimate_conditions(self.parameters)).group_by(*keys)
        return rows.order_by(*keys)

    def _members(self) -> Select[Any]:
        """Return the SELECT of the estimates that match, in the order of the points."""
        members = select(*_COLUMNS, *self._keys()).select_from(tables.estimates)
        for kind in (*_STUBS, "claim"):
            table = tables.RESOURCES[f"{kind}s"]
            members = members.join(table, table.c.position == _ESTIMATES[f"{kind}_position"])
        return members.where(*estimate_conditions(self.parameters)).order_by(*self._keys(), _ESTIMATES.position)

    def _keys(self) -> list[ColumnElement[int]]:
        """Return the columns that identify a point, as numbers; an open start is least, an open end greatest."""
        interval = self.parameters["interval"]
        start = number_of(_ESTIMATES.as_of_start, interval, BEFORE_ALL).label("first")
        end = number_of(_ESTIMATES.as_of_end, interval, AFTER_ALL).label("last")
        return [*(_ESTIMATES[f"{part}_position"] for part in self._parts), start, end]

    def _render(self, members: Iterable[Row[Any]]) -> Iterator[bytes]:
        def key(row: Row[Any]) -> tuple[Any, ...]:
            return (*(row._mapping[f"{part}_id"] for part in self._parts), row.first, row.last)

        for _, estimates in groupby(members, key):
            yield self.render(_point(list(estimates), self.parameters["interval"], self.parameters["by"]))


def _point(members: list[Row[Any]], interval: Interval, by: By) -> dict[str, Any]:
    """Return the point of some estimates, with the keys of `PointSchema`."""
    first = members[0]._mapping
    stubs: dict[str, Any] = {
        name: {key: first[f"{name}_{key}"] for key in stub.fields} for name, stub in _STUBS.items()
    }
    if by not in (By.SOURCE, By.CLAIM):
        stubs["source"] = None
    reports = [Reported(*(row._mapping[name] for name in Reported._fields)) for row in members]
    rule, summed = _summed(members)
    return stubs | {
        "claim": first["claim_id"] if by is By.CLAIM else None,
        "start": first_day(first["first"], interval),
        "end": last_day(first["last"], interval),
        **envelope_of_reports(reports)._asdict(),
        "estimates": len(members),
        "claims": len({row.claim_id for row in members}),
        "sources": len({row.source_id for row in members}),
        "sum": summed,
        "sum_rule": rule,
        "members": [
            {
                **{"claim": row.claim_id, "source": row.source_id, "derived": row.derived},
                **{key: row._mapping[key] for key in _MEMBER_KEYS},
            }
            for row in members
        ],
    }


def _summed(members: Iterable[Row[Any]]) -> tuple[SumRule, dict[str, Any] | None]:
    """Return the rule of a sum, and the sum of a flow's claims, each by its first report, or None."""
    first_reports: dict[str, Row[Any]] = {}
    for row in sorted(members, key=lambda row: row.claim_rank):
        first_reports.setdefault(row.claim_id, row)
    reports = list(first_reports.values())
    if reports[0].indicator_kind != IndicatorKind.FLOW:
        return SumRule.NOT_A_FLOW, None
    if _overlap(reports):
        return SumRule.OVERLAPPING, None
    if len({row.scope for row in reports}) > 1:
        return SumRule.OTHER_SCOPES, None
    # A derived number was not stated, so it counts as missing; if a number is missing, there is no sum.
    numbers: dict[str, list[Any]] = {
        name: [None if row.derived else row._mapping[name] for row in reports] for name in NUMBERS
    }
    sums = {name: None if None in values else round(sum(values), 6) for name, values in numbers.items()}
    inclusive = {
        f"{name}_inclusive": None if sums[name] is None else all(row._mapping[f"{name}_inclusive"] for row in reports)
        for name in ("low", "high")
    }
    granularities = [row.granularity for row in reports if row.granularity is not None]
    return SumRule.APART, sums | inclusive | {"granularity": max(granularities, default=None)}


def _overlap(rows: list[Row[Any]]) -> bool:
    """Return whether any two of the figures have a day of their as_of in common."""
    if len(rows) == 1:
        return False
    if any(row.as_of_start is None or row.as_of_end is None for row in rows):
        return True
    times = sorted((row.as_of_start, row.as_of_end) for row in rows)
    return any(later[0] <= earlier[1] for earlier, later in pairwise(times))
