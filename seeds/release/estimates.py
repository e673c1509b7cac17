"""The rows and the JSON of estimates, newest first; the only place where their staged records are decoded."""

import sqlite3
from collections.abc import Iterator, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

import orjson
from marshmallow import Schema

from schema import tables
from schema.intervals import day_number
from schema.records import STUBS, AsOfSchema, EstimateSchema, StatedSchema
from seeds.entries import Record
from seeds.release.closures import Positions
from seeds.release.figures import CODED, CodedFigure, figure_of
from seeds.release.render import renderer_of, with_days
from seeds.release.reports import Comparison

_ORDERED = f"""
SELECT positions.position, estimates.record, claims.position, claims.reports, claims.articles,
       article_stubs.position, stub, first_day, document, sha256, {CODED}, {", ".join(Comparison._fields)}
FROM positions CROSS JOIN estimates USING (number)
JOIN claims ON claims.id = estimates.claim JOIN article_stubs ON article_stubs.id = estimates.article
LEFT JOIN comparisons USING (number) ORDER BY positions.position
"""  # noqa: S608 (names of columns)
_RENDER_AS_OF, _RENDER_STATED = renderer_of(AsOfSchema()), renderer_of(StatedSchema())
_COLUMNS = itemgetter(*(column.name for column in tables.estimates.columns))


class _Admitted(NamedTuple):
    """The numbers that a figure admits."""

    low: float | None = None
    high: float | None = None
    low_inclusive: bool | None = None
    high_inclusive: bool | None = None


_VAGUE = _Admitted()


class _Ordered(NamedTuple):
    """A staged estimate with its claim and its article."""

    position: int
    record: bytes
    claim: int
    reports: int
    articles: int
    article: int
    article_stub: bytes
    published_start: str | None
    document: str
    sha256: str


_CODED_FROM = len(_Ordered._fields)
_COMPARED_FROM = _CODED_FROM + len(CodedFigure._fields)


class Estimate(NamedTuple):
    """The row of an estimate, in the order of the columns, and its JSON."""

    row: tuple[Any, ...]
    json: bytes


def estimates(
    staged: sqlite3.Connection, vocabularies: Mapping[str, Mapping[str, Record]], positions: Positions
) -> Iterator[Estimate]:
    """Yield all estimates of an ordered staging file, by position."""
    render = renderer_of(EstimateSchema())
    group_of, indicator_of, region_of, source_of = (
        _stubs_by_id(stub(), vocabularies[f"{key}s"], positions[f"{key}s"]) for key, stub in STUBS.items()
    )
    for columns in staged.execute(_ORDERED):
        ordered = _Ordered(*columns[:_CODED_FROM])
        record, coded = orjson.loads(ordered.record), CodedFigure(*columns[_CODED_FROM:_COMPARED_FROM])
        figure, comparison = figure_of(coded, staged), Comparison(*columns[_COMPARED_FROM:])
        if ordered.reports == 1:  # it has no row in `comparisons`, and stands for its claim where it admits numbers
            comparison = Comparison(compared=figure.interval is not None)
        group, indicator = group_of[record["group"]], indicator_of[record["indicator"]]
        region, source = region_of[record["region"]], source_of[record["source"]]
        attributed_to, speaker = _as_printed(record["attributed_to"], "source", source_of, source)
        place, place_region = _as_printed(record["place"], "region", region_of, region)
        as_of, stated = _as_of(record["as_of"]["edtf"], record["as_of"]["basis"]), _stated(record["stated"])
        interval = figure.interval or _VAGUE
        answered = figure.answered()
        row = {
            "position": ordered.position,
            "id": record["id"],
            "group_position": group.position,
            "indicator_position": indicator.position,
            "region_position": region.position,
            "source_position": source.position,
            "as_of_start": as_of.start,
            "as_of_end": as_of.end,
            "article_position": ordered.article,
            "claim_position": ordered.claim,
            "attributed_to_position": speaker.position,
            "place_position": place_region.position,
            "hedge": record["hedge"],
            "locus": record["locus"],
            "quoted": record["quoted"],
            **answered,
            "scope": record["scope"],
            "derived": record["derived"] is not None,
            **comparison._asdict(),
            "stated_start": stated.start,
            "stated_end": stated.end,
            "published_start": ordered.published_start,
            "value_low": interval.low,
            "value_high": interval.high,
            "value_low_inclusive": interval.low_inclusive,
            "value_high_inclusive": interval.high_inclusive,
            "as_of_first_day": as_of.first_day,
            "as_of_last_day": as_of.last_day,
        }
        answer = record | {
            "url": f"/estimates/{record['id']}",
            "group": group.stub,
            "indicator": indicator.stub,
            "region": region.stub,
            "source": source.stub,
            "attributed_to": attributed_to,
            "place": place,
            **answered,
            "disputed": bool(comparison.disputed),
            "as_of": as_of.json,
            "stated": stated.json,
            "claim": {"id": record["claim"], "reports": ordered.reports, "articles": ordered.articles},
            "article": orjson.Fragment(ordered.article_stub),
            "evidence": {"document": ordered.document, "sha256": ordered.sha256, **record["evidence"]},
        }
        yield Estimate(_COLUMNS(row), orjson.dumps(render(answer)))


class _Stub(NamedTuple):
    """The position of a term, and the JSON that estimates show of it."""

    position: int
    stub: orjson.Fragment


def _stubs_by_id(stub: Schema, records: Mapping[str, Record], positions: Mapping[str, int]) -> dict[str, _Stub]:
    """Return the stubs of a code list by id."""
    render = renderer_of(stub)
    return {
        id_: _Stub(positions[id_], orjson.Fragment(orjson.dumps(render(record)))) for id_, record in records.items()
    }


def _as_printed(
    printed: Record | None, key: str, stubs: Mapping[str, _Stub], resolved: _Stub
) -> tuple[Record | None, _Stub]:
    """Return printed words with the term that they stand for at `key`, and that term; without words, `resolved`."""
    if printed is None:
        return None, resolved
    term = stubs[printed[key]]
    return {**printed, key: term.stub}, term


class _Date(NamedTuple):
    """The JSON of a date, its first and last day, and their numbers (0001-01-01 is day 1)."""

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


def _stated(coded: Record | None) -> _Date:
    return _day(coded["edtf"], coded["note"]) if coded else _Date()


@lru_cache(maxsize=8_192)
def _day(edtf: str, note: str | None) -> _Date:
    dated = with_days({"edtf": edtf, "note": note})
    return _Date(orjson.Fragment(orjson.dumps(_RENDER_STATED(dated))), dated["start"], dated["end"])
