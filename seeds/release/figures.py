"""A figure as it was coded → what follows from it: its numbers if derived, its rounding, the numbers it admits."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from schema.intervals import NUMBERS, Interval, granularity_of
from schema.terms import HEDGES, Hedge
from seeds.entries import Record
from seeds.rules.numerals import read_magnitude


@dataclass(frozen=True, slots=True)
class Figure:
    """The numbers of an estimate, and what follows from them and its hedge."""

    hedge: Hedge
    low: float | None
    best: float | None
    high: float | None
    granularity: float | None
    low_inclusive: bool | None
    high_inclusive: bool | None
    interval: Interval | None

    def said(self) -> Record:
        """Return what is answered of it, which is also what is compared."""
        return {
            **{"low": self.low, "best": self.best, "high": self.high, "granularity": self.granularity},
            **{"low_inclusive": self.low_inclusive, "high_inclusive": self.high_inclusive},
        }


def figure_of(record: Record, find: Callable[[str], Record]) -> Figure:
    """Return the figure of a checked estimate; `find` gives an estimate by its id, for those derived from another."""
    numbers = [record[key] for key in NUMBERS]
    if record["derived"]:
        base, factor = find(record["derived"]["from"]), record["derived"]["factor"]
        numbers = [None if base[key] is None else round(base[key] * factor, 6) for key in NUMBERS]
    vague = record["hedge"] == Hedge.VAGUE
    return _figure(record["hedge"], *numbers, read_magnitude(record["wording"])[1] if vague else None)


@lru_cache(maxsize=8_192)
def _figure(term: str, low: float | None, best: float | None, high: float | None, magnitude: float | None) -> Figure:
    hedge = Hedge(term)
    rule = HEDGES[hedge]
    granularity = magnitude if hedge is Hedge.VAGUE else granularity_of(low, best, high)
    return Figure(
        *(hedge, low, best, high, granularity),
        None if low is None else rule.low_inclusive,
        None if high is None else rule.high_inclusive,
        Interval.of(hedge, low, best, high, granularity),
    )
