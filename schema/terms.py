"""Closed vocabularies: every word that a record may use, with its meaning, defined once."""

from dataclasses import dataclass
from enum import StrEnum


class Hedge(StrEnum):
    """How firmly, and in which direction, a figure was said."""

    NONE = "none"
    APPROXIMATELY = "approximately"
    NEARLY = "nearly"
    BETWEEN = "between"
    AT_MOST = "at_most"
    UP_TO = "up_to"
    FEWER_THAN = "fewer_than"
    AT_LEAST = "at_least"
    MORE_THAN = "more_than"
    VAGUE = "vague"


class Bound(StrEnum):
    """What a hedge says of the number: where it stands, or on which side."""

    POINT = "point"
    CENTRE = "centre"
    RANGE = "range"
    CEILING = "ceiling"
    FLOOR = "floor"
    UNBOUNDED = "unbounded"


class SourceKind(StrEnum):
    """What kind of speaker a source is."""

    GOVERNMENT = "government"
    MILITARY = "military"
    INTELLIGENCE = "intelligence"
    COALITION = "coalition"
    INTERGOVERNMENTAL = "intergovernmental"
    ARMED_GROUP = "armed_group"
    NGO = "ngo"
    ANALYST = "analyst"
    MEDIA = "media"


class RegionKind(StrEnum):
    """How large a region is, and whether it is made of others."""

    COUNTRY = "country"
    ADMIN1 = "admin1"
    CITY = "city"
    AREA = "area"
    COMBINED = "combined"
    WORLDWIDE = "worldwide"
    UNSPECIFIED = "unspecified"


class IndicatorKind(StrEnum):
    """Whether a count stands at a moment, adds up over a time, or is a part of another count."""

    STOCK = "stock"
    FLOW = "flow"
    SHARE = "share"


class Unit(StrEnum):
    """What one of the counted things is."""

    PERSONS = "persons"
    USD = "USD"
    PERCENT = "percent"
    PROVINCES = "provinces"


class Locus(StrEnum):
    """Where in the article the figure stands."""

    HEADLINE = "headline"
    BODY = "body"


class AsOfBasis(StrEnum):
    """How it is known which time a number describes."""

    TEXT = "text"
    STATEMENT = "statement"
    ARTICLE = "article"


class PublishedBasis(StrEnum):
    """How it is known when an article appeared."""

    PRINTED = "printed"
    INFERRED = "inferred"


class Drift(StrEnum):
    """What became of a claim between one report of it and the next."""

    SAME = "same"
    HEDGE_LOST = "hedge_lost"
    HEDGE_ADDED = "hedge_added"
    HEDGE_CHANGED = "hedge_changed"
    BOUND_REVERSED = "bound_reversed"
    NUMBER_CHANGED = "number_changed"


class NameKind(StrEnum):
    """Which of a record's names a name is, the surest first."""

    ID = "id"
    CODE = "code"
    NAME = "name"
    ALIAS = "alias"


@dataclass(frozen=True)
class HedgeRule:
    """Which numbers a hedge needs, which it allows, and what it says of them."""

    name: str
    definition: str
    bound: Bound
    firm: bool
    needs: frozenset[str]
    allows: frozenset[str] = frozenset()
    low_inclusive: bool = True
    high_inclusive: bool = True


def _numbers(*names: str) -> frozenset[str]:
    return frozenset(names)


HEDGES: dict[Hedge, HedgeRule] = {
    Hedge.NONE: HedgeRule(
        "No hedge",
        "Said as an exact number: low, best and high are the same.",
        Bound.POINT,
        True,
        _numbers("low", "best", "high"),
    ),
    Hedge.APPROXIMATELY: HedgeRule(
        "Approximately",
        "About, some, an estimated: a central number whose margin was not said. A figure derived from a "
        "range has a low and a high instead.",
        Bound.CENTRE,
        False,
        _numbers("best"),
    ),
    Hedge.NEARLY: HedgeRule(
        "Nearly",
        "Nearly, almost: a little under the number, by how much was not said.",
        Bound.CEILING,
        False,
        _numbers("high"),
        high_inclusive=False,
    ),
    Hedge.BETWEEN: HedgeRule(
        "Between",
        "From one number to another, both included. Data sets state which number between them is best as well.",
        Bound.RANGE,
        True,
        _numbers("low", "high"),
        allows=_numbers("best"),
    ),
    Hedge.AT_MOST: HedgeRule(
        "At most",
        "No more than, does not exceed: a firm ceiling. A ceiling given as a range has a low as well.",
        Bound.CEILING,
        True,
        _numbers("high"),
        allows=_numbers("low"),
    ),
    Hedge.UP_TO: HedgeRule(
        "Up to",
        "Up to, as many as: a ceiling that the speaker leaves soft; it can be broken.",
        Bound.CEILING,
        False,
        _numbers("high"),
    ),
    Hedge.FEWER_THAN: HedgeRule(
        "Fewer than",
        "Fewer than, less than: a firm ceiling that is itself excluded.",
        Bound.CEILING,
        True,
        _numbers("high"),
        high_inclusive=False,
    ),
    Hedge.AT_LEAST: HedgeRule(
        "At least",
        "At least, or more: a firm floor.",
        Bound.FLOOR,
        True,
        _numbers("low"),
    ),
    Hedge.MORE_THAN: HedgeRule(
        "More than",
        "More than, over: a firm floor that is itself excluded.",
        Bound.FLOOR,
        True,
        _numbers("low"),
        low_inclusive=False,
    ),
    Hedge.VAGUE: HedgeRule(
        "Vague",
        "Dozens, hundreds, thousands, most: an order of magnitude and no number.",
        Bound.UNBOUNDED,
        False,
        frozenset(),
    ),
}
