"""Dates: which numbers are days or years, by the months and the small words beside them, and what they tell."""

import re

from schema.intervals import EDTF_PATTERN
from schema.quantities.language import Language, Token
from schema.quantities.number import Number
from schema.quantities.tokens import BREAK, NUMBER, SYMBOL, WORD

_FIRST_YEAR, _LAST_YEAR, _YEAR_DIGITS, _ROUND = 1800, 2099, 4, 100
LAST_DAY = 31
_ISO = re.compile("[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?")


def is_date(number: Number, tokens: list[Token], language: Language, dates: set[int]) -> bool:
    """Return whether digits are the day or the year of a date; `dates` are the ends of the dates before them."""
    if not number.digits.isdecimal():
        return False
    if beside_month(number, tokens, language):
        return True
    if not _is_year(number):
        return False
    behind_date = number.first > 0 and tokens[number.first - 1].norm == "," and number.first - 1 in dates
    return behind_date or _year_context(number, tokens, language)


def beside_month(number: Number, tokens: list[Token], language: Language) -> bool:
    """Return whether a number is the day or the year of a month: "July 10", "10 of July", "July 2017"."""
    if number.value is None or (number.value > LAST_DAY and not _is_year(number)):
        return False
    place = number.last + (tokens[number.last].norm in language.of)
    if tokens[place].kind == BREAK and tokens[place].end - tokens[place].start == 1:  # "14. Juli"
        place = min(place + 1, len(tokens) - 1)
    behind = number.value <= LAST_DAY and _is_month(place, tokens, language)
    place = number.first - 1
    if place > 0 and (tokens[place].norm in language.of or tokens[place].norm in language.definite):
        place -= 1
    return behind or (place >= 0 and _is_month(place, tokens, language))


def _is_month(index: int, tokens: list[Token], language: Language) -> bool:
    """Return whether a token is a month, and no verb: "20 may have died"."""
    token = tokens[index]
    if token.norm not in language.months:
        return False
    if token.norm not in language.verbs:
        return True
    return token.capital and tokens[index + 1].norm not in language.verbs


def may_be_year(number: Number, tokens: list[Token], language: Language) -> bool:
    """Return whether a round count may as well be a year: "In 2000 fighters joined"."""
    return (
        _is_year(number)
        and number.first > 0
        and not (number.value or 0) % _ROUND
        and tokens[number.first - 1].norm in language.year_after
        and counted_behind(number.last, tokens, language)
    )


def _is_year(number: Number) -> bool:
    return number.value is not None and _FIRST_YEAR <= number.value <= _LAST_YEAR and len(number.digits) == _YEAR_DIGITS


def _year_context(number: Number, tokens: list[Token], language: Language) -> bool:
    """Return whether four digits are a year: behind "in" or "since", in "the 2014 offensive", "2014-2017", "1990s"."""
    before = tokens[number.first - 1] if number.first else None
    behind = tokens[number.last]
    counted = counted_behind(number.last, tokens, language)
    if behind.norm == "s" and behind.glued:
        return True
    if behind.norm == "-" and tokens[number.last + 1].kind == NUMBER and tokens[number.last + 1].glued:
        end = tokens[number.last + 1].norm
        return len(end) in (2, 4) and not counted_behind(number.last + 2, tokens, language)
    if before is None or before.kind == BREAK:
        return not counted
    if before.norm == "-" and number.first > 1 and tokens[number.first - 2].norm in language.year_after:
        return True
    if before.norm in language.year_after:
        return not may_be_year(number, tokens, language)
    if before.kind == SYMBOL and before.norm == "-":
        return number.first > 1 and tokens[number.first - 2].kind == NUMBER and not counted
    if before.norm in language.year_perhaps_after:
        if (
            number.first > 1 and tokens[number.first - 2].kind == BREAK
        ) or number.first == 1:  # "By 2013 fighters arrived"
            return bool((number.value or 0) % _ROUND)
        ends_text = behind.start == behind.end
        return not ends_text and (behind.kind != WORD or behind.norm in language.stops)
    if before.norm in language.year_determiners or before.norm.endswith(("'s", "s'")):
        persons = behind.norm in language.plurals or not (number.value or 0) % _ROUND
        return not (persons and counted) and behind.kind == WORD
    hedge = language.hedges_before.before(tokens, number.first)  # "until at least 2025"
    if hedge and hedge[1] and tokens[hedge[1] - 1].norm in language.year_after:
        return not counted and behind.norm not in language.of
    return not counted and (language.bare_years or (before.kind == SYMBOL and before.norm in "(,"))


def counted_behind(index: int, tokens: list[Token], language: Language) -> bool:
    """Return whether something counted stands at a token, or one word behind it: "2000 armed men"."""
    for place in (index, index + 1):
        token = tokens[min(place, len(tokens) - 1)]
        if token.kind != WORD or token.norm in language.stops:
            return False
        if token.norm in language.plurals or (token.norm.endswith(language.plural_endings or ("\0",))):
            return True
    return False


def edtf_of(written: str, number: Number, last: Number, tokens: list[Token], language: Language) -> str | None:
    """Return the date that ends with a year: "5 December 2017", "July 2017", "2014-2017"; or None.

    `written` is the year, or a date in digits alone; of a range of years, `last` is the second.
    """
    if _ISO.fullmatch(written):
        edtf = written
    elif not (_is_year(number) and _is_year(last)):
        return None
    elif last is not number:
        edtf = f"{number.digits}/{last.digits}"
    else:
        edtf = number.digits + _month_and_day(number.first, tokens, language)
    return edtf if re.fullmatch(EDTF_PATTERN, edtf, re.ASCII) else None


def _month_and_day(year: int, tokens: list[Token], language: Language) -> str:
    """Return the month and the day before the token of a year, as EDTF goes on with them: "-12-05", "-12"."""
    place = _before(year, tokens, language)
    day = _day(place, tokens)
    if day:  # "July 10, 2017"
        place = _before(place, tokens, language)
    month = language.months.get(tokens[place].norm) if place >= 0 else None
    if not month:
        return ""
    day = day or _day(_before(place, tokens, language), tokens)
    return f"-{month:02}" + (f"-{day:02}" if day else "")


def _before(place: int, tokens: list[Token], language: Language) -> int:
    """Return the index of the token before another, without what may stand within a date: "of", a comma, "5th"."""
    skipped = language.of | language.definite | language.ordinal_suffixes
    place -= 1
    while place > 0 and (tokens[place].norm in skipped or tokens[place].norm == "," or _is_dot(tokens[place])):
        place -= 1
    return place


def _is_dot(token: Token) -> bool:
    return token.kind == BREAK and token.end - token.start == 1


def _day(place: int, tokens: list[Token]) -> int | None:
    """Return the day that a token is, or None."""
    digits = tokens[place].norm if place >= 0 and tokens[place].kind == NUMBER else ""
    return int(digits) if digits.isascii() and digits.isdecimal() and 1 <= int(digits) <= LAST_DAY else None
