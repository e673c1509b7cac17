"""The part of a sentence that is a number's own, and the noun in it: who or what is counted."""

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
BESIDE, PLACE_OF_NOUN, NEAR = 15, 25, 45
"""Characters behind a number: right beside it, in which a word for people may begin, and for what happened."""

WORD = re.compile(r"[^\W\d_][\w'\u2019-]*")
_BESIDE = re.compile(r"[\s-]?(?:of\s)?[\"\u201c\u201d'\u2019]?\s?(?:of\s)?", re.I)
"""What stands between a number and its noun."""
_OF_OWNER = re.compile(r"[\"\u201d]?\s+of\s+(?:the|our|its|his|their|these|those|a|an)\s+(?:own\s)?")
_OF_THEM = re.compile(r"[\"\u201d]?(?:\s+or so)?\s+of\s+(?:them|whom|these|those|ours|(?:its|their|our)\s+own)\b", re.I)
_IS = re.compile(
    r"[\"\u201d]?\s*(?:of\s+(?:them|whom|these|those)\s*,?\s*)?(?:are|were|is|was|would be|may be|being)\s+", re.I
)
_OF_OTHERS = re.compile(r"\s+(?:of|from)\s+")
_OF_WHOLE = re.compile(r"\s+of\s+[^\d,.;]{0,25}\d+\s+(\w+)")
_VERB = re.compile(r"\w+ed(?:\s+(?:the|an?|its|their|his|her)\b.*)?", re.S)
"""What is no noun, though it stands behind a number: "400 defected", "thousands answered the call"."""
_PRONOUNS = frozenset({"them", "whom", "these", "those", "us", "which", "ours", "it"})
_ONE = (1,)


@dataclass(frozen=True)
class Reading:
    """A text as it is read: its words by their roles, the quantities that count something, and the places of all."""

    text: NumberedText
    words: RoleWords
    counting: Sequence[Quantity]
    places: Set[int]


class NumberedPart:
    """The part of a sentence that is a number's own: from the number before it to the one behind it.

    `first` and `last` are the ends of the sentence, `left` and `right` those of the part, `begins` is where the number
    begins with its hedge, `ends` where its noun ends.
    """

    def __init__(self, reading: Reading, index: int) -> None:
        self.text, self.words = reading.text, reading.words
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
        word = WORD.match(self.written, start, end)
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
    def is_of_them(self) -> bool:
        """Return whether it is a part of those who were counted before: "40 of them"."""
        return _OF_THEM.match(self.written, self.quantity.end) is not None

    def has(self, start: int, end: int, *roles: str) -> bool:
        """Return whether a word of some roles stands in a part of the text."""
        return self.words.any_within(start, end, *roles)

    @cached_property
    def people(self) -> Mention | None:
        """The word for the people who are counted; its kind is their role. None where the words tell of none."""
        places = (self._in_noun, self._of_owner, self._of_them, self._said_to_be)
        mentions = next(filter(None, (people() for people in places)), [])
        mentions = [each for each in mentions if each.kind != "people"] or mentions
        if not mentions:
            return None
        is_of = " of " in self.written[mentions[0].end : mentions[-1].start]  # "family members of fighters"
        mention = mentions[0 if is_of else -1]
        if mention.kind == "state" and any(0 <= mention.start - group.end <= 1 for group in self.named("group")):
            return mention._replace(kind="fighters")  # "Islamic State troops"
        if mention.kind not in OTHERS and self._is_of_others(mention):
            return mention._replace(kind="state")
        behind = [each for each in self.people_in(mention.end, mention.end + BESIDE) if each.kind in GROUPS_OWN]
        if behind and behind[0].kind != mention.kind and self.text.are_joined(mention.end, behind[0].start):
            return mention._replace(kind="members")  # "fighters and supporters"
        return mention

    def _in_noun(self) -> list[Mention]:
        """Return the words for people right behind the number, also in quotation marks."""
        mentions = self.people_in(*self._noun_words) if self._noun_words else []
        if mentions or self.noun:
            return mentions
        beside = _BESIDE.match(self.written, self.quantity.end)
        start = beside.end() if beside else self.quantity.end
        return [each for each in self.people_in(start, start + 1) if each.start == start]

    def _of_owner(self) -> list[Mention]:
        """Return the word for people in "400 of its fighters", and in "400 of the 700 inmates"."""
        owner = _OF_OWNER.match(self.written, self.quantity.end)
        if not owner:
            return []
        end = owner.end() + PLACE_OF_NOUN
        return self.people_in(owner.end(), end if owner.end() == self.right else min(end, self.right))[:1]

    def _of_them(self) -> list[Mention]:
        """Return the word for the group's people in "400 of them fighters"."""
        of = _OF_THEM.match(self.written, self.quantity.end)
        return [each for each in self.people_in(of.end(), of.end() + 2) if each.kind in GROUPS_OWN] if of else []

    def _said_to_be(self) -> list[Mention]:
        """Return the word for people in "the other 400 were supporters"."""
        link = None if self.noun else _IS.match(self.written, self.quantity.end)
        return self.people_in(link.end(), min(link.end() + PLACE_OF_NOUN, self.right))[:1] if link else []

    def people_in(self, start: int, end: int) -> list[Mention]:
        """Return the words for people that begin in a part of the text; of two that overlap, the longer.

        A word within the name of a group is none.
        """
        mentions: list[Mention] = []
        for mention in self.words.within(start, end + PLACE_OF_NOUN, *PERSONS, "not_people"):
            is_name = self.text.is_known(mention.start, mention.end, but="indicator")
            if mention.start < end and not is_name and (not mentions or mention.start >= mentions[-1].end):
                mentions.append(mention)
        return [mention for mention in mentions if mention.kind != "not_people"]

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

    @property
    def is_of_provinces(self) -> bool:
        """Return whether the number counts provinces: "five provinces", "nine of the 18 provinces"."""
        if whole := _OF_WHOLE.match(self.written, self.quantity.end):
            return whole[1] == Unit.PROVINCES
        return self.noun is not None and self.noun_text.startswith(Unit.PROVINCES)

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
