"""Estimates → what a chart draws of them: panels, and in each the bars, fades, dots and lines.

A panel is of one group, indicator and region, for other figures cannot share an axis. Nothing is drawn at a number that
was not said: an open side fades out from the number that bounds it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Select, case, func, select

from api.explorer.phrases import figure, when, words
from api.query.conditions import estimate_conditions, series_conditions
from schema import tables
from schema.intervals import NUMBERS

_ESTIMATES, _RENDERED = tables.estimates.c, tables.estimates_rendered.c
_COUNTED = ("estimates", "numbered", "claims")
"""What is counted of a panel."""
_TOGETHER = (*(f"all_{name}" for name in _COUNTED), "filled")
"""What is counted of all panels together, with how many have something to draw."""
_NUMBERS = [_ESTIMATES[name] for name in NUMBERS]
MOST_MARKS, MOST_PANELS = 400, 4
FADES = (0.6, 0.45, 0.32, 0.21, 0.12, 0.05)
"""How solid the steps are in which an open side fades out."""

KINDS = ("indicator", "group", "region")
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


def draw(connection: Connection, query: Mapping[str, Any]) -> Drawing:
    """Return what a chart of the estimates that a query asks for shows."""
    conditions = [*estimate_conditions(query), func.coalesce(*_NUMBERS).is_not(None)]
    rows = connection.execute(_fullest_panels(query)).all()
    total, numbered, claims, filled = (rows[0]._mapping[name] if rows else 0 for name in _TOGETHER)
    shown = [row for row in rows if row.numbered]
    panels = [_panel(connection, row, name_group=len({row.group_position for row in shown}) > 1) for row in shown]
    drawn = sum(panel.count for panel in panels)
    aggregated = drawn > MOST_MARKS
    for panel, row in zip(panels, shown, strict=True):
        here = [*conditions, *(_ESTIMATES[f"{kind}_position"] == row._mapping[f"{kind}_position"] for kind in KINDS)]
        panel.marks.extend(_yearly(connection, here) if aggregated else _single(connection, here))
    return Drawing(panels, total, drawn, claims, total - numbered, filled - len(panels), aggregated)


def _fullest_panels(query: Mapping[str, Any]) -> Select[Any]:
    """Return the statement of the fullest panels, with what all hold together; a claim is of one, so they add up."""
    panels = _panels(query).subquery()
    counts = [*(func.sum(panels.c[name]) for name in _COUNTED), func.count(case((panels.c.numbered > 0, 1)))]
    together = [count.over().label(name) for name, count in zip(_TOGETHER, counts, strict=True)]
    keys = [panels.c[f"{kind}_position"] for kind in KINDS]
    return select(panels, *together).order_by(panels.c.numbered.desc(), *keys).limit(MOST_PANELS)


def _panels(query: Mapping[str, Any]) -> Select[Any]:
    """Return the statement of how much each panel holds: read where it was counted, or counted."""
    rolled_up, series = series_conditions(query), tables.series_rollup.c
    if rolled_up is not None:
        table, conditions = tables.series_rollup, rolled_up
        counts = [func.sum(series[name]).label(name) for name in _COUNTED]
    else:
        table, conditions = tables.estimates, estimate_conditions(query)
        counts = [
            func.count().label("estimates"),
            func.count(func.coalesce(*_NUMBERS)).label("numbered"),
            func.count(_ESTIMATES.claim_position.distinct()).label("claims"),
        ]
    keys = [table.c[f"{kind}_position"] for kind in KINDS]
    return select(*keys, *counts).where(*conditions).group_by(*keys)


def _panel(connection: Connection, row: Any, *, name_group: bool) -> Panel:
    said = {}
    for kind in KINDS:
        table = tables.RESOURCES[f"{kind}s"]
        said[kind] = connection.execute(select(table).where(table.c.position == row._mapping[f"{kind}_position"])).one()
    indicator, group, region = (said[kind] for kind in KINDS)
    what = f"{indicator.name}, {region.name}" + (f" ({group.name})" if name_group else "")
    return Panel((indicator.id, group.id, region.id), what, indicator.unit.value, row.numbered)


def _single(connection: Connection, conditions: Sequence[ColumnElement[bool]]) -> Iterator[dict[str, Any]]:
    """Yield each estimate with its times in milliseconds; those of the same time are told apart by `place`."""
    found = (
        select(_ESTIMATES.claim_rank, _RENDERED.json)
        .join_from(tables.estimates, tables.estimates_rendered, _ESTIMATES.position == _RENDERED.position)
        .where(*conditions)
        .order_by(_ESTIMATES.claim_position, _ESTIMATES.claim_rank)
    )
    at_once: dict[tuple[Any, Any], list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    for row in connection.execute(found):
        record = orjson.loads(row.json)
        at_once[record["as_of"]["start"], record["as_of"]["end"]].append((row.claim_rank, record))
    for together in at_once.values():
        for index, (rank, record) in enumerate(together):
            yield _mark(record, rank, index - (len(together) - 1) / 2)


def _mark(record: Mapping[str, Any], rank: int, place: float) -> dict[str, Any]:
    given = [name for name in NUMBERS if record[name] is not None]
    numbers = [record[name] for name in given]
    source, article = record["source"], record["article"]
    return {
        "id": record["id"],
        "href": record["url"],
        "numbers": sorted(set(numbers)),
        "anchor": max(numbers),
        "fades": -1 if given == ["high"] else 1 if given == ["low"] else 0,
        "start": milliseconds(record["as_of"]["start"]),
        "end": milliseconds(record["as_of"]["end"], after=True),
        "place": place,
        "claim": record["claim"]["id"],
        "reports": record["claim"]["reports"],
        "rank": rank,
        "disputed": record["disputed"],
        "kind": source["kind"],
        "letter": LETTERS[source["kind"]],
        "hedge": words(record["hedge"]),
        "figure": figure(record),
        "said": record["wording"],
        "source": source["name"],
        "as of": when(record["as_of"]["edtf"]),
        "printed in": article["title"] + (f" ({article['publisher']})" if article["publisher"] else ""),
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
