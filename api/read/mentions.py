"""Mentions: the groups, regions and indicators that a text names, and which of them each of its numbers is about."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import select

from api import context
from schema import tables
from schema.names import fold
from schema.terms import NameKind

KINDS = ("group", "indicator", "region")
"""The kinds of records that a number is about."""

_WORD = re.compile(r"[^\W_]+")
_LONGEST_GAP = 2
"""The most characters between two words of one name: "Al-Anbar", "Da'esh"."""
_LONGEST_ACRONYM = 5
"""A name of so many letters, all of them capitals, is found only in capitals: "IS" is not "is"."""
_SENTENCE_END = re.compile(r"[.!?…؟](?=[\"'”’»)\]]*\s)|\n+")  # noqa: RUF001 (closing quotation marks)


class Mention(NamedTuple):
    """The name of one record, or of several that share it, and its place in a text, in code points."""

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
                ids = {name.id for name in names if name.kind == kind and len(name.words) == longest}
                if ids:
                    mentions.append(Mention(kind, tuple(sorted(ids)), spans[index][0], last))
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
    """Return the finder of a release's names; codes such as `IN` are no names of a text."""
    names = tables.names.c
    rows = context.connection().execute(
        select(names.kind, names.id, names.written).where(names.kind.in_(KINDS), names.why != NameKind.CODE)
    )
    return NameFinder(each for row in rows for each in _in_both_numbers(*row))


def _in_both_numbers(kind: str, id_: str, written: str) -> Iterator[tuple[str, str, str]]:
    """Yield a name; that of an indicator also without its plural's `s`: "fighters", "fighter"."""
    yield kind, id_, written
    if kind == "indicator" and written.endswith("s"):
        yield kind, id_, written.removesuffix("s")


class Subject(NamedTuple):
    """What a number is about, of one kind: `ids` if the text tells it, or else the `candidates` that the text names."""

    ids: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()


class MentionedText:
    """A text with its sentences, and with its mentions of the names of the request's release."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._ends = [match.end() for match in _SENTENCE_END.finditer(text)]
        self._mentions: dict[str, list[Mention]] = {kind: [] for kind in KINDS}
        for mention in _finder(context.release().fingerprint).find(text):
            self._mentions[mention.kind].append(mention)
        self._starts = {kind: [mention.start for mention in mentions] for kind, mentions in self._mentions.items()}
        self._named = {
            kind: tuple(dict.fromkeys(id_ for mention in mentions for id_ in mention.ids))
            for kind, mentions in self._mentions.items()
        }

    def subject(self, kind: str, start: int, end: int) -> Subject:
        """Return what the number at a place is about: the nearest mention in its sentence.

        Where the sentence has none, it is the only record of this kind that the text names. Of several none is chosen:
        they are candidates.
        """
        mentions = self.in_sentence(kind, start)
        if mentions:
            return Subject(min(mentions, key=lambda mention: distance(mention, start, end)).ids)
        named = self._named[kind]
        return Subject(named) if len(named) == 1 else Subject((), named)

    def in_sentence(self, kind: str, place: int) -> list[Mention]:
        """Return the mentions of a kind in the sentence of a place."""
        sentence = bisect_right(self._ends, place)
        first = self._ends[sentence - 1] if sentence else 0
        last = self._ends[sentence] if sentence < len(self._ends) else None
        starts = self._starts[kind]
        after = len(starts) if last is None else bisect_left(starts, last)
        return self._mentions[kind][bisect_left(starts, first) : after]


def distance(mention: Mention, start: int, end: int) -> int:
    """Return the number of characters between a mention and the number at a place."""
    return mention.start - end if mention.start >= end else start - mention.end
