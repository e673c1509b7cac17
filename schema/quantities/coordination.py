"""Coordination: which numbers stand side by side, so that the hedge of the first covers the others too."""

from schema.quantities.language import Language, Token
from schema.quantities.tokens import NUMBER, SYMBOL, WORD

_MOST_TOKENS, _LONGEST_LIST = 10, 40
"""The most tokens between two numbers that are coordinated, and of a list behind its first comma."""


def are_coordinated(tokens: list[Token], last: int, first: int, language: Language) -> bool:
    """Return whether a small word such as "and" joins two numbers, and no verb parts them.

    `last` is the token after the first number, `first` the first token of the second. A comma joins them where "and"
    ends the list: "12 soldiers, 8 policemen and 30 civilians", but not "12 dead, 30 hurt".
    """
    coordinator = language.coordinators.before(tokens, first)
    if coordinator:
        joint = coordinator[1]
    elif tokens[first - 1].norm == "," and _is_list(tokens, first, language):
        joint = first - 1
    else:
        return False
    return last <= joint <= last + _MOST_TOKENS and _is_free_of_verbs(tokens[last:joint], language)


def _is_list(tokens: list[Token], first: int, language: Language) -> bool:
    """Return whether the list that a number behind a comma stands in ends with "and" and another number."""
    for place in range(first + 1, min(first + _LONGEST_LIST, len(tokens) - 1)):
        if coordinator := language.coordinators.at(tokens, place):
            following = coordinator[1]
            return tokens[following].kind == NUMBER or language.numbers.at(tokens, following) is not None
        if tokens[place].kind != NUMBER and not _is_free_of_verbs([tokens[place]], language):
            return False
    return False


def _is_free_of_verbs(tokens: list[Token], language: Language) -> bool:
    return all(token.kind in (WORD, SYMBOL) and token.norm not in language.verbs for token in tokens)
