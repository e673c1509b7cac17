"""What schemathesis has to know of the API beyond the OpenAPI document, which cannot compare two parameters."""

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    """Change what is refused, as test_filters and test_conflicts show.

    A value_max is raised to the value_min above it, and `compatible` left out beside reports.
    """
    query = case.query or {}
    if "reports" in str(query.get("kind", "")).lower():
        query.pop("compatible", None)
    try:
        is_refused = float(query["value_min"]) > float(query["value_max"])
    except (KeyError, TypeError, ValueError):
        return
    if is_refused:
        query["value_max"] = query["value_min"]
