"""The schema of the dataset's record: its makers, licence, version, counts of records, and downloads."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from schema.fields import Licence, ListOf, Part, Sha256, Text, Whole
from schema.vocabulary import Record, about

SQLITE_FILE = "headcount.db"
"""The file name of the database as a download."""
MOST_CITED = 20
"""The most different wishes to be cited that the dataset's record has for one licence."""


class DownloadSchema(Record):
    """A file to download: the whole dataset, or all records of one kind."""

    name = fields.String(dump_only=True, metadata=about("The file's name.", "estimates.csv"))
    url = fields.String(dump_only=True, metadata=about("Where it is.", "/dataset/estimates.csv"))
    media_type = fields.String(dump_only=True, metadata=about("What it is written in.", "text/csv"))
    bytes = Whole(dump_only=True, metadata=about("Its size, before any coding for the way.", 20480))
    sha256 = Sha256(dump_only=True, metadata=about("SHA-256 of these bytes.", "0" * 64))


class ArticleLicenceSchema(Record):
    """A licence that articles of the dataset have, and how those who gave them ask to be cited."""

    licence = Licence(dump_only=True, metadata=about("Its SPDX identifier.", "CC-BY-4.0"))
    articles = Whole(dump_only=True, metadata=about("Number of articles that have it.", 6))
    cite = ListOf(
        fields.String(),
        dump_only=True,
        metadata=about(f"The different `cite` of these articles, at most {MOST_CITED}; /articles has all."),
    )


class DatasetSchema(Record):
    """The dataset of a release."""

    version = fields.String(dump_only=True, metadata=about("A digest of all records: the same for the same."))
    title = Text(200, required=True, metadata=about("What the dataset is called."))
    description = Text(1000, required=True, metadata=about("What it holds, and what it is for."))
    licence = Licence(
        required=True,
        metadata=about("The licence of what is coded from articles that have none of their own (SPDX).", "CC-BY-4.0"),
    )
    licences = ListOf(
        Part(ArticleLicenceSchema),
        dump_only=True,
        metadata=about("All licences of its articles, by their identifiers."),
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


def names_of_licences(dataset: Mapping[str, Any]) -> list[str]:
    """Return the identifiers of all licences of a dataset's record, that of the dataset itself first."""
    return list(dict.fromkeys((dataset["licence"], *(licence["licence"] for licence in dataset["licences"]))))
