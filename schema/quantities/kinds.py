"""Kinds of numbers: which are dates, ages, measures or names, and count nothing that an estimate may hold."""

from dataclasses import replace

from schema.quantities.dates import beside_month, counted_behind, is_date, may_be_year
from schema.quantities.language import Language, Token
from schema.quantities.number import Kind, Number
from schema.quantities.tokens import BREAK, NUMBER, WORD
from schema.terms import Hedge

OLDEST = 115
"""The highest number that is read as an age."""

_NOUN_WORDS, _MOST_AROUND = 5, 40
_QUARTERS = frozenset("nsew")
"""The letters of north, south, east and west."""


def with_kind(number: Number, tokens: list[Token], language: Language, dates: set[int]) -> Number:
    """Return a number with its kind by the words around it; `dates` are the ends of the dates before it, and grows."""
    if number.kind is Kind.COUNT:
        kind = _kind_of(number, tokens, language, dates)
        if kind is not Kind.COUNT:
            number = replace(number, kind=kind, doubt=None)
        elif number.digits and may_be_year(number, tokens, language):
            number = replace(number, doubt=f"may be the year {number.digits} as well")
    elif number.kind is Kind.ORDINAL and beside_month(number, tokens, language):
        number = replace(number, kind=Kind.DATE)
    if number.kind is Kind.DATE:
        dates.add(number.last)
    return number


def _kind_of(number: Number, tokens: list[Token], language: Language, dates: set[int]) -> Kind:
    if not number.digits and _is_capital_name(number, tokens, language):
        return Kind.NAME
    measure = None if language.units.at(tokens, number.last) else _measure_behind(number, tokens, language)
    if measure is not None:
        return measure
    if not number.digits:
        return Kind.AGE if _is_age(number, tokens, language) else Kind.COUNT
    if _is_name(number, tokens, language):
        return Kind.NAME
    if tokens[number.last].norm in language.o_clock:
        return Kind.TIME
    if _is_age(number, tokens, language):
        return Kind.AGE
    return Kind.DATE if is_date(number, tokens, language, dates) else Kind.COUNT


def _measure_behind(number: Number, tokens: list[Token], language: Language) -> Kind | None:
    """Return the kind of the measure behind a number, "5 years", "22-year-old", "hundreds of kilometres"; or None."""
    place = number.last
    aged = number.value is None or number.value <= OLDEST
    if aged and language.ages_after.at(tokens, place + (tokens[place].norm == "-")):
        return Kind.AGE
    if number.vague and tokens[place].norm in language.of:
        place += 1
    place += tokens[place].norm == "-"
    if tokens[place].norm in language.measure_gap:
        place += 1
    measure = language.measures.at(tokens, place)
    if not measure:
        return None
    if len(tokens[place].norm) == 1 and (number.digits == "" or not (tokens[place].glued or tokens[place].norm == "m")):
        return None
    if tokens[place].norm in language.year_after and tokens[place + 1].kind == NUMBER:  # "2249 [of the] year 2015"
        return None
    return Kind(measure[0])


def _is_age(number: Number, tokens: list[Token], language: Language) -> bool:
    """Return whether a number is an age: "aged 22", or between commas behind a name."""
    if not number.first or number.value is None or not 0 < number.value <= OLDEST:
        return False
    if tokens[number.last].norm == "s" and tokens[number.last].glued and number.digits:  # "in his 30s"
        return True
    place = number.first
    for phrases in (language.hedges_before, language.range_open):  # "aged over 60", "aged between 6 and 12"
        if not language.ages_before.before(tokens, place) and (phrase := phrases.before(tokens, place)):
            place = phrase[1]
    if language.ages_before.before(tokens, place):
        return not counted_behind(number.last, tokens, language)
    return _is_age_between_commas(number, tokens, language)


def _is_age_between_commas(number: Number, tokens: list[Token], language: Language) -> bool:
    """Return whether digits stand between commas behind a name: "Omar Example, 45, said", "the boys, 9 and 11,"."""
    if not number.digits.isdecimal() or tokens[number.first - 1].norm != "," or number.first == 1:
        return False
    name, behind = tokens[number.first - 2], tokens[number.last]
    if behind.norm in language.and_ and tokens[number.last + 1].kind == NUMBER:
        behind = tokens[number.last + 2]
    if name.norm in language.plurals:  # "the dead, 16, were buried"
        return False
    return name.kind == WORD and (behind.norm == "," or (behind.kind == BREAK and name.capital))


def _is_name(number: Number, tokens: list[Token], language: Language) -> bool:
    """Return whether digits are a part of a name: "AK-47", "M23", "Resolution 2254", "4x4"."""
    token, behind = tokens[number.first], tokens[number.last]
    if behind.kind == WORD and behind.glued and not _may_follow(tokens, number.last, language):
        return True
    if behind.capital and language.streets.at(tokens, number.last + 1):  # 10 Downing Street
        return True
    if behind.capital and behind.norm in _QUARTERS and number.value is not None:  # 34.5 N
        return True
    if not number.first:
        return False
    before = tokens[number.first - 1]
    if before.norm == "#" and token.glued:
        return True
    if (
        before.kind == WORD
        and token.glued
        and (before.capital or (before.norm not in language.vocabulary and before.norm not in language.prefixes))
    ):
        return not before.norm.endswith("'")
    if before.norm == "-" and token.glued and before.glued and number.first > 1:
        first = tokens[number.first - 2]
        known = first.norm in language.vocabulary or first.norm in language.year_after
        return first.kind == WORD and not known
    if before.norm == "." and token.glued and before.glued:
        return True
    title = language.titles.before(tokens, number.first)
    hedge = language.hedges_before.before(tokens, number.first)
    if hedge and hedge[0] is not Hedge.NONE:  # "a round 400"
        return False
    numbered = before.norm in language.labels or (title is not None and tokens[title[1]].capital)
    return numbered and (number.digits.isdecimal() or (number.value is not None and number.value % 1 > 0))


def _is_capital_name(number: Number, tokens: list[Token], language: Language) -> bool:
    """Return whether a number word is a part of a name: "the Group of Seven", but not in the title "Bomb Kills Seven".

    A title has no small letters but in small words.
    """
    first = number.first
    if not first or not tokens[first].capital or tokens[first - 1].kind != WORD:
        return False
    if not language.numbers.at(tokens, first):
        return False
    start, end = first, first
    while start and first - start < _MOST_AROUND and tokens[start - 1].kind != BREAK:
        start -= 1
    while end - first < _MOST_AROUND and tokens[end].kind != BREAK:
        end += 1
    return any(
        not token.capital and token.kind == WORD and token.norm not in language.stops for token in tokens[start:end]
    )


def _may_follow(tokens: list[Token], index: int, language: Language) -> bool:
    """Return whether letters may follow digits without a space: a hedge, a decade, a scale."""
    return bool(
        language.hedges_after.at(tokens, index)
        or language.measures.at(tokens, index)
        or tokens[index].norm in {"s", *language.o_clock}
    )


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
