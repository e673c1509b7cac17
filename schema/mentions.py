"""Mentions: the names of records in a text, and the sentences in which they stand."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

from schema.names import fold

_WORD = re.compile(r"[^\W_]+")
_GAP = re.compile(r"\s+|.{0,2}", re.DOTALL)
"""What may stand between two words of one name: space, or two characters at most, as in "Al-Anbar", "Da'esh"."""
_LONGEST_ACRONYM = 5
"""A name of so many letters, all of them capitals, is found only in capitals: "IS" is not "is"."""
_STOP, _CLOSING, _OPENING = r"[.!?\u2026\u061f]", r"[\"'\u201d\u2019\u00bb)\]]", r"[\"'\u201c\u2018\u00ab(\[]"
_SENTENCE_END = re.compile(
    rf"{_STOP}{_CLOSING}*(?P<gap>\s+)(?={_OPENING}*[^\Wa-z_])|(?<=[\u3002\uff01\uff1f])|\n\s*\n|\n(?!\s*[a-zß-öø-ÿ])"
)
"""The end of a sentence: a full stop and the like before a space and a capital or a digit, or the end of a line.

A line that goes on with a small letter was only wrapped.
"""


class Mention(NamedTuple):
    """The name of one record, or of several that share it, and its place in a text, in code points."""

    kind: str
    ids: tuple[str, ...]
    start: int
    end: int

    def distance(self, start: int, end: int) -> int:
        """Return the number of characters between this mention and another place in the text."""
        return self.start - end if self.start >= end else start - self.end


def nearest(mentions: Iterable[Mention], start: int, end: int) -> Mention:
    """Return the mention that is nearest to a place in the text; of two, the first. There is at least one."""
    return min(mentions, key=lambda mention: mention.distance(start, end))


class _Name(NamedTuple):
    """A name that is looked for, and its text where only this spelling counts."""

    kind: str
    id: str
    exact: str | None


class NameFinder:
    """Finds names in texts; equal but for case and for what stands between their words."""

    def __init__(self, names: Iterable[tuple[str, str, str]]) -> None:
        """Take names as (kind, id, the name as it is written)."""
        self._by_words: dict[tuple[str, ...], list[_Name]] = defaultdict(list)
        for kind, id_, written in names:
            words = tuple(fold(word) for word in _WORD.findall(written))
            if words:
                is_acronym = len(written) <= _LONGEST_ACRONYM and written.isupper()
                self._by_words[words].append(_Name(kind, id_, written if is_acronym else None))
        lengths: dict[str, set[int]] = defaultdict(set)
        for words in self._by_words:
            lengths[words[0]].add(len(words))
        self._lengths = {first_word: sorted(of_word, reverse=True) for first_word, of_word in lengths.items()}

    def find(self, text: str) -> list[Mention]:
        """Return the names in a text, in its order; of two that overlap, the one that begins first, the longer."""
        spans = [match.span() for match in _WORD.finditer(text)]
        written = (text[start:end] for start, end in spans)
        words = [word.lower() if word.isascii() else fold(word) for word in written]
        mentions: list[Mention] = []
        index = 0
        while index < len(words):
            after = index + 1
            for length in self._lengths.get(words[index], ()):  # the longest first
                places = spans[index : index + length]
                ids: dict[str, set[str]] = defaultdict(set)
                for name in self._names_at(text, words[index : index + length], places):
                    ids[name.kind].add(name.id)
                if ids:
                    start, end = places[0][0], places[-1][1]
                    mentions += [Mention(kind, tuple(sorted(of_kind)), start, end) for kind, of_kind in ids.items()]
                    after = index + len(places)
                    break
            index = after
        return mentions

    def _names_at(self, text: str, words: Sequence[str], spans: Sequence[tuple[int, int]]) -> list[_Name]:
        """Return the names that some words of a text are; `spans` are the words' places."""
        names = self._by_words.get(tuple(words), [])
        if not names:
            return []
        written = text[spans[0][0] : spans[-1][1]]
        is_together = all(_GAP.fullmatch(text, earlier[1], later[0]) for earlier, later in pairwise(spans))
        return [name for name in names if (is_together if name.exact is None else written == name.exact)]


class MentionedText:
    """A text with its sentences, and with its mentions of some names."""

    def __init__(self, text: str, finder: NameFinder) -> None:
        self.text = text
        self._mentions: dict[str, list[Mention]] = defaultdict(list)
        for mention in finder.find(text):
            self._mentions[mention.kind].append(mention)
        self._ids = {
            kind: tuple(dict.fromkeys(id_ for mention in mentions for id_ in mention.ids))
            for kind, mentions in self._mentions.items()
        }
        self._bounds = [0, *(place for match in _SENTENCE_END.finditer(text) for place in _span(match)), len(text)]

    def mentions(self, kind: str) -> Sequence[Mention]:
        """Return the mentions of a kind, in the order of the text."""
        return self._mentions.get(kind, ())

    def ids(self, kind: str) -> tuple[str, ...]:
        """Return the ids of all records of a kind that the text names."""
        return self._ids.get(kind, ())

    def sentence(self, start: int, end: int) -> tuple[int, int]:
        """Return the start and the end of the sentence, or the sentences, in which a span of the text stands."""
        first, last = bisect_right(self._bounds, start) - 1, bisect_left(self._bounds, end)
        return self._bounds[first], self._bounds[last]

    def in_sentence(self, kind: str, start: int, end: int) -> Sequence[Mention]:
        """Return the mentions of a kind in the sentence of a span."""
        mentions = self.mentions(kind)
        first, last = (bisect_left(mentions, place, key=attrgetter("start")) for place in self.sentence(start, end))
        return mentions[first:last]


def _span(match: re.Match[str]) -> tuple[int, int]:
    """Return where a sentence ends, and where the next one begins."""
    return match.span("gap") if match["gap"] else match.span()
