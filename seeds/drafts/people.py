"""What a number of people counts: the group's own, what became of them, or those whom it killed."""

import re
from dataclasses import dataclass

from schema.quantities import Quantity
from schema.terms import Hedge
from seeds.drafts.nouns import BESIDE, GROUPS_OWN, LEADERS, NEAR, OTHERS
from seeds.drafts.surroundings import Event, Surroundings
from seeds.drafts.topic import Counted, Topic

_SMALL = 10
"""A smaller number without a noun and a hedge refers to nothing, unless the sentence speaks of numbers or strength."""
_LARGEST_CELL = 60
_DEATHS = ("death", "lost", "removed")
_FLOWS = frozenset({"killed", "removed", "fatalities"})
"""Indicators of what happened once: a later number without a noun need not tell of the same."""
_CONTAINER = re.compile(r"([^\W\d_]+)\s+of\s+$")
_COMPARED = re.compile(
    r"\b(?:vs\.?|versus|against|compared (?:with|to)|(?:up |down )?from|than|maybe|perhaps)\s+$", re.I
)
_OF_THEM = re.compile(r"\s+of\s+(?:them|these|those|whom)\b")
_NATIONALITY = re.compile(r"[A-Z][a-z]{3,}(?:ans|ens|urs|yks|eks|is|ese|ish|ees|ys|nes|rds|abs|iks)")
_YEAR = re.compile(r"(?:19[5-9]|20[0-4])\d")
_NO_COUNT = re.compile(
    r"\b(?:(?:who|he|she|i)(?:\s+(?:is|was|am|turned|turns)|['\u2019]s|['\u2019]m)\s+(?:now\s+)?"
    r"|(?:older|younger) than\s+|(?:youngest|oldest) (?:was|is)\s+|costs?\s+|para\.?\s*|p\.\s*|no\.\s*)$",
    re.I,
)
"""Words before an age, a price, or the number of a paragraph."""


@dataclass(frozen=True)
class People:
    """A number that may be of people, with what was counted before it.

    `other_noun` is where the last number ends that counts something else.
    """

    part: Surroundings
    topic: Topic
    other_noun: int

    @property
    def quantity(self) -> Quantity:
        """The number."""
        return self.part.quantity

    def counted(self) -> Counted | None:
        """Return what the number counts; None if that is nothing of ours."""
        people = self.part.people
        if people is None and self.part.noun:
            return self._named() or self._of_unknown_noun()
        if people is None or (self.part.is_part and people.kind not in GROUPS_OWN):
            return self._without_noun()
        return self.of_role(people.kind)

    def of_role(self, role: str) -> Counted | None:
        """Return what the number counts if its noun has this role."""
        part, event = self.part, self.part.event
        noun, own = repr(part.noun_text), role in GROUPS_OWN
        if self._is_of_a_cell(role):
            return Counted("cell_size", "tells how many are in one cell", sure=True)
        if part.is_doer and role not in OTHERS:
            return Counted("fighters", f"tells what {noun} did", sure=own)
        if event and event.role in _DEATHS:
            return self._dead(role, event)
        if event and event.role == "capture" and role not in OTHERS:
            return Counted("detained", f"tells of {noun} who were captured or arrested", sure=own)
        if event and event.role == "joined":
            indicator = "members" if role in ("members", "people") else None
            return Counted(indicator, f"tells of {noun} who joined", sure=False)
        if event and (event.role != "escaped" or own or part.names_group):
            return Counted(None, f"tells of {noun} who were hurt, taken, or got away", sure=False)
        return self._present(role, noun)

    def _present(self, role: str, noun: str) -> Counted | None:
        """Return what a number of people counts to whom nothing happened."""
        part = self.part
        if role in GROUPS_OWN:
            is_held = part.is_held
            return Counted("detained" if is_held else role, f"tells of {noun}" + " who are held" * is_held, sure=True)
        if role == LEADERS:
            about_group = part.names_group or self.topic.role in GROUPS_OWN
            return Counted(None, f"tells of {noun}", sure=False) if about_group else None
        if role == "people":
            return self._men(noun)
        if part.is_held and role == "civilians":
            return Counted(None, f"tells of {noun} who are held", sure=False)
        is_behind_dead = part.left > part.first and self.topic.counted and self.topic.counted.indicator == "fatalities"
        if is_behind_dead:
            return Counted("fatalities", f"tells of {noun} behind a number of dead", sure=False)
        if role == "civilians" and part.has(part.first_before, part.begins, "death"):
            return Counted(None, f"tells of {noun} where the text speaks of dead", sure=False)
        return None

    def _men(self, noun: str) -> Counted | None:
        """Return what a number of men or people counts to whom nothing happened."""
        part = self.part
        if part.is_held:
            return Counted("detained", f"tells of {noun} who are held", sure=False)
        about_group = bool(part.text.ids("group")) or part.names_group or self.topic.role is not None
        if part.is_plural_people or not about_group or part.has(part.left, part.begins, "state"):
            return None
        is_near = part.names_group or self.topic.role in GROUPS_OWN
        return Counted("fighters" if is_near else None, f"tells of {noun}", sure=False)

    def _is_of_a_cell(self, role: str | None) -> bool:
        part = self.part
        is_small = bool(self.quantity.numbers) and max(self.quantity.numbers) <= _LARGEST_CELL
        about_group = part.names_group or part.has(part.left, part.begins, "cells")
        about_group |= role in GROUPS_OWN or self.topic.role in GROUPS_OWN
        return role != "state" and is_small and about_group and part.is_of_a_cell

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
        if by_group is None:
            indicator = "fatalities" if self.part.is_plural_people else None
            return Counted(indicator, "tells of dead; who killed them is not said", sure=False)
        who = "the group killed them" if by_group else "others killed them"
        return Counted("fatalities" if by_group else "killed", f"tells of dead; {who}", sure=False)

    # A number whose noun is in no list

    def _named(self) -> Counted | None:
        """Return the indicator whose name in the vocabulary the noun is."""
        start, end = self.part.noun or (0, 0)
        if self.part.has(start, end + BESIDE, "not_people"):
            return None
        for mention in self.part.named("indicator"):
            if start <= mention.start and mention.end <= end and len(mention.ids) == 1:
                is_cells = mention.ids[0].endswith("_size")
                because = f"tells of {self.part.written[mention.start : mention.end]!r}"
                return None if is_cells else Counted(mention.ids[0], because, sure=True)
        return None

    def _of_unknown_noun(self) -> Counted | None:
        """Return what the number counts: people, if they were killed or hurt, or are of a nation."""
        part, event = self.part, self.part.event
        start, end = part.noun or (0, 0)
        if (
            event
            and event.role == "death"
            and (event.start == start or part.has(event.start, event.end, "kills_people"))
        ):
            return self._dead("civilians" if part.by_group(event) else "people", event)
        if _NATIONALITY.fullmatch(part.written, start, end):
            return self.of_role("people")
        if event and event.role in ("wounded", "taken"):
            return Counted(None, f"tells of {part.noun_text!r} who were hurt or taken", sure=False)
        if event and event.role == "joined" and event.is_before:
            return Counted("members", f"tells of {part.noun_text!r} who joined", sure=False)
        is_group = any(start <= each.start < end for each in part.named("group"))
        return Counted(None, "stands before the name of a group", sure=False) if is_group else None

    # A number without a noun

    def _without_noun(self) -> Counted | None:
        """Return what the number counts: what its verb tells, or what the topic is."""
        if self._is_no_count():
            return None
        if self._is_of_a_cell(self.topic.role):
            return Counted("cell_size", "tells how many are in one cell", sure=True)
        return self._by_event() or self._by_topic()

    def _is_no_count(self) -> bool:
        """Return whether the words around the number tell that it counts something else, or nothing."""
        part = self.part
        before = max(0, part.begins - NEAR), part.begins
        container = _CONTAINER.search(part.written, part.left, part.begins)
        if container and not part.has(*container.span(), "containers"):
            return True
        if part.event is None and part.has(self.quantity.end, self.quantity.end + NEAR // 2, "other_fate"):
            return True
        return not part.is_part and _NO_COUNT.search(part.written, *before) is not None

    def _by_event(self) -> Counted | None:
        """Return what happened to those whom the number counts, if the text tells that."""
        part, topic, event = self.part, self.topic, self.part.event
        if event is None:
            return None
        if event.role in _DEATHS:
            return self._dead(self._role_of_dead(event), event)
        if event.role == "capture" and (topic.role in GROUPS_OWN or part.by_group(event) is False):
            return Counted("detained", "tells of those who were captured or arrested", sure=False)
        if event.role in ("wounded", "taken", "escaped", "joined"):
            return Counted(None, "tells of people who were hurt or taken, got away or joined", sure=False)
        return None

    def _role_of_dead(self, event: Event) -> str | None:
        """Return the role of the dead: that of the topic, if the text tells that they were of it."""
        part, topic = self.part, self.topic
        if part.people:
            return part.people.kind
        if topic.role not in GROUPS_OWN:
            return topic.role if topic.role in OTHERS else "people"
        if event.is_before:  # "killed 40 of them" are the group's, "killed 40" may be anybody
            is_told = _OF_THEM.match(part.written, self.quantity.end) is not None
        else:
            is_told = part.is_part or (topic.place >= part.first and not part.has(part.first, part.begins, "state"))
        return topic.role if is_told else "people"

    def _by_topic(self) -> Counted | None:
        """Return what the topic is, if the number may refer to it."""
        part, topic = self.part, self.topic
        groups = [each.end for each in part.named("group") if each.end <= part.begins]
        if (
            self._is_of_others(max([topic.place, part.first, *groups]))
            or not self._may_refer()
            or _YEAR.fullmatch(part.written, *self._span)
        ):
            return None
        if topic.role is None:
            about_group = bool(part.text.ids("group"))
            return Counted(None, "has no noun, and nothing before it has one", sure=False) if about_group else None
        if topic.role in GROUPS_OWN and part.is_held:
            return Counted("detained", "tells of those who are held", sure=False)
        if topic.counted and (part.is_part or self._is_compared or not self._is_of_strength):
            is_same = part.is_part or self._is_compared or topic.counted.indicator not in _FLOWS
            indicator = topic.counted.indicator if is_same else None
            return Counted(indicator, "refers to the figure before it", sure=False)
        return self._by_name(topic.role)

    def _is_of_others(self, start: int) -> bool:
        """Return whether the words from a place on name what is counted, and it is nothing of the group's.

        Soldiers are not counted where they only speak: "the army said that 400 are left".
        """
        part = self.part
        if self.other_noun > max(self.topic.place, part.first - 1) or part.has(start, part.begins, "things"):
            return True
        state = part.words.within(start, part.begins, "state")
        return bool(state) and not part.has(state[-1].end, part.begins, "saying")

    def _by_name(self, role: str) -> Counted | None:
        """Return what a number counts that refers to people who are only named before it: "the fighters are 400"."""
        part, topic = self.part, self.topic
        if role not in GROUPS_OWN:
            return Counted(None, "refers to the figure before it", sure=False)
        if part.event is None and topic.counted is None and topic.place >= part.first:
            for mention in part.words.within(topic.place, topic.place + NEAR // 2, "death", "removed", "capture"):
                if mention.kind == "capture":
                    return Counted("detained", "tells of those who were captured or arrested", sure=False)
                return self._dead(role, Event(mention.kind, mention.start, mention.end, is_before=False))
        is_near = topic.place >= (part.first if role == "members" else part.first_before)
        return Counted(role if is_near else None, f"has no noun; {role} are spoken of before it", sure=False)

    @property
    def _span(self) -> tuple[int, int]:
        return self.quantity.start, self.quantity.end

    def _may_refer(self) -> bool:
        """Return whether a number without a noun is one by which people are counted."""
        is_large = self.quantity.hedge is Hedge.VAGUE or max(self.quantity.numbers, default=0) >= _SMALL
        is_hedged = self.quantity.hedge is not Hedge.NONE
        return is_large or is_hedged or self.part.is_part or self._is_of_strength or self._is_compared

    @property
    def _is_compared(self) -> bool:
        """Whether the number is set against the one before it: "26 killed, against 14 in June"."""
        return _COMPARED.search(self.part.written, max(0, self.part.begins - NEAR), self.part.begins) is not None

    @property
    def _is_of_strength(self) -> bool:
        return self.part.has(self.part.left, min(self.part.right, self.quantity.end + BESIDE), "strength")
