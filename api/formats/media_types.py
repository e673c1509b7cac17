"""The formats that answers are written in, and their media types."""

from enum import StrEnum


class Format(StrEnum):
    """How a list is written: JSON and JSON-LD a page at a time; CSV and NDJSON all of it, as a stream."""

    JSON = "json"
    CSV = "csv"
    NDJSON = "ndjson"
    JSONLD = "jsonld"


class ItemFormat(StrEnum):
    """How one record is written."""

    JSON = Format.JSON.value
    JSONLD = Format.JSONLD.value


MEDIA_TYPES = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv",
    Format.NDJSON: "application/x-ndjson",
    Format.JSONLD: "application/ld+json",
}
ITEM_MEDIA_TYPES = {format_: MEDIA_TYPES[format_] for format_ in (Format.JSON, Format.JSONLD)}
PAGED = frozenset({Format.JSON, Format.JSONLD})
"""The formats of which an answer holds a page, and the number on all pages."""
