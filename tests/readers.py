"""Count what other libraries read wrongly in the tables of phrases: `python tests/readers.py`.

It needs `pip install text2num recognizers-text-number quantulum3 Babel 'emoji<2' 'setuptools<81'`, which no test installs. A
library reads a phrase right if its last values are the numbers that are printed there, whatever the hedge; a third may
be 33.3 or 0.333.
"""

import re
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from ruamel.yaml import YAML

sys.path.insert(0, str(Path(__file__).parents[1]))
from schema.quantities import read_quantities

FOLDER = Path(__file__).parent / "data" / "quantities"
_DIGITS = re.compile(r"\d(?:[.,\u202f\u00a0]?\d)*")


def ours(language: str) -> Callable[[str], list[float]]:
    """Return the reader of this repository."""
    return lambda text: [number for quantity in read_quantities(text, language) for number in quantity.numbers]


def text2num(language: str) -> Callable[[str], list[float]] | None:
    """Return text2num: words to digits, which it leaves to others to read: here to Babel."""
    from text_to_num import alpha2digit  # noqa: PLC0415 (only who has it)

    digits = babel(language)
    return None if language == "ar" else lambda text: digits(alpha2digit(text, language))


def recognizers(language: str) -> Callable[[str], list[float]] | None:
    """Return Microsoft's recognizers for numbers."""
    from recognizers_number import recognize_number  # noqa: PLC0415 (only who has it)

    culture = {"en": "en-us", "fr": "fr-fr", "es": "es-es", "de": "de-de"}.get(language)
    if culture is None:
        return None
    return lambda text: [
        float(str(each.resolution["value"]).replace(",", ".")) for each in recognize_number(text, culture)
    ]


def quantulum3(language: str) -> Callable[[str], list[float]] | None:
    """Return quantulum3, without its classifier; a range is its middle and an uncertainty."""
    from quantulum3 import parser  # noqa: PLC0415 (only who has it)

    def read(text: str) -> list[float]:
        values = []
        for quantity in parser.parse(text):
            ends = (
                (quantity.value - quantity.uncertainty, quantity.value + quantity.uncertainty)
                if quantity.uncertainty
                else (quantity.value,)
            )
            values += ends
        return values

    return read if language == "en" else None


def babel(language: str) -> Callable[[str], list[float]]:
    """Return Babel's parser of decimals, for the digits in a text."""
    from babel.numbers import NumberFormatError, parse_decimal  # noqa: PLC0415 (only who has it)

    def read(text: str) -> list[float]:
        values = []
        for digits in _DIGITS.findall(text):
            try:
                values.append(float(parse_decimal(digits.strip(), locale=language)))
            except (NumberFormatError, ValueError):
                values.append(float("nan"))
        return values

    return read


READERS = {"ours": ours, "text2num": text2num, "recognizers": recognizers, "quantulum3": quantulum3, "babel": babel}


def main() -> None:
    """Print the wrong readings of each library in each language; with `--all`, the phrases too."""
    for file in sorted(FOLDER.glob("*.yaml")):
        table = YAML(typ="safe", pure=True).load(file.read_text())["right"]
        phrases = {
            str(text): [float(Decimal(number)) for number in coding.split()[1:]] for text, coding in table.items()
        }
        phrases = {text: numbers for text, numbers in phrases.items() if numbers}
        for name, reader_of in READERS.items():
            reader = reader_of(file.stem)
            if reader is None:
                print(f"{file.stem} {name}: not read")
                continue
            wrong = []
            for text, numbers in phrases.items():
                try:
                    values = [round(value, 6) for value in reader(text)]
                except Exception as error:  # a library that stops has not read the phrase
                    values = [repr(error)[:60]]
                last = values[-len(numbers) :]
                shares = [round(100 * value, 1) for value in last if isinstance(value, float)]
                if numbers not in (last, shares):
                    wrong.append((text, numbers, values))
            print(f"{file.stem} {name}: {len(wrong)} of {len(phrases)} wrong")
            if "--all" in sys.argv:
                print(*wrong, sep="\n")


if __name__ == "__main__":
    main()
