"""One estimate against its own words: numbers, hedge, wording and evidence, by the coding manual."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, zip_longest

from schema.fields import shown
from schema.intervals import NUMBERS
from schema.terms import HEDGES, Hedge, Unit
from seeds.entries import Entry, Record
from seeds.problems import Problem
from seeds.rules.faults import Fault
from seeds.rules.numerals import read_magnitude, read_numbers

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
    """Yield where the numbers of a curated figure do not fit the hedge, or either does not fit the wording."""
    for fault in faults_of_figure(entry.record, unit):
        yield entry.problem(fault.key, fault.what)
    yield from _evidence_against_wording(entry)


def faults_of_figure(record: Record, unit: Unit | None, *, worded: bool = True) -> Iterator[Fault]:
    """Yield where numbers, hedge and wording do not fit each other; cells of a table are no words (not `worded`)."""
    yield from _numbers_against_hedge(record)
    if worded:
        yield from _numbers_against_wording(record)
        yield from _hedge_against_wording(record)
    if unit in (Unit.PERSONS, Unit.PROVINCES) and not record["derived"]:
        parts = [key for key in NUMBERS if record[key] is not None and record[key] != int(record[key])]
        if parts:
            yield Fault("parts-of-persons", parts[0], f"counts parts of {unit}; expected whole numbers")


def _numbers_against_hedge(record: Record) -> Iterator[Fault]:
    hedge, rule = record["hedge"], HEDGES[record["hedge"]]
    given = {key for key in NUMBERS if record[key] is not None}
    if record["derived"]:
        for key in sorted(given):
            what = f"{shown(record[key])} is refused; expected null, a derived figure is worked out"
            yield Fault("number-of-derived", key, what)
        return
    for key in sorted(rule.needs - given):
        yield Fault("missing-number", key, f"is missing; expected a number, as hedge {hedge} needs one")
    for key in sorted(given - rule.needs - rule.allows):
        yield Fault("number-against-hedge", key, f"{shown(record[key])} is refused; expected null with hedge {hedge}")
    numbers = [(key, record[key]) for key in NUMBERS if key in given]
    ordered = True
    for (below, low), (above, high) in pairwise(numbers):
        if low > high:
            ordered = False
            what = f"{shown(low)} is above {above} {high}; expected low ≤ best ≤ high"
            yield Fault(f"{below}-above-{above}", below, what)
        elif hedge is Hedge.NONE and low != high:
            what = f"{shown(high)} differs from {below} {low}; expected one number without a hedge"
            yield Fault("numbers-differ", above, what)
    if ordered and hedge is not Hedge.NONE and len(numbers) > 1 and numbers[0][1] == numbers[-1][1]:
        (below, low), (above, high) = numbers[0], numbers[-1]
        yield Fault("numbers-equal", above, f"{shown(high)} is {below} too; expected two numbers, or one")


def _numbers_against_wording(record: Record) -> Iterator[Fault]:
    """Yield where the numbers are not the last ones that the wording bears.

    A hedge before two coordinated numbers covers both, so the wording of the second begins with the first.
    """
    worded = read_numbers(record["wording"])
    if record["hedge"] is Hedge.VAGUE:
        if worded or not read_magnitude(record["wording"])[0]:
            what = (
                f"{shown(record['wording'])} is not vague; expected a word such as dozens, hundreds, most and no number"
            )
            yield Fault("wording-not-vague", "wording", what)
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
            yield Fault("number-not-worded", key, what)
            what = f"{shown(record['wording'])} bears {bears}; expected the numbers that are coded"
            yield Fault("wording-against-numbers", "wording", what)
    if "low" in HEDGES[record["hedge"]].allows and record["low"] is None and _RANGE.search(record["wording"]):
        what = f"is missing, and the wording bears {bears}; expected both ends of the range"
        yield Fault("missing-number", "low", what)


def _hedge_against_wording(record: Record) -> Iterator[Fault]:
    """Yield where the wording bears no word for its hedge, or one for a hedge where none is coded."""
    hedge, wording = record["hedge"], record["wording"]
    if hedge in _CUE and not _CUE[hedge].search(wording):
        words = ", ".join(_CUES[hedge].split("|"))
        what = f"{shown(hedge)} is not what {shown(wording)} says; expected one of: {words}"
        yield Fault("hedge-not-worded", "hedge", what)
    if hedge is Hedge.NONE:
        found = [other for other, cue in _CUE.items() if other is not Hedge.BETWEEN and cue.search(wording)]
        if found:
            what = f"{shown(hedge)} is not what {shown(wording)} says; expected {found[0]}"
            yield Fault("hedge-not-coded", "hedge", what)


def _percent(factor: float, worded: Sequence[float]) -> float:
    """Return a factor in percent, to one decimal where the wording bears a fraction without an end ("a third")."""
    exact = round(100 * factor, 9)
    return round(exact, 1) if worded and worded[-1] != int(worded[-1]) else exact


def _evidence_against_wording(entry: Entry) -> Iterator[Problem]:
    evidence, length = entry.record["evidence"], len(entry.record["wording"])
    if evidence["row"] is not None:
        yield entry.problem("evidence.row", f"{shown(evidence['row'])} is refused; expected null, as it is a table's")
    places = [key for key in ("start", "end") if evidence[key] is None]
    for key in places:
        yield entry.problem(f"evidence.{key}", "is missing; expected where the wording stands in the text")
    if places:
        return
    span = evidence["end"] - evidence["start"]
    if span != length:
        yield entry.problem("evidence.end", f"spans {span} characters; expected {length}, as the wording has")
        yield entry.problem("wording", f"has {length} characters; expected {span}, as its evidence spans")
