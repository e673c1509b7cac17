"""How names are compared: exactly, but for case, width and spaces; and which names are near to a misspelt one."""

import unicodedata
from collections.abc import Sequence

from rapidfuzz import fuzz, process


def fold(name: str) -> str:
    """Return the key under which a name is found: NFKC, case-folded, runs of spaces as one."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def nearest(word: str, known: Sequence[str]) -> list[str]:
    """Return up to three of the known words that a misspelt one may stand for, best first."""
    matches = process.extract(word.casefold(), known, scorer=fuzz.ratio, limit=3, score_cutoff=66)
    return [match for match, _, _ in matches]
