"""flask-smorest, as strict as the contract: unknown parameters are refused, with 400 and the nearest that is right."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import flask_smorest
from flask import Response, request
from marshmallow import Schema, ValidationError, fields
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, HTTPException

from api.http import problems
from api.query.parsing import HANDLERS, Handler, arguments, validated
from schema.fields import Term
from schema.names import nearest

_SCHEMAS: dict[type[Schema], Schema] = {}

View = TypeVar("View", bound=Callable[..., Any])


class QueryParser(FlaskParser):
    """webargs' parser, for query strings alone: every value of every parameter reaches the schema."""

    def parse(self, argmap: Any, req: Any = None, **_: Any) -> Any:
        """Return the query as the schema reads it; raises 400 with everything that is wrong."""
        schema: Schema = _SCHEMAS.setdefault(argmap, argmap()) if isinstance(argmap, type) else argmap
        given = (req or request).query_string
        try:
            return validated(schema, given)
        except ValidationError as error:
            problem = BadRequest()
            faults = _faults(error.messages_dict, arguments(given), schema)
            problem.data = {"faults": list(faults)}  # type: ignore[attr-defined]
            raise problem from error


def _faults(messages: Mapping[str, Any], given: MultiDict[str, str], schema: Schema) -> Iterator[dict[str, Any]]:
    for name, found in messages.items():
        value = ",".join(given.getlist(name))
        for message in found:
            if name not in schema.fields:
                known = list(schema.fields)
                fault = {"message": f"no parameter is called {name!r}", "did_you_mean": nearest(name, known)}
                yield {"parameter": name, "value": value, **fault, "allowed": known}
            elif len(given.getlist(name)) > 1 and not isinstance(schema.fields[name], fields.List):
                times = f"given {len(given.getlist(name))} times; expected once"
                if because := getattr(schema.fields[name], "because", None):
                    times += f": {because}"
                yield {"parameter": name, "value": value, "message": times, "did_you_mean": []}
            elif isinstance(message, dict):
                yield {"parameter": name, "value": value, **message}
            else:
                fault = {"parameter": name, "value": value, "message": str(message), "did_you_mean": []}
                field = schema.fields[name]
                if isinstance(field, Term):
                    fault |= {"did_you_mean": nearest(value, field.terms), "allowed": field.terms}
                yield fault


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """A blueprint whose query parameters are parsed strictly."""

    ARGUMENTS_PARSER = QueryParser()

    def arguments(self, schema: Schema | type[Schema], **options: Any) -> Callable[[View], View]:
        """Give a view what a query string asks; the view bears the schema, for the registry of handlers."""
        decorate: Callable[[View], View] = super().arguments(schema, **options)

        def decorator(view: View) -> View:
            parsed = decorate(view)
            vars(parsed)["schema"] = schema
            return parsed

        return decorator

    def route(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Register a view, and with it its handler, where it has one that answers by itself."""
        register: Callable[[View], View] = super().route(rule, **options)

        def decorator(view: View) -> View:
            known = vars(view)
            if known.keys() >= {"schema", "media_types", "answer"}:
                HANDLERS[rule] = Handler(rule, known["schema"], known["media_types"], known["answer"])
            return register(view)

        return decorator


class Api(flask_smorest.Api):  # type: ignore[misc]
    """flask-smorest's Api, whose errors are problem documents and whose document has no part that is not used."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def handle_http_exception(self, error: HTTPException) -> Response:
        """Return the problem for an HTTP error."""
        return problems.handle_http_exception(error)
