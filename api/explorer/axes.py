"""The axis of numbers of a panel: its scale, its ticks, and how an open side of an estimate fades out on it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from math import ceil, floor, log1p, log10
from typing import Any, Self

from api.formats.phrases import unit_in_words
from schema.terms import Unit

MILLION = 1_000_000
MOST_TICKS = 6
A_HUNDREDFOLD = 100
"""The width of a logarithmic axis from which its ticks are powers of ten alone."""
OPACITIES = (0.6, 0.45, 0.32, 0.21, 0.12, 0.05)
"""The opacity of each step in which an open side fades out."""
_REACH = 2.6
"""The factor between the stated bound and the number at which an open side has faded out, on a logarithmic scale."""


def _steps() -> Iterator[float]:
    """Yield 1, 2, 5, 10, 20, 50 and so on, from a thousandth up."""
    for power in count(-3):
        yield from (digit * 10.0**power for digit in (1, 2, 5))


@dataclass(frozen=True)
class Axis:
    """An axis of numbers: `low` and `high` are its ends.

    `kind` is a Vega-Lite scale (linear, log or symlog), or "none" where no number is said.
    """

    kind: str
    low: float
    high: float

    @classmethod
    def of(cls, numbers: Sequence[float], unit: str, scale: str) -> Self:
        """Return the axis that holds all numbers of a panel, with room for the open sides; `scale` is log or linear."""
        if not numbers:
            return cls("none", 0, 1)
        low, high = min(numbers), max(numbers)
        if unit == Unit.PERCENT:
            return cls("linear", 0, max(100, high))
        if scale == "linear" or low <= 0:
            return cls("linear" if scale == "linear" else "symlog", 0, (high or 1) * 1.3)
        return cls("log", low / _REACH, high * _REACH)

    def share(self, number: float) -> float:
        """Return where a number stands, as a share of the axis: 0 at its low end, 1 at its high end."""
        low, high, value = (self._transformed(end) for end in (self.low, self.high, number))
        return min(max((value - low) / (high - low), 0.0), 1.0)

    def _transformed(self, number: float) -> float:
        if self.kind == "linear":
            return number
        return log10(number) if self.kind == "log" else log1p(number)

    def ticks(self) -> list[float]:
        """Return the numbers with a line: round ones, at most about six."""
        if self.kind == "none":
            return []
        if self.kind == "linear":
            step = next(step for step in _steps() if self.high / step <= MOST_TICKS - 1)
            return [step * index for index in range(int(self.high / step) + 1)]
        first = floor(log10(self.low)) if self.kind == "log" else 0
        digits = (1, 2, 5) if self.kind == "log" and self.high / self.low < A_HUNDREDFOLD else (1,)
        numbers = [digit * 10.0**power for power in range(first, ceil(log10(self.high)) + 1) for digit in digits]
        ticks = [number for number in numbers if self.low <= number <= self.high]
        ticks = ticks[:: 1 + (len(ticks) - 1) // MOST_TICKS]
        return ticks if self.kind == "log" else [0, *ticks]

    def described(self, unit: str) -> str:
        """Return the unit and the kind of the axis in words: `people, on a logarithmic scale`."""
        counted_in = unit_in_words(unit)
        return counted_in if self.kind in ("none", "linear") else f"{counted_in}, on a logarithmic scale"

    def scale(self) -> dict[str, Any]:
        """Return Vega-Lite's `scale`."""
        kind = "linear" if self.kind == "none" else self.kind
        zero = {"zero": False} if kind == "linear" else {}
        return {"type": kind, "domain": [self.low, self.high], "nice": False, "clamp": True, **zero}

    def axis(self) -> dict[str, Any]:
        """Return Vega-Lite's `axis`, with the same ticks."""
        return {"values": self.ticks(), "format": ",~f" if self.high < MILLION else "~s", "grid": True}

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
