"""A claim's JSON, put together from that of the estimates that report it.

A release holds each report once, as an estimate; what a claim says beside them is in its row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from schema.intervals import NUMBERS

_CUTS = (b',"group":', b',"low":', b',"as_of":', b',"stated":', b',"claim":', b',"source":', b',"article":')
"""Where the JSON of an estimate is cut: its keys stand in the order of the schema, and a quotation mark in a text has a
backslash before it, so each of these is found where its key is, and nowhere before."""


@dataclass(frozen=True)
class Report:
    """An estimate as its claim shows it: its JSON, and what became of the claim in it."""

    json: bytes
    drift: str | None
    drift_from: str | None


def render_claim(id_: str, envelope: Mapping[str, float | None], articles: int, reports: Sequence[Report]) -> bytes:
    """Return a claim as JSON; `reports` stand in the order of their `claim_rank`, and agree on what the claim is of."""
    said = [_cut(report.json) for report in reports]
    shown = [
        b'%b%b%b%b,"drift":%b,"drift_from":%b}'
        % (one.own, one.figure, one.stated, one.printed, _text(report.drift), _text(report.drift_from))
        for one, report in zip(said, reports, strict=True)
    ]
    widest = orjson.dumps({name: _plain(envelope[name]) for name in NUMBERS})
    usage = orjson.dumps({"count": len(reports), "url": f"/estimates?claim={id_}"})
    return b'{"id":"%b","url":"/claims/%b"%b%b%b,"envelope":%b,"estimates":%b,"articles":%d,"reports":[%b]}' % (
        *(id_.encode(), id_.encode(), said[0].of_whom, said[0].source, said[0].as_of),
        *(widest, usage, articles, b",".join(shown)),
    )


class _Cut(NamedTuple):
    """The JSON of an estimate, cut into what a claim shows in one place."""

    own: bytes
    of_whom: bytes
    figure: bytes
    as_of: bytes
    stated: bytes
    claim: bytes
    source: bytes
    printed: bytes


def _cut(rendered: bytes) -> _Cut:
    pieces, start = [], 0
    for mark in _CUTS:
        end = rendered.index(mark, start)
        pieces.append(rendered[start:end])
        start = end
    return _Cut._make((*pieces, rendered[start:-1]))


def _text(word: str | None) -> bytes:
    return b"null" if word is None else b'"%b"' % word.encode()


def _plain(number: float | None) -> float | None:
    """Return a number as records show it: whole ones stay whole."""
    return int(number) if number is not None and number == int(number) else number
