"""Years, quarters and months: their numbers, and their first and last days."""

from calendar import monthrange
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Integer, cast, func, literal_column

from schema.tables import AFTER_ALL, BEFORE_ALL


class Interval(StrEnum):
    """The length of a point's interval of time."""

    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"


_MONTHS = {Interval.YEAR: 12, Interval.QUARTER: 3, Interval.MONTH: 1}


def number_of(day: ColumnElement[Any], interval: Interval, where_open: int) -> ColumnElement[int]:
    """Return the number of the interval that a day (ISO 8601) lies in."""
    year, month = (cast(func.substr(day, *part), Integer) for part in ((1, 4), (6, 2)))
    number = (year * 12 + month - 1) // literal_column(str(_MONTHS[interval]), Integer)
    return func.coalesce(number, literal_column(str(where_open)), type_=Integer)


def first_day(number: int, interval: Interval) -> str | None:
    """Return the first day (ISO 8601) of the interval of that number; None where the side is open."""
    if number == BEFORE_ALL:
        return None
    year, month = divmod(number * _MONTHS[interval], 12)
    return f"{year:04}-{month + 1:02}-01"


def last_day(number: int, interval: Interval) -> str | None:
    """Return the last day (ISO 8601) of the interval of that number; None where the side is open."""
    if number == AFTER_ALL:
        return None
    year, month = divmod((number + 1) * _MONTHS[interval] - 1, 12)
    return f"{year:04}-{month + 1:02}-{monthrange(year, month + 1)[1]}"
