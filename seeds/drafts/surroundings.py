"""The surroundings of a number: the noun behind it, what happened to those whom it counts, and who did it."""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cached_property

from schema.mentions import Mention
from schema.quantities import Quantity
from schema.subjects.numbered_text import NumberedText
from schema.terms import Unit
from seeds.drafts.words import RoleWords, sentence_around

GROUPS_OWN = ("fighters", "supporters", "members", "detained")
"""The roles of words for the group's people; each has the name of the indicator that counts them."""
LEADERS = "leaders"
"""The role of words for some of the group's people, which no indicator counts."""
OTHERS = ("state", "civilians")
PERSONS = (*GROUPS_OWN, LEADERS, *OTHERS, "people")
EVENTS = ("removed", "death", "lost", "capture", "wounded", "taken", "escaped", "joined")
"""The roles of words for what happened to people."""
BESIDE, PLACE_OF_NOUN, NEAR = 15, 25, 45
"""Characters behind a number: right beside it, in which a word for people may begin, and for what happened."""
_MOST_BETWEEN = 3
"""The most words between an event and its number."""
_LONGEST_LIST = 90

_WORD = re.compile(r"[^\W\d_][\w'\u2019-]*")
_BESIDE = re.compile(r"[\s-]?(?:of\s)?[\"\u201c\u201d'\u2019]?\s?(?:of\s)?", re.I)
"""What stands between a number and its noun."""
_OF_OWNER = re.compile(r"[\"\u201d]?\s+of\s+(?:the|our|its|his|their|these|those|a|an)\s+(?:own\s)?")
_OF_THEM = re.compile(r"[\"\u201d]?(?:\s+or so)?\s+of\s+(?:them|whom|these|those|ours|(?:its|their|our)\s+own)\b", re.I)
_OF_THE_DEAD = re.compile(r"\s+of\s+(?:the|those)\s+(?:who\s+(?:were\s+)?)?(?=\w)", re.I)
_IS = re.compile(
    r"[\"\u201d]?\s*(?:of\s+(?:them|whom|these|those)\s*,?\s*)?(?:are|were|is|was|would be|may be|being)\s+", re.I
)
_ASIDE = re.compile(r",\s+(?:according to|what|including|say|said)\b[^,]*,\s*")
"""Words between commas that do not part an event from its number: "killed, according to the police, 22 men"."""
_NEW_PART = re.compile(
    r"[,;:(\u2013\u2014]|(?<!were )(?<!was )[\u201c\"]|\s-\s|[.?!]\s|\s(?:and|or|but|while|when|in which)\s"
    r"|\s(?:which|who)\s(?!\s*(?:was|were|had been|have been|died)\s)"
)
"""Where words begin that say nothing of the number before them any more."""
_PASSIVE = re.compile(r"\b(?:was|were|been|being|be|is|are|got|get|left|had|have|has)\s+(?:\w+\s+){0,2}$", re.I)
_LATER_PASSIVE = re.compile(r"^[^;:.]{0,60}?\b(?:was|were|have been|had been)\s+$", re.I)
_TRANSITIVE = re.compile(r"\s+(?:(?!and\b|in\b|on\b|by\b|at\b)\w+\s+){0,2}$")
_BY = re.compile(r"\s+(?:\w+\s+){0,2}by\s+", re.I)
_JOINED = re.compile(r"(?:\s|,|\b(?:and|or|plus|as well as|with|a|another|further|some|other)\b)*", re.I)
_OF_OTHERS = re.compile(r"\s+(?:of|from)\s+")
_ONE = (1,)
_OF_WHOLE = re.compile(r"\s+of\s+[^\d,.;]{0,25}\d+\s+(\w+)")
_VERB = re.compile(r"\w+ed(?:\s+(?:the|an?|its|their|his|her)\b.*)?", re.S)
"""What is no noun, though it stands behind a number: "400 defected", "thousands answered the call"."""
_PRONOUNS = frozenset({"them", "whom", "these", "those", "us", "which", "ours", "it"})
_IN_ITSELF = frozenset(
    {
        "dead",
        "died",
        "die",
        "dies",
        "perished",
        "missing",
        "wounded",
        "injured",
        "lives",
        "deaths",
        "fatalities",
        "bodies",
        "corpses",
        "martyrs",
        "kia",
        "wia",
    }
)
"""Words behind a number that tell what happened without a verb before them."""


@dataclass(frozen=True)
class Event:
    """A word for what happened to those whom a number counts, its role, and whether it stands before the number."""

    role: str
    start: int
    end: int
    is_before: bool


@dataclass(frozen=True)
class Reading:
    """A text as it is read: its words by their roles, the quantities that count something, and the places of all."""

    text: NumberedText
    words: RoleWords
    counting: Sequence[Quantity]
    places: Set[int]


class Surroundings:
    """The part of a sentence that is a number's own: from the number before it to the one behind it.

    `first` and `last` are the ends of the sentence, `left` and `right` those of the part, `begins` is where the number
    begins with its hedge, `ends` where its noun ends. `event_before` is what happened to those whom the number before
    counts.
    """

    def __init__(self, reading: Reading, index: int, event_before: Event | None) -> None:
        self.text, self.words, self.event_before = reading.text, reading.words, event_before
        self._places = reading.places
        text, quantities = reading.text, reading.counting
        self.written = text.text
        self.quantity = quantity = quantities[index]
        self.first, self.last = sentence_around(text, quantity.start, quantity.end)
        before = [each.end for each in quantities[max(0, index - 2) : index] if each.numbers != _ONE]
        behind = [begin_of(each) for each in quantities[index + 1 : index + 3] if each.numbers != _ONE]
        self.left = max(self.first, *before, 0)
        self.right = min([self.last, *behind])
        self.right = max(self.right, quantity.end)
        self.begins = max(self.left, begin_of(quantity))

    @property
    def first_before(self) -> int:
        """Where the sentence before begins."""
        return sentence_around(self.text, max(0, self.first - 2), max(0, self.first - 2))[0]

    @property
    def ends(self) -> int:
        """Where the words for what is counted end."""
        return max(self.quantity.end, self.noun[1] if self.noun else 0, self.people.end if self.people else 0)

    @cached_property
    def _noun_words(self) -> tuple[int, int] | None:
        """The place of the words right behind the number."""
        noun, start = self.quantity.noun, max([self.quantity.end, *(hedge.end for hedge in self.quantity.hedges)])
        if noun and noun.start in self._places:  # "4,500 two years ago"
            noun = None
        words = (noun.start, noun.end) if noun and _BESIDE.fullmatch(self.written, start, noun.start) else None
        for group in self.named("group"):  # "IS" ends the noun where it is taken for "is"
            if group.start > start and _BESIDE.fullmatch(self.written, words[1] if words else start, group.start):
                people = [each.end for each in self.people_in(group.end, group.end + BESIDE)]
                words = (
                    (words[0] if words else group.start),
                    min([*people, group.end + BESIDE]) if people else group.end,
                )
        return words

    @cached_property
    def noun(self) -> tuple[int, int] | None:
        """The place of the noun that tells what is counted; None without, and where it only says "left" or "hiding"."""
        if self._noun_words is None:
            return None
        start, end = self._noun_words
        word = _WORD.match(self.written, start, end)
        if word and not self.people_in(start, end):
            is_pronoun = word[0].lower() in _PRONOUNS or _VERB.fullmatch(self.written, start, end) is not None
            if is_pronoun or word[0].endswith("ing") or self.has(start, word.end(), "bare"):
                return None
        return start, end

    @property
    def noun_text(self) -> str:
        """Return the noun as it is written."""
        return " ".join(self.written[slice(*self.noun)].split()) if self.noun else "they"

    @property
    def is_part(self) -> bool:
        """Return whether it is a part of those who were counted before: "40 of them"."""
        return _OF_THEM.match(self.written, self.quantity.end) is not None or self._event_of_part() is not None

    def has(self, start: int, end: int, *roles: str) -> bool:
        """Return whether a word of some roles stands in a part of the text."""
        return self.words.any_within(start, end, *roles)

    @cached_property
    def people(self) -> Mention | None:
        """The word for the people who are counted; its kind is their role. None where the words tell of none."""
        mentions: list[Mention] = []
        if self._noun_words:
            mentions = self.people_in(*self._noun_words)
        if not mentions and (owner := _OF_OWNER.match(self.written, self.quantity.end)):
            is_of_number = owner.end() == self.right  # "400 of the 700 inmates"
            end = owner.end() + PLACE_OF_NOUN
            mentions = self.people_in(owner.end(), end if is_of_number else min(end, self.right))[:1]
        if not mentions and not self.noun:
            beside = _BESIDE.match(self.written, self.quantity.end)
            end = beside.end() if beside else self.quantity.end
            mentions = [each for each in self.people_in(end, end + 1) if each.start == end]
        if not mentions and (of := _OF_THEM.match(self.written, self.quantity.end)):
            mentions = [each for each in self.people_in(of.end(), of.end() + 2) if each.kind in GROUPS_OWN]
        if not mentions and not self.noun and (link := _IS.match(self.written, self.quantity.end)):
            mentions = self.people_in(link.end(), min(link.end() + PLACE_OF_NOUN, self.right))[:1]
        if not mentions:
            return None
        mentions = [each for each in mentions if each.kind != "people"] or mentions
        is_of = " of " in self.written[mentions[0].end : mentions[-1].start]  # "family members of fighters"
        mention = mentions[0 if is_of else -1]
        if mention.kind == "state" and any(0 <= mention.start - group.end <= 1 for group in self.named("group")):
            return mention._replace(kind="fighters")  # "Islamic State troops"
        if self.has(mention.start, mention.end + 12, "not_people"):
            return None
        if mention.kind not in OTHERS and self._is_of_others(mention):
            return mention._replace(kind="state")
        behind = [each for each in self.people_in(mention.end, mention.end + 20) if each.kind in GROUPS_OWN]
        if behind and behind[0].kind != mention.kind and self.text.are_joined(mention.end, behind[0].start):
            return mention._replace(kind="members")  # "fighters and supporters"
        return mention

    def people_in(self, start: int, end: int) -> list[Mention]:
        """Return the words for people that begin in a part of the text, but not those within the name of a group."""
        mentions = [
            mention
            for mention in self.words.within(start, end + PLACE_OF_NOUN, *PERSONS, "not_people")
            if mention.start < end and not self.text.is_known(mention.start, mention.end, but="indicator")
        ]
        return [
            mention
            for mention in mentions
            if mention.kind != "not_people"
            and not any(
                (other.start, -other.end) <= (mention.start, -mention.end) and other.end >= mention.end
                for other in mentions
                if other is not mention and (other.start, other.end) != (mention.start, mention.end)
            )
        ]

    def _is_of_others(self, mention: Mention) -> bool:
        """Return whether they are "members of the security forces", or "Council members"."""
        place = mention.end
        if mention.kind == "members" and not self.named("group") and self.has(self.left, place, "bodies"):
            return True
        match = _OF_OTHERS.match(self.written, place)
        if not match:
            return False
        end = min(place + NEAR, self.right)
        named = [each.start for each in self.named("group") if match.end() <= each.start < end]
        others = [each.start for each in self.words.within(match.end(), end, "not_of_group", "state")]
        return bool(others) and (not named or others[0] < named[0])

    def named(self, kind: str) -> list[Mention]:
        """Return the names of a kind in the sentence that the vocabulary has."""
        return [each for each in self.text.near(kind, self.quantity.start, self.quantity.end) if any(each.ids)]

    @property
    def names_group(self) -> bool:
        """Return whether the sentence names a group, or speaks of one."""
        return bool(self.named("group")) or self.has(self.first, self.last, "group_words")

    # What happened

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
            is_told = word in _IN_ITSELF or mention.kind in ("escaped", "joined", "taken")
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
            if len(_WORD.findall(between)) > _MOST_BETWEEN or re.search(r"[;.!?\n,]| that ", between):
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
            if _LATER_PASSIVE.match(between) and re.match(r"\s+(?:and|,)", between):
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

    # The rest

    @property
    def is_of_provinces(self) -> bool:
        """Return whether the number counts provinces: "five provinces", "nine of the 18 provinces"."""
        if whole := _OF_WHOLE.match(self.written, self.quantity.end):
            return whole[1] == Unit.PROVINCES
        return self.noun is not None and self.noun_text.startswith(Unit.PROVINCES)

    @property
    def is_of_a_cell(self) -> bool:
        """Return whether the words before the number say that so many are in one cell or group."""
        cells = self.words.within(self.left, self.begins, "cell")
        return bool(cells) and len(_WORD.findall(self.written[cells[-1].end : self.begins])) <= _MOST_BETWEEN

    @property
    def is_held(self) -> bool:
        """Return whether the words around the number say that those whom it counts are in prison."""
        return self.has(self.left, self.right, "held")

    @property
    def is_plural_people(self) -> bool:
        """Return whether the noun is a word such as "people", which is rarely said of fighters."""
        return self.quantity.unit == Unit.PERSONS and "men" not in self.noun_text


def begin_of(quantity: Quantity) -> int:
    """Return where a number begins with the words of its own hedge."""
    own = [] if quantity.shared else [hedge.start for hedge in quantity.hedges]
    return min([quantity.start, *own])
