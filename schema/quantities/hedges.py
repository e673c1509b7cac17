"""Hedges: the words before and behind a number that say how firmly it is meant."""

from dataclasses import dataclass

from schema.quantities.language import Language, Token
from schema.quantities.tokens import BREAK, NUMBER, SYMBOL, WORD
from schema.terms import Hedge

QUOTES = frozenset("\"“”„‟‘’‚'«»‹›()[]*_")
_MOST_HEDGES, _MOST_GLUE, _MOST_GAP, _MOST_NOUNS, _MOST_WORDS_TO_FAR = 5, 6, 4, 4, 9
_GLUED = frozenset({"ish", "something", "some"})
"""Words that hedge a number only where nothing but a hyphen stands between."""

TURNED = {
    Hedge.MORE_THAN: Hedge.AT_MOST,
    Hedge.AT_LEAST: Hedge.FEWER_THAN,
    Hedge.FEWER_THAN: Hedge.AT_LEAST,
    Hedge.AT_MOST: Hedge.MORE_THAN,
    Hedge.UP_TO: Hedge.FEWER_THAN,
    Hedge.NEARLY: Hedge.FEWER_THAN,
}
"""What a negation makes of a hedge: "no more than" is "at most"."""


@dataclass(frozen=True, slots=True)
class Hedging:
    """The hedge on one side of a number; `spans` are the tokens of its words, `first` is the first token.

    `negated`: a negation stands before the number, or before a hedge that it cannot turn around.
    """

    hedge: Hedge = Hedge.NONE
    spans: tuple[tuple[int, int], ...] = ()
    first: int = 0
    negated: bool = False


def strongest(hedges: list[Hedge]) -> Hedge:
    """Return the hedge that several make together, the nearest to the number first: a bound rather than "about"."""
    bounds = [hedge for hedge in hedges if hedge not in (Hedge.NONE, Hedge.APPROXIMATELY)]
    if bounds:
        return bounds[0]
    return Hedge.APPROXIMATELY if Hedge.APPROXIMATELY in hedges else Hedge.NONE


def before(tokens: list[Token], index: int, end: int, language: Language) -> Hedging:
    """Return the hedge in the words before the number from one token to another, the first behind it."""
    marked = tokens[end].norm in language.marks
    hedges: list[Hedge] = []
    spans: list[tuple[int, int]] = []
    first, negated, article = index, False, False
    for _ in range(_MOST_HEDGES):
        phrase = _phrase_before(tokens, first, language, article=article, marked=marked)
        if phrase is None:
            break
        hedge, start, end = phrase
        article |= any(tokens[place].norm in language.definite for place in range(start, first))
        first = start
        negation = _negation_before(tokens, start, language) if hedge is not Hedge.NONE else None
        if negation is not None:
            negated |= hedge not in TURNED
            hedge, first = TURNED.get(hedge, hedge), negation
        if hedge is not Hedge.NONE:
            hedges.append(hedge)
            spans.append((first, end))
    if not hedges:
        far = _far_before(tokens, index, language)
        if far:
            return Hedging(far[0], ((far[1], index),), far[1])
        place = without_glue(tokens, index, language)
        negated = place == index == first and place > 0 and tokens[place - 1].norm in language.negations
    return Hedging(strongest(hedges), tuple(reversed(spans)), first, negated)


def _phrase_before(
    tokens: list[Token], index: int, language: Language, *, article: bool, marked: bool
) -> tuple[Hedge, int, int] | None:
    """Return the hedge whose phrase ends before a token, its first token, and the token after its last.

    Some hedges are none before an article ("about the 400 men"), unless `marked`: "above the 1,000 mark". `article`
    says that an article stands behind the token.
    """
    place = index
    if index > 1 and tokens[index - 1].norm == ",":  # "At most, 50 are left"
        phrase = language.hedges_before.before(tokens, index - 1)
        opens = phrase is not None and (not phrase[1] or tokens[phrase[1] - 1].kind == BREAK)
        return (phrase[0], phrase[1], index - 1) if phrase and opens else None
    for _ in range(_MOST_GLUE):
        phrase = language.hedges_before.before(tokens, place)
        if phrase and tokens[phrase[1]].kind == SYMBOL:
            return (phrase[0], phrase[1], place) if _is_sign(tokens, phrase[1], place == index) else None
        if phrase:
            barred = article and not marked and language.no_article.before(tokens, place)
            return None if barred else (phrase[0], phrase[1], place)
        shorter = _less_glue(tokens, place, language)
        if shorter == place:
            return None
        article |= any(tokens[each].norm in language.definite for each in range(shorter, place))
        place = shorter
    return None


def _is_sign(tokens: list[Token], index: int, beside: bool) -> bool:
    """Return whether a sign hedges the number behind it, and does not end a tag: "> 400", but not "<b>400"."""
    return beside and (not index or not tokens[index].glued or tokens[index - 1].norm in QUOTES)


def _less_glue(tokens: list[Token], index: int, language: Language) -> int:
    """Return the index of the first token of what may stand between hedge and number before a token: "a total of"."""
    if index and tokens[index - 1].kind == SYMBOL:
        symbol = tokens[index - 1]
        joins = symbol.norm == "-" and symbol.glued and tokens[index].glued  # "over-500 crowd"
        return index - 1 if joins or symbol.norm in QUOTES else index
    glue = language.glue.before(tokens, index)
    return glue[1] if glue else index


def without_glue(tokens: list[Token], index: int, language: Language) -> int:
    """Return the index of the first token of all that may stand between hedge and number before a token."""
    for _ in range(_MOST_GLUE):
        index = _less_glue(tokens, index, language)
    return index


def _negation_before(tokens: list[Token], index: int, language: Language) -> int | None:
    """Return the index of the negation of a hedge that starts at a token: "does not, by far, exceed"."""
    for place in range(index - 1, max(index - 2 - _MOST_GAP, -1), -1):
        norm = tokens[place].norm
        if norm in language.negations:
            return place
        if norm not in language.negation_gap:
            loose = place > 0 and tokens[place - 1].norm in language.loose_negations and tokens[place].kind == WORD
            return place - 1 if loose and norm not in language.negation_stops else None
    return None


def _far_before(tokens: list[Token], index: int, language: Language) -> tuple[Hedge, int] | None:
    """Return the hedge some words before the number that starts at a token, and the index of its first token.

    "Estimated the strength of the group at 400" is such a one; "at" links it to its number.
    """
    link = without_glue(tokens, index, language)
    if language.far_links:
        link -= 1
        if link < 0 or tokens[link].norm not in language.far_links:
            return None
    for place in range(link, max(link - 1 - _MOST_WORDS_TO_FAR, 0), -1):
        if far := language.far_hedges.before(tokens, place):
            return far
        if tokens[place - 1].kind in (NUMBER, BREAK):
            return None
    return None


def after(tokens: list[Token], index: int, language: Language) -> Hedging:
    """Return the hedge in the words behind a number; `index` is the token after its last.

    Some nouns may stand between: "400 fighters or more".
    """
    place = index
    for skipped in range(_MOST_NOUNS + 1):
        while tokens[place].norm == "-" or (tokens[place].kind == SYMBOL and tokens[place].norm in QUOTES):
            place += 1
        start = place + 1 if tokens[place].norm in {",", "،"} else place
        start += tokens[start].norm in QUOTES and tokens[start].kind == SYMBOL
        phrase = language.hedges_after.at(tokens, start)
        if phrase and _ends_figure(tokens, start, phrase[1], language, behind_noun=skipped > 0):
            return Hedging(phrase[0], ((start, phrase[1]),), start)
        token = tokens[place]
        if token.kind != WORD or token.norm in language.stops or language.numbers.at(tokens, place):
            break
        place += 1
    return Hedging()


def _ends_figure(tokens: list[Token], start: int, last: int, language: Language, *, behind_noun: bool) -> bool:
    """Return whether a phrase behind a number belongs to it, and not to what follows: "or more than", "plus 300"."""
    following = tokens[last]
    if following.norm in language.than or following.norm in language.after_pronouns:
        return False
    if _starts_number(tokens, last, language) or _hedges_a_number(tokens, last, language):
        return False
    if behind_noun and (last - start == 1 or tokens[start].norm in language.and_):
        return following.kind != WORD or following.norm in language.stops
    if tokens[start].norm in _GLUED:
        return tokens[start].glued
    return True


def _hedges_a_number(tokens: list[Token], index: int, language: Language) -> bool:
    """Return whether a hedge or glue of a number starts at a token: "plus some 300", "plus another 40"."""
    phrase = language.hedges_before.at(tokens, index) or language.glue.at(tokens, index)
    return phrase is not None and _starts_number(tokens, phrase[1], language)


def _starts_number(tokens: list[Token], index: int, language: Language) -> bool:
    """Return whether a number starts at a token, or behind its currency or article."""
    token = tokens[index]
    if token.kind == NUMBER or token.norm in language.currency_signs or language.numbers.at(tokens, index):
        return True
    place = index + (token.norm in language.articles)
    return bool(language.scales.at(tokens, place) or language.dozens.at(tokens, place))
