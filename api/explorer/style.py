"""The style of charts: options, colours and fonts, in Vega-Lite's configuration."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

THEMES: Mapping[str, Mapping[str, str]] = {
    "light": {"ink": "#1d2329", "soft": "#57606a", "grid": "#e3e6ea", "back": "#ffffff", "alarm": "#b3261e"},
    "dark": {"ink": "#e8eaed", "soft": "#a7b0ba", "grid": "#30363d", "back": "#15191e", "alarm": "#ff8a80"},
}
# Different for the colour-blind too (after Okabe and Ito), and with a contrast of at least 3:1 to the background.
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
"""The colours of each kind of source: in the light theme, and in the dark one."""

_CIRCLE = "M1,0A1,1,0,1,1,-1,0A1,1,0,1,1,1,0Z"
SHAPES: Mapping[str, str] = {
    "none": _CIRCLE,
    "approximately": "M0,-1.2L1.2,0L0,1.2L-1.2,0Z",
    "nearly": "M0,-1.2L0,1.2L-1.2,0Z",
    "between": "M-.9,-.9L.9,-.9L.9,.9L-.9,.9Z",
    "at_most": "M.9,-1L.9,1L-1,0Z",
    "up_to": "M.9,-1L.4,0L.9,1L-1,0Z",
    "fewer_than": "M.9,-1L.3,-1L-1,0L.3,1L.9,1Z",
    "at_least": "M-.9,-1L-.9,1L1,0Z",
    "more_than": "M-.9,-1L-.3,-1L1,0L-.3,1L-.9,1Z",
}
"""The shape of a mark by hedge, as an SVG path within a square from -1 to 1; the shapes of limits point inwards."""

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"


@dataclass(frozen=True)
class Options:
    """The options of a chart: `width` in pixels, `theme` (light or dark), `scale` of numbers (log or linear)."""

    width: int
    theme: str
    scale: str

    @property
    def colours(self) -> Mapping[str, str]:
        """Return the colours of text, grid and background."""
        return THEMES[self.theme]

    def colour(self, kind: str) -> str:
        """Return the colour of a kind of source."""
        return COLOURS[kind][self.theme == "dark"]


def config(options: Options) -> dict[str, Any]:
    """Return Vega-Lite's `config`: fonts, colours and the legend's place."""
    colours = options.colours
    return {
        "font": FONT,
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
            "columns": max(options.width // 150, 1),
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
