"""Unknown words: those beside a number that may hedge it and are in no table, with the hedges most like them."""

from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from schema.quantities.hedges import without_glue
from schema.quantities.language import Language, Token
from schema.quantities.tokens import SYMBOL, WORD
from schema.terms import Hedge

_SHORT, _LONG = 5, 9
"""From this number of letters on, a word may differ by one letter from a hedge, or by two."""

_INFLECTED = ("ing", "ed", "es", "s")
"""Endings of ordinary words that differ from hedges by one letter: "tapping" is not "topping"."""

_SIGNS = frozenset("≲≳⪅⪆∝≪≫⩯≊≍≏≐≑")
"""Signs that hedge a number, and in which way is not agreed."""


class Unknown(NamedTuple):
    """A word beside a number that may hedge it and is in no table.

    `token` is its index, `closest` and `hedge` are the hedge that is spelled most like it. `misspelt`: it is that
    hedge, but for a letter or two.
    """

    token: int
    closest: str
    hedge: Hedge
    misspelt: bool


def unknown_beside(tokens: list[Token], first: int, last: int, language: Language) -> Unknown | None:
    """Return the word or sign beside the tokens of a number that may hedge it and is in no table."""
    place = without_glue(tokens, first, language) - 1
    if place >= 0:
        token = tokens[place]
        if token.kind == WORD:
            misspelt = _misspelt_hedge(token.norm, language, behind=False)
            modifier = place == first - 1 and _is_modifier(tokens, place, last, language)
            if closest := misspelt or _closest_to(token.norm, language, modifier=modifier):
                return Unknown(place, *closest, misspelt is not None)
        if token.kind == SYMBOL and token.norm in _SIGNS:
            return Unknown(place, "~", Hedge.APPROXIMATELY, misspelt=True)
    place = last + (tokens[last].norm == "-")
    misspelt = _misspelt_hedge(tokens[place].norm, language, behind=True) if tokens[place].kind == WORD else None
    return Unknown(place, *misspelt, misspelt=True) if misspelt else None


def _is_modifier(tokens: list[Token], index: int, last: int, language: Language) -> bool:
    """Return whether a word stands between an article and a number of more than one: "a whopping 400 men".

    In "a local 12-man team" and "a day 40 metres deep" it does not modify the number.
    """
    if not index or tokens[last].norm == "-" or language.measures.at(tokens, index):
        return False
    place = index - (3 if index > 2 and tokens[index - 1].norm == "-" else 1)  # "a far-fetched 400"  # noqa: PLR2004
    if place and tokens[place].norm.endswith(language.adverb_endings or ("\0",)):  # "a truly staggering 400"
        place -= 1
    return tokens[place].norm in language.articles


@lru_cache(maxsize=4_096)
def _misspelt_hedge(word: str, language: Language, *, behind: bool) -> tuple[str, Hedge] | None:
    """Return the hedge of one word that a word is a misspelling of.

    It has its first letter, and few others are wrong.
    """
    hedges = _hedges_of_one_word(language, behind=behind)
    if not _may_hedge(word, language) or not hedges:
        return None
    alike = [hedge for hedge in hedges if hedge[0] == word[0]]
    inflected = word.endswith(_INFLECTED) and len(word) < _LONG
    most = 0 if inflected else 2 if len(word) >= _LONG else 1
    spelled = process.extractOne(word, alike, scorer=OSA.distance, score_cutoff=most) if alike else None
    return (spelled[0], hedges[spelled[0]]) if spelled else None


@lru_cache(maxsize=4_096)
def _closest_to(word: str, language: Language, *, modifier: bool) -> tuple[str, Hedge] | None:
    """Return the hedge of one word that is most like an adverb that may hedge, or like a modifier of a number."""
    hedges = _hedges_of_one_word(language, behind=False)
    adverb = bool(language.adverb_endings) and word.endswith(language.adverb_endings)
    if not (adverb or modifier) or not _may_hedge(word, language) or not hedges:
        return None
    closest = process.extractOne(word, list(hedges), scorer=fuzz.ratio)[0]
    return closest, hedges[closest]


def _may_hedge(word: str, language: Language) -> bool:
    """Return whether a word is long enough to be a hedge, and in no table that says what else it is."""
    if len(word) < _SHORT or word in language.vocabulary or word in language.plain:
        return False
    return not any(word in words for words in (language.verbs, language.stops, language.plurals, language.months))


@lru_cache(maxsize=16)
def _hedges_of_one_word(language: Language, *, behind: bool) -> dict[str, Hedge]:
    phrases = (language.hedges_after if behind else language.hedges_before).phrases
    return {
        phrase[0]: hedge
        for phrase, hedge in phrases.items()
        if len(phrase) == 1 and len(phrase[0]) >= _SHORT and hedge is not Hedge.NONE
    }
