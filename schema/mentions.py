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
    """A name that is looked for: its words, and its text where only this spelling counts."""

    words: tuple[str, ...]
    kind: str
    id: str
    exact: str | None


class NameFinder:
    """Finds names in texts; equal but for case and for what stands between their words."""

    def __init__(self, names: Iterable[tuple[str, str, str]]) -> None:
        """Take names as (kind, id, the name as it is written)."""
        self._by_first_word: dict[str, list[_Name]] = defaultdict(list)
        for kind, id_, written in names:
            words = tuple(fold(word) for word in _WORD.findall(written))
            if words:
                is_acronym = len(written) <= _LONGEST_ACRONYM and written.isupper()
                self._by_first_word[words[0]].append(_Name(words, kind, id_, written if is_acronym else None))
        for of_word in self._by_first_word.values():
            of_word.sort(key=lambda name: -len(name.words))

    def find(self, text: str) -> list[Mention]:
        """Return the names in a text, in its order; of two that overlap, the one that begins first, the longer."""
        spans = [match.span() for match in _WORD.finditer(text)]
        written = (text[start:end] for start, end in spans)
        words = [word.lower() if word.isascii() else fold(word) for word in written]
        mentions: list[Mention] = []
        ids: dict[str, set[str]]
        index = 0
        while index < len(words):
            names = self._by_first_word.get(words[index])
            if names is None:
                index += 1
                continue
            longest, ids = 1, {}
            for name in names:  # the longest first
                if len(name.words) < longest:
                    break
                if self._is_at(name, text, spans, words, index):
                    longest = len(name.words)
                    ids.setdefault(name.kind, set()).add(name.id)
            if ids:
                start, end = spans[index][0], spans[index + longest - 1][1]
                mentions += [Mention(kind, tuple(sorted(of_kind)), start, end) for kind, of_kind in ids.items()]
            index += longest
        return mentions

    @staticmethod
    def _is_at(name: _Name, text: str, spans: Sequence[tuple[int, int]], words: Sequence[str], index: int) -> bool:
        """Return whether a name stands at a word."""
        end = index + len(name.words)
        if name.exact is not None:
            return text[spans[index][0] : spans[min(end, len(spans)) - 1][1]] == name.exact
        if len(name.words) == 1:
            return True
        if tuple(words[index:end]) != name.words:
            return False
        return all(_GAP.fullmatch(text, earlier[1], later[0]) for earlier, later in pairwise(spans[index:end]))


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
