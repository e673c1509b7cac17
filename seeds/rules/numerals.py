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
_WORDS = {word: value for value, word in enumerate(_ONES)} | {word: 20 + 10 * tens for tens, word in enumerate(_TENS)}
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
    """Return the numbers of a wording, in its order.

    Fractions are in percent, to one decimal: "a third" → 33.3. Vague words ("hundreds") are not numbers.
    """
    tokens = _TOKEN.findall(wording.casefold())
    numbers: list[Value] = []
    index = 0
    while index < len(tokens):
        value, after = _number_at(tokens, index)
        if value is not None:
            numbers.append(value)
        index = max(after, index + 1)
    return numbers


def _number_at(tokens: list[str], index: int) -> tuple[Value | None, int]:
    """Return the number that starts at a token, or None, and the index of the token after it."""
    start = index
    if tokens[index] in ("a", "an"):
        index += 1
    total, index, counted = _count_at(tokens, index)
    if index < len(tokens) and tokens[index] in _PARTS:
        return round(100 * (total if counted else 1) / _PARTS[tokens[index]], 1), index + 1
    return (total, index) if counted else (None, start)


def _count_at(tokens: list[str], index: int) -> tuple[Value, int, bool]:
    """Return digits and number words from a token on as one number ("25 million", "two hundred fifty").

    Return with it the index of the token after it, and whether there is a number.
    """
    total: Value = 0
    group: Value = 0
    start = index
    while index < len(tokens):
        token = tokens[index]
        if token[0].isdigit() and index == start:
            group = float(token.replace(",", "")) if "." in token else int(token.replace(",", ""))
        elif token in _WORDS and group % 10 == 0 and group % 100 != 10:  # noqa: PLR2004 (twenty-two, not ten two)
            if index > start and _WORDS[token] >= 10 and group % 100:  # noqa: PLR2004 (hundred twenty, not twenty ten)
                break
            group += _WORDS[token]
        elif token in _SCALES:
            group = (group or 1) * _SCALES[token]
            if _SCALES[token] >= 1_000:  # noqa: PLR2004 (thousand and above close a group)
                total, group = total + group, 0
        elif not (group and group % 100 == 0 and _continues(tokens[index : index + 2])):
            break
        index += 1
    total += group
    return (int(total) if total == int(total) else total), index, index > start


def read_magnitude(wording: str) -> tuple[bool, Value | None]:
    """Return whether the wording has a vague word, and its power of ten: "tens of thousands" → 10,000."""
    vague = [word for word in _TOKEN.findall(wording.casefold()) if word in _VAGUE]
    magnitude: Value | None = None
    for word in vague:
        factor = _VAGUE[word]
        magnitude = factor if magnitude is None or factor is None else magnitude * factor
    return bool(vague), magnitude


_FRACTION = re.compile(rf"(?<![^\W_])(?:{'|'.join(_PARTS)})(?! (?:a |an )?(?:{'|'.join(_SCALES)})s?\b)", re.I)


def bears_fraction(wording: str) -> bool:
    """Return whether a wording has a fraction in words, such as "a third"; "half a million" is a number."""
    return _FRACTION.search(wording) is not None


def _continues(tokens: list[str]) -> bool:
    """Return whether an "and" with the next word continues a number: "one hundred and fifty"."""
    return len(tokens) > 1 and tokens[0] == "and" and tokens[1] in _WORDS
