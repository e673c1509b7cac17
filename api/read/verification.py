"""Verification: what the dataset holds about each number of a text, and who said it.

It never says that a number is true. A number is compared with the estimates of the group, the region and the indicator
that its text tells. A group or a region that the text does not tell may be any; so may the time.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from operator import attrgetter
from typing import Any, NamedTuple

import orjson
from sqlalchemy import select

from api import context
from api.read.mentions import Subject, mentioned_in, subject_of
from api.read.records import reader_of
from api.read.reported_numbers import Days, ReportedNumber, Topic, about, that_print, that_say_vaguely
from schema import tables
from schema.intervals import Interval, Period
from schema.mentions import MentionedText, nearest
from schema.quantities import Quantity, read_quantities
from schema.terms import HEDGES, Bound, Hedge, IndicatorKind, Unit, are_opposite

_ESTIMATES = tables.estimates.c
_NEAR = 60
"""The most characters between a number and the word that says what happened to those whom it counts."""
_BESIDE = re.compile(r"(?:[\s-]*[^\W\d_][\w'’]*){0,3}[\s-]*")  # noqa: RUF001 (an apostrophe)
"""What may stand between a number and what it counts: up to three words, and no sign that ends a clause."""
_MOST_EVIDENCE = 5
"""The most claims that are shown for a number."""


class Verdict(StrEnum):
    """What the dataset holds about a number, the best first."""

    BORNE = "borne"
    HEDGE_LOST = "hedge_lost"
    HEDGE_CHANGED = "hedge_changed"
    BOUND_REVERSED = "bound_reversed"
    CONTRADICTED = "contradicted"
    NUMBER_DIFFERS = "number_differs"
    NOBODY_SAID = "nobody_said"
    NOT_A_CLAIM = "not_a_claim"


_SENTENCES = {
    Verdict.BORNE: "{source} said {wording}.",
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
    count once.
    """

    quantity: Quantity
    verdict: Verdict
    subjects: dict[str, Subject]
    evidence: Sequence[dict[str, Any]]
    sources: int
    says: str


def verify(text: str, language: str, as_of: Period | None) -> list[Finding]:
    """Return a finding for each number of a text, in its order.

    `language` is a BCP 47 tag. `as_of` is the time that the text describes; if it is None, numbers are compared with
    those of any time. Raises schema.quantities.TextTooLong.
    """
    quantities = read_quantities(text, language)
    verifier = _Verifier(text, as_of)
    return [verifier.finding(quantity) for quantity in quantities]


class _Indicator(NamedTuple):
    """What has to be known of an indicator."""

    unit: str
    kind: str


def _indicators() -> dict[str, _Indicator]:
    columns = tables.indicators.c
    rows = context.connection().execute(select(columns.id, columns.unit, columns.kind))
    return {id_: _Indicator(unit, kind) for id_, unit, kind in rows}


class _Verifier:
    """Compares the numbers of one text; `as_of` is the time that the text describes, None if it is not known."""

    def __init__(self, text: str, as_of: Period | None) -> None:
        self._text, self._as_of = mentioned_in(text), as_of
        self._indicators = _indicators()
        self._findings: dict[tuple[object, ...], Finding] = {}
        self._about: dict[tuple[Subject, ...], list[ReportedNumber]] = {}

    def finding(self, quantity: Quantity) -> Finding:
        """Return the finding of a number; where the text repeats it, the dataset is asked once."""
        indicator = _indicator_of(quantity, self._text, self._indicators) if quantity.counts else Subject()
        if not indicator.ids and not indicator.candidates:
            return Finding(quantity, Verdict.NOT_A_CLAIM, {}, (), 0, _SENTENCES[Verdict.NOT_A_CLAIM])
        subjects = {kind: subject_of(self._text, kind, quantity.start, quantity.end) for kind in ("group", "region")}
        subjects["indicator"] = indicator
        key = (quantity.hedge, quantity.numbers, quantity.granularity, *subjects.values())
        if key not in self._findings:
            self._findings[key] = self._find(quantity, subjects)
        return replace(self._findings[key], quantity=quantity)

    def _find(self, quantity: Quantity, subjects: dict[str, Subject]) -> Finding:
        comparisons = self._comparisons(quantity, subjects)
        verdict = comparisons[0].verdict if comparisons else Verdict.NOBODY_SAID
        behind = [comparison.report for comparison in comparisons if comparison.verdict is verdict]
        evidence = _records([report.position for report in behind[:_MOST_EVIDENCE]])
        sources = len({report.source_position for report in behind})
        return Finding(quantity, verdict, subjects, evidence, sources, _sentence(quantity, verdict, evidence))

    def _comparisons(self, quantity: Quantity, subjects: dict[str, Subject]) -> list[_Comparison]:
        """Return the estimates that say a number; where there are none, those that say another about the same.

        Whether an estimate is about the same cannot be known where the text does not tell all its subjects.
        """
        # What the text does not tell restricts nothing: the evidence shows what the number is said of.
        topic = {kind: subject.ids for kind, subject in subjects.items() if subject.ids}
        said = self._said(quantity, {"indicator": subjects["indicator"].candidates, **topic})
        if said or len(topic) < len(subjects):
            return said
        told = tuple(subjects.values())
        if told not in self._about:
            self._about[told] = about(topic, self._as_of)
        return _compare(quantity, self._about[told])

    def _said(self, quantity: Quantity, topic: Topic) -> list[_Comparison]:
        """Return the estimates about a topic that say a number, with this hedge or another."""
        days = Days.of(self._as_of)
        if quantity.numbers:
            reports = that_print(quantity.numbers, topic, days)
        else:
            reports = that_say_vaguely(quantity.granularity, topic, days)
        return [comparison for comparison in _compare(quantity, reports) if comparison.verdict in _SAID]


_RANK = list(Verdict).index
_SAID = frozenset({Verdict.BORNE, Verdict.HEDGE_LOST, Verdict.HEDGE_CHANGED, Verdict.BOUND_REVERSED})
"""Verdicts on a number that somebody said."""


def _indicator_of(quantity: Quantity, text: MentionedText, indicators: dict[str, _Indicator]) -> Subject:
    """Return what a number counts: an indicator of its unit that is named beside it.

    "22 fighters were killed" counts the killed. "killed 22 people" does not tell whether they were the group's, so all
    flows are candidates. A noun that names no indicator counts nothing of ours; a number without a noun, or of people,
    counts what is named nearest to it in its sentence.
    """
    unit = quantity.unit or Unit.PERSONS
    has_noun = quantity.noun is not None and quantity.unit != Unit.PERSONS
    of_unit = tuple(id_ for id_, indicator in indicators.items() if indicator.unit == unit)
    flows = {id_ for id_ in of_unit if indicators[id_].kind == IndicatorKind.FLOW}
    start, end = quantity.start, quantity.end
    in_sentence = text.in_sentence("indicator", start, end)
    mentions = [mention for mention in in_sentence if not set(of_unit).isdisjoint(mention.ids)]
    beside = [mention for mention in mentions if _BESIDE.fullmatch(text.text[end : mention.start])]
    counted = [mention for mention in beside if flows.isdisjoint(mention.ids)]
    near = [mention for mention in mentions if mention.distance(start, end) <= _NEAR]
    events = [mention for mention in near if not flows.isdisjoint(mention.ids)]
    if events and (counted or not has_noun):
        return Subject(nearest(events, start, end).ids)
    if events:
        return Subject((), tuple(sorted(flows)))
    if counted or (mentions and not has_noun):
        return Subject(nearest(counted or mentions, start, end).ids)
    if unit == Unit.PERSONS:
        return Subject()
    return Subject(of_unit) if len(of_unit) == 1 else Subject((), of_unit)


def _compare(quantity: Quantity, reports: Iterable[ReportedNumber]) -> list[_Comparison]:
    """Return one report of each claim with its verdict, the best first, and of these the newest.

    That is a report that bears the number; else the first report of the claim that was said so at all: a retelling does
    not excuse what another one did to the words.
    """
    by_claim: dict[int, _Comparison] = {}
    for report in sorted(reports, key=attrgetter("claim_rank", "position")):
        verdict = _verdict(quantity, report)
        known = by_claim.get(report.claim_position)
        if verdict is not None and (known is None or _grade(verdict) < _grade(known.verdict)):
            by_claim[report.claim_position] = _Comparison(verdict, report)
    return sorted(by_claim.values(), key=lambda comparison: _RANK(comparison.verdict))


def _grade(verdict: Verdict) -> int:
    """Return 0 if a report bears the number, 1 if it has the number in another way, 2 if it has another number."""
    return 0 if verdict is Verdict.BORNE else 1 if verdict in _SAID else 2


def _verdict(quantity: Quantity, report: ReportedNumber) -> Verdict | None:
    """Return how a number compares with an estimate; None where they cannot be compared."""
    hedge = Hedge(report.hedge)
    if hedge is Hedge.VAGUE:
        is_same = quantity.hedge is Hedge.VAGUE and report.granularity == quantity.granularity
        return Verdict.BORNE if is_same else None
    said, printed = report.printed, set(quantity.numbers)
    if printed and printed <= said:
        if quantity.hedge is hedge and printed == said:
            return Verdict.BORNE
        if are_opposite(quantity.hedge, hedge):
            return Verdict.BOUND_REVERSED
        return Verdict.HEDGE_LOST if quantity.hedge is Hedge.NONE else Verdict.HEDGE_CHANGED
    read, admitted = _interval(quantity), report.admitted
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
