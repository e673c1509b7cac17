"""The dataset's CSV files as a Frictionless data package (https://specs.frictionlessdata.io/data-package/)."""

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, fields

from api.read.resources import RESOURCES, Resource
from schema.dataset import names_of_licences
from schema.fields import Day, Flag, ListOf, Number, Term, Whole
from schema.vocabulary import about

REFERENCES = {
    "estimates": ("group", "indicator", "region", "source", "claim", "article", "hedge"),
    "claims": ("group", "indicator", "region", "source"),
}
"""For each file with foreign keys, the kinds of records that its rows refer to."""


class LicenceSchema(Schema):
    """A licence of a data package."""

    name = fields.String(required=True, metadata=about("SPDX identifier.", "CC-BY-4.0"))


class CitedSchema(Schema):
    """A source of a data package."""

    title = fields.String(required=True, metadata=about("How it asks to be cited."))


class ContributorSchema(Schema):
    """An author of a data package."""

    title = fields.String(required=True, metadata=about("Name.", "The Headcount contributors"))
    role = fields.String(required=True, metadata=about("author", "author"))


class ConstraintsSchema(Schema):
    """The constraints on the values of a column."""

    required = fields.Boolean(metadata=about("Whether no cell is empty.", True))
    enum = fields.List(fields.String(), metadata=about("All values that there are.", ["headline", "body"]))


class ColumnSchema(Schema):
    """A column of a file."""

    name = fields.String(required=True, metadata=about("Its name in the header.", "region.id"))
    type = fields.String(required=True, metadata=about("Its type, in the words of Table Schema.", "string"))
    description = fields.String(required=True, metadata=about("What it means.", "The region's id."))
    constraints = fields.Nested(ConstraintsSchema, metadata=about("What its values have to meet."))


# `fields` and `schema` are words of the format, and would hide marshmallow's own in a class.
TargetSchema = Schema.from_dict(
    {
        "resource": fields.String(required=True, metadata=about("The file.", "regions")),
        "fields": fields.List(fields.String(), required=True, metadata=about("Its columns.", ["id"])),
    },
    name="TargetSchema",
)
ForeignKeySchema = Schema.from_dict(
    {
        "fields": fields.List(fields.String(), required=True, metadata=about("Columns of this file.", ["region.id"])),
        "reference": fields.Nested(TargetSchema, required=True, metadata=about("What they refer to.")),
    },
    name="ForeignKeySchema",
)
TableSchema = Schema.from_dict(
    {
        "fields": fields.List(fields.Nested(ColumnSchema), required=True, metadata=about("The columns, in order.")),
        "primaryKey": fields.List(fields.String(), required=True, metadata=about("What tells rows apart.", ["id"])),
        "foreignKeys": fields.List(
            fields.Nested(ForeignKeySchema), required=True, metadata=about("Columns that refer to other files.")
        ),
        "missingValues": fields.List(fields.String(), required=True, metadata=about("What stands for null.", [""])),
    },
    name="TableSchema",
)
FileSchema = Schema.from_dict(
    {
        "name": fields.String(required=True, metadata=about("What the file holds.", "estimates")),
        "path": fields.String(required=True, metadata=about("Where it is, from here.", "estimates.csv")),
        "profile": fields.String(required=True, metadata=about("tabular-data-resource", "tabular-data-resource")),
        "description": fields.String(required=True, metadata=about("What a row is.")),
        "mediatype": fields.String(required=True, metadata=about("text/csv", "text/csv")),
        "encoding": fields.String(required=True, metadata=about("utf-8", "utf-8")),
        "bytes": fields.Integer(required=True, metadata=about("Size.", 20480)),
        "hash": fields.String(required=True, metadata=about("Checksum.", f"sha256:{'0' * 64}")),
        "schema": fields.Nested(TableSchema, required=True, metadata=about("Its columns and keys.")),
    },
    name="FileSchema",
)


class DataPackageSchema(Schema):
    """A Frictionless data package."""

    name = fields.String(required=True, metadata=about("headcount", "headcount"))
    title = fields.String(required=True, metadata=about("What the dataset is called."))
    description = fields.String(required=True, metadata=about("What it holds."))
    version = fields.String(required=True, metadata=about("The dataset's version."))
    created = fields.String(required=True, metadata=about("When its file was written (RFC 3339)."))
    licenses = fields.List(fields.Nested(LicenceSchema), required=True, metadata=about("Its licences, its own first."))
    sources = fields.List(
        fields.Nested(CitedSchema), required=True, metadata=about("What those who gave data ask to be cited by.")
    )
    contributors = fields.List(fields.Nested(ContributorSchema), required=True, metadata=about("Who made it."))
    resources = fields.List(fields.Nested(FileSchema), required=True, metadata=about("The files."))


def data_package(dataset: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Return the descriptor of a dataset with the keys of `/dataset`; `folder` is the path of its files."""
    files = {file["name"]: file for file in dataset["downloads"]}
    return {
        "name": "headcount",
        **{key: dataset[key] for key in ("title", "description", "version")},
        "created": dataset["built"],
        "licenses": [{"name": name} for name in names_of_licences(dataset)],
        "sources": [{"title": cite} for licence in dataset["licences"] for cite in licence["cite"]],
        "contributors": [{"title": name, "role": "author"} for name in dataset["creators"]],
        "resources": [_file(resource, files[f"{resource.name}.csv"], folder) for resource in RESOURCES],
    }


def _file(resource: Resource, file: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Return the descriptor of the CSV file of a resource."""
    record = resource.record()
    columns = list(_columns(record))
    keys = {name if name == "hedge" else f"{name}.id": name for name in REFERENCES.get(resource.name, ())}
    return {
        "name": resource.name,
        "path": f"{folder}{file['name']}",
        "profile": "tabular-data-resource",
        "description": resource.about,
        "mediatype": file["media_type"],
        "encoding": "utf-8",
        "bytes": file["bytes"],
        "hash": f"sha256:{file['sha256']}",
        "schema": {
            "fields": columns,
            "primaryKey": ["id"],
            "foreignKeys": [
                {"fields": [column], "reference": {"resource": f"{name}s", "fields": ["id"]}}
                for column, name in keys.items()
            ],
            "missingValues": [""],
        },
    }


_TYPES: tuple[tuple[type[fields.Field[Any]], str], ...] = (
    (Number, "number"),
    (Whole, "integer"),
    (Flag, "boolean"),
    (Day, "date"),
    (ListOf, "array"),
)


def _columns(record: Schema, prefix: str = "", *, null: bool = False) -> Iterator[dict[str, Any]]:
    """Yield the columns that `schema.flat.columns_of` names, each with its type and its constraints."""
    for key, field in record.fields.items():
        nullable = null or field.allow_none
        if isinstance(field, fields.Nested):
            yield from _columns(field.schema, f"{prefix}{key}.", null=nullable)
            continue
        constraints: dict[str, Any] = {} if nullable else {"required": True}
        if isinstance(field, Term):
            constraints["enum"] = field.terms
        type_ = next((name for kind, name in _TYPES if isinstance(field, kind)), "string")
        column = {"name": prefix + key, "type": type_, "description": field.metadata["description"]}
        yield column | ({"constraints": constraints} if constraints else {})
