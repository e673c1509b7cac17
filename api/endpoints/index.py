"""/: the index, with the resources and the other endpoints of the API."""

import orjson
from flask import current_app
from marshmallow import Schema, fields

from api.endpoints.endpoint import Blueprint
from api.endpoints.envelope import answer_json, envelope_of
from api.http.answers import CODE_VERSION, Answer
from api.query.question import Question, address
from api.read.resources import RESOURCES

blueprint = Blueprint("service", __name__, description="What there is.")


class ResourceSchema(Schema):
    """A resource or another endpoint."""

    name = fields.String(required=True, metadata={"description": "What it is called."})
    url = fields.String(required=True, metadata={"description": "Where it is."})
    about = fields.String(required=True, metadata={"description": "What it gives."})


class IndexSchema(Schema):
    """The index."""

    name = fields.String(required=True, metadata={"description": "Headcount."})
    about = fields.String(required=True, metadata={"description": "What it is for."})
    resources = fields.List(fields.Nested(ResourceSchema), required=True, metadata={"description": "What there is."})


_OTHER_ENDPOINTS = {
    "answer": "Any question answered in sentences, each with the claims and estimates behind it.",
    "series": "One indicator over time: takes `indicator`.",
    "facets": "Counts of estimates by the values of their fields.",
    "conflicts": "Figures that contradict each other, or claims that agree.",
    "chart.svg": "The chart of any question; also chart.png and chart.vl.json.",
    "changes": "What changed between a version of the dataset and this one: takes `since`.",
    "resolve": "What a name could mean: takes `q`.",
    "dataset": "The dataset: version, licence, how to cite it, downloads.",
    "openapi.json": "The description of this API, for programs (OpenAPI 3.1).",
    "docs": "The description of this API, to read and try.",
    "health/live": "Whether the server runs.",
    "health/ready": "Whether the server can read its dataset.",
    "metrics": "What the server counts, for Prometheus.",
}
"""The endpoints beside the resources, each with its description; `api.explorer` adds the charts."""


@blueprint.endpoint("/", body=envelope_of(IndexSchema()))
def get_index(question: Question) -> Answer:
    """List what can be asked for.

    Where everything is, from here on.
    """
    routes = {rule.rule for rule in current_app.url_map.iter_rules()}
    others = {name: text for name, text in _OTHER_ENDPOINTS.items() if f"/{name}" in routes}
    descriptions = {resource.name: resource.about for resource in RESOURCES} | others
    index = {
        "name": "Headcount",
        "about": "Numbers in the news about armed groups, each with who said it, in which words, and who printed it.",
        "resources": [{"name": name, "url": f"/{name}", "about": text} for name, text in descriptions.items()],
    }
    # Another version of the program may have other endpoints, so `dataset` alone does not decide this answer.
    return answer_json(address("/", question.canonical), lambda: orjson.dumps(index), also=CODE_VERSION)
