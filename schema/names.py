"""The comparison of names: equal but for case, width and spaces, or near to a misspelt name."""

import unicodedata
from collections.abc import Sequence

from rapidfuzz import fuzz, process


def fold(name: str) -> str:
    """Return the key by which names are compared: NFKC, case-folded, each run of spaces as one space."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def nearest(word: str, known: Sequence[str]) -> list[str]:
    """Return up to three known words that are like a misspelt word, the likest first."""
    matches = process.extract(word.casefold(), known, scorer=fuzz.ratio, limit=3, score_cutoff=66)
    return [match for match, _, _ in matches]
