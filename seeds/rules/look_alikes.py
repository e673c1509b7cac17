"""Names that look the same: the same letters but for accents, or letters of another script in their place."""

from functools import lru_cache

from confusable_homoglyphs.confusables import confusables_data

from schema.names import fold, without_marks


def skeleton(name: str) -> str:
    """Return the key by which names look the same: Latin letters without accents, as far as a name is like them.

    Filters understand a name by its `fold`, and two names with one fold have one skeleton. Letters of other scripts
    are compared as Unicode Technical Standard 39 has them; ASCII letters and digits are never taken for each other.
    """
    folded = fold(name)
    if folded.isascii():
        return folded
    return without_marks("".join(map(_latin, without_marks(folded))))


@lru_cache(maxsize=16_384)
def _latin(char: str) -> str:
    """Return the ASCII letters that a small letter, or the capital of it, is confusable with; else the letter."""
    if char.isascii():
        return char
    for case in (char, char.upper()):
        for glyph in confusables_data.get(case, ()):
            letters = without_marks(glyph["c"])
            if letters.isascii():
                return letters.lower()
    return char
