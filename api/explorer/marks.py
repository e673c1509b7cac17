"""Estimates → what a chart draws of them: panels, and in each the bars, fades, dots and lines.

A panel is of one group, indicator and region, for other figures cannot share an axis. Nothing is drawn at a number that
was not said: an open side fades out from the number that bounds it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, func, or_, select

from api.explorer.phrases import figure, when, words
from schema import tables
from schema.intervals import NUMBERS

_ESTIMATES = tables.estimates.c
MOST_MARKS, MOST_PANELS = 400, 4
FADES = (0.6, 0.45, 0.32, 0.21, 0.12, 0.05)
"""How solid the steps are in which an open side fades out."""

KEYS = ("indicator_id", "group_id", "region_id")
LETTERS = {
    **{"government": "G", "military": "M", "intelligence": "I", "coalition": "C", "intergovernmental": "U"},
    **{"armed_group": "A", "ngo": "N", "analyst": "E", "media": "P"},
}
"""What stands beside a mark for the kind of its source, so that colour alone never tells."""

DAY = 86_400_000


@dataclass(frozen=True)
class Panel:
    """What one axis shows: the ids and names of what it is of, and how many estimates it has."""

    key: tuple[str, str, str]
    title: str
    unit: str
    count: int
    marks: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Drawing:
    """All that a chart shows, and what it says of what it does not."""

    panels: list[Panel]
    total: int
    drawn: int
    claims: int
    vague: int
    other_panels: int
    aggregated: bool


def draw(connection: Connection, conditions: Sequence[ColumnElement[bool]]) -> Drawing:
    """Return what a chart of the estimates that meet the conditions shows."""
    numbered = or_(*(_ESTIMATES[name].is_not(None) for name in NUMBERS))
    counted = select(
        func.count().label("total"),
        func.count(case((numbered, 1))).label("numbered"),
        func.count(_ESTIMATES.claim_id.distinct()).label("claims"),
    ).where(*conditions)
    counts = connection.execute(counted).one()
    names = [_ESTIMATES[f"{kind}_name"] for kind in ("indicator", "group", "region")]
    keys = [_ESTIMATES[key] for key in KEYS]
    by_panel = (
        select(*keys, *names, _ESTIMATES.indicator_unit, func.count().label("estimates"))
        .where(*conditions, numbered)
        .group_by(*keys, *names, _ESTIMATES.indicator_unit)
        .order_by(func.count().desc(), *keys)
    )
    found = connection.execute(by_panel).all()
    shown = found[:MOST_PANELS]
    panels = [_panel(row, name_group=len({row.group_id for row in shown}) > 1) for row in shown]
    drawn = sum(panel.count for panel in panels)
    aggregated = drawn > MOST_MARKS
    for panel in panels:
        here = [*conditions, numbered, *(column == id_ for column, id_ in zip(keys, panel.key, strict=True))]
        panel.marks.extend(_yearly(connection, here) if aggregated else _single(connection, here))
    return Drawing(
        panels, counts.total, drawn, counts.claims, counts.total - counts.numbered, len(found) - len(panels), aggregated
    )


def _panel(row: Any, *, name_group: bool) -> Panel:
    what = f"{row.indicator_name}, {row.region_name}" + (f" ({row.group_name})" if name_group else "")
    unit = row.indicator_unit.value
    return Panel((row.indicator_id, row.group_id, row.region_id), what, unit, row.estimates)


def _single(connection: Connection, conditions: Sequence[ColumnElement[bool]]) -> Iterator[dict[str, Any]]:
    """Yield each estimate with its times in milliseconds; those of the same time are told apart by `place`."""
    found = connection.execute(select(tables.estimates).where(*conditions)).all()
    at_once: dict[tuple[Any, Any], list[Row[Any]]] = defaultdict(list)
    for row in sorted(found, key=lambda row: (row.claim_id, row.claim_rank)):
        at_once[row.as_of_start, row.as_of_end].append(row)
    for together in at_once.values():
        for index, row in enumerate(together):
            yield _mark(row, index - (len(together) - 1) / 2)


def _mark(row: Row[Any], place: float) -> dict[str, Any]:
    said: Mapping[str, Any] = {
        **{key: row._mapping[key] for key in (*NUMBERS, "granularity")},
        "hedge": row.hedge,
        "indicator": {"unit": row.indicator_unit.value},
    }
    given = [name for name in NUMBERS if said[name] is not None]
    numbers = [said[name] for name in given]
    return {
        "id": row.id,
        "href": f"/estimates/{row.id}",
        "numbers": sorted(set(numbers)),
        "anchor": max(numbers),
        "fades": -1 if given == ["high"] else 1 if given == ["low"] else 0,
        "start": milliseconds(row.as_of_start),
        "end": milliseconds(row.as_of_end, after=True),
        "place": place,
        "claim": row.claim_id,
        "reports": row.claim_reports,
        "rank": row.claim_rank,
        "disputed": bool(row.disputed),
        "kind": row.source_kind.value,
        "letter": LETTERS[row.source_kind.value],
        "hedge": words(str(row.hedge)),
        "figure": figure(said),
        "said": row.wording,
        "source": row.source_name,
        "as of": when(row.as_of_edtf),
        "printed in": row.article_title + (f" ({row.article_publisher})" if row.article_publisher else ""),
    }


def _yearly(connection: Connection, conditions: Sequence[ColumnElement[bool]]) -> Iterator[dict[str, Any]]:
    """Yield the lowest and the highest number said of each year in which an as_of starts, or ends if it is open."""
    year = func.substr(func.coalesce(_ESTIMATES.as_of_start, _ESTIMATES.as_of_end), 1, 4).label("year")
    lows = [func.min(_ESTIMATES[name]).label(f"lowest_{name}") for name in NUMBERS]
    highs = [func.max(_ESTIMATES[name]).label(f"highest_{name}") for name in NUMBERS]
    found = select(year, *lows, *highs, func.count().label("estimates"))
    for row in connection.execute(found.where(*conditions).group_by(year).order_by(year)):
        numbers = {value for name, value in row._mapping.items() if name not in ("year", "estimates")} - {None}
        yield {
            "numbers": sorted({min(numbers), max(numbers)}),
            "anchor": max(numbers),
            "start": milliseconds(f"{row.year}-01-01"),
            "end": milliseconds(f"{row.year}-12-31", after=True),
            "year": row.year,
            "estimates": row.estimates,
            "lowest said": min(numbers),
            "highest said": max(numbers),
        }


def milliseconds(day: str | None, *, after: bool = False) -> int | None:
    """Return when a day (ISO 8601) begins, or ends, in milliseconds since 1970; None stays None."""
    if day is None or day < "0001":
        return None
    first = date.fromisoformat(day)
    begins = datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp()
    return int(begins * 1000) + (DAY if after else 0)
