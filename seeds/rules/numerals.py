"""The numbers in an English wording, in digits or in words."""

import re

_TOKEN = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[a-z]+")
_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS = {word: value for value, word in enumerate(_ONES)} | {w: 20 + 10 * i for i, w in enumerate(_TENS)}
_SCALES = {"dozen": 12, "score": 20, "hundred": 100, "thousand": 1_000, "million": 10**6, "billion": 10**9}
_PARTS = {"half": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5}
_VAGUE = {
    "dozens": 10,
    "scores": 10,
    "tens": 10,
    "hundreds": 100,
    "thousands": 1_000,
    "millions": 10**6,
    "few": None,
    "many": None,
    "most": None,
    "several": None,
}

Value = int | float


def read_numbers(wording: str) -> list[Value]:
    """Return the numbers in the order in which they stand in the wording.

    Fractions are in percent, to one decimal: "a third" → 33.3. Vague words ("hundreds") are no numbers.
    """
    tokens = _TOKEN.findall(wording.casefold())
    numbers: list[Value] = []
    at = 0
    while at < len(tokens):
        value, after = _number_at(tokens, at)
        if value is not None:
            numbers.append(value)
        at = max(after, at + 1)
    return numbers


def _number_at(tokens: list[str], at: int) -> tuple[Value | None, int]:
    """Return the number that starts at a token, None where none does, with the index of the token after it."""
    start = at
    if tokens[at] in ("a", "an"):
        at += 1
    total, at, counted = _count_at(tokens, at)
    if at < len(tokens) and tokens[at] in _PARTS:
        return round(100 * (total if counted else 1) / _PARTS[tokens[at]], 1), at + 1
    return (total, at) if counted else (None, start)


def _count_at(tokens: list[str], at: int) -> tuple[Value, int, bool]:
    """Return digits and number words from a token on as one number ("25 million", "two hundred fifty").

    After it stand the index of the token that follows, and whether there was a number at all.
    """
    total: Value = 0
    group: Value = 0
    start = at
    while at < len(tokens):
        token = tokens[at]
        if token[0].isdigit() and at == start:
            group = float(token.replace(",", "")) if "." in token else int(token.replace(",", ""))
        elif token in _WORDS and group % 10 == 0 and group % 100 != 10:  # noqa: PLR2004 (twenty-two, not ten two)
            if at > start and _WORDS[token] >= 10 and group % 100:  # noqa: PLR2004 (hundred twenty, not twenty ten)
                break
            group += _WORDS[token]
        elif token in _SCALES:
            group = (group or 1) * _SCALES[token]
            if _SCALES[token] >= 1_000:  # noqa: PLR2004 (thousand and above close a group)
                total, group = total + group, 0
        elif not (group and group % 100 == 0 and _goes_on(tokens[at : at + 2])):
            break
        at += 1
    total += group
    return (int(total) if total == int(total) else total), at, at > start


def read_magnitude(wording: str) -> tuple[bool, Value | None]:
    """Return whether the wording has a vague word, and its power of ten: "tens of thousands" → 10,000."""
    vague = [word for word in _TOKEN.findall(wording.casefold()) if word in _VAGUE]
    magnitude: Value | None = None
    for word in vague:
        factor = _VAGUE[word]
        magnitude = factor if magnitude is None or factor is None else magnitude * factor
    return bool(vague), magnitude


def _goes_on(tokens: list[str]) -> bool:
    """Return whether an "and" with the next word continues a number: "one hundred and fifty"."""
    return len(tokens) > 1 and tokens[0] == "and" and tokens[1] in _WORDS
