"""The figures of estimates: their numbers, computed where derived, their granularity, and the numbers they admit."""

import sqlite3
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from schema.intervals import Interval, granularity_of
from schema.terms import HEDGES, Hedge
from seeds.entries import Record
from seeds.rules.numerals import bears_fraction, read_magnitude


class CodedFigure(NamedTuple):
    """The columns of a staged estimate from which its figure is computed.

    `derived_from` is the id of the estimate whose numbers are multiplied by `derived_factor`; both may be null.
    """

    hedge: str
    low: float | None
    best: float | None
    high: float | None
    wording: str
    derived_from: str | None
    derived_factor: float | None


CODED = ", ".join(f"estimates.{name}" for name in CodedFigure._fields)
"""These columns in SQL."""
_BASE = f"SELECT {CODED} FROM estimates WHERE id = ?"  # noqa: S608 (names of columns)


@dataclass(frozen=True, slots=True)
class Figure:
    """The numbers of an estimate, and the values that are computed from them and from its hedge."""

    hedge: Hedge
    low: float | None
    best: float | None
    high: float | None
    granularity: float | None
    low_inclusive: bool | None
    high_inclusive: bool | None
    interval: Interval | None

    def answered(self) -> Record:
        """Return the keys of the estimate that its figure determines, which are columns too."""
        return {
            **{"low": self.low, "best": self.best, "high": self.high, "granularity": self.granularity},
            **{"low_inclusive": self.low_inclusive, "high_inclusive": self.high_inclusive},
        }


WORDED_FRACTION = 10
"""The granularity of a fraction in words, in percent: "a third" is said of 28.3 to 38.3 percent."""


def figure_of(coded: CodedFigure, staged: sqlite3.Connection) -> Figure:
    """Return the figure of a checked estimate; `staged` holds the base of a derived estimate."""
    if coded.derived_factor is not None:
        base = CodedFigure(*staged.execute(_BASE, (coded.derived_from,)).fetchone())
        return _derived(figure_of(base, staged), coded.derived_factor, bears_fraction(coded.wording))
    if coded.hedge == Hedge.VAGUE:
        worded = read_magnitude(coded.wording)[1]
    else:
        worded = WORDED_FRACTION if bears_fraction(coded.wording) else None
    return _figure(coded.hedge, coded.low, coded.best, coded.high, worded)


@lru_cache(maxsize=8_192)
def _figure(term: str, low: float | None, best: float | None, high: float | None, worded: float | None) -> Figure:
    """Return the figure of numbers; `worded` is the granularity of a vague word or of a fraction."""
    hedge = Hedge(term)
    rule = HEDGES[hedge]
    granularity = worded if worded is not None or hedge is Hedge.VAGUE else granularity_of(low, best, high)
    return Figure(
        *(hedge, low, best, high, granularity),
        None if low is None else rule.low_inclusive,
        None if high is None else rule.high_inclusive,
        Interval.of(hedge, low, best, high, granularity),
    )


def _derived(base: Figure, factor: float, worded: bool) -> Figure:
    """Return the figure of a part of a base; it admits all that the factor and the base admit together."""
    low, best, high = (
        None if number is None else round(number * factor, 6) for number in (base.low, base.best, base.high)
    )
    granularity = granularity_of(low, best, high)
    figure = _figure(Hedge.APPROXIMATELY, low, best, high, granularity)
    margin = (WORDED_FRACTION if worded else granularity_of(round(100 * factor, 1)) or 0) / 200
    admitted = base.interval and base.interval.multiplied(max(factor - margin, 0), factor + margin)
    return replace(figure, interval=admitted)
