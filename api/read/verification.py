"""Verification: what the dataset holds about each number of a text, and who said it.

It never says that a number is true. A number is compared with the estimates of the group, the region, the indicator and
the time that its text tells; what the text does not tell may be any. A number is `borne` only if the text leaves no
doubt what it is about; else it is `unsettled`, with what is in doubt.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple

import orjson

from api import context
from api.read.counted import counted_by
from api.read.doubts import Figure, doubts_about
from api.read.known_names import known_names
from api.read.records import reader_of
from api.read.reported_numbers import Days, Number, ReportedNumber, Topic, about, that_print, that_say_vaguely
from schema import tables
from schema.intervals import Interval, Period, read_period
from schema.quantities import Quantity, TextTooLong, read_quantities
from schema.subjects.numbered_text import NumberedText, Subject
from schema.terms import HEDGES, Bound, Hedge, are_opposite

_MOST_NUMBERS = 1_000
"""The most numbers that count something in one text."""
_MOST_DATES = 4
"""The most dates on each side of a number that may tell its time."""
_MOST_EVIDENCE = 5
"""The most claims that are shown for a number."""


class Verdict(StrEnum):
    """What the dataset holds about a number, the best first."""

    BORNE = "borne"
    UNSETTLED = "unsettled"
    HEDGE_LOST = "hedge_lost"
    HEDGE_CHANGED = "hedge_changed"
    BOUND_REVERSED = "bound_reversed"
    CONTRADICTED = "contradicted"
    NUMBER_DIFFERS = "number_differs"
    NOBODY_SAID = "nobody_said"
    NOT_A_CLAIM = "not_a_claim"


_SENTENCES = {
    Verdict.BORNE: "{source} said {wording}.",
    Verdict.UNSETTLED: "{source} said {wording}; the text leaves open whether it says the same.",
    Verdict.HEDGE_LOST: "{source} said {wording}; the text drops the hedge.",
    Verdict.HEDGE_CHANGED: "{source} said {wording}; the text has another hedge.",
    Verdict.BOUND_REVERSED: "{source} said {wording}; the text makes {bound} of it.",
    Verdict.CONTRADICTED: "{source} said {wording}, which excludes this number.",
    Verdict.NUMBER_DIFFERS: "{source} said {wording}, which is another number.",
    Verdict.NOBODY_SAID: "Nobody in the dataset gives this number.",
    Verdict.NOT_A_CLAIM: "It counts nothing that the dataset counts.",
}
_BOUNDS = {Bound.FLOOR: "a floor", Bound.CEILING: "a ceiling"}


class _Comparison(NamedTuple):
    """An estimate that a number was compared with: the report of its claim that is most like it."""

    verdict: Verdict
    report: ReportedNumber


@dataclass(frozen=True)
class Finding:
    """A number of a text with its verdict; `says` is the verdict as a sentence.

    `subjects` holds what the number is about by kind (group, indicator, region). `evidence` holds the records of a
    report of each claim behind the verdict, and `sources` is the number of distinct sources of these claims: retellings
    count once. `doubts` are what the text leaves open.
    """

    quantity: Quantity
    verdict: Verdict
    subjects: dict[str, Subject]
    evidence: Sequence[dict[str, Any]]
    sources: int
    says: str
    doubts: Sequence[str] = ()


def verify(text: str, language: str, as_of: Period | None) -> list[Finding]:
    """Return a finding for each number of a text, in its order.

    `language` is a BCP 47 tag. `as_of` is the time that the text describes; if it is None, numbers are compared with
    those of any time. Raises schema.quantities.TextTooLong, also above 1,000 numbers that count something.
    """
    quantities = read_quantities(text, language)
    counting = sum(quantity.counts for quantity in quantities)
    if counting > _MOST_NUMBERS:
        raise TextTooLong(f"the text has {counting:,} numbers that count something; expected at most {_MOST_NUMBERS:,}")
    verifier = _Verifier(text, language, quantities, as_of)
    return [verifier.finding(quantity) for quantity in quantities]


def _no_claim(quantity: Quantity) -> Finding:
    """Return the finding of a number that counts nothing of the dataset."""
    doubts = [f"{unsettled.words.text}: {unsettled.why}" for unsettled in quantity.unsettled]
    return Finding(quantity, Verdict.NOT_A_CLAIM, {}, (), 0, _SENTENCES[Verdict.NOT_A_CLAIM], doubts)


class _Verifier:
    """Compares the numbers of one text; `as_of` is the time that the text describes, None if it is not known."""

    def __init__(self, text: str, language: str, quantities: Sequence[Quantity], as_of: Period | None) -> None:
        self._read, self._language, self._quantities, self._as_of = text, language, quantities, as_of
        self._dates = [quantity for quantity in quantities if quantity.edtf]
        self._names = known_names()
        self._findings: dict[tuple[object, ...], Finding] = {}
        self._about: dict[tuple[object, ...], list[ReportedNumber]] = {}

    def finding(self, quantity: Quantity) -> Finding:
        """Return the finding of a number; where the text repeats it, the dataset is asked once."""
        if not quantity.counts:
            return _no_claim(quantity)
        indicator, counted = counted_by(quantity, self._text, self._names.indicators)
        if not indicator.ids and not indicator.candidates:
            return _no_claim(quantity)
        end = max(quantity.end, counted.end if counted else 0)
        subjects = {kind: self._text.subject(kind, quantity.start, end) for kind in ("group", "region")}
        subjects["indicator"] = indicator
        times = self._times(quantity)
        key = (quantity.hedge, quantity.numbers, quantity.granularity, *subjects.values(), times)
        if key not in self._findings:
            self._findings[key] = self._find(quantity, subjects, times)
        finding = self._findings[key]
        indicators = [self._names.indicators[id_] for id_ in indicator.ids or indicator.candidates]
        nameless = frozenset(
            kind
            for kind, ids in self._names.nameless.items()
            if any(estimate[kind]["id"] in ids for estimate in finding.evidence)
        )
        doubts = doubts_about(Figure(self._text, quantity, counted, subjects, indicators, nameless))
        if finding.verdict is not Verdict.BORNE or not doubts:
            return replace(finding, quantity=quantity, doubts=doubts)
        says = _sentence(quantity, Verdict.UNSETTLED, finding.evidence)
        return replace(finding, quantity=quantity, verdict=Verdict.UNSETTLED, says=says, doubts=doubts)

    def _find(self, quantity: Quantity, subjects: dict[str, Subject], times: tuple[Period, ...]) -> Finding:
        if any(subject.is_elsewhere for subject in subjects.values()):
            return Finding(quantity, Verdict.NOBODY_SAID, subjects, (), 0, _SENTENCES[Verdict.NOBODY_SAID])
        comparisons = self._comparisons(quantity, subjects, times)
        verdict = comparisons[0].verdict if comparisons else Verdict.NOBODY_SAID
        behind = [comparison.report for comparison in comparisons if comparison.verdict is verdict]
        evidence = _records([report.position for report in behind[:_MOST_EVIDENCE]])
        sources = len({report.source_position for report in behind})
        return Finding(quantity, verdict, subjects, evidence, sources, _sentence(quantity, verdict, evidence))

    def _times(self, quantity: Quantity) -> tuple[Period, ...]:
        """Return the times that a number may be of: the nearest dates of its sentence, else `as_of`, else all dates."""
        places = self._date_places
        first, last = (bisect_left(places, place) for place in self._text.sentence(quantity.start, quantity.end))
        index = bisect_left(places, quantity.start)
        near = self._dates[max(first, index - _MOST_DATES) : min(last, index + _MOST_DATES)]
        if not near:
            return (self._as_of,) if self._as_of else self._all_times
        between = [self._text.clauses.between(date.start, date.end, quantity.start, quantity.end) for date in near]
        nearest_dates = (
            read_period(date.edtf or "") for date, marks in zip(near, between, strict=True) if marks == min(between)
        )
        return tuple(dict.fromkeys(nearest_dates))

    @cached_property
    def _text(self) -> NumberedText:
        """The text with the names in it, which are not looked for in a text without numbers."""
        return NumberedText(self._read, self._language, self._quantities, self._names)

    @cached_property
    def _date_places(self) -> list[int]:
        return [date.start for date in self._dates]

    @cached_property
    def _all_times(self) -> tuple[Period, ...]:
        return tuple(dict.fromkeys(read_period(date.edtf or "") for date in self._dates[:_MOST_DATES]))

    def _comparisons(
        self, quantity: Quantity, subjects: dict[str, Subject], times: tuple[Period, ...]
    ) -> list[_Comparison]:
        """Return the estimates that say a number; where there are none, those that say another about the same.

        Whether an estimate is about the same cannot be known where the text does not tell all its subjects.
        """
        # What the text does not tell restricts nothing: the evidence shows what the number is said of.
        topic = {kind: subject.ids or subject.candidates for kind, subject in subjects.items()}
        topic = {kind: ids for kind, ids in topic.items() if ids}
        said = self._said(quantity, topic, times)
        if said or any(subject.candidates for subject in subjects.values()):
            return said
        # What names no group or region is about the same as a report that names none.
        topic = self._names.nameless | topic
        if len(topic) < len(subjects):
            return said
        told = (*subjects.values(), times)
        if told not in self._about:
            self._about[told] = [report for time in times or (None,) for report in about(topic, time)]
        return _compare(quantity, self._about[told])

    def _said(self, quantity: Quantity, topic: Topic, times: tuple[Period, ...]) -> list[_Comparison]:
        """Return the estimates about a topic that say a number, with this hedge or another."""
        reports: list[ReportedNumber] = []
        for days in [Days.of(time) for time in times] or [Days()]:
            if quantity.numbers:
                reports += that_print(quantity.numbers, topic, days)
            else:
                reports += that_say_vaguely(quantity.granularity, topic, days)
        return [comparison for comparison in _compare(quantity, reports) if comparison.verdict in _SAID]


_RANK = list(Verdict).index
_SAID = frozenset({Verdict.BORNE, Verdict.HEDGE_LOST, Verdict.HEDGE_CHANGED, Verdict.BOUND_REVERSED})
"""Verdicts on a number that somebody said."""


def _compare(quantity: Quantity, reports: Iterable[ReportedNumber]) -> list[_Comparison]:
    """Return one report of each claim with its verdict, the best first, and of these the newest.

    That is a report that bears the number; else the first report of the claim that was said so at all: a retelling does
    not excuse what another one did to the words.
    """
    by_claim: dict[int, _Comparison] = {}
    verdicts: dict[Number, Verdict | None] = {}
    for report in sorted(reports, key=attrgetter("claim_rank", "position")):
        if report.number not in verdicts:  # thousands of reports may say the same number
            verdicts[report.number] = _verdict(quantity, report.number)
        verdict = verdicts[report.number]
        known = by_claim.get(report.claim_position)
        if verdict is not None and (known is None or _grade(verdict) < _grade(known.verdict)):
            by_claim[report.claim_position] = _Comparison(verdict, report)
    return sorted(by_claim.values(), key=lambda comparison: _RANK(comparison.verdict))


def _grade(verdict: Verdict) -> int:
    """Return 0 if a report bears the number, 1 if it has the number in another way, 2 if it has another number."""
    return 0 if verdict is Verdict.BORNE else 1 if verdict in _SAID else 2


def _verdict(quantity: Quantity, reported: Number) -> Verdict | None:
    """Return how a number compares with that of an estimate; None where they cannot be compared."""
    hedge = Hedge(reported.hedge)
    if hedge is Hedge.VAGUE:
        is_same = quantity.hedge is Hedge.VAGUE and reported.granularity == quantity.granularity
        return Verdict.BORNE if is_same else None
    said, printed = reported.printed, set(quantity.numbers)
    if printed and printed <= said:
        if quantity.hedge is hedge and printed == said:
            return Verdict.BORNE
        if are_opposite(quantity.hedge, hedge):
            return Verdict.BOUND_REVERSED
        return Verdict.HEDGE_LOST if quantity.hedge is Hedge.NONE else Verdict.HEDGE_CHANGED
    read, admitted = _interval(quantity), reported.admitted
    if read is None or admitted is None:
        return None
    return Verdict.CONTRADICTED if read.is_disjoint(admitted) else Verdict.NUMBER_DIFFERS


def _interval(quantity: Quantity) -> Interval | None:
    return Interval.of(quantity.hedge, quantity.low, quantity.best, quantity.high, quantity.granularity)


def _records(positions: Sequence[int]) -> list[dict[str, Any]]:
    """Return the records of estimates."""
    return [orjson.loads(json) for json in reader_of(tables.estimates)(context.connection(), positions)]


def _sentence(quantity: Quantity, verdict: Verdict, evidence: Sequence[dict[str, Any]]) -> str:
    """Return a verdict as a sentence, with the source and the words of its first claim."""
    if not evidence:
        return _SENTENCES[verdict]
    bound = _BOUNDS.get(HEDGES[quantity.hedge].bound, "")
    source, wording = evidence[0]["source"]["name"], f"\u201c{evidence[0]['wording']}\u201d"
    return _SENTENCES[verdict].format(source=source, wording=wording, bound=bound)
