"""One indicator over time: points that hold what was said of an interval, and never a number that nobody said.

A series is of one group in one region; a combined region's figures are its own. A figure whose as_of lies in several
intervals stands in a point that spans them, so that every estimate stands in one point and none is said of a time that
it does not describe.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import groupby, pairwise
from typing import Any

import orjson
from flask import Response
from marshmallow import Schema, fields
from sqlalchemy import Row, select

from api import live
from api.blueprint import Blueprint
from api.choices import Choice
from api.docs import documented, envelope_of
from api.filters import estimate_conditions
from api.formats import MEDIA_TYPES
from api.http import negotiate
from api.lists import answer_list
from api.paging import Worked
from api.parameters import VOCABULARY_FILTERS, filter_fields
from api.queries import QuerySchema, distinct_parameter, field_names, list_fields
from schema import tables
from schema.fields import Day, Flag, Id, ListOf, Number, Part, Term, Whole
from schema.records import GroupStub, IndicatorStub, RegionStub, SourceStub
from schema.terms import Hedge, IndicatorKind
from schema.vocabulary import about

_ESTIMATES = tables.estimates.c
NUMBERS = ("low", "best", "high")


class Interval(StrEnum):
    """How long a point's time is."""

    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"


class By(StrEnum):
    """What series are ordered by, and parted by beside group and region."""

    REGION = "region"
    GROUP = "group"
    SOURCE = "source"
    CLAIM = "claim"


class SumRule(StrEnum):
    """Whether the numbers of a point's claims add up, and if not, why."""

    NOT_A_FLOW = "not_a_flow"
    APART = "apart"
    OVERLAPPING = "overlapping"
    OTHER_SCOPES = "other_scopes"


_MONTHS = {Interval.YEAR: 12, Interval.QUARTER: 3, Interval.MONTH: 1}
_KEYS = {
    By.REGION: ("region_id", "group_id"),
    By.GROUP: ("group_id", "region_id"),
    By.SOURCE: ("source_id", "region_id", "group_id"),
    By.CLAIM: ("claim_id",),
}
_STUBS = {"indicator": IndicatorStub(), "group": GroupStub(), "region": RegionStub(), "source": SourceStub()}


class SumSchema(Schema):
    """The numbers of all claims of a point together, where they add up."""

    low = Number(allow_none=True, metadata=about("The lows together; null: a claim has none.", 30))
    best = Number(allow_none=True, metadata=about("The bests together; null: a claim has none.", 30))
    high = Number(allow_none=True, metadata=about("The highs together; null: a claim has none.", 30))
    low_inclusive = Flag(allow_none=True, metadata=about("Whether low itself is meant; null where low is.", True))
    high_inclusive = Flag(allow_none=True, metadata=about("Whether high itself is meant; null where high is.", True))
    granularity = Number(allow_none=True, metadata=about("The coarsest power of ten that a claim is rounded to.", 1))


class MemberSchema(Schema):
    """An estimate in a point, with what it says."""

    id = Id(metadata=about("The estimate.", "base"))
    claim = Id(metadata=about("The claim that it reports.", "base"))
    source = Id(metadata=about("Who said it.", "army"))
    low = Number(allow_none=True, metadata=about("The lower number; null: not said.", 400))
    best = Number(allow_none=True, metadata=about("The central number; null: not said.", 450))
    high = Number(allow_none=True, metadata=about("The upper number; null: not said.", 500))
    low_inclusive = Flag(allow_none=True, metadata=about("Whether low itself is meant.", True))
    high_inclusive = Flag(allow_none=True, metadata=about("Whether high itself is meant.", True))
    hedge = Term(Hedge, metadata=about("How firmly it was said; see /hedges.", "at_most"))
    derived = Flag(
        metadata=about("Whether its numbers were worked out and not printed; then they are no bounds.", False)
    )


class PointSchema(Schema):
    """What was said of an interval: the widest numbers, and each estimate that they come from."""

    indicator = Part(IndicatorStub, metadata=about("What is counted."))
    group = Part(GroupStub, metadata=about("Whom the figures are about."))
    region = Part(RegionStub, metadata=about("Where they hold: just there, not in regions below."))
    source = Part(SourceStub, allow_none=True, metadata=about("Who said them; null unless by source or claim."))
    claim = Id(allow_none=True, metadata=about("The claim; null unless by claim."))
    start = Day(allow_none=True, metadata=about("First day, included; null where open.", "2017-01-01"))
    end = Day(allow_none=True, metadata=about("Last day, included; null where open.", "2017-12-31"))
    low = Number(allow_none=True, metadata=about("The lowest low that was said; null: none was.", 400))
    best = Number(allow_none=True, metadata=about("The best that was said; null: none, or several were."))
    high = Number(allow_none=True, metadata=about("The highest high that was said; null: none was.", 7000))
    low_inclusive = Flag(allow_none=True, metadata=about("Whether low itself is meant; null where low is.", True))
    high_inclusive = Flag(allow_none=True, metadata=about("Whether high itself is meant; null where high is.", True))
    estimates = Whole(metadata=about("Number of estimates.", 3))
    claims = Whole(metadata=about("Number of distinct claims.", 2))
    sources = Whole(metadata=about("Number of distinct sources.", 2))
    sum = Part(SumSchema, allow_none=True, metadata=about("All claims together, where that is a number."))
    sum_rule = Term(
        SumRule,
        metadata=about(
            "Whether claims are summed. not_a_flow: stocks and shares never are. apart: a flow whose claims share no "
            "day of their as_of, so they are. overlapping: a flow whose claims may count the same. other_scopes: a "
            "flow whose claims leave out, or add, different things.",
            "not_a_flow",
        ),
    )
    members = ListOf(fields.Nested(MemberSchema), metadata=about("Every estimate, newest first."))


_point = PointSchema()
_indicator = next(filter_ for filter_ in VOCABULARY_FILTERS if filter_.name == "indicator")
_WHY_ONE = "a series is of one indicator, for what is counted otherwise cannot stand on one line"
_schema = QuerySchema.from_dict(
    {
        "indicator": Choice(_indicator.field(), _WHY_ONE, required=True),
        "interval": Term(Interval, load_default=Interval.YEAR, metadata=about("How long a point's time is.", "year")),
        "by": Term(
            By,
            load_default=By.REGION,
            metadata=about("What series come in the order of. source and claim also part them further.", "source"),
        ),
        "distinct": distinct_parameter(),
        **{name: field for name, field in filter_fields().items() if name not in ("indicator", "not_indicator")},
        **list_fields(field_names(_point)),
    },
    name="SeriesQuerySchema",
)()

blueprint = Blueprint("series", __name__, description="One indicator over time.")


@blueprint.route("/series")
@negotiate(*MEDIA_TYPES.values())
@blueprint.arguments(_schema, location="query", error_status_code=400)
@documented(
    blueprint,
    envelope_of(_point, many=True),
    operation="list_series",
    summary="List one indicator over time",
    description=(
        "Points of the estimates that match: the widest numbers said of an interval, with every estimate behind "
        "them. A series is of one group in one region, and never mixes a region with those below it or around it. A "
        "figure whose as_of lies in several intervals stands in a point that spans them. Nothing is averaged; stocks "
        "and shares are never summed."
    ),
    formats=MEDIA_TYPES.values(),
)
def list_series(query: dict[str, Any]) -> Response:
    """List one indicator over time."""
    return answer_list(
        name="series", record=_point, schema=_schema, query=query, listed=lambda: Worked(list(_points(query)))
    )


def _points(query: dict[str, Any]) -> Iterator[str]:
    """Yield the points of every series as JSON, series by series, in the order of time."""
    interval, by = Interval(query["interval"]), By(query["by"])
    conditions = estimate_conditions(query | {"indicator": [query["indicator"]]})
    found = select(*(_ESTIMATES[name] for name in _READ)).where(*conditions).order_by(_ESTIMATES.position)

    def key(row: Row[Any]) -> tuple[Any, ...]:
        start, end = _start(row.as_of_start, interval), _end(row.as_of_end, interval)
        return (*(row._mapping[name] for name in _KEYS[by]), start or "", end is None, end or "")

    for _, members in groupby(sorted(live.connection().execute(found), key=key), key):
        yield orjson.dumps(_point.dump(_point_of(list(members), interval, by))).decode()


def _start(day: str | None, interval: Interval) -> str | None:
    """Return the first day of the interval that a day (ISO 8601) lies in."""
    if day is None:
        return None
    months = _MONTHS[interval]
    return f"{day[:4]}-{(int(day[5:7]) - 1) // months * months + 1:02}-01"


def _end(day: str | None, interval: Interval) -> str | None:
    """Return the last day of the interval that a day (ISO 8601) lies in."""
    if day is None:
        return None
    months = _MONTHS[interval]
    month = ((int(day[5:7]) - 1) // months + 1) * months
    return f"{day[:4]}-{month:02}-{monthrange(int(day[:4]), month)[1]}"


def _point_of(members: list[Row[Any]], interval: Interval, by: By) -> dict[str, Any]:
    first = members[0]._mapping
    parted = {"source": by in (By.SOURCE, By.CLAIM)}
    stubs = {
        name: {key: first[f"{name}_{key}"] for key in stub.fields} if parted.get(name, True) else None
        for name, stub in _STUBS.items()
    }
    printed = [row for row in members if row.derived_from is None]
    rule, summed = _summed(members)
    return stubs | {
        "claim": first["claim_id"] if by is By.CLAIM else None,
        "start": _start(first["as_of_start"], interval),
        "end": _end(first["as_of_end"], interval),
        **_envelope(printed),
        "estimates": len(members),
        "claims": len({row.claim_id for row in members}),
        "sources": len({row.source_id for row in members}),
        "sum": summed,
        "sum_rule": rule,
        "members": [
            {
                **{"claim": row.claim_id, "source": row.source_id, "derived": row.derived_from is not None},
                **{key: row._mapping[key] for key in _MEMBER_KEYS},
            }
            for row in members
        ],
    }


_MEMBER_KEYS = ("id", *NUMBERS, "low_inclusive", "high_inclusive", "hedge")


_READ = (
    *(f"{name}_{key}" for name, stub in _STUBS.items() for key in stub.fields),
    *("claim_id", "claim_rank", "as_of_start", "as_of_end", "granularity", "scope", "derived_from", *_MEMBER_KEYS),
)


def _envelope(printed: list[Row[Any]]) -> dict[str, Any]:
    """Return the lowest low, the one best, and the highest high that were said, and whether the ends are meant."""
    said = {name: {row._mapping[name] for row in printed} - {None} for name in NUMBERS}
    low, high = min(said["low"], default=None), max(said["high"], default=None)
    meant = {
        "low_inclusive": [row.low_inclusive for row in printed if row.low == low],
        "high_inclusive": [row.high_inclusive for row in printed if row.high == high],
    }
    return {
        "low": low,
        "best": next(iter(said["best"])) if len(said["best"]) == 1 else None,
        "high": high,
        "low_inclusive": None if low is None else any(meant["low_inclusive"]),
        "high_inclusive": None if high is None else any(meant["high_inclusive"]),
    }


def _summed(members: Iterable[Row[Any]]) -> tuple[SumRule, dict[str, Any] | None]:
    """Return the numbers of a flow's claims together, each by its first report, and whether they may be summed."""
    claims: dict[str, Row[Any]] = {}
    for row in sorted(members, key=lambda row: row.claim_rank):
        claims.setdefault(row.claim_id, row)
    said = list(claims.values())
    if said[0].indicator_kind != IndicatorKind.FLOW:
        return SumRule.NOT_A_FLOW, None
    if _overlap(said):
        return SumRule.OVERLAPPING, None
    if len({row.scope for row in said}) > 1:
        return SumRule.OTHER_SCOPES, None
    # What was worked out was not said, and no number stands for what was not said.
    given: dict[str, list[Any]] = {
        name: [None if row.derived_from else row._mapping[name] for row in said] for name in NUMBERS
    }
    summed = {name: None if None in numbers else round(sum(numbers), 6) for name, numbers in given.items()}
    meant = {
        f"{name}_inclusive": None if summed[name] is None else all(row._mapping[f"{name}_inclusive"] for row in said)
        for name in ("low", "high")
    }
    rounded = [row.granularity for row in said if row.granularity is not None]
    return SumRule.APART, summed | meant | {"granularity": max(rounded, default=None)}


def _overlap(rows: list[Row[Any]]) -> bool:
    """Say whether two of some figures describe a day in common."""
    if len(rows) == 1:
        return False
    if any(row.as_of_start is None or row.as_of_end is None for row in rows):
        return True
    times = sorted((row.as_of_start, row.as_of_end) for row in rows)
    return any(later[0] <= earlier[1] for earlier, later in pairwise(times))
