"""The chart of any question: as a Vega-Lite specification, as SVG and as PNG, to be looked at or to be embedded."""

from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache
from html import escape

import orjson
from flask import Flask
from marshmallow import Schema, fields
from sqlalchemy import select

from api import context
from api.endpoints.endpoint import Blueprint, Endpoint
from api.explorer.layers import Spec
from api.explorer.marks import Drawing, draw
from api.explorer.renderer import pencil
from api.explorer.specification import describe, specify
from api.explorer.style import Setting
from api.http.answers import Answer, answer
from api.query.filters import Parameters
from api.query.parameters import distinct_parameter, filter_fields
from api.query.question import QuerySchema, Question, address, canonical
from schema import tables
from schema.fields import Term, Whole
from schema.vocabulary import about

DEFAULT_WIDTH = 760
KEPT = 64
"""How many drawn charts a process keeps."""


class Theme(StrEnum):
    """On what a chart is set."""

    LIGHT = "light"
    DARK = "dark"


class Scale(StrEnum):
    """How numbers are laid out."""

    LOG = "log"
    LINEAR = "linear"


SETTINGS = {
    "scale": Term(
        Scale, load_default=Scale.LOG, metadata=about("How numbers are laid out; percent is linear.", "linear")
    ),
    "theme": Term(Theme, load_default=Theme.LIGHT, metadata=about("On what the chart is set.", "dark")),
    "width": Whole(
        200, 2000, load_default=DEFAULT_WIDTH, metadata=about("Width of the plot, in pixels.", DEFAULT_WIDTH)
    ),
}
_schema = QuerySchema.from_dict(
    {"distinct": distinct_parameter(), **filter_fields(), **SETTINGS}, name="ChartQuerySchema"
)()

SpecificationSchema = Schema.from_dict(
    {
        "$schema": fields.String(required=True, metadata=about("Which version of Vega-Lite it is for.")),
        "description": fields.String(required=True, metadata=about("The chart in words, for those who do not see it.")),
    },
    name="SpecificationSchema",
)

blueprint = Blueprint("chart", __name__, description="The chart of any question.")


def specification(query: Parameters) -> Spec:
    """Return the Vega-Lite specification of the estimates that a query asks for."""
    source = f"Source: {context.release().dataset['title']}, dataset {context.release().version}"
    setting = Setting(query["width"], query["theme"], query["scale"])
    return specify(_drawing(query), setting, headline(query), source)


def claims_of(query: Parameters) -> int:
    """Return how many claims the estimates report that a question asks for."""
    return _drawing(query).claims


def description(query: Parameters) -> str:
    """Return in words what the chart of a question shows."""
    return describe(_drawing(query), headline(query))


def _drawing(query: Parameters) -> Drawing:
    asked = canonical(_schema, {name: value for name, value in query.items() if name not in SETTINGS})
    return _drawn(context.release().version, tuple(asked))


def headline(query: Parameters) -> str:
    """Return what a question asks for, as a title: `Estimates of fighters · Islamic State · Iraq`."""
    named = {
        kind: context.connection().scalars(
            select(tables.RESOURCES[f"{kind}s"].c.name).where(tables.RESOURCES[f"{kind}s"].c.id.in_(query[kind]))
        )
        for kind in ("indicator", "group", "region", "source")
        if kind in query
    }
    counted = ", ".join(named.pop("indicator", ())).lower()
    what = f"Estimates of {counted}" if counted else "Estimates"
    return " · ".join([what, *(", ".join(one) for one in named.values())])


@lru_cache(maxsize=KEPT)
def _drawn(_version: str, asked: tuple[tuple[str, str], ...]) -> Drawing:
    """Return what is drawn of a question; the page, its picture and its specification ask for the same at once."""
    given: dict[str, list[str]] = {}
    for name, value in asked:
        given.setdefault(name, []).append(value)
    query = _schema.load({name: values if len(values) > 1 else values[0] for name, values in given.items()})
    return draw(context.connection(), query)


@lru_cache(maxsize=KEPT)
def _svg(specified: str) -> bytes:
    drawn = pencil().draw("svg", specified).decode()
    spec = orjson.loads(specified)
    title, described = (escape(text) for text in (spec["title"]["text"], spec["description"]))
    return drawn.replace(">", f' role="img"><title>{title}</title><desc>{described}</desc>', 1).encode()


@lru_cache(maxsize=KEPT)
def _png(specified: str) -> bytes:
    return pencil().draw("png", specified)


@blueprint.endpoint("/chart.vl.json", schema=_schema, body=SpecificationSchema)
def get_chart(question: Question) -> Answer:
    """Get the chart of a question as a Vega-Lite specification.

    Estimates over time under the filters of /estimates: a stated interval is a bar, a number a mark, an open side fades
    out. The title, what was left out, and the dataset's version stand in it. /chart.svg and /chart.png give the same
    chart as an image, under the same parameters.
    """
    return _answer("/chart.vl.json", "application/json", question, str.encode)


def _answer(path: str, media_type: str, question: Question, write: Callable[[str], bytes]) -> Answer:
    def render() -> tuple[bytes, dict[str, str]]:
        return write(orjson.dumps(specification(question.parameters)).decode()), {}

    return answer(address(path, question.canonical), render, media_type)


_IMAGES = {"/chart.svg": ("image/svg+xml", _svg), "/chart.png": ("image/png", _png)}


def _image(path: str) -> Endpoint:
    media_type, write = _IMAGES[path]
    return Endpoint(
        path, _schema, (media_type,), negotiated=True, answer=lambda asked: _answer(path, media_type, asked, write)
    )


def init_app(app: Flask) -> None:
    """Answer with images; OpenAPI leaves them out, since generated clients have no use for them."""
    for path in _IMAGES:
        app.add_url_rule(path, path.removeprefix("/").replace(".", "_"), _image(path).view)
