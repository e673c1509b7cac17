"""The groups, indicators and regions that a text names, and which of them a number is about."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import select

from api import context
from api.query.filters import RegionScope
from api.read import wordings
from api.read.countries import country_names, names_together
from api.read.dates import Dated
from api.read.reported_numbers import KINDS
from schema import tables
from schema.mentions import Mention, MentionedText, NameFinder
from schema.names import fold
from schema.quantities import Quantity
from schema.terms import NameKind, RegionKind

_NEAREST = 4
"""The most mentions on each side of a number that it is compared with; a text may be one sentence of thousands."""
_LONGEST_GAP = 50
"""The most characters between two sentences that are looked at."""
_BESIDE = 20
"""The most characters between two regions of which one lies in the other: "Iraq's province of Anbar"."""


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
    return frozenset(fold(word) for row in rows for word in wordings.WORD.findall(row.written))


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

    def __init__(self, text: str, quantities: Iterable[Quantity]) -> None:
        super().__init__(text, _finder(context.release().fingerprint))
        numbers = (quantity.start for quantity in quantities if quantity.counts)
        self._marks = sorted([*wordings.marks_in(text), *numbers])
        named = (mention for kind in KINDS for mention in self.mentions(kind))
        known = [mention._replace(ids=_known(mention.ids)) if "" in mention.ids else mention for mention in named]
        known.sort(key=attrgetter("start"))
        self._places = [(mention.start, mention.end, mention.kind) for mention in known]
        self._near: dict[str, list[Mention]] = defaultdict(list)
        for mention in sorted([*known, *self._unknown(known)], key=attrgetter("start")):
            self._near[mention.kind].append(mention)
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
        first, _ = self.sentence(start, end)
        before = {mention.ids for mention in self._before(kind, first)}
        named = next(iter(before)) if len(before) == 1 else _known(self.ids(kind))
        is_told = len(named) == 1 and not near and not self._another_is_named(start)
        return Subject(named) if is_told else Subject((), named)

    def _before(self, kind: str, start: int) -> Sequence[Mention]:
        """Return the last mentions of a kind in the sentence before the one that begins at a place."""
        end = len(self.text[max(0, start - _LONGEST_GAP) : start].rstrip()) + max(0, start - _LONGEST_GAP)
        return self.near(kind, end - 1, end - 1) if end > 0 else ()

    def _is_certain(self, mention: Mention) -> bool:
        """Return whether a mention is of one record, and all of it: not "northern Syria" or "Daesh and its allies"."""
        if mention.kind == "group":
            return bool(mention.ids) and not wordings.is_with_others(self.text, mention.end)
        beside = wordings.place_beside(self.text, mention.end)
        is_one_of_several = beside and not self._is_known(*beside, but="region")
        return bool(mention.ids) and not is_one_of_several and not wordings.is_part(self.text, mention.start)

    def near(self, kind: str, start: int, end: int) -> Sequence[Mention]:
        """Return the mentions of a kind in the sentence of a number, at most four before it and four behind."""
        mentions, (first, last) = self._near[kind], self.sentence(start, end)
        first, before, behind, last = (
            bisect_left(mentions, place, key=attrgetter("start")) for place in (first, start, end, last)
        )
        return mentions[max(first, before - _NEAREST) : min(last, behind + _NEAREST)]

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
        first, last = self.sentence(place, place)
        if first not in self._names_another:
            known = _words_of_sources(context.release().fingerprint)
            self._names_another[first] = any(
                not self._is_known(start, end)
                and not known.issuperset(map(fold, wordings.WORD.findall(self.text[start:end])))
                for start, end in wordings.names_in(self.text, first, last)
            )
        return self._names_another[first]

    def denial(self, start: int, end: int) -> str | None:
        """Return a word around a place that denies, asks, or supposes; None if there is none.

        It supposes in the whole sentence, and denies only in the same clause.
        """
        sentence = self.sentence(start, end)
        first, last = self._clause(self._clause_ends, start, end)
        return (
            _first(self._suppositions, *sentence)
            or _first(self._denials, first, start)
            or _first(self._denials, end, last)
        )

    def _clause(self, ends: Sequence[int], start: int, end: int) -> tuple[int, int]:
        """Return where the part of a sentence around a place begins and ends."""
        first, last = self.sentence(start, end)
        before, behind = bisect_left(ends, start), bisect_left(ends, end)
        first = max(first, ends[before - 1]) if before else first
        return first, min(last, ends[behind]) if behind < len(ends) else last

    def happening(self, start: int, end: int) -> str | None:
        """Return a word beside a place that makes those who are counted more than there: "wounded"; None without."""
        first, last = self._clause(self._marks, start, end)
        return _first(self._happenings, first, start) or _first(self._happenings, end, last)

    def is_a_number_of(self, mention: Mention, start: int) -> bool:
        """Return whether a number without a noun is said to be of a mention before it: "the number of fighters"."""
        first, _ = self.sentence(mention.start, mention.end)
        index = bisect_left(self._numbers_told, (mention.start, ""))
        if index and self._numbers_told[index - 1][0] >= first:
            place, word = self._numbers_told[index - 1]
            if self.narrowing(place + len(word), mention.start) is None:
                return True
        return _first(self._numbers_told, mention.end, start) is not None

    def narrowing(self, start: int, end: int) -> str | None:
        """Return the first word of a place, names aside, that may narrow what is counted: "former"; None without."""
        words = ((match.start(), match.end()) for match in wordings.WORD.finditer(self.text, start, end))
        names = (self.text[begins:ends] for begins, ends in words if not self._is_known(begins, ends))
        return next((name for name in names if wordings.may_narrow(name)), None)


def _known(ids: Iterable[str]) -> tuple[str, ...]:
    """Return ids without that of countries that the dataset does not have."""
    return tuple(id_ for id_ in ids if id_)


def _first(words: Sequence[tuple[int, str]], start: int, end: int) -> str | None:
    """Return the first of some words, each with its place, that begins in a part of a text."""
    index = bisect_left(words, (start, ""))
    return words[index][1] if index < len(words) and words[index][0] < end else None
