"""Numbers that are known by the number beside them: the second day or age of two, scores, and phone numbers."""

from dataclasses import replace
from itertools import pairwise

from schema.quantities.dates import LAST_DAY, counted_behind
from schema.quantities.kinds import OLDEST
from schema.quantities.language import Language, Token
from schema.quantities.number import Kind, Number

_LEAST_IN_PHONE_NUMBER = 3


def with_neighbours(numbers: list[Number], tokens: list[Token], language: Language) -> list[Number]:
    """Return the numbers of a text with the kinds that they take from their neighbours.

    These are counts no more: both numbers of a score, "3-1"; the parts of a phone number; the second of two days, ages
    or numbered things, "June 5-7", "aged 3 and 5", "Resolutions 2249 and 2254"; and the first of two days, "5-7 June".
    """
    kinds = dict.fromkeys(_in_phone_numbers(numbers, tokens), Kind.NAME)
    for index, (first, second) in enumerate(pairwise(numbers)):
        if not _is_bare(second) or not (_is_bare(first) or first.kind in _HANDED_ON):
            continue
        if _is_score(first, second, tokens):
            kinds[index] = kinds[index + 1] = Kind.NAME
        elif _is_linked(first, second, tokens, language):
            kind = kinds.get(index, first.kind)
            if kind in _HANDED_ON and _may_be(kind, first, second, tokens, language):
                kinds[index + 1] = kind
    for index in range(len(numbers) - 1, 0, -1):
        first, second = numbers[index - 1], numbers[index]
        days = _is_day(first) and _is_day(second) and kinds.get(index, second.kind) is Kind.DATE
        if days and first.kind is Kind.COUNT and _is_linked(first, second, tokens, language):
            kinds[index - 1] = Kind.DATE
    return [
        replace(number, kind=kinds[index], doubt=None) if index in kinds else number
        for index, number in enumerate(numbers)
    ]


_HANDED_ON = frozenset({Kind.DATE, Kind.AGE, Kind.NAME})
"""The kinds that a number may hand on to the next."""


def _is_bare(number: Number) -> bool:
    """Return whether a number is a count in digits without separators, or in a word."""
    return number.kind is Kind.COUNT and not number.vague and (number.digits.isdecimal() or number.scale == 1)


def _is_day(number: Number) -> bool:
    return number.digits.isdecimal() and number.value is not None and 0 < number.value <= LAST_DAY


def _is_score(first: Number, second: Number, tokens: list[Token]) -> bool:
    """Return whether a hyphen parts two numbers of which the second is not larger: "3-1", "102-97"."""
    hyphen = tokens[first.last]
    glued = second.first - first.last == 1 and hyphen.norm in "-–" and hyphen.glued and tokens[second.first].glued
    digits = first.digits.isdecimal() and second.digits.isdecimal()
    return glued and digits and first.kind is Kind.COUNT and (first.value or 0) >= (second.value or 0)


def _is_linked(first: Number, second: Number, tokens: list[Token], language: Language) -> bool:
    """Return whether one small word or a hyphen joins two numbers: "and", "or", "to"."""
    if second.first - first.last != 1:
        return False
    norm = tokens[first.last].norm
    return norm in "-–" or any(
        phrases.at(tokens, first.last) for phrases in (language.range_and, language.range_or, language.range_to)
    )


def _may_be(kind: Kind, first: Number, second: Number, tokens: list[Token], language: Language) -> bool:
    """Return whether a number may be of the kind of the one before it, as nothing that it may count follows."""
    if counted_behind(second.last, tokens, language):
        return False
    if kind is Kind.NAME:
        return first.first > 0 and tokens[first.first - 1].norm in language.labels and second.digits.isdecimal()
    if tokens[second.last].norm in language.verbs:  # "on June 5 and 12 were killed"
        return False
    if kind is Kind.DATE:
        return _is_day(first) and _is_day(second)
    return 0 < (second.value or 0) <= OLDEST


def _in_phone_numbers(numbers: list[Number], tokens: list[Token]) -> set[int]:
    """Return the indexes of the numbers in phone numbers: three or more in a row, or two behind a plus sign."""
    indexes: set[int] = set()
    start = 0
    for index in range(1, len(numbers) + 1):
        if index < len(numbers) and _follows(numbers[index - 1], numbers[index], tokens):
            continue
        first = numbers[start].first
        plus = first > 0 and tokens[first - 1].norm == "+"
        if index - start >= _LEAST_IN_PHONE_NUMBER - plus:
            indexes.update(range(start, index))
        start = index
    return indexes


def _follows(first: Number, second: Number, tokens: list[Token]) -> bool:
    """Return whether nothing but a space or a hyphen stands between two numbers in digits on one line."""
    if not all(number.kind is Kind.COUNT and number.digits for number in (first, second)):
        return False
    between = tokens[first.last].norm if second.first - first.last == 1 else ""
    apart = tokens[second.first].start - tokens[first.last - 1].end
    return apart <= 1 and second.first - first.last <= 1 and between in ("", "-")
