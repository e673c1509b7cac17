"""The dates that a text names, as periods."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from schema.intervals import Period, read_period
from schema.quantities import Kind, Quantity
from schema.terms import Hedge

_MONTHS = (
    "january januar jänner janvier enero jan يناير",
    "february februar février febrero feb فبراير",
    "march märz mars marzo mar مارس",
    "april avril abril apr أبريل",
    "may mai mayo مايو",
    "june juni juin junio jun يونيو",
    "july juli juillet julio jul يوليو",
    "august août agosto aug أغسطس",
    "september septembre septiembre sept sep سبتمبر",
    "october oktober octobre octubre oct أكتوبر",
    "november novembre noviembre nov نوفمبر",
    "december dezember décembre diciembre dec ديسمبر",
)
_NUMBER_OF = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_DAY = r"(?:(?P<{}>[0-9]{{1,2}})(?:st|nd|rd|th|er|\.)?"
_BEFORE_YEAR = re.compile(
    rf"{_DAY.format('before')}\s+(?:of\s+|de\s+)?)?\b(?P<month>{'|'.join(_NUMBER_OF)})\.?"
    rf"(?:\s+{_DAY.format('behind')}))?,?\s+(?:of\s+|de\s+|del\s+)?$",
    re.IGNORECASE,
)
_YEAR = re.compile("(?:19|20)[0-9]{2}")
_ISO = re.compile("[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?")
_LONGEST_BEFORE_YEAR = 40


class Dated(NamedTuple):
    """A date in a text, and its place in code points."""

    period: Period
    start: int
    end: int


def dates_in(text: str, quantities: Iterable[Quantity]) -> Iterator[Dated]:
    """Yield the dates among the quantities of a text, and the numbers that may be years; without a year it is none."""
    for quantity in quantities:
        written = text[quantity.start : quantity.end]
        may_be_year = quantity.kind is Kind.COUNT and _YEAR.fullmatch(written) and not quantity.noun
        if quantity.kind is not Kind.DATE and not (may_be_year and quantity.hedge is Hedge.NONE):
            continue
        if _ISO.fullmatch(written):
            edtf = written
        elif all(len(str(int(year))) == len("2017") for year in quantity.numbers) and quantity.numbers:
            edtf = "/".join(str(int(year)) for year in quantity.numbers)
            if len(quantity.numbers) == 1:
                edtf += _month_and_day(text[max(0, quantity.start - _LONGEST_BEFORE_YEAR) : quantity.start])
        else:
            continue
        try:
            yield Dated(read_period(edtf), quantity.start, quantity.end)
        except ValueError:  # there is no such day
            continue


def _month_and_day(before: str) -> str:
    """Return the month and the day in the words before a year, as EDTF goes on with them."""
    match = _BEFORE_YEAR.search(before)
    if not match:
        return ""
    day = match["before"] or match["behind"]
    return f"-{_NUMBER_OF[match['month'].lower()]:02}" + (f"-{int(day):02}" if day else "")
