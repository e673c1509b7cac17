"""A chart on the page: each panel as rows of text, each with a small drawing in percent of its width.

So the page needs no picture that is drawn elsewhere, and its text stays text: it wraps, grows and is read aloud.
"""

from collections.abc import Iterator
from typing import Any

import orjson

from api import context
from api.explorer.axes import MILLION, Axis
from api.explorer.marks import Chart, Mark, Panel, Year
from api.explorer.retellings import retellings
from api.explorer.style import SHAPES
from api.formats.phrases import amount
from api.read.records import reader_of
from schema import tables


def rows_of(chart: Chart, scale: str) -> list[dict[str, Any]]:
    """Return the panels of a chart for the page: title, scale in words, ticks, and rows with their drawing."""
    return [_panel(panel, Axis.of(panel.numbers, panel.unit, scale)) for panel in chart.panels]


def _panel(panel: Panel, axis: Axis) -> dict[str, Any]:
    return {
        "title": panel.title,
        "scale": axis.described(panel.unit),
        "ticks": [{"x": _percent(axis, tick), "label": _tick(tick, panel.unit)} for tick in axis.ticks()],
        "rows": list(_rows(panel, axis)),
    }


def _rows(panel: Panel, axis: Axis) -> Iterator[dict[str, Any]]:
    """Yield the rows of a panel; a claim's row has its first report, and all of them where there are several."""
    marks = [row for row in panel.rows if isinstance(row, Mark)]
    retold = [mark.claim_position for mark in marks if mark.estimate["claim"]["reports"] > 1]
    claims = dict(zip(retold, reader_of(tables.claims)(context.connection(), retold), strict=True)) if retold else {}
    for mark in marks:
        claim = claims.get(mark.claim_position)
        yield {
            "estimate": mark.estimate,
            "retellings": retellings(orjson.loads(claim)) if claim else [],
            **_drawing(axis, mark.numbers, mark.open_side, mark.estimate["hedge"]),
        }
    unit = {"indicator": {"unit": panel.unit}}
    for year in panel.rows:
        if isinstance(year, Year):
            said = " to ".join(amount(number, unit) for number in year.numbers)
            yield {"year": year, "said": said, **_drawing(axis, year.numbers, 0, "between")}


def _drawing(axis: Axis, numbers: list[float], open_side: int, hedge: str) -> dict[str, Any]:
    """Return the parts of a row's drawing: a dot at each number, a bar between them, and steps that fade out."""
    dots = [_percent(axis, number) for number in numbers]
    steps = list(axis.fade(numbers[-1], open_side)) if open_side else []
    ends = [(*sorted((_percent(axis, near), _percent(axis, far))), opacity) for near, far, opacity in steps]
    return {
        "shape": SHAPES.get(hedge, ""),
        "dots": dots,
        "bar": (dots[0], dots[-1] - dots[0]) if len(dots) > 1 else None,
        "fades": [{"x": low, "width": high - low, "opacity": opacity} for low, high, opacity in ends],
    }


def _percent(axis: Axis, number: float) -> float:
    return round(100 * axis.share(number), 2)


def _tick(number: float, unit: str) -> str:
    """Return the label of a tick; millions are shortened: `$25M`."""
    if number < MILLION:
        return amount(number, {"indicator": {"unit": unit}})
    return amount(number / MILLION, {"indicator": {"unit": unit}}, "M")
