"""A chart as a Vega-Lite specification: the same for SVG, for PNG and for download."""

import json
from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import Any

from api.explorer.axes import Axis
from api.explorer.marks import Chart, Mark, Panel, Year
from api.explorer.style import COLOURS, SHAPES, Options, config
from api.formats.phrases import count, figure, hedge_in_words, printed, when
from schema.terms import Locus

Spec = dict[str, Any]
"""A Vega-Lite specification, or a part of one."""

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_ROW = 24
"""The height of a row in pixels."""
_LABEL = 330
"""The most pixels of a row's label; the tooltip has the whole."""


def specify(chart: Chart, options: Options, *, title: str, subtitle: Sequence[str], description: str) -> Spec:
    """Return the specification of a chart: its panels above each other, each with a row for each claim.

    `subtitle` are paragraphs, which are wrapped to the chart's width.
    """
    views = [_view(panel, options, chart) for panel in chart.panels]
    return {
        "$schema": SCHEMA,
        "description": description,
        "title": {
            "text": title,
            "subtitle": [line for paragraph in subtitle for line in wrap(paragraph, (options.width + _LABEL) // 7)],
            "offset": 14,
            "fontSize": 16,
        },
        "background": options.colours["back"],
        "vconcat": views or [_empty_view(options)],
        "spacing": 26,
        "config": config(options),
    }


def _view(panel: Panel, options: Options, chart: Chart) -> Spec:
    """Return a panel as one view."""
    axis = Axis.of(panel.numbers, panel.unit, options.scale)
    layers = _year_layers(panel, options) if chart.aggregated else _claim_layers(panel, chart, axis, options)
    labels = json.dumps([row_label(row) for row in panel.rows])
    return {
        "title": {
            "text": f"{panel.title}: {axis.described(panel.unit)}",
            "frame": "group",
            "fontSize": 13,
            "offset": 8,
        },
        "width": options.width,
        "height": {"step": _ROW},
        "encoding": {
            "x": {
                **{"field": "x", "type": "quantitative", "title": None},
                **{"scale": axis.scale(), "axis": axis.axis()},
            },
            "y": {
                **{"field": "row", "type": "ordinal", "title": None},
                "axis": {"labelExpr": f"{labels}[datum.value]", "labelLimit": _LABEL, "grid": False},
            },
        },
        "layer": layers,
    }


def row_label(row: Mark | Year) -> str:
    """Return the label of a row: what was said for when, and by whom."""
    if isinstance(row, Year):
        return f"{row.year}, {count(row.estimates, 'report')}"
    estimate = row.estimate
    headline = " in a headline" if estimate["locus"] == Locus.HEADLINE else ""
    return f"{figure(estimate)}{headline}, {when(estimate['as_of']['edtf'])}, {estimate['source']['name']}"


def _empty_view(options: Options) -> Spec:
    text = {"type": "text", "text": "There is nothing to draw.", "color": options.colours["soft"], "fontSize": 13}
    return {"width": options.width, "height": 60, "data": {"values": [{}]}, "mark": text}


def _year_layers(panel: Panel, options: Options) -> list[Spec]:
    """Return a bar for each year of a panel, with a tick at its lowest and at its highest number."""
    data = [
        {
            **{"row": index, "x": year.numbers[0], "x2": year.numbers[-1], "year": year.year},
            **{"reports": year.estimates, "lowest said": year.numbers[0], "highest said": year.numbers[-1]},
        }
        for index, year in enumerate(panel.rows)
        if isinstance(year, Year)
    ]
    colour = {"value": options.colour("government")}
    tooltip = _tooltip(("year", "reports", "lowest said", "highest said"))
    bar = {
        "mark": {"type": "rule", "strokeWidth": 10, "opacity": 0.75},
        "encoding": {"x2": {"field": "x2"}, "color": colour, "tooltip": tooltip},
    }
    tick = {
        "mark": {"type": "tick", "orient": "vertical", "thickness": 3, "size": 14, "opacity": 1},
        "encoding": {"color": colour, "tooltip": tooltip},
    }
    lowest, highest = {"values": data}, {"values": [{**row, "x": row["x2"]} for row in data]}
    return [{"data": lowest, **bar}, {"data": lowest, **tick}, {"data": highest, **tick}]


def _claim_layers(panel: Panel, chart: Chart, axis: Axis, options: Options) -> list[Spec]:
    """Return the layers of a panel's claims, from the back to the front; layers without data are left out."""
    rows = [(mark, _row(index, mark)) for index, mark in enumerate(panel.rows) if isinstance(mark, Mark)]
    bars = [{**row, "x": mark.numbers[0], "x2": mark.numbers[-1]} for mark, row in rows if len(mark.numbers) > 1]
    fades = [
        {**row, "x": near, "x2": far, "solid": opacity}
        for mark, row in rows
        if mark.open_side
        for near, far, opacity in axis.fade(mark.numbers[-1], mark.open_side)
    ]
    dots = [{**row, "x": number} for mark, row in rows for number in mark.numbers]
    disputed = [{**row, "x": mark.numbers[-1]} for mark, row in rows if mark.numbers and mark.estimate["disputed"]]
    wordless = [{**row, "x": axis.low} for mark, row in rows if not mark.numbers]

    colours, legends = options.colours, _legends(chart, options)
    tooltip = _tooltip(("figure", "said", "source", "kind", "as of", "printed"))
    shown = {"color": legends["color"], "tooltip": tooltip, "href": {"field": "href"}}
    opacity = {"field": "solid", "type": "quantitative", "scale": {"domain": [0, 1], "range": [0, 1]}, "legend": None}
    layers: list[tuple[list[Spec], Spec, Spec]] = [
        (bars, {"type": "rule", "strokeWidth": 7, "opacity": 0.55}, {"x2": {"field": "x2"}, **shown}),
        (fades, {"type": "rule", "strokeWidth": 7}, {"x2": {"field": "x2"}, "opacity": opacity, **shown}),
        (
            dots,
            {"type": "point", "filled": True, "size": 90, "opacity": 1, "cursor": "pointer"},
            {"shape": legends["shape"], **shown},
        ),
        (
            disputed,
            {"type": "point", "shape": "circle", "size": 330, "stroke": colours["alarm"], "strokeWidth": 1.6},
            {"tooltip": {"value": "disputed: another report in the same article contradicts this one"}},
        ),
        (
            wordless,
            {"type": "text", "align": "left", "dx": 4, "fontSize": 12, "color": colours["soft"]},
            {"text": {"value": "says no number"}, "tooltip": tooltip, "href": {"field": "href"}},
        ),
    ]
    return [{"data": {"values": data}, "mark": mark, "encoding": encoding} for data, mark, encoding in layers if data]


def _row(index: int, mark: Mark) -> Spec:
    """Return the fields of a claim that all layers use: its row, and the texts of the tooltip."""
    estimate, source, claim = mark.estimate, mark.estimate["source"], mark.estimate["claim"]
    return {
        "row": index,
        "kind": source["kind"],
        "hedge": estimate["hedge"],
        "href": f"/claims/{claim['id']}",
        "estimate": estimate["id"],
        "figure": figure(estimate),
        "said": estimate["wording"],
        "source": source["name"],
        "as_of": estimate["as_of"]["edtf"],
        "as of": when(estimate["as_of"]["edtf"]),
        "printed": printed(claim),
    }


def _legends(chart: Chart, options: Options) -> dict[str, Spec]:
    """Return the encodings of kind of source (colour) and hedge (shape), with legends of those in the chart."""
    estimates = [row.estimate for panel in chart.panels for row in panel.rows if isinstance(row, Mark)]
    kinds = {estimate["source"]["kind"] for estimate in estimates}
    hedges = {estimate["hedge"] for estimate in estimates}
    return {
        "color": {
            "field": "kind",
            "scale": {"domain": list(COLOURS), "range": [options.colour(kind) for kind in COLOURS]},
            "legend": {
                "title": "Who said it",
                "values": [kind for kind in COLOURS if kind in kinds],
                "labelExpr": "replace(datum.value, '_', ' ')",
            },
        },
        "shape": {
            "field": "hedge",
            "scale": {"domain": list(SHAPES), "range": list(SHAPES.values())},
            "legend": {
                "title": "How firmly",
                "values": [hedge for hedge in SHAPES if hedge in hedges],
                "labelExpr": f"{json.dumps({hedge: hedge_in_words(hedge) for hedge in SHAPES})}[datum.value]",
            },
        },
    }


def _tooltip(fields: Iterable[str]) -> list[Spec]:
    return [{"field": name, "title": name} for name in fields]
