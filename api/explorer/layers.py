"""The layers of a panel in Vega-Lite's words: bars, fades, marks, letters, and the axes that they lie on."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any, Self

from api.explorer.marks import DAY, FADES, LETTERS, Drawing, Panel
from api.explorer.phrases import words
from api.explorer.style import COLOURS, Setting

Spec = dict[str, Any]

_SHAPES = {
    "none": "circle",
    "approximately": "diamond",
    "nearly": "triangle-left",
    "between": "square",
    "at most": "triangle-down",
    "up to": "M-1,-.4L1,-.4L0,1Z",
    "fewer than": "M-1,-.8L1,-.8L1,-.3L0,1L-1,-.3Z",
    "at least": "triangle-up",
    "more than": "M-1,.8L1,.8L1,.3L0,-1L-1,.3Z",
}
MILLION = 1_000_000
BESIDE = 13
"""Pixels between what stands beside each other because it is of the same time."""
_REACH = 2.6
"""How many times smaller, or larger, than the bound a number is where an open side has faded out."""


def span_of(drawing: Drawing, setting: Setting) -> tuple[int, int]:
    """Return the first and the last moment of the axis of time, with room for what stands beside each other."""
    marks = [mark for panel in drawing.panels for mark in panel.marks]
    times = [time for mark in marks for time in (mark["start"], mark["end"]) if time is not None] or [0, DAY]
    widest = max((abs(mark.get("place", 0)) for mark in marks), default=0)
    first, last = min(times), max(times)
    share = min((widest + 1) * BESIDE / setting.width, 0.3)
    margin = max((last - first) * share / (1 - 2 * share), 30 * DAY)
    return int(first - margin), int(last + margin)


@dataclass(frozen=True)
class Axis:
    """One axis of numbers: its kind and ends."""

    kind: str
    low: float
    high: float
    unit: str

    @classmethod
    def of(cls, panel: Panel, scale: str) -> Self:
        """Return the axis on which all of a panel's marks lie, with room for what fades out."""
        numbers = [number for mark in panel.marks for number in mark["numbers"]]
        low, high = min(numbers), max(numbers)
        if panel.unit == "percent":
            return cls("linear", 0, max(100, high), panel.unit)
        if scale == "linear" or low <= 0:
            return cls("linear" if scale == "linear" else "symlog", 0, (high or 1) * 1.3, panel.unit)
        return cls("log", low / _REACH, high * _REACH, panel.unit)

    def scale(self) -> Spec:
        """Return the scale in Vega-Lite's words."""
        zero = {"zero": False} if self.kind == "linear" else {}
        return {"type": self.kind, "domain": [self.low, self.high], "nice": False, "clamp": True, **zero}

    def axis(self) -> Spec:
        """Return the axis in Vega-Lite's words."""
        values = {}
        if self.kind == "log":
            powers = range(floor(log10(self.low)), ceil(log10(self.high)))
            ticks = [digit * 10**power for power in powers for digit in (1, 2, 5)]
            values = {"values": [tick for tick in ticks if self.low <= tick <= self.high]}
        return {"tickCount": 4, "format": ",~f" if self.high < MILLION else "~s", "grid": True, **values}

    def fade(self, bound: float, direction: int) -> Iterator[tuple[float, float, float]]:
        """Yield the steps in which a side fades out: from, to, and how solid."""
        ends = [self._towards(bound, direction, step / len(FADES)) for step in range(len(FADES) + 1)]
        yield from zip(ends, ends[1:], FADES, strict=False)

    def _towards(self, bound: float, direction: int, part: float) -> float:
        if self.kind == "log":
            return float(bound * _REACH ** (direction * part))
        room = (self.high - bound if direction > 0 else bound - self.low) * 0.95
        return bound + direction * part * min(room, 0.3 * (self.high - self.low))


def range_layers(panel: Panel, setting: Setting) -> list[Spec]:
    """Return the bars of the years of a panel."""
    rows = [
        {"x": (mark["start"] + mark["end"]) // 2, "y": min(mark["numbers"]), "y2": max(mark["numbers"]), **mark}
        for mark in panel.marks
    ]
    colour = {"value": setting.colour("government")}
    fields = ("year", "estimates", "lowest said", "highest said")
    bar = {
        "mark": {"type": "rule", "strokeWidth": 12, "opacity": 0.75},
        "encoding": {"y2": {"field": "y2"}, "color": colour, "tooltip": _tooltip(fields)},
    }
    ends = {
        "mark": {"type": "tick", "thickness": 3, "size": 14, "opacity": 1},
        "encoding": {"color": colour, "tooltip": _tooltip(fields)},
    }
    data = {"values": [{key: value for key, value in row.items() if key != "numbers"} for row in rows]}
    tops = {"values": [{**row, "y": row["y2"]} for row in data["values"]]}
    return [{"data": data, **bar}, {"data": data, **ends}, {"data": tops, **ends}]


def mark_layers(panel: Panel, drawing: Drawing, span: tuple[int, int], axis: Axis, setting: Setting) -> list[Spec]:
    """Return all that is drawn of the single estimates of a panel, from the back to the front."""
    colours = setting.colours
    beside = (span[1] - span[0]) * BESIDE // setting.width
    placed = []
    for mark in panel.marks:
        start, end = (
            edge if given is None else given for given, edge in zip((mark["start"], mark["end"]), span, strict=True)
        )
        placed.append({**mark, "from": start, "to": end, "x": (start + end) // 2 + int(mark["place"] * beside)})
    legends = _legends(drawing, setting)
    tooltip = _tooltip(("figure", "said", "source", "kind", "as of", "printed in"))
    seen = {"color": legends["color"], "tooltip": tooltip, "href": {"field": "href"}}
    keys = ("x", "kind", "hedge", "href", "figure", "said", "source", "as of", "printed in", "claim", "rank", "letter")

    def rows(of: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> Spec:
        return {"values": [{**{key: mark[key] for key in keys}, **own} for mark, own in of]}

    times = rows((mark, {"x": mark[end], "y": mark["anchor"]}) for mark in placed for end in ("from", "to"))
    retold = rows((mark, {"y": mark["anchor"]}) for mark in placed if mark["reports"] > 1)
    spans = rows(
        (mark, {"y": mark["numbers"][0], "y2": mark["numbers"][-1]}) for mark in placed if len(mark["numbers"]) > 1
    )
    fades = rows(
        (mark, {"y": near, "y2": far, "solid": solid})
        for mark in placed
        if mark["fades"]
        for near, far, solid in axis.fade(mark["anchor"], mark["fades"])
    )
    numbers = rows((mark, {"y": number}) for mark in placed for number in mark["numbers"])
    disputed = rows((mark, {"y": mark["anchor"]}) for mark in placed if mark["disputed"])
    letters = rows((mark, {"y": mark["anchor"]}) for mark in placed)
    solid = {"field": "solid", "type": "quantitative", "scale": {"domain": [0, 1], "range": [0, 1]}, "legend": None}
    claim = {"field": "claim"}
    layers = [
        (
            times,
            {"type": "line", "strokeWidth": 1, "opacity": 0.5},
            {"detail": {"field": "href"}, "color": legends["color"]},
        ),
        (
            retold,
            {"type": "line", "strokeDash": [3, 3], "strokeWidth": 1, "color": colours["soft"]},
            {"detail": claim, "order": {"field": "rank"}},
        ),
        (spans, {"type": "rule", "strokeWidth": 6, "opacity": 0.55}, {"y2": {"field": "y2"}, **seen}),
        (fades, {"type": "rule", "strokeWidth": 6}, {"y2": {"field": "y2"}, "opacity": solid, **seen}),
        (
            numbers,
            {"type": "point", "filled": True, "size": 62, "opacity": 1, "cursor": "pointer"},
            {"shape": legends["shape"], **seen},
        ),
        (
            disputed,
            {"type": "point", "shape": "circle", "size": 300, "stroke": colours["alarm"], "strokeWidth": 1.6},
            {"tooltip": {"value": "disputed: another report in the same article excludes this one"}},
        ),
        (
            letters,
            {"type": "text", "dy": -12, "fontSize": 10, "color": colours["ink"]},
            {"text": {"field": "letter"}},
        ),
    ]
    return [{"data": data, "mark": mark, "encoding": encoding} for data, mark, encoding in layers if data["values"]]


def _legends(drawing: Drawing, setting: Setting) -> dict[str, Spec]:
    """Return how colour tells the kind of source and shape the hedge; a legend names those that are drawn."""
    marks = [mark for panel in drawing.panels for mark in panel.marks]
    labels = json.dumps({kind: f"{letter} {words(kind)}" for kind, letter in LETTERS.items()})
    return {
        "color": {
            "field": "kind",
            "scale": {"domain": list(COLOURS), "range": [setting.colour(kind) for kind in COLOURS]},
            "legend": {
                "title": "Who said it",
                "values": [kind for kind in COLOURS if kind in {mark["kind"] for mark in marks}],
                "labelExpr": f"{labels}[datum.value]",
            },
        },
        "shape": {
            "field": "hedge",
            "scale": {"domain": list(_SHAPES), "range": list(_SHAPES.values())},
            "legend": {
                "title": "How firmly",
                "values": [hedge for hedge in _SHAPES if hedge in {mark["hedge"] for mark in marks}],
            },
        },
    }


def _tooltip(fields: Iterable[str]) -> list[Spec]:
    return [{"field": name, "title": name} for name in fields]
