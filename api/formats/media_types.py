"""The formats of answers, and their media types."""

from enum import StrEnum


class Format(StrEnum):
    """The formats of the list of claims: CSV and NDJSON hold all of it, as a stream, the others a page."""

    JSON = "json"
    CSV = "csv"
    NDJSON = "ndjson"
    JSONLD = "jsonld"
    ATOM = "atom"


class ListFormat(StrEnum):
    """The formats of all other lists."""

    JSON = Format.JSON.value
    CSV = Format.CSV.value
    NDJSON = Format.NDJSON.value
    JSONLD = Format.JSONLD.value


class ItemFormat(StrEnum):
    """The formats of one record."""

    JSON = Format.JSON.value
    JSONLD = Format.JSONLD.value


MEDIA_TYPES = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv",
    Format.NDJSON: "application/x-ndjson",
    Format.JSONLD: "application/ld+json",
}
FEED_MEDIA_TYPES = {**MEDIA_TYPES, Format.ATOM: "application/atom+xml"}
"""Those of the list of claims, which is a feed too."""
ITEM_MEDIA_TYPES = {format_: MEDIA_TYPES[format_] for format_ in (Format.JSON, Format.JSONLD)}
PAGED = frozenset({Format.JSON, Format.JSONLD, Format.ATOM})
"""The formats in which an answer holds one page of a list, with the total of all pages."""
