"""The rule of times: nothing is counted or said after the article that reports it is published."""

from schema.fields import shown
from schema.intervals import read_period
from seeds.entries import Record
from seeds.rules.faults import Fault


def faults_of_times(estimate: Record, published: str) -> list[Fault]:
    """Return a fault where `as_of` or `stated` begins after the article's date of publication (EDTF) ends.

    A date that is marked as uncertain (`?`, `%`) may be wrong, so it is not compared.
    """
    last = published if _is_day(published) else read_period(published).end
    if last is None:
        return []
    late = [key for key in ("as_of", "stated") if estimate[key] and _begins_after(estimate[key]["edtf"], last)]
    if not late or _is_uncertain(published):
        return []
    return [
        Fault(
            f"{key.replace('_', '-')}-after-published",
            f"{key}.edtf",
            f"{shown(estimate[key]['edtf'])} begins after the article is published, {published}; "
            f"expected {last} at the latest",
        )
        for key in late
    ]


def _begins_after(date: str, day: str) -> bool:
    """Return whether a certain date begins after a day; only one that is above the day as a text has to be read."""
    return date[:10] > day and (read_period(date).start or "") > day and not _is_uncertain(date)


def _is_day(date: str) -> bool:
    return len(date) == 10 and date[7] == "-"  # noqa: PLR2004 (2017-07-10)


def _is_uncertain(date: str) -> bool:
    return "?" in date or "%" in date
