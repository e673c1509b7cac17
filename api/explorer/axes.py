"""The axis of numbers of a panel: its scale, its ticks, and how an open side of an estimate fades out on it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any, Self

MILLION = 1_000_000
OPACITIES = (0.6, 0.45, 0.32, 0.21, 0.12, 0.05)
"""The opacity of each step in which an open side fades out."""
_REACH = 2.6
"""The factor between the stated bound and the number at which an open side has faded out, on a logarithmic scale."""


@dataclass(frozen=True)
class Axis:
    """An axis of numbers: `kind` is a Vega-Lite scale (linear, log or symlog), `low` and `high` are its ends."""

    kind: str
    low: float
    high: float

    @classmethod
    def of(cls, numbers: Sequence[float], unit: str, scale: str) -> Self:
        """Return the axis that holds all numbers of a panel, with room for the open sides; `scale` is log or linear."""
        low, high = min(numbers), max(numbers)
        if unit == "percent":
            return cls("linear", 0, max(100, high))
        if scale == "linear" or low <= 0:
            return cls("linear" if scale == "linear" else "symlog", 0, (high or 1) * 1.3)
        return cls("log", low / _REACH, high * _REACH)

    def scale(self) -> dict[str, Any]:
        """Return Vega-Lite's `scale`."""
        zero = {"zero": False} if self.kind == "linear" else {}
        return {"type": self.kind, "domain": [self.low, self.high], "nice": False, "clamp": True, **zero}

    def axis(self) -> dict[str, Any]:
        """Return Vega-Lite's `axis`, with ticks at 1, 2 and 5 of each power of ten where the scale is logarithmic."""
        values = {}
        if self.kind == "log":
            powers = range(floor(log10(self.low)), ceil(log10(self.high)))
            ticks = [digit * 10**power for power in powers for digit in (1, 2, 5)]
            values = {"values": [tick for tick in ticks if self.low <= tick <= self.high]}
        return {"tickCount": 4, "format": ",~f" if self.high < MILLION else "~s", "grid": True, **values}

    def fade(self, bound: float, direction: int) -> Iterator[tuple[float, float, float]]:
        """Yield the steps in which an open side fades out, as (from, to, opacity); `direction` is 1 (up) or -1."""
        ends = [self._beyond(bound, direction, step / len(OPACITIES)) for step in range(len(OPACITIES) + 1)]
        yield from zip(ends, ends[1:], OPACITIES, strict=False)

    def _beyond(self, bound: float, direction: int, share: float) -> float:
        """Return the number at a share (0 to 1) of the way from the bound to where the side has faded out."""
        if self.kind == "log":
            return float(bound * _REACH ** (direction * share))
        room = (self.high - bound if direction > 0 else bound - self.low) * 0.95
        return bound + direction * share * min(room, 0.3 * (self.high - self.low))
