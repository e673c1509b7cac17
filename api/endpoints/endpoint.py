"""The declaration of endpoints: one decorator sets the route, the parameters, the media types and the OpenAPI texts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from inspect import cleandoc
from typing import Any

import flask_smorest
from flask import Response, request
from marshmallow import Schema
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import HTTPException, NotAcceptable

from api.formats.media_types import MEDIA_TYPES, Format
from api.http import problems
from api.http.answers import Answer, is_acceptable, respond
from api.http.headers import DATASET_VERSION, RATE_LIMIT, RATE_LIMIT_POLICY, REQUEST_ID
from api.query.question import VERSION_PARAMETER, QuerySchema, Question, question_of_request

JSON = MEDIA_TYPES[Format.JSON]

COMMON_HEADERS = (RATE_LIMIT, RATE_LIMIT_POLICY, REQUEST_ID, DATASET_VERSION)
"""Headers that OpenAPI names for every answer."""

UNAVAILABLE, TOO_MANY = 503, 429
PROBLEMS = {
    400: ("BadRequest", "A parameter is not known, or its value is not: every one, with what would be right."),
    404: ("NotFound", "There is no such record."),
    406: ("NotAcceptable", "None of the media types in Accept can be given."),
    409: (
        "AnotherVersion",
        "The version of the dataset that `dataset` names is not live; `detail` names the one that is.",
    ),
    413: ("TooLarge", "The text is longer than this server reads."),
    414: ("AddressTooLong", "The address is longer than this server reads."),
    415: ("UnsupportedMediaType", "The text is of a media type that this server does not read."),
    TOO_MANY: ("TooManyRequests", "Where the server limits requests: this client has made too many."),
    500: ("InternalError", "Something went wrong on this side."),
    UNAVAILABLE: ("Unavailable", "The dataset cannot be read just now."),
}
"""Status → the name of its problem in OpenAPI, and what it means."""

OF_A_BODY = {413, 415}
"""Problems of a request with a body."""

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


@dataclass(frozen=True)
class Endpoint:
    """One route that is answered with JSON or another media type.

    `answer` takes the question and the variables of the route, and returns an Answer, or a Response without ETag. It
    raises werkzeug's HTTPException. If `negotiated`, a request that accepts none of `media_types` is refused with 406,
    unless it has the parameter `format`.
    """

    route: str
    schema: Schema
    media_types: tuple[str, ...]
    negotiated: bool
    answer: Callable[..., Any]

    def check_acceptable(self) -> None:
        """Raise NotAcceptable if Flask's current request accepts none of the media types."""
        if self.negotiated and "format" not in request.args and not is_acceptable(self.media_types):
            raise NotAcceptable(f"Here there is {', '.join(self.media_types)}.")

    def respond(self, question: Question, **names: str) -> Any:
        """Return the response to a question, with an ETag if `answer` returns an Answer."""
        answer = self.answer(question, **names)
        if not isinstance(answer, Answer):
            return answer
        return respond(answer, is_versioned=question.is_versioned)

    def view(self, **names: str) -> Any:
        """Answer Flask's current request: the view of a route that is not in OpenAPI."""
        self.check_acceptable()
        return self.respond(question_of_request(self.schema), **names)


class _QuestionParser(FlaskParser):
    """webargs' parser, whose result is a Question."""

    def parse(self, argmap: Any, req: Any = None, **_: Any) -> Any:
        """Return the question of the request; raises BadRequest."""
        return question_of_request(argmap)


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """The endpoints of one OpenAPI tag."""

    ARGUMENTS_PARSER = _QuestionParser()

    def endpoint(
        self,
        route: str,
        *,
        schema: Schema | None = None,
        body: type[Schema] | None,
        media_types: Iterable[str] = (JSON,),
        negotiated: bool = True,
    ) -> Callable[[Callable[..., Any]], Endpoint]:
        """Declare the decorated function as the endpoint of a route.

        `schema` describes the query string (by default there are no parameters), `body` the JSON of the answer (None:
        there is none). The function's name is the operation's id, the first line of its docstring the summary, the
        rest the description.
        """

        def decorator(answer: Callable[..., Any]) -> Endpoint:
            endpoint = Endpoint(route, schema or QuerySchema(), tuple(media_types), negotiated, answer)
            self.route(route)(self._view(endpoint, body))
            return endpoint

        return decorator

    def _view(self, endpoint: Endpoint, body: type[Schema] | None) -> Callable[..., Any]:
        """Return Flask's view of an endpoint, documented for OpenAPI."""

        @wraps(endpoint.answer)
        def answer(question: Question, **names: str) -> Any:
            return endpoint.respond(question, **names)

        take_question = self.arguments(endpoint.schema, location="query", error_status_code=400)
        answer_question = take_question(self._documented(answer, endpoint, body))

        @wraps(answer_question)
        def view(**names: str) -> Any:
            endpoint.check_acceptable()
            return answer_question(**names)

        return view

    def _documented(self, view: Any, endpoint: Endpoint, body: type[Schema] | None) -> Any:
        """Return a view with its responses, problems and texts for OpenAPI."""
        headers = {name: name for name in ("ETag", "Link", *COMMON_HEADERS)}
        # OpenAPI lists the decorator applied last first, and generated clients use the first type they know: JSON last.
        for media_type in reversed([name for name in endpoint.media_types if name != JSON]):
            schema = LINKED_DATA if media_type == MEDIA_TYPES[Format.JSONLD] else {"type": "string"}
            view = self.alt_response(200, schema=schema, content_type=media_type, headers=headers, success=True)(view)
        if body:
            view = self.response(200, body, headers=headers)(view)
        view = self.alt_response(304, response="NotModified")(view)
        of_a_version = set() if VERSION_PARAMETER in endpoint.schema.fields else {409}
        for status in PROBLEMS.keys() - OF_A_BODY - of_a_version:
            name, _ = PROBLEMS[status]
            view = self.alt_response(status, response=name)(view)
        summary, _, description = cleandoc(endpoint.answer.__doc__ or "").partition("\n")
        texts = {"summary": summary.removesuffix("."), "description": " ".join(description.split())}
        return self.doc(operationId=endpoint.answer.__name__, **texts)(view)


class Api(flask_smorest.Api):  # type: ignore[misc]
    """flask-smorest's Api, whose errors are problem documents."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def handle_http_exception(self, error: HTTPException) -> Response:
        """Return the problem for an HTTP error."""
        return problems.handle_http_exception(error)
