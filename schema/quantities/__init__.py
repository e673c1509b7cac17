"""The reader of quantities: what the words of a text say in numbers, and how firmly.

- `language` holds the tables of each language, which the files in `languages/` fill
- `tokens` cuts a text
- `number_reader` (with `digits`, `words` and `fractions`) finds each `number` in it
- `kinds` and `dates` tell ages, names and dates from counts, `neighbours` those that only the number beside them tells
- `hedges` reads the words beside a number, `coordination` which numbers one hedge covers, `unknown_words` flags those
  that are in no table
- `read` puts them together, with the `shared_scale` of ranges: `read_quantities`

This package imports `schema.terms` and `schema.intervals`, and nothing else of ours.
"""

from schema.quantities.language import known_languages, language_of
from schema.quantities.number import Kind
from schema.quantities.number_reader import TextTooLong
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
