"""A claim as JSON, put together from the JSON of the estimates that report it, which a release holds once."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import orjson

from schema.intervals import NUMBERS

_CLAIM_KEYS = ("group", "indicator", "region", "source", "as_of")
"""The keys on which all estimates of a claim agree, in the order of `ClaimSchema`; its reports do not repeat them."""


class RenderedReport(NamedTuple):
    """An estimate's JSON, with what became of its claim in it: the drift, and from which report."""

    json: bytes
    drift: str | None
    drift_from: str | None


def render_claim(
    id_: str, envelope: Mapping[str, float | None], articles: int, reports: Sequence[RenderedReport]
) -> bytes:
    """Return a claim as JSON; `reports` stand in the order of their `claim_rank`."""
    shown = []
    for json, drift, drift_from in reports:
        report = orjson.loads(json)
        shared = {key: report.pop(key) for key in _CLAIM_KEYS}
        del report["claim"]
        report["drift"], report["drift_from"] = drift, drift_from
        shown.append(report)
    claim = {
        "id": id_,
        "url": f"/claims/{id_}",
        **shared,
        "envelope": {name: _shown(envelope[name]) for name in NUMBERS},
        "estimates": {"count": len(shown), "url": f"/estimates?claim={id_}"},
        "articles": articles,
        "reports": shown,
    }
    return orjson.dumps(claim)


def _shown(number: float | None) -> float | None:
    """Return a number as records show it: whole ones as integers."""
    return int(number) if number is not None and number == int(number) else number
