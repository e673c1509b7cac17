"""Errors as problem documents (RFC 9457), all with the same keys."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from flask import Flask, Response, g, request
from marshmallow import Schema, fields
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable

from api import context
from schema.store.errors import DatabaseError, QueryError
from schema.store.queries import LONGEST_QUERY, client_is_waiting

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
FAILURE = "headcount.failure"
"""The key of a WSGI environment under which stands the exception that Flask has to answer."""


class FaultSchema(Schema):
    """One wrong parameter of a request."""

    parameter = fields.String(required=True, metadata={"description": "Which query parameter."})
    value = fields.String(required=True, allow_none=True, metadata={"description": "What was given."})
    message = fields.String(required=True, metadata={"description": "What is wrong with it."})
    did_you_mean = fields.List(
        fields.String(), required=True, metadata={"description": "The nearest of what is allowed, best first."}
    )
    allowed = fields.List(fields.String(), metadata={"description": "What is allowed, where that is a short list."})


class ProblemSchema(Schema):
    """Why a request failed (RFC 9457)."""

    type = fields.String(required=True, metadata={"description": "about:blank: the status says which problem."})
    title = fields.String(required=True, metadata={"description": "The status in words."})
    status = fields.Integer(required=True, metadata={"description": "The HTTP status code."})
    detail = fields.String(required=True, metadata={"description": "What is wrong with this very request."})
    errors = fields.List(fields.Nested(FaultSchema), metadata={"description": "Every parameter that is wrong."})


def problem(status: int, title: str, detail: str, errors: Iterable[Mapping[str, Any]] = ()) -> Response:
    """Return the response with a problem document; `errors` are the wrong parameters."""
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if faults := list(errors):
        body["errors"] = faults
    response = Response(orjson.dumps(body), status, content_type=MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    return response


def handle_http_exception(error: HTTPException) -> Response:
    """Return the problem for an HTTP error, with the headers of the error (405 has `Allow`)."""
    data = getattr(error, "data", None) or {}
    faults = list(data.get("faults", ()))
    detail = "; ".join(f"{fault['parameter']}: {fault['message']}" for fault in faults)
    response = problem(error.code or 500, error.name, detail or error.description or error.name, faults)
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


def _no_database(error: Exception) -> Response:
    """Return 503: there is no readable database, or a query took too long. A damaged release is withdrawn."""
    if isinstance(error, QueryError) and error.of_damage:
        context.release().damaged = True
    detail = "The dataset cannot be read just now; try again later."
    if isinstance(error, QueryError) and error.interrupted:
        detail = f"This question takes more than {LONGEST_QUERY} seconds here; ask for less, by more filters."
    elif request.path == "/health/ready":
        detail = f"The dataset cannot be read just now: {error}."
    if client_is_waiting():
        log.error("request %s: %s", g.get("request_id"), error)
    response = handle_http_exception(ServiceUnavailable(detail))
    response.headers["Retry-After"] = "30"
    return response


def _unforeseen(error: Exception) -> Response:
    """Return 500, and log the exception with the request's id."""
    log.exception("request %s: %s %s", g.get("request_id"), request.method, request.path, exc_info=error)
    return handle_http_exception(
        InternalServerError("Something went wrong here; the request's id finds it in our log.")
    )


def _raise_failure() -> None:
    if FAILURE in request.environ:
        raise request.environ.pop(FAILURE)


def init_app(app: Flask) -> None:
    """Register the error handlers; flask-smorest registers `Api.handle_http_exception` for HTTP errors."""
    app.before_request(_raise_failure)
    app.register_error_handler(DatabaseError, _no_database)
    app.register_error_handler(QueryError, _no_database)
    app.register_error_handler(Exception, _unforeseen)
