"""The schema of the dataset's record: its makers, licence, version, counts of records, and downloads."""

from typing import Any

from marshmallow import fields, validate

from schema.fields import ListOf, Part, Pattern, Sha256, Text, Whole
from schema.vocabulary import Record, about

SQLITE_FILE = "headcount.db"
"""The file name of the database as a download."""


class DownloadSchema(Record):
    """A file to download: the whole dataset, or all records of one kind."""

    name = fields.String(dump_only=True, metadata=about("The file's name.", "estimates.csv"))
    url = fields.String(dump_only=True, metadata=about("Where it is.", "/dataset/estimates.csv"))
    media_type = fields.String(dump_only=True, metadata=about("What it is written in.", "text/csv"))
    bytes = Whole(dump_only=True, metadata=about("Its size, before any coding for the way.", 20480))
    sha256 = Sha256(dump_only=True, metadata=about("SHA-256 of these bytes.", "0" * 64))


class DatasetSchema(Record):
    """The dataset of a release."""

    version = fields.String(dump_only=True, metadata=about("A digest of all records: the same for the same."))
    title = Text(200, required=True, metadata=about("What the dataset is called."))
    description = Text(1000, required=True, metadata=about("What it holds, and what it is for."))
    licence = Pattern(
        "^[A-Za-z0-9][A-Za-z0-9.+-]*$",
        "the SPDX identifier of a licence, such as CC-BY-4.0",
        100,
        required=True,
        metadata=about("The licence under which it may be used, by its SPDX identifier.", "CC-BY-4.0"),
    )
    creators = ListOf(
        Text(200), required=True, validate=validate.Length(1, 100), metadata=about("Who made it: people or bodies.")
    )
    citation = fields.String(dump_only=True, metadata=about("How to cite it."))
    built = fields.String(
        dump_only=True, metadata=about("When its file was written (RFC 3339).", "2025-01-01T00:00:00Z")
    )
    counts = fields.Dict(
        fields.String(), fields.Integer(), dump_only=True, metadata=about("Resource → number of records.")
    )
    versions = ListOf(
        fields.String(), dump_only=True, metadata=about("All that were loaded here, oldest first; for /changes.")
    )
    downloads = ListOf(Part(DownloadSchema), dump_only=True, metadata=about("The files that it can be had as."))


def cite(dataset: dict[str, Any]) -> str:
    """Return the citation of a dataset's record: makers, title, version."""
    return f"{'; '.join(dataset['creators'])}. {dataset['title']}, version {dataset['version']}."
