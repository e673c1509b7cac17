"""The endpoints of charts: the Vega-Lite specification of any query, and its images as SVG and PNG."""

from collections.abc import Callable
from functools import lru_cache
from html import escape

import orjson
from flask import Flask
from marshmallow import EXCLUDE, Schema, fields

from api import context
from api.endpoints.endpoint import Blueprint, Endpoint
from api.explorer.charts import CHART_QUERY, chart_of, title_of
from api.explorer.description import describe, notes
from api.explorer.renderer import renderer
from api.explorer.specification import Spec, specify
from api.explorer.style import Options
from api.http.answers import Answer, answer
from api.query.filters import Parameters
from api.query.question import Question, address
from schema.vocabulary import about

IMAGES_CACHED = 64
"""How many images of each kind a process keeps."""

blueprint = Blueprint("chart", __name__, description="The chart of any question.")


class _OpenSchema(Schema):
    """A schema with keys beside those declared: of a specification, these are in Vega-Lite's own schema."""

    class Meta:
        """Leave `additionalProperties` out of OpenAPI."""

        unknown = EXCLUDE


SpecificationSchema = _OpenSchema.from_dict(
    {
        "$schema": fields.String(required=True, metadata=about("Which version of Vega-Lite it is for.")),
        "description": fields.String(required=True, metadata=about("The chart in words, for those who do not see it.")),
    },
    name="SpecificationSchema",
)


@blueprint.endpoint("/chart.vl.json", schema=CHART_QUERY, body=SpecificationSchema)
def get_chart(question: Question) -> Answer:
    """Get the chart of a question as a Vega-Lite specification.

    Estimates over time under the filters of /estimates: a stated interval is a bar, a number a mark, an open side fades
    out. The title, what was left out, and the dataset's version stand in it. /chart.svg and /chart.png give the same
    chart as an image, under the same parameters.
    """
    return _answer("/chart.vl.json", "application/json", question, str.encode)


def specification(query: Parameters) -> Spec:
    """Return the Vega-Lite specification of a query's chart."""
    release, chart, title = context.release(), chart_of(query), title_of(query)
    source = f"Source: {release.dataset['title']}, dataset {release.version}"
    options = Options(query["width"], query["theme"], query["scale"])
    return specify(chart, options, title=title, subtitle=[*notes(chart), source], description=describe(chart, title))


def _answer(path: str, media_type: str, question: Question, write: Callable[[str], bytes]) -> Answer:
    """Return the answer at a path; `write` makes its body of the specification as JSON."""

    def render() -> tuple[bytes, dict[str, str]]:
        return write(orjson.dumps(specification(question.parameters)).decode()), {}

    return answer(address(path, question.canonical), render, media_type)


@lru_cache(maxsize=IMAGES_CACHED)
def _svg(specification: str) -> bytes:
    """Return a specification as SVG, with its title and description for screen readers."""
    svg = renderer().render("svg", specification).decode()
    content = orjson.loads(specification)
    title, description = (escape(text) for text in (content["title"]["text"], content["description"]))
    return svg.replace(">", f' role="img"><title>{title}</title><desc>{description}</desc>', 1).encode()


@lru_cache(maxsize=IMAGES_CACHED)
def _png(specification: str) -> bytes:
    """Return a specification as PNG."""
    return renderer().render("png", specification)


def _image_endpoint(path: str, media_type: str, write: Callable[[str], bytes]) -> Endpoint:
    def get_image(question: Question) -> Answer:
        return _answer(path, media_type, question, write)

    return Endpoint(path, CHART_QUERY, (media_type,), negotiated=True, answer=get_image)


def init_app(app: Flask) -> None:
    """Add the endpoints of images; OpenAPI leaves them out, because generated clients have no use for images."""
    for path, media_type, write in (("/chart.svg", "image/svg+xml", _svg), ("/chart.png", "image/png", _png)):
        view = _image_endpoint(path, media_type, write).view
        app.add_url_rule(path, path.removeprefix("/").replace(".", "_"), view)
