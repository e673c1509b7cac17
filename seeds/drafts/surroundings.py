"""The surroundings of a number: its noun, what happened to those whom it counts, and who did it."""

import re
from dataclasses import dataclass
from functools import cached_property

from schema.mentions import Mention
from seeds.drafts.nouns import NEAR, PLACE_OF_NOUN, WORD, NumberedPart, Reading

EVENTS = ("removed", "death", "lost", "capture", "wounded", "taken", "escaped", "joined")
"""The roles of words for what happened to people."""
_TOLD = ("escaped", "joined", "taken")
"""Those that tell it behind a number without a passive: "400 surrendered"."""
_MOST_BETWEEN = 3
"""The most words between an event and its number."""
_LONGEST_LIST = 90

_OF_THE_DEAD = re.compile(r"\s+of\s+(?:the|those)\s+(?:who\s+(?:were\s+)?)?(?=\w)", re.I)
_ASIDE = re.compile(r",\s+(?:according to|what|including|say|said)\b[^,]*,\s*")
"""Words between commas that do not part an event from its number: "killed, according to the police, 22 men"."""
_PARTED = re.compile(r"[;.!?\n,]| that ")
_NEW_PART = re.compile(
    r"[,;:(\u2013\u2014]|(?<!were )(?<!was )[\u201c\"]|\s-\s|[.?!]\s|\s(?:and|or|but|while|when|in which)\s"
    r"|\s(?:which|who)\s(?!\s*(?:was|were|had been|have been|died)\s)"
)
"""Where words begin that say nothing of the number before them any more."""
_PASSIVE = re.compile(r"\b(?:was|were|been|being|be|is|are|got|get|left|had|have|has)\s+(?:\w+\s+){0,2}$", re.I)
_LATER_PASSIVE = re.compile(r"\s+(?:and|,)[^;:.]{0,60}?\b(?:was|were|have been|had been)\s+$", re.I)
_TRANSITIVE = re.compile(r"\s+(?:(?!and\b|in\b|on\b|by\b|at\b)\w+\s+){0,2}$")
_BY = re.compile(r"\s+(?:\w+\s+){0,2}by\s+", re.I)
_JOINED = re.compile(r"(?:\s|,|\b(?:and|or|plus|as well as|with|a|another|further|some|other)\b)*", re.I)


@dataclass(frozen=True)
class Event:
    """A word for what happened to those whom a number counts, its role, and whether it stands before the number."""

    role: str
    start: int
    end: int
    is_before: bool


class Surroundings(NumberedPart):
    """A number with its surroundings; `event_before` is what happened to those whom the number before counts."""

    def __init__(self, reading: Reading, index: int, event_before: Event | None) -> None:
        super().__init__(reading, index)
        self.event_before = event_before

    @property
    def is_part(self) -> bool:
        """Return whether it is a part of those who were counted before: "40 of them", "40 of the dead"."""
        return self.is_of_them or self._event_of_part() is not None

    @cached_property
    def event(self) -> Event | None:
        """What happened to those whom the number counts."""
        return self._event_of_part() or self._event_behind() or self._event_before() or self._event_of_list()

    def _event_of_part(self) -> Event | None:
        """Return the event in "40 of the dead", "30 of those detained"."""
        match = _OF_THE_DEAD.match(self.written, self.quantity.end)
        for mention in self.words.within(match.end(), match.end() + PLACE_OF_NOUN, *EVENTS) if match else ():
            if match and mention.start == match.end():
                return Event(mention.kind, mention.start, mention.end, is_before=False)
        return None

    def _event_behind(self) -> Event | None:
        """Return the event in the words behind the number: "22 fighters were killed", "40 hurt"."""
        cut = _NEW_PART.search(self.written, self.ends, self.right)
        for mention in self.words.within(self.quantity.end, min(self.right, self.ends + 2 * NEAR), "removed"):
            if not cut or mention.start < cut.start():
                return Event("removed", mention.start, mention.end, is_before=False)
        end = max(min(cut.start() if cut else self.right, self.ends + NEAR), self.ends + 1)
        for mention in self.words.within(self.quantity.end, end, *EVENTS):
            word = self.written[mention.start : mention.end].lower()
            is_told = mention.kind in _TOLD or self.has(mention.start, mention.end, "told_by_itself")
            is_passive = _PASSIVE.search(self.written, self.quantity.end, mention.start) is not None
            is_behind_noun = mention.start - self.ends <= 1 and word.endswith("ed") and not self._has_object(mention)
            if is_told or is_passive or is_behind_noun:
                return Event(mention.kind, mention.start, mention.end, is_before=False)
        return None

    def _has_object(self, mention: Mention) -> bool:
        """Return whether the next number is what was done: "Nine men killed 130 people"."""
        return self.right < self.last and _TRANSITIVE.fullmatch(self.written, mention.end, self.right) is not None

    @property
    def is_doer(self) -> bool:
        """Return whether those who are counted did it to others: "Nine men kill 130 people"."""
        if self.event:
            return False
        verbs = self.words.within(self.ends, min(self.ends + PLACE_OF_NOUN, self.right), "death", "wounded", "taken")
        return bool(verbs) and self._has_object(verbs[0])

    def _event_before(self) -> Event | None:
        """Return the event in the words before the number: "killed at least 22 people"."""
        for mention in reversed(self.words.within(self.left, self.begins, *EVENTS)):
            between = _ASIDE.sub(" ", self.written[mention.end : self.begins])
            if len(WORD.findall(between)) > _MOST_BETWEEN or _PARTED.search(between):
                return None
            if self.people_in(mention.end, self.begins):
                return None
            return Event(mention.kind, mention.start, mention.end, is_before=True)
        return None

    def _event_of_list(self) -> Event | None:
        """Return the event that several numbers share: "killing 13 policemen and three soldiers"."""
        if self.people is None:
            return None
        start = self.people_in(self.left, self.begins)
        behind_last = start[-1].end if start else self.left
        is_joined = self.left > self.first and _JOINED.fullmatch(self.written, behind_last, self.begins)
        if self.event_before and self.event_before.is_before and is_joined:
            return self.event_before
        end = min(self.last, self.ends + _LONGEST_LIST)
        for mention in self.words.within(self.ends, end, "death", "wounded", "capture"):
            between = self.written[self.ends : mention.start]
            if _LATER_PASSIVE.match(between):
                return Event(mention.kind, mention.start, mention.end, is_before=False)
        return None

    def by_group(self, event: Event) -> bool | None:
        """Return whether the group did it; False if others did it to the group, None if it is not told."""
        if event.is_before:
            return self._is_group(self.first, event.start, last=True)
        if by := _BY.match(self.written, event.end):
            return self._is_group(by.end(), min(by.end() + NEAR, self.last), last=False)
        return True if self.has(event.end, min(event.end + 12, self.last), "attacks") else None

    def _is_group(self, start: int, end: int, *, last: bool) -> bool | None:
        """Return whether the first or the last doer in a part of the text is the group, or an attack."""
        doers = self.words.within(start, end, "against_group", "attacks", "fighters", "state")
        doers += [each for each in self.named("group") if start <= each.start and each.end <= end]
        if not doers:
            return None
        doer = sorted(doers, key=lambda mention: (mention.start, mention.end))[-1 if last else 0]
        return doer.kind in ("attacks", "fighters", "group")

    @property
    def is_of_a_cell(self) -> bool:
        """Return whether the words before the number say that so many are in one cell or group."""
        cells = self.words.within(self.left, self.begins, "cell")
        return bool(cells) and len(WORD.findall(self.written[cells[-1].end : self.begins])) <= _MOST_BETWEEN
