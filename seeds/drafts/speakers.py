"""Who says a figure: the words for the speaker, by the reporting verbs of the sentence."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from schema.mentions import NameFinder
from schema.subjects.numbered_text import NumberedText
from seeds.drafts.words import RoleWords, sentence_around

_LONGEST, _MOST_SENTENCES = 80, 3
_CLAUSE = re.compile(
    r"[\"\u201c\u201d;:()\u2013\u2014]\s*|\s-\s|\b(?:but|that|while|when|where|although|because|if|whom)\s+"
)
"""What a clause begins behind."""
_END = re.compile(
    r"[\"\u201c\u201d,;:.!?()\n\u2013\u2014]|\s(?:that|on|in|at|who|which|said|says|told|to|with|after|by|is|was|has)\s"
)
"""Where the words for a speaker behind a verb end."""
_SMALL_BEFORE = re.compile(r"[\s*-]*(?:the|an?|but|and|as|by|yet|so|then|also)\s+", re.I)
_SMALL_BEHIND = re.compile(r"(?:\s+(?:also|later|now|then|earlier|once|has|had|have|still))*[\s,]*$")
_APPOSITION = re.compile(r"\s*(?:who|which|whose|speaking|\w+ed|\w+ing)\b")
_NO_NAME = re.compile(r"\b(?:\d+|is|are|was|were|been|killed|remain|there)\b|\b(?:their|an|its|of|the|and|with)$")


@dataclass(frozen=True)
class Speaker:
    """The words for whoever says a figure, their place, and the vocabulary's source that they name, if it is one.

    `sure`: the speaker is named in the sentence of the figure, and not only called "he" there.
    """

    wording: str
    start: int
    end: int
    source: str | None
    sure: bool


def speaker_of(text: NumberedText, words: RoleWords, sources: NameFinder, start: int, end: int) -> Speaker | None:
    """Return who says the figure at a place of a text; None if its sentence does not tell.

    Where the sentence only says "he" or "they", the speaker of the sentence before is meant.
    """
    first, last = sentence_around(text, start, end)
    for back in range(_MOST_SENTENCES):
        spans = [span for span in _speakers(text.text, words, first, last) if not span[0] <= start < span[1]]
        if not spans:
            return None
        nearest = min(spans, key=lambda span: max(span[0] - end, start - span[1], 0))
        wording = text.text[slice(*nearest)]
        if not words.any_within(nearest[0], nearest[0] + len(wording.split()[0]), "pronouns"):
            named = {id_ for mention in sources.find(wording) for id_ in mention.ids}
            return Speaker(wording, *nearest, named.pop() if len(named) == 1 else None, not back)
        if first == 0:
            return None
        first, last = sentence_around(text, max(0, first - 2), max(0, first - 2))
    return None


def _speakers(text: str, words: RoleWords, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield where words for a speaker stand in a sentence."""
    for mention in words.within(first, last, "according"):
        yield from _name(text, mention.end, _end(text, mention.end, last))
    for mention in words.within(first, last, "saying"):
        if text[mention.start].isupper():  # "the United States"
            continue
        before = list(_before_verb(text, first, mention.start))
        yield from before or _behind_verb(text, mention.end, last)


def _before_verb(text: str, first: int, verb: int) -> Iterator[tuple[int, int]]:
    """Yield the words before a verb such as "said", without asides: of "Karim, who leads it, said", the name."""
    clause = max([first, *(match.end() for match in _CLAUSE.finditer(text, first, verb))])
    if re.search(r"[\"\u201d,]\s*$", text[first:verb]) and not text[clause:verb].strip(" ,"):
        return
    end = verb
    for comma in (*(match.start() for match in reversed(list(re.finditer(",", text[clause:verb])))), None):
        begin = clause if comma is None else clause + comma + 1
        if not text[begin:end].strip():
            end = begin - 1
            continue
        is_direct = end == verb
        is_capital = _SMALL_BEFORE.sub("", text[begin:end]).strip()[:1].isupper()
        if (is_direct or is_capital) and not _APPOSITION.match(text, begin, end):
            yield from _name(text, begin, end)
            return
        end = begin - 1


def _behind_verb(text: str, verb: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield the words behind a verb, as in "400, said General Example, who"."""
    end = _end(text, verb, last)
    words = _SMALL_BEFORE.sub("", text[verb:end]).strip()
    if words[:1].isupper() or _SMALL_BEFORE.match(text, verb, end):
        yield from _name(text, verb, end)


def _end(text: str, start: int, last: int) -> int:
    match = _END.search(text, start + 1, last)
    return match.start() if match else last


def _name(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a place without small words around it, if the words there can be a speaker."""
    while match := _SMALL_BEFORE.match(text, start, end):
        start = match.end()
    start += len(text[start:end]) - len(text[start:end].lstrip(" \t-*"))
    behind = _SMALL_BEHIND.search(text, start, end)
    end = behind.start() if behind else end
    words = text[start:end]
    if words[:1].isalpha() and len(words) <= _LONGEST and "\n" not in words and not _NO_NAME.search(words):
        yield start, end
