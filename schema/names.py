"""How names are compared: exactly, but for case, width and spaces."""

import unicodedata


def fold(name: str) -> str:
    """Return the key under which a name is found: NFKC, case-folded, runs of spaces as one."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
