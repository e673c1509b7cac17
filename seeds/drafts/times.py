"""When: the time that a figure describes, and the day on which it was said, by the words of its sentence."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile
from operator import attrgetter
from typing import NamedTuple

from schema.intervals import read_period
from schema.quantities import Quantity, language_of
from schema.subjects.numbered_text import NumberedText
from schema.terms import AsOfBasis
from seeds.drafts.words import RoleWords, sentence_around

_start = attrgetter("start")
_BESIDE_SPEECH = 20
"""The most characters between a word such as "said" and the day on which it was said."""
_MOST_MARKS = 1
"""The most commas, numbers and words such as "that" between a figure and its time."""
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY_BEFORE = re.compile(r"\b(\d{1,2})\s+(?:of\s+)?$")
_DAY_BEHIND = re.compile(r"\s+(\d{1,2})\b(?!\d)")
_YEAR_BEHIND = re.compile(r"(?:\s+\d{1,2})?,?\s+(?:of\s+)?\d{4}\b")
_BREAK = re.compile(r"[,;:.!?\"\u201c\u201d]|\bthat\b")
_QUARTER_BEFORE = re.compile(r"\b(first|second|third|fourth|last)\s+quarter\s+(?:of\s+)?$", re.I)
_QUARTERS = {"first": 33, "second": 34, "third": 35, "fourth": 36, "last": 36}
"""The quarters of a year in EDTF."""
_SINCE = re.compile(r"\bsince\s+(?:\w+\s+){0,5}$", re.I)


class AsOf(NamedTuple):
    """The time that a figure describes, in EDTF, and from what it is known."""

    edtf: str
    basis: AsOfBasis


class _Time(NamedTuple):
    """A time that a sentence names, and where it stands."""

    edtf: str
    start: int
    end: int


@dataclass(frozen=True)
class Times:
    """The times of one text; `dates` are its quantities that are dates, `published` is its day, where it is known."""

    text: NumberedText
    words: RoleWords
    dates: Sequence[Quantity]
    language: str
    published: str | None

    def of(self, start: int, end: int) -> tuple[AsOf | None, str | None]:
        """Return the time that the figure at a place describes, and the day on which it was said; None if not told.

        The only time in the sentence counts. A time beside a word such as "said" is that of the statement. Where there
        is none, a sentence in the present is about the day of the statement, or of the article.
        """
        first, last = sentence_around(self.text, start, end)
        between = self.text.clauses.between
        times = list(self._in(first, last))
        near = [time for time in times if between(time.start, time.end, start, end) <= _MOST_MARKS]
        said = {time.edtf for time in times if self._is_of_speech(time)}
        told = {time.edtf for time in near if not self._is_of_speech(time)}
        stated = next(iter(said)) or None if len(said) == 1 else None
        if len(told) == 1:
            edtf = told.pop()
            return (AsOf(edtf, AsOfBasis.TEXT) if edtf else None), stated
        if told or not self.words.any_within(first, last, "present"):
            return None, stated
        if said:
            return (AsOf(stated, AsOfBasis.STATEMENT) if stated else None), stated
        return (AsOf(self.published, AsOfBasis.ARTICLE) if self.published else None), None

    def _is_of_speech(self, time: _Time) -> bool:
        """Return whether a time is the one at which somebody spoke: "said on Sunday", "on Sunday said"."""
        near = time.start - _BESIDE_SPEECH, time.end + _BESIDE_SPEECH // 2
        spoken = self.words.within(*near, "saying", "reporters")
        text = self.text.text
        between = [
            text[each.end : time.start] if each.start < time.start else text[time.end : each.start] for each in spoken
        ]
        return any(not _BREAK.search(words) for words in between)

    def _in(self, first: int, last: int) -> Iterator[_Time]:
        """Yield the times in a sentence; one that cannot be told without the day of the article is empty."""
        index = bisect_left(self.dates, first, key=_start)
        for each in takewhile(lambda date: date.start < last, self.dates[index:]):
            if each.edtf:
                yield self._since(_Time(self._quarter(each.edtf, each.start), each.start, each.end))
        yield from map(self._since, self._without_year(first, last))
        for mention in self.words.within(first, last, "weekdays", "yesterday", "last_month", "last_year", "this_year"):
            word = self.text.text[mention.start : mention.end].lower()
            yield self._since(_Time(self._counted_back(mention.kind, word), mention.start, mention.end))

    def _quarter(self, edtf: str, start: int) -> str:
        """Return a date, or the quarter of it that the words before it name: "the first quarter of 2016"."""
        quarter = _QUARTER_BEFORE.search(self.text.text, max(0, start - 40), start)
        return f"{edtf}-{_QUARTERS[quarter[1].lower()]}" if quarter and len(edtf) == len("2016") else edtf

    def _since(self, time: _Time) -> _Time:
        """Return a time, or the time from it up to the day of the article: "since January"."""
        if not time.edtf or not _SINCE.search(self.text.text, max(0, time.start - 40), time.start):
            return time
        begin = read_period(time.edtf).start
        is_known = self.published is not None and begin is not None and begin < self.published
        return time._replace(edtf=f"{begin}/{self.published}" if is_known else "")

    def _without_year(self, first: int, last: int) -> Iterator[_Time]:
        """Yield the months and days that are named without a year: the last ones before the day of the article."""
        text, months = self.text.text, language_of(self.language).months
        for word in re.compile(r"[^\W\d_]+").finditer(text, first, last):
            month = months.get(word[0].lower())
            if month is None or not word[0][0].isupper() or _YEAR_BEHIND.match(text, word.end()):
                continue
            before = _DAY_BEFORE.search(text, max(first, word.start() - 8), word.start())
            behind = _DAY_BEHIND.match(text, word.end())
            day = int((before or behind or [0, 0])[1])
            yield _Time(self._latest(month, day), word.start(), word.end())

    def _latest(self, month: int, day: int) -> str:
        """Return the latest such month, or day of a month, up to the day of the article; empty if it is not known."""
        if self.published is None:
            return ""
        published = date.fromisoformat(self.published)
        for year in (published.year, published.year - 1):
            try:
                time = date(year, month, day or 1)
            except ValueError:
                return ""
            if time <= published:
                return time.isoformat() if day else f"{year}-{month:02}"
        return ""

    def _counted_back(self, role: str, word: str) -> str:
        """Return the time of a word such as "Tuesday" or "last month", seen from the day of the article."""
        if self.published is None:
            return ""
        published = date.fromisoformat(self.published)
        if role == "weekdays":
            return (published - timedelta((published.weekday() - _WEEKDAYS.index(word)) % 7)).isoformat()
        if role == "yesterday":
            return (published - timedelta(1)).isoformat()
        if role == "last_month":
            return f"{published.replace(day=1) - timedelta(1):%Y-%m}"
        return str(published.year - (role == "last_year"))
