"""Arranged estimates → their rows and their JSON, newest first."""

import sqlite3
from collections.abc import Iterator, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

import orjson
from marshmallow import Schema

from schema import tables
from schema.intervals import day_number
from schema.records import AsOfSchema, EstimateSchema, GroupStub, IndicatorStub, PeriodSchema, RegionStub, SourceStub
from seeds.entries import Record
from seeds.release.closures import Positions
from seeds.release.figures import figure_of
from seeds.release.order import finder, with_days
from seeds.release.render import renderer_of

_ARRANGED = """
SELECT positions.position, estimates.record, claims.position, claims.reports, claims.articles,
       printed.position, printed.stub, printed.first, printed.document, printed.sha256,
       rank, compared, disputed, drift, drift_from
FROM positions CROSS JOIN estimates USING (number)
JOIN claims ON claims.id = estimates.claim JOIN printed ON printed.id = estimates.article
LEFT JOIN standings USING (number) ORDER BY positions.position
"""
_STUBS: dict[str, type[Schema]] = {
    "groups": GroupStub,
    "indicators": IndicatorStub,
    "regions": RegionStub,
    "sources": SourceStub,
}
_RENDER_AS_OF, _RENDER_STATED = renderer_of(AsOfSchema()), renderer_of(PeriodSchema())
_COLUMNS = itemgetter(*(column.name for column in tables.estimates.columns))


class _Admitted(NamedTuple):
    """The numbers that a figure admits."""

    low: float | None = None
    high: float | None = None
    low_inclusive: bool | None = None
    high_inclusive: bool | None = None


_VAGUE = _Admitted()


class _Arranged(NamedTuple):
    """A staged estimate with what lies ready for it."""

    position: int
    record: bytes
    claim: int
    reports: int
    articles: int
    article: int
    printed: bytes
    published_start: str | None
    document: str
    sha256: str
    rank: int | None
    compared: int | None
    disputed: int | None
    drift: str | None
    drift_from: str | None


class Estimate(NamedTuple):
    """An estimate as it is written: its row, in the order of the columns, and its JSON."""

    row: tuple[Any, ...]
    json: bytes


def estimates(
    staged: sqlite3.Connection, vocabularies: Mapping[str, Mapping[str, Record]], positions: Positions
) -> Iterator[Estimate]:
    """Yield all estimates that a staging file holds arranged, in the order of their positions."""
    render, find = renderer_of(EstimateSchema()), finder(staged)
    group_of, indicator_of, region_of, source_of = (
        _rendered(stub(), vocabularies[kind], positions[kind]) for kind, stub in _STUBS.items()
    )
    for one in map(_Arranged._make, staged.execute(_ARRANGED)):
        record = orjson.loads(one.record)
        figure, url = figure_of(record, find), f"/estimates/{record['id']}"
        group, indicator = group_of[record["group"]], indicator_of[record["indicator"]]
        region, source = region_of[record["region"]], source_of[record["source"]]
        as_of, stated = _as_of(record["as_of"]["edtf"], record["as_of"]["basis"]), _stated(record["stated"])
        interval = figure.interval or _VAGUE
        said, disputed = figure.said(), bool(one.disputed)
        row = {
            "position": one.position,
            "id": record["id"],
            "group_position": group.position,
            "indicator_position": indicator.position,
            "region_position": region.position,
            "source_position": source.position,
            "as_of_start": as_of.start,
            "as_of_end": as_of.end,
            "article_position": one.article,
            "claim_position": one.claim,
            "hedge": record["hedge"],
            "locus": record["locus"],
            **said,
            "scope": record["scope"],
            "derived": record["derived"] is not None,
            "disputed": disputed,
            "stated_start": stated.start,
            "stated_end": stated.end,
            "published_start": one.published_start,
            "drift": one.drift,
            "drift_from": one.drift_from,
            "value_low": interval.low,
            "value_high": interval.high,
            "value_low_inclusive": interval.low_inclusive,
            "value_high_inclusive": interval.high_inclusive,
            "claim_rank": one.rank or 0,
            # The only report of its claim stands for it where it admits numbers.
            "compared": figure.interval is not None if one.compared is None else bool(one.compared),
            "as_of_first_day": as_of.first_day,
            "as_of_last_day": as_of.last_day,
        }
        answered = record | {
            "url": url,
            "group": group.stub,
            "indicator": indicator.stub,
            "region": region.stub,
            "source": source.stub,
            **said,
            "disputed": disputed,
            "as_of": as_of.json,
            "stated": stated.json,
            "claim": {"id": record["claim"], "reports": one.reports, "articles": one.articles},
            "article": orjson.Fragment(one.printed),
            "evidence": {"document": one.document, "sha256": one.sha256, **record["evidence"]},
        }
        yield Estimate(_COLUMNS(row), orjson.dumps(render(answered)))


class _Stub(NamedTuple):
    """A record of a code list: its position, and what estimates show of it."""

    position: int
    stub: orjson.Fragment


def _rendered(stub: Schema, records: Mapping[str, Record], positions: Mapping[str, int]) -> dict[str, _Stub]:
    """Return the stubs of a code list by id."""
    render = renderer_of(stub)
    return {id_: _Stub(positions[id_], orjson.Fragment(orjson.dumps(render(one)))) for id_, one in records.items()}


class _Date(NamedTuple):
    """A date as it is answered, with what is compared of it."""

    json: orjson.Fragment | None = None
    start: str | None = None
    end: str | None = None
    first_day: int | None = None
    last_day: int | None = None


@lru_cache(maxsize=8_192)
def _as_of(edtf: str, basis: str) -> _Date:
    dated = with_days({"edtf": edtf, "basis": basis})
    rendered = orjson.Fragment(orjson.dumps(_RENDER_AS_OF(dated)))
    return _Date(rendered, dated["start"], dated["end"], day_number(dated["start"]), day_number(dated["end"]))


def _stated(written: Record | None) -> _Date:
    return _day(written["edtf"]) if written else _Date()


@lru_cache(maxsize=8_192)
def _day(edtf: str) -> _Date:
    dated = with_days({"edtf": edtf})
    return _Date(orjson.Fragment(orjson.dumps(_RENDER_STATED(dated))), dated["start"], dated["end"])
