"""/changes: the estimates that were inserted, updated or deleted since a version of the dataset.

When the loader replaces a version, it stores the previous state of each estimate that changed. /changes compares the
earliest state stored after a version with the present state, so several changes of an estimate are shown as one.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from typing import Any

import orjson
from marshmallow import Schema, fields
from sqlalchemy import Connection, Row, Select, case, exists, func, null, select, union_all
from werkzeug.exceptions import NotFound

from api import context
from api.endpoints.endpoint import Blueprint
from api.endpoints.envelope import answer_list, envelope_of
from api.formats.media_types import MEDIA_TYPES
from api.http.answers import Answer
from api.query.choices import choose_terms
from api.query.filters import Parameters
from api.query.parameters import field_names, list_fields, sort_parameter
from api.query.question import VERSION_PATTERN, QuerySchema, Question
from api.read.pages import SelectedList, orders
from schema import tables
from schema.fields import Id, ListOf, Part, Pattern, Term
from schema.flat import flattened
from schema.records import EstimateSchema
from schema.vocabulary import about

MOST_VERSIONS_NAMED = 50
"""How many versions the message of a 404 names."""


class Change(StrEnum):
    """The kinds of changes."""

    INSERTED = "inserted"
    UPDATED = "updated"
    DELETED = "deleted"


_ANY = {"type": ["string", "number", "boolean"]}


class ChangedFieldSchema(Schema):
    """A field of an estimate with its old and its new value."""

    field = fields.String(metadata=about("Which one, dotted where nested.", "as_of.edtf"))
    old = fields.Raw(allow_none=True, metadata=about("What it was; null also where it was not there.", 400) | _ANY)
    new = fields.Raw(allow_none=True, metadata=about("What it is; null also where it is not there.", 500) | _ANY)


class ChangeSchema(Schema):
    """An estimate that was inserted, updated or deleted."""

    id = Id(metadata=about("The estimate.", "base"))
    change = Term(Change, metadata=about("What became of it.", "updated"))
    version = Pattern(VERSION_PATTERN, "a version of the dataset", metadata=about("The version that changed it last."))
    changed = ListOf(
        fields.Nested(ChangedFieldSchema), metadata=about("Of an updated one, each value that is another.")
    )
    estimate = Part(EstimateSchema, metadata=about("The estimate as it is; a deleted one as it was."))


_change = ChangeSchema()
_schema = QuerySchema.from_dict(
    {
        "since": Pattern(
            VERSION_PATTERN,
            "a version of the dataset, as in `meta.dataset`; /dataset lists them",
            required=True,
            metadata=about("The version that is compared with the present one."),
        ),
        "change": choose_terms("change", Change, metadata=about("Which changes; by default all.", ["deleted"])),
        "sort": sort_parameter(("id", "version"), "id"),
        **list_fields(field_names(_change)),
    },
    name="ChangesQuerySchema",
)()

blueprint = Blueprint("changes", __name__, description="What changed between two versions of the dataset.")


@blueprint.endpoint("/changes", schema=_schema, body=envelope_of(_change, many=True), media_types=MEDIA_TYPES.values())
def list_changes(question: Question) -> Answer:
    """List what changed since a version.

    Estimates that were inserted, updated or deleted between a version of the dataset and the present one, by id, or
    with `sort=-version` those of the latest version first. A version that was never loaded here answers 404 and names
    those that were.
    """
    release, since = context.release(), question.parameters["since"]
    if since not in release.versions:
        versions = ", ".join(release.versions[-MOST_VERSIONS_NAMED:])
        raise NotFound(f"No version {since!r} was loaded here; there are, oldest first: {versions}.")
    changes = SelectedList(release, partial(select_changes, question.parameters), _render)
    return answer_list("changes", _change, question, changes, also=",".join(release.versions))


def select_changes(parameters: Parameters) -> Select[Any]:
    """Return the SELECT of the estimates that changed since a version.

    Its columns are `id`, `change`, the JSON `old` and `new`, and the `version` that changed the estimate last.
    """
    versions, history, estimates = tables.versions.c, tables.history, tables.estimates
    # A version that was loaded twice stands in `versions` twice; the later one counts.
    number = select(func.max(versions.number)).where(versions.version == parameters["since"]).scalar_subquery()
    first = (
        select(history.c.id, func.min(history.c.number).label("number"), func.max(history.c.number).label("last"))
        .where(history.c.number > number)
        .group_by(history.c.id)
        .cte("first")
    )
    old, new = history.c.json.label("old"), tables.estimates_rendered.c.json.label("new")
    of_first = history.join(first, (history.c.id == first.c.id) & (history.c.number == first.c.number))
    present = select(first.c.id, first.c.last, old, new).select_from(of_first)
    present = present.join(estimates, estimates.c.id == first.c.id)
    present = present.join(tables.estimates_rendered, tables.estimates_rendered.c.position == estimates.c.position)
    present = present.where(history.c.json.is_distinct_from(tables.estimates_rendered.c.json))
    gone = select(first.c.id, first.c.last, old, null().label("new")).select_from(of_first)
    gone = gone.where(history.c.json.is_not(None), ~exists().where(estimates.c.id == first.c.id))
    both = union_all(present, gone).subquery()
    change = case((both.c.old.is_(None), Change.INSERTED), (both.c.new.is_(None), Change.DELETED), else_=Change.UPDATED)
    order = orders({"id": both.c.id, "version": both.c.last}, parameters["sort"])
    changes = select(both.c.id, change.label("change"), versions.version, both.c.old, both.c.new)
    changes = changes.join_from(both, tables.versions, versions.number == both.c.last)
    changes = changes.order_by(*(key.clause(backwards=False) for key in order))
    return changes.where(change.in_(parameters["change"])) if "change" in parameters else changes


def _render(_: Connection, row: Row[Any]) -> bytes:
    """Return a row of `select_changes` as JSON."""
    changed = []
    if row.old and row.new:
        old, new = (flattened(orjson.loads(json), ".") for json in (row.old, row.new))
        changed = changed_fields(differing(old, new))
    change = orjson.dumps({"id": row.id, "change": row.change, "version": row.version, "changed": changed})
    return b'%b,"estimate":%b}' % (change[:-1], (row.new or row.old).encode())


def differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return the values that differ between two records, by name, each with the old and the new one."""
    return {name: (old.get(name), new.get(name)) for name in {**new, **old} if old.get(name) != new.get(name)}


def changed_fields(values: Mapping[str, tuple[Any, Any]]) -> list[dict[str, Any]]:
    """Return values that differ as objects of `ChangedFieldSchema`."""
    return [{"field": name, "old": old, "new": new} for name, (old, new) in values.items()]
