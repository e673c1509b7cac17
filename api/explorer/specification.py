"""A chart as a Vega-Lite specification: the same for the page, for SVG and PNG, and for download."""

import json
from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import Any

from api.explorer.axes import Axis
from api.explorer.marks import DAY, Chart, Mark, Panel, Year
from api.explorer.style import COLOURS, LETTERS, SHAPES, Options, config
from api.formats.phrases import figure, when, words

Spec = dict[str, Any]
"""A Vega-Lite specification, or a part of one."""
Span = tuple[int, int]
"""The first and the last moment of the axis of time, in milliseconds since 1970."""

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_HEIGHT, _HEIGHT_ALONE = 150, 320
"""The height of a panel in pixels: of one among several, and of a single one."""
_OFFSET = 13
"""Pixels between estimates of the same time."""


def specify(chart: Chart, options: Options, *, title: str, subtitle: Sequence[str], description: str) -> Spec:
    """Return the specification of a chart: its panels above each other, over one axis of time.

    `subtitle` are paragraphs, which are wrapped to the chart's width.
    """
    span = _time_span(chart, options)
    views = [_view(panel, span, options, chart) for panel in chart.panels]
    return {
        "$schema": SCHEMA,
        "description": description,
        "title": {
            "text": title,
            "subtitle": [line for paragraph in subtitle for line in wrap(paragraph, options.width // 6)],
            "offset": 14,
            "fontSize": 16,
        },
        "background": options.colours["back"],
        "vconcat": views or [_empty_view(options)],
        "spacing": 26,
        "config": config(options),
    }


def _time_span(chart: Chart, options: Options) -> Span:
    """Return the span of the axis of time, with room for estimates of the same time side by side."""
    items = [item for panel in chart.panels for item in panel.items]
    times = [time for item in items for time in (item.start, item.end) if time is not None] or [0, DAY]
    widest = max((abs(item.offset) for item in items if isinstance(item, Mark)), default=0)
    first, last = min(times), max(times)
    share = min((widest + 1) * _OFFSET / options.width, 0.3)
    margin = max((last - first) * share / (1 - 2 * share), 30 * DAY)
    return int(first - margin), int(last + margin)


def _view(panel: Panel, span: Span, options: Options, chart: Chart) -> Spec:
    """Return a panel as one view."""
    axis = Axis.of(panel.numbers, panel.unit, options.scale)
    first, last = ({"expr": str(end)} for end in span)  # plain numbers in a layered chart make Vega warn
    layers = _year_layers(panel, span, options) if chart.aggregated else _mark_layers(panel, chart, span, axis, options)
    time = {"labelFlush": False, "tickCount": max(options.width // 110, 3), "grid": True}
    return {
        "title": {"text": f"{panel.title}, {panel.unit}", "frame": "group", "fontSize": 12.5, "offset": 8},
        "width": options.width,
        "height": _HEIGHT_ALONE if len(chart.panels) == 1 else _HEIGHT,
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


def _empty_view(options: Options) -> Spec:
    text = {"type": "text", "text": "There is nothing to draw.", "color": options.colours["soft"], "fontSize": 13}
    return {"width": options.width, "height": 60, "data": {"values": [{}]}, "mark": text}


def _year_layers(panel: Panel, span: Span, options: Options) -> list[Spec]:
    """Return a bar for each year of a panel, with a tick at its lowest and at its highest number."""
    rows = [
        {
            **{"x": sum(_time_of(year, span)) // 2, "y": year.numbers[0], "y2": year.numbers[-1]},
            **{"anchor": year.numbers[-1], "start": year.start, "end": year.end, "year": year.year},
            **{"estimates": year.estimates, "lowest said": year.numbers[0], "highest said": year.numbers[-1]},
        }
        for year in panel.years
    ]
    colour = {"value": options.colour("government")}
    tooltip = _tooltip(("year", "estimates", "lowest said", "highest said"))
    bar = {
        "mark": {"type": "rule", "strokeWidth": 12, "opacity": 0.75},
        "encoding": {"y2": {"field": "y2"}, "color": colour, "tooltip": tooltip},
    }
    tick = {
        "mark": {"type": "tick", "thickness": 3, "size": 14, "opacity": 1},
        "encoding": {"color": colour, "tooltip": tooltip},
    }
    lowest, highest = {"values": rows}, {"values": [{**row, "y": row["y2"]} for row in rows]}
    return [{"data": lowest, **bar}, {"data": lowest, **tick}, {"data": highest, **tick}]


def _mark_layers(panel: Panel, chart: Chart, span: Span, axis: Axis, options: Options) -> list[Spec]:
    """Return the layers of a panel's estimates, from the back to the front; layers without data are left out."""
    rows = [(mark, _row(mark, span, options)) for mark in panel.marks]
    tops = [(mark, {**row, "y": mark.numbers[-1]}) for mark, row in rows]
    times = [{**row, "x": end} for mark, row in tops for end in _time_of(mark, span)]
    retold = [row for mark, row in tops if mark.estimate["claim"]["reports"] > 1]
    bars = [{**row, "y": mark.numbers[0], "y2": mark.numbers[-1]} for mark, row in rows if len(mark.numbers) > 1]
    fades = [
        {**row, "y": near, "y2": far, "solid": opacity}
        for mark, row in rows
        if mark.open_side
        for near, far, opacity in axis.fade(mark.numbers[-1], mark.open_side)
    ]
    dots = [{**row, "y": number} for mark, row in rows for number in mark.numbers]
    disputed = [row for mark, row in tops if mark.estimate["disputed"]]
    letters = [row for _, row in tops]

    colours, legends = options.colours, _legends(chart, options)
    tooltip = _tooltip(("figure", "said", "source", "kind", "as of", "printed in"))
    shown = {"color": legends["color"], "tooltip": tooltip, "href": {"field": "href"}}
    opacity = {"field": "solid", "type": "quantitative", "scale": {"domain": [0, 1], "range": [0, 1]}, "legend": None}
    layers: list[tuple[list[Spec], Spec, Spec]] = [
        (
            times,
            {"type": "line", "strokeWidth": 1, "opacity": 0.5},
            {"detail": {"field": "href"}, "color": legends["color"]},
        ),
        (
            retold,
            {"type": "line", "strokeDash": [3, 3], "strokeWidth": 1, "color": colours["soft"]},
            {"detail": {"field": "claim"}, "order": {"field": "rank"}},
        ),
        (bars, {"type": "rule", "strokeWidth": 6, "opacity": 0.55}, {"y2": {"field": "y2"}, **shown}),
        (fades, {"type": "rule", "strokeWidth": 6}, {"y2": {"field": "y2"}, "opacity": opacity, **shown}),
        (
            dots,
            {"type": "point", "filled": True, "size": 62, "opacity": 1, "cursor": "pointer"},
            {"shape": legends["shape"], **shown},
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
    return [{"data": {"values": data}, "mark": mark, "encoding": encoding} for data, mark, encoding in layers if data]


def _time_of(item: Mark | Year, span: Span) -> Span:
    """Return the time of a mark or year; where it is open, it ends with the axis."""
    return (span[0] if item.start is None else item.start), (span[1] if item.end is None else item.end)


def _row(mark: Mark, span: Span, options: Options) -> Spec:
    """Return the fields of an estimate that all layers use: place in time, group, order, and texts of the tooltip."""
    start, end = _time_of(mark, span)
    step = (span[1] - span[0]) * _OFFSET // options.width
    estimate, source, article = mark.estimate, mark.estimate["source"], mark.estimate["article"]
    return {
        "x": (start + end) // 2 + int(mark.offset * step),
        "kind": source["kind"],
        "hedge": words(estimate["hedge"]),
        "href": estimate["url"],
        "figure": figure(estimate),
        "said": estimate["wording"],
        "source": source["name"],
        "as of": when(estimate["as_of"]["edtf"]),
        "printed in": article["title"] + (f" ({article['publisher']})" if article["publisher"] else ""),
        "claim": estimate["claim"]["id"],
        "rank": mark.rank,
        "letter": LETTERS[source["kind"]],
    }


def _legends(chart: Chart, options: Options) -> dict[str, Spec]:
    """Return the encodings of kind of source (colour) and hedge (shape), with legends of those in the chart."""
    estimates = [mark.estimate for panel in chart.panels for mark in panel.marks]
    kinds = {estimate["source"]["kind"] for estimate in estimates}
    hedges = {words(estimate["hedge"]) for estimate in estimates}
    labels = json.dumps({kind: f"{letter} {words(kind)}" for kind, letter in LETTERS.items()})
    return {
        "color": {
            "field": "kind",
            "scale": {"domain": list(COLOURS), "range": [options.colour(kind) for kind in COLOURS]},
            "legend": {
                "title": "Who said it",
                "values": [kind for kind in COLOURS if kind in kinds],
                "labelExpr": f"{labels}[datum.value]",
            },
        },
        "shape": {
            "field": "hedge",
            "scale": {"domain": list(SHAPES), "range": list(SHAPES.values())},
            "legend": {
                "title": "How firmly",
                "values": [hedge for hedge in SHAPES if hedge in hedges],
            },
        },
    }


def _tooltip(fields: Iterable[str]) -> list[Spec]:
    return [{"field": name, "title": name} for name in fields]
