"""The endpoints of the eight resources: for each, its list and one record by id."""

from collections.abc import Mapping
from functools import partial

from marshmallow import Schema
from werkzeug.exceptions import NotFound

from api.endpoints.endpoint import Blueprint, Endpoint
from api.endpoints.envelope import answer_list, answer_one, envelope_of
from api.endpoints.feed import as_feed, shown_beside, write_feed
from api.formats.jsonld import record_jsonld
from api.formats.media_types import FEED_MEDIA_TYPES, ITEM_MEDIA_TYPES, MEDIA_TYPES, Format
from api.http.answers import Answer, chosen_format
from api.query.parameters import field_names, item_query, list_query
from api.query.question import Question, address
from api.read.estimates import list_estimates
from api.read.records import json_of, list_records
from api.read.resources import CLAIMS, ESTIMATES, RESOURCES, Resource
from schema.flat import narrowed

_FILTERED = "Different parameters all have to hold; values of one parameter are alternatives."
_REFERRED = f"Filters leave those that at least one matching estimate carries. {_FILTERED}"


def _list_endpoint(blueprint: Blueprint, resource: Resource, record: Schema) -> Endpoint:
    """Declare the endpoint of a resource's list; `record` is the schema of its records."""
    name = resource.name
    schema = list_query(name, list(resource.sorts), resource.default_sort, field_names(record))()
    media_types: Mapping[Format, str] = FEED_MEDIA_TYPES if resource is CLAIMS else MEDIA_TYPES

    def list_resource(question: Question) -> Answer:
        is_feed = chosen_format(question.parameters, media_types) is Format.ATOM
        if is_feed:
            question = as_feed(schema, question)
        keyset_list = partial(list_records, resource, question)
        listing = list_estimates(question, keyset_list) if resource is ESTIMATES else keyset_list()
        if is_feed:
            return answer_list(name, record, question, listing, also=shown_beside(), write_feed=write_feed)
        return answer_list(name, record, question, listing)

    list_resource.__name__ = f"list_{name}"
    list_resource.__doc__ = f"List {name}.\n\n{resource.about} {_FILTERED if resource is ESTIMATES else _REFERRED}"
    body = envelope_of(record, many=True)
    return blueprint.endpoint(f"/{name}", schema=schema, body=body, media_types=media_types.values())(list_resource)


def _item_endpoint(blueprint: Blueprint, resource: Resource, record: Schema) -> Endpoint:
    """Declare the endpoint of one record of a resource; `record` is its schema."""
    name, singular = resource.name, resource.name.removesuffix("s")
    schema = item_query(name, field_names(record))()

    def get_record(question: Question, id: str) -> Answer:
        json = json_of(resource.table, id)
        if json is None:
            raise NotFound(f"There is no {singular} {id!r}; /{name} lists those there are.")
        keys = question.parameters.get("fields")
        path = address(f"/{name}/{id}", question.canonical)
        return answer_one(question, path, lambda: narrowed(json, keys), lambda record: record_jsonld(name, record))

    get_record.__name__ = f"get_{singular}"
    get_record.__doc__ = f"Get one {singular}.\n\n{resource.about}"
    body, media_types = envelope_of(record), ITEM_MEDIA_TYPES.values()
    return blueprint.endpoint(f"/{name}/<string:id>", schema=schema, body=body, media_types=media_types)(get_record)


BLUEPRINTS = tuple(Blueprint(resource.name, __name__, description=resource.about) for resource in RESOURCES)
"""The blueprint of each resource: a tag of OpenAPI."""

ENDPOINTS = tuple(
    declare(blueprint, resource, resource.record())
    for resource, blueprint in zip(RESOURCES, BLUEPRINTS, strict=True)
    for declare in (_list_endpoint, _item_endpoint)
)
"""The two endpoints of each resource."""
