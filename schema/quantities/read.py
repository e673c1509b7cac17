"""The reader of quantities: the numbers of a text with hedge, kind and place, and what could not be settled."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from schema.intervals import granularity_of
from schema.quantities import hedges
from schema.quantities.coordination import are_coordinated
from schema.quantities.dates import edtf_of
from schema.quantities.hedges import Hedging, strongest
from schema.quantities.kinds import noun_behind, with_kind
from schema.quantities.language import Language, language_of
from schema.quantities.neighbours import with_neighbours
from schema.quantities.number import Kind, Number
from schema.quantities.number_reader import NumberReader, TextTooLong
from schema.quantities.shared_scale import with_shared_scale
from schema.quantities.tokens import BREAK, WORD, tokens_of
from schema.quantities.unknown_words import unknown_beside
from schema.terms import Hedge, Unit

LONGEST_TEXT = 200_000
"""Characters."""
COUNTED = frozenset({Kind.COUNT, Kind.PERCENT, Kind.MONEY, Kind.FRACTION})
"""The kinds of numbers that an estimate may hold."""

_FRACTION = 10
"""The granularity of a fraction, in percent: "a third" is said of 28.3 to 38.3 percent."""
_MEASURED = frozenset({Kind.AGE, Kind.DURATION, Kind.DISTANCE, Kind.WEIGHT, Kind.TIMES})
_DASHES = frozenset("-\u2012\u2013\u2014\u2212\uff5e")
_MOST_WORDS_BETWEEN, _MOST_WORDS_OF_CHANGE = 4, 8
_LEAST_ROUND, _ROUND = 10, 5
"""A number is round from 10 on, and where it is a multiple of 5."""
_MOST_APART = 20
"""How many times the first number the second may be in "2 or 3"."""
_LOW_ONLY = frozenset({Hedge.AT_LEAST, Hedge.MORE_THAN})
_LOOSE = frozenset({Hedge.APPROXIMATELY, Hedge.NEARLY})
_HIGH_ONLY = frozenset({Hedge.UP_TO, Hedge.FEWER_THAN, Hedge.NEARLY})


class Words(NamedTuple):
    """Some words of the text, and their place in code points."""

    text: str
    start: int
    end: int


class Unsettled(NamedTuple):
    """What could not be settled about a number: the words, and why.

    `closest` and `hedge` are the hedge that is closest to an unknown word; `misspelt`: it is that but for few letters.
    """

    words: Words
    why: str
    closest: str | None = None
    hedge: Hedge | None = None
    misspelt: bool = False


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number or an interval that a text says.

    `start` and `end` are the place of the number without its hedge, in code points. `low`, `best` and `high` are the
    numbers of an estimate with this hedge; `numbers` are all that are printed, one or two. Fractions are in percent.
    `unit` is "percent", the code of a currency, or the unit that the noun is a word for, such as "persons"; `noun` is
    what is counted. `granularity` is the power of ten that it is rounded to, that of a vague word and a fraction too.
    `hedges` are the words of the hedge; `shared` says that they stand at the number before, and cover this one too.
    `edtf` is the date of what is or may be a year, with its month and day. `unsettled` lists what the reader cannot
    tell: such a quantity must not be taken as read.
    """

    start: int
    end: int
    kind: Kind
    hedge: Hedge
    numbers: tuple[float, ...]
    low: float | None
    best: float | None
    high: float | None
    unit: str | None
    noun: Words | None
    granularity: float | None
    hedges: tuple[Words, ...]
    shared: bool
    edtf: str | None
    unsettled: tuple[Unsettled, ...]

    @property
    def counts(self) -> bool:
        """Return whether it is a figure that an estimate may hold, and no date, age, measure or name."""
        return self.kind in COUNTED or self.kind is Kind.QUANTIFIER


class _Interval(NamedTuple):
    """A number, or the two ends of a range; the hedges before and behind it."""

    low: Number
    high: Number | None
    before: Hedging
    after: Hedging

    @property
    def last(self) -> Number:
        return self.high or self.low


def read_quantities(text: str, language: str) -> list[Quantity]:
    """Return the quantities of a text in their order; `language` is its BCP 47 tag.

    Of a language without a file in `languages/`, only numbers in digits are read. Raises TextTooLong above 200,000
    characters or 5,000 numbers.
    """
    if len(text) > LONGEST_TEXT:
        raise TextTooLong(f"the text has {len(text):,} characters; expected at most {LONGEST_TEXT:,}")
    return _Reader(text, language_of(language)).quantities()


class _Reader:
    """Reads the quantities of one text."""

    def __init__(self, text: str, language: Language) -> None:
        self.text, self.language = text, language
        self.tokens = tokens_of(text, language)
        dates: set[int] = set()
        numbers = [
            with_kind(number, self.tokens, language, dates) for number in NumberReader(self.tokens, language).all()
        ]
        self.numbers = with_neighbours(numbers, self.tokens, language)

    def quantities(self) -> list[Quantity]:
        """Return the quantities, those with hedges of the numbers before them too."""
        quantities: list[Quantity] = []
        previous: tuple[_Interval, Quantity] | None = None
        intervals = self._intervals()
        in_hedges = {
            place
            for interval in intervals
            for span in (*interval.before.spans, *interval.after.spans)
            for place in range(*span)
        }
        for interval in intervals:
            if interval.low.first in in_hedges:  # "most" in "at the most"
                continue
            quantity = self._quantity(interval, previous)
            quantities.append(quantity)
            previous = (interval, quantity)
        return quantities

    def _intervals(self) -> list[_Interval]:
        """Return the numbers, two ends of a range as one interval, with their hedges."""
        intervals: list[_Interval] = []
        index = 0
        while index < len(self.numbers):
            number = self.numbers[index]
            following = self.numbers[index + 1] if index + 1 < len(self.numbers) else None
            interval = self._range(number, following) if following else None
            if following and self._ends_vague_range(number, following):
                self.numbers[index + 1] = replace(following, doubt="ends a range that begins with a vague word")
            if interval is None:
                hedging = hedges.before(self.tokens, number.first, number.last, self.language)
                if number.kind is Kind.DURATION and self._is_period(hedging, number):
                    hedging = Hedging()
                interval = _Interval(number, None, hedging, hedges.after(self.tokens, number.last, self.language))
            intervals.append(interval)
            index += 2 if interval.high else 1
        return intervals

    def _range(self, number: Number, following: Number) -> _Interval | None:
        """Return the range that two numbers are the ends of, or None."""
        tokens, language = self.tokens, self.language
        if number.kind is Kind.AGE and following.kind is Kind.COUNT:  # "aged 11 to 19"
            number, following = replace(number, kind=Kind.COUNT), replace(following, kind=Kind.AGE)
        measured = number.kind in _MEASURED and number.kind is following.kind
        if not (number.kind in COUNTED or measured) or number.vague or following.vague or number.value is None:
            return self._range_of_dates(number, following)
        if following.value is None or following.kind not in COUNTED | _MEASURED:
            return None
        most = following.value
        if number.kind is Kind.MONEY and following.kind is Kind.COUNT:  # "$25-50 million"
            following = replace(following, kind=Kind.MONEY, unit=number.unit)
        if number.kind is not following.kind and (number.unit or number.kind is Kind.FRACTION):
            return None
        inner = hedges.before(tokens, number.first, number.last, language)
        opener, behind_opener = self._opener(number, inner)
        between = opener is not None and language.range_between.before(tokens, behind_opener) is not None
        link = self._link(number.last, following.first, opened=opener is not None, between=between)
        start = inner.first if inner.spans else number.first
        if link is None or (link == "to" and not between and self._is_change(opener, start, number, following)):
            return None
        low = with_shared_scale(number, following)
        if low.value is None or low.value >= most:
            return None
        if link == "or" and most > _MOST_APART * low.value:
            return None
        outer = hedges.before(tokens, number.first if opener is None else opener, following.last, language)
        hedging = outer if opener is None else replace(outer, spans=(*outer.spans, *inner.spans))
        behind = hedges.after(tokens, following.last, language)
        return _Interval(replace(low, kind=following.kind, unit=following.unit), following, hedging, behind)

    def _ends_vague_range(self, number: Number, following: Number) -> bool:
        """Return whether a number ends a range such as "several hundred to 1,000", unlike "hundreds to 12 camps"."""
        larger = (following.value or 0) > (number.magnitude or 0) > 0
        return larger and number.vague and self._link(number.last, following.first) in ("to", "dash")

    def _is_period(self, hedging: Hedging, number: Number) -> bool:
        """Return whether "over" before a duration means during it: "400 jobs over three years"."""
        first, language = hedging.first, self.language
        lasting = first > 0 and self.tokens[first - 1].norm in language.lasting
        return first == number.first - 1 and self.tokens[first].norm in language.during and not lasting

    def _range_of_dates(self, number: Number, following: Number) -> _Interval | None:
        """Return the range of two dates with a dash between, such as 2014-2017, or None."""
        dates = number.kind is following.kind is Kind.DATE
        if dates and following.first - number.last == 1 and self.tokens[number.last].norm in _DASHES:
            return _Interval(number, following, Hedging(), Hedging())
        return None

    def _less_article(self, index: int) -> int:
        """Return the index of the article before a token, or the token's own where there is none."""
        norm = self.tokens[index - 1].norm if index else ""
        return index - 1 if norm in self.language.articles or norm in self.language.definite else index

    def _opener(self, number: Number, inner: Hedging) -> tuple[int | None, int]:
        """Return the first token of the opener of a range ("between"), or None, and the token behind it.

        It stands before the first number, its article, or its hedge, which is `inner`.
        """
        places = (inner.first if inner.spans else number.first, self._less_article(number.first), number.first)
        for place in places:
            if phrase := self.language.range_open.before(self.tokens, place):
                return phrase[1], place
        return None, number.first

    def _link(self, last: int, first: int, *, opened: bool = False, between: bool = False) -> str | None:
        """Return what joins two numbers to a range, by the tokens between them: "dash", "to", "or", "and"; or None."""
        tokens, language = self.tokens, self.language
        if first - last == 1 and tokens[last].norm in _DASHES:
            glued = tokens[last].glued and tokens[first].glued
            return "dash" if tokens[last].norm != "\u2014" or glued else None
        if tokens[last].norm == "-" and tokens[last + 1].kind == WORD:  # "fünf- bis sechstausend"
            last += 1
        most = last + _MOST_WORDS_BETWEEN if opened else last
        for place in range(last, min(most, first - 1) + 1):
            for name, phrases in (("to", language.range_to), ("or", language.range_or), ("and", language.range_and)):
                phrase = phrases.at(tokens, place)
                if not phrase or self._less_article(first) > phrase[1] or phrase[1] > first:
                    continue
                if name == "and" and not between:
                    continue
                if name == "or" and place > last:
                    continue
                return name
            if tokens[place].kind != WORD or tokens[place].norm in language.verbs:
                return None
        return None

    def _is_change(self, opener: int | None, start: int, number: Number, following: Number) -> bool:
        """Return whether "to" leads from one number to another, which make no range.

        "Rose from 400 to 500" and "rose by 100 to 500" are changes. `opener` is the place of "from", `start` that of
        the first number with its hedge.
        """
        if opener is not None:
            return self._changes(opener)
        if not start or self.tokens[start - 1].norm not in self.language.change_by or not self._changes(start - 1):
            return False
        return number.unit is not None or (self.tokens[following.last].kind != WORD and not following.unit)

    def _changes(self, opener: int) -> bool:
        """Return whether a verb of change stands before "from" at a token: "rose from 400 to 500" is no range."""
        for place in range(opener - 1, max(opener - 1 - _MOST_WORDS_OF_CHANGE, -1), -1):
            if self.tokens[place].kind == BREAK:
                return False
            if self.tokens[place].norm in self.language.change:
                return True
        return False

    def _quantity(self, interval: _Interval, previous: tuple[_Interval, Quantity] | None) -> Quantity:
        """Return the quantity of an interval; `previous` is the one before it, whose hedge may cover it too."""
        number, last = interval.low, interval.last
        spans = [*interval.before.spans, *interval.after.spans]
        hedge = strongest([interval.before.hedge, interval.after.hedge])
        counted = last.kind in COUNTED or last.kind is Kind.QUANTIFIER
        shared = False
        if not spans and previous and counted and self._covers(previous, interval):
            hedge, shared = previous[1].hedge, True
        if number.vague:
            hedge = Hedge.VAGUE
        elif interval.high and hedge in (Hedge.NONE, Hedge.APPROXIMATELY):
            hedge = Hedge.BETWEEN
        elif hedge is Hedge.NONE and (number.share or number.approximate):
            hedge = Hedge.APPROXIMATELY
        numbers = tuple(end.value for end in (number, interval.high) if end and end.value is not None)
        low, best, high = figure_of(hedge, numbers)
        behind = interval.after.spans[0] if interval.after.spans else (0, 0)
        adjacent = behind[0] - last.last == (self.tokens[last.last].norm == "-")
        noun = noun_behind(behind[1] if adjacent else last.last, self.tokens, self.language)
        return Quantity(
            self.tokens[number.first].start,
            self.tokens[last.last - 1].end,
            last.kind,
            hedge,
            numbers,
            low,
            best,
            high,
            self._unit(last, noun),
            self._words(*noun) if noun else None,
            self._granularity(number, numbers),
            previous[1].hedges if shared and previous else tuple(self._words(*span) for span in spans),
            shared,
            self._edtf(number, last) if last.kind is Kind.DATE or (hedge is Hedge.NONE and not noun) else None,
            tuple(self._unsettled(interval)) if counted else (),
        )

    def _edtf(self, number: Number, last: Number) -> str | None:
        """Return a date as EDTF, or a number that may be a year; of a range of years, `last` is the second."""
        if last.kind not in (Kind.DATE, Kind.COUNT):
            return None
        return edtf_of(self._words(number.first, last.last).text, number, last, self.tokens, self.language)

    def _unit(self, number: Number, noun: tuple[int, int] | None) -> str | None:
        """Return the unit of a number: its own, or that of its noun, if this is a word for a unit and nothing more.

        "40 square kilometres east of it" are so many, whatever follows.
        """
        if number.kind is Kind.FRACTION:
            return Unit.PERCENT
        if number.unit or not noun:
            return number.unit
        unit = self.language.units.at(self.tokens, noun[0])
        return unit[0] if unit and (unit[1] == noun[1] or unit[0] == Unit.KM2) else None

    @staticmethod
    def _granularity(number: Number, numbers: tuple[float, ...]) -> float | None:
        """Return the power of ten that a number is rounded to; of a range, `numbers` are both ends."""
        if number.vague:
            return number.magnitude
        return _FRACTION if number.kind is Kind.FRACTION else granularity_of(*numbers)

    def _words(self, first: int, last: int) -> Words:
        """Return the words of the tokens from the first to the one before the last."""
        start, end = self.tokens[first].start, self.tokens[last - 1].end
        return Words(self.text[start:end], start, end)

    def _covers(self, previous: tuple[_Interval, Quantity], interval: _Interval) -> bool:
        """Return whether the hedge before the number before covers this one: "about 500 men and 300 women"."""
        before, quantity = previous
        if not (before.before.spans or quantity.shared) or before.after.spans:
            return False
        if quantity.hedge in (Hedge.NONE, Hedge.VAGUE, Hedge.BETWEEN) or before.last.kind is not interval.low.kind:
            return False
        value = interval.last.value or 0
        rounded = value >= _LEAST_ROUND and not value % _ROUND
        if quantity.hedge in _LOOSE and not (rounded or interval.last.unit):  # "about 20 rebels and five soldiers"
            return False
        return are_coordinated(self.tokens, before.last.last, interval.low.first, self.language)

    def _is_proper_name(self, index: int) -> bool:
        """Return whether a token is a word with a capital within a sentence: "Billy 12", "Italy 400"."""
        return index > 0 and self.tokens[index - 1].kind != BREAK and self.text[self.tokens[index].start].isupper()

    def _unsettled(self, interval: _Interval) -> list[Unsettled]:
        """Return what cannot be settled about an interval."""
        unsettled = [
            Unsettled(self._words(end.first, end.last), end.doubt)
            for end in (interval.low, interval.high)
            if end and end.doubt
        ]
        if interval.before.negated:
            unsettled.append(
                Unsettled(self._words(interval.before.first - 1, interval.low.first), "negates the number")
            )
        first = interval.before.first if interval.before.spans else interval.low.first
        unknown = unknown_beside(self.tokens, first, interval.last.last, self.language)
        if unknown and not self._is_proper_name(unknown.token):
            words = self._words(unknown.token, unknown.token + 1)
            unsettled.append(Unsettled(words, "is no hedge that is known", *unknown[1:]))
        return unsettled


def figure_of(hedge: Hedge, numbers: tuple[float, ...]) -> tuple[float | None, float | None, float | None]:
    """Return the low, best and high of an estimate with a hedge and the printed numbers."""
    if not numbers or hedge is Hedge.VAGUE:
        return None, None, None
    low, high = numbers[0], numbers[-1]
    if hedge is Hedge.NONE:
        return low, low, low
    if hedge is Hedge.APPROXIMATELY:
        return None, low, None
    if hedge in _LOW_ONLY:
        return low, None, None
    if hedge in _HIGH_ONLY or low == high:
        return None, None, high
    return low, None, high
