"""Figures, times and counts as English phrases."""

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from typing import Any

from schema.terms import Hedge, Unit, is_currency

_FIGURES = {
    Hedge.NONE: "{high}",
    Hedge.APPROXIMATELY: "about {best}",
    Hedge.NEARLY: "nearly {high}",
    Hedge.BETWEEN: "{low} to {high}",
    Hedge.AT_MOST: "at most {high}",
    Hedge.UP_TO: "up to {high}",
    Hedge.FEWER_THAN: "fewer than {high}",
    Hedge.AT_LEAST: "at least {low}",
    Hedge.MORE_THAN: "more than {low}",
    Hedge.VAGUE: "no number",
}
_RANGES = {Hedge.AT_MOST: "at most {low} to {high}", Hedge.APPROXIMATELY: "about {low} to {high}"}
"""The phrases of hedges that can hold two numbers, where they do."""
_UNITS = {Unit.PERSONS: "people", Unit.KM2: "km²", "USD": "US dollars"}
_MAGNITUDES = {10: "dozens", 100: "hundreds", 1000: "thousands"}
MONTHS = [
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
]
"""The names of the months."""
_PARTS_OF_YEARS = {
    **{"21": "spring", "22": "summer", "23": "autumn"},
    **{"33": "the first quarter of", "34": "the second quarter of", "35": "the third quarter of"},
    "36": "the last quarter of",
}


def figure(estimate: Mapping[str, Any]) -> str:
    """Return the number of an estimate with its hedge and unit: `fewer than 1,000`, `400 to 500`, `about 33.3%`."""
    hedge, low, best, high = (estimate[key] for key in ("hedge", "low", "best", "high"))
    if hedge == Hedge.VAGUE:
        return _MAGNITUDES.get(estimate["granularity"], _FIGURES[Hedge.VAGUE])
    phrase = _FIGURES[Hedge(hedge)]
    if hedge == Hedge.BETWEEN and best is not None:
        phrase += ", best {best}"
    if low is not None and high is not None and low != high:
        phrase = _RANGES.get(hedge, phrase)
    elif hedge == Hedge.APPROXIMATELY and best is None:  # derived from an estimate with one open side
        phrase = "up to about {high}" if low is None else "at least about {low}"
    return phrase.format(low=amount(low, estimate), best=amount(best, estimate), high=amount(high, estimate))


def amount(value: float | None, estimate: Mapping[str, Any], suffix: str = "") -> str:
    """Return a number in the unit of its estimate: `33.3%`, `$1,000`, `EUR 25M` with the suffix M; empty for None."""
    if value is None:
        return ""
    whole = int(value)
    number, unit = f"{whole if whole == value else value:,}{suffix}", estimate["indicator"]["unit"]
    if is_currency(unit):
        return f"${number}" if unit == "USD" else f"{unit} {number}"
    return {Unit.PERCENT: f"{number}%", Unit.KM2: f"{number} km²"}.get(unit, number)


def unit_in_words(unit: str) -> str:
    """Return a unit in words: `persons` → `people`, `km2` → `km²`; of a currency its code: `EUR`."""
    return _UNITS.get(unit, unit)


def count(number: int, noun: str) -> str:
    """Return a number with its noun: `1 estimate`, `1,200 estimates`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def printed(claim: Mapping[str, Any]) -> str:
    """Return how often a claim was printed: `once`, `7 times in 2 articles`."""
    if claim["reports"] == 1:
        return "once"
    return f"{claim['reports']:,} times in {count(claim['articles'], 'article')}"


def alternatives(names: Sequence[str]) -> str:
    """Return names as a choice: `Iraq`, `Iraq or Syria`, `Homs, Iraq or Syria`."""
    return " or ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def when(edtf: str) -> str:
    """Return an EDTF date in words: `2017-07` → `July 2017`, `2023-03-12~` → `about 12 March 2023`."""
    if edtf.startswith("["):
        start, end = edtf.strip("[]").split("..")
        return f"one day of {when(start)} to {when(end)}"
    if "/" in edtf:
        start, end = edtf.split("/")
        if start == "..":
            return f"until {when(end)}"
        return f"from {when(start)} on" if end == ".." else f"{when(start)} to {when(end)}"
    qualifier = {"~": "about ", "?": "perhaps ", "%": "perhaps about "}.get(edtf[-1], "")
    year, *month_and_day = edtf.rstrip("~?%").split("-")
    if year.endswith("X"):
        return f"some time in {year.replace('X', '0')} to {year.replace('X', '9')}"
    if month_and_day and month_and_day[0] in _PARTS_OF_YEARS:
        return f"{qualifier}{_PARTS_OF_YEARS[month_and_day[0]]} {year}"
    if not month_and_day or month_and_day[0] == "XX":
        return qualifier + ("some time in " if month_and_day else "") + year
    month = MONTHS[int(month_and_day[0]) - 1]
    if len(month_and_day) == 1 or month_and_day[1] == "XX":
        return f"{qualifier}{'some day in ' if len(month_and_day) > 1 else ''}{month} {year}"
    return f"{qualifier}{int(month_and_day[1])} {month} {year}"


def span(start: str | None, end: str | None) -> str:
    """Return the time from one day to another, None where open: whole years and months as such: `2016 to 2017`."""
    if start is None or end is None:
        return "at any time" if start == end else when(f"{start or '..'}/{end or '..'}")
    year, month, day = map(int, end.split("-"))
    if start.endswith("-01-01") and end.endswith("-12-31"):
        start, end = start[:4], end[:4]
    elif start.endswith("-01") and day == monthrange(year, month)[1]:
        start, end = start[:7], end[:7]
    return when(start if start == end else f"{start}/{end}")


def bounds(numbers: Mapping[str, Any], unit: str) -> str:
    """Return the numbers from `low` to `high` in words: `400 to 500`, `up to 7,000`, `more than 8`, `no bound`."""
    low, high = (amount(numbers[end], {"indicator": {"unit": unit}}) for end in ("low", "high"))
    if not low and not high:
        return "no bound"
    if not low:
        return f"up to {high}" if numbers["high_inclusive"] else f"fewer than {high}"
    if not high:
        return f"at least {low}" if numbers["low_inclusive"] else f"more than {low}"
    return low if low == high else f"{low} to {high}"


def hedge_in_words(hedge: str) -> str:
    """Return a hedge in words: `at_most` → `at most`; `none` → `stated without a hedge`."""
    return "stated without a hedge" if hedge == Hedge.NONE else words(hedge)


def at(edtf: str) -> str:
    """Return an EDTF date with its preposition: `2017-07` → `in July 2017`, `2017-07?` → `perhaps in July 2017`."""
    phrase = when(edtf)
    if edtf.startswith("["):
        return f"on {phrase}"
    if "/" in edtf:
        return phrase if ".." in edtf else f"from {phrase}"
    if phrase.startswith("some "):
        return phrase
    preposition = "on" if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", edtf.rstrip("~?%")) else "in"
    date = phrase.removeprefix("perhaps ")
    return f"{'' if date == phrase else 'perhaps '}{preposition} {date}"


def words(term: str) -> str:
    """Return a term as words: `armed_group` → `armed group`."""
    return re.sub(r"[_-]+", " ", term)
