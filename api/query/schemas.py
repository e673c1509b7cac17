"""The query strings that are understood: the filters, and what each kind of answer takes beside them."""

from collections.abc import Sequence
from typing import Any

from marshmallow import RAISE, Schema, fields

from api.formats.media_types import Format, ItemFormat
from api.query.choices import Choices, choose_words
from api.query.parameters import Distinct, filter_fields
from schema.fields import ID_PATTERN, Pattern, Term, Whole
from schema.vocabulary import about

LARGEST_LIMIT, DEFAULT_LIMIT, LARGEST_OFFSET = 1000, 50, 10_000
FURTHEST = 1_000_000
"""How many rows of a list that is worked out for each question can be passed over."""


class QuerySchema(Schema):
    """A query string; a parameter that is not known is refused."""

    class Meta:
        """marshmallow's settings."""

        unknown = RAISE


def list_query(name: str, sorts: Sequence[str], default_sort: str, known_fields: Sequence[str]) -> type[Schema]:
    """Return the query schema of a resource's list."""
    cursor = "Where the page starts; taken from `links`. A record that is gone answers 404."
    own = {
        "sort": sort_parameter(sorts, default_sort),
        "cursor": Pattern(
            f"^(?:after|before):{ID_PATTERN.strip('^$')}$",
            "a cursor from `links`, such as after:ID",
            metadata={"description": cursor},
        ),
    }
    found = filter_fields() | own | list_fields(known_fields, LARGEST_OFFSET)
    if name == "estimates":
        found = {"distinct": distinct_parameter()} | found
    return QuerySchema.from_dict(found, name=f"{name.title()}QuerySchema")


def list_fields(known_fields: Sequence[str], largest_offset: int = FURTHEST) -> dict[str, fields.Field[Any]]:
    """Return the parameters that every list takes: which keys, how many records from where on, and how written."""
    limit = f"The most records to give: by default {DEFAULT_LIMIT} in JSON and JSON-LD, all in CSV and NDJSON."
    return {
        "fields": fields_parameter(known_fields),
        "limit": Whole(1, LARGEST_LIMIT, metadata=about(limit, 20)),
        "offset": offset_parameter(largest_offset),
        "format": Term(Format, metadata=about("How the answer is written; goes over `Accept`.", "json")),
    }


def sort_parameter(sorts: Sequence[str], default_sort: str) -> Choices:
    """Return the field of the parameter that says in which order a list comes."""
    meaning = f"Keys to sort by, - for descending; ties by id, nulls last. By default {default_sort}."
    signed = [sign + key for key in sorts for sign in ("", "-")]
    return choose_words("order", signed, load_default=[default_sort], metadata=about(meaning, [default_sort]))


def offset_parameter(largest: int) -> Whole:
    """Return the field of the parameter that passes over records."""
    return Whole(0, largest, load_default=0, metadata=about("How many records to pass over first.", 0))


def distinct_parameter() -> Term:
    """Return the field of the parameter that leaves one estimate of each claim."""
    meaning = "One estimate for each claim: body before headline, then the earliest published."
    return Term(Distinct, metadata=about(meaning, "claim"))


def facet_query(names: Sequence[str]) -> type[Schema]:
    """Return the query schema of counts by the values of fields."""
    which = about("Which fields to count by; by default all.", ["region", "hedge"])
    own = {
        "distinct": distinct_parameter(),
        "fields": choose_words("field", names, load_default=list(names), metadata=which),
    }
    return QuerySchema.from_dict(filter_fields() | own, name="FacetsQuerySchema")


def item_query(name: str, known_fields: Sequence[str]) -> type[Schema]:
    """Return the query schema of one record of a resource."""
    found = {"fields": fields_parameter(known_fields), "format": item_format()}
    return QuerySchema.from_dict(found, name=f"{name.title()}ItemQuerySchema")


def item_format() -> Term:
    """Return the field of the parameter that says how one thing is written."""
    return Term(ItemFormat, metadata=about("How the answer is written; goes over `Accept`.", "json"))


def fields_parameter(known_fields: Sequence[str]) -> Choices:
    """Return the field of the parameter that chooses which keys are answered."""
    return choose_words(
        "field", known_fields, metadata=about("Only these keys, dotted where nested.", [known_fields[0]])
    )


def field_names(schema: Schema, prefix: str = "") -> list[str]:
    """Return every key of a record, dotted where nested; a key stands for all below it too."""
    names = []
    for key, field in schema.fields.items():
        names.append(prefix + key)
        if isinstance(field, fields.Nested):
            names += field_names(field.schema, f"{prefix}{key}.")
    return names
