"""How a chart is set: how wide, on what, and in which colours."""

from collections.abc import Mapping
from dataclasses import dataclass

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
