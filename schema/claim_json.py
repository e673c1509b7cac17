"""The JSON of claims. A release does not store it: it is made of the stored JSON of a claim's estimates."""

from collections.abc import Sequence
from typing import NamedTuple

import orjson

from schema.envelopes import Envelope
from schema.intervals import NUMBERS

_CLAIM_KEYS = ("group", "indicator", "region", "source", "as_of")
"""The keys on which all estimates of a claim agree, in the order of `ClaimSchema`."""
_LEFT_OUT = (*_CLAIM_KEYS, "claim")
"""The keys of an estimate that its claim does not repeat in each report."""


class RenderedReport(NamedTuple):
    """The JSON of an estimate, its drift, and the id of the report that it is compared with; both may be None."""

    json: bytes
    drift: str | None
    drift_from: str | None


def render_claim(id_: str, envelope: Envelope, articles: int, reports: Sequence[RenderedReport]) -> bytes:
    """Return the JSON of a claim; `articles` is the number of its articles, `reports` are ordered by `claim_rank`."""
    records = [orjson.loads(report.json) for report in reports]
    shared = {key: records[0][key] for key in _CLAIM_KEYS}
    for record, report in zip(records, reports, strict=True):
        for key in _LEFT_OUT:
            del record[key]
        record["drift"], record["drift_from"] = report.drift, report.drift_from
    claim = {
        "id": id_,
        "url": f"/claims/{id_}",
        **shared,
        "envelope": {
            **{name: _integer_if_whole(getattr(envelope, name)) for name in NUMBERS},
            **{name: _flag(getattr(envelope, name)) for name in ("low_inclusive", "high_inclusive")},
        },
        "estimates": {"count": len(records), "url": f"/estimates?claim={id_}"},
        "articles": articles,
        "reports": records,
    }
    return orjson.dumps(claim)


def _integer_if_whole(number: float | None) -> float | None:
    """Return a number as records show it: a whole one as an integer."""
    return int(number) if number is not None and number == int(number) else number


def _flag(stored: bool | None) -> bool | None:
    """Return a flag as records show it; SQLite stores 0 and 1."""
    return None if stored is None else bool(stored)
