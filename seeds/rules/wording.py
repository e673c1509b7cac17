"""The rules of one estimate: its numbers, hedge, wording, headline and evidence have to fit each other."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from schema.fields import shown
from schema.intervals import NUMBERS
from schema.quantities import COUNTED, Kind, Quantity, Unsettled, Words, figure_of, language_of, read_quantities
from schema.terms import HEDGES, MEASURED, UNITS, Hedge, Locus
from seeds.entries import Record
from seeds.rules.faults import Fault

_REMEMBERED = 4_096
_BESIDE = 200
"""How many characters before and behind a wording are read with it."""


def faults_of_figure(record: Record, unit: str | None, language: str, *, worded: bool = True) -> Iterator[Fault]:
    """Yield the faults of an estimate whose numbers, hedge and wording do not fit each other.

    `unit` is the unit of its indicator, `language` that of its article. With `worded` false the wording holds cells of
    a table, and is not checked.
    """
    yield from _numbers_against_hedge(record)
    if worded:
        yield from _figure_against_wording(record, unit, language)
    if unit in UNITS - MEASURED and not record["derived"]:
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


@lru_cache(maxsize=_REMEMBERED)
def quantity_in(wording: str, language: str, *, vague: bool = False) -> Quantity | None:
    """Return the quantity that a wording is coded by: its last figure; None where it has none.

    With `vague`, that may be a word such as "most" too.
    """
    quantities = read_quantities(wording, language)
    figures = [each for each in quantities if each.kind in COUNTED or (vague and each.kind is Kind.QUANTIFIER)]
    figures = figures or [each for each in quantities if each.kind is Kind.ARTICLE]
    return figures[-1] if figures else None


def _figure_against_wording(record: Record, unit: str | None, language: str) -> Iterator[Fault]:
    """Yield the faults of numbers and a hedge that are not those of the last figure in the wording.

    A hedge before two coordinated numbers covers both, so the wording of the second number begins with the first.
    """
    wording, hedge = record["wording"], record["hedge"]
    if not language_of(language).known:
        yield from _digits_against_wording(record, language)
        return
    quantity = quantity_in(wording, language, vague=hedge is Hedge.VAGUE)
    if hedge is Hedge.VAGUE:
        if quantity is None or quantity.hedge is not Hedge.VAGUE:
            what = f"{shown(wording)} is not vague; expected a word such as dozens, hundreds, most and no number"
            yield Fault("wording-not-vague", "wording", what)
        return
    bears = said_by(quantity)
    yield from _unsettled(record, quantity)
    yield from _numbers_against_quantity(record, quantity, bears)
    if quantity and hedge is not quantity.hedge and not _is_closest(hedge, quantity):
        name = "hedge-not-coded" if hedge is Hedge.NONE else "hedge-not-worded"
        yield Fault(name, "hedge", f"{shown(hedge)} is not what {shown(wording)} says; expected {quantity.hedge}")
    if quantity and unit and quantity.unit not in (None, unit) and not record["derived"]:
        what = f"{shown(wording)} says {quantity.unit}; expected {unit}, the indicator's unit"
        yield Fault("unit-not-worded", "wording", what)


def _numbers_against_quantity(record: Record, quantity: Quantity | None, bears: str) -> Iterator[Fault]:
    """Yield a fault for each number that is not the quantity's with the coded hedge, and one for the wording."""
    numbers = quantity.numbers if quantity else ()
    if record["derived"]:
        expected: dict[str, float | None] = {"derived.factor": numbers[-1] if numbers else None}
        coded: dict[str, float | None] = {"derived.factor": _percent(record["derived"]["factor"], numbers)}
    else:
        expected = dict(zip(NUMBERS, figure_of(record["hedge"], numbers), strict=True))
        coded = {key: record[key] for key in NUMBERS}
    differing = {key: value for key, value in coded.items() if value != expected[key]}
    for key, value in differing.items():
        if value is None:
            what = f"is missing, and the wording bears {bears}; expected both ends of the range"
            yield Fault("missing-number", key, what)
        else:
            what = f"{shown(value)} is not what the wording bears, which is {bears}; expected the wording's numbers"
            yield Fault("number-not-worded", key, what)
    if differing:
        what = f"{shown(record['wording'])} bears {bears}; expected the numbers that are coded"
        yield Fault("wording-against-numbers", "wording", what)


def _digits_against_wording(record: Record, language: str) -> Iterator[Fault]:
    """Yield faults where the coded numbers are not the last digits of a wording in a language that has no file."""
    quantities = read_quantities(record["wording"], language)
    numbers = [number for quantity in quantities for number in quantity.numbers]
    coded = {key: record[key] for key in NUMBERS if record[key] is not None}
    values = list(dict.fromkeys(coded.values()))
    if numbers and numbers[len(numbers) - len(values) :] != values:
        digits = f"{', '.join(map(str, numbers))} in digits; words in {shown(language)} are not read"
        for key, value in coded.items():
            yield Fault("number-not-worded", key, f"{shown(value)} is not what the wording bears; expected {digits}")
        what = f"{shown(record['wording'])} bears other numbers; expected {digits}"
        yield Fault("wording-against-numbers", "wording", what)
    signs = [quantity.hedge for quantity in quantities if quantity.hedge not in (Hedge.NONE, Hedge.BETWEEN)]
    if record["hedge"] is Hedge.NONE and signs:
        what = f"{shown(record['hedge'])} is not what {shown(record['wording'])} says; expected {signs[-1]}"
        yield Fault("hedge-not-coded", "hedge", what)


def _unsettled(record: Record, quantity: Quantity | None) -> Iterator[Fault]:
    """Yield a fault for each misspelt hedge beside the number, and where it can be read in two ways."""
    if quantity is None:
        return
    for unsettled in quantity.unsettled:
        if unsettled.closest is None:
            what = f"{shown(unsettled.words.text)} {unsettled.why}; expected words that can be read in one way"
            yield Fault("wording-unsettled", "wording", what)
        elif unsettled.misspelt and record["hedge"] is not unsettled.hedge:
            yield _fault_of_unknown(unsettled)


def warnings_of_wording(record: Record, language: str) -> Iterator[Fault]:
    """Yield a fault, which is only a warning, where a word that may be a hedge and is in no table stands at the number.

    Nobody but the coder can say what it means.
    """
    if not language_of(language).known or record["hedge"] is Hedge.VAGUE:
        return
    quantity = quantity_in(record["wording"], language)
    for unsettled in quantity.unsettled if quantity else ():
        if unsettled.closest and not unsettled.misspelt:
            yield _fault_of_unknown(unsettled)


def _fault_of_unknown(unsettled: Unsettled) -> Fault:
    what = f"{shown(unsettled.words.text)} {unsettled.why}; expected {unsettled.closest} ({unsettled.hedge}), or a"
    return Fault("hedge-not-known", "wording", f"{what} hedge of schema/quantities/languages")


def _is_closest(hedge: Hedge, quantity: Quantity) -> bool:
    """Return whether a hedge is the closest one to an unknown word beside the number."""
    return quantity.hedge is Hedge.NONE and any(unsettled.hedge is hedge for unsettled in quantity.unsettled)


def said_by(quantity: Quantity | None) -> str:
    """Return what a quantity says: "7000 (up_to)", "400, 500 (between)"."""
    if quantity is None:
        return "no number"
    numbers = ", ".join(map(str, quantity.numbers)) or "no number"
    return numbers if quantity.hedge is Hedge.NONE else f"{numbers} ({quantity.hedge})"


def _percent(factor: float, numbers: tuple[float, ...]) -> float:
    """Return a factor in percent, to one decimal where the wording has a periodic fraction such as "a third"."""
    exact = round(100 * factor, 9)
    return round(exact, 1) if numbers and numbers[-1] != int(numbers[-1]) else exact


def fault_beside(record: Record, text: str, start: int, language: str) -> Fault | None:
    """Return a fault where words beside the wording in its text change what it says: "no more than" before "400".

    `start` is the place of the wording in the text, in code points.
    """
    wording, vague = record["wording"], record["hedge"] is Hedge.VAGUE
    alone = quantity_in(wording, language, vague=vague)
    if alone is None:
        return None
    first = max(0, start - _BESIDE)
    while 0 < first < start and not text[first - 1].isspace():
        first += 1
    last = start + len(wording) + _BESIDE
    while start + len(wording) < last < len(text) and not text[last].isspace():
        last -= 1
    shift = start - first
    for quantity in read_quantities(text[first:last], language):
        if quantity.start < alone.end + shift and quantity.end > alone.start + shift:
            settled = _settled(record, quantity) or not _settled(record, alone)
            if (quantity.numbers, quantity.hedge) == (alone.numbers, alone.hedge) and settled:
                return None
            spans = [Words("", quantity.start, quantity.end), *quantity.hedges]
            spans += [unsettled.words for unsettled in quantity.unsettled]
            begin, end = min(span.start for span in spans), max(span.end for span in spans)
            words = text[first + begin : first + end]
            what = (
                f"{shown(wording)} stands in {shown(words)}, which says {said_by(quantity)}; expected these words too"
            )
            return Fault("words-cut-off", "wording", what)
    return None


def _settled(record: Record, quantity: Quantity) -> bool:
    return all(unsettled.hedge is record["hedge"] for unsettled in quantity.unsettled)


def faults_of_headline(record: Record, title: str | None, language: str) -> Iterator[Fault]:
    """Yield a fault where the figure stands in the headline, and the headline does not hold its wording.

    Yield one too where the headline has words beside it that change what it says.
    """
    if record["locus"] is not Locus.HEADLINE:
        return
    text = title or ""
    places = [match.start() for match in re.finditer(re.escape(record["wording"]), text)]
    faults = [fault_beside(record, text, place, language) for place in places]
    if not places:
        what = f"the wording is not in the headline {shown(title)}; expected words of it, or body"
        yield Fault("not-in-headline", "locus", what)
    elif faults[0] and all(faults):
        yield faults[0]
