"""The pages of lists and of the dataset: what the API answers at the same address, as a table.

A page asks the endpoint of its route and shows the records of the answer, so both have the same records in the same
order, page by page.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

import orjson
from flask import Response, redirect, request
from werkzeug.exceptions import HTTPException

from api.endpoints import conflicts, dataset, records
from api.endpoints.endpoint import Endpoint
from api.explorer import sharing
from api.explorer.pages import refusal
from api.explorer.rendering import page
from api.explorer.specification import printed
from api.query.question import address, question_of_request
from api.read.resources import RESOURCES, Resource


@dataclass(frozen=True)
class ListPage:
    """The page of an endpoint: its template, its title, and a sentence about what it holds."""

    endpoint: Endpoint
    template: str
    title: str
    about: str

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
        sent = tuple(request.args.items(multi=True))
        shown = tuple((name, value) for name, value in sent if name != "fields" and value)
        if shown != sent:  # a page shows all fields, and a form sends its empty ones, too
            return redirect(address(self.endpoint.route, shown), HTTPStatus.SEE_OTHER)  # type: ignore[return-value]
        try:
            question = question_of_request(self.endpoint.schema)
        except HTTPException as error:
            return refusal(error, self.endpoint.route, sent)
        path = address(self.endpoint.route, question.canonical)

        def variables() -> Mapping[str, Any]:
            body, _ = self.endpoint.answer(question).render()
            shared = sharing.of_list(self.endpoint.route, question, self.title, self.about)
            return {"list": self, "answered": orjson.loads(body), "printed": printed, "shared": shared}

        return page(self.template, path, variables)


_ENDPOINTS = {endpoint.route: endpoint for endpoint in records.ENDPOINTS}


def _page_of(resource: Resource) -> ListPage:
    """Return the page of a resource's list; the title stands before the colon of its `about`."""
    title, _, about = resource.about.partition(": ")
    return ListPage(_ENDPOINTS[f"/{resource.name}"], "list.html", title, about[:1].upper() + about[1:])


LISTS = (
    *map(_page_of, RESOURCES),
    ListPage(
        conflicts.list_conflicts, "conflicts.html", "Contradictions", "Pairs of figures that cannot both be true."
    ),
    ListPage(
        dataset.get_dataset, "dataset.html", "The dataset", "What is behind every page, to take away and to cite."
    ),
)
"""All lists that have a page."""

PAGES: Mapping[str, Callable[..., Response]] = {page_.endpoint.route: partial(ListPage.show, page_) for page_ in LISTS}
"""The page of each route."""
