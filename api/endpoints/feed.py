"""The list of claims as a feed, for programs that tell people what is new."""

from collections.abc import Mapping

import orjson
from marshmallow import Schema

from api import context
from api.formats.atom import Head, write_atom
from api.formats.media_types import Format
from api.formats.phrases import words
from api.query.question import Question, address, without
from api.read.pages import Page
from api.read.resources import CLAIMS
from schema.dataset import cite

_PATH = "/claims"
_OF_A_PAGE = ("sort", "cursor", "offset", "limit", "fields", "format")
"""The parameters that say how a list is written, and not which claims it holds."""


def as_feed(schema: Schema, question: Question) -> Question:
    """Return the question about claims that a feed answers: printed last first, unless it asks for another order.

    Its address names the format, since links to a feed are followed without the `Accept` of the request.
    """
    parameters = {**question.parameters, "format": Format.ATOM}
    if parameters["sort"] == [CLAIMS.default_sort]:
        parameters["sort"] = ["-published"]
    return Question.of(schema, parameters)


def write_feed(question: Question, page: Page, links: Mapping[str, str | None]) -> bytes:
    """Return one page of a feed; `links` are the addresses of this page, the next and the previous one."""
    return write_atom(_head(question, links), map(orjson.loads, page.rendered))


def shown_beside() -> str:
    """Return what a feed shows beside its claims: when the release was made, and the site."""
    return f"{context.release().built}\n{context.site()}"


def _head(question: Question, links: Mapping[str, str | None]) -> Head:
    """Return the head of a feed; its id is the address of the question, whatever the page."""
    release = context.release()
    filters = without(question.canonical, *_OF_A_PAGE)
    return Head(
        title=" · ".join(["Headcount", *(f"{words(name)}: {value}" for name, value in filters)]),
        subtitle=cite(release.dataset),
        rights=release.dataset["licence"],
        site=context.site(),
        id=address(_PATH, (*filters, ("format", Format.ATOM))),
        updated=release.built,
        links={**links, "alternate": address(_PATH, filters)},
    )
