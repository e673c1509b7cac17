"""The figures of estimates: their numbers, computed where derived, their granularity, and the numbers they admit."""

import sqlite3
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from schema.intervals import Interval, granularity_of
from schema.quantities import Quantity
from schema.terms import HEDGES, Hedge
from seeds.entries import Record
from seeds.rules.wording import quantity_in

_WHOLE = 100
"""Percent."""
_LANGUAGE = "SELECT CAST(record AS TEXT) ->> '$.language' FROM articles WHERE id = ?"


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


def figure_of(coded: CodedFigure, staged: sqlite3.Connection) -> Figure:
    """Return the figure of a checked estimate; `staged` holds its article, and the base of a derived estimate."""
    if coded.derived_factor is not None:
        base = CodedFigure(*staged.execute(_BASE, (coded.derived_from,)).fetchone())
        factor = _quantity_of(coded, staged)
        granularity = factor.granularity if factor else granularity_of(round(100 * coded.derived_factor, 1))
        return _derived(figure_of(base, staged), coded.derived_factor, (granularity or 0) / 100)
    return _figure(coded.hedge, coded.low, coded.best, coded.high, _granularity_in_words(coded, staged))


def _granularity_in_words(coded: CodedFigure, staged: sqlite3.Connection) -> float | None:
    """Return the granularity of a vague word or of a fraction: "hundreds", "a third", "1 in 4"; None of other figures.

    Reading takes long, so a wording is read only if it may be such a one: a fraction is below 100 percent, and is not
    printed as a percentage.
    """
    numbers = [number for number in (coded.low, coded.best, coded.high) if number is not None]
    if numbers and (numbers[0] >= _WHOLE or f"{numbers[0]:g}" in coded.wording):
        return None
    quantity = _quantity_of(coded, staged)
    return quantity.granularity if quantity and set(quantity.numbers) == set(numbers) else None


def _quantity_of(coded: CodedFigure, staged: sqlite3.Connection) -> Quantity | None:
    """Return the quantity that the wording of an estimate says."""
    (language,) = staged.execute(_LANGUAGE, (coded.article,)).fetchone()
    return quantity_in(coded.wording, language, vague=coded.hedge == Hedge.VAGUE)


@lru_cache(maxsize=8_192)
def _figure(term: str, low: float | None, best: float | None, high: float | None, worded: float | None) -> Figure:
    """Return the figure of numbers; `worded` is the granularity of its words, where they were read."""
    hedge = Hedge(term)
    rule = HEDGES[hedge]
    granularity = worded if worded is not None or hedge is Hedge.VAGUE else granularity_of(low, best, high)
    return Figure(
        *(hedge, low, best, high, granularity),
        None if low is None else rule.low_inclusive,
        None if high is None else rule.high_inclusive,
        Interval.of(hedge, low, best, high, granularity),
    )


def _derived(base: Figure, factor: float, rounded_to: float) -> Figure:
    """Return the figure of a part of a base; it admits all that the factor and the base admit together."""
    low, best, high = (
        None if number is None else round(number * factor, 6) for number in (base.low, base.best, base.high)
    )
    granularity = granularity_of(low, best, high)
    figure = _figure(Hedge.APPROXIMATELY, low, best, high, granularity)
    margin = rounded_to / 2
    admitted = base.interval and base.interval.multiplied(max(factor - margin, 0), factor + margin)
    return replace(figure, interval=admitted)
