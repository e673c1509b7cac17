"""/health: whether the server runs, and whether it can answer questions."""

from marshmallow import Schema, fields

from api import context
from api.endpoints import records
from api.endpoints.index import blueprint
from api.query.question import VERSION_PARAMETER, QuerySchema, Question, parse_question


class HealthSchema(Schema):
    """The state of the server."""

    status = fields.String(required=True, metadata={"description": "`ok`: the server answers."})


_no_parameters = QuerySchema(exclude=[VERSION_PARAMETER])
_ESTIMATES = next(endpoint for endpoint in records.ENDPOINTS if endpoint.route == "/estimates")


@blueprint.endpoint("/health/live", schema=_no_parameters, body=HealthSchema, negotiated=False)
def get_liveness(_: Question) -> dict[str, str]:
    """Say whether the server runs.

    The dataset is not asked: 200 while the process answers at all.
    """
    return {"status": "ok"}


@blueprint.endpoint("/health/ready", schema=_no_parameters, body=HealthSchema, negotiated=False)
def get_readiness(_: Question) -> dict[str, str]:
    """Say whether questions can be answered.

    200 where `/estimates` can be answered now, else 503 with the reason.
    """
    context.check()
    if context.release().is_local:  # a database server could keep this waiting, and tells its faults to `check`
        _ESTIMATES.answer(parse_question(_ESTIMATES.schema, b"format=json")).render()
    return {"status": "ok"}
