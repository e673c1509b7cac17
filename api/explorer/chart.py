"""A drawing → a Vega-Lite specification: the same for the page, for SVG and PNG, and for whoever asks for it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil, floor, log10
from textwrap import wrap
from typing import Any, Self

from api.explorer.marks import DAY, FADES, LETTERS, Drawing, Panel
from api.explorer.phrases import amount, words

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
Spec = dict[str, Any]

THEMES: Mapping[str, Mapping[str, str]] = {
    "light": {"ink": "#1d2329", "soft": "#57606a", "grid": "#e3e6ea", "back": "#ffffff", "alarm": "#b3261e"},
    "dark": {"ink": "#e8eaed", "soft": "#a7b0ba", "grid": "#30363d", "back": "#15191e", "alarm": "#ff8a80"},
}
# Told apart by the colour-blind too (after Okabe and Ito), and at least 3:1 against the background.
COLOURS: Mapping[str, tuple[str, str]] = {
    "government": ("#0060a8", "#5db0f5"),
    "military": ("#c24e00", "#ff9a52"),
    "intelligence": ("#007a5e", "#39c9a3"),
    "coalition": ("#9b3f86", "#e59ad4"),
    "intergovernmental": ("#2f7f99", "#7fd6f2"),
    "armed_group": ("#3a3a3a", "#d0d0d0"),
    "ngo": ("#7d6200", "#e3c44d"),
    "analyst": ("#5a4fcf", "#b0a8ff"),
    "media": ("#6b6b6b", "#a8a8a8"),
}
_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
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
_HEIGHT, _TALL = 150, 320
MILLION = 1_000_000
BESIDE = 13
"""Pixels between what stands beside each other because it is of the same time."""
_REACH = 2.6
"""How many times smaller, or larger, than the bound a number is where an open side has faded out."""


@dataclass(frozen=True)
class Setting:
    """How a chart is set: its width in pixels, `light` or `dark`, and `log` or `linear` numbers."""

    width: int
    theme: str
    scale: str

    @property
    def colours(self) -> Mapping[str, str]:
        """Return the colours of what is not data."""
        return THEMES[self.theme]

    def colour(self, kind: str) -> str:
        """Return the colour of a kind of source."""
        return COLOURS[kind][self.theme == "dark"]


def specify(drawing: Drawing, setting: Setting, title: str, source: str) -> Spec:
    """Return the specification: panels above each other, over one axis of time; `source` ends the head."""
    span = _span(drawing, setting)
    views = [_view(panel, span, setting, drawing) for panel in drawing.panels]
    return {
        "$schema": SCHEMA,
        "description": describe(drawing, title),
        "title": {
            "text": title,
            "subtitle": [line for note in (*_notes(drawing), source) for line in wrap(note, setting.width // 6)],
            "offset": 14,
            "fontSize": 16,
        },
        "background": setting.colours["back"],
        "vconcat": views or [_nothing(setting)],
        "spacing": 26,
        "config": _config(setting),
    }


def _span(drawing: Drawing, setting: Setting) -> tuple[int, int]:
    """Return the first and the last moment of the axis of time, with room for what stands beside each other."""
    marks = [mark for panel in drawing.panels for mark in panel.marks]
    times = [time for mark in marks for time in (mark["start"], mark["end"]) if time is not None] or [0, DAY]
    widest = max((abs(mark.get("place", 0)) for mark in marks), default=0)
    first, last = min(times), max(times)
    share = min((widest + 1) * BESIDE / setting.width, 0.3)
    margin = max((last - first) * share / (1 - 2 * share), 30 * DAY)
    return int(first - margin), int(last + margin)


def describe(drawing: Drawing, title: str) -> str:
    """Return the chart in words, for those who do not see it."""
    said = []
    for panel in drawing.panels:
        numbers = [number for mark in panel.marks for number in mark["numbers"]]
        lowest, highest = (amount(end(numbers), {"indicator": {"unit": panel.unit}}) for end in (min, max))
        said.append(f"{panel.title}: {panel.count} estimates, with numbers from {lowest} to {highest}")
    return f"{title}. {'; '.join(said) or 'There is nothing to draw'}. {' '.join(_notes(drawing))}"


def _notes(drawing: Drawing) -> list[str]:
    """Return what a reader has to know of the marks, and what was left out."""
    count = f"{drawing.total:,} estimates of {drawing.claims:,} claims."
    if drawing.aggregated:
        count += " Too many to draw each: a bar spans the lowest to the highest number said of a year."
    out = []
    if drawing.vague:
        out.append(f"{drawing.vague:,} say no number (dozens, hundreds, thousands)")
    if drawing.other_panels:
        out.append(f"{drawing.other_panels:,} more places and indicators have fewer estimates")
    lines = [count + (f" Not drawn: {'; '.join(out)}." if out else "")]
    if drawing.panels and not drawing.aggregated:
        lines.append(
            "An open side fades out: “up to” bounds from above, “at least” from below. Reports of the same time stand "
            "side by side; dashes join retellings of one claim."
        )
    return lines


def _view(panel: Panel, span: tuple[int, int], setting: Setting, drawing: Drawing) -> Spec:
    axis = _Axis.of(panel, setting.scale)
    first, last = ({"expr": str(end)} for end in span)  # plain numbers in a layered chart make Vega warn
    layers = _range_layers(panel, setting) if drawing.aggregated else _mark_layers(panel, drawing, axis, setting)
    time = {"labelFlush": False, "tickCount": max(setting.width // 110, 3), "grid": True}
    return {
        "title": {"text": f"{panel.title}, {panel.unit}", "frame": "group", "fontSize": 12.5, "offset": 8},
        "width": setting.width,
        "height": _TALL if len(drawing.panels) == 1 else _HEIGHT,
        "encoding": {
            "x": {
                **{"field": "x", "type": "temporal", "title": None},
                **{"scale": {"type": "utc", "nice": False, "domainMin": first, "domainMax": last}, "axis": time},
            },
            "y": {
                **{"field": "y", "type": "quantitative", "title": None},
                **{"scale": axis.scale(), "axis": axis.axis()},
            },
        },
        "layer": layers,
    }


@dataclass(frozen=True)
class _Axis:
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


def _range_layers(panel: Panel, setting: Setting) -> list[Spec]:
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


def _mark_layers(panel: Panel, drawing: Drawing, axis: _Axis, setting: Setting) -> list[Spec]:
    colours = setting.colours
    span = _span(drawing, setting)
    beside = (span[1] - span[0]) * BESIDE // setting.width
    placed = []
    for mark in panel.marks:
        start, end = mark["start"] or span[0], mark["end"] or span[1]
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


def _nothing(setting: Setting) -> Spec:
    text = {"type": "text", "text": "There is nothing to draw.", "color": setting.colours["soft"], "fontSize": 13}
    return {"width": setting.width, "height": 60, "data": {"values": [{}]}, "mark": text}


def _config(setting: Setting) -> Spec:
    colours = setting.colours
    return {
        "font": _FONT,
        "view": {"stroke": None},
        "title": {
            **{"anchor": "start", "color": colours["ink"], "subtitleColor": colours["soft"], "subtitleFontSize": 11.5},
            **{"subtitlePadding": 6, "subtitleLineHeight": 15},
        },
        "axis": {
            "gridColor": colours["grid"],
            "domain": False,
            "ticks": False,
            "labelColor": colours["soft"],
            "labelFontSize": 11,
            "labelPadding": 6,
        },
        "legend": {
            "orient": "bottom",
            "direction": "horizontal",
            "columns": max(setting.width // 150, 1),
            "labelColor": colours["ink"],
            "titleColor": colours["soft"],
            "titleFontSize": 11,
            "labelFontSize": 11.5,
            "symbolSize": 70,
            "symbolOpacity": 1,
            "symbolBaseFillColor": colours["ink"],
            "symbolBaseStrokeColor": colours["ink"],
        },
    }
