"""What a number of a text counts: an indicator of the dataset that is named beside it."""

import re
from collections.abc import Iterable, Mapping

from schema.mentions import Mention, nearest
from schema.quantities import Quantity
from schema.subjects.names import Indicator
from schema.subjects.numbered_text import NumberedText, Subject
from schema.terms import UNITS, IndicatorKind, Unit

_NEAR = 60
"""The most characters between a number and the word that says what happened to those whom it counts."""
_BESIDE = re.compile(r"(?:[\s-]*[^\W\d_][\w'’]*){0,3}[\s-]*")  # noqa: RUF001 (an apostrophe)
"""What may stand between a number and what it counts: up to three words, and no sign that ends a clause."""

Indicators = Mapping[str, Indicator]
"""The indicators of a release by id."""


def counted_by(quantity: Quantity, text: NumberedText, indicators: Indicators) -> tuple[Subject, Mention | None]:
    """Return what a number counts, an indicator of its unit that is named beside it; and the mention right behind it.

    "22 fighters were killed" counts the killed; "killed 22 people" does not tell whether they were the group's, so all
    flows are candidates, and "killed 22 worshippers" tells that they were not. A noun that names no indicator counts
    nothing of ours; a number without a noun counts what is named nearest to it in its sentence.
    """
    first_word = quantity.noun.text.partition(" ")[0] if quantity.noun else ""
    unit = quantity.unit or (first_word if first_word in UNITS else Unit.PERSONS)  # "provinces of Iraq"
    is_person = quantity.unit == Unit.PERSONS  # the noun says no more than that they are people
    has_noun = quantity.noun is not None and not is_person
    of_unit = tuple(id_ for id_, indicator in indicators.items() if indicator.unit == unit)
    flows = {id_ for id_ in of_unit if indicators[id_].kind == IndicatorKind.FLOW}
    near = text.near("indicator", quantity.start, quantity.end)
    mentions = [mention for mention in near if not set(of_unit).isdisjoint(mention.ids)]
    behind = [mention for mention in mentions if mention.start >= quantity.end and _can_be_counted(mention)]
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
        if (counted or quantity.noun is None) and not _has_doer(event, quantity, text):
            return Subject(event.ids), first
        others = flows.difference(*(indicators[id_].wholes for id_ in event.ids)) if has_noun and not counted else flows
        return _one_of(others), first
    if first:
        return _with_others(first, mentions, text, indicators), first
    if mentions and not has_noun:
        named_before = nearest(mentions, quantity.start, quantity.end)
        is_its_number = quantity.unit is not None or _is_number_of(named_before, quantity.start, text)
        return (Subject(named_before.ids) if is_its_number else Subject((), named_before.ids)), None
    return (Subject() if unit == Unit.PERSONS else _one_of(of_unit)), None


def _one_of(ids: Iterable[str]) -> Subject:
    """Return what is one of some indicators: told if there is one, else not."""
    candidates = tuple(sorted(ids))
    return Subject(candidates) if len(candidates) == 1 else Subject((), candidates)


def _can_be_counted(mention: Mention) -> bool:
    """Return whether a number before a name can be that of its indicator: "15 cells" is no size of a cell."""
    return not any(id_.endswith("_size") for id_ in mention.ids)


def _has_doer(event: Mention, quantity: Quantity, text: NumberedText) -> bool:
    """Return whether the group did it: "Daesh killed 22"."""
    if event.start > quantity.start:
        return False
    doers = [*text.near("group", event.start, event.end), *text.near("indicator", event.start, event.end)]
    return any(0 < event.start - doer.end <= len(", ") for doer in doers)


def _is_number_of(mention: Mention, place: int, text: NumberedText) -> bool:
    """Return whether a number without a noun is said to be of a mention before it: "the number of fighters is 400"."""
    if text.words.within("number_words", mention.end, place):
        return True
    words = text.words.last_before("number_words", mention.start)
    if words is None or words.start < max(text.sentence(mention.start, mention.end)[0], mention.start - _NEAR):
        return False
    return text.narrowing(words.end, mention.start) is None


def _with_others(counted: Mention, mentions: Iterable[Mention], text: NumberedText, indicators: Indicators) -> Subject:
    """Return what is counted, by the word behind the number and the others of its clause.

    "fighters and supporters" is what contains both; "fighters were detained" may be either.
    """
    ids = set(counted.ids)
    for mention in mentions:
        if mention.start < counted.end or text.clauses.between(mention.start, mention.end, counted.start, counted.end):
            continue
        both = set.intersection(*(set(indicators[id_].wholes) for id_ in [*ids, *mention.ids]))
        if both and text.are_joined(counted.end, mention.start):
            ids = {max(both, key=lambda id_: len(indicators[id_].wholes))}
        elif not any(indicators[id_].wholes & indicators[other].wholes for id_ in ids for other in mention.ids):
            ids |= set(mention.ids)
    return _one_of(ids)
