"""The chart of a query: the parameters that it takes, its title and its content."""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any

from api import context
from api.explorer.marks import Chart, read_chart
from api.query.parameters import distinct_parameter, filter_fields
from api.query.question import Pairs, QuerySchema, canonical
from api.read.topics import names_of_terms
from schema.fields import Term, Whole
from schema.vocabulary import about

DEFAULT_WIDTH = 760
CHARTS_CACHED = 16
"""How many charts a process keeps: a page, its picture and its specification are requested together."""


class Theme(StrEnum):
    """The background of a chart."""

    LIGHT = "light"
    DARK = "dark"


class Scale(StrEnum):
    """The scale of numbers."""

    LOG = "log"
    LINEAR = "linear"


OPTIONS = {
    "scale": Term(
        Scale, load_default=Scale.LOG, metadata=about("How numbers are laid out; percent is linear.", "linear")
    ),
    "theme": Term(Theme, load_default=Theme.LIGHT, metadata=about("On what the chart is set.", "dark")),
    "width": Whole(
        200, 2000, load_default=DEFAULT_WIDTH, metadata=about("Width of the plot, in pixels.", DEFAULT_WIDTH)
    ),
}
"""The parameters that change the style of a chart, and not its content."""

_FILTERS = {"distinct": distinct_parameter(), **filter_fields()}
CHART_QUERY = QuerySchema.from_dict({**_FILTERS, **OPTIONS}, name="ChartQuerySchema")()
"""The parameters of a chart: the filters of `/estimates`, and the options."""


def chart_of(query: Mapping[str, Any]) -> Chart:
    """Return the chart of a query, read once for all of its options."""
    filters = canonical(CHART_QUERY, {name: value for name, value in query.items() if name in _FILTERS})
    return chart_of_filters(context.release().version, filters)


@lru_cache(maxsize=CHARTS_CACHED)
def chart_of_filters(_version: str, filters: Pairs) -> Chart:
    """Return the chart of filters in their canonical form; the dataset's version is a part of the cache's key."""
    values: dict[str, list[str]] = {}
    for name, value in filters:
        values.setdefault(name, []).append(value)
    query = CHART_QUERY.load({name: several if len(several) > 1 else several[0] for name, several in values.items()})
    return read_chart(context.connection(), query)


def title_of(query: Mapping[str, Any]) -> str:
    """Return a query's terms as a title: `Claims about fighters · Islamic State · Iraq`."""
    names = {kind: ", ".join(of_kind) for kind, of_kind in names_of_terms(query).items()}
    indicators = names.pop("indicator", "").lower()
    return " · ".join([f"Claims about {indicators}" if indicators else "Claims", *names.values()])
