"""OpenAPI 3.1 at /openapi.json, and the page to read and try it at /docs.

The document is built once from the views; each release then fills in what there is to choose from (its regions,
groups, claims …) in a copy of its own, which is never changed again.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from functools import wraps
from typing import Any

import orjson
from flask import Flask, Response
from marshmallow import Schema, fields
from sqlalchemy import select

from api import context
from api.endpoints.blueprint import Api, Blueprint, QueryParser
from api.http.answers import CODE_VERSION, DATASET_VERSION, REQUEST_ID, answered, respond
from api.http.limits import RATE_LIMIT, RATE_LIMIT_POLICY
from api.http.negotiation import bearing, negotiate
from api.http.problems import MEDIA_TYPE, ProblemSchema
from api.query.choices import ids_of
from api.query.parameters import VOCABULARY_FILTERS
from api.query.schemas import QuerySchema
from schema import tables
from schema.dataset import SQLITE_FILE
from schema.fields import ID_PATTERN
from schema.vocabulary import Record

LONGEST_ENUM = 500
"""From how many ids on OpenAPI no longer lists them; the list of the resource does."""

SETTINGS: dict[str, Any] = {
    "API_TITLE": "Headcount",
    "API_VERSION": CODE_VERSION,
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": None,
    "API_SPEC_OPTIONS": {
        "info": {
            "summary": "Structured estimates: numbers in the news about armed groups",
            "description": (
                "Each number is kept with who said it, in which words, about whom, where and when, and who printed "
                "it. Reading needs no key. Retellings of one statement share a claim; nothing is averaged or summed."
            ),
            "contact": {"name": "Headcount"},
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "This server"}],
        "security": [],
    },
}

_HEADERS = {
    "ETag": "What the answer is of: dataset, code and question. Send it back in If-None-Match.",
    "Link": "The next and the previous page (RFC 8288).",
    RATE_LIMIT: "Where the server limits requests: how many are left (r), and after how many seconds all are (t).",
    RATE_LIMIT_POLICY: "Where the server limits requests: how many (q) a client may make in how many seconds (w).",
    "Retry-After": "In how many seconds to try again.",
    REQUEST_ID: "The request's id, yours where you sent one.",
    DATASET_VERSION: "The version of the dataset that was read.",
}

_COMMON = (RATE_LIMIT, RATE_LIMIT_POLICY, REQUEST_ID, DATASET_VERSION)

_TERM = {"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]}
LINKED_DATA = {
    "type": "object",
    "description": "JSON-LD in the words of schema.org; its context tells all others.",
    "required": ["@context", "@type"],
    "properties": {
        "@context": {"type": "object", "additionalProperties": _TERM},
        "@id": {"type": "string"},
        "@type": {"type": "string"},
    },
}

UNAVAILABLE, TOO_MANY = 503, 429
_PROBLEMS = {
    400: (
        "BadRequest",
        "A parameter is not known, or its value is not: every one, with what would be right.",
    ),
    404: ("NotFound", "There is no such record."),
    406: ("NotAcceptable", "None of the media types in Accept can be given."),
    414: ("AddressTooLong", "The address is longer than this server reads."),
    TOO_MANY: ("TooManyRequests", "Where the server limits requests: this client has made too many."),
    500: ("InternalError", "Something went wrong on this side."),
    UNAVAILABLE: ("Unavailable", "The dataset cannot be read just now."),
}


class ListMetaSchema(Schema):
    """What a list says of itself."""

    total = fields.Integer(required=True, metadata={"description": "How many records match, on all pages together."})
    limit = fields.Integer(required=True, metadata={"description": "The most records that this page may hold."})
    dataset = fields.String(required=True, metadata={"description": "The version of the dataset that was read."})


class ItemMetaSchema(Schema):
    """What an answer says of itself."""

    dataset = fields.String(required=True, metadata={"description": "The version of the dataset that was read."})


class ItemLinksSchema(Schema):
    """Where an answer is found again: a path without a host."""

    self = fields.String(required=True, metadata={"description": "This very answer."})


class ListLinksSchema(ItemLinksSchema):
    """Where a list goes on: paths without a host."""

    next = fields.String(required=True, allow_none=True, metadata={"description": "The next page; null: none."})
    prev = fields.String(required=True, allow_none=True, metadata={"description": "The page before; null: none."})


def envelope_of(record: Schema, *, many: bool = False) -> type[Schema]:
    """Return the schema of an answer: `data`, `meta`, `links`."""
    name = type(record).__name__.removesuffix("Schema")
    one: fields.Field[Any] = fields.Nested(type(record), required=True)
    data = fields.List(one, required=True) if many else one
    links = ListLinksSchema if many else ItemLinksSchema
    parts = {
        "data": data,
        "meta": fields.Nested(ListMetaSchema if many else ItemMetaSchema, required=True),
        "links": fields.Nested(links, required=True),
    }
    return Schema.from_dict(parts, name=f"{name}{'List' if many else 'Item'}Schema")


def documented(  # noqa: PLR0913 (all that a view says of itself, by name)
    blueprint: Blueprint,
    schema: type[Schema] | None,
    *,
    operation: str,
    summary: str,
    description: str,
    formats: Iterable[str] = (),
) -> Callable[[Any], Any]:
    """Document a view: its answer, also in other media types, its failures, and what it is called."""

    def decorator(handler: Any) -> Any:
        @wraps(handler)
        def responding(*args: Any, **kwargs: Any) -> Response:
            return respond(handler(*args, **kwargs))

        view: Any = bearing(responding, answer=handler)
        headers = {name: name for name in ("ETag", "Link", *_COMMON)}
        # What is applied last is listed first, and a generated client reads the first that it can: so JSON comes last.
        for media_type in reversed([one for one in formats if one != "application/json"]):
            what = LINKED_DATA if media_type == "application/ld+json" else {"type": "string"}
            other = blueprint.alt_response(200, schema=what, content_type=media_type, headers=headers, success=True)
            view = other(view)
        if schema:
            view = blueprint.response(200, schema, headers=headers)(view)
        view = blueprint.alt_response(304, response="NotModified")(view)
        for status, (name, _) in _PROBLEMS.items():
            view = blueprint.alt_response(status, response=name)(view)
        return blueprint.doc(operationId=operation, summary=summary, description=description)(view)

    return decorator


def init_app(app: Flask, api: Api) -> None:
    """Register the shared parts of the document, /openapi.json and /docs."""
    components = api.spec.components
    for name, meaning in _HEADERS.items():
        components.header(name, {"description": meaning, "schema": {"type": "string"}})
    common = {name: {"$ref": f"#/components/headers/{name}"} for name in _COMMON}
    components.response("NotModified", {"description": "The client has this answer already.", "headers": common})
    for status, (name, meaning) in _PROBLEMS.items():
        content = {MEDIA_TYPE: {"schema": ProblemSchema}}
        again = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
        headers = common | (again if status in (TOO_MANY, UNAVAILABLE) else {})
        components.response(name, {"description": meaning, "content": content, "headers": headers})
    documents = Documents(api)
    app.add_url_rule("/openapi.json", "openapi", negotiate("application/json")(documents.view))


def _names_below(record: type[Schema]) -> set[str]:
    """Return what OpenAPI calls a record and all that are made of it."""
    below = [name for one in record.__subclasses__() for name in _names_below(one)]
    return {record.__name__.removesuffix("Schema"), *below}


_RECORDS = _names_below(Record)


class Documents:
    """The OpenAPI document of each release."""

    def __init__(self, api: Api) -> None:
        """Take the Api whose views are documented."""
        self._api = api
        self._lock = threading.Lock()
        self._made: tuple[str, bytes] | None = None

    def view(self) -> Response:
        """Return the OpenAPI document of the live release."""
        QueryParser().parse(QuerySchema(), location="query", error_status_code=400)
        return answered("/openapi.json", lambda: (self._document(), {}))

    def _document(self) -> bytes:
        version = context.release().version
        with self._lock:
            if not self._made or self._made[0] != version:
                self._made = (version, orjson.dumps(self._filled_in()))
            return self._made[1]

    def _filled_in(self) -> dict[str, Any]:
        document: dict[str, Any] = deepcopy(self._api.spec.to_dict())
        for unused in ("Error", "PaginationMetadata"):
            document["components"]["schemas"].pop(unused, None)
        document["components"]["headers"].pop("PAGINATION", None)
        for name in _RECORDS & document["components"]["schemas"].keys():
            # `fields` leaves keys out, so none is sure to be there; and what curating takes is no matter of answers.
            schema = document["components"]["schemas"][name]
            schema.pop("required", None)
            for key in schema["properties"].values():
                key.pop("readOnly", None)
                key.pop("default", None)
        known = {filter_.name: ids_of(filter_.name) for filter_ in VOCABULARY_FILTERS if not filter_.terms}
        for path, parameter in _parameters(document):
            name = parameter["name"].removeprefix("not_")
            if path == "/dataset/{name}":
                files = [SQLITE_FILE, *(one["name"] for one in context.release().dataset["downloads"])]
                parameter |= {"description": "Name of the file, as /dataset lists it.", "example": "estimates.csv"}
                parameter["schema"] = {"type": "string", "enum": files}
            elif parameter["in"] == "path":
                kind = path.split("/")[1].removesuffix("s")
                first = select(tables.RESOURCES[f"{kind}s"].c.id).order_by("position").limit(1)
                parameter |= {"description": f"Id of the {kind}.", "example": context.connection().scalar(first)}
                parameter["schema"] = {"type": "string", "pattern": ID_PATTERN, "maxLength": 120}
            elif name == "since":
                parameter["example"] = context.release().version
            elif name in known and 0 < len(known[name]) <= LONGEST_ENUM:
                one = {"type": "string", "enum": known[name]}
                several = parameter["schema"]["type"] == "array"
                parameter["schema"] |= {"items": one} if several else one
                shown = parameter["example"] if several else [parameter["example"]]
                example = next((word for word in shown if word in known[name]), known[name][0])
                parameter["example"] = [example] if several else example
        return document


def _parameters(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for part in (item, *(operation for operation in item.values() if isinstance(operation, dict))):
            for parameter in part.get("parameters", ()):
                # What stands in the parameter's own schema belongs to the parameter.
                schema = parameter.get("schema", {})
                for key in ("description", "example"):
                    if key in schema:
                        parameter.setdefault(key, schema.pop(key))
                yield path, parameter
