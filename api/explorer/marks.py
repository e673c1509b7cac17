"""The content of a chart: the claims that a query finds, in panels, or ranges by year where there are too many.

A panel shows one topic (`api/read/topics.py`), because other figures cannot share an axis. A claim is one row of a
panel, labelled with the time that it describes, so no mark can stand at another time, and none hides another. Its marks
stand only at numbers that were stated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from api.query.conditions import estimate_conditions
from api.read.records import reader_of
from api.read.topics import COUNTS, KINDS, select_topics
from schema import tables
from schema.intervals import NUMBERS

MOST_MARKS = 60
"""The most claims that have a row each; where there are more, the rows are years."""
MOST_PANELS, MOST_PANELS_OF_YEARS = 8, 4
"""The most panels of claims, and of years, for which all estimates of a panel have to be read."""
_OPEN_SIDES: Mapping[tuple[str, ...], int] = {("high",): -1, ("low",): 1}
"""The open side of an estimate that states only these numbers."""

_ESTIMATES = tables.estimates.c
_NUMBERS = [_ESTIMATES[name] for name in NUMBERS]
_TOTALS = (*(f"all_{name}" for name in COUNTS), "all_panels")
"""The counts of all panels together, and the number of panels."""


@dataclass(frozen=True)
class Mark:
    """One claim on a panel, as the first of its reports that the query finds says it.

    `estimate` is that report's record. `numbers` are the different numbers that it states, ascending; none where it
    says no number ("hundreds"). `open_side` is -1 where it has no lower bound, 1 where it has no upper bound, else 0.
    """

    estimate: Mapping[str, Any]
    numbers: list[float]
    open_side: int


@dataclass(frozen=True)
class Year:
    """One year of a panel with too many claims: the `numbers` are its lowest and highest, or one if they are equal."""

    year: str
    estimates: int
    numbers: list[float]


@dataclass(frozen=True)
class Panel:
    """One axis of numbers with a row for each claim, or for each year instead; newest first.

    `estimates` and `claims` are how many of them the query finds here.
    """

    title: str
    unit: str
    estimates: int
    claims: int
    rows: Sequence[Mark] | Sequence[Year]

    @property
    def numbers(self) -> list[float]:
        """Return all numbers on the panel."""
        return [number for row in self.rows for number in row.numbers]


@dataclass(frozen=True)
class Chart:
    """The content of a chart, with the counts of what its query finds.

    `vague` estimates say no number, and `other_panels` are not shown. `aggregated` says that the rows are years.
    """

    panels: Sequence[Panel]
    estimates: int
    claims: int
    vague: int
    other_panels: int
    aggregated: bool


def read_chart(connection: Connection, query: Mapping[str, Any]) -> Chart:
    """Return the chart of the estimates that a query finds: the panels with most estimates."""
    rows = connection.execute(_select_fullest_panels(query)).all()
    estimates, numbered, claims, panels = (rows[0]._mapping[name] if rows else 0 for name in _TOTALS)
    aggregated = sum(row.claims for row in rows) > MOST_MARKS
    shown = [row for row in rows if row.numbered][:MOST_PANELS_OF_YEARS] if aggregated else rows
    conditions = estimate_conditions(query)
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
    counts = [*(func.sum(panels.c[name]) for name in COUNTS), func.count()]
    totals = [count.over().label(name) for name, count in zip(_TOTALS, counts, strict=True)]
    keys = [panels.c[f"{kind}_position"] for kind in KINDS]
    return (
        select(panels, *totals).order_by(panels.c.numbered.desc(), panels.c.estimates.desc(), *keys).limit(MOST_PANELS)
    )


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
    read_rows = _read_years if aggregated else _read_marks
    unit = terms["indicator"].unit
    return Panel(title, unit, counts.estimates, counts.claims, read_rows(connection, in_panel))


def _read_marks(connection: Connection, conditions: Sequence[ColumnElement[bool]]) -> list[Mark]:
    """Return a mark for each claim, the newest first."""
    statement = (
        select(_ESTIMATES.claim_position, _ESTIMATES.position)
        .where(*conditions)
        .order_by(_ESTIMATES.claim_position, _ESTIMATES.claim_rank.desc())
    )
    first_reports = {row.claim_position: row.position for row in connection.execute(statement)}
    rendered = reader_of(tables.estimates)(connection, list(first_reports.values()))
    marks = [_mark(orjson.loads(json)) for json in rendered]
    return sorted(marks, key=_time, reverse=True)


def _time(mark: Mark) -> tuple[str, str]:
    """Return what claims are ordered by: the end of their `as_of`, then its start."""
    as_of = mark.estimate["as_of"]
    return as_of["end"] or "9999-12-31", as_of["start"] or ""


def _mark(estimate: Mapping[str, Any]) -> Mark:
    stated = tuple(name for name in NUMBERS if estimate[name] is not None)
    numbers = sorted({estimate[name] for name in stated})
    return Mark(estimate, numbers, _OPEN_SIDES.get(stated, 0))


def _read_years(connection: Connection, conditions: Sequence[ColumnElement[bool]]) -> list[Year]:
    """Return the years in which an as_of starts, or ends if its start is open, with their lowest and highest number."""
    year = func.substr(func.coalesce(_ESTIMATES.as_of_start, _ESTIMATES.as_of_end), 1, 4).label("year")
    ends = [end(_ESTIMATES[name]) for end in (func.min, func.max) for name in NUMBERS]
    with_number = func.coalesce(*_NUMBERS).is_not(None)
    statement = select(year, func.count(), *ends).where(*conditions, with_number).group_by(year).order_by(year.desc())
    years = []
    for name, estimates, *numbers in connection.execute(statement):
        stated = [number for number in numbers if number is not None]
        years.append(Year(name, estimates, sorted({min(stated), max(stated)})))
    return years
