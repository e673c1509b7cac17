"""The figures of estimates: their numbers, computed where derived, their granularity, and the numbers they admit."""

import sqlite3
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from schema.intervals import Interval, granularity_of
from schema.terms import HEDGES, Hedge
from seeds.entries import Record
from seeds.rules.wording import magnitude_in

_LANGUAGE = "SELECT CAST(record AS TEXT) ->> '$.language' FROM articles WHERE id = ?"
_BASE = "SELECT low, best, high FROM estimates WHERE id = ?"


class CodedFigure(NamedTuple):
    """The columns of a staged estimate from which its figure is computed.

    `derived_from` is the id of the estimate whose numbers are multiplied by `derived_factor`; both may be null.
    """

    article: str
    hedge: str
    low: float | None
    best: float | None
    high: float | None
    wording: str
    derived_from: str | None
    derived_factor: float | None


CODED = ", ".join(f"estimates.{name}" for name in CodedFigure._fields)
"""These columns in SQL."""


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


def figure_of(coded: CodedFigure, staged: sqlite3.Connection) -> Figure:
    """Return the figure of a checked estimate; `staged` holds the base of a derived estimate, and its article."""
    numbers: list[float | None] = [coded.low, coded.best, coded.high]
    if coded.derived_factor is not None:
        base, factor = staged.execute(_BASE, (coded.derived_from,)).fetchone(), coded.derived_factor
        numbers = [None if number is None else round(number * factor, 6) for number in base]
    magnitude = None
    if coded.hedge == Hedge.VAGUE:
        (language,) = staged.execute(_LANGUAGE, (coded.article,)).fetchone()
        magnitude = magnitude_in(coded.wording, language)
    return _figure(coded.hedge, *numbers, magnitude)


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
