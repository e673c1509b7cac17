"""Kinds of numbers: which are dates, ages, measures or names, and count nothing that an estimate may hold."""

from dataclasses import replace

from schema.quantities.language import Language, Token
from schema.quantities.numbers import Kind, Number
from schema.quantities.tokens import BREAK, NUMBER, SYMBOL, WORD

_FIRST_YEAR, _LAST_YEAR, _YEAR_DIGITS = 1800, 2099, 4
_LAST_DAY, _OLDEST = 31, 115
_NOUN_WORDS = 5


def with_kind(number: Number, tokens: list[Token], language: Language, dates: set[int]) -> Number:
    """Return a number with its kind by the words around it; `dates` are the ends of the dates before it, and grows."""
    if number.kind is Kind.COUNT:
        kind = _kind_of(number, tokens, language, dates)
        if kind is not Kind.COUNT:
            number = replace(number, kind=kind, doubt=None)
    elif number.kind is Kind.ORDINAL and _beside_month(number, tokens, language):
        number = replace(number, kind=Kind.DATE)
    if number.kind is Kind.DATE:
        dates.add(number.last)
    return number


def _kind_of(number: Number, tokens: list[Token], language: Language, dates: set[int]) -> Kind:
    measure = _measure_behind(number, tokens, language)
    if measure is not None:
        return measure
    if not number.digits:
        return Kind.AGE if _is_age(number, tokens, language) else Kind.COUNT
    if _is_name(number, tokens, language):
        return Kind.NAME
    before, behind = tokens[number.first - 1] if number.first else None, tokens[number.last]
    if behind.norm in language.o_clock:
        return Kind.TIME
    if _is_age(number, tokens, language):
        return Kind.AGE
    plain = number.digits.isdecimal()
    if plain and _beside_month(number, tokens, language):
        return Kind.DATE
    if plain and before and before.norm == "," and number.first - 1 in dates and _is_year(number):
        return Kind.DATE
    if plain and _is_year(number) and _year_context(number, tokens, language):
        return Kind.DATE
    return Kind.COUNT


def _measure_behind(number: Number, tokens: list[Token], language: Language) -> Kind | None:
    """Return the kind of the measure behind a number, "5 years", "22-year-old", "hundreds of kilometres"; or None."""
    place = number.last
    if language.ages_after.at(tokens, place + (tokens[place].norm == "-")):
        return Kind.AGE
    if number.vague and tokens[place].norm in language.of:
        place += 1
    place += tokens[place].norm == "-"
    if tokens[place].norm in language.measure_gap:
        place += 1
    measure = language.measures.at(tokens, place)
    if not measure:
        return None
    if len(tokens[place].norm) == 1 and tokens[place].norm == "m" and number.digits == "":
        return None
    return Kind(measure[0])


def _is_age(number: Number, tokens: list[Token], language: Language) -> bool:
    """Return whether a number is an age: "aged 22", or between commas behind a name."""
    if not number.first or number.value is None or not 0 < number.value <= _OLDEST:
        return False
    before = tokens[number.first - 1].norm
    hedge = language.hedges_before.before(tokens, number.first)  # "aged over 60"
    if before in language.ages_before or (hedge and hedge[1] and tokens[hedge[1] - 1].norm in language.ages_before):
        return True
    return bool(number.digits) and before == "," == tokens[number.last].norm and number.digits.isdecimal()


def _is_name(number: Number, tokens: list[Token], language: Language) -> bool:
    """Return whether digits are a part of a name: "AK-47", "M23", "Resolution 2254", "4x4"."""
    token, behind = tokens[number.first], tokens[number.last]
    if behind.kind == WORD and behind.glued and not _may_follow(tokens, number.last, language):
        return True
    if not number.first:
        return False
    before = tokens[number.first - 1]
    if before.norm == "#" and token.glued:
        return True
    if (
        before.kind == WORD
        and token.glued
        and before.norm not in language.vocabulary
        and before.norm not in language.prefixes
    ):
        return not before.norm.endswith("'")
    if before.norm == "-" and token.glued and before.glued and number.first > 1:
        first = tokens[number.first - 2]
        known = first.norm in language.vocabulary or first.norm in language.year_after
        return first.kind == WORD and not known
    if before.norm == "." and token.glued and before.glued:
        return True
    return before.norm in language.labels and number.digits.isdecimal()


def _may_follow(tokens: list[Token], index: int, language: Language) -> bool:
    """Return whether letters may follow digits without a space: a hedge, a decade, a scale."""
    return bool(
        language.hedges_after.at(tokens, index)
        or language.measures.at(tokens, index)
        or tokens[index].norm in {"s", *language.o_clock}
    )


def _beside_month(number: Number, tokens: list[Token], language: Language) -> bool:
    """Return whether a number is the day or the year of a month: "July 10", "10 of July", "July 2017"."""
    if number.value is None or (number.value > _LAST_DAY and not _is_year(number)):
        return False
    place = number.last + (tokens[number.last].norm in language.of)
    if tokens[place].kind == BREAK and tokens[place].end - tokens[place].start == 1:  # "14. Juli"
        place = min(place + 1, len(tokens) - 1)
    behind = tokens[place].norm in language.months and number.value <= _LAST_DAY
    place = number.first - 1
    if place > 0 and (tokens[place].norm in language.of or tokens[place].norm in language.definite):
        place -= 1
    return behind or (place >= 0 and tokens[place].norm in language.months)


def _is_year(number: Number) -> bool:
    return number.value is not None and _FIRST_YEAR <= number.value <= _LAST_YEAR and len(number.digits) == _YEAR_DIGITS


def _year_context(number: Number, tokens: list[Token], language: Language) -> bool:
    """Return whether four digits are a year: behind "in" or "since", in "the 2014 offensive", "2014-2017", "1990s"."""
    before = tokens[number.first - 1] if number.first else None
    behind = tokens[number.last]
    if behind.norm == "s" and behind.glued:
        return True
    if behind.norm == "-" and tokens[number.last + 1].kind == NUMBER and tokens[number.last + 1].glued:
        end = tokens[number.last + 1].norm
        return len(end) in (2, 4) and not _counted_behind(number.last + 2, tokens, language)
    if before is None:
        return not _counted_behind(number.last, tokens, language)
    if before.norm == "-" and number.first > 1 and tokens[number.first - 2].norm in language.year_after:
        return True
    if before.norm in language.year_after:
        return True
    if before.kind == SYMBOL and before.norm == "-":
        return (
            number.first > 1
            and tokens[number.first - 2].kind == NUMBER
            and not _counted_behind(number.last, tokens, language)
        )
    if before.norm in language.year_perhaps_after:
        ends_text = behind.start == behind.end
        return not ends_text and (behind.kind != WORD or behind.norm in language.stops)
    if before.norm in language.year_determiners or before.norm.endswith(("'s", "s'")):
        return not _counted_behind(number.last, tokens, language) and behind.kind == WORD
    return before.kind == SYMBOL and before.norm in "(," and not _counted_behind(number.last, tokens, language)


def _counted_behind(index: int, tokens: list[Token], language: Language) -> bool:
    """Return whether something counted stands at a token, or one word behind it: "2000 armed men"."""
    for place in (index, index + 1):
        token = tokens[min(place, len(tokens) - 1)]
        if token.kind != WORD or token.norm in language.stops:
            return False
        if token.norm in language.plurals or (token.norm.endswith(language.plural_endings or ("\0",))):
            return True
    return False


def noun_behind(index: int, tokens: list[Token], language: Language) -> tuple[int, int] | None:
    """Return the tokens of what is counted: the words from a token on up to a verb or another stop; or None."""
    place = index
    while tokens[place].norm == "-" or tokens[place].norm in language.of:
        place += 1
    start = place
    while place - start < _NOUN_WORDS and (
        tokens[place].kind == WORD or (tokens[place].norm == "-" and tokens[place].glued)
    ):
        norm = tokens[place].norm
        if norm in language.stops or norm in language.verbs or (norm in language.articles and place == start):
            break
        place += 1
    return (start, place) if place > start else None
