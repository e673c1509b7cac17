"""The schemas of the code lists (groups, regions, indicators, hedges, sources), and the base classes of all records.

A schema validates curated records, renders answers, and describes both in OpenAPI. Keys that the loader computes are
`dump_only`: a curated record that has one is refused. The meaning of each key is written here and in `schema.records`
only.
"""

from typing import Any

from marshmallow import RAISE, Schema, fields

from schema.fields import Flag, Id, ListOf, Part, Pattern, Term, Text, UnitField, Whole
from schema.terms import Bound, IndicatorKind, RegionKind, SourceKind


def about(meaning: str, example: object = None) -> dict[str, Any]:
    """Return the metadata of a field: the meaning of its key, and an example, for OpenAPI."""
    return {"description": meaning} | ({} if example is None else {"example": example})


class Record(Schema):
    """The base class of all records: unknown keys are refused, and keys keep their order."""

    class Meta:
        """marshmallow's settings."""

        unknown = RAISE

    error_messages = {  # noqa: RUF012 (marshmallow declares it so)
        "unknown": "is not a key here",
        "type": "is refused; expected a mapping of keys to values",
    }


def stub_of(record: type[Schema], *keys: str, name: str, **more: fields.Field[Any]) -> type[Schema]:
    """Return a schema with some keys of a record, as the record declares them.

    `more` are fields of the stub itself, added to these keys or put in their place.
    """
    return Record.from_dict({key: more.pop(key, record._declared_fields[key]) for key in keys} | more, name=name)


class UsageSchema(Record):
    """The number of estimates that refer to a record, and the URL of their list."""

    count = Whole(dump_only=True, metadata=about("Number of estimates.", 16))
    url = fields.String(dump_only=True, metadata=about("Where they are listed.", "/estimates?region=iraq"))


class Named(Record):
    """A term with an id, a URL, a name, and estimates that refer to it."""

    id = Id(required=True, metadata=about("What the record is called, for ever."))
    url = fields.String(dump_only=True, metadata=about("Where this record is."))
    name = Text(200, required=True, metadata=about("The name in English."))
    estimates = Part(UsageSchema, dump_only=True, metadata=about("The estimates that carry it."))


class Aliased(Named):
    """A term that may have several names."""

    aliases = ListOf(Text(200), metadata=about("Other names; each works as a filter too."))


class Subject(Aliased):
    """A term that says whom, what or where figures are about; several sources may give figures on it."""

    sources = Whole(dump_only=True, metadata=about("Number of different sources of these estimates.", 3))


class GroupSchema(Subject):
    """A group of people that estimates are about."""

    definition = Text(required=True, metadata=about("Who is meant, and who is not."))
    parents = ListOf(Id(), metadata=about("The groups that this one is part of."))


class RegionSchema(Subject):
    """A region that estimates are about. Its `estimates` and `sources` include those of all regions within it."""

    kind = Term(RegionKind, required=True, metadata=about("How large it is, or that it is made of others."))
    iso = Pattern(
        "^[A-Z]{2}(?:-[A-Z0-9]{1,3})?$",
        "an ISO 3166-1 alpha-2 or ISO 3166-2 code such as IQ or IQ-AN",
        10,
        required=True,
        allow_none=True,
        metadata=about("ISO 3166-1 alpha-2 or ISO 3166-2 code, where there is one.", "IQ"),
    )
    parent = Id(load_default=None, allow_none=True, metadata=about("The region that this one lies in.", "iraq"))
    members = ListOf(Id(), metadata=about("The regions that a combined region is made of."))


class IndicatorSchema(Subject):
    """A quantity that estimates state."""

    definition = Text(required=True, metadata=about("What is counted, and what is not."))
    parents = ListOf(Id(), metadata=about("The indicators that count these and others together."))
    unit = UnitField(required=True, metadata=about("What one of the counted things is."))
    kind = Term(
        IndicatorKind,
        required=True,
        metadata=about("A stock stands at a moment and is never summed; a flow adds up; a share is a part."),
    )


class HedgeSchema(Named):
    """A degree of firmness of a figure, and the bound that it sets."""

    definition = Text(required=True, metadata=about("Which words it stands for, and what they mean."))
    bound = Term(Bound, required=True, metadata=about("Where the hedge puts the number."))
    firm = Flag(required=True, metadata=about("Whether that bound is meant to hold."))


class SourceSchema(Aliased):
    """A source: a person or body that states figures."""

    kind = Term(SourceKind, required=True, metadata=about("What kind of speaker."))
    organisation = Text(200, required=True, allow_none=True, metadata=about("For whom the source speaks."))
    parents = ListOf(Id(), metadata=about("The sources that this one belongs to."))
    anonymous = Flag(required=True, metadata=about("Whether the name is withheld or not said."))
