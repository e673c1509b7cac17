"""The groups, indicators and regions that a text names, and which of them a number is about."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from schema.mentions import Mention, MentionedText
from schema.names import fold
from schema.quantities import Quantity
from schema.subjects.clauses import Clauses
from schema.subjects.names import KINDS, WORD, KnownNames
from schema.subjects.wordings import Wordings

_NEAREST = 4
"""The most mentions on each side of a number that it is compared with; a text may be one sentence of thousands."""
_LONGEST_GAP = 50
"""The most characters between two sentences that are looked at."""
_BESIDE = 20
"""The most characters between two regions of which one lies in the other: "Iraq's province of Anbar"."""
_LONGEST_NAME = 60
"""The most characters before those who are counted in which a name may stand."""
_NAME = r"(?:al-)?[^\W\d_a-z]\w*(?:['\u2019-]\w+)*"
"""A word that begins with a capital, or with a letter of a script that has none."""
_NAMES = re.compile(rf"\s+({_NAME}(?:\s+{_NAME}){{0,4}})")
_NAME_BEFORE = re.compile(rf"({_NAME}(?:\s+{_NAME}){{0,4}})[\s-]+$")
_CAPITALISED = re.compile(_NAME)
_LIST = re.compile(rf"(?:,\s+{_NAME}){{0,5}},?")
_WORD_BEHIND = re.compile(r"\s+(\w+)")

_start = attrgetter("start")


class Subject(NamedTuple):
    """What a number is about, of one kind: `ids` if the text tells it, or else the `candidates` that the text names.

    `unknown_names` are words beside the number that name what the dataset does not know, or a part of what it knows.
    """

    ids: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    unknown_names: tuple[str, ...] = ()

    @property
    def is_elsewhere(self) -> bool:
        """Return whether the text tells nothing that the dataset knows, but something else."""
        return bool(self.unknown_names) and not self.ids and not self.candidates


class NumberedText(MentionedText):
    """A text with its numbers, and what stands around them; a name that the dataset does not know has no ids."""

    def __init__(self, text: str, language: str, quantities: Iterable[Quantity], names: KnownNames) -> None:
        self._names = names
        super().__init__(text, self._names.finder)
        self.words = Wordings(text, language)
        numbers = [quantity.start for quantity in quantities if quantity.counts]
        self.clauses = Clauses(text, self.words, numbers, self.sentence)
        named = self._joined([mention for kind in KINDS for mention in self.mentions(kind)])
        self._places = [(mention.start, mention.end, mention.kind) for mention in named]
        self._near: dict[str, list[Mention]] = defaultdict(list)
        for mention in sorted([*named, *self._unknown(named)], key=_start):
            self._near[mention.kind].append(mention)
        self._names_another: dict[int, bool] = {}

    def subject(self, kind: str, start: int, end: int) -> Subject:
        """Return what the number at a place is about.

        That is the only name in its sentence, or the only one without a comma, a number or a word such as "that"
        between. Where the sentence has none, it is the only one in the sentence before, or in the text. Of several none
        is chosen: they are candidates.
        """
        near = self.near(kind, start, end)
        mentions = [mention for mention in near if not self._is_aside(mention)]
        if mentions:
            marks = [self.clauses.between(mention.start, mention.end, start, end) for mention in mentions]
            if 0 in marks:
                mentions = [mention for mention, between in zip(mentions, marks, strict=True) if not between]
            ids = tuple(dict.fromkeys(id_ for mention in mentions for id_ in mention.ids))
            if kind == "region" and mentions[-1].start - mentions[0].end <= _BESIDE:
                around = {outer for id_ in ids for outer in self._names.around(id_)}
                ids = tuple(id_ for id_ in ids if id_ not in around)  # "Anbar in Iraq" is Anbar
            unknown = tuple(self.text[each.start : each.end] for each in mentions if not self._is_certain(each))
            return Subject(ids) if len(ids) == 1 and not unknown else Subject((), ids, unknown)
        first, _ = self.sentence(start, end)
        before = {mention.ids for mention in self._before(kind, first)}
        named = next(iter(before)) if len(before) == 1 else tuple(filter(None, self.ids(kind)))
        is_told = len(named) == 1 and not near and not self._another_is_named(start)
        return Subject(named) if is_told else Subject((), named)

    def near(self, kind: str, start: int, end: int) -> Sequence[Mention]:
        """Return the mentions of a kind in the sentence of a number, at most four before it and four behind."""
        mentions, (first, last) = self._near[kind], self.sentence(start, end)
        first, before, behind, last = (bisect_left(mentions, place, key=_start) for place in (first, start, end, last))
        return mentions[max(first, before - _NEAREST) : min(last, behind + _NEAREST)]

    def is_known(self, start: int, end: int, but: str | None = None) -> bool:
        """Return whether a name of the dataset has a part in a place, but for those of one kind."""
        index = bisect_left(self._places, (end,))
        return index > 0 and self._places[index - 1][1] > start and self._places[index - 1][2] != but

    def narrowing(self, start: int, end: int) -> str | None:
        """Return the first word of a place, names aside, that is not known to be harmless; None without."""
        for match in WORD.finditer(self.text, start, end):
            if not self.words.is_harmless(match[0]) and not self.is_known(*match.span()):
                return match[0]
        return None

    def _joined(self, named: Iterable[Mention]) -> list[Mention]:
        """Return mentions in their order, regions that have a name together as one: "Iraq and Syria"."""
        joined: list[Mention] = []
        for mention in sorted(named, key=_start):
            ids = tuple(filter(None, mention.ids))
            last = joined[-1] if joined and joined[-1].kind == mention.kind == "region" else None
            together = self._names.combined.get(frozenset([*last.ids, *ids])) if last and last.ids != ids else None
            if last and together and self.are_joined(last.end, mention.start):
                joined[-1] = last._replace(ids=(together,), end=mention.end)
            else:
                joined.append(mention._replace(ids=ids))
        return joined

    def are_joined(self, end: int, start: int) -> bool:
        """Return whether two names are joined: "Iraq and Syria", "im Irak und in Syrien"."""
        place = self.words.starting_at("joints", end)
        if place is None:
            return False
        place = self.words.starting_at("in", place) or place
        place = self.words.starting_at("small", place) or place
        return not self.text[place:start].strip()

    def _unknown(self, named: Iterable[Mention]) -> Iterator[Mention]:
        """Yield the names that stand where a region or a group would, and are no names of the dataset."""
        places: list[tuple[str, re.Match[str] | None]] = []
        end = 0
        for word in self.words.of("in"):
            if word.start >= end:
                match = _NAMES.match(self.text, self.words.starting_at("small", word.end) or word.end)
                end = match.end() if match else end
                places.append(("region", match))
        for mention in named:
            if mention.kind == "indicator":
                before = max(0, mention.start - _LONGEST_NAME)
                places.append(("group", _NAME_BEFORE.search(self.text, before, mention.start)))
                behind = self.words.starting_at("of", mention.end)
                if behind:
                    behind = self.words.starting_at("small", behind) or behind
                    places.append(("group", _NAMES.match(self.text, behind) or _WORD_BEHIND.match(self.text, behind)))
        for kind, match in places:
            if match and not self.is_known(*match.span(1)) and self.narrowing(*match.span(1)):
                yield Mention(kind, (), *match.span(1))

    def _before(self, kind: str, start: int) -> Sequence[Mention]:
        """Return the last mentions of a kind in the sentence before the one that begins at a place."""
        end = len(self.text[max(0, start - _LONGEST_GAP) : start].rstrip()) + max(0, start - _LONGEST_GAP)
        return self.near(kind, end - 1, end - 1) if end > 0 else ()

    def _is_certain(self, mention: Mention) -> bool:
        """Return whether a mention is of one record, and all of it: not "northern Syria" or "Daesh and its allies"."""
        if not mention.ids or self._goes_on(mention):
            return False
        place = self._less(mention.start, "small")
        return mention.kind != "region" or self.words.ending_at("part_of", place) is None

    def _goes_on(self, mention: Mention) -> bool:
        """Return whether a name stands there with others: "Daesh and its allies", "Syria, Jordan and Lebanon"."""
        is_group = mention.kind == "group"
        if is_group and self.words.starting_at("others", mention.end):
            return True
        listed = _LIST.match(self.text, mention.end)
        place = self.words.starting_at("joints", listed.end() if listed else mention.end)
        if place is None:
            return False
        if is_group and self.words.starting_at("others", place):
            return True
        name = _NAMES.match(self.text, self.words.starting_at("in", place) or place)
        return (
            name is not None
            and not self.words.is_harmless(name[1])
            and (is_group or not self.is_known(*name.span(1), but="region"))
        )

    def _is_aside(self, mention: Mention) -> bool:
        """Return whether a number is not about a name that stands there: "unlike Iraq", "said in Baghdad"."""
        place = self._less(mention.start, "small")
        inside = self._less(place, "in")
        is_where_it_was_said = inside < place and self.words.ending_at("sayings", inside) is not None
        is_contrast = self.words.ending_at("contrasts", inside) is not None
        return is_where_it_was_said or is_contrast or self.words.ending_at("not_about", place) is not None

    def _less(self, place: int, name: str) -> int:
        """Return where the words of a list begin that stand right before a place, or else the place."""
        before = self.words.ending_at(name, place)
        return place if before is None else before

    def _another_is_named(self, place: int) -> bool:
        """Return whether the sentence of a place has names that are neither the dataset's nor of its sources."""
        first, last = self.sentence(place, place)
        if first not in self._names_another:
            known = self._names.source_words
            self._names_another[first] = any(
                not self.is_known(*match.span()) and not known.issuperset(map(fold, WORD.findall(match[0])))
                for match in self._capitalised(first, last)
            )
        return self._names_another[first]

    def _capitalised(self, start: int, end: int) -> Iterator[re.Match[str]]:
        """Yield the words with a capital in a sentence; the first only if it is a subject: "Hamas has"."""
        first = WORD.search(self.text, start, end)
        for match in _CAPITALISED.finditer(self.text, start, end):
            is_first = first and match.start() == first.start()
            if not self.words.is_harmless(match[0]) and (not is_first or self.words.starting_at("has", match.end())):
                yield match
