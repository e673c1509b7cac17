"""The errors of a marshmallow schema as problems with the lines of a YAML file."""

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, ValidationError

from schema.names import nearest
from seeds.problems import Problem
from seeds.read import Place, YamlFile


def problems_of(error: ValidationError, schema: Schema, file: YamlFile, place: Place = ()) -> Iterator[Problem]:
    """Yield a problem for each message of an error; `place` is the place in the file of the data that was loaded."""
    for below, message in _messages(error.messages):
        yield file.problem(place + below, _with_known_keys(message, schema, below), "form")


def _messages(messages: Any, place: Place = ()) -> Iterator[tuple[Place, str]]:
    """Yield marshmallow's messages, each with its place."""
    if isinstance(messages, Mapping):
        for key, below in messages.items():
            yield from _messages(below, place if key == "_schema" else (*place, key))
    else:
        yield from ((place, str(message)) for message in messages)


def _with_known_keys(message: str, schema: Schema, place: Place) -> str:
    """Return a message; the message of an unknown key also names the nearest known key, or all known keys."""
    if message != schema.error_messages["unknown"]:
        return message
    known = schema
    for part in place[:-1]:
        nested: Any = known.fields.get(str(part))
        known = getattr(getattr(nested, "inner", nested), "schema", known)
    keys = [key for key, item in known.fields.items() if not item.dump_only]
    near = nearest(str(place[-1]), keys)
    return f"{message}; expected {near[0] if near else 'one of ' + ', '.join(keys)}"
