"""/openapi.json: the OpenAPI 3.1 document.

The document is built once from the endpoints. Each release has a copy in which the parameters list the release's ids
(regions, groups, claims …); that copy is never changed afterwards.
"""

import threading
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import orjson
from flask import Flask
from marshmallow import Schema
from sqlalchemy import select

from api import context
from api.endpoints.endpoint import COMMON_HEADERS, JSON, PROBLEMS, TOO_MANY, UNAVAILABLE, Api, Endpoint
from api.http.answers import CODE_VERSION, Answer, answer
from api.http.headers import DATASET_VERSION, RATE_LIMIT, RATE_LIMIT_POLICY, REQUEST_ID
from api.http.problems import MEDIA_TYPE, ProblemSchema
from api.query.choices import ids_of
from api.query.filters import VOCABULARY_FILTERS
from api.query.question import VERSION_PARAMETER, QuerySchema, Question, address
from schema import tables
from schema.dataset import SQLITE_FILE
from schema.fields import ID_PATTERN
from schema.vocabulary import Record

LONGEST_ENUM = 500
"""The most ids that a parameter lists."""

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


def init_app(app: Flask, api: Api) -> None:
    """Register the shared parts of the document, and /openapi.json."""
    components = api.spec.components
    for name, meaning in _HEADERS.items():
        components.header(name, {"description": meaning, "schema": {"type": "string"}})
    common = {name: {"$ref": f"#/components/headers/{name}"} for name in COMMON_HEADERS}
    components.response("NotModified", {"description": "The client has this answer already.", "headers": common})
    for status, (name, meaning) in PROBLEMS.items():
        content = {MEDIA_TYPE: {"schema": ProblemSchema}}
        retry = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
        headers = common | (retry if status in (TOO_MANY, UNAVAILABLE) else {})
        components.response(name, {"description": meaning, "content": content, "headers": headers})
    endpoint = Endpoint("/openapi.json", QuerySchema(), (JSON,), negotiated=True, answer=Documents(api).answer)
    app.add_url_rule(endpoint.route, "openapi", endpoint.view)


def _names_below(record: type[Schema]) -> set[str]:
    """Return the names in OpenAPI of a record's schema and of all schemas derived from it."""
    derived = [name for subclass in record.__subclasses__() for name in _names_below(subclass)]
    return {record.__name__.removesuffix("Schema"), *derived}


_RECORDS = _names_below(Record)


class Documents:
    """The OpenAPI document of the present release, built when it is first requested."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._lock = threading.Lock()
        self._cached: tuple[str, bytes] | None = None

    def answer(self, question: Question) -> Answer:
        """Return the OpenAPI document of the request's release."""
        # Another version of the program may have other endpoints, so `dataset` alone does not decide this answer.
        return answer(address("/openapi.json", question.canonical), lambda: (self._document(), {}), also=CODE_VERSION)

    def _document(self) -> bytes:
        """Return the document of the request's release as JSON; that of the latest release is cached."""
        version = context.release().version
        with self._lock:
            if not self._cached or self._cached[0] != version:
                self._cached = (version, orjson.dumps(self._filled_in()))
            return self._cached[1]

    def _filled_in(self) -> dict[str, Any]:
        """Return a copy of the document with the ids and examples of the request's release."""
        document: dict[str, Any] = deepcopy(self._api.spec.to_dict())
        for unused in ("Error", "PaginationMetadata"):
            document["components"]["schemas"].pop(unused, None)
        document["components"]["headers"].pop("PAGINATION", None)
        for name in _RECORDS & document["components"]["schemas"].keys():
            # No key is required, because `fields` can leave each out; `readOnly` and `default` are for curators only.
            schema = document["components"]["schemas"][name]
            schema.pop("required", None)
            for key in schema["properties"].values():
                key.pop("readOnly", None)
                key.pop("default", None)
        ids = {
            filter_.name: ids_of(filter_.kind or filter_.name) for filter_ in VOCABULARY_FILTERS if not filter_.terms
        }
        for path, parameter in _parameters(document):
            name = parameter["name"].removeprefix("not_")
            if path == "/dataset/{name}" and parameter["in"] == "path":
                files = [SQLITE_FILE, *(file["name"] for file in context.release().dataset["downloads"])]
                parameter |= {"description": "Name of the file, as /dataset lists it.", "example": "estimates.csv"}
                parameter["schema"] = {"type": "string", "enum": files}
            elif parameter["in"] == "path":
                kind = path.split("/")[1].removesuffix("s")
                first = select(tables.RESOURCES[f"{kind}s"].c.id).order_by("position").limit(1)
                parameter |= {"description": f"Id of the {kind}.", "example": context.connection().scalar(first)}
                parameter["schema"] = {"type": "string", "pattern": ID_PATTERN, "maxLength": 120}
            elif name in ("since", VERSION_PARAMETER):
                parameter["example"] = context.release().version
            elif name in ids and 0 < len(ids[name]) <= LONGEST_ENUM:
                word = {"type": "string", "enum": ids[name]}
                is_list = parameter["schema"]["type"] == "array"
                parameter["schema"] |= {"items": word} if is_list else word
                examples = parameter["example"] if is_list else [parameter["example"]]
                example = next((example for example in examples if example in ids[name]), ids[name][0])
                parameter["example"] = [example] if is_list else example
        return document


def _parameters(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each parameter with its path; its description and example are moved out of its schema."""
    for path, item in document["paths"].items():
        for part in (item, *(operation for operation in item.values() if isinstance(operation, dict))):
            for parameter in part.get("parameters", ()):
                schema = parameter.get("schema", {})
                for key in ("description", "example"):
                    if key in schema:
                        parameter.setdefault(key, schema.pop(key))
                yield path, parameter
