"""What the numbers of a text count: which are figures about an armed group, and of which indicator.

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
from schema.terms import Hedge, Unit
from seeds.drafts.surroundings import BESIDE, GROUPS_OWN, LEADERS, NEAR, OTHERS, Event, Surroundings
from seeds.drafts.words import RoleWords

_TOPIC_LASTS = 800
"""Characters behind a figure in which a number without a noun may refer to it."""
_SMALL = 20
"""A smaller number without a noun and a hedge refers to nothing, unless the sentence speaks of numbers or strength."""
_LARGEST_CELL = 60
_NO_TOPIC = ("cell_size", "provinces_present")
"""Indicators of which a number without a noun is none that is said again."""
_CONTAINER = re.compile(r"([^\W\d_]+)\s+of\s+$")
_COMPARED = re.compile(r"\b(?:vs\.?|versus|against|compared (?:with|to)|(?:up |down )?from|than|maybe|perhaps)\s+$", re.I)
_OF_THEM = re.compile(r"\s+of\s+(?:them|these|those|whom)\b")
_NATIONALITY = re.compile(r"[A-Z][a-z]{3,}(?:ans|ians|is|ese|ish|ees|eens|ys|nes)")
_YEAR = re.compile(r"(?:19[5-9]|20[0-4])\d")
_FLOWS = frozenset({"killed", "removed", "fatalities"})
_NO_COUNT = re.compile(
    r"\b(?:(?:who|he|she|i)(?:\s+(?:is|was|am|turned|turns)|'s|\u2019s|'m)\s+(?:now\s+)?|(?:older|younger) than\s+|para\.?\s*|p\.\s*|no\.\s*)$",
    re.I,
)
"""Words before an age, or before the number of a paragraph."""
_LIST_NUMBER = re.compile(r"(?:^|\n)[ \t]*$")
_BEHIND_LIST_NUMBER = re.compile(r"[.)]\s")


@dataclass(frozen=True)
class Counted:
    """What a number counts: an indicator, or None where it is a figure of one that cannot be told; and why.

    `sure`: it was told by the words at the number itself.
    """

    indicator: str | None
    because: str
    sure: bool


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


@dataclass(frozen=True)
class _Topic:
    """The people who were counted or named last: their role, the place in the text, and what was counted of them."""

    role: str | None = None
    place: int = -_TOPIC_LASTS
    counted: Counted | None = None


def figures_of(
    text: NumberedText, words: RoleWords, quantities: Sequence[Quantity], indicators: Mapping[str, Indicator]
) -> list[Figure]:
    """Return the figures among the quantities of a text, in its order.

    `indicators` are those of the vocabulary by id; a figure never has another.
    """
    counting = [quantity for quantity in quantities if quantity.counts]
    figures: list[Figure] = []
    topic, share, event, other_noun = _Topic(), None, None, -1
    for index, quantity in enumerate(counting):
        part = Surroundings(text, words, counting, index, event)
        number = _Number(part, topic, share, other_noun)
        counted = number.counted()
        if counted:
            known = counted.indicator if counted.indicator in indicators else None
            counted = replace(counted, indicator=known)
            event_place = (part.event.start, part.event.end) if part.event else None
            figures.append(Figure(quantity, counted, part.ends, event_place))
        if counted and quantity.kind is Kind.COUNT and counted.indicator not in _NO_TOPIC:
            topic = _Topic(number.role_of_topic, part.ends, counted)
        elif part.noun and not counted and quantity.unit != Unit.PERCENT:
            other_noun = quantity.end
        share = counted if quantity.unit == Unit.PERCENT else None
        event = part.event
    return figures


class _Number:
    """One number; what was counted before it; the share before it; where a number that counts something else ends."""

    def __init__(self, part: Surroundings, topic: _Topic, share: Counted | None, other_noun: int) -> None:
        self.part, self.quantity, self.share, self.other_noun = part, part.quantity, share, other_noun
        self.topic = self._topic(topic)

    def _topic(self, last: _Topic) -> _Topic:
        """Return what a number without a noun refers to: the group's people who are named before it, or the last."""
        part = self.part
        start = max(last.place, part.begins - _TOPIC_LASTS, self.other_noun)
        named = [each for each in part.people_in(start, part.begins) if each.kind in GROUPS_OWN]
        if not named and part.names_group:
            people = [each for each in part.people_in(max(start, part.first), part.begins) if each.kind == "people"]
            if people and last.role not in GROUPS_OWN:
                return _Topic("fighters", people[-1].end)
        asked = part.words.within(start, part.begins, "how_many")
        if named and named[-1].kind == last.role:
            return replace(last, place=named[-1].end)
        if named:
            return _Topic(named[-1].kind, named[-1].end)
        if asked and (topic := self._asked(asked[-1].start)):
            return topic
        return last if part.begins - last.place <= _TOPIC_LASTS else _Topic()

    def _asked(self, place: int) -> _Topic | None:
        """Return what the question "how many" at a place asks for, if it is people."""
        sentence = self.part.text.sentence(place, place)
        own = [each for each in self.part.people_in(*sentence) if each.kind in (*GROUPS_OWN, "people")]
        if not own or self.part.has(*sentence, "things"):
            return None
        if self.part.has(*sentence, "death", "wounded", "taken"):
            return _Topic("people", sentence[1])
        return _Topic(own[-1].kind if own[-1].kind in GROUPS_OWN else "fighters", sentence[1])

    @property
    def role_of_topic(self) -> str | None:
        """Return the role of the people to whom a number behind this one may refer."""
        return self.part.people.kind if self.part.people else self.topic.role

    def counted(self) -> Counted | None:
        """Return what the number counts; None if that is nothing of ours."""
        quantity, part = self.quantity, self.part
        if quantity.numbers == (0,) or self._is_in_a_list() or (quantity.numbers == (1,) and part.event is None):
            return None
        if quantity.kind is Kind.MONEY:
            return self._money()
        if quantity.unit == Unit.PERCENT:
            return self._share()
        if part.noun and part.noun_text.startswith(Unit.PROVINCES):
            return self._provinces()
        if quantity.kind is Kind.QUANTIFIER:
            return self._most()
        if part.people is None and part.noun:
            return self._named() or self._unknown_noun()
        if part.people is None or (part.is_part and part.people.kind not in GROUPS_OWN):
            return self._without_noun()
        return self._persons(part.people.kind)

    def _is_in_a_list(self) -> bool:
        """Return whether the number only numbers a paragraph: "4. The group has"."""
        text, quantity = self.part.written, self.quantity
        is_first = _LIST_NUMBER.search(text, max(0, quantity.start - 20), quantity.start) is not None
        return is_first and _BEHIND_LIST_NUMBER.match(text, quantity.end) is not None

    # People

    def _persons(self, role: str) -> Counted | None:
        """Return what a number counts whose noun tells of people."""
        part, event = self.part, self.part.event
        noun = repr(part.noun_text)
        own = role in GROUPS_OWN
        if role == "members" and not (part.names_group or self.topic.role in GROUPS_OWN):
            return None
        if self._is_of_a_cell(role):
            return Counted("cell_size", "tells how many are in one cell", sure=True)
        if part.is_doer and role not in OTHERS:
            return Counted("fighters", f"tells what {noun} did", sure=own)
        if event and event.role in ("death", "lost", "removed"):
            return self._dead(role, event)
        if event and event.role == "capture" and role not in OTHERS:
            return Counted("detained", f"tells of {noun} who were captured or arrested", sure=own)
        if event and event.role == "joined":
            return Counted(
                "members" if role in ("members", "people") else None, f"tells of {noun} who joined", sure=False
            )
        if event and (event.role != "escaped" or own or part.names_group):
            return Counted(None, f"tells of {noun} who were hurt, taken, or got away", sure=False)
        if own and part.is_held:
            return Counted("detained", f"tells of {noun} who are held", sure=True)
        if own:
            return Counted(role, f"counts {noun}", sure=True)
        if role == LEADERS:
            about_group = part.names_group or self.topic.role in GROUPS_OWN
            return Counted(None, f"counts {noun}", sure=False) if about_group else None
        if role == "people":
            return self._people()
        follows_dead = self.topic.counted and self.topic.counted.indicator == "fatalities" and part.left > part.first
        if role == "state" and follows_dead:
            return Counted("fatalities", "follows a number of dead", sure=False)
        if role == "civilians" and (follows_dead or self._people_died_before()):
            return Counted("fatalities", "tells of civilians; the sentence before speaks of dead", sure=False)
        return None

    def _is_of_a_cell(self, role: str | None) -> bool:
        is_small = bool(self.quantity.numbers) and max(self.quantity.numbers) <= _LARGEST_CELL
        about_group = role in GROUPS_OWN or self.part.names_group or self.topic.role in GROUPS_OWN
        about_group |= self.part.has(self.part.left, self.part.begins, "cells")
        return role != "state" and is_small and about_group and self.part.is_of_a_cell

    def _dead(self, role: str | None, event: Event) -> Counted:
        """Return what a number of dead counts: the group's own, or those whom it killed."""
        by_group = self.part.by_group(event)
        if event.role == "removed" and role not in OTHERS:
            return Counted("removed", "tells of those taken out of the fight", sure=role in GROUPS_OWN)
        if role in GROUPS_OWN or role == LEADERS:
            return Counted("killed", "tells of the group's own dead", sure=True)
        if role in OTHERS:
            return Counted("fatalities", "tells of dead who were not the group's", sure=by_group is not False)
        if event.role == "lost":
            whose = None if by_group is None else "killed" if by_group else "fatalities"
            return Counted(whose, "tells of those whom somebody lost", sure=False)
        if by_group is None and self.part.is_plural_people:
            return Counted("fatalities", "tells of dead people; who killed them is not said", sure=False)
        if by_group is None:
            return Counted(None, "tells of dead; whose they were is not said", sure=False)
        who = "the group killed them" if by_group else "others killed them"
        return Counted("fatalities" if by_group else "killed", f"tells of dead; {who}", sure=False)

    def _people(self) -> Counted | None:
        """Return what a number of men or people counts to whom nothing happened."""
        part = self.part
        about_group = part.names_group or self.topic.role in GROUPS_OWN
        if part.is_held:
            return Counted("detained", "tells of people who are held", sure=False)
        if not part.is_plural_people and about_group and not part.has(part.left, part.begins, *OTHERS):
            return Counted("fighters", f"counts {part.noun_text!r} where the text speaks of the group", sure=False)
        return None

    def _people_died_before(self) -> bool:
        """Return whether this sentence or the one before speaks of dead."""
        first, _ = self.part.text.sentence(max(0, self.part.first - 2), max(0, self.part.first - 2))
        return self.part.has(first, self.part.last, "death")

    # Numbers without a noun, or with one that is not known

    def _without_noun(self) -> Counted | None:
        """Return what a number without a noun counts: what the one before it does, or those named before it."""
        part, topic, event = self.part, self.topic, self.part.event
        if event is None and part.has(self.quantity.end, self.quantity.end + NEAR // 2, "other_fate"):
            return None
        container = _CONTAINER.search(part.written, part.left, part.begins)
        if container and not part.has(container.start(), container.end(), "containers"):
            return None
        if _NO_COUNT.search(part.written, part.left, part.begins) and not part.is_part:
            return None
        if self._is_of_a_cell(topic.role):
            return Counted("cell_size", "tells how many are in one cell", sure=True)
        if event and event.role in ("death", "lost", "removed"):
            return self._dead(self._role_of_dead(event), event)
        if event and event.role == "capture" and (topic.role in GROUPS_OWN or part.by_group(event) is False):
            return Counted("detained", "tells of those who were captured or arrested", sure=False)
        if event and event.role in ("wounded", "taken"):
            return Counted(None, "tells of people who were hurt or taken", sure=False)
        groups = [each.end for each in part.named("group") if each.end <= part.begins]
        start = max(topic.place, part.first, *groups)
        is_other = self.other_noun > max(topic.place, part.first - 1) or part.has(start, part.begins, "things", "state")
        if is_other or _YEAR.fullmatch(part.written, self.quantity.start, self.quantity.end):
            return None
        if event is None and topic.counted is None and topic.role and topic.place >= part.first:
            behind = part.words.within(topic.place, topic.place + NEAR // 2, "death", "removed", "capture")
            if behind and behind[0].kind != "capture":
                return self._dead(topic.role, Event(behind[0].kind, behind[0].start, behind[0].end, is_before=False))
            if behind:
                return Counted("detained", "tells of those who were captured or arrested", sure=False)
        if topic.role is None:
            estimates = part.has(part.first, part.right, "estimate") and bool(part.text.ids("group"))
            tells = (estimates or (part.names_group and self._is_of_strength())) and self._may_refer()
            return Counted(None, "has no noun, in a sentence about a group", sure=False) if tells else None
        if not (part.is_part or self._may_refer()):
            return None
        if part.is_held and topic.role in GROUPS_OWN:
            return Counted("detained", "tells of those who are held", sure=False)
        if topic.counted and (part.is_part or not self._is_of_strength() or self._is_compared()):
            is_flow = topic.counted.indicator in _FLOWS and not (part.is_part or self._is_compared())
            return Counted(
                None if is_flow else topic.counted.indicator, "refers to the figure before it", sure=False
            )
        if topic.role not in GROUPS_OWN:
            return Counted(None, "refers to the figure before it", sure=False)
        before, _ = part.text.sentence(max(0, part.first - 2), max(0, part.first - 2))
        is_near = topic.place >= (part.first if topic.role == "members" else before)
        because = f"has no noun; {topic.role} are spoken of before it"
        return Counted(topic.role if is_near else None, because, sure=False)

    def _role_of_dead(self, event: Event) -> str | None:
        """Return the role of the dead whom a number without a noun counts; None where the text leaves it open."""
        part, topic = self.part, self.topic
        if part.people:
            return part.people.kind
        if topic.role not in GROUPS_OWN:
            return topic.role
        if event.is_before:  # "killed 40 of them" are the group's, "killed 40" may be anybody
            return topic.role if _OF_THEM.match(part.written, self.quantity.end) else "people"
        is_told = topic.place >= part.first and not part.has(part.first, part.begins, "state")
        return topic.role if is_told or part.is_part else "people"

    def _may_refer(self) -> bool:
        """Return whether a number without a noun is one that people are counted by."""
        large = self.quantity.hedge is Hedge.VAGUE or max(self.quantity.numbers, default=0) >= _SMALL
        return large or self.quantity.hedge is not Hedge.NONE or self._is_of_strength() or self._is_compared()

    def _is_compared(self) -> bool:
        """Return whether the number is set against the one before it: "26 killed, against 14 in June"."""
        return _COMPARED.search(self.part.written, self.part.left, self.part.begins) is not None

    def _is_of_strength(self) -> bool:
        return self.part.has(self.part.left, min(self.part.right, self.quantity.end + BESIDE), "strength")

    def _named(self) -> Counted | None:
        """Return the indicator whose name in the vocabulary the noun is."""
        noun = self.part.noun
        if noun and self.part.has(noun[0], noun[1] + 12, "not_people"):
            return None
        for mention in self.part.named("indicator") if noun else ():
            if noun and noun[0] <= mention.start and mention.end <= noun[1] and len(mention.ids) == 1:
                words = self.part.written[mention.start : mention.end]
                is_cells = mention.ids[0].endswith("_size")
                return None if is_cells else Counted(mention.ids[0], f"counts {words!r}", sure=True)
        return None

    def _unknown_noun(self) -> Counted | None:
        """Return what a number counts whose noun is in no list: dead, if the word before it says so."""
        part, event = self.part, self.part.event
        if event and event.role == "death" and part.has(event.start, event.end, "kills_people"):
            return self._dead("civilians" if part.by_group(event) else "people", event)
        if part.noun and _NATIONALITY.fullmatch(part.written, *part.noun):
            return self._persons("people")
        names = [each for each in part.named("group") if part.noun and part.noun[0] <= each.start < part.noun[1]]
        return Counted(None, "stands before the name of a group", sure=False) if names else None

    # Shares, money, provinces

    def _most(self) -> Counted | None:
        """Return what "most fighters" or "a handful of militants" counts."""
        part = self.part
        if part.people is None or part.people.kind not in GROUPS_OWN or self.quantity.hedge is not Hedge.VAGUE:
            return None
        if not part.has(self.quantity.start, self.quantity.end, "most"):
            is_few = part.has(self.quantity.start, self.quantity.end, "handful")
            return self._persons(part.people.kind) if is_few else None
        if part.has(part.ends, part.last, "death", "capture", "removed"):
            return Counted("removed_share", "tells that most were killed or captured", sure=True)
        return None

    def _share(self) -> Counted | None:
        """Return what a share is of: land, or people of whom an earlier number or the noun tells."""
        part, start = self.part, self.quantity.end
        cut = re.compile(r"[;.:]").search(part.written, start, part.right)
        end = min(cut.start() if cut else part.right, start + NEAR)
        is_of = re.match(r"\s*of\s", part.written[start : start + 5]) is not None
        regions = [each for each in part.named("region") if is_of and start <= each.start <= start + 12]
        is_land = bool(regions) or part.has(start, end, "land")
        if is_land and part.has(part.first, part.last, "ruled"):
            return Counted("territory_share", "tells a part of the land", sure=not regions)
        topic = self.topic.counted
        if self.share and self.share.indicator == "territory_share" and part.left > part.first:
            return Counted("territory_share", "follows another part of the land", sure=False)
        if is_of and part.has(start, end, "ratio"):
            return Counted("fighters_ratio", "compares with an earlier number", sure=False)
        if self.share and part.left > part.first and self.share.indicator is None:
            return Counted(None, "follows another part of those who were counted", sure=False)
        own = [each for each in part.people_in(start, end) if each.kind in GROUPS_OWN]
        own = own or (part.words.within(start, end, "whole") if is_of else [])
        is_other = self.other_noun > max(self.topic.place, part.first - 1)
        if not (own or part.is_part) or self.topic.role is None or (is_other and not own):
            return None
        if part.event and part.event.role in ("death", "removed", "capture"):
            return Counted("removed_share", "tells which part was killed or captured", sure=False)
        if own and own[0].kind == "fighters" and topic and topic.indicator == "members":
            return Counted("fighters_share", "tells which part are fighters", sure=True)
        return Counted(None, "tells a part of those who were counted", sure=False)

    def _money(self) -> Counted | None:
        """Return the group's reserves, if the sentence speaks of money that it has and not of what it pays."""
        part = self.part
        start, end = max(part.left, part.begins - NEAR), min(part.right, self.quantity.end + NEAR)
        if not part.has(part.first, part.last, "reserves") or part.has(start, end, "spent"):
            return None
        indicator = "cash_reserves" if self.quantity.unit == Unit.USD else None
        return Counted(indicator, "tells of money that is held", sure=True)

    def _provinces(self) -> Counted | None:
        """Return the provinces in which the group is, if the sentence says that it is there."""
        if self.part.has(self.part.first, self.part.last, "presence"):
            return Counted("provinces_present", "counts provinces where it is present", sure=False)
        return None
