"""Query parameters: the filters as rows of a table, and the schema that is made of them.

A filter is one row here. What it compares is a column of `estimates`; the other resources take the same filters and
answer with the records that have at least one estimate that matches.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from marshmallow import RAISE, Schema, fields, validate
from sqlalchemy import Column

from api.choices import Choices, choose_records, choose_terms, choose_words
from api.formats import Format
from schema import tables
from schema.fields import ID_PATTERN, Edtf, Flag, Id, Number, Pattern, Strict, Term, Text, Whole
from schema.terms import Locus, SourceKind, Unit

LARGEST_LIMIT, DEFAULT_LIMIT, LARGEST_OFFSET, LONGEST_SEARCH = 1000, 50, 10_000, 200


class RegionScope(StrEnum):
    """Which regions a region stands for in a filter."""

    WITHIN = "within"
    EXACT = "exact"
    OVERLAPPING = "overlapping"


class ValueMatch(StrEnum):
    """How a stated interval has to meet the one that is asked for."""

    OVERLAP = "overlap"
    CERTAIN = "certain"


class Distinct(StrEnum):
    """What may stand in a list once only."""

    CLAIM = "claim"


class ItemFormat(StrEnum):
    """How one record is written."""

    JSON = "json"


_ESTIMATES = tables.estimates.c


@dataclass(frozen=True)
class VocabularyFilter:
    """A filter whose values are words: records by any of their names, or terms of a closed vocabulary."""

    name: str
    column: Column[Any]
    meaning: str
    example: str
    terms: type[StrEnum] | None = None
    by_id: bool = True

    def field(self, *, exclude: bool = False) -> Choices:
        """Return the parameter's field, or that of its `not_` twin."""
        thing = self.name.replace("_", " ")
        meaning = f"Without those whose {self.name} is one of these." if exclude else self.meaning
        about = {"description": meaning, "example": [self.example]}
        if self.terms:
            return choose_terms(thing, self.terms, metadata=about)
        return choose_records(thing, self.name, Id() if self.by_id else Text(200), metadata=about)


_BY_NAME = "Id, name, {}in any case. Repeat it, or use commas, for one or the other."

VOCABULARY_FILTERS = (
    VocabularyFilter("region", _ESTIMATES.region_id, _BY_NAME.format("ISO code or alias, "), "iraq"),
    VocabularyFilter("group", _ESTIMATES.group_id, _BY_NAME.format("or alias, "), "islamic-state"),
    VocabularyFilter("indicator", _ESTIMATES.indicator_id, _BY_NAME.format("or alias, "), "fighters"),
    VocabularyFilter("source", _ESTIMATES.source_id, _BY_NAME.format("or alias, "), "pentagon"),
    VocabularyFilter(
        "article",
        _ESTIMATES.article_id,
        _BY_NAME.format("(the title) "),
        "officials-say-7000-affiliates-remain",
    ),
    VocabularyFilter("claim", _ESTIMATES.claim_id, "Id of a claim. Repeat it, or use commas.", "pentagon-2016-removed"),
    VocabularyFilter("hedge", _ESTIMATES.hedge, "Id or name of a hedge; see /hedges.", "up_to"),
    VocabularyFilter("source_kind", _ESTIMATES.source_kind, "What kind of speaker.", "military", SourceKind),
    VocabularyFilter(
        "publisher",
        _ESTIMATES.article_publisher,
        "The publisher's name, in any case.",
        "InsiderBLM",
        by_id=False,
    ),
    VocabularyFilter("locus", _ESTIMATES.locus, "Headline or body.", "headline", Locus),
    VocabularyFilter("unit", _ESTIMATES.indicator_unit, "What is counted.", "persons", Unit),
)

DATE_FILTERS = {
    "as_of": ("as_of", "The time that the number describes"),
    "stated": ("stated", "When the source said it"),
    "published": ("article_published", "When the article appeared"),
}
"""Name → the columns' prefix in `estimates`, and the meaning."""

FLAG_FILTERS = {
    "derived": (_ESTIMATES.derived_from.is_not(None), "Whether the numbers were worked out and not printed."),
    "disputed": (
        _ESTIMATES.disputed.is_(True),
        "Whether another report in the same article excludes this one.",
    ),
    "anonymous": (_ESTIMATES.source_anonymous.is_(True), "Whether the source's name is withheld."),
}
"""Name → what it asks of `estimates`, and the meaning."""


class QuerySchema(Schema):
    """A query string; a parameter that is not known is refused."""

    class Meta:
        """marshmallow's settings."""

        unknown = RAISE


class SearchText(Strict, fields.String):
    """Words to search for; any text will do."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or len(value) > LONGEST_SEARCH:
            raise self.refused(value)
        return value

    expected = f"one text of at most {LONGEST_SEARCH} characters"


def _about(meaning: str, example: object) -> dict[str, Any]:
    return {"description": meaning, "example": example}


def _filter_fields() -> dict[str, fields.Field[Any]]:
    """Return the parameters that every list takes, in the order in which they are documented."""
    found: dict[str, fields.Field[Any]] = {}
    for filter_ in VOCABULARY_FILTERS:
        found[filter_.name] = filter_.field()
        found[f"not_{filter_.name}"] = filter_.field(exclude=True)
    scope = (
        "How `region` and `not_region` are read: the region and all below it, the region alone, or also the combined "
        "regions that contain it."
    )
    found["region_scope"] = Term(RegionScope, load_default=RegionScope.WITHIN, metadata=_about(scope, "exact"))
    for name, (_, meaning) in DATE_FILTERS.items():
        text = f"{meaning}: an EDTF date or interval that it overlaps, ends included."
        found[name] = Edtf(metadata=_about(text, "2017-07/.."))
    lowest = (
        "The stated interval reaches this number or lies above it. An open side is open; a vague figure never matches."
    )
    found["value_min"] = Number(metadata=_about(lowest, 500))
    highest = "The stated interval reaches this number or lies below it. A ceiling may be any number from 0."
    found["value_max"] = Number(metadata=_about(highest, 5000))
    match = "Whether the stated interval has to overlap the one from value_min to value_max, or to lie wholly in it."
    found["value_match"] = Term(ValueMatch, load_default=ValueMatch.OVERLAP, metadata=_about(match, "certain"))
    for name, (_, meaning) in FLAG_FILTERS.items():
        found[name] = Flag(metadata=_about(meaning, True))
    return found


SEARCH = (
    'Full text: every word must occur, in any form; "a phrase" in quotes, -without, this or that. '
    "A text without a word finds nothing."
)


def _search() -> SearchText:
    return SearchText(metadata=_about(SEARCH, "militants"), validate=validate.Length(max=LONGEST_SEARCH))


def list_query(name: str, sorts: Sequence[str], default_sort: str, known_fields: Sequence[str]) -> type[Schema]:
    """Return the query schema of a resource's list."""
    limit = f"The most records to give: by default {DEFAULT_LIMIT} in JSON, and all that match in CSV and NDJSON."
    own = {
        "q": _search(),
        "sort": choose_words(
            "order",
            [sign + key for key in sorts for sign in ("", "-")],
            load_default=[default_sort],
            metadata=_about(
                f"Keys to sort by, - for descending; ties by id, nulls last. By default {default_sort}.",
                [default_sort],
            ),
        ),
        "fields": fields_parameter(known_fields),
        "limit": Whole(1, LARGEST_LIMIT, metadata=_about(limit, 20)),
        "cursor": Pattern(
            f"^(?:after|before):{ID_PATTERN.strip('^$')}$",
            "a cursor from `links`, such as after:ID",
            metadata={"description": "Where the page starts; taken from `links`. A record that is gone answers 404."},
        ),
        "offset": Whole(0, LARGEST_OFFSET, load_default=0, metadata=_about("How many records to pass over first.", 0)),
        "format": Term(Format, metadata=_about("How the answer is written; goes over `Accept`.", "json")),
    }
    if name == "estimates":
        distinct = "One estimate for each claim: body before headline, then the earliest published."
        own = {"distinct": Term(Distinct, metadata=_about(distinct, "claim"))} | own
    return QuerySchema.from_dict(_filter_fields() | own, name=f"{name.title()}QuerySchema")


def facet_query(names: Sequence[str]) -> type[Schema]:
    """Return the query schema of counts by the values of fields."""
    about = _about("Which fields to count by; by default all.", ["region", "hedge"])
    own = {"q": _search(), "fields": choose_words("field", names, load_default=list(names), metadata=about)}
    return QuerySchema.from_dict(_filter_fields() | own, name="FacetsQuerySchema")


def item_query(name: str, known_fields: Sequence[str]) -> type[Schema]:
    """Return the query schema of one record of a resource."""
    found: dict[str, fields.Field[Any]] = {"fields": fields_parameter(known_fields)}
    found["format"] = Term(ItemFormat, metadata=_about("How the answer is written; goes over `Accept`.", "json"))
    return QuerySchema.from_dict(found, name=f"{name.title()}ItemQuerySchema")


def fields_parameter(known_fields: Sequence[str]) -> Choices:
    """Return the field of the parameter that chooses which keys are answered."""
    return choose_words("field", known_fields, metadata=_about("Only these keys, dotted where nested.", ["id"]))


def field_names(schema: Schema, prefix: str = "") -> list[str]:
    """Return every key of a record, dotted where nested; a key stands for all below it too."""
    names = []
    for key, field in schema.fields.items():
        names.append(prefix + key)
        if isinstance(field, fields.Nested):
            names += field_names(field.schema, f"{prefix}{key}.")
    return names
