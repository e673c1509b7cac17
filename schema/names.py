"""The comparison of names: equal but for case, width and spaces, or for accents, or near to a misspelt name."""

import unicodedata
from collections.abc import Sequence

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA


def fold(name: str) -> str:
    """Return the key by which names are compared: NFKC, case-folded, each run of spaces as one space."""
    folded = name.lower() if name.isascii() else unicodedata.normalize("NFKC", name).casefold()
    return " ".join(folded.split())


def without_marks(text: str) -> str:
    """Return a text without accents and other combining marks, in NFKD."""
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


def nearest(word: str, known: Sequence[str]) -> list[str]:
    """Return up to three known words that are like a misspelt word, the likest first."""
    matches = process.extract(word.casefold(), known, scorer=fuzz.ratio, limit=3, score_cutoff=66)
    return [match for match, _, _ in matches]


def misspelt(word: str, known: Sequence[str]) -> list[str]:
    """Return up to three known words of which a word may be a misspelling, the nearest first.

    One letter in four may be wrong, missing, added or swapped with the next, and three at the most. So no name is
    taken for another name that has words in common with it.
    """
    wrong = min(3, max(1, len(word) // 4))
    matches = process.extract(word.casefold(), known, scorer=OSA.distance, limit=3, score_cutoff=wrong)
    return [match for match, _, _ in matches]
