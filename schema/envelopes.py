"""The envelope of figures: the union of the numbers that they admit, as far as somebody stated its ends."""

from collections.abc import Collection, Iterable
from typing import Literal, NamedTuple

from schema.terms import HEDGES, Bound, Hedge


class Reported(NamedTuple):
    """A report of a claim; the fields are columns of `estimates`."""

    derived: bool
    in_body_too: bool
    hedge: str
    low: float | None
    best: float | None
    high: float | None
    low_inclusive: bool | None
    high_inclusive: bool | None
    value_low: float | None
    value_high: float | None


class Envelope(NamedTuple):
    """The widest numbers of some figures; an end is null where it is open, or where nobody stated it."""

    low: float | None = None
    best: float | None = None
    high: float | None = None
    low_inclusive: bool | None = None
    high_inclusive: bool | None = None


ENVELOPE_COLUMNS = tuple(f"envelope_{name}" for name in Envelope._fields)
"""The columns of `claims` that hold the envelope of a claim."""

_OPEN_WITH = {"low": Bound.CEILING, "high": Bound.FLOOR}
"""The bound that leaves a side open."""


def envelope_of_reports(reports: Iterable[Reported]) -> Envelope:
    """Return the envelope of the reports of one claim or of several.

    Vague figures add nothing to it, nor do derived ones, which nobody stated.

    A side that is open in one report is open, since no number is wider. The margin of an approximate figure was not
    stated: where it reaches further than all stated numbers, that end is null too. `best` is the number that every
    report with one gives; a headline's does not count where the body of its article reports the same claim.
    """
    figures = [report for report in reports if report.hedge != Hedge.VAGUE and not report.derived]
    low, low_inclusive = _end(figures, "low")
    high, high_inclusive = _end(figures, "high")
    bests = {figure.best for figure in figures if not figure.in_body_too} - {None}
    best = bests.pop() if len(bests) == 1 else None
    return Envelope(low, best, high, low_inclusive, high_inclusive)


def _end(figures: Collection[Reported], side: Literal["low", "high"]) -> tuple[float | None, bool | None]:
    """Return the widest number on one side, and whether it is itself meant; None and None where there is none."""
    if not figures or any(HEDGES[Hedge(figure.hedge)].bound is _OPEN_WITH[side] for figure in figures):
        return None, None
    widest = (min if side == "low" else max)(getattr(figure, f"value_{side}") for figure in figures)
    stating = [figure for figure in figures if getattr(figure, side) == widest]
    if not stating:
        return None, None
    return widest, any(getattr(figure, f"{side}_inclusive") for figure in stating)
