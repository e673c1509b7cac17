"""The pages of lists and of the dataset: what the API answers at the same address, as a table.

A page asks the endpoint of its route and shows the records of the answer, so both have the same records in the same
order, page by page.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from itertools import groupby
from typing import Any

import orjson
from flask import Response, redirect, request
from werkzeug.exceptions import HTTPException

from api import context
from api.endpoints import changes, conflicts, dataset, facets, records, series
from api.endpoints.endpoint import Endpoint
from api.explorer import sharing
from api.explorer.chips import chips_of
from api.explorer.problems import refusal
from api.explorer.rendering import page
from api.formats.phrases import figure
from api.query.filters import RegionScope
from api.query.question import VERSION_PARAMETER, address, question_of_request
from api.read.points import SumRule
from api.read.records import names_of
from api.read.resources import ESTIMATES, RESOURCES, Resource

Answered = Mapping[str, Any]
"""What an endpoint has answered: `data`, `meta` and `links`."""


def _nothing_more(_: Answered) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class ListPage:
    """The page of an endpoint: its template, its title, and a sentence about what it holds.

    `usual` holds parameters that the page takes where the request has none, each with a function that returns its
    value. `more` returns what the template needs beside the answer.
    """

    endpoint: Endpoint
    template: str
    title: str
    about: str
    usual: Mapping[str, Callable[[], str]] = field(default_factory=dict)
    more: Callable[[Answered], dict[str, Any]] = _nothing_more

    @property
    def name(self) -> str:
        """Return the name of what is listed, as in the route: `sources`."""
        return self.endpoint.route.removeprefix("/")

    @property
    def singular(self) -> str:
        """Return the name of the filter for one of them: `source`."""
        return self.name.removesuffix("s")

    def show(self) -> Response:
        """Return the page for Flask's current request."""
        schema, route = self.endpoint.schema, self.endpoint.route
        required = frozenset(name for name, field in schema.fields.items() if field.required)
        sent = tuple(request.args.items(multi=True))
        filled = tuple((name, value) for name, value in sent if name != "fields" and value)
        usual = ((name, value()) for name, value in self.usual.items() if name not in dict(filled))
        shown = (*(pair for pair in usual if pair[1]), *filled)
        if shown != sent:  # a page shows all fields, and a form sends its empty ones, too
            return redirect(address(route, shown), HTTPStatus.SEE_OTHER)  # type: ignore[return-value]
        try:
            question = question_of_request(schema)
        except HTTPException as error:
            return refusal(error, schema, route, sent)

        def variables() -> Mapping[str, Any]:
            body, _ = self.endpoint.answer(question).render()
            answered = orjson.loads(body)
            kept = tuple(pair for pair in question.canonical if pair[0] in (*required, VERSION_PARAMETER))
            return {
                **{"list": self, "answered": answered, "query": question.parameters, "sent": question.canonical},
                **{"chips": chips_of(route, question, required), "unfiltered": address(route, kept)},
                "shared": sharing.of_list(route, question, self.title, self.about),
                **self.more(answered),
            }

        return page(self.template, address(route, question.canonical), variables)


MOST_FIGURES = 8
"""How many different figures of a point of a series are shown in words; the others are with its estimates."""
SUM_RULES = {
    SumRule.NOT_A_FLOW: "not summed: those who are there at one moment are no flow",
    SumRule.APART: "all claims together, which share no day",
    SumRule.OVERLAPPING: "not summed: the claims may count the same",
    SumRule.OTHER_SCOPES: "not summed: the claims leave out, or add, different things",
}
"""Why the claims of a point are summed, or not, in words."""

_ENDPOINTS = {endpoint.route: endpoint for endpoint in records.ENDPOINTS}


def _page_of(resource: Resource) -> ListPage:
    """Return the page of a resource's list; the title stands before the colon of its `about`."""
    title, _, about = resource.about.partition(": ")
    title = "Reports" if resource is ESTIMATES else title  # what pages call an estimate
    return ListPage(_ENDPOINTS[f"/{resource.name}"], "list.html", title, about[:1].upper() + about[1:])


def _commonest_indicator() -> str:
    """Return the indicator with most estimates; empty if there is none."""
    return next((str(indicator["value"]) for indicator in _indicators()), "")


def _indicators() -> list[dict[str, Any]]:
    return facets.counts("indicator", {"region_scope": RegionScope.WITHIN})


def _series_variables(answered: Answered) -> dict[str, Any]:
    """Return the points parted into series, the names of their sources, and all indicators."""

    def key(point: Mapping[str, Any]) -> tuple[Any, ...]:
        return (*(point[part]["id"] for part in ("group", "region")), point["source"], point["claim"])

    def figures_of(point: Mapping[str, Any]) -> list[str]:
        """Return the different figures of a point in words."""
        unit = {"indicator": point["indicator"], "granularity": None}
        return list(dict.fromkeys(figure({**member, **unit}) for member in point["members"]))

    points = answered["data"]
    sources = {member["source"] for point in points for member in point["members"]}
    return {
        "figures_of": figures_of,
        "most_figures": MOST_FIGURES,
        "series": [list(of_series) for _, of_series in groupby(points, key)],
        "names": names_of("source", sources),
        "indicators": _indicators(),
        "sum_rules": SUM_RULES,
    }


def _version_before() -> str:
    """Return the version before the present one, or that if there is none."""
    return context.release().versions[-2:][0]


def _changes_variables(_: Answered) -> dict[str, Any]:
    """Return the versions that were loaded before the present one, the newest first."""
    return {"versions": list(dict.fromkeys(reversed(context.release().versions)))}


LISTS = (
    *map(_page_of, RESOURCES),
    ListPage(
        conflicts.list_conflicts, "conflicts.html", "Contradictions", "Pairs of figures that contradict each other."
    ),
    ListPage(
        dataset.get_dataset, "dataset.html", "The dataset", "What is behind every page, to take away and to cite."
    ),
    ListPage(
        series.list_series,
        "series.html",
        "Over time",
        "One indicator over time: what was said of each year, quarter or month. Nothing is averaged.",
        {"indicator": _commonest_indicator},
        _series_variables,
    ),
    ListPage(
        changes.list_changes,
        "changes.html",
        "What changed",
        "The reports that appeared, changed or vanished since a version of the dataset, the latest first.",
        {"since": _version_before, "sort": lambda: "-version"},
        _changes_variables,
    ),
)
"""All lists that have a page."""

NEED_A_QUESTION = tuple(list_.endpoint.route for list_ in LISTS if list_.usual)
"""The routes of the lists that need a question, and lead to a usual one."""
PAGES: Mapping[str, Callable[..., Response]] = {page_.endpoint.route: partial(ListPage.show, page_) for page_ in LISTS}
"""The page of each route."""
