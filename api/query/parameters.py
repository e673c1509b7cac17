"""Query parameters: the marshmallow fields of the filters, and the query schema of each kind of list."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from marshmallow import Schema, fields, validate

from api.formats.media_types import Format, ItemFormat, ListFormat
from api.query.choices import Choices, choose_records, choose_terms, choose_words
from api.query.filters import (
    DATE_FILTERS,
    FLAG_FILTERS,
    VOCABULARY_FILTERS,
    Distinct,
    RegionScope,
    ValueMatch,
    VocabularyFilter,
)
from api.query.question import QuerySchema
from schema.fields import ID_PATTERN, Edtf, Flag, Id, Number, Pattern, Strict, Term, Text, Whole
from schema.tables import FIRST_PAGE
from schema.vocabulary import about

LARGEST_LIMIT, DEFAULT_LIMIT, LONGEST_SEARCH = 1000, FIRST_PAGE, 200
LARGEST_OFFSET, LARGEST_COMPUTED_OFFSET = 10_000, 1_000_000
"""The largest `offset`: in a list with cursors, and in a list that is computed for each question."""

SEARCH = (
    'Full text: every word must occur, in any form; "a phrase" in quotes, -without, this or that. '
    "A text without a word finds nothing."
)


class SearchText(Strict, fields.String):
    """The text of a full-text search: any text, up to a length."""

    expected = f"one text of at most {LONGEST_SEARCH} characters"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or len(value) > LONGEST_SEARCH:
            raise self.refused(value)
        return value


def vocabulary_field(filter_: VocabularyFilter, *, exclude: bool = False) -> Choices:
    """Return the field of a filter's parameter, or of its `not_` parameter, which excludes."""
    thing = filter_.name.replace("_", " ")
    meaning = f"Without those whose {filter_.name} is one of these." if exclude else filter_.meaning
    metadata = about(meaning, [filter_.example])
    if filter_.terms:
        return choose_terms(thing, filter_.terms, metadata=metadata)
    return choose_records(thing, filter_.kind or filter_.name, Id() if filter_.by_id else Text(200), metadata=metadata)


def filter_fields() -> dict[str, fields.Field[Any]]:
    """Return the fields of all filters, in the order in which they are documented."""
    filters: dict[str, fields.Field[Any]] = {}
    for filter_ in VOCABULARY_FILTERS:
        filters[filter_.name] = vocabulary_field(filter_)
        filters[f"not_{filter_.name}"] = vocabulary_field(filter_, exclude=True)
    scope_meaning = (
        "How `region`, `place`, `not_region` and `not_place` are read: the region and all below it, the region alone, "
        "or also the combined regions that contain it."
    )
    filters["region_scope"] = Term(RegionScope, load_default=RegionScope.WITHIN, metadata=about(scope_meaning, "exact"))
    for name, columns in DATE_FILTERS.items():
        date_meaning = f"{columns.meaning}: an EDTF date or interval that it overlaps, ends included."
        filters[name] = Edtf(metadata=about(date_meaning, "2017-07/.."))
    min_meaning = (
        "The stated interval reaches this number or lies above it. An open side is open; a vague figure never matches."
    )
    filters["value_min"] = Number(metadata=about(min_meaning, 500))
    max_meaning = "The stated interval reaches this number or lies below it. A ceiling may be any number from 0."
    filters["value_max"] = Number(metadata=about(max_meaning, 5000))
    match_meaning = (
        "Whether the stated interval has to overlap the one from value_min to value_max, or to lie wholly in it."
    )
    filters["value_match"] = Term(ValueMatch, load_default=ValueMatch.OVERLAP, metadata=about(match_meaning, "certain"))
    for name, (_, meaning) in FLAG_FILTERS.items():
        filters[name] = Flag(metadata=about(meaning, True))
    filters["q"] = SearchText(metadata=about(SEARCH, "militants"), validate=validate.Length(max=LONGEST_SEARCH))
    return filters


def list_query(name: str, sorts: Sequence[str], default_sort: str, known_fields: Sequence[str]) -> type[Schema]:
    """Return the query schema of a resource's list."""
    cursor_meaning = "Where the page starts; taken from `links`. A record that is gone answers 404."
    own = {
        "sort": sort_parameter(sorts, default_sort),
        "cursor": Pattern(
            f"^(?:after|before):{ID_PATTERN.strip('^$')}$",
            "a cursor from `links`, such as after:ID",
            metadata={"description": cursor_meaning},
        ),
    }
    parameters = filter_fields() | own | list_fields(known_fields, LARGEST_OFFSET)
    if name == "estimates":
        parameters = {"distinct": distinct_parameter()} | parameters
    if name == "claims":
        parameters["format"] = format_parameter(Format)
    return QuerySchema.from_dict(parameters, name=f"{name.title()}QuerySchema")


def list_fields(
    known_fields: Sequence[str], largest_offset: int = LARGEST_COMPUTED_OFFSET
) -> dict[str, fields.Field[Any]]:
    """Return the fields of the parameters that every list takes: fields, limit, offset, format."""
    limit_meaning = f"The most records to give: by default {DEFAULT_LIMIT} in JSON and JSON-LD, all in CSV and NDJSON."
    return {
        "fields": fields_parameter(known_fields),
        "limit": Whole(1, LARGEST_LIMIT, metadata=about(limit_meaning, 20)),
        "offset": offset_parameter(largest_offset),
        "format": format_parameter(ListFormat),
    }


def sort_parameter(sorts: Sequence[str], default_sort: str) -> Choices:
    """Return the field of `sort`."""
    meaning = f"Keys to sort by, - for descending; ties by id, nulls last. By default {default_sort}."
    signed = [sign + key for key in sorts for sign in ("", "-")]
    return choose_words("order", signed, load_default=[default_sort], metadata=about(meaning, [default_sort]))


def offset_parameter(largest: int) -> Whole:
    """Return the field of `offset`."""
    return Whole(0, largest, load_default=0, metadata=about("How many records to pass over first.", 0))


def distinct_parameter() -> Term:
    """Return the field of `distinct`."""
    meaning = "One estimate for each claim: body before headline, the earliest published, then quoted ones."
    return Term(Distinct, metadata=about(meaning, "claim"))


def facet_query(names: Sequence[str]) -> type[Schema]:
    """Return the query schema of /facets."""
    which = about("Which fields to count by; by default all.", ["region", "hedge"])
    own = {
        "distinct": distinct_parameter(),
        "fields": choose_words("field", names, load_default=list(names), metadata=which),
    }
    return QuerySchema.from_dict(filter_fields() | own, name="FacetsQuerySchema")


def item_query(name: str, known_fields: Sequence[str]) -> type[Schema]:
    """Return the query schema of one record of a resource."""
    parameters = {"fields": fields_parameter(known_fields), "format": format_parameter(ItemFormat)}
    return QuerySchema.from_dict(parameters, name=f"{name.title()}ItemQuerySchema")


def format_parameter(formats: type[StrEnum]) -> Term:
    """Return the field of `format`, which takes these formats."""
    meaning = "How the answer is written; goes over `Accept`."
    if formats is Format:
        meaning += " A feed (atom) holds whole claims, printed last first unless `sort` says otherwise."
    return Term(formats, metadata=about(meaning, "json"))


def fields_parameter(known_fields: Sequence[str]) -> Choices:
    """Return the field of `fields`, which chooses the keys of the records in an answer."""
    return choose_words(
        "field", known_fields, metadata=about("Only these keys, dotted where nested.", [known_fields[0]])
    )


def field_names(schema: Schema, prefix: str = "") -> list[str]:
    """Return all keys of a record, dotted where nested; a key with nested keys is listed as well."""
    names = []
    for key, field in schema.fields.items():
        names.append(prefix + key)
        if isinstance(field, fields.Nested):
            names += field_names(field.schema, f"{prefix}{key}.")
    return names
