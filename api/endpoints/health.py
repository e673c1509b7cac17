"""/health: whether the server runs, and whether it can read its dataset."""

from marshmallow import Schema, fields

from api import context
from api.endpoints.index import blueprint
from api.query.question import VERSION_PARAMETER, QuerySchema, Question


class HealthSchema(Schema):
    """The state of the server."""

    status = fields.String(required=True, metadata={"description": "`ok`: the server answers."})


_no_parameters = QuerySchema(exclude=[VERSION_PARAMETER])


@blueprint.endpoint("/health/live", schema=_no_parameters, body=HealthSchema, negotiated=False)
def get_liveness(_: Question) -> dict[str, str]:
    """Say whether the server runs.

    The dataset is not asked: 200 while the process answers at all.
    """
    return {"status": "ok"}


@blueprint.endpoint("/health/ready", schema=_no_parameters, body=HealthSchema, negotiated=False)
def get_readiness(_: Question) -> dict[str, str]:
    """Say whether the dataset can be read.

    200 where the dataset can be read, else 503 with the reason.
    """
    context.check()
    return {"status": "ok"}
