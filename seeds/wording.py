"""One estimate against its own words: numbers, hedge, wording and evidence, by the coding manual."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, zip_longest

from schema.fields import shown
from schema.intervals import NUMBERS
from schema.terms import HEDGES, Hedge, Unit
from seeds.entries import Entry
from seeds.numerals import read_magnitude, read_numbers
from seeds.problems import Problem

_RANGE = re.compile(r"[0-9] ?(?:to|or|-|\u2013) ?[0-9]")

# What wording says where a hedge is coded; a figure without a hedge has none of these before it.
_CUES = {
    Hedge.APPROXIMATELY: "about|some|approximately|around|roughly|estimated|circa|half|thirds?|quarters?|fifths?",
    Hedge.NEARLY: "nearly|almost|close to|just under",
    Hedge.BETWEEN: "between|to|or|from|-",
    Hedge.AT_MOST: "at most|no more than|not more than|not exceed|not to exceed|maximum|or fewer|or less",
    Hedge.UP_TO: "up to|as many as|as much as",
    Hedge.FEWER_THAN: "fewer than|less than|under|below",
    Hedge.AT_LEAST: "at least|or more|no fewer than|no less than|not less than|minimum",
    Hedge.MORE_THAN: "more than|over|above|exceeds|exceeding|upwards of",
}
_CUE = {hedge: re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.I) for hedge, words in _CUES.items()}


def problems_with_wording(entry: Entry, unit: Unit | None) -> Iterator[Problem]:
    """Yield where the numbers do not fit the hedge, or either does not fit the wording."""
    yield from _numbers_against_hedge(entry)
    yield from _numbers_against_wording(entry, unit)
    yield from _hedge_against_wording(entry)
    yield from _evidence_against_wording(entry)


def _numbers_against_hedge(entry: Entry) -> Iterator[Problem]:
    record, rule = entry.record, HEDGES[entry.record["hedge"]]
    given = {key for key in NUMBERS if record[key] is not None}
    if record["derived"]:
        for key in sorted(given):
            yield entry.problem(key, f"{shown(record[key])} is refused; expected null, a derived figure is worked out")
        return
    for key in sorted(rule.needs - given):
        yield entry.problem(key, f"is missing; expected a number, as hedge {record['hedge']} needs one")
    for key in sorted(given - rule.needs - rule.allows):
        yield entry.problem(key, f"{shown(record[key])} is refused; expected null with hedge {record['hedge']}")
    numbers = [(key, record[key]) for key in NUMBERS if key in given]
    for (below, low), (above, high) in pairwise(numbers):
        if low > high:
            yield entry.problem(below, f"{shown(low)} is above {above} {high}; expected low ≤ best ≤ high")
        elif record["hedge"] is Hedge.NONE and low != high:
            yield entry.problem(above, f"{shown(high)} differs from {below} {low}; expected one number without a hedge")
        elif record["hedge"] is not Hedge.NONE and low == high:
            yield entry.problem(above, f"{shown(high)} is {below} too; expected two numbers, or one")


def _numbers_against_wording(entry: Entry, unit: Unit | None) -> Iterator[Problem]:
    """Yield where the numbers are not the last ones that the wording bears.

    A hedge before two coordinated numbers covers both, so the wording of the second begins with the first.
    """
    record, worded = entry.record, read_numbers(entry.record["wording"])
    if record["hedge"] is Hedge.VAGUE:
        if worded or not read_magnitude(record["wording"])[0]:
            what = (
                f"{shown(record['wording'])} is not vague; expected a word such as dozens, hundreds, most and no number"
            )
            yield entry.problem("wording", what)
        return
    if record["derived"]:
        coded: dict[str, float] = {"derived.factor": _percent(record["derived"]["factor"], worded)}
    else:
        coded = {key: record[key] for key in NUMBERS if record[key] is not None}
    borne = worded[-1:] * len(coded) if record["hedge"] is Hedge.NONE else worded[len(worded) - len(coded) :]
    bears = ", ".join(map(str, worded)) or "no number"
    for (key, value), number in zip_longest(coded.items(), borne):
        if value != number:
            what = (
                f"{shown(value)} is not what the wording bears, which is {bears}; expected the numbers of the wording"
            )
            yield entry.problem(key, what)
            what = f"{shown(record['wording'])} bears {bears}; expected the numbers that are coded"
            yield entry.problem("wording", what)
    if "low" in HEDGES[record["hedge"]].allows and record["low"] is None and _RANGE.search(record["wording"]):
        yield entry.problem("low", f"is missing, and the wording bears {bears}; expected both ends of the range")
    counted_whole = unit in (Unit.PERSONS, Unit.PROVINCES) and not record["derived"]
    if counted_whole and any(value != int(value) for value in coded.values()):
        yield entry.problem(next(iter(coded)), f"counts parts of {unit}; expected whole numbers")


def _hedge_against_wording(entry: Entry) -> Iterator[Problem]:
    """Yield where the wording bears no word for its hedge, or one for a hedge where none is coded."""
    hedge, wording = entry.record["hedge"], entry.record["wording"]
    if hedge in _CUE and not _CUE[hedge].search(wording):
        words = ", ".join(_CUES[hedge].split("|"))
        yield entry.problem("hedge", f"{shown(hedge)} is not what {shown(wording)} says; expected one of: {words}")
    if hedge is Hedge.NONE:
        found = [other for other, cue in _CUE.items() if other is not Hedge.BETWEEN and cue.search(wording)]
        if found:
            yield entry.problem("hedge", f"{shown(hedge)} is not what {shown(wording)} says; expected {found[0]}")


def _percent(factor: float, worded: Sequence[float]) -> float:
    """Return a factor in percent, to one decimal where the wording bears a fraction without an end ("a third")."""
    exact = round(100 * factor, 9)
    return round(exact, 1) if worded and worded[-1] != int(worded[-1]) else exact


def _evidence_against_wording(entry: Entry) -> Iterator[Problem]:
    evidence, length = entry.record["evidence"], len(entry.record["wording"])
    span = evidence["end"] - evidence["start"]
    if span != length:
        yield entry.problem("evidence.end", f"spans {span} characters; expected {length}, as the wording has")
        yield entry.problem("wording", f"has {length} characters; expected {span}, as its evidence spans")
