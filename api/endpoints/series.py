"""/series: one indicator over time, as points; a point combines the estimates of one interval of time.

A series has one group and one region; a combined region has its own figures, not those of its members. A figure whose
as_of lies in several intervals belongs to a point that spans them. So each estimate is in exactly one point, and no
point covers a time that its estimates do not describe.
"""

from typing import Any

import orjson
from marshmallow import Schema, fields

from api import context
from api.endpoints.endpoint import Blueprint
from api.endpoints.envelope import answer_list, envelope_of
from api.formats.media_types import MEDIA_TYPES
from api.http.answers import Answer
from api.query.choices import Choice
from api.query.filters import VOCABULARY_FILTERS
from api.query.parameters import distinct_parameter, field_names, filter_fields, list_fields, vocabulary_field
from api.query.question import QuerySchema, Question
from api.read.points import By, Points, SumRule
from api.read.time_intervals import Interval
from schema.fields import Day, Flag, Id, ListOf, Number, Part, Term, Whole
from schema.records import GroupStub, IndicatorStub, RegionStub, SourceStub
from schema.terms import Hedge
from schema.vocabulary import about


class SumSchema(Schema):
    """The sums over the claims of a point."""

    low = Number(allow_none=True, metadata=about("The lows together; null: a claim has none.", 30))
    best = Number(allow_none=True, metadata=about("The bests together; null: a claim has none.", 30))
    high = Number(allow_none=True, metadata=about("The highs together; null: a claim has none.", 30))
    low_inclusive = Flag(allow_none=True, metadata=about("Whether low itself is meant; null where low is.", True))
    high_inclusive = Flag(allow_none=True, metadata=about("Whether high itself is meant; null where high is.", True))
    granularity = Number(allow_none=True, metadata=about("The coarsest power of ten that a claim is rounded to.", 1))


class MemberSchema(Schema):
    """An estimate of a point, with its numbers."""

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
    """The estimates of an interval of time, and the union of the numbers that they admit, derived ones left out."""

    indicator = Part(IndicatorStub, metadata=about("What is counted."))
    group = Part(GroupStub, metadata=about("Whom the figures are about."))
    region = Part(RegionStub, metadata=about("Where they hold: just there, not in regions below."))
    source = Part(SourceStub, allow_none=True, metadata=about("Who said them; null unless by source or claim."))
    claim = Id(allow_none=True, metadata=about("The claim; null unless by claim."))
    start = Day(allow_none=True, metadata=about("First day, included; null where open.", "2017-01-01"))
    end = Day(allow_none=True, metadata=about("Last day, included; null where open.", "2017-12-31"))
    low = Number(
        allow_none=True, metadata=about("The lowest number that its estimates admit; null: open, or unstated.", 400)
    )
    best = Number(allow_none=True, metadata=about("The best, where all estimates that give one give the same."))
    high = Number(allow_none=True, metadata=about("The highest number admitted; null: open, or unstated.", 7000))
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
_WHY_ONE_INDICATOR = "a series is of one indicator, for what is counted otherwise cannot stand on one line"
_schema = QuerySchema.from_dict(
    {
        "indicator": Choice(vocabulary_field(_indicator), _WHY_ONE_INDICATOR, required=True),
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


@blueprint.endpoint("/series", schema=_schema, body=envelope_of(_point, many=True), media_types=MEDIA_TYPES.values())
def list_series(question: Question) -> Answer:
    """List one indicator over time.

    Points of the estimates that match: the union of the numbers that they admit, with every estimate behind it. A side
    that one of them leaves open ("up to 7,000" has no low) is null. A series is of one group in one region, and never
    mixes a region with those below it or around it. A figure whose as_of lies in several intervals stands in a point
    that spans them. Nothing is averaged; stocks and shares are never summed.
    """
    points = Points(context.release(), question.parameters, render=_render)
    return answer_list("series", _point, question, points)


def _render(point: dict[str, Any]) -> bytes:
    return orjson.dumps(_point.dump(point))
