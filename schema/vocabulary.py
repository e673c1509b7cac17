"""The records of the code lists, whom, where and what a figure is about and who says it; and what all records share.

A record's class checks what is curated, renders what is answered, and is what OpenAPI shows. Keys that the loader works
out are `dump_only`: a curator who writes one is refused. What a key means stands here and in `schema.records`, and
nowhere else.
"""

from typing import Any

from marshmallow import RAISE, Schema, fields

from schema.fields import Flag, Id, ListOf, Part, Pattern, Term, Text, Whole
from schema.terms import Bound, IndicatorKind, RegionKind, SourceKind, Unit


def about(meaning: str, example: object = None) -> dict[str, Any]:
    """Return the metadata that says in OpenAPI what a key means, with an example."""
    return {"description": meaning} | ({} if example is None else {"example": example})


class Record(Schema):
    """What all records share: unknown keys are refused, and keys keep their order."""

    class Meta:
        """marshmallow's settings."""

        unknown = RAISE

    error_messages = {  # noqa: RUF012 (marshmallow declares it so)
        "unknown": "is not a key here",
        "type": "is refused; expected a mapping of keys to values",
    }


def stub_of(record: type[Schema], *keys: str, name: str, **more: fields.Field[Any]) -> type[Schema]:
    """Return a smaller schema with some of a record's keys, meanings and all; `more` are its own, or smaller ones."""
    return Record.from_dict({key: more.pop(key, record._declared_fields[key]) for key in keys} | more, name=name)


class UsageSchema(Record):
    """How many estimates carry a record, and where they are listed."""

    count = Whole(dump_only=True, metadata=about("Number of estimates.", 16))
    url = fields.String(dump_only=True, metadata=about("Where they are listed.", "/estimates?region=iraq"))


class Named(Record):
    """A term with an id, an address of its own, and estimates that carry it."""

    id = Id(required=True, metadata=about("What the record is called, for ever."))
    url = fields.String(dump_only=True, metadata=about("Where this record is."))
    name = Text(200, required=True, metadata=about("The name in English."))
    estimates = Part(UsageSchema, dump_only=True, metadata=about("The estimates that carry it."))


class Aliased(Named):
    """A term that articles call by several names."""

    aliases = ListOf(Text(200), metadata=about("Other names; each works as a filter too."))


class GroupSchema(Aliased):
    """Whom a figure is about."""

    definition = Text(required=True, metadata=about("Who is meant, and who is not."))
    parents = ListOf(Id(), metadata=about("The groups that this one is part of."))


class RegionSchema(Aliased):
    """Where a figure holds. Its estimates are those of the region and of all below it."""

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


class IndicatorSchema(Aliased):
    """What is counted."""

    definition = Text(required=True, metadata=about("What is counted, and what is not."))
    parents = ListOf(Id(), metadata=about("The indicators that count these and others together."))
    unit = Term(Unit, required=True, metadata=about("What one of the counted things is."))
    kind = Term(
        IndicatorKind,
        required=True,
        metadata=about("A stock stands at a moment and is never summed; a flow adds up; a share is a part."),
    )


class HedgeSchema(Named):
    """How firmly a figure was said, and which bound the word sets."""

    definition = Text(required=True, metadata=about("Which words it stands for, and what they mean."))
    bound = Term(Bound, required=True, metadata=about("Where the hedge puts the number."))
    firm = Flag(required=True, metadata=about("Whether that bound is meant to hold."))


class SourceSchema(Aliased):
    """Who said a figure."""

    kind = Term(SourceKind, required=True, metadata=about("What kind of speaker."))
    organisation = Text(200, required=True, allow_none=True, metadata=about("For whom the source speaks."))
    anonymous = Flag(required=True, metadata=about("Whether the name is withheld or not said."))
