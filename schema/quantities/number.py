"""The number: some tokens that say one, with its value and its kind."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a number is: the first four count something, the others do not; an article may mean one, as "un" does."""

    COUNT = "count"
    PERCENT = "percent"
    MONEY = "money"
    FRACTION = "fraction"
    QUANTIFIER = "quantifier"
    ARTICLE = "article"
    ORDINAL = "ordinal"
    DATE = "date"
    TIME = "time"
    AGE = "age"
    DURATION = "duration"
    DISTANCE = "distance"
    WEIGHT = "weight"
    TIMES = "times"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Number:
    """A number among tokens, from the token `first` to the one before `last`.

    `value` is None where it is vague or cannot be read. A fraction is in percent. `scale` is what its words or suffix
    multiply it by, `mantissa` the value without it. `digits` is the text of a number that is digits alone. `magnitude`
    is the power of ten of a vague word. `share`: a fraction in words, which is never exact. `doubt` says why the value
    is not sure.
    """

    first: int
    last: int
    value: float | None
    kind: Kind = Kind.COUNT
    scale: float = 1
    mantissa: float = 0
    digits: str = ""
    unit: str | None = None
    vague: bool = False
    magnitude: float | None = None
    share: bool = False
    approximate: bool = False
    doubt: str | None = None
