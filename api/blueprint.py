"""flask-smorest, as strict as the contract: unknown parameters are refused, with 400 and the nearest that is right."""

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

import flask_smorest
from flask import Request, Response
from marshmallow import RAISE, Schema, ValidationError, fields
from rapidfuzz import fuzz, process
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, HTTPException

from api import errors
from schema.fields import Term

LONGEST_ALLOWED_LIST = 60


def nearest(word: str, known: list[str]) -> list[str]:
    """Return up to three of the known words that a misspelt one may stand for, best first."""
    found = process.extract(word.casefold(), known, scorer=fuzz.ratio, limit=3, score_cutoff=66)
    return [match for match, _, _ in found]


class QueryParser(FlaskParser):
    """webargs' parser for query strings: every value of every parameter reaches the schema."""

    DEFAULT_UNKNOWN_BY_LOCATION = FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION | {"query": RAISE}

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """Return each parameter as it was given: its value, or the list of its values where it was repeated."""
        given = req.args.to_dict(flat=False)
        return {name: values if len(values) > 1 else values[0] for name, values in given.items()}

    def handle_error(self, error: ValidationError, req: Request, schema: Schema, **_: Any) -> NoReturn:
        """Raise 400 with everything that is wrong."""
        problem = BadRequest()
        messages: Mapping[str, Any] = error.messages["query"]  # type: ignore[call-overload]
        problem.data = {"faults": list(_faults(messages, req, schema))}  # type: ignore[attr-defined]
        raise problem


def _faults(messages: Mapping[str, Any], req: Request, schema: Schema) -> Iterator[dict[str, Any]]:
    for name, found in messages.items():
        value = ",".join(req.args.getlist(name))
        for message in found:
            if name not in schema.fields:
                known = list(schema.fields)
                fault = {"message": f"no parameter is called {name!r}", "did_you_mean": nearest(name, known)}
                yield {"parameter": name, "value": value, **fault, "allowed": known}
            elif len(req.args.getlist(name)) > 1 and not isinstance(schema.fields[name], fields.List):
                times = f"given {len(req.args.getlist(name))} times; expected once"
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


class Api(flask_smorest.Api):  # type: ignore[misc]
    """flask-smorest's Api, whose errors are problem documents and whose document has no part that is not used."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def handle_http_exception(self, error: HTTPException) -> Response:
        """Return the problem for an HTTP error."""
        return errors.handle_http_exception(error)
