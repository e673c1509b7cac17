"""Numbers: digits, number words, fractions and vague words among tokens, each with what is known of its kind."""

from dataclasses import replace

from schema.quantities.digits import LARGEST, digits_of, in_percent, sign_value, whole
from schema.quantities.fractions import FractionReader
from schema.quantities.language import Language, Token
from schema.quantities.number import Kind, Number
from schema.quantities.tokens import BREAK, DATE, NAME, NUMBER, SYMBOL, WORD
from schema.quantities.words import spelled
from schema.terms import Hedge

MOST_NUMBERS = 5_000
"""In one text."""

_WORDLIKE = (WORD, SYMBOL)
_HUNDRED = 100
_PLURALS = (10, 100, 1_000)
"""The numbers that are as vague with an s as the words are: "100s of men"."""

_MOST_WORDS_OF_SPEAKER = 3
_LARGEST_PART = 100
"""The largest denominator that digits with a slash have: 3/4 is a fraction, 3/2017 is not."""


class TextTooLong(ValueError):  # noqa: N818 (named for what is wrong)
    """The text has more characters, or more numbers, than are read."""


class NumberReader:
    """Finds the numbers among the tokens of one text."""

    def __init__(self, tokens: list[Token], language: Language) -> None:
        self.tokens, self.language = tokens, language
        self._fractions = FractionReader(tokens, language)

    def all(self) -> list[Number]:
        """Return all numbers, in their order; raises TextTooLong above 5,000 of them."""
        tokens, starts, articles = self.tokens, self.language.starts, self.language.articles
        numbers: list[Number] = []
        behind = 0
        for index, token in enumerate(tokens):
            if token.kind == WORD and token.norm not in self.language.before_or_in_number and "⁄" not in token.norm:
                continue  # most words of a text
            if index < behind or token.kind == BREAK:
                continue
            prefixed = token.norm in articles and tokens[index + 1].norm in starts
            prefixed |= token.norm in self.language.dollars and tokens[index + 1].norm == "$"
            if token.kind in _WORDLIKE and token.norm not in starts and not prefixed and "⁄" not in token.norm:
                continue
            if number := self._at(index):
                if len(numbers) == MOST_NUMBERS:
                    raise TextTooLong(f"the text has more than {MOST_NUMBERS:,} numbers; expected no more")
                numbers.append(number)
                behind = number.last
        return numbers

    def _at(self, index: int) -> Number | None:
        """Return the number that starts at a token, or None."""
        token = self.tokens[index]
        if token.kind == DATE:
            kind = Kind.TIME if token.end - token.start <= len("00:00:00") else Kind.DATE
            return Number(index, index + 1, None, kind)
        if token.kind == NAME:
            return Number(index, index + 1, None, Kind.NAME)
        number = self._money_at(index) or self._plain_at(index)
        if number and not number.unit:
            number = self._with_unit(number)
        return number

    def _money_at(self, index: int) -> Number | None:
        """Return the number behind the currency at a token: "$5m", "US$ 5", "USD 5 million"; None without one."""
        tokens, language = self.tokens, self.language
        unit, after = language.currency_signs.get(tokens[index].norm), index + 1
        if (
            unit is None
            and tokens[index].norm in language.dollars
            and tokens[after].norm == "$"
            and tokens[after].glued
        ):
            unit, after = language.dollars[tokens[index].norm], index + 2
        if unit is None:
            unit = language.codes.get(tokens[index].norm)
        if unit is None or tokens[after].kind not in (NUMBER, WORD):
            return None
        number = self._plain_at(after, money=True)
        if number is None or number.kind not in (Kind.COUNT, Kind.FRACTION) or number.vague:
            return None
        return replace(number, first=index, kind=Kind.MONEY, unit=unit)

    def _plain_at(self, index: int, *, money: bool = False) -> Number | None:
        """Return the number at a token, without its unit."""
        token = self.tokens[index]
        if token.kind == NUMBER:
            return self._fractions.ratio_at(index) or self._digits_at(index, money=money)
        if token.kind == WORD:
            return self._sign_at(index) or self._vague_at(index) or self._fractions.at(index) or self._words_at(index)
        return None

    def _digits_at(self, index: int, *, money: bool) -> Number:
        """Return the number in digits at a token, with its suffix, fraction and scale."""
        tokens, language = self.tokens, self.language
        raw = tokens[index].norm
        value, doubt = digits_of(raw, language)
        after = index + 1
        behind = tokens[after]
        if behind.norm == "/" and behind.glued and tokens[after + 1].kind == NUMBER and tokens[after + 1].glued:
            return self._slashed(index, value)
        if (
            value is not None and behind.kind == NUMBER and tokens[after + 1].norm == "/" and tokens[after + 1].glued
        ):  # 1 1/2
            part = self._slashed(after, digits_of(behind.norm, language)[0])
            if part.kind is Kind.FRACTION and part.value is not None:
                return self._scaled(index, part.last, value + part.value / _HUNDRED)
        if value is not None and "⁄" in behind.norm and behind.glued:
            return self._scaled(index, after + 1, value + sign_value(behind.norm))
        if behind.kind == WORD and behind.glued:
            many = value in _PLURALS and (value != _PLURALS[0] or tokens[after + 1].norm in language.of)
            if many and value is not None and behind.norm == "s":  # "100s of men"
                return self._vague_from(index, value, after + 1)
            suffix = language.suffixes.get(behind.norm) or (language.money_suffixes.get(behind.norm) if money else None)
            if suffix and self._is_metres(behind.norm, after, money=money):
                return Number(index, after + 1, value, Kind.DISTANCE, doubt=doubt)
            if suffix and value is not None:
                return Number(index, after + 1, whole(value * suffix), scale=suffix, mantissa=value)
            if behind.norm in language.ordinal_suffixes:
                return Number(index, after + 1, value, Kind.ORDINAL)
        elif self._is_money_suffix(after, money=money) and value is not None:
            suffix = language.suffixes.get(behind.norm) or language.money_suffixes[behind.norm]
            return Number(index, after + 1, whole(value * suffix), scale=suffix, mantissa=value)
        if value is None:
            return Number(index, self._scaled(index, after, 1).last, None, digits=raw, doubt=doubt)
        number = self._scaled(index, after, value)
        return replace(number, digits=raw, doubt=doubt) if number.last == after else number

    def _is_money_suffix(self, index: int, *, money: bool) -> bool:
        """Return whether a token behind a space is the suffix of money: "$5 m", "40 M€"."""
        language, following = self.language, self.tokens[min(index + 1, len(self.tokens) - 1)]
        behind = following.glued and following.norm in language.currency_signs
        return (money or behind) and (
            self.tokens[index].norm in language.suffixes or self.tokens[index].norm in language.money_suffixes
        )

    def _slashed(self, index: int, above: float | None) -> Number:
        """Return digits with a slash between as a fraction, or as a name: 3/4, 9/11."""
        below, last = digits_of(self.tokens[index + 2].norm, self.language)[0], index + 3
        if self.tokens[last].norm == "/" or above is None or below is None or not 0 < above < below <= _LARGEST_PART:
            return Number(index, last, None, Kind.NAME)
        if below in (11, 7) and above in (9, 24, 7):
            return Number(index, last, None, Kind.NAME)
        return Number(index, last, in_percent(above / below), Kind.FRACTION, share=True)

    def _is_metres(self, suffix: str, index: int, *, money: bool) -> bool:
        return suffix == "m" and not money and self.tokens[index + 1].norm in self.language.metres_after

    def _sign_at(self, index: int) -> Number | None:
        """Return the number of a sign such as ½: of a scale ("½ million"), otherwise a share."""
        norm = self.tokens[index].norm
        if "⁄" not in norm or norm[0] == "⁄":
            return None
        number = self._scaled(index, index + 1, sign_value(norm))
        if number.last > index + 1:
            return number
        return Number(index, index + 1, in_percent(sign_value(norm)), Kind.FRACTION, share=True)

    def _scaled(self, first: int, last: int, value: float) -> Number:
        """Return a number with the half and the scales that follow it: "two and a half million", "25 million"."""
        tokens, language = self.tokens, self.language
        part = self._and_part(last)
        if part:
            value, last = value + part[0], part[1]
        mantissa, scale, approximate = value, 1.0, False
        while True:
            place = last + 1 if tokens[last].norm == "-" else last
            factor = language.scales.at(tokens, place) or language.dozens.at(tokens, place)
            hedge = None if factor else language.hedges_after.at(tokens, place)
            if hedge and hedge[0] is Hedge.APPROXIMATELY:  # "thirty-odd thousand"
                factor = language.scales.at(tokens, hedge[1])
                approximate |= factor is not None
            if not factor or value * factor[0] > LARGEST:
                break
            value, scale, last = value * factor[0], scale * factor[0], factor[1]
            part = self._and_part(last)
            if part:
                value, last = value + part[0] * factor[0], part[1]
        return Number(first, last, whole(value), scale=scale, mantissa=mantissa, approximate=approximate)

    def _and_part(self, index: int) -> tuple[float, int] | None:
        """Return the fraction that an "and" adds at a token, "and a half", and the index behind it."""
        tokens, language = self.tokens, self.language
        if tokens[index].norm not in language.and_:
            return None
        place = index + 1
        count = 1.0
        if tokens[place].norm in language.articles:
            place += 1
        elif word := language.numbers.at(tokens, place):
            count, place = word
            place += tokens[place].norm == "-"
        elif not language.lone_halves:
            return None
        part = language.fractions.at(tokens, place)
        return (count / part[0], part[1]) if part and part[0] and tokens[part[1]].norm not in ("of",) else None

    def _words_at(self, index: int) -> Number | None:
        """Return the number in words at a token: "two hundred and fifty", "a thousand", "twenty-two"."""
        tokens, language = self.tokens, self.language
        if couple := language.couples.at(tokens, index + (tokens[index].norm in language.articles)):
            times = language.scales.at(tokens, couple[1]) or language.dozens.at(tokens, couple[1])
            if not times:
                of = tokens[couple[1] - 1].norm in language.of
                return Number(index, couple[1], None, Kind.QUANTIFIER, vague=True) if of else None
            value = couple[0] * times[0]
            return Number(index, times[1], value, scale=times[0], mantissa=couple[0], approximate=True)
        if vague := language.approximate_numbers.at(tokens, index + (tokens[index].norm in language.articles)):
            number = self._scaled(index, vague[1], vague[0])
            return replace(number, approximate=True)
        start = index
        if tokens[index].norm in language.articles and not language.numbers.at(tokens, index):
            start += 1
            if not (language.scales.at(tokens, start) or language.dozens.at(tokens, start)):
                return None
        elif self._is_pronoun(index):
            return None
        if dozen := language.dozens.at(tokens, start):
            return replace(self._scaled(index, dozen[1], dozen[0]), scale=dozen[0], mantissa=1)
        in_words = spelled(tokens, start, language)
        if in_words is None:
            return None
        value, last, scale, mantissa = in_words
        if tokens[last].norm == "-" and tokens[last + 1].norm in language.ordinals:
            return Number(index, last + 2, None, Kind.ORDINAL)
        if scale > 1 and (part := self._and_part(last)):  # a million and a half
            return Number(index, part[1], whole(value + part[0] * scale), scale=scale, mantissa=mantissa + part[0])
        if not language.scales.at(tokens, last):
            number = self._scaled(index, last, value)
            if number.last > last:
                return number
        lone = last == index + 1 and tokens[index].norm in language.articles
        return Number(index, last, whole(value), Kind.ARTICLE if lone else Kind.COUNT, scale=scale, mantissa=mantissa)

    def _is_pronoun(self, index: int) -> bool:
        """Return whether "one" at a token is a pronoun: "no one", "one of them"."""
        tokens, language = self.tokens, self.language
        if tokens[index].norm not in language.ones:
            return False
        after = tokens[index + 1].norm
        if (link := language.range_or.at(tokens, index + 1)) and language.numbers.at(tokens, link[1]):  # "one or two"
            return False
        if after == "-" and language.fractions.at(tokens, index + 2):
            return False
        if language.not_one_after.before(tokens, index) or self._speaks(index + 1):
            return True
        return after in language.not_one_before and not language.ratios.at(tokens, index + 1)

    def _speaks(self, index: int) -> bool:
        """Return whether the noun from a token on speaks: "one Western diplomat said"."""
        for token in self.tokens[index : index + _MOST_WORDS_OF_SPEAKER + 1]:
            if token.norm in self.language.speech:
                return True
            if token.kind != WORD or token.norm in self.language.stops:
                return False
        return False

    def _vague_from(self, index: int, magnitude: float, last: int) -> Number:
        """Return a vague number with the vague words that multiply it: "tens of thousands"."""
        tokens, language = self.tokens, self.language
        while more := language.vague.at(tokens, last + (tokens[last].norm in language.of)):
            magnitude, last = magnitude * more[0], more[1]
        return Number(index, last, None, vague=True, magnitude=magnitude)

    def _vague_at(self, index: int) -> Number | None:
        """Return the vague number at a token: "tens of thousands", "several hundred", "most"."""
        tokens, language = self.tokens, self.language
        if vague := language.vague.at(tokens, index):
            return self._vague_from(index, *vague)
        several = language.vague_before.at(tokens, index)
        if several:
            place = several[1] + (tokens[several[1]].norm == "-")
            for phrases in (language.scales, language.dozens, language.vague):
                if scale := phrases.at(tokens, place):
                    magnitude, last = scale
                    while more := language.scales.at(tokens, last):
                        magnitude, last = magnitude * more[0], more[1]
                    return Number(index, last, None, vague=True, magnitude=10 if magnitude == 12 else magnitude)  # noqa: PLR2004
        quantifier = language.quantifiers.at(tokens, index)
        if quantifier and not (index and tokens[index - 1].norm in language.no_quantifier_after):
            return Number(index, quantifier[1], None, Kind.QUANTIFIER, vague=True)
        return None

    def _with_unit(self, number: Number) -> Number:
        """Return a number with the unit that follows it: percent, a currency, a measure."""
        tokens, language = self.tokens, self.language
        if number.kind not in (Kind.COUNT, Kind.FRACTION):
            return number
        place = number.last + (tokens[number.last].norm == "-")
        if not number.vague and number.kind is Kind.COUNT and (percent := language.percent.at(tokens, place)):
            return replace(number, last=percent[1], kind=Kind.PERCENT, unit="percent", doubt=None)
        if currency := language.currencies.at(tokens, place):
            return replace(number, last=currency[1], kind=Kind.MONEY, unit=currency[0])
        unit = language.currency_signs.get(tokens[place].norm) or language.codes.get(tokens[place].norm)
        if unit and not (tokens[place].kind == SYMBOL and tokens[place + 1].kind == NUMBER and tokens[place + 1].glued):
            return replace(number, last=place + 1, kind=Kind.MONEY, unit=unit)
        return number
