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
    faults = []
    for key in ("as_of", "stated"):
        # Most dates are as text not above the last day; only the others, such as seasons, are read.
        if (time := estimate[key]) and (date := time["edtf"])[:10] > last and (read_period(date).start or "") > last:
            if not _is_uncertain(date) and not _is_uncertain(published):
                what = (
                    f"{shown(date)} begins after the article is published, {published}; expected {last} at the latest"
                )
                faults.append(Fault(f"{key.replace('_', '-')}-after-published", f"{key}.edtf", what))
    return faults


def _is_day(date: str) -> bool:
    return len(date) == 10 and date[7] == "-"  # noqa: PLR2004 (2017-07-10)


def _is_uncertain(date: str) -> bool:
    return "?" in date or "%" in date
