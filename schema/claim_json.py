"""The JSON of claims. A release does not store it: it is made of the stored JSON of a claim's estimates."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import orjson

from schema.envelopes import Envelope
from schema.intervals import NUMBERS
from schema.names import fold

CLAIM_KEYS = ("group", "indicator", "region", "source", "as_of")
"""The keys on which all estimates of a claim agree, in the order of `ClaimSchema`."""
_LEFT_OUT = (*CLAIM_KEYS, "claim")
"""The keys of an estimate that its claim does not repeat in each report."""


class Carriers(NamedTuple):
    """How many articles, outlets and agencies carry a claim; the fields are columns of `claims`."""

    articles: int
    outlets: int
    agencies: int


class RenderedReport(NamedTuple):
    """The JSON of an estimate, its drift, and the id of the report that it is compared with; both may be None."""

    json: bytes
    drift: str | None
    drift_from: str | None


def render_claim(id_: str, envelope: Envelope, carriers: Carriers, reports: Sequence[RenderedReport]) -> bytes:
    """Return the JSON of a claim; `reports` are ordered by `claim_rank`."""
    records = [orjson.loads(report.json) for report in reports]
    shared = {key: records[0][key] for key in CLAIM_KEYS}
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
        **carriers._asdict(),
        "wires": _wires(record["article"] for record in records),
        "reports": records,
    }
    return orjson.dumps(claim)


def _wires(articles: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each agency that articles credit, however they spell it, with the ids of these articles."""
    wires: dict[str, dict[str, Any]] = {}
    for article in articles:
        if article["agency"]:
            wire = wires.setdefault(fold(article["agency"]), {"agency": article["agency"], "articles": []})
            if article["id"] not in wire["articles"]:
                wire["articles"].append(article["id"])
    return list(wires.values())


def _integer_if_whole(number: float | None) -> float | None:
    """Return a number as records show it: a whole one as an integer."""
    return int(number) if number is not None and number == int(number) else number


def _flag(stored: bool | None) -> bool | None:
    """Return a flag as records show it; SQLite stores 0 and 1."""
    return None if stored is None else bool(stored)
