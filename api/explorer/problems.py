"""The pages that say what is wrong: with the parameters of a request, or that there is nothing at its address."""

from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from flask import Response
from marshmallow import Schema
from werkzeug.exceptions import HTTPException

from api.explorer.rendering import page
from api.query.question import Pairs, address
from schema.fields import shown


def refusal(error: HTTPException, schema: Schema, path: str, parameters: Pairs) -> Response:
    """Return the page that says what is wrong with the parameters of a request, which `schema` has refused."""
    faults = getattr(error, "data", {}).get("faults", [])
    variables = {"faults": faults, "corrected": partial(_corrected, schema, path, parameters)}
    return _page(address(path, parameters), HTTPStatus(error.code or 400), "That cannot be asked", **variables)


def nothing_there(path: str, title: str) -> Response:
    """Return the page that says that there is nothing at a path; `title` tells what."""
    return _page(path, HTTPStatus.NOT_FOUND, title)


def _page(path: str, status: HTTPStatus, title: str, **variables: Any) -> Response:
    return page("problem.html", path, lambda: {"title": title, "faults": (), **variables}, status)


def _corrected(schema: Schema, path: str, parameters: Pairs, fault: Mapping[str, Any], suggestion: str) -> str:
    """Return the address of a page with a suggestion in place of the wrong name or value."""
    wrong = fault["parameter"]
    if wrong not in schema.fields:
        return address(path, tuple((suggestion if name == wrong else name, value) for name, value in parameters))

    def corrected(values: str) -> str:
        """Return values, separated by commas, with the suggestion in place of the one that the fault quotes."""
        is_wrong = {value: shown(value.strip()) in fault["message"] for value in values.split(",")}
        return ",".join(suggestion if is_wrong[value] else value for value in values.split(","))

    return address(path, tuple((name, corrected(value) if name == wrong else value) for name, value in parameters))
