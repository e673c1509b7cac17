"""How an answer is written, and how a client says so."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any

from api import live
from api.http import accepted_media_types


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


_ALL = tuple(Format)


def chosen_format(query: Mapping[str, Any], formats: Iterable[Format] = _ALL) -> Format:
    """Return the format that `format` names, or that `Accept` prefers; JSON where it does not care."""
    if "format" in query:
        return Format(query["format"])
    return _preferred(live.accept(), tuple(formats))


@lru_cache(maxsize=1024)
def _preferred(_accept: str, formats: tuple[Format, ...]) -> Format:
    preferred = accepted_media_types().best_match([MEDIA_TYPES[one] for one in formats])
    return next((one for one in formats if MEDIA_TYPES[one] == preferred), Format.JSON)
