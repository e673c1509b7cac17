"""Numbers in digits: their value by the separators of a language, and what is doubtful about them."""

import re

from schema.quantities.language import Language

_MOST_DIGITS = 15
_SEPARATOR = re.compile(r"[^\d]")
_HUNDRED, _THOUSAND = 100, 1_000
LARGEST = 10**15
"""No number that is read is larger."""


def whole(value: float) -> float:
    """Return a number as an integer where it is one, and without the error of binary fractions."""
    rounded = round(value, 6)
    return int(rounded) if rounded == int(rounded) else rounded


def in_percent(part: float) -> float:
    """Return a part of one in percent, to one decimal."""
    return whole(round(_HUNDRED * part, 1))


def digits_of(raw: str, language: Language) -> tuple[float | None, str | None]:
    """Return the value of digits with the separators of a language, and what is doubtful about it.

    Three digits behind one separator that is no thousands separator here ("7.000") may be thousands in the eyes of the
    writer: the value is that of a decimal, with a doubt. The value is None where the digits cannot be read at all.
    """
    text = "".join(char for char in raw if char.isdecimal() or char.isspace() or char in ".,'’٬٫·")
    if text[0] == ".":
        text = f"0{text}"
    separators = _SEPARATOR.findall(text)
    parts = _SEPARATOR.split(text)
    if sum(map(len, parts)) > _MOST_DIGITS:
        return None, f"has more than {_MOST_DIGITS} digits"
    if len(parts[0]) > 1 and not int(parts[0][0]):
        return None, "begins with zero"
    fraction = ""
    if (
        separators
        and separators[-1] in language.decimal
        and not (separators[-1] in language.group and _grouped(parts, language))
    ):
        fraction, separators, parts = parts[-1], separators[:-1], parts[:-1]
    groups = {"'" if char == "’" else char for char in separators}
    if len(groups) > 1 or (groups and not _is_group(next(iter(groups)), language)) or not _grouped(parts, language):
        return None, "has separators that are not this language's"
    value = int("".join(parts))
    if not fraction:
        return value, None
    ambiguous = len(fraction) == 3 and not separators and 0 < value < _THOUSAND  # noqa: PLR2004 (a group of thousands)
    doubt = f"may mean {value * _THOUSAND + int(fraction):,} as well" if ambiguous else None
    return whole(float(f"{value}.{int(fraction):0{len(fraction)}d}")), doubt


def _is_group(separator: str, language: Language) -> bool:
    return separator in language.group or separator.isspace()


def _grouped(parts: list[str], language: Language) -> bool:
    """Return whether digits are grouped in threes, or, where the language has it, in twos before the last three."""
    if len(parts) == 1:
        return True
    if not 1 <= len(parts[0]) <= 3 or len(parts[-1]) != 3:  # noqa: PLR2004 (groups of three)
        return False
    sizes = {len(part) for part in parts[1:-1]}
    return sizes <= {3} or (language.grouped_in_twos and sizes == {2} and len(parts[0]) <= 2)  # noqa: PLR2004


def sign_value(norm: str) -> float:
    """Return the value of a sign such as ½, which is folded to 1⁄2."""
    above, below = norm.split("⁄", 1)
    return int(above) / int(below) if above.isdecimal() and below.isdecimal() and int(below) else 0.0
