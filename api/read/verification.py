"""Verification: what the dataset holds about each number of a text, and who said it.

It never says that a number is true. A number is compared with the estimates of the group, the region, the indicator and
the time that its text tells; what the text does not tell may be any. A number is `borne` only if the text leaves no
doubt what it is about; else it is `unsettled`, with what is in doubt.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple

import orjson
from sqlalchemy import select

from api import context
from api.read.dates import dates_in
from api.read.mentions import NumberedText, Subject
from api.read.records import reader_of
from api.read.reported_numbers import Days, ReportedNumber, Topic, about, that_print, that_say_vaguely
from schema import tables
from schema.intervals import Interval, Period
from schema.mentions import Mention, nearest
from schema.quantities import Kind, Quantity, read_quantities
from schema.terms import HEDGES, Bound, Hedge, IndicatorKind, Unit, are_opposite

_ESTIMATES = tables.estimates.c
_NEAR = 60
"""The most characters between a number and the word that says what happened to those whom it counts."""
_BESIDE = re.compile(r"(?:[\s-]*[^\W\d_][\w'’]*){0,3}[\s-]*")  # noqa: RUF001 (an apostrophe)
"""What may stand between a number and what it counts: up to three words, and no sign that ends a clause."""
_SHARES = frozenset([Kind.PERCENT, Kind.FRACTION])
_OF_THE = re.compile(r"\s+of\s+(?:the|all)\b")
"""Behind a number: it counts a part, "7,000 of the fighters are foreigners"."""
_AND = re.compile(r"\s+(?:and|or|as well as|und|oder|sowie|et|ou|y|o)\s+(?:its |their |the |des )?", re.IGNORECASE)
_NOBODY, _NOWHERE = "unattributed", "unspecified"
"""The group and the region of a number whose own article names none."""
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
    those of any time. Raises schema.quantities.TextTooLong.
    """
    quantities = read_quantities(text, language)
    verifier = _Verifier(text, quantities, as_of)
    return [verifier.finding(quantity) for quantity in quantities]


class _Indicator(NamedTuple):
    """What has to be known of an indicator."""

    unit: str
    kind: str
    wholes: frozenset[str]


def _indicators() -> dict[str, _Indicator]:
    """Return the indicators by id; `wholes` are those that contain one, and itself."""
    columns, closures = tables.indicators.c, tables.closures.c
    rows = context.connection().execute(select(columns.id, columns.unit, columns.kind, columns.position)).all()
    ids = {row.position: row.id for row in rows}
    wholes: dict[str, set[str]] = {row.id: {row.id} for row in rows}
    contained = select(closures.whole_position, closures.part_position).where(
        closures.kind == "indicator", closures.relation == tables.PART
    )
    for whole, part in context.connection().execute(contained):
        wholes[ids[part]].add(ids[whole])
    return {row.id: _Indicator(row.unit, row.kind, frozenset(wholes[row.id])) for row in rows}


def _nameless() -> dict[str, tuple[str, ...]]:
    """Return the group and the region of what names none, by kind, as far as the dataset has them."""
    groups, regions = tables.groups.c.id, tables.regions.c.id
    ids = select(groups).where(groups == _NOBODY), select(regions).where(regions == _NOWHERE)
    found = [tuple(context.connection().scalars(statement)) for statement in ids]
    return {kind: names for kind, names in zip(("group", "region"), found, strict=True) if names}


class _Verifier:
    """Compares the numbers of one text; `as_of` is the time that the text describes, None if it is not known."""

    def __init__(self, text: str, quantities: Sequence[Quantity], as_of: Period | None) -> None:
        self._read, self._quantities, self._as_of = text, quantities, as_of
        self._dates = list(dates_in(text, quantities))
        self._indicators, self._nameless = _indicators(), _nameless()
        self._findings: dict[tuple[object, ...], Finding] = {}
        self._about: dict[tuple[object, ...], list[ReportedNumber]] = {}

    def finding(self, quantity: Quantity) -> Finding:
        """Return the finding of a number; where the text repeats it, the dataset is asked once."""
        indicator, counted = (
            _indicator_of(quantity, self._text, self._indicators) if quantity.counts else (Subject(), None)
        )
        if not indicator.ids and not indicator.candidates:
            unsettled = [f"{each.words.text}: {each.why}" for each in quantity.unsettled]
            return Finding(quantity, Verdict.NOT_A_CLAIM, {}, (), 0, _SENTENCES[Verdict.NOT_A_CLAIM], unsettled)
        end = max(quantity.end, counted.end if counted else 0)
        subjects = {kind: self._text.subject(kind, quantity.start, end) for kind in ("group", "region")}
        subjects["indicator"] = indicator
        times = self._times(quantity)
        key = (quantity.hedge, quantity.numbers, quantity.granularity, *subjects.values(), times)
        if key not in self._findings:
            self._findings[key] = self._find(quantity, subjects, times)
        finding = self._findings[key]
        named = [self._indicators[id_] for id_ in indicator.ids or indicator.candidates]
        doubts = _doubts(quantity, self._text, counted, subjects, named)
        untold = [kind for kind, subject in subjects.items() if not _is_told(kind, subject, finding.evidence)]
        doubts += [f"the text does not tell the {kind}" for kind in untold]
        verdict, says = finding.verdict, finding.says
        if verdict is Verdict.BORNE and doubts:
            verdict = Verdict.UNSETTLED
            says = _sentence(quantity, verdict, finding.evidence)
        return replace(finding, quantity=quantity, verdict=verdict, says=says, doubts=doubts)

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
        between = [self._text.between(date, quantity.start, quantity.end) for date in near]
        nearest_dates = (date.period for date, marks in zip(near, between, strict=True) if marks == min(between))
        return tuple(dict.fromkeys(nearest_dates))

    @cached_property
    def _text(self) -> NumberedText:
        """The text with the names in it, which are not looked for in a text without numbers."""
        return NumberedText(self._read, self._quantities)

    @cached_property
    def _date_places(self) -> list[int]:
        return [date.start for date in self._dates]

    @cached_property
    def _all_times(self) -> tuple[Period, ...]:
        return tuple(dict.fromkeys(date.period for date in self._dates[:_MOST_DATES]))

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
        topic = self._nameless | topic  # what names no group or region is about the same as a report that names none
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


def _is_told(kind: str, subject: Subject, evidence: Sequence[dict[str, Any]]) -> bool:
    """Return whether a text tells what a number is about, or names none where the reports do not either."""
    nameless = {"group": _NOBODY, "region": _NOWHERE}.get(kind)
    return bool(subject.ids) or (not subject.candidates and any(each[kind]["id"] == nameless for each in evidence))


def _doubts(
    quantity: Quantity,
    text: NumberedText,
    counted: Mention | None,
    subjects: dict[str, Subject],
    named: Sequence[_Indicator],
) -> list[str]:
    """Return what keeps a number from being taken for what somebody said, each with the words that do.

    `counted` is the mention right behind the number, `named` what the number may count.
    """
    doubts = [
        f"{words}: is no {kind} of the dataset, or only a part of one"
        for kind, subject in subjects.items()
        for words in subject.unknown_names
    ]
    start = min([quantity.start, *(words.start for words in quantity.hedges)])
    end = max([quantity.end, *(words.end for words in quantity.hedges)])
    denial = text.denial(start, end)
    if denial:
        doubts.append(f"{denial}: the sentence may deny it, ask or suppose")
    counted_end = counted.end if counted else end
    narrowing = text.narrowing(quantity.end, counted.start) if counted else None
    if narrowing:
        doubts.append(f"{narrowing}: may be only a part")
    happening = text.happening(start, counted_end)
    is_held = happening is not None and happening.casefold().startswith("h")
    is_money = is_held and any(indicator.unit == Unit.USD for indicator in named)  # who holds money has it
    if happening and not is_money and all(indicator.kind != IndicatorKind.FLOW for indicator in named):
        doubts.append(f"{happening}: may be an event")
    indicators = subjects["indicator"].ids
    names = [id_ for mention in text.near("indicator", start, end) for id_ in mention.ids]
    if quantity.unit in (Unit.PERCENT, Unit.USD) and set(indicators).isdisjoint(names):
        doubts.append("the text does not tell what the number counts")
    of_the = _OF_THE.match(text.text, quantity.end)
    if of_the:
        doubts.append(f"{of_the.group().strip()}: may be only a part")
    if quantity.kind in _SHARES and not any(
        text.between(each, start, end) == 0 for each in text.near("group", start, end)
    ):
        doubts.append("the text does not tell whose share it is")
    doubts += [f"{unsettled.words.text}: {unsettled.why}" for unsettled in quantity.unsettled]
    return doubts


_RANK = list(Verdict).index
_SAID = frozenset({Verdict.BORNE, Verdict.HEDGE_LOST, Verdict.HEDGE_CHANGED, Verdict.BOUND_REVERSED})
"""Verdicts on a number that somebody said."""


def _indicator_of(
    quantity: Quantity, text: NumberedText, indicators: dict[str, _Indicator]
) -> tuple[Subject, Mention | None]:
    """Return what a number counts, an indicator of its unit that is named beside it; and the mention right behind it.

    "22 fighters were killed" counts the killed; "killed 22 people" does not tell whether they were the group's, so all
    flows are candidates, and "killed 22 worshippers" tells that they were not. A noun that names no indicator counts
    nothing of ours; a number without a noun counts what is named nearest to it in its sentence.
    """
    first_word = quantity.noun.text.partition(" ")[0] if quantity.noun else ""
    unit = quantity.unit or (first_word if first_word in set(Unit) else Unit.PERSONS)  # "provinces of Iraq"
    is_person = quantity.unit == Unit.PERSONS  # the noun says no more than that they are people
    has_noun = quantity.noun is not None and not is_person
    of_unit = tuple(id_ for id_, indicator in indicators.items() if indicator.unit == unit)
    flows = {id_ for id_ in of_unit if indicators[id_].kind == IndicatorKind.FLOW}
    near = text.near("indicator", quantity.start, quantity.end)
    mentions = [mention for mention in near if not set(of_unit).isdisjoint(mention.ids)]
    behind = [mention for mention in mentions if mention.start >= quantity.end and _counts(mention)]
    beside = [mention for mention in behind if _BESIDE.fullmatch(text.text[quantity.end : mention.start])]
    events = [
        mention
        for mention in mentions
        if not flows.isdisjoint(mention.ids) and mention.distance(quantity.start, quantity.end) <= _NEAR
    ]
    counted = [mention for mention in beside if flows.isdisjoint(mention.ids)]
    first = min(counted, key=lambda mention: mention.start) if counted else None
    if events:
        event = nearest(events, quantity.start, quantity.end)
        if (counted or quantity.noun is None) and not _has_agent(event, quantity, text):
            return Subject(event.ids), first
        others = flows.difference(*(indicators[id_].wholes for id_ in event.ids)) if has_noun and not counted else flows
        return (Subject(tuple(others)) if len(others) == 1 else Subject((), tuple(sorted(others)))), first
    if first:
        return _with_others(first, mentions, text, indicators), first
    if mentions and not has_noun:
        named_before = nearest(mentions, quantity.start, quantity.end)
        is_its_number = quantity.unit is not None or text.is_a_number_of(named_before, quantity.start)
        return (Subject(named_before.ids) if is_its_number else Subject((), named_before.ids)), None
    if unit == Unit.PERSONS:
        return Subject(), None
    return (Subject(of_unit) if len(of_unit) == 1 else Subject((), of_unit)), None


def _counts(mention: Mention) -> bool:
    """Return whether a number before a name can be that of its indicator: "15 cells" is no size of a cell."""
    return not any(id_.endswith("_size") for id_ in mention.ids)


def _has_agent(event: Mention, quantity: Quantity, text: NumberedText) -> bool:
    """Return whether the group did it: "Daesh killed 22"."""
    if event.start > quantity.start:
        return False
    doers = [*text.near("group", event.start, event.end), *text.near("indicator", event.start, event.end)]
    return any(0 < event.start - doer.end <= len(", ") for doer in doers)


def _with_others(
    counted: Mention, mentions: Iterable[Mention], text: NumberedText, indicators: dict[str, _Indicator]
) -> Subject:
    """Return what is counted, by the word behind the number and the others of its clause.

    "fighters and supporters" is what contains both; "fighters were detained" may be either.
    """
    ids = set(counted.ids)
    for mention in mentions:
        if mention.start < counted.end or text.between(mention, counted.start, counted.end):
            continue
        both = set.intersection(*(set(indicators[id_].wholes) for id_ in [*ids, *mention.ids]))
        if _AND.fullmatch(text.text[counted.end : mention.start]) and both:
            ids = {max(both, key=lambda id_: len(indicators[id_].wholes))}
        elif not any(indicators[id_].wholes & indicators[other].wholes for id_ in ids for other in mention.ids):
            ids |= set(mention.ids)
    return Subject(tuple(ids)) if len(ids) == 1 else Subject((), tuple(sorted(ids)))


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
