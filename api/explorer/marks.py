"""The marks of a chart: the estimates that a query finds, in panels.

A panel shows one topic (`api/read/topics.py`), because other figures cannot share an axis. A mark stands only
at numbers that were stated.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Row, Select, case, func, select

from api.query.conditions import estimate_conditions
from api.read.topics import COUNTS, KINDS, select_topics
from schema import tables
from schema.intervals import NUMBERS

DAY = 86_400_000
"""A day in milliseconds."""
MOST_MARKS, MOST_PANELS = 400, 4
_OPEN_SIDES: Mapping[tuple[str, ...], int] = {("high",): -1, ("low",): 1}
"""The open side of an estimate that states only these numbers."""

_ESTIMATES, _RENDERED = tables.estimates.c, tables.estimates_rendered.c
_NUMBERS = [_ESTIMATES[name] for name in NUMBERS]
_TOTALS = (*(f"all_{name}" for name in COUNTS), "all_panels")
"""The counts of all panels together, and the number of panels that have a number."""


@dataclass(frozen=True)
class Mark:
    """One estimate on a panel.

    `estimate` is its record. `numbers` are the different numbers stated, ascending. `open_side` is -1 where the
    estimate has no lower bound, 1 where it has no upper bound, else 0. `start` and `end` are the ends of its `as_of`
    in milliseconds since 1970, None where open. `offset` separates estimates of the same time: steps to the right of
    the middle. `rank` is its place among the reports of its claim.
    """

    estimate: Mapping[str, Any]
    numbers: list[float]
    open_side: int
    start: int | None
    end: int | None
    offset: float
    rank: int


@dataclass(frozen=True)
class Year:
    """One year of a panel with too many estimates: the `numbers` are its lowest and highest, or one if they are equal.

    `start` and `end` are when it begins and ends, in milliseconds since 1970; the year 0 has no start.
    """

    year: str
    estimates: int
    numbers: list[float]
    start: int | None
    end: int | None


@dataclass(frozen=True)
class Panel:
    """One axis of numbers with its marks, or with years instead of them; `count` is the number of its estimates."""

    title: str
    unit: str
    count: int
    marks: Sequence[Mark]
    years: Sequence[Year]

    @property
    def items(self) -> Sequence[Mark | Year]:
        """Return the marks, or the years where there are too many marks."""
        return self.marks or self.years

    @property
    def numbers(self) -> list[float]:
        """Return all numbers on the panel."""
        return [number for item in self.items for number in item.numbers]


@dataclass(frozen=True)
class Chart:
    """The content of a chart, with the counts of what its query finds.

    `vague` estimates have no number, and `other_panels` have fewer estimates than the panels shown. `aggregated` says
    that the panels hold years instead of marks.
    """

    panels: Sequence[Panel]
    estimates: int
    claims: int
    vague: int
    other_panels: int
    aggregated: bool


def read_chart(connection: Connection, query: Mapping[str, Any]) -> Chart:
    """Return the chart of the estimates that a query finds: at most MOST_PANELS panels, those with most estimates."""
    rows = connection.execute(_select_fullest_panels(query)).all()
    estimates, numbered, claims, panels = (rows[0]._mapping[name] if rows else 0 for name in _TOTALS)
    shown = [row for row in rows if row.numbered]
    aggregated = sum(row.numbered for row in shown) > MOST_MARKS
    conditions = [*estimate_conditions(query), func.coalesce(*_NUMBERS).is_not(None)]
    with_group = len({row.group_position for row in shown}) > 1
    return Chart(
        [_read_panel(connection, row, conditions, with_group=with_group, aggregated=aggregated) for row in shown],
        estimates,
        claims,
        vague=estimates - numbered,
        other_panels=panels - len(shown),
        aggregated=aggregated,
    )


def _select_fullest_panels(query: Mapping[str, Any]) -> Select[Any]:
    """Return the statement of the fullest panels, with the totals of all; a claim is in one panel, so claims add up."""
    panels = select_topics(query).subquery()
    counts = [*(func.sum(panels.c[name]) for name in COUNTS), func.count(case((panels.c.numbered > 0, 1)))]
    totals = [count.over().label(name) for name, count in zip(_TOTALS, counts, strict=True)]
    keys = [panels.c[f"{kind}_position"] for kind in KINDS]
    return select(panels, *totals).order_by(panels.c.numbered.desc(), *keys).limit(MOST_PANELS)


def _read_panel(
    connection: Connection,
    counts: Row[Any],
    conditions: Sequence[ColumnElement[bool]],
    *,
    with_group: bool,
    aggregated: bool,
) -> Panel:
    """Return a panel; `counts` is its row of `select_topics`, `conditions` find the estimates of all panels."""
    positions = {kind: counts._mapping[f"{kind}_position"] for kind in KINDS}
    terms = {}
    for kind, position in positions.items():
        table = tables.RESOURCES[f"{kind}s"]
        terms[kind] = connection.execute(select(table).where(table.c.position == position)).one()
    title = f"{terms['indicator'].name}, {terms['region'].name}"
    if with_group:
        title += f" ({terms['group'].name})"
    in_panel = [*conditions, *(_ESTIMATES[f"{kind}_position"] == position for kind, position in positions.items())]
    marks = [] if aggregated else _read_marks(connection, in_panel)
    years = _read_years(connection, in_panel) if aggregated else []
    return Panel(title, terms["indicator"].unit.value, counts.numbered, marks, years)


def _read_marks(connection: Connection, conditions: Sequence[ColumnElement[bool]]) -> list[Mark]:
    """Return a mark for each estimate; those of the same time stand side by side, in the order of claims."""
    statement = (
        select(_ESTIMATES.claim_rank, _RENDERED.json)
        .join_from(tables.estimates, tables.estimates_rendered, _ESTIMATES.position == _RENDERED.position)
        .where(*conditions)
        .order_by(_ESTIMATES.claim_position, _ESTIMATES.claim_rank)
    )
    by_time: dict[tuple[Any, Any], list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    for row in connection.execute(statement):
        estimate = orjson.loads(row.json)
        by_time[estimate["as_of"]["start"], estimate["as_of"]["end"]].append((row.claim_rank, estimate))
    return [
        _mark(estimate, rank, index - (len(estimates) - 1) / 2)
        for estimates in by_time.values()
        for index, (rank, estimate) in enumerate(estimates)
    ]


def _mark(estimate: Mapping[str, Any], rank: int, offset: float) -> Mark:
    stated = tuple(name for name in NUMBERS if estimate[name] is not None)
    return Mark(
        estimate,
        numbers=sorted({estimate[name] for name in stated}),
        open_side=_OPEN_SIDES.get(stated, 0),
        start=milliseconds(estimate["as_of"]["start"]),
        end=milliseconds(estimate["as_of"]["end"], after=True),
        offset=offset,
        rank=rank,
    )


def _read_years(connection: Connection, conditions: Sequence[ColumnElement[bool]]) -> list[Year]:
    """Return the years in which an as_of starts, or ends if its start is open, with their lowest and highest number."""
    year = func.substr(func.coalesce(_ESTIMATES.as_of_start, _ESTIMATES.as_of_end), 1, 4).label("year")
    ends = [end(_ESTIMATES[name]) for end in (func.min, func.max) for name in NUMBERS]
    statement = select(year, func.count(), *ends).where(*conditions).group_by(year).order_by(year)
    years = []
    for name, estimates, *numbers in connection.execute(statement):
        stated = [number for number in numbers if number is not None]
        first, last = milliseconds(f"{name}-01-01"), milliseconds(f"{name}-12-31", after=True)
        years.append(Year(name, estimates, sorted({min(stated), max(stated)}), first, last))
    return years


def milliseconds(day: str | None, *, after: bool = False) -> int | None:
    """Return when a day (ISO 8601) begins, or ends, in milliseconds since 1970; None for None and the year 0."""
    if day is None or day < "0001":
        return None
    first = date.fromisoformat(day)
    begins = datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp()
    return int(begins * 1000) + (DAY if after else 0)
