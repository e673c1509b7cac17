"""The one path to an answer: a validated query → an answer, which Flask's views and the front door both call."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from marshmallow import RAISE, Schema
from werkzeug.datastructures import MultiDict

from api import context
from schema.store.release import DatabaseError

if TYPE_CHECKING:
    from api.http.answers import Answer

REMEMBERED, LONGEST_REMEMBERED = 4096, 1000
"""How many query strings a process remembers, and of how many characters at most."""


class Question(dict[str, Any]):
    """A validated query, which nobody changes, and once that was asked for: its one spelling, and what narrows it."""

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        """Take the parameters."""
        super().__init__(parameters)
        self.spelt: dict[Any, list[tuple[str, str]]] = {}
        self.narrowing: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Handler:
    """How the questions of one route are answered: what they may be, in which media types, and by what."""

    route: str
    schema: Schema
    media_types: tuple[str, ...]
    answer: Callable[..., "Answer"]


HANDLERS: dict[str, Handler] = {}
"""By route; `api.endpoints.blueprint` registers each view that gives an answer."""


def arguments(query_string: bytes) -> MultiDict[str, str]:
    """Return the parameters of a query string as Flask reads them."""
    found = parse_qsl(query_string.decode(), keep_blank_values=True, errors="werkzeug.url_quote")
    return MultiDict(found)


def _load(schema: Schema, query_string: bytes) -> Question:
    given = arguments(query_string).to_dict(flat=False)
    # Each parameter as it was given: its value, or the list of its values where it was repeated.
    single = {name: values if len(values) > 1 else values[0] for name, values in given.items()}
    return Question(schema.load(single, unknown=RAISE))


@lru_cache(maxsize=REMEMBERED)
def _remembered(_version: str, schema: Schema, query_string: bytes) -> Question:
    return _load(schema, query_string)


def validated(schema: Schema, query_string: bytes) -> Question:
    """Return a query string as a schema reads it, which is worked out once for each release; raises ValidationError."""
    if len(query_string) > LONGEST_REMEMBERED:
        return _load(schema, query_string)
    try:
        version = context.release().version
    except DatabaseError:
        return _load(schema, query_string)
    return _remembered(version, schema, query_string)
