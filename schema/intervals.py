"""EDTF dates as periods of days, and figures as intervals of numbers, with their rounding and their contradictions."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Self

from edtf import parse_edtf

from schema.terms import HEDGES, Bound, Hedge

NUMBERS = ("low", "best", "high")
"""The numbers that a figure can state, named as UCDP names them."""

_DAYS_IN_400_YEARS = 146_097
_YEAR = "[0-9]{4}"
_LEAP_YEAR = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
_DAY = (
    f"(?:{_YEAR}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    f"|02-(?:0[1-9]|1[0-9]|2[0-8]))|{_LEAP_YEAR}-02-29)"
)
_DATE = f"(?:{_YEAR}(?:-(?:0[1-9]|1[0-2]))?|{_DAY})[~?%]?"
_PART_OF_YEAR = f"{_YEAR}-(?:2[123]|3[3-6])"
_UNSPECIFIED = f"(?:[0-9]{{2}}(?:XX|[0-9]X)|{_YEAR}-XX|{_YEAR}-(?:0[1-9]|1[0-2])-XX)"
# A reversed interval or set is refused by the pattern itself: where two dates first differ, the second is smaller.
_REVERSED = "|".join(f"{digit}[^/.]*(?:/|[.]{{2}})\\1[0-{digit - 1}]" for digit in range(1, 10))
_SIDE = f"(?:{_PART_OF_YEAR}|{_DATE})"

EDTF_PATTERN = (
    f"^(?!\\[?([0-9-]*)(?:{_REVERSED}))(?:{_PART_OF_YEAR}|{_UNSPECIFIED}|{_DATE}|{_DATE}/{_DATE}"
    f"|{_SIDE}/[.]{{2}}|[.]{{2}}/{_SIDE}|\\[{_DAY}[.]{{2}}{_DAY}\\])$"
)
"""The supported EDTF dates, as one ECMA 262 pattern: the server checks it, and OpenAPI publishes it.

Years, months and days that exist, qualified (`~ ? %`) or not; spring, summer and autumn (`-21 -22 -23`; winter
lies in two years, and an interval says which); quarters of a year (`-33` to `-36`); unspecified digits (`201X`,
`2017-XX`); intervals, open ones too (`../2016-22`: all the time up to summer 2016); and one day of several, as a set
(`[2017-12-27..2017-12-31]`).
"""

EDTF_EXPECTED = (
    "an EDTF date or interval that exists, such as 2017, 2017-07, 2016-22 (summer), 2016-33 (first quarter), "
    "2017-07-10, 2023-03-12~, 2017-07/2017-12, 2017-07/.. or ../2017, or one day of several, such as "
    "[2017-12-27..2017-12-31]"
)


@dataclass(frozen=True)
class Period:
    """An EDTF date with its first and last day (ISO 8601, both included); `None` is an open end."""

    edtf: str
    start: str | None
    end: str | None


@lru_cache(maxsize=16_384)
def read_period(text: str) -> Period:
    """Return the period of an EDTF string (ISO 8601-2, as far as EDTF_PATTERN supports it).

    Raises ValueError with what was expected.
    """
    if not re.fullmatch(EDTF_PATTERN, text, re.ASCII):
        raise ValueError(EDTF_EXPECTED)
    sides = text.strip("[]").split("..") if text.startswith("[") else text.split("/")
    return Period(text, _days(sides[0])[0], _days(sides[-1])[1])


@lru_cache(maxsize=16_384)
def _days(date_: str) -> tuple[str | None, str | None]:
    """Return the first and last day of one date, which may be one side of an interval; None where that side is open."""
    if re.fullmatch(f"{_DAY}[~?%]?", date_, re.ASCII):
        return date_[:10], date_[:10]
    if date_ == "..":
        return None, None
    if month_or_year := re.fullmatch("([0-9]{4})(?:-(0[1-9]|1[0-2]))?[~?%]?", date_, re.ASCII):
        year, month = month_or_year.groups()
        last = month or "12"
        return f"{year}-{month or '01'}-01", f"{year}-{last}-{monthrange(int(year), int(last))[1]}"
    # The parser reads 1 to 9999 only as bare dates.
    parsed = parse_edtf(date_)
    start, end = ("{:04d}-{:02d}-{:02d}".format(*day[:3]) for day in (parsed.lower_strict(), parsed.upper_strict()))
    return start, end


def day_number(day: str | None) -> int | None:
    """Return a day (ISO 8601, the years 0 to 9999) as the number of days since the day before 0001-01-01."""
    if day is None:
        return None
    if day.startswith("0000"):  # Python's calendar has no year 0; it repeats every 400 years
        return date.fromisoformat(f"0400{day[4:]}").toordinal() - _DAYS_IN_400_YEARS
    return date.fromisoformat(day).toordinal()


@dataclass(frozen=True)
class Interval:
    """The numbers that a stated figure admits. An open high side is None, an open low side is 0."""

    low: float
    high: float | None
    low_inclusive: bool = True
    high_inclusive: bool = True

    @classmethod
    def of(
        cls,
        hedge: Hedge,
        low: float | None,
        best: float | None,
        high: float | None,
        granularity: float | None,
    ) -> Self | None:
        """Return the interval of a figure; None for a vague one.

        A ceiling admits everything from 0, also where it is given as a range ("does not exceed 400 to 500"), and a
        floor everything above it. An approximate figure admits its best ± half of its granularity: that is used to
        compare and filter figures, and is never shown as a stated number.
        """
        rule = HEDGES[hedge]
        if hedge is Hedge.VAGUE:
            return None
        if best is not None and rule.bound is Bound.CENTRE:
            margin = (granularity or 0) / 2
            # Rounded to nine decimals, because 33.3 + 0.05 is not exactly 33.35 in binary floating point.
            return cls(max(round(best - margin, 9), 0), round(best + margin, 9))
        if rule.bound is Bound.CEILING:
            return cls(0, high, high_inclusive=rule.high_inclusive)
        if rule.bound is Bound.FLOOR:
            return cls(low or 0, None, low_inclusive=rule.low_inclusive)
        return cls(low or 0, high)

    def multiplied(self, least: float, most: float) -> "Interval":
        """Return the interval of a number in this one, multiplied by a factor between two."""
        high = None if self.high is None else round(self.high * most, 9)
        return Interval(round(self.low * least, 9), high, self.low_inclusive, self.high_inclusive)

    def _ends_before(self, other: "Interval") -> bool:
        if self.high is None:
            return False
        touching = self.high_inclusive and other.low_inclusive
        return self.high < other.low or (self.high == other.low and not touching)

    def is_disjoint(self, other: "Interval") -> bool:
        """Return whether no number lies in both intervals."""
        return self._ends_before(other) or other._ends_before(self)


def exclude_each_other(first: tuple[Hedge, Interval], second: tuple[Hedge, Interval]) -> bool:
    """Return whether two figures of one claim cannot both be right.

    That is so where no number lies in both intervals, and where one figure is a floor that starts at the firm ceiling
    of the other: "500 or more" contradicts "does not exceed 400 to 500", although 500 lies in both.
    """
    if first[1].is_disjoint(second[1]):
        return True
    rules = {HEDGES[hedge].bound: (HEDGES[hedge], interval) for hedge, interval in (first, second)}
    if not {Bound.FLOOR, Bound.CEILING} <= rules.keys():
        return False
    (_, floor), (ceiling_rule, ceiling) = rules[Bound.FLOOR], rules[Bound.CEILING]
    return ceiling_rule.firm and floor.low == ceiling.high


def granularity_of(*numbers: float | None) -> float | None:
    """Return the finest power of ten that the numbers are rounded to: 400 → 100, 33.3 → 0.1.

    Zero counts as rounded to 1. Return None where there is no number.
    """
    return min((_power_of_ten(number) for number in numbers if number is not None), default=None)


def _power_of_ten(number: float) -> float:
    if number != int(number):
        decimals = len(repr(float(number)).partition(".")[2])
        return float(10**-decimals)
    power, quotient = 1, int(number)
    while quotient and quotient % 10 == 0:
        power, quotient = power * 10, quotient // 10
    return power
