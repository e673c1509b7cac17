"""The formats of answers, and their media types."""

from enum import StrEnum


class Format(StrEnum):
    """The formats of a list: JSON and JSON-LD hold one page; CSV and NDJSON hold the whole list, as a stream."""

    JSON = "json"
    CSV = "csv"
    NDJSON = "ndjson"
    JSONLD = "jsonld"


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
ITEM_MEDIA_TYPES = {format_: MEDIA_TYPES[format_] for format_ in (Format.JSON, Format.JSONLD)}
PAGED = frozenset({Format.JSON, Format.JSONLD})
"""The formats in which an answer holds one page of a list, with the total of all pages."""
