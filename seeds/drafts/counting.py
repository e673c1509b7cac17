"""Which numbers of a text are figures about an armed group, and of which indicator.

A figure counts the group's people, what became of them, those whom it killed, its money, or its share of land. What a
number counts is told by the noun behind it, and by what happened: the words beside it that say killed, held and the
like. A number without a noun counts what an earlier one does.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from schema.quantities import Kind, Quantity
from schema.subjects.names import Indicator
from schema.subjects.numbered_text import NumberedText
from schema.terms import UNITS, Unit
from seeds.drafts.amounts import money_of, most_of, provinces_of, share_of, things_of
from seeds.drafts.nouns import Reading
from seeds.drafts.people import People
from seeds.drafts.surroundings import Surroundings
from seeds.drafts.topic import Counted, Topic, topic_at
from seeds.drafts.words import RoleWords

_NO_TOPIC = ("cell_size", "provinces_present")
"""Indicators of which a number without a noun is none that is said again."""
_THINGS = UNITS - {Unit.PERSONS, Unit.HOUSEHOLDS, Unit.GROUPS, Unit.PERCENT, Unit.PROVINCES}
"""Units of what is no people and no part of them."""
_UNIT = re.compile(r"[-\u2010\u2011](?:man|men|member|person|strong|seat|bed|page)\b")
"""What stands behind the size of a unit: "a 12-man patrol"."""
_LINE_START = re.compile(r"(?:^|\n)[ \t]*$")
_BEHIND_LIST_NUMBER = re.compile(r"[.)]\s")


@dataclass(frozen=True)
class Figure:
    """A number of the text that is a figure, and what it counts.

    `end` is where the words for what is counted end; `event` is the place of the verb that tells what happened, in the
    sentence of the number.
    """

    quantity: Quantity
    counted: Counted
    end: int
    event: tuple[int, int] | None


def figures_of(
    text: NumberedText, words: RoleWords, quantities: Sequence[Quantity], indicators: Mapping[str, Indicator]
) -> list[Figure]:
    """Return the figures among the quantities of a text, in its order.

    `indicators` are those of the vocabulary by id; a figure never has another.
    """
    is_land_counted = any(indicator.unit == Unit.KM2 for indicator in indicators.values())
    counting = [each for each in quantities if each.counts and (each.unit != Unit.KM2 or is_land_counted)]
    reading = Reading(text, words, counting, frozenset(quantity.start for quantity in quantities))
    figures: list[Figure] = []
    topic, share, event, other_noun = Topic(), None, None, -1
    for index, quantity in enumerate(counting):
        part = Surroundings(reading, index, event)
        people = People(part, topic_at(part, topic, other_noun), other_noun)
        counted = None if _counts_nothing(part) else _counted(people, share, indicators)
        if counted:
            counted = replace(counted, indicator=counted.indicator if counted.indicator in indicators else None)
            figures.append(
                Figure(quantity, counted, part.ends, (part.event.start, part.event.end) if part.event else None)
            )
        if counted and quantity.kind is Kind.COUNT and counted.indicator not in _NO_TOPIC:
            topic = Topic(part.people.kind if part.people else people.topic.role, part.ends, counted)
        elif part.noun and not counted and quantity.unit != Unit.PERCENT and not part.has(*part.noun, "group_words"):
            other_noun = quantity.end
        share = counted if quantity.unit == Unit.PERCENT else None
        event = part.event
    return figures


def _counts_nothing(part: Surroundings) -> bool:
    """Return whether a number is 0, an article ("one man said"), the size of a unit, or that of a paragraph."""
    quantity, text = part.quantity, part.written
    if quantity.numbers == (0,) or (quantity.numbers == (1,) and part.event is None):
        return True
    is_first = _LINE_START.search(text, max(0, quantity.start - 20), quantity.start) is not None
    is_in_list = is_first and _BEHIND_LIST_NUMBER.match(text, quantity.end) is not None
    return is_in_list or _UNIT.match(text, quantity.end) is not None


def _counted(people: People, share: Counted | None, indicators: Mapping[str, Indicator]) -> Counted | None:
    """Return what a number counts; None if that is nothing of ours. `share` is the share right before it."""
    part, quantity = people.part, people.quantity
    if quantity.kind is Kind.MONEY:
        return money_of(part)
    if quantity.unit == Unit.PERCENT:
        return share_of(part, people.topic, share, people.other_noun)
    if part.is_of_provinces:
        return provinces_of(part)
    if quantity.unit in _THINGS:
        return things_of(quantity.unit, indicators)
    if quantity.kind is Kind.QUANTIFIER:
        return most_of(people)
    return people.counted()
