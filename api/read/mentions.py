"""Mentions: the groups, regions and indicators that a text names, and which of them each of its numbers is about."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import select

from api import context
from api.query.filters import RegionScope
from api.read import wordings
from api.read.countries import country_names, names_together
from api.read.dates import Dated
from schema import tables
from schema.names import fold
from schema.quantities import Quantity
from schema.terms import NameKind, RegionKind

KINDS = ("group", "indicator", "region")
"""The kinds of records that a number is about."""

_WORD = re.compile(r"[^\W_]+")
_LONGEST_GAP = 2
"""The most characters between two words of one name: "Al-Anbar", "Da'esh"."""
_NEAREST = 4
"""The most mentions on each side of a number that it is compared with; a text may be one sentence of thousands."""
_BESIDE = 20
"""The most characters between two regions of which one lies in the other: "Iraq's province of Anbar"."""
_LONGEST_ACRONYM = 5
"""A name of so many letters, all of them capitals, is found only in capitals: "IS" is not "is"."""
_SENTENCE_END = re.compile(r"[.!?…؟](?=[\"'”’»)\]]*\s)|\n\s*\n|\n(?!\s*[a-zß-öø-ÿ])")  # noqa: RUF001 (quotation marks)
"""The end of a sentence; a line that goes on with a small letter was only wrapped."""


class Mention(NamedTuple):
    """The name of one record, or of several that share it, and its place in a text, in code points.

    It has no ids if the dataset does not know the name: "Libya".
    """

    kind: str
    ids: tuple[str, ...]
    start: int
    end: int


class _Name(NamedTuple):
    """A name that is looked for: its words, and its text where only this spelling counts."""

    words: tuple[str, ...]
    kind: str
    id: str
    exact: str | None


class NameFinder:
    """Finds names in texts; equal but for case and for what stands between their words."""

    def __init__(self, names: Iterable[tuple[str, str, str]]) -> None:
        """Take names as (kind, id, the name as it is written)."""
        self._by_first_word: dict[str, list[_Name]] = {}
        for kind, id_, written in names:
            words = tuple(fold(word) for word in _WORD.findall(written))
            if words:
                is_acronym = len(written) <= _LONGEST_ACRONYM and written.isupper()
                self._by_first_word.setdefault(words[0], []).append(
                    _Name(words, kind, id_, written if is_acronym else None)
                )

    def find(self, text: str) -> list[Mention]:
        """Return the names in a text, in its order; of two that overlap, the one that begins first, the longer."""
        spans = [match.span() for match in _WORD.finditer(text)]
        words = [fold(text[start:end]) for start, end in spans]
        mentions: list[Mention] = []
        index = 0
        while index < len(words):
            candidates = self._by_first_word.get(words[index], ())
            names = [name for name in candidates if self._is_at(name, text, spans, words, index)]
            longest = max((len(name.words) for name in names), default=1)
            last = spans[index + longest - 1][1]
            for kind in KINDS:
                same = [name.id for name in names if name.kind == kind and len(name.words) == longest]
                if same:
                    ids = tuple(sorted(set(same) - {""}))
                    mentions.append(Mention(kind, ids, spans[index][0], last))
            index += longest
        return mentions

    @staticmethod
    def _is_at(name: _Name, text: str, spans: Sequence[tuple[int, int]], words: Sequence[str], index: int) -> bool:
        """Return whether a name stands at a word."""
        end = index + len(name.words)
        if tuple(words[index:end]) != name.words:
            return False
        if name.exact is not None:
            return text[spans[index][0] : spans[end - 1][1]] == name.exact
        return all(later[0] - earlier[1] <= _LONGEST_GAP for earlier, later in pairwise(spans[index:end]))


@lru_cache(maxsize=4)
def _finder(_release: bytes) -> NameFinder:
    """Return the finder of a release's names, and of all countries; codes such as `IN` are no names of a text."""
    names = tables.names.c
    rows = context.connection().execute(
        select(names.kind, names.id, names.written).where(names.kind.in_(KINDS), names.why != NameKind.CODE)
    )
    return NameFinder([*_countries(), *(each for row in rows for each in _in_both_numbers(*row))])


def _countries() -> Iterator[tuple[str, str, str]]:
    """Yield the names of countries, and of two that the dataset combines; one that it does not have has no id."""
    regions = tables.regions.c
    rows = context.connection().execute(select(regions.iso, regions.id).where(regions.iso.is_not(None)))
    ids = {row.iso: row.id for row in rows}
    by_id = {ids[code]: names for code, names in country_names().items() if code in ids}
    for code, names in country_names().items():
        yield from (("region", ids.get(code, ""), name) for name in names)
    for id_, members in _combined(by_id).items():
        if len(members) == len(("this", "that")):
            first, second = members
            yield from (("region", id_, name) for name in names_together(by_id[first], by_id[second]))


def _combined(countries: Iterable[str]) -> dict[str, list[str]]:
    """Return the countries in each combined region."""
    whole, part, closures = tables.regions.alias("whole"), tables.regions.alias("part"), tables.closures.c
    parts = (
        select(whole.c.id, part.c.id.label("part"))
        .join(tables.closures, closures.whole_position == whole.c.position)
        .join(part, closures.part_position == part.c.position)
        .where(closures.kind == "region", closures.relation == RegionScope.WITHIN)
        .where(whole.c.kind == RegionKind.COMBINED, part.c.id.in_(sorted(countries)))
    )
    members: dict[str, list[str]] = defaultdict(list)
    for row in context.connection().execute(parts):
        members[row.id].append(row.part)
    return members


def _in_both_numbers(kind: str, id_: str, written: str) -> Iterator[tuple[str, str, str]]:
    """Yield a name; that of an indicator also without its plural's `s`: "fighters", "fighter"."""
    yield kind, id_, written
    if kind == "indicator" and written.endswith("s"):
        yield kind, id_, written.removesuffix("s")


@lru_cache(maxsize=4)
def _parents(_release: bytes) -> dict[str, str | None]:
    """Return the region that each region lies in."""
    columns = tables.regions.c
    return {row.id: row.parent for row in context.connection().execute(select(columns.id, columns.parent))}


@lru_cache(maxsize=4)
def _words_of_sources(_release: bytes) -> frozenset[str]:
    """Return the words in the names of sources, which name nobody else: "Iraqi", "General"."""
    names = tables.names.c
    rows = context.connection().execute(select(names.written).where(names.kind == "source"))
    return frozenset(fold(word) for row in rows for word in _WORD.findall(row.written))


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


class MentionedText:
    """A text with its sentences and numbers, and with its mentions of the names of the request's release."""

    def __init__(self, text: str, quantities: Iterable[Quantity]) -> None:
        self.text = text
        self._ends = [match.end() for match in _SENTENCE_END.finditer(text)]
        numbers = (quantity.start for quantity in quantities if quantity.counts)
        self._marks = sorted([*wordings.marks_in(text), *numbers])
        known = _finder(context.release().fingerprint).find(text)
        self._named = {
            kind: tuple(dict.fromkeys(id_ for mention in known if mention.kind == kind for id_ in mention.ids))
            for kind in KINDS
        }
        self._places = [(mention.start, mention.end, mention.kind) for mention in known]
        self._mentions: dict[str, list[Mention]] = {kind: [] for kind in KINDS}
        for mention in sorted([*known, *self._unknown(known)], key=lambda mention: mention.start):
            self._mentions[mention.kind].append(mention)
        self._starts = {kind: [mention.start for mention in mentions] for kind, mentions in self._mentions.items()}
        self._names_another: dict[int, bool] = {}
        self._denials, self._suppositions = wordings.denials_in(text), wordings.suppositions_in(text)
        self._clause_ends = wordings.clause_ends_in(text)
        self._happenings = wordings.happenings_in(text)
        self._numbers_told = wordings.numbers_told_in(text)

    def _unknown(self, known: Iterable[Mention]) -> Iterator[Mention]:
        """Yield the names that stand where a region or a group would, and are no names of the dataset."""
        places: list[tuple[str, tuple[int, int] | None]] = [
            ("region", place) for place in wordings.places_named(self.text)
        ]
        for mention in known:
            if mention.kind == "indicator":
                places.append(("group", wordings.group_before(self.text, mention.start)))
                places.append(("group", wordings.group_behind(self.text, mention.end)))
        for kind, place in places:
            if place and not self._is_known(*place) and any(map(wordings.may_narrow, self.text[slice(*place)].split())):
                yield Mention(kind, (), *place)

    def _is_known(self, start: int, end: int, but: str | None = None) -> bool:
        """Return whether a name of the dataset has a part in a place, but for those of one kind."""
        index = bisect_left(self._places, (end,))
        return index > 0 and self._places[index - 1][1] > start and self._places[index - 1][2] != but

    def subject(self, kind: str, start: int, end: int) -> Subject:
        """Return what the number at a place is about.

        That is the only name in its sentence, or the only one without a comma, a number or a word such as "that"
        between. Where the sentence has none, it is the only one in the sentence before, or in the text. Of several none
        is chosen: they are candidates.
        """
        near = self.near(kind, start, end)
        mentions = [mention for mention in near if not wordings.is_contrast(self.text, mention.start)]
        if mentions:
            marks = [self.between(mention, start, end) for mention in mentions]
            if 0 in marks:
                mentions = [mention for mention, between in zip(mentions, marks, strict=True) if not between]
            ids = tuple(dict.fromkeys(id_ for mention in mentions for id_ in mention.ids))
            if kind == "region" and mentions[-1].start - mentions[0].end <= _BESIDE:
                ids = self._innermost(ids)
            unknown = tuple(self.text[each.start : each.end] for each in mentions if not self._is_certain(each))
            return Subject(ids) if len(ids) == 1 and not unknown else Subject((), ids, unknown)
        first, _ = self.sentence(start)
        before = {mention.ids for mention in self.near(kind, first - 1, first - 1)} if first else set()
        named = next(iter(before)) if len(before) == 1 else self._named[kind]
        is_told = len(named) == 1 and not near and not self._another_is_named(start)
        return Subject(named) if is_told else Subject((), named)

    def _is_certain(self, mention: Mention) -> bool:
        """Return whether a mention is of one record, and all of it: not "northern Syria" or "Daesh and its allies"."""
        if mention.kind == "group":
            return bool(mention.ids) and not wordings.is_with_others(self.text, mention.end)
        beside = wordings.place_beside(self.text, mention.end)
        is_one_of_several = beside and not self._is_known(*beside, but="region")
        return bool(mention.ids) and not is_one_of_several and not wordings.is_part(self.text, mention.start)

    def near(self, kind: str, start: int, end: int) -> Sequence[Mention]:
        """Return the mentions of a kind in the sentence of a number, at most four before it and four behind."""
        (first, last), starts = self.sentence(start), self._starts[kind]
        first, last = bisect_left(starts, first), bisect_left(starts, last)
        before, behind = bisect_left(starts, start, first, last), bisect_left(starts, end, first, last)
        return self._mentions[kind][max(first, before - _NEAREST) : min(last, behind + _NEAREST)]

    def between(self, mention: Mention | Dated, start: int, end: int) -> int:
        """Return how many commas, numbers and words such as "that" stand between a mention and what is at a place."""
        first, last = (end, mention.start) if mention.start >= end else (mention.end, start)
        first += self.text[first : first + 1] == "," and last == start  # "In Iraq, 400 remain"
        return max(0, bisect_left(self._marks, last) - bisect_left(self._marks, first))

    def _innermost(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """Return regions without those in which another of them lies: "Anbar in Iraq" is Anbar."""
        parents, around = _parents(context.release().fingerprint), set()
        for id_ in ids:
            parent = parents.get(id_)
            while parent:
                around.add(parent)
                parent = parents.get(parent)
        return tuple(id_ for id_ in ids if id_ not in around)

    def _another_is_named(self, place: int) -> bool:
        """Return whether the sentence of a place has names that are neither the dataset's nor of its sources."""
        first, last = self.sentence(place)
        if first not in self._names_another:
            known = _words_of_sources(context.release().fingerprint)
            self._names_another[first] = any(
                not self._is_known(start, end) and not known.issuperset(map(fold, _WORD.findall(self.text[start:end])))
                for start, end in wordings.names_in(self.text, first, last)
            )
        return self._names_another[first]

    def denial(self, start: int, end: int) -> str | None:
        """Return a word around a place that denies, asks, or supposes; None if there is none.

        It supposes in the whole sentence, and denies only in the same clause.
        """
        sentence = self.sentence(start)
        first, last = self._clause(self._clause_ends, start, end)
        return (
            _first(self._suppositions, *sentence)
            or _first(self._denials, first, start)
            or _first(self._denials, end, last)
        )

    def _clause(self, ends: Sequence[int], start: int, end: int) -> tuple[int, int]:
        """Return where the part of a sentence around a place begins and ends."""
        first, last = self.sentence(start)
        before, behind = bisect_left(ends, start), bisect_left(ends, end)
        first = max(first, ends[before - 1]) if before else first
        return first, min(last, ends[behind]) if behind < len(ends) else last

    def happening(self, start: int, end: int) -> str | None:
        """Return a word beside a place that makes those who are counted more than there: "wounded"; None without."""
        first, last = self._clause(self._marks, start, end)
        return _first(self._happenings, first, start) or _first(self._happenings, end, last)

    def is_a_number_of(self, mention: Mention, start: int) -> bool:
        """Return whether a number without a noun is said to be of a mention before it: "the number of fighters"."""
        first, _ = self.sentence(mention.start)
        index = bisect_left(self._numbers_told, (mention.start, ""))
        if index and self._numbers_told[index - 1][0] >= first:
            place, word = self._numbers_told[index - 1]
            if self.narrowing(place + len(word), mention.start) is None:
                return True
        return _first(self._numbers_told, mention.end, start) is not None

    def narrowing(self, start: int, end: int) -> str | None:
        """Return the first word of a place, names aside, that may narrow what is counted: "former"; None without."""
        words = ((match.start(), match.end()) for match in _WORD.finditer(self.text, start, end))
        names = (self.text[begins:ends] for begins, ends in words if not self._is_known(begins, ends))
        return next((name for name in names if wordings.may_narrow(name)), None)

    def sentence(self, place: int) -> tuple[int, int]:
        """Return where the sentence of a place begins and ends."""
        index = bisect_right(self._ends, place)
        first = self._ends[index - 1] if index else 0
        return first, self._ends[index] if index < len(self._ends) else len(self.text)


def _first(words: Sequence[tuple[int, str]], start: int, end: int) -> str | None:
    """Return the first of some words, each with its place, that begins in a part of a text."""
    index = bisect_left(words, (start, ""))
    return words[index][1] if index < len(words) and words[index][0] < end else None


def distance(mention: Mention, start: int, end: int) -> int:
    """Return the number of characters between a mention and the number at a place."""
    return mention.start - end if mention.start >= end else start - mention.end
