"""The reader of quantities: what the words of a text say in numbers, and how firmly.

- `language` holds the tables of each language, which the files in `languages/` fill
- `tokens` cuts a text, `numbers` (with `digits` and `words`) finds its numbers, `kinds` tells dates and names apart,
  `hedges` reads the words beside them
- `read` puts them together: `read_quantities`

This package imports `schema.terms` and `schema.intervals`, and nothing else of ours.
"""

from schema.quantities.language import known_languages, language_of
from schema.quantities.numbers import Kind, TextTooLong
from schema.quantities.read import COUNTED, LONGEST_TEXT, Quantity, Unsettled, Words, figure_of, read_quantities

__all__ = [
    "COUNTED",
    "LONGEST_TEXT",
    "Kind",
    "Quantity",
    "TextTooLong",
    "Unsettled",
    "Words",
    "figure_of",
    "known_languages",
    "language_of",
    "read_quantities",
]
