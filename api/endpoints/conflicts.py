"""/conflicts: claims that exclude each other, parts above their whole, reports that contradict their own claim.

With `compatible=true` it is the claims that were compared and agree, since "no conflict" is also said of claims that
nothing was compared with.

The intervals of possible numbers are compared (`schema.intervals.Interval`). A vague figure has none, so it contradicts
nothing. A claim without a known region is not compared with other claims.
"""

from enum import StrEnum
from functools import partial
from typing import Any

import orjson
from marshmallow import Schema
from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    and_,
    case,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    union,
    union_all,
)

from api import context
from api.endpoints.endpoint import Blueprint
from api.endpoints.envelope import answer_list, envelope_of
from api.formats.media_types import MEDIA_TYPES
from api.http.answers import Answer
from api.query.choices import choose_terms
from api.query.conditions import estimate_conditions
from api.query.filters import Parameters
from api.query.parameters import field_names, filter_fields, list_fields
from api.query.question import QuerySchema, Question
from api.read.pages import SelectedList, Start
from api.read.records import reader_of
from schema import tables
from schema.fields import Flag, Number, Part, Term, Whole
from schema.records import EstimateSchema
from schema.terms import Bound, IndicatorKind
from schema.vocabulary import about

_TIES = ("kind", "lower_position", "higher_position")
"""The columns that order pairs with the same gap, or as many days apart."""
_LOWER, _HIGHER = tables.estimates.alias("lower"), tables.estimates.alias("higher")
QUARTER, LONGEST_WITHIN = 92, 36_525
"""The default and the largest value of `within`, in days."""


class ConflictKind(StrEnum):
    """The kinds of pairs of figures that are compared."""

    CLAIMS = "claims"
    PARTS = "parts"
    REPORTS = "reports"


class ConflictSchema(Schema):
    """Two figures that contradict each other; with compatible=true, two that agree."""

    kind = Term(
        ConflictKind,
        metadata=about(
            "claims: two claims on the same group, indicator and region. parts: a part and its whole, such as a "
            "region and a combined region, or fighters and members. reports: a report against its own claim.",
            "claims",
        ),
    )
    gap = Number(
        allow_none=True,
        metadata=about(
            "How many times the end of the lower the start of the higher is; null: the lower is 0, or they agree.", 1.5
        ),
    )
    days = Whole(metadata=about("Days from the end of one's as_of to the start of the other's; 0: they overlap.", 0))
    same_scope = Flag(metadata=about("Whether both leave out, or add, the same.", True))
    lower = Part(
        EstimateSchema,
        metadata=about(
            "The lower one; of a claim, its first report. Of parts, the whole; of flows in different times that agree, "
            "that of the longer."
        ),
    )
    higher = Part(EstimateSchema, metadata=about("The higher one, or the other; of a claim, its first report."))


_conflict = ConflictSchema()
_schema = QuerySchema.from_dict(
    {
        "kind": choose_terms("kind", ConflictKind, metadata=about("Which kinds; by default all.", ["reports"])),
        "within": Whole(
            0,
            LONGEST_WITHIN,
            load_default=QUARTER,
            metadata=about("The most days that may lie between the as_of of stocks and shares.", QUARTER),
        ),
        "compatible": Flag(
            load_default=False,
            metadata=about(
                "true: the pairs of claims that were compared and agree, those nearest in time first, in place of the "
                "conflicts.",
                True,
            ),
        ),
        **filter_fields(),
        **list_fields(field_names(_conflict)),
    },
    name="ConflictsQuerySchema",
)()

blueprint = Blueprint("conflicts", __name__, description="What contradicts what.")


@blueprint.endpoint(
    "/conflicts", schema=_schema, body=envelope_of(_conflict, many=True), media_types=MEDIA_TYPES.values()
)
def list_conflicts(question: Question) -> Answer:
    """List what contradicts what.

    Pairs of figures whose admitted numbers exclude each other, the widest gap first. A claim is taken as its first
    report with a number has it (body before headline, the earliest published, then quoted ones). Stocks and shares are
    compared where their as_of lie close together, an open as_of at the end that is known; flows where that of the
    higher lies in that of the lower, and both are open on the same sides or on none. Shares of a part are not compared
    with the whole. A report is shown against the first report of its claim that it contradicts, in its own article if
    there is one. Filters leave the pairs of which at least one claim (of reports: one of the two) has an estimate that
    matches.

    With compatible=true the list holds the other pairs of claims that the same rules compare: those that admit a number
    in common, and of a part and its whole (of flows also a time within another), those of which the part is not above
    the whole. Two claims that are in neither list were not compared.
    """
    conflicts = SelectedList(context.release(), partial(select_conflicts, question.parameters), render_conflict)
    return answer_list("conflicts", _conflict, question, conflicts)


def conflicts_of(claim: str, most: int, *, compatible: bool = False) -> tuple[list[dict[str, Any]], int]:
    """Return the first conflicts of a claim, the widest gap first, and the number of all.

    With `compatible` it is its pairs with claims that agree, those nearest in time first.
    """
    parameters = {"claim": [claim], "within": QUARTER, "compatible": compatible}
    page = SelectedList(context.release(), partial(select_conflicts, parameters), render_conflict).page(Start(), most)
    return [orjson.loads(conflict) for conflict in page.rendered], page.total


def render_conflict(connection: Connection, row: Row[Any]) -> bytes:
    """Return a conflict as JSON, both sides inline."""
    sides = reader_of(tables.estimates)(connection, [row.lower_position, row.higher_position])
    gap = row.gap and round(row.gap, 6)
    conflict = {"kind": row.kind, "gap": gap, "days": row.days, "same_scope": bool(row.same_scope)}
    return b'%b,"lower":%b,"higher":%b}' % (orjson.dumps(conflict)[:-1], *sides)


def select_conflicts(parameters: Parameters) -> Select[Any]:
    """Return the SELECT of the conflicts that match, the widest gap first, with the positions of both sides.

    With `compatible` it is the claims that agree, those nearest in time first.
    """
    conditions, kinds = estimate_conditions(parameters), parameters.get("kind", list(ConflictKind))
    if parameters.get("compatible"):
        pairs = _between_claims(parameters["within"], conditions, compatible=True).subquery()
        return select(pairs).where(pairs.c.kind.in_(kinds)).order_by(*(pairs.c[key] for key in ("days", *_TIES)))
    selects = []
    if {ConflictKind.CLAIMS, ConflictKind.PARTS} & set(kinds):
        selects.append(_between_claims(parameters["within"], conditions))
    if ConflictKind.REPORTS in kinds:
        selects.append(_between_reports(conditions))
    pairs = union_all(*selects).subquery()
    return (
        select(pairs)
        .where(pairs.c.kind.in_(kinds))
        .order_by(pairs.c.gap.desc().nulls_first(), *(pairs.c[key] for key in _TIES))
    )


_END, _START = _LOWER.c.value_high, _HIGHER.c.value_low
_BELOW = and_(
    _START >= _END,  # a condition of its own, so that SQLite searches the index from this number on
    or_(_START > _END, ~and_(_LOWER.c.value_high_inclusive.is_(True), _HIGHER.c.value_low_inclusive.is_(True))),
)
"""The condition that the interval of the lower ends before that of the higher starts."""


def _first_day(estimate: FromClause) -> ColumnElement[int]:
    """Return the first day of an as_of; one with an open start is compared at its end, not with all earlier times."""
    return func.coalesce(estimate.c.as_of_first_day, estimate.c.as_of_last_day)


def _last_day(estimate: FromClause) -> ColumnElement[int]:
    """Return the last day of an as_of; one with an open end is compared at its start."""
    return func.coalesce(estimate.c.as_of_last_day, estimate.c.as_of_first_day)


_DAYS = case(
    (_first_day(_HIGHER) > _last_day(_LOWER), _first_day(_HIGHER) - _last_day(_LOWER)),
    (_first_day(_LOWER) > _last_day(_HIGHER), _first_day(_LOWER) - _last_day(_HIGHER)),
    else_=0,
)
_INSIDE = and_(
    or_(_LOWER.c.as_of_first_day.is_(None), _LOWER.c.as_of_first_day <= _HIGHER.c.as_of_first_day),
    or_(_LOWER.c.as_of_last_day.is_(None), _LOWER.c.as_of_last_day >= _HIGHER.c.as_of_last_day),
)
"""The condition that the as_of of the higher lies in that of the lower."""
_OPEN_ALIKE = and_(
    *(_LOWER.c[key].is_(None) == _HIGHER.c[key].is_(None) for key in ("as_of_first_day", "as_of_last_day"))
)
"""The condition that both as_of are open on the same sides; a total of all time so far is no flow of a summer."""

_GAP = case((_END > 0, _START / _END), else_=null()).label("gap")
_PAIR_COLUMNS = (
    _DAYS.label("days"),
    (func.coalesce(_LOWER.c.scope, "") == func.coalesce(_HIGHER.c.scope, "")).label("same_scope"),
    *(_LOWER.c.position.label("lower_position"), _HIGHER.c.position.label("higher_position")),
)


_PARTS = {kind: tables.closures.alias(f"{kind}_parts") for kind in ("group", "indicator", "region")}


def _between_claims(within: int, conditions: list[ColumnElement[bool]], *, compatible: bool = False) -> Select[Any]:
    """Return the SELECT of pairs of claims that exclude each other, on the same thing or on a part and its whole.

    With `compatible` it is the compared pairs that do not exclude each other, each once.
    """
    joined: FromClause = _LOWER
    for kind, parts in _PARTS.items():
        of_kind = and_(parts.c.kind == kind, parts.c.relation == tables.PART)
        joined = joined.join(parts, and_(of_kind, parts.c.whole_position == _LOWER.c[f"{kind}_position"]))
    are_parts = (_HIGHER.c[f"{kind}_position"] == parts.c.part_position for kind, parts in _PARTS.items())
    joined = joined.join(_HIGHER, and_(*are_parts))
    joined = joined.join(tables.indicators, tables.indicators.c.position == _LOWER.c.indicator_position)
    same_terms = and_(*(parts.c.whole_position == parts.c.part_position for parts in _PARTS.values()))
    indicator_kind = tables.indicators.c.kind
    close = literal(within) >= _DAYS
    matching = select(tables.estimates.c.claim_position).where(*conditions)
    conflict_kind = case((same_terms, ConflictKind.CLAIMS), else_=ConflictKind.PARTS).label("kind")
    gap: ColumnElement[Any] = null().label("gap") if compatible else _GAP
    related = _agree(same_terms, indicator_kind) if compatible else _BELOW
    pairs = select(conflict_kind, gap, *_PAIR_COLUMNS).select_from(joined)
    pairs = pairs.where(
        *(_LOWER.c.compared, _HIGHER.c.compared, _LOWER.c.position != _HIGHER.c.position, related),
        or_(
            and_(indicator_kind == IndicatorKind.FLOW, _INSIDE, _OPEN_ALIKE),
            and_(indicator_kind == IndicatorKind.STOCK, close),
            and_(indicator_kind == IndicatorKind.SHARE, close, same_terms),
        ),
    )
    if not conditions:
        return pairs
    # One SELECT for each side, so that SQLite looks only for the pairs of claims that match.
    sides = (pairs.where(side.c.claim_position.in_(matching)) for side in (_LOWER, _HIGHER))
    return select(union(*sides).subquery())


def _agree(same_terms: ColumnElement[bool], indicator_kind: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that two compared claims can both be true.

    The higher may be a part of the lower, and must then not be above it. Where each may be called a part of the other,
    as two figures of one stock, neither must be above the other, so that they have a number in common; such a pair is
    found once, the lower being the one that starts lower.
    """
    same_time = (_LOWER.c[key].is_not_distinct_from(_HIGHER.c[key]) for key in ("as_of_first_day", "as_of_last_day"))
    either_way = and_(same_terms, or_(indicator_kind != IndicatorKind.FLOW, and_(*same_time)))
    in_order = tuple_(_LOWER.c.value_low, _LOWER.c.position) < tuple_(_HIGHER.c.value_low, _HIGHER.c.position)
    return and_(_reaches(_LOWER, _HIGHER), or_(~either_way, and_(_reaches(_HIGHER, _LOWER), in_order)))


def _reaches(lower: FromClause, higher: FromClause) -> ColumnElement[bool]:
    """Return the condition that the numbers of one figure reach those of another from below, or go beyond."""
    end, start = lower.c.value_high, higher.c.value_low
    touch = and_(end == start, lower.c.value_high_inclusive.is_(True), higher.c.value_low_inclusive.is_(True))
    return or_(end.is_(None), end > start, touch)


def _between_reports(conditions: list[ColumnElement[bool]]) -> Select[Any]:
    """Return the SELECT of reports that contradict an earlier report of their claim, each with the nearest of these.

    The rule is `schema.intervals.exclude_each_other`: a floor that starts at a firm ceiling excludes it too. The
    nearest is one in the same article, if there is one, else the first.
    """
    ceiling, floor = tables.hedges.alias("ceiling"), tables.hedges.alias("floor")
    floor_at_ceiling = and_(
        *(ceiling.c.bound == Bound.CEILING, ceiling.c.firm.is_(True), floor.c.bound == Bound.FLOOR, _START == _END)
    )
    lower_is_later = _LOWER.c.claim_rank > _HIGHER.c.claim_rank
    nearest = func.row_number().over(
        partition_by=case((lower_is_later, _LOWER.c.position), else_=_HIGHER.c.position),
        order_by=[
            case((_LOWER.c.article_position == _HIGHER.c.article_position, 0), else_=1),
            case((lower_is_later, _HIGHER.c.claim_rank), else_=_LOWER.c.claim_rank),
        ],
    )
    joined = (
        _LOWER.join(_HIGHER, _LOWER.c.claim_position == _HIGHER.c.claim_position)
        .join(ceiling, ceiling.c.id == _LOWER.c.hedge)
        .join(floor, floor.c.id == _HIGHER.c.hedge)
    )
    pairs = select(literal(ConflictKind.REPORTS.value).label("kind"), _GAP, *_PAIR_COLUMNS, nearest.label("nearest"))
    pairs = pairs.select_from(joined).where(_LOWER.c.position != _HIGHER.c.position, or_(_BELOW, floor_at_ceiling))
    matching = select(tables.estimates.c.position, tables.estimates.c.claim_position).where(*conditions).subquery()
    if conditions:
        pairs = pairs.where(_LOWER.c.claim_position.in_(select(matching.c.claim_position)))
    ranked = pairs.subquery()
    conflicts = select(*(column for column in ranked.c if column.name != "nearest")).where(ranked.c.nearest == 1)
    if not conditions:
        return conflicts
    positions = select(matching.c.position)
    return conflicts.where(or_(ranked.c.lower_position.in_(positions), ranked.c.higher_position.in_(positions)))
