"""The closed vocabularies: the terms that keys of records may hold, and what each hedge means."""

from dataclasses import dataclass
from enum import StrEnum


class Hedge(StrEnum):
    """How firmly a figure was stated, and in which direction it is open."""

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
    """The bound that a hedge sets: whether the stated number is exact, a centre, an end of a range, or no bound."""

    POINT = "point"
    CENTRE = "centre"
    RANGE = "range"
    CEILING = "ceiling"
    FLOOR = "floor"
    UNBOUNDED = "unbounded"


class SourceKind(StrEnum):
    """The kind of speaker that a source is."""

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
    """The size of a region, or that it combines other regions."""

    COUNTRY = "country"
    ADMIN1 = "admin1"
    CITY = "city"
    AREA = "area"
    COMBINED = "combined"
    WORLDWIDE = "worldwide"
    UNSPECIFIED = "unspecified"


class IndicatorKind(StrEnum):
    """Whether an indicator counts at a moment, adds up over time, or is a part of another count."""

    STOCK = "stock"
    FLOW = "flow"
    SHARE = "share"


class Unit(StrEnum):
    """The unit of an indicator, unless it is money: then the unit is the currency's code of ISO 4217, such as USD."""

    PERSONS = "persons"
    HOUSEHOLDS = "households"
    GROUPS = "groups"
    EVENTS = "events"
    VEHICLES = "vehicles"
    AIRCRAFT = "aircraft"
    VESSELS = "vessels"
    WEAPONS = "weapons"
    FACILITIES = "facilities"
    SETTLEMENTS = "settlements"
    PROVINCES = "provinces"
    KM2 = "km2"
    PERCENT = "percent"


UNITS = frozenset(Unit)
MEASURED = frozenset({Unit.KM2, Unit.PERCENT})
"""The units that have parts; of all others only whole ones are counted, but for money."""


def is_currency(unit: str | None) -> bool:
    """Return whether a unit is the code of a currency."""
    return unit is not None and unit not in UNITS


class Locus(StrEnum):
    """The part of the article in which the figure stands."""

    HEADLINE = "headline"
    BODY = "body"


class AsOfBasis(StrEnum):
    """From what the time of a number is known."""

    TEXT = "text"
    STATEMENT = "statement"
    ARTICLE = "article"


class PublishedBasis(StrEnum):
    """From what the publication date of an article is known."""

    PRINTED = "printed"
    INFERRED = "inferred"


class ResolvedBasis(StrEnum):
    """From what it is known that printed words mean the source or the region of a claim."""

    TEXT = "text"
    INFERRED = "inferred"


class Drift(StrEnum):
    """How a report of a claim differs from the report that it is compared with; the first that holds, SAME if none."""

    BOUND_REVERSED = "bound_reversed"
    NUMBER_CHANGED = "number_changed"
    VAGUER = "vaguer"
    HEDGE_LOST = "hedge_lost"
    HEDGE_ADDED = "hedge_added"
    HEDGE_CHANGED = "hedge_changed"
    PLACE_CHANGED = "place_changed"
    SCOPE_LOST = "scope_lost"
    SAME = "same"


class NameKind(StrEnum):
    """The kinds of names by which a record is found, the surest first."""

    ID = "id"
    CODE = "code"
    NAME = "name"
    ALIAS = "alias"


@dataclass(frozen=True)
class HedgeRule:
    """The meaning of a hedge, and the numbers of a figure that has it.

    `needs` and `allows` are names of numbers ("low", "best", "high"). `firm`: the bound is meant to hold.
    `low_inclusive`, `high_inclusive`: the stated number itself is admitted.
    """

    name: str
    definition: str
    bound: Bound
    firm: bool
    needs: frozenset[str]
    allows: frozenset[str] = frozenset()
    low_inclusive: bool = True
    high_inclusive: bool = True


HEDGES: dict[Hedge, HedgeRule] = {
    Hedge.NONE: HedgeRule(
        "No hedge",
        "Said as an exact number: low, best and high are the same.",
        Bound.POINT,
        True,
        frozenset({"low", "best", "high"}),
    ),
    Hedge.APPROXIMATELY: HedgeRule(
        "Approximately",
        "About, some, an estimated: a central number whose margin was not said. A figure derived from a "
        "range has a low and a high instead.",
        Bound.CENTRE,
        False,
        frozenset({"best"}),
    ),
    Hedge.NEARLY: HedgeRule(
        "Nearly",
        "Nearly, almost: a little under the number, by how much was not said.",
        Bound.CEILING,
        False,
        frozenset({"high"}),
        high_inclusive=False,
    ),
    Hedge.BETWEEN: HedgeRule(
        "Between",
        "From one number to another, both included. Data sets state which number between them is best as well.",
        Bound.RANGE,
        True,
        frozenset({"low", "high"}),
        allows=frozenset({"best"}),
    ),
    Hedge.AT_MOST: HedgeRule(
        "At most",
        "No more than, does not exceed: a firm ceiling. A ceiling given as a range has a low as well.",
        Bound.CEILING,
        True,
        frozenset({"high"}),
        allows=frozenset({"low"}),
    ),
    Hedge.UP_TO: HedgeRule(
        "Up to",
        "Up to, as many as: a ceiling that the speaker leaves soft; it can be broken.",
        Bound.CEILING,
        False,
        frozenset({"high"}),
    ),
    Hedge.FEWER_THAN: HedgeRule(
        "Fewer than",
        "Fewer than, less than: a firm ceiling that is itself excluded.",
        Bound.CEILING,
        True,
        frozenset({"high"}),
        high_inclusive=False,
    ),
    Hedge.AT_LEAST: HedgeRule(
        "At least",
        "At least, or more: a firm floor.",
        Bound.FLOOR,
        True,
        frozenset({"low"}),
    ),
    Hedge.MORE_THAN: HedgeRule(
        "More than",
        "More than, over: a firm floor that is itself excluded.",
        Bound.FLOOR,
        True,
        frozenset({"low"}),
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


def are_opposite(first: Hedge, second: Hedge) -> bool:
    """Return whether one of two hedges sets a floor, and the other a ceiling."""
    return {HEDGES[first].bound, HEDGES[second].bound} == {Bound.FLOOR, Bound.CEILING}
