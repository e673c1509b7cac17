"""Verification: what the dataset holds about each number of a text, and who said it.

It never says that a number is true. A number is compared with the estimates of the group, the region, the indicator and
the time that its text tells; what the text does not tell may be any. A number is `borne` only if the text leaves no
doubt what it is about; else it is `unsettled`, with what is in doubt.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Row, and_, or_, select

from api import context
from api.query.conditions import overlaps
from api.query.filters import DATE_FILTERS
from api.read.dates import Dated, dates_in
from api.read.mentions import KINDS, Mention, MentionedText, Subject, distance
from api.read.records import reader_of
from schema import tables
from schema.intervals import NUMBERS, Interval, Period, granularity_of
from schema.quantities import Kind, Quantity, read_quantities
from schema.terms import HEDGES, Bound, Hedge, IndicatorKind, Locus, Unit

_ESTIMATES = tables.estimates.c
_UNITS = {Kind.PERCENT: Unit.PERCENT, Kind.FRACTION: Unit.PERCENT, Kind.MONEY: Unit.USD}
_PERSONS = frozenset(
    ["people", "persons", "men", "individuals", "personnes", "hommes", "personas", "hombres", "personen", "menschen"]
)
"""Words for persons, which do not say what they are."""
_NOBODY, _NOWHERE = "unattributed", "unspecified"
"""The group and the region of a number whose own article names none."""
_SHARES = frozenset([Kind.PERCENT, Kind.FRACTION])
_OF_THE = re.compile(r"\s+of\s+(?:the|all)\b")
"""Behind a number: it counts a part, "7,000 of the fighters are foreigners"."""
_NEAR = 60
"""The most characters between a number and the word that says what happened to those whom it counts."""
_BESIDE = re.compile(r"(?:[\s-]*[^\W\d_][\w'’]*){0,3}[\s-]*")  # noqa: RUF001 (an apostrophe)
"""What may stand between a number and what it counts: up to three words, and no sign that ends a clause."""
_MOST_COMPARED, _MOST_EVIDENCE = 200, 5
"""The most estimates that a number is compared with, and the most claims that are shown for it."""
_MOST_DATES = 4
"""The most dates on each side of a number that may tell its time."""


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
    estimate: Row[Any]


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
    mentioned, indicators = MentionedText(text, quantities), _indicators()
    dates = list(dates_in(text, quantities))
    return [
        _finding(quantity, mentioned, indicators, _times(quantity, mentioned, dates, as_of)) for quantity in quantities
    ]


def _times(quantity: Quantity, text: MentionedText, dates: Sequence[Dated], as_of: Period | None) -> Sequence[Period]:
    """Return the times that a number may be of: the nearest dates of its sentence, else `as_of`, else all dates."""
    first, last = text.sentence(quantity.start)
    first_date = bisect_left(dates, first, key=lambda date: date.start)
    in_sentence = dates[first_date : bisect_left(dates, last, key=lambda date: date.start)]
    if not in_sentence:
        return [as_of] if as_of else list(dict.fromkeys(date.period for date in dates[:_MOST_DATES]))
    index = bisect_left(in_sentence, quantity.start, key=lambda date: date.start)
    near = in_sentence[max(0, index - _MOST_DATES) : index + _MOST_DATES]
    between = [text.between(date, quantity.start, quantity.end) for date in near]
    return [date.period for date, marks in zip(near, between, strict=True) if marks == min(between)]


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


def _finding(
    quantity: Quantity, text: MentionedText, indicators: dict[str, _Indicator], times: Sequence[Period]
) -> Finding:
    indicator, counted = _indicator_of(quantity, text, indicators) if quantity.counts else (Subject(), None)
    if not indicator.ids and not indicator.candidates:
        unsettled = [f"{each.words.text}: {each.why}" for each in quantity.unsettled]
        return Finding(quantity, Verdict.NOT_A_CLAIM, {}, (), 0, _SENTENCES[Verdict.NOT_A_CLAIM], unsettled)
    end = max(quantity.end, counted.end if counted else 0)
    subjects = {kind: text.subject(kind, quantity.start, end) for kind in ("group", "region")}
    subjects["indicator"] = indicator
    named = [indicators[id_] for id_ in indicator.ids or indicator.candidates]
    doubts = _doubts(quantity, text, counted, subjects, named)
    if any(subject.is_elsewhere for subject in subjects.values()):
        return Finding(quantity, Verdict.NOBODY_SAID, subjects, (), 0, _SENTENCES[Verdict.NOBODY_SAID], doubts)
    # What the text does not tell restricts nothing: the evidence shows what the number is said of.
    about = [_is_about(kind, subject) for kind, subject in subjects.items() if subject.ids or subject.candidates]
    if times:
        about.append(or_(*(overlaps(DATE_FILTERS["as_of"], time) for time in times)))
    comparisons = _compare(quantity, _select([*about, _has_numbers(quantity)]))
    if not any(comparison.verdict in _SAID for comparison in comparisons):
        told = all(subject.ids for subject in subjects.values())
        comparisons = _compare(quantity, _newest(_select(about, in_order=not told), is_known=bool(times)))
    verdict = comparisons[0].verdict if comparisons else Verdict.NOBODY_SAID
    behind = [comparison.estimate for comparison in comparisons if comparison.verdict is verdict]
    evidence = _records([row.position for row in behind[:_MOST_EVIDENCE]])
    untold = [kind for kind, subject in subjects.items() if not _is_told(kind, subject, evidence)]
    doubts += [f"the text does not tell the {kind}" for kind in untold]
    if verdict is Verdict.BORNE and doubts:
        verdict = Verdict.UNSETTLED
    sources = len({row.source_position for row in behind})
    return Finding(quantity, verdict, subjects, evidence, sources, _sentence(quantity, verdict, evidence), doubts)


def _is_told(kind: str, subject: Subject, evidence: Sequence[dict[str, Any]]) -> bool:
    """Return whether a text tells what a number is about, or names none where the reports do not either."""
    nameless = {"group": _NOBODY, "region": _NOWHERE}.get(kind)
    return bool(subject.ids) or (not subject.candidates and any(each[kind]["id"] == nameless for each in evidence))


def _doubts(
    quantity: Quantity,
    text: MentionedText,
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
    quantity: Quantity, text: MentionedText, indicators: dict[str, _Indicator]
) -> tuple[Subject, Mention | None]:
    """Return what a number counts, an indicator of its unit that is named beside it; and the mention right behind it.

    "22 fighters were killed" counts the killed; "killed 22 people" does not tell whether they were the group's, so all
    flows are candidates, and "killed 22 worshippers" tells that they were not. A noun that names no indicator counts
    nothing of ours; a number without a noun counts what is named nearest to it in its sentence.
    """
    unit = _UNITS.get(quantity.kind)
    noun = quantity.noun.text.casefold().partition(" ")[0] if quantity.noun else None
    is_person = noun in _PERSONS
    if is_person:
        noun = None  # it counts what the sentence speaks of
    if unit is None and noun in set(Unit):
        unit = Unit(noun)
    of_unit = tuple(id_ for id_, indicator in indicators.items() if indicator.unit == (unit or Unit.PERSONS))
    flows = {id_ for id_ in of_unit if indicators[id_].kind == IndicatorKind.FLOW}
    near = text.near("indicator", quantity.start, quantity.end)
    mentions = [mention for mention in near if not set(of_unit).isdisjoint(mention.ids)]
    behind = [mention for mention in mentions if mention.start >= quantity.end and _counts(mention)]
    beside = [mention for mention in behind if _BESIDE.fullmatch(text.text[quantity.end : mention.start])]
    events = [mention for mention in mentions if not flows.isdisjoint(mention.ids) and _is_near(mention, quantity)]
    counted = [mention for mention in beside if flows.isdisjoint(mention.ids)]
    first = min(counted, key=lambda mention: mention.start) if counted else None
    if events:
        event = _nearest(events, quantity)
        if (counted or (noun is None and not is_person)) and not _has_agent(event, quantity, text):
            return Subject(event.ids), first
        others = flows.difference(*(indicators[id_].wholes for id_ in event.ids)) if noun and not counted else flows
        return (Subject(tuple(others)) if len(others) == 1 else Subject((), tuple(sorted(others)))), first
    if first:
        return _with_others(first, mentions, text, indicators), first
    if mentions and noun is None:
        nearest = _nearest(mentions, quantity)
        is_its_number = is_person or unit is not None or text.is_a_number_of(nearest, quantity.start)
        return (Subject(nearest.ids) if is_its_number else Subject((), nearest.ids)), None
    if unit is None:
        return Subject(), None
    named = noun in set(Unit) and len(of_unit) == 1
    return (Subject(of_unit) if named else Subject((), of_unit)), None


def _counts(mention: Mention) -> bool:
    """Return whether a number before a name can be that of its indicator: "15 cells" is no size of a cell."""
    return not any(id_.endswith("_size") for id_ in mention.ids)


def _has_agent(event: Mention, quantity: Quantity, text: MentionedText) -> bool:
    """Return whether the group did it: "Daesh killed 22"."""
    if event.start > quantity.start:
        return False
    doers = [*text.near("group", event.start, event.end), *text.near("indicator", event.start, event.end)]
    return any(0 < event.start - doer.end <= len(", ") for doer in doers)


_AND = re.compile(r"\s+(?:and|or|as well as|und|oder|sowie|et|ou|y|o)\s+(?:its |their |the |des )?", re.IGNORECASE)


def _with_others(
    counted: Mention, mentions: Iterable[Mention], text: MentionedText, indicators: dict[str, _Indicator]
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


def _nearest(mentions: Iterable[Mention], quantity: Quantity) -> Mention:
    return min(mentions, key=lambda mention: distance(mention, quantity.start, quantity.end))


def _is_near(mention: Mention, quantity: Quantity) -> bool:
    return distance(mention, quantity.start, quantity.end) <= _NEAR


def _is_about(kind: str, subject: Subject) -> ColumnElement[bool]:
    positions = _positions(context.release().fingerprint, kind)
    return _ESTIMATES[f"{kind}_position"].in_([positions[id_] for id_ in subject.ids or subject.candidates])


@lru_cache(maxsize=2 * len(KINDS))
def _positions(_release: bytes, kind: str) -> dict[str, int]:
    """Return the position of each record of a kind; as numbers in a query they lead SQLite to the best index."""
    table = tables.RESOURCES[f"{kind}s"].c
    rows = context.connection().execute(select(table.id, table.position))
    return {row.id: row.position for row in rows}


def _has_numbers(quantity: Quantity) -> ColumnElement[bool]:
    """Return the condition that an estimate has one of the printed numbers, or a vague word of the same magnitude."""
    if not quantity.numbers:
        return and_(_ESTIMATES.hedge == Hedge.VAGUE, _ESTIMATES.granularity == quantity.magnitude)
    return or_(*(_ESTIMATES[name].in_(quantity.numbers) for name in NUMBERS))


_COMPARED = [
    *("position", "claim_position", "claim_rank", "source_position", "as_of_start", "hedge", "granularity", *NUMBERS),
    *("value_low", "value_high", "value_low_inclusive", "value_high_inclusive"),
]
_BODY = tables.estimates.alias("body")
_REPORTED = or_(
    _ESTIMATES.locus == Locus.BODY,
    ~select(_BODY.c.position)
    .where(
        *(_BODY.c[key] == _ESTIMATES[key] for key in ("claim_position", "article_position")),
        _BODY.c.locus == Locus.BODY,
    )
    .correlate(tables.estimates)
    .exists(),
)
"""The condition that an estimate is no headline whose body reports the claim too, in more words."""
_ROWS = select(*(_ESTIMATES[name] for name in _COMPARED)).where(_REPORTED).limit(_MOST_COMPARED)


def _select(conditions: Iterable[ColumnElement[bool]], *, in_order: bool = False) -> Sequence[Row[Any]]:
    """Return the estimates to compare with, newest first.

    With `in_order`, SQLite reads them in this order, which is faster only where many of all estimates match.
    """
    order = _ESTIMATES.position if in_order else _ESTIMATES.position + 0
    return context.connection().execute(_ROWS.where(*conditions).order_by(order)).all()


def _newest(rows: Sequence[Row[Any]], *, is_known: bool) -> Sequence[Row[Any]]:
    """Return the rows of the newest as_of; all of them if the text's time is known."""
    return rows if is_known else [row for row in rows if row.as_of_start == rows[0].as_of_start]


def _compare(quantity: Quantity, rows: Iterable[Row[Any]]) -> list[_Comparison]:
    """Return one report of each claim with its verdict, the best first.

    That is a report that bears the number; else the first report of the claim that was said so at all: a retelling does
    not excuse what another one did to the words.
    """
    by_claim: dict[int, _Comparison] = {}
    for row in sorted(rows, key=lambda row: row.claim_rank):
        verdict = _verdict(quantity, row)
        known = by_claim.get(row.claim_position)
        if verdict is not None and (known is None or _grade(verdict) < _grade(known.verdict)):
            by_claim[row.claim_position] = _Comparison(verdict, row)
    return sorted(by_claim.values(), key=lambda comparison: _RANK(comparison.verdict))


def _grade(verdict: Verdict) -> int:
    """Return 0 if a report bears the number, 1 if it has the number in another way, 2 if it has another number."""
    return 0 if verdict is Verdict.BORNE else 1 if verdict in _SAID else 2


def _verdict(quantity: Quantity, row: Row[Any]) -> Verdict | None:
    """Return how a number compares with an estimate; None where they cannot be compared."""
    said = {row._mapping[name] for name in NUMBERS} - {None}
    printed = set(quantity.numbers)
    hedge = Hedge(row.hedge)
    if hedge is Hedge.VAGUE:
        is_same = quantity.hedge is Hedge.VAGUE and row.granularity == quantity.magnitude
        return Verdict.BORNE if is_same else None
    if printed and printed <= said:
        if quantity.hedge is hedge and printed == said:
            return Verdict.BORNE
        if {HEDGES[quantity.hedge].bound, HEDGES[hedge].bound} == set(_BOUNDS):
            return Verdict.BOUND_REVERSED
        return Verdict.HEDGE_LOST if quantity.hedge is Hedge.NONE else Verdict.HEDGE_CHANGED
    admitted = _interval(quantity)
    stated = Interval(row.value_low, row.value_high, row.value_low_inclusive, row.value_high_inclusive)
    if admitted is None:
        return None
    return Verdict.CONTRADICTED if admitted.is_disjoint(stated) else Verdict.NUMBER_DIFFERS


def _interval(quantity: Quantity) -> Interval | None:
    numbers = (quantity.low, quantity.best, quantity.high)
    return Interval.of(quantity.hedge, *numbers, granularity_of(*numbers))


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
