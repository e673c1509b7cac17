"""The rule of times: nothing is counted or said after the article that reports it is published."""

from collections.abc import Iterator

from schema.fields import shown
from schema.intervals import read_period
from seeds.entries import Record
from seeds.rules.faults import Fault


def faults_of_times(estimate: Record, published: str) -> Iterator[Fault]:
    """Yield a fault where `as_of` or `stated` begins after the article's date of publication (EDTF) ends.

    A date that is marked as uncertain (`?`, `%`) may be wrong, so it is not compared.
    """
    last = read_period(published).end
    if last is None:
        return
    for key in ("as_of", "stated"):
        date = estimate[key] and estimate[key]["edtf"]
        if date and (read_period(date).start or "") > last and not _is_uncertain(date + published):
            what = f"{shown(date)} begins after the article is published, {published}; expected {last} at the latest"
            yield Fault(f"{key.replace('_', '-')}-after-published", f"{key}.edtf", what)


def _is_uncertain(dates: str) -> bool:
    return "?" in dates or "%" in dates
