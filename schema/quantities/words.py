"""Numbers in words: "two hundred and fifty", "fünfundzwanzigtausend", added up by the tables of a language."""

from schema.quantities.digits import LARGEST, whole
from schema.quantities.language import Language, Token

_HUNDRED = 100


def spelled(tokens: list[Token], start: int, language: Language) -> tuple[float, int, float, float] | None:  # noqa: PLR0912 (one loop over words)
    """Return a number in words from a token on: value, the index behind it, its last scale, and its mantissa."""
    total = group = 0.0
    last_scale, scale = float("inf"), 1.0
    place = last = start
    joined = False
    before_and: tuple[float, float, int, float] | None = None
    while True:
        if word := language.numbers.at(tokens, place):
            if not _continues(group, word[0], language, joined=joined, started=last > start):
                break
            group, scale = group + word[0], 1.0
            place = last = word[1]
            joined = False
        elif word := language.scales.at(tokens, place):
            factor = word[0]
            repeated = factor == last_scale or (factor == _HUNDRED <= group)
            if before_and and (repeated or factor > last_scale):  # "between a hundred and two hundred"
                total, group, last, scale = before_and
                break
            if repeated or (total + group + 1) * factor > LARGEST:
                break
            if factor == _HUNDRED:
                group = (group or 1) * factor
            elif factor < last_scale:
                total, group, last_scale = total + (group or 1) * factor, 0.0, factor
            else:
                total, group, last_scale = (total + group) * factor, 0.0, factor
            scale *= factor
            place = last = word[1]
            joined = False
        elif last > start and not joined and (tokens[place].norm == "-" or tokens[place].norm in language.and_):
            joined = tokens[place].norm != "-"
            place += 1
            if joined:
                before_and = total, group, last, scale
                if not language.numbers.at(tokens, place) or not _joins(group, total, language):
                    break
        else:
            break
    if last == start:
        return None
    value = total + group
    return whole(value), last, scale, value / scale


def _joins(group: float, total: float, language: Language) -> bool:
    """Return whether an "and" may continue a number: after a hundred or a thousand, or a unit before its ten."""
    if language.units_first and 0 < group % _HUNDRED < 10:  # noqa: PLR2004 (a unit)
        return True
    return (group > 0 and (group % _HUNDRED == 0 or language.and_between_tens)) or (total > 0 and group == 0)


def _continues(group: float, value: float, language: Language, *, joined: bool, started: bool) -> bool:
    """Return whether a number word goes on with a group below a thousand, as twenty-two does and twenty-ten not."""
    if not started or group == 0:
        return True
    rest = group % _HUNDRED
    if rest == 0:
        return value < _HUNDRED
    if language.units_first and joined and rest < 10 and value % 10 == 0 and value < _HUNDRED:  # noqa: PLR2004
        return True
    return rest % 10 == 0 and rest >= 20 and value < 10  # noqa: PLR2004 (tens and a unit)
