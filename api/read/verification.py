"""Verification: what the dataset holds about each number of a text, and who said it.

It never says that a number is true. A number is compared with the estimates of the group, the region and the indicator
that its text tells. A group or a region that the text does not tell may be any; so may the time.
"""

import re
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
from api.read.mentions import KINDS, Subject, mentioned_in, subject_of
from api.read.records import reader_of
from schema import tables
from schema.intervals import NUMBERS, Interval, Period
from schema.mentions import MentionedText, nearest
from schema.quantities import Quantity, read_quantities
from schema.terms import HEDGES, Bound, Hedge, IndicatorKind, Unit, are_opposite

_ESTIMATES = tables.estimates.c
_NEAR = 60
"""The most characters between a number and the word that says what happened to those whom it counts."""
_BESIDE = re.compile(r"(?:[\s-]*[^\W\d_][\w'’]*){0,3}[\s-]*")  # noqa: RUF001 (an apostrophe)
"""What may stand between a number and what it counts: up to three words, and no sign that ends a clause."""
_MOST_COMPARED, _MOST_EVIDENCE = 200, 5
"""The most estimates that a number is compared with, and the most claims that are shown for it."""


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
    estimate: Row[Any]


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
    mentioned, indicators = mentioned_in(text), _indicators()
    return [_finding(quantity, mentioned, indicators, as_of) for quantity in quantities]


class _Indicator(NamedTuple):
    """What has to be known of an indicator."""

    unit: str
    kind: str


def _indicators() -> dict[str, _Indicator]:
    columns = tables.indicators.c
    rows = context.connection().execute(select(columns.id, columns.unit, columns.kind))
    return {id_: _Indicator(unit, kind) for id_, unit, kind in rows}


def _finding(
    quantity: Quantity, text: MentionedText, indicators: dict[str, _Indicator], as_of: Period | None
) -> Finding:
    indicator = _indicator_of(quantity, text, indicators) if quantity.counts else Subject()
    if not indicator.ids and not indicator.candidates:
        return Finding(quantity, Verdict.NOT_A_CLAIM, {}, (), 0, _SENTENCES[Verdict.NOT_A_CLAIM])
    subjects = {kind: subject_of(text, kind, quantity.start, quantity.end) for kind in ("group", "region")}
    subjects["indicator"] = indicator
    # What the text does not tell restricts nothing: the evidence shows what the number is said of.
    about = [_is_about("indicator", indicator)]
    about += [_is_about(kind, subjects[kind]) for kind in ("group", "region") if subjects[kind].ids]
    if as_of is not None:
        about.append(overlaps(DATE_FILTERS["as_of"], as_of))
    comparisons = _compare(quantity, _select([*about, _has_numbers(quantity)]))
    if not any(comparison.verdict in _SAID for comparison in comparisons):
        told = all(subject.ids for subject in subjects.values())
        comparisons = _compare(quantity, _newest(_select(about, in_order=not told), as_of))
    verdict = comparisons[0].verdict if comparisons else Verdict.NOBODY_SAID
    behind = [comparison.estimate for comparison in comparisons if comparison.verdict is verdict]
    evidence = _records([row.position for row in behind[:_MOST_EVIDENCE]])
    sources = len({row.source_position for row in behind})
    return Finding(quantity, verdict, subjects, evidence, sources, _sentence(quantity, verdict, evidence))


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
        return and_(_ESTIMATES.hedge == Hedge.VAGUE, _ESTIMATES.granularity == quantity.granularity)
    return or_(*(_ESTIMATES[name].in_(quantity.numbers) for name in NUMBERS))


_COMPARED = [
    *("position", "claim_position", "claim_rank", "source_position", "as_of_start", "hedge", "granularity", *NUMBERS),
    *("value_low", "value_high", "value_low_inclusive", "value_high_inclusive"),
]
_ROWS = select(*(_ESTIMATES[name] for name in _COMPARED)).where(~_ESTIMATES.in_body_too).limit(_MOST_COMPARED)


def _select(conditions: Iterable[ColumnElement[bool]], *, in_order: bool = False) -> Sequence[Row[Any]]:
    """Return the estimates to compare with, newest first.

    With `in_order`, SQLite reads them in this order, which is faster only where many of all estimates match.
    """
    order = _ESTIMATES.position if in_order else _ESTIMATES.position + 0
    return context.connection().execute(_ROWS.where(*conditions).order_by(order)).all()


def _newest(rows: Sequence[Row[Any]], as_of: Period | None) -> Sequence[Row[Any]]:
    """Return the rows of the newest as_of; all of them if the text's time is known."""
    return rows if as_of else [row for row in rows if row.as_of_start == rows[0].as_of_start]


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
        is_same = quantity.hedge is Hedge.VAGUE and row.granularity == quantity.granularity
        return Verdict.BORNE if is_same else None
    if printed and printed <= said:
        if quantity.hedge is hedge and printed == said:
            return Verdict.BORNE
        if are_opposite(quantity.hedge, hedge):
            return Verdict.BOUND_REVERSED
        return Verdict.HEDGE_LOST if quantity.hedge is Hedge.NONE else Verdict.HEDGE_CHANGED
    admitted = _interval(quantity)
    stated = Interval(row.value_low, row.value_high, row.value_low_inclusive, row.value_high_inclusive)
    if admitted is None:
        return None
    return Verdict.CONTRADICTED if admitted.is_disjoint(stated) else Verdict.NUMBER_DIFFERS


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
