"""From a resource, a list and an item: what is selected, how it is written, and how both are documented."""

from typing import Any

from marshmallow import Schema
from werkzeug.exceptions import NotFound

from api.endpoints.blueprint import Blueprint
from api.endpoints.lists import answer_list, answer_one, canonical
from api.endpoints.openapi import documented, envelope_of
from api.formats.jsonld import linked
from api.formats.media_types import ITEM_MEDIA_TYPES, MEDIA_TYPES, ItemFormat
from api.http.answers import Answer
from api.http.negotiation import negotiate
from api.query.schemas import field_names, item_query, list_query
from api.read.pages import address
from api.read.records import json_of, listing_of
from api.read.resources import RESOURCES, Resource
from schema.flat import narrowed


def answer_item(resource: Resource, schema: Schema, query: dict[str, Any], id_: str) -> Answer:
    """Return one record; raises NotFound."""
    found = json_of(resource.table, id_)
    if found is None:
        raise NotFound(
            f"There is no {resource.name.removesuffix('s')} {id_!r}; /{resource.name} lists those there are."
        )
    path = address(f"/{resource.name}/{id_}", canonical(schema, query, {"format": ItemFormat.JSON}))
    return answer_one(
        query, path, lambda: narrowed(found, query.get("fields")), lambda record: linked(resource.name, record)
    )


_FILTERED = "Different parameters all have to hold; values of one parameter are alternatives."
_WHICH = f"Filters leave those that at least one matching estimate carries. {_FILTERED}"


def _blueprint(resource: Resource) -> Blueprint:
    """Return the routes of a resource: its list and its item."""
    name, one = resource.name, resource.name.removesuffix("s")
    blueprint = Blueprint(name, __name__, description=resource.about)
    record = resource.record()
    keys = field_names(record)
    list_schema = list_query(name, list(resource.sorts), resource.default_sort, keys)()
    item_schema = item_query(name, keys)()

    @blueprint.route(f"/{name}")
    @negotiate(*MEDIA_TYPES.values())
    @blueprint.arguments(list_schema, location="query", error_status_code=400)
    @documented(
        blueprint,
        envelope_of(record, many=True),
        operation=f"list_{name}",
        summary=f"List {name}",
        description=f"{resource.about} {_WHICH if name != 'estimates' else _FILTERED}",
        formats=MEDIA_TYPES.values(),
    )
    def list_records(query: dict[str, Any]) -> Answer:
        return answer_list(
            name=name, record=record, schema=list_schema, query=query, listed=lambda: listing_of(resource, query)
        )

    @blueprint.route(f"/{name}/<string:id>")
    @negotiate(*ITEM_MEDIA_TYPES.values())
    @blueprint.arguments(item_schema, location="query", error_status_code=400)
    @documented(
        blueprint,
        envelope_of(record),
        operation=f"get_{one}",
        summary=f"Get one {one}",
        description=resource.about,
        formats=ITEM_MEDIA_TYPES.values(),
    )
    def get_record(query: dict[str, Any], id: str) -> Answer:
        return answer_item(resource, item_schema, query, id)

    return blueprint


BLUEPRINTS = tuple(_blueprint(resource) for resource in RESOURCES)
