"""/health: whether the server runs, and whether it can answer questions."""

from marshmallow import Schema, fields

from api import context
from api.endpoints.endpoint import Blueprint
from api.query.filters import RegionScope
from api.query.parameters import DEFAULT_LIMIT
from api.query.question import VERSION_PARAMETER, QuerySchema, Question
from api.read.newest import read_newest

blueprint = Blueprint("health", __name__, description="Whether the server runs, and whether it can answer.")


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
    """Say whether questions can be answered.

    200 where the first page of `/estimates` can be read now, else 503 with the reason.
    """
    context.check()
    if context.release().is_local:  # a database server could keep this waiting, and tells its faults to `check`
        read_newest({"region_scope": RegionScope.WITHIN}, 0, DEFAULT_LIMIT)
    return {"status": "ok"}
