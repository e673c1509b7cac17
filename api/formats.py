"""How a list is written, and how a client says so: JSON a page at a time; CSV and NDJSON all of it, as a stream."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from flask import request


class Format(StrEnum):
    """How a list is written."""

    JSON = "json"
    CSV = "csv"
    NDJSON = "ndjson"


MEDIA_TYPES = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv",
    Format.NDJSON: "application/x-ndjson",
}


def chosen_format(query: Mapping[str, Any]) -> Format:
    """Return the format that `format` names, or that `Accept` prefers; JSON where it does not care."""
    if "format" in query:
        return Format(query["format"])
    preferred = request.accept_mimetypes.best_match(list(MEDIA_TYPES.values()))
    return next((one for one, media_type in MEDIA_TYPES.items() if media_type == preferred), Format.JSON)
