"""What schemathesis has to know of the API beyond the OpenAPI document, which cannot compare two parameters."""

import re

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    """Raise a value_max to the value_min above it, and leave out a version of the dataset that is not live.

    The one is refused, as test_filters shows. The other is a 409, as test_caching shows, and would hide all else.
    """
    for place in (case.query, case.body):
        if isinstance(place, dict) and re.fullmatch("[0-9a-f]{16}", str(place.get("dataset")), re.ASCII):
            del place["dataset"]
    query = case.query or {}
    try:
        is_refused = float(query["value_min"]) > float(query["value_max"])
    except (KeyError, TypeError, ValueError):
        return
    if is_refused:
        query["value_max"] = query["value_min"]
