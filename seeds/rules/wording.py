"""The rules of one estimate: its numbers, hedge, wording, headline and evidence have to fit each other."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, zip_longest

from schema.fields import shown
from schema.grammar import counted
from schema.intervals import NUMBERS
from schema.terms import HEDGES, Hedge, Locus, Unit
from seeds.entries import Record
from seeds.rules.faults import Fault
from seeds.rules.numerals import read_magnitude, read_numbers

_RANGE = re.compile(r"[0-9] ?(?:to|or|-|\u2013) ?[0-9]")

# Words that express each hedge; the wording of a figure without a hedge may hold only those of BETWEEN.
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


def faults_of_figure(record: Record, unit: Unit | None, *, worded: bool = True) -> Iterator[Fault]:
    """Yield the faults of an estimate whose numbers, hedge and wording do not fit each other.

    `unit` is the unit of its indicator. With `worded` false the wording holds cells of a table, and is not checked.
    """
    yield from _numbers_against_hedge(record)
    if worded:
        yield from _numbers_against_wording(record)
        yield from _hedge_against_wording(record)
    if unit in (Unit.PERSONS, Unit.PROVINCES) and not record["derived"]:
        fractional = [key for key in NUMBERS if record[key] is not None and record[key] != int(record[key])]
        if fractional:
            yield Fault("parts-of-persons", fractional[0], f"counts parts of {unit}; expected whole numbers")


def _numbers_against_hedge(record: Record) -> Iterator[Fault]:
    """Yield a fault for each number that the hedge needs and lacks, or does not allow, or that is out of order."""
    hedge, rule = record["hedge"], HEDGES[record["hedge"]]
    coded = {key for key in NUMBERS if record[key] is not None}
    if record["derived"]:
        if hedge is not Hedge.APPROXIMATELY:
            what = f"{shown(hedge)} is refused; expected approximately where derived"
            yield Fault("hedge-of-derived", "hedge", what)
        for key in sorted(coded):
            what = f"{shown(record[key])} is refused; expected null, a derived figure is worked out"
            yield Fault("number-of-derived", key, what)
        return
    for key in sorted(rule.needs - coded):
        yield Fault("missing-number", key, f"is missing; expected a number, as hedge {hedge} needs one")
    for key in sorted(coded - rule.needs - rule.allows):
        yield Fault("number-against-hedge", key, f"{shown(record[key])} is refused; expected null with hedge {hedge}")
    numbers = [(key, record[key]) for key in NUMBERS if key in coded]
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
    """Yield faults where the numbers are not the last numbers in the wording.

    A hedge before two coordinated numbers covers both, so the wording of the second number begins with the first.
    """
    numbers = read_numbers(record["wording"])
    if record["hedge"] is Hedge.VAGUE:
        if numbers or not read_magnitude(record["wording"])[0]:
            what = (
                f"{shown(record['wording'])} is not vague; expected a word such as dozens, hundreds, most and no number"
            )
            yield Fault("wording-not-vague", "wording", what)
        return
    if record["derived"]:
        coded: dict[str, float] = {"derived.factor": _percent(record["derived"]["factor"], numbers)}
    else:
        coded = {key: record[key] for key in NUMBERS if record[key] is not None}
    expected = numbers[-1:] * len(coded) if record["hedge"] is Hedge.NONE else numbers[len(numbers) - len(coded) :]
    bears = ", ".join(map(str, numbers)) or "no number"
    for (key, value), number in zip_longest(coded.items(), expected):
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
    """Yield a fault where the wording has no word for the hedge, or has a word for a hedge and none is coded."""
    hedge, wording = record["hedge"], record["wording"]
    if hedge in _CUE and not _CUE[hedge].search(wording):
        words = ", ".join(_CUES[hedge].split("|"))
        what = f"{shown(hedge)} is not what {shown(wording)} says; expected one of: {words}"
        yield Fault("hedge-not-worded", "hedge", what)
    if hedge is Hedge.NONE:
        hedges = [other for other, cue in _CUE.items() if other is not Hedge.BETWEEN and cue.search(wording)]
        if hedges:
            what = f"{shown(hedge)} is not what {shown(wording)} says; expected {hedges[0]}"
            yield Fault("hedge-not-coded", "hedge", what)


def _percent(factor: float, numbers: Sequence[float]) -> float:
    """Return a factor in percent, to one decimal where the wording has a periodic fraction such as "a third"."""
    exact = round(100 * factor, 9)
    return round(exact, 1) if numbers and numbers[-1] != int(numbers[-1]) else exact


def faults_of_headline(record: Record, title: str | None) -> Iterator[Fault]:
    """Yield a fault where the figure stands in the headline, and the headline does not hold its wording."""
    if record["locus"] is Locus.HEADLINE and record["wording"] not in (title or ""):
        what = f"the wording is not in the headline {shown(title)}; expected words of it, or body"
        yield Fault("not-in-headline", "locus", what)


def faults_of_evidence(record: Record) -> Iterator[Fault]:
    """Yield faults where the evidence of an estimate from a text is not a span of the length of its wording."""
    evidence, length = record["evidence"], len(record["wording"])
    if evidence["row"] is not None:
        what = f"{shown(evidence['row'])} is refused; expected null, as it is a table's"
        yield Fault("row-of-text", "evidence.row", what)
    missing = [key for key in ("start", "end") if evidence[key] is None]
    for key in missing:
        what = "is missing; expected where the wording stands in the text"
        yield Fault("missing-value", f"evidence.{key}", what)
    if missing:
        return
    span = evidence["end"] - evidence["start"]
    if span != length:
        what = f"spans {counted(span, 'character')}; expected {length}, as the wording has"
        yield Fault("evidence-against-wording", "evidence.end", what)
        what = f"has {counted(length, 'character')}; expected {span}, as its evidence spans"
        yield Fault("wording-against-evidence", "wording", what)
