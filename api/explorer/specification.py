"""A drawing → a Vega-Lite specification: the same for the page, for SVG and PNG, and for whoever asks for it."""

from textwrap import wrap

from api.explorer.layers import Axis, Spec, mark_layers, range_layers, span_of
from api.explorer.marks import Drawing, Panel
from api.explorer.phrases import amount
from api.explorer.style import Setting

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
_HEIGHT, _TALL = 150, 320


def specify(drawing: Drawing, setting: Setting, title: str, source: str) -> Spec:
    """Return the specification: panels above each other, over one axis of time; `source` ends the head."""
    span = span_of(drawing, setting)
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
    axis = Axis.of(panel, setting.scale)
    first, last = ({"expr": str(end)} for end in span)  # plain numbers in a layered chart make Vega warn
    layers = range_layers(panel, setting) if drawing.aggregated else mark_layers(panel, drawing, span, axis, setting)
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
