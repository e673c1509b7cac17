"""A chart on the page: each panel as rows of text, each with a small drawing in percent of its width.

So the page needs no picture that is drawn elsewhere, and its text stays text: it wraps, grows and is read aloud.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count, pairwise
from typing import Any

from api.explorer.axes import MILLION, Axis
from api.explorer.marks import Chart, Mark, Panel, Year
from api.explorer.retellings import retellings
from api.explorer.style import SHAPES
from api.formats.phrases import amount
from api.read.records import claims_by_id

Claims = Mapping[str, Mapping[str, Any]]
"""Claims with all their reports, by id."""

_NARROW, _WIDE = 280, 410
"""The least widths of a drawing in pixels: on a telephone, and where style.css shows the spare ticks."""
_CHARACTER = 7
"""The width of a character of a tick's label in pixels."""
_BEFORE = {"start": 0.0, "middle": 0.5, "end": 1.0}
"""The share of a label that stands before its tick, by anchor."""


def rows_of(chart: Chart, scale: str, known_claims: Sequence[Mapping[str, Any]] = ()) -> list[dict[str, Any]]:
    """Return the panels of a chart for the page: title, scale in words, ticks, and rows with their drawing.

    `known_claims` are claims that need not be read again.
    """
    claims = {claim["id"]: claim for claim in known_claims}
    stubs = [row.estimate["claim"] for panel in chart.panels for row in panel.rows if isinstance(row, Mark)]
    if unknown := [stub["id"] for stub in stubs if stub["reports"] > 1 and stub["id"] not in claims]:
        claims |= claims_by_id(unknown)
    return [_panel(panel, Axis.of(panel.numbers, panel.unit, scale), claims) for panel in chart.panels]


def _panel(panel: Panel, axis: Axis, claims: Claims) -> dict[str, Any]:
    return {
        "title": panel.title,
        "scale": axis.described(panel.unit),
        "ticks": _ticks(axis, panel.unit),
        "rows": list(_rows(panel, axis, claims)),
    }


def _rows(panel: Panel, axis: Axis, claims: Claims) -> Iterator[dict[str, Any]]:
    """Yield the rows of a panel; a claim's row has its first report, and all of them where there are several."""
    unit = {"indicator": {"unit": panel.unit}}
    for row in panel.rows:
        if isinstance(row, Year):
            said = " to ".join(amount(number, unit) for number in row.numbers)
            yield {"year": row, "said": said, **_drawing(axis, row.numbers, 0, "between")}
            continue
        stub = row.estimate["claim"]
        yield {
            "estimate": row.estimate,
            "retellings": retellings(claims[stub["id"]]) if stub["reports"] > 1 else [],
            **_drawing(axis, row.numbers, row.open_side, row.estimate["hedge"]),
        }


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


def _ticks(axis: Axis, unit: str) -> list[dict[str, Any]]:
    """Return the ticks of an axis: `x` in percent, `label`, its `anchor`, and `is_spare` if it needs a wide drawing.

    A label that has no room even there is empty. One near an end of the axis is anchored at its tick, so that it does
    not reach beyond the axis.
    """
    ticks: list[dict[str, Any]] = []
    for number in axis.ticks():
        x, label = _percent(axis, number), _label(number, unit)
        half = 50 * _CHARACTER * len(label) / _NARROW
        ticks.append({"x": x, "label": label, "anchor": "start" if x < half else "end" if x > 100 - half else "middle"})
    wide = _apart(ticks, _WIDE)
    narrow = _apart(wide, _NARROW)
    return [{**tick, "label": tick["label"] * (tick in wide), "is_spare": tick not in narrow} for tick in ticks]


def _apart(ticks: list[dict[str, Any]], width: int) -> list[dict[str, Any]]:
    """Return all ticks, or every second and so on, so that no two labels touch on a drawing of this width in pixels."""

    def span(tick: Mapping[str, Any]) -> tuple[float, float]:
        length = _CHARACTER * (len(tick["label"]) + 1)
        start = width * tick["x"] / 100 - length * _BEFORE[tick["anchor"]]
        return start, start + length

    def touch(shown: list[dict[str, Any]]) -> bool:
        return any(end > start for (_, end), (start, _) in pairwise(map(span, shown)))

    return next(shown for step in count(1) if not touch(shown := ticks[::step]))


def _label(number: float, unit: str) -> str:
    """Return the label of a tick; millions are shortened: `$25M`."""
    if number < MILLION:
        return amount(number, {"indicator": {"unit": unit}})
    return amount(number / MILLION, {"indicator": {"unit": unit}}, "M")
