"""Where words stand in a document, in code points from 0; and the nearest words to some that it does not bear."""

import re

from rapidfuzz import fuzz

Place = tuple[int, int]
"""The first code point of some words in a text, and the one behind their last."""

_LIKE = 70
"""The likeness, of 100, from which words of the document are taken for those that are looked for."""
_QUOTES = '"\u201c\u201d\u201e\u00ab\u00bb'
_APOSTROPHES = "'\u2018\u2019\u02bc`"
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212"
_MARKS = [_QUOTES, _APOSTROPHES, _DASHES]


def places_of(words: str, text: str) -> list[Place]:
    """Return all places where some words stand in a text, exactly as they are written."""
    return [match.span() for match in re.finditer(re.escape(words), text)] if words else []


def nearest_place(words: str, text: str) -> Place | None:
    """Return where the words stand that are most like some words that are not in a text; None if none are like them.

    Words that differ only in capitals, spaces, line breaks, quotation marks or dashes go first.
    """
    pattern = r"\s+".join("".join(map(_any_form, word)) for word in words.split())
    if pattern and (match := re.search(pattern, text, re.IGNORECASE)):
        return match.span()
    alignment = fuzz.partial_ratio_alignment(words.casefold(), text.casefold(), score_cutoff=_LIKE)
    if alignment is None or len(text.casefold()) != len(text):
        return None
    start, end = alignment.dest_start, alignment.dest_end
    while 0 < start < len(text) and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while 0 < end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    end -= len(text[start:end]) - len(text[start:end].rstrip())
    return start, end


def line_and_column(text: str, position: int) -> tuple[int, int]:
    """Return the line and the column of a position in a text, both counted from 1."""
    return text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)


def _any_form(character: str) -> str:
    """Return a pattern of a character in any of its forms: a straight quotation mark is as good as a curly one."""
    return next((f"[{re.escape(forms)}]" for forms in _MARKS if character in forms), re.escape(character))
