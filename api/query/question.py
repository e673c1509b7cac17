"""Questions: a query string is parsed once, by the query schema of its endpoint, into a record that never changes."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import request
from marshmallow import RAISE, Schema, ValidationError, fields, validates_schema
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, Conflict

from api import context
from api.query.filters import FILTER_NAMES, SINGLE, Parameters, RegionScope
from schema.fields import Pattern, Term, shown
from schema.names import nearest
from schema.store.errors import DatabaseError
from schema.vocabulary import about

CACHED_QUESTIONS, LONGEST_CACHED = 4096, 1000
"""The number of parsed questions in a process's cache, and the longest query string of a cached one, in bytes."""

VERSION_PARAMETER = "dataset"
"""The parameter that names the version of the dataset that a request reads."""
VERSION_PATTERN = "^[0-9a-f]{16}$"

Pairs = tuple[tuple[str, str], ...]
"""Parameters as names and values; a name may be repeated."""


class QuerySchema(Schema):
    """The base of query schemas: the parameter `dataset`; an unknown parameter is refused."""

    dataset = Pattern(
        VERSION_PATTERN,
        "a version of the dataset, as in `meta.dataset`",
        metadata=about("Only if this version is live, as in `meta.dataset`; else 409. Caches may keep such an answer."),
    )

    class Meta:
        """marshmallow's settings."""

        unknown = RAISE

    @validates_schema
    def check_values(self, parameters: Parameters, **_: Any) -> None:
        """Raise ValidationError, naming both parameters, if value_min is above value_max."""
        smallest, largest = parameters.get("value_min"), parameters.get("value_max")
        if smallest is not None and largest is not None and smallest > largest:
            expected = "expected value_min ≤ value_max"
            raise ValidationError(
                {
                    "value_min": [f"{smallest} is above value_max {largest}; {expected}"],
                    "value_max": [f"{largest} is below value_min {smallest}; {expected}"],
                }
            )


@dataclass(frozen=True, slots=True)
class Question:
    """The parsed query string of a request to one endpoint.

    `parameters` are the validated values by name. `canonical` are the parameters in a fixed order and spelling, without
    those that have the default value. `filters` are the parameters that exclude estimates. `single` holds the ids of
    the one region, group and indicator, if these are the only filters (any of them may be missing); else it is None.
    """

    parameters: Parameters
    canonical: Pairs
    filters: Mapping[str, Any]
    single: Mapping[str, str] | None

    @property
    def is_versioned(self) -> bool:
        """Whether the request names the version of the dataset that it reads."""
        return VERSION_PARAMETER in self.parameters

    @classmethod
    def of(cls, schema: Schema, parameters: Parameters) -> "Question":
        """Return the question of validated parameters of a query schema."""
        single = single_only(parameters)
        return cls(
            MappingProxyType(dict(parameters)),
            canonical(schema, parameters),
            MappingProxyType(active_filters(parameters)),
            None if single is None else MappingProxyType(single),
        )


def canonical(schema: Schema, parameters: Parameters) -> Pairs:
    """Return parameters in the order of their schema and in a fixed spelling, without default values."""
    pairs: list[tuple[str, str]] = []
    for name, field in schema.fields.items():
        if name not in parameters or parameters[name] == field.load_default:
            continue
        value = parameters[name]
        values = value if name == "sort" else sorted(value) if isinstance(value, list) else [value]
        pairs += ((name, str(item).lower() if isinstance(item, bool) else str(item)) for item in values)
    return tuple(pair for pair in pairs if pair != ("format", "json"))


def active_filters(parameters: Parameters) -> dict[str, Any]:
    """Return the parameters that exclude estimates."""
    return {name: value for name, value in parameters.items() if name in FILTER_NAMES and value is not None}


def single_ids(parameters: Parameters) -> dict[str, str]:
    """Return the ids of the region (with those below it), group and indicator, of each only if there is exactly one."""
    single = {name: parameters[name][0] for name in SINGLE if len(parameters.get(name) or ()) == 1}
    if parameters.get("region_scope", RegionScope.WITHIN) is not RegionScope.WITHIN:
        single.pop("region", None)
    return single


def single_only(parameters: Parameters) -> dict[str, str] | None:
    """Return `single_ids` if there are no other filters, so that the loader has counted the estimates; else None."""
    single = single_ids(parameters)
    return single if single.keys() == active_filters(parameters).keys() else None


@lru_cache(maxsize=4096)
def address(path: str, pairs: Pairs) -> str:
    """Return an absolute path with its query, without a host, because a proxy may have another host."""
    return f"{path}?{urlencode(pairs, safe='/:,~')}" if pairs else path


def without(parameters: Pairs, *names: str) -> Pairs:
    """Return parameters without those of some names."""
    return tuple((name, value) for name, value in parameters if name not in names)


class OtherVersionError(Conflict):
    """A request names a version of the dataset that is not the live one; `data` says which is."""

    def __init__(self, version: str, live: str) -> None:
        super().__init__()
        message = f"version {shown(version)} is not live; expected {live}, which is"
        fault = {"parameter": VERSION_PARAMETER, "value": version, "message": message, "did_you_mean": [live]}
        self.data = {"faults": [fault]}


def parse_question(schema: Schema, query_string: bytes) -> Question:
    """Return the question of a query string; raises ValidationError with all that is wrong.

    The names of records depend on the request's release, so questions are cached for each release. A schema that does
    not take a version asks nothing about a release, and none is opened for it.
    """
    if len(query_string) > LONGEST_CACHED or VERSION_PARAMETER not in schema.fields:
        return _parse(schema, query_string)
    try:
        version = context.release().version
    except DatabaseError:
        return _parse(schema, query_string)
    return _parse_cached(version, schema, query_string)


@lru_cache(maxsize=CACHED_QUESTIONS)
def _parse_cached(_version: str, schema: Schema, query_string: bytes) -> Question:
    return _parse(schema, query_string)


def _parse(schema: Schema, query_string: bytes) -> Question:
    values_by_name = _arguments(query_string).to_dict(flat=False)
    # The value of a parameter, or the list of its values if it is repeated.
    data = {name: values if len(values) > 1 else values[0] for name, values in values_by_name.items()}
    if VERSION_PARAMETER in schema.fields:
        check_version(data)
    return Question.of(schema, schema.load(data, unknown=RAISE))


def check_version(data: Mapping[str, Any]) -> None:
    """Raise OtherVersionError, which names the live version, if a request names another version of the dataset.

    It is checked before all else, because it depends on the version which names there are. What is no version at all is
    left to the schema.
    """
    version = data.get(VERSION_PARAMETER)
    if (
        isinstance(version, str)
        and re.fullmatch(VERSION_PATTERN, version)
        and version != (live := context.release().version)
    ):
        raise OtherVersionError(version, live)


def _arguments(query_string: bytes) -> MultiDict[str, str]:
    """Return the parameters of a query string, decoded as Flask does."""
    return MultiDict(parse_qsl(query_string.decode(), keep_blank_values=True, errors="werkzeug.url_quote"))


def question_of_request(schema: Schema) -> Question:
    """Return the question of Flask's current request; raises BadRequest with all that is wrong."""
    try:
        return parse_question(schema, request.query_string)
    except ValidationError as error:
        raise bad_request(error, _arguments(request.query_string), schema) from error


def bad_request(error: ValidationError, arguments: MultiDict[str, str], schema: Schema) -> BadRequest:
    """Return the error that tells all that is wrong with the arguments of a request."""
    problem = BadRequest()
    problem.data = {"faults": list(_faults(error.messages_dict, arguments, schema))}  # type: ignore[attr-defined]
    return problem


def _faults(messages: Mapping[str, Any], arguments: MultiDict[str, str], schema: Schema) -> Iterator[dict[str, Any]]:
    """Yield the faults of a request, one for each of marshmallow's messages."""
    for name, messages_of_name in messages.items():
        values = arguments.getlist(name)
        for message in messages_of_name:
            yield {"parameter": name, "value": ",".join(values)} | _fault(name, values, message, schema)


def _fault(name: str, values: list[str], message: Any, schema: Schema) -> dict[str, Any]:
    """Return the message about a parameter, with suggestions and, if there are few, the allowed values."""
    if name not in schema.fields:
        known = list(schema.fields)
        return {
            "message": f"no parameter is called {name!r}",
            "did_you_mean": nearest(name, known),
            "allowed": known,
        }
    field = schema.fields[name]
    if len(values) > 1 and not isinstance(field, fields.List):
        because = getattr(field, "because", None)
        repeated = f"given {len(values)} times; expected once" + (f": {because}" if because else "")
        return {"message": repeated, "did_you_mean": []}
    if isinstance(message, dict):
        return message
    if isinstance(field, Term):
        return {
            "message": str(message),
            "did_you_mean": nearest(",".join(values), field.terms),
            "allowed": field.terms,
        }
    return {"message": str(message), "did_you_mean": []}
