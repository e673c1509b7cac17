"""What changed between two versions of the dataset: estimates inserted, updated (with old and new values), deleted.

The loader keeps, for each version that it writes over another, the changed estimates as they were before. Those since a
version are the estimates that any later version changed, each by the earliest state kept: two changes of one are one.
"""

from enum import StrEnum
from typing import Any

import orjson
from marshmallow import Schema, fields
from sqlalchemy import Connection, Row, Select, case, func, select
from werkzeug.exceptions import NotFound

from api import context
from api.endpoints.blueprint import Blueprint
from api.endpoints.lists import answer_list
from api.endpoints.openapi import documented, envelope_of
from api.formats.media_types import MEDIA_TYPES
from api.http.answers import Answer
from api.http.negotiation import negotiate
from api.query.choices import choose_terms
from api.query.schemas import QuerySchema, field_names, list_fields
from api.read.pages import Selected
from schema import tables
from schema.fields import Id, ListOf, Part, Pattern, Term
from schema.flat import flattened
from schema.records import EstimateSchema
from schema.vocabulary import about

MOST_VERSIONS_NAMED = 50


class Change(StrEnum):
    """What became of an estimate."""

    INSERTED = "inserted"
    UPDATED = "updated"
    DELETED = "deleted"


_ANY = {"type": ["string", "number", "boolean"]}


class ChangedFieldSchema(Schema):
    """A value of an estimate that is another now."""

    field = fields.String(metadata=about("Which one, dotted where nested.", "as_of.edtf"))
    old = fields.Raw(allow_none=True, metadata=about("What it was; null also where it was not there.", 400) | _ANY)
    new = fields.Raw(allow_none=True, metadata=about("What it is; null also where it is not there.", 500) | _ANY)


class ChangeSchema(Schema):
    """An estimate that is not what it was."""

    id = Id(metadata=about("The estimate.", "base"))
    change = Term(Change, metadata=about("What became of it.", "updated"))
    changed = ListOf(
        fields.Nested(ChangedFieldSchema), metadata=about("Of an updated one, each value that is another.")
    )
    estimate = Part(EstimateSchema, metadata=about("The estimate as it is; a deleted one as it was."))


_change = ChangeSchema()
_schema = QuerySchema.from_dict(
    {
        "since": Pattern(
            "^[0-9a-f]{16}$",
            "a version of the dataset, as in `meta.dataset`; /dataset lists them",
            required=True,
            metadata=about("The version that is compared with the present one."),
        ),
        "change": choose_terms("change", Change, metadata=about("Which changes; by default all.", ["deleted"])),
        **list_fields(field_names(_change)),
    },
    name="ChangesQuerySchema",
)()

blueprint = Blueprint("changes", __name__, description="What changed between two versions of the dataset.")


@blueprint.route("/changes")
@negotiate(*MEDIA_TYPES.values())
@blueprint.arguments(_schema, location="query", error_status_code=400)
@documented(
    blueprint,
    envelope_of(_change, many=True),
    operation="list_changes",
    summary="List what changed since a version",
    description=(
        "Estimates that were inserted, updated or deleted between a version of the dataset and the present one, by id. "
        "A version that was never loaded here answers 404 and names those that were."
    ),
    formats=MEDIA_TYPES.values(),
)
def list_changes(query: dict[str, Any]) -> Answer:
    """List what changed since a version."""
    versions = context.release().versions
    if query["since"] not in versions:
        named = ", ".join(versions[-MOST_VERSIONS_NAMED:])
        raise NotFound(f"No version {query['since']!r} was loaded here; there are, oldest first: {named}.")

    def listed() -> Selected:
        return Selected(context.release(), context.connection(), select_changes(query), _rendered)

    return answer_list(
        name="changes", record=_change, schema=_schema, query=query, listed=listed, also=",".join(versions)
    )


def select_changes(query: dict[str, Any]) -> Select[Any]:
    """Return the estimates that are not what they were in a version, as they were (`old`) and are (`new`)."""
    versions, history, rendered = tables.versions.c, tables.history, tables.estimates_rendered
    # Loaded, replaced and loaded again, a version is the present one again.
    number = select(func.max(versions.number)).where(versions.version == query["since"]).scalar_subquery()
    first = (
        select(history.c.id, func.min(history.c.number).label("number"))
        .where(history.c.number > number)
        .group_by(history.c.id)
        .subquery()
    )
    joined = first.join(history, (history.c.id == first.c.id) & (history.c.number == first.c.number))
    joined = joined.outerjoin(tables.estimates, tables.estimates.c.id == first.c.id)
    joined = joined.outerjoin(rendered, rendered.c.position == tables.estimates.c.position)
    old, new = history.c.json, rendered.c.json
    change = case((old.is_(None), Change.INSERTED), (new.is_(None), Change.DELETED), else_=Change.UPDATED)
    found = select(first.c.id, change.label("change"), old.label("old"), new.label("new"))
    found = found.select_from(joined).where(old.is_distinct_from(new)).order_by(first.c.id)
    return found.where(change.in_(query["change"])) if "change" in query else found


def _rendered(_: Connection, row: Row[Any]) -> bytes:
    changed = []
    if row.old and row.new:
        old, new = (flattened(orjson.loads(one), ".") for one in (row.old, row.new))
        for name in {**new, **old}:
            if old.get(name) != new.get(name):
                changed.append({"field": name, "old": old.get(name), "new": new.get(name)})
    about_it = orjson.dumps({"id": row.id, "change": row.change, "changed": changed})
    return b'%b,"estimate":%b}' % (about_it[:-1], (row.new or row.old).encode())
