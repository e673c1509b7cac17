"""Tokens: a text cut into words, numbers in digits, symbols and ends of sentences, each with its place."""

import re

from schema.quantities.language import Language, Token

WORD, NUMBER, SYMBOL, DATE, NAME, BREAK = "word", "number", "symbol", "date", "name", "break"

_INVISIBLE = r"\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_DIGITS = rf"\d(?:[{_INVISIBLE}]*\d)*"
_LETTERS = r"[^\W\d_]+(?:[\u0300-\u036f\u064b-\u065f\u0670]+[^\W\d_]*)*"
_SPACES = r"\u00a0\u2007\u2009\u202f\ "
_TOKENS = r"""
  (?P<word>(?!https?://|www\.) (?: (?:[^\W\d_]\.){{2,}} | {word}))
| (?P<name>https?://\S+|www\.\S+)
| (?P<date>\d{{4}}-\d{{1,2}}-\d{{1,2}}(?![\d-])
         | \d{{1,2}}([/.])\d{{1,2}}\4(?:\d{{4}}|\d\d)(?![\d/])
         | \d{{1,2}}:\d\d(?::\d\d)?(?!\d))
| (?P<number>(?:(?<![\w.,])\.)?{digits}(?:[.,'’٬٫·]{digits} | [{spaces}]\d{{3}}(?!\d))*)
| (?P<break>\n[^\S\n]*\n\s* | [.!?;…؟؛]+(?=[\s"'”’)\]»]|$))
| (?P<symbol>>=|<=|=<|=>|\+/-|\+-|[^\s\w\x00-\x1f\x7f{invisible}])
"""
_SPACED = re.compile(rf"[{_SPACES}]+")
_PLAIN = f"{_LETTERS}(?:['’]{_LETTERS})*"
_ELIDED = f"{_LETTERS}['’](?={_LETTERS})|{_LETTERS}"
_NOT_GLUED = re.compile(rf"[{_INVISIBLE}]*")


def _pattern(word: str) -> re.Pattern[str]:
    return re.compile(_TOKENS.format(digits=_DIGITS, spaces=_SPACES, word=word, invisible=_INVISIBLE), re.X)


_WHOLE_WORDS, _ELIDED_WORDS = _pattern(_PLAIN), _pattern(_ELIDED)


def tokens_of(text: str, language: Language) -> list[Token]:
    """Return the tokens of a text, and a last one that ends the sentence.

    Compound number words and prefixes are cut into their parts; the parts of a compound have its place.
    """
    tokens: list[Token] = []
    pattern = _ELIDED_WORDS if language.elided else _WHOLE_WORDS
    has_parts = language.compound is not None or bool(language.prefixes)
    end = 0
    for match in pattern.finditer(text):
        kind = match.lastgroup or SYMBOL
        start = match.start()
        glued = start == end or (text[end] != " " and _NOT_GLUED.fullmatch(text, end, start) is not None)
        end = match.end()
        if kind == WORD:
            word = match[0]
            token = Token(WORD, language.norm(word), start, end, glued, word[0].isupper())
            if has_parts:
                _add_word(tokens, token, language)
            else:
                tokens.append(token)
        elif kind == NUMBER:
            _add_number(tokens, Token(NUMBER, match[0], start, end, glued), language)
        elif match[0] == "." and tokens and tokens[-1].norm in language.abbreviations:
            tokens[-1] = tokens[-1]._replace(end=end)
        else:
            norm = match[0] if kind == SYMBOL else ""
            tokens.append(Token(kind, "-" if norm in "\u2010\u2011" and norm else norm, start, end, glued))
    tokens.append(Token(BREAK, "", len(text), len(text), False))
    return tokens


def _add_word(tokens: list[Token], token: Token, language: Language) -> None:
    """Add a word, or the parts of a compound number word, or its prefixes and the rest."""
    norm = token.norm
    if norm in language.vocabulary:
        tokens.append(token)
    elif language.compound and (parts := language.compound.findall(norm)) and "".join(parts) == norm:
        tokens.extend(token._replace(norm=part, glued=bool(place) or token.glued) for place, part in enumerate(parts))
    elif norm[0] in language.prefixes and len(norm) > 1 and norm[1:] in language.vocabulary:
        tokens.append(token._replace(norm=norm[0], end=token.start + 1))
        tokens.append(token._replace(norm=norm[1:], start=token.start + 1, glued=True))
    else:
        tokens.append(token)


def _add_number(tokens: list[Token], token: Token, language: Language) -> None:
    """Add a number in digits; as two, where a space behind the day of a month divides it: "July 10 400 men"."""
    divided = _SPACED.search(token.norm)
    if divided and tokens and tokens[-1].norm in language.months:
        first, second = token.norm[: divided.start()], token.norm[divided.end() :]
        tokens.append(token._replace(norm=first, end=token.start + divided.start()))
        tokens.append(token._replace(norm=second, start=token.start + divided.end(), glued=False))
    else:
        tokens.append(token)
