"""Wordings: the words around the numbers and names of a text, by the list of its language in which they stand.

The lists are those under `context` in `schema/quantities/languages/`; schema/README.md says what each holds.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from operator import attrgetter

from schema.mentions import Mention, NameFinder
from schema.names import fold
from schema.quantities import language_of

_SPACE = " \t\r\n-'\u2019"
_LONGEST_SPACE = 3

_WORD_BEHIND = re.compile(r"\s+([^\W\d_]+)")

_start = attrgetter("start")


@lru_cache(maxsize=64)
def _finder(language: str) -> NameFinder:
    """Return the finder of the words of a language; their kind is the name of their list."""
    lists = language_of(language).context
    return NameFinder((name, "", words) for name, phrases in lists.items() for words in phrases)


class Wordings:
    """The words of one text that stand in the lists of its language, a BCP 47 tag.

    `known` is false for a language without lists: then nothing is known of the words.
    """

    def __init__(self, text: str, language: str) -> None:
        tables = language_of(language)
        self.known = bool(tables.context)
        self._text = text
        self._months = {fold(name) for name in tables.months}
        self._harmless = self._months.union(
            *(map(fold, tables.context.get(name, ())) for name in ("harmless", "small"))
        )
        self._articles = tables.definite
        self._of_list: dict[str, list[Mention]] = defaultdict(list)
        for words in _finder(language).find(text):
            if not (text[words.start].isupper() and fold(text[words.start : words.end]) in self._months):  # "May"
                self._of_list[words.kind].append(words)

    def of(self, name: str) -> Sequence[Mention]:
        """Return the words of a list, in the order of the text."""
        return self._of_list.get(name, ())

    def within(self, name: str, start: int, end: int) -> str | None:
        """Return the first words of a list that begin in a part of the text, or None."""
        words = self.of(name)
        index = bisect_left(words, start, key=_start)
        return self._written(words[index]) if index < len(words) and words[index].start < end else None

    def following(self, name: str, start: int, end: int) -> tuple[int, int] | None:
        """Return the place of the word behind the first words of a list in a part of the text, or None."""
        words = self.of(name)
        index = bisect_left(words, start, key=_start)
        match = _WORD_BEHIND.match(self._text, words[index].end, end) if index < len(words) else None
        return match.span(1) if match and not self.starting_at("in", words[index].end) else None

    def last_before(self, name: str, place: int) -> Mention | None:
        """Return the last words of a list that begin before a place, or None."""
        index = bisect_left(self.of(name), place, key=_start)
        return self.of(name)[index - 1] if index else None

    def ending_at(self, name: str, place: int) -> int | None:
        """Return where the words of a list begin that stand right before a place, or None."""
        words = self.last_before(name, place)
        return words.start if words and self._is_space(words.end, place) else None

    def starting_at(self, name: str, place: int) -> int | None:
        """Return where the words of a list end that stand right behind a place, or None."""
        words = self.of(name)
        index = bisect_left(words, place, key=_start)
        return words[index].end if index < len(words) and self._is_space(place, words[index].start) else None

    def is_harmless(self, word: str) -> bool:
        """Return whether a word says no more of those who are counted, and names nobody; a month is such a word."""
        return fold(word) in self._harmless

    def article(self, start: int, end: int) -> str | None:
        """Return the first definite article in a part of the text, or None: "of the" fighters."""
        return next((word for word in self._text[start:end].split() if fold(word) in self._articles), None)

    def _is_space(self, start: int, end: int) -> bool:
        """Return whether nothing but a space, a hyphen or an apostrophe stands between two places."""
        return 0 <= end - start <= _LONGEST_SPACE and not self._text[start:end].strip(_SPACE)

    def _written(self, words: Mention) -> str:
        return self._text[words.start : words.end]
