"""What there is to ask, and the probes of whoever runs the server."""

import orjson
from marshmallow import Schema, fields

from api import context
from api.endpoints.blueprint import Blueprint
from api.endpoints.openapi import documented, envelope_of
from api.http.answers import Answer, answered_one
from api.http.negotiation import negotiate
from api.query.schemas import QuerySchema
from api.read.resources import RESOURCES

blueprint = Blueprint("service", __name__, description="What there is, and whether the server is well.")


class ResourceSchema(Schema):
    """One of the things that can be asked for."""

    name = fields.String(required=True, metadata={"description": "What it is called."})
    url = fields.String(required=True, metadata={"description": "Where it is."})
    about = fields.String(required=True, metadata={"description": "What it gives."})


class IndexSchema(Schema):
    """Where everything is."""

    name = fields.String(required=True, metadata={"description": "Headcount."})
    about = fields.String(required=True, metadata={"description": "What it is for."})
    resources = fields.List(fields.Nested(ResourceSchema), required=True, metadata={"description": "What there is."})


class HealthSchema(Schema):
    """How the server is."""

    status = fields.String(required=True, metadata={"description": "`ok`: the server answers."})


_MORE = {
    "series": "One indicator over time: takes `indicator`.",
    "facets": "Counts of estimates by the values of their fields.",
    "conflicts": "What cannot all be true.",
    "changes": "What changed between a version of the dataset and this one: takes `since`.",
    "resolve": "What a name could mean: takes `q`.",
    "dataset": "The dataset: version, licence, how to cite it, downloads.",
    "openapi.json": "The description of this API, for programs (OpenAPI 3.1).",
    "docs": "The description of this API, to read and try.",
    "health/live": "Whether the server runs.",
    "health/ready": "Whether the server can read its dataset.",
    "metrics": "What the server counts, for Prometheus.",
}


def list_resource(name: str, about: str, *, before: str) -> None:
    """List one more resource in the index, before one that is listed."""
    following = list(_MORE)[list(_MORE).index(before) :]
    _MORE.update({name: about} | {other: _MORE.pop(other) for other in following})


@blueprint.route("/")
@negotiate("application/json")
@blueprint.arguments(QuerySchema, location="query", error_status_code=400)
@documented(
    blueprint,
    envelope_of(IndexSchema()),
    operation="get_index",
    summary="List what can be asked for",
    description="Where everything is, from here on.",
)
def get_index(_: object) -> Answer:
    """List what can be asked for."""
    resources = [{"name": one.name, "url": f"/{one.name}", "about": one.about} for one in RESOURCES]
    resources += [{"name": name, "url": f"/{name}", "about": about} for name, about in _MORE.items()]
    about = "Numbers in the news about armed groups, each with who said it, in which words, and who printed it."
    index = {"name": "Headcount", "about": about, "resources": resources}
    return answered_one("/", lambda: orjson.dumps(index))


@blueprint.route("/health/live")
@blueprint.arguments(QuerySchema, location="query", error_status_code=400)
@documented(
    blueprint,
    HealthSchema,
    operation="get_liveness",
    summary="Say whether the server runs",
    description="The dataset is not asked: 200 while the process answers at all.",
)
def get_liveness(_: object) -> dict[str, str]:
    """Say whether the server runs; the dataset is not asked."""
    return {"status": "ok"}


@blueprint.route("/health/ready")
@blueprint.arguments(QuerySchema, location="query", error_status_code=400)
@documented(
    blueprint,
    HealthSchema,
    operation="get_readiness",
    summary="Say whether the dataset can be read",
    description="200 where the dataset can be read, else 503.",
)
def get_readiness(_: object) -> dict[str, str]:
    """Say whether the server can read its dataset: 200 if so, else 503."""
    context.release()
    return {"status": "ok"}
