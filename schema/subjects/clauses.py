"""The clauses of a text: where they end, and how many ends stand between two places."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence

from schema.subjects.wordings import Wordings

_STOP = re.compile(r"[;:()\u2013\u2014]|,(?=\s)")


class Clauses:
    """The ends of clauses and of their parts in a text, as places in code points.

    `sentence` returns the start and the end of the sentence around a place, `numbers` are the places of the numbers.
    """

    def __init__(
        self, text: str, words: Wordings, numbers: Iterable[int], sentence: Callable[[int, int], tuple[int, int]]
    ) -> None:
        self._text, self._sentence = text, sentence
        stops = [match.start() for match in _STOP.finditer(text)]
        joints = [joint.start for joint in words.of("joints") if text[max(0, joint.start - 2) : joint.start] == ", "]
        self._clauses = sorted([*stops, *(word.start for word in words.of("clauses"))])
        inner = [word.start for name in ("subclauses", "sayings") for word in words.of(name)]
        self._marks = sorted([*self._clauses, *inner, *joints, *numbers])

    def between(self, first: int, last: int, start: int, end: int) -> int:
        """Return how many commas, numbers and words such as "that" stand between two places of the text."""
        first, last = (end, first) if first >= end else (last, start)
        first += self._text[first : first + 1] == "," and last == start  # "In Iraq, 400 remain"
        return max(0, bisect_left(self._marks, last) - bisect_left(self._marks, first))

    def clause(self, start: int, end: int) -> tuple[int, int]:
        """Return where the clause around a place begins and ends: at a comma, or at a word such as "but"."""
        return self._around(self._clauses, start, end)

    def part(self, start: int, end: int) -> tuple[int, int]:
        """Return where the part of a clause around a place begins and ends: at a number, too, or a word like "that"."""
        return self._around(self._marks, start, end)

    def _around(self, ends: Sequence[int], start: int, end: int) -> tuple[int, int]:
        first, last = self._sentence(start, end)
        before, behind = bisect_left(ends, start), bisect_left(ends, end)
        first = max(first, ends[before - 1]) if before else first
        return first, min(last, ends[behind]) if behind < len(ends) else last
