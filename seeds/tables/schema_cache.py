"""A schema's `load` for many records whose values repeat: each value of a key is deserialised once, and remembered."""

from collections.abc import Hashable, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, missing

from schema.fields import Number, Part, Pattern, Reference, Term, Text, Whole
from schema.intervals import EDTF_EXPECTED
from schema.vocabulary import Record as RecordSchema
from seeds.entries import Record
from seeds.rules.faults import Fault

REMEMBERED = 20_000
"""Values of one key that are remembered; then it begins anew, so that memory stays flat."""

_Outcome = tuple[Any, Any]
"""What a value becomes, and the messages where it is refused."""


class Memo:
    """Loads what one schema loads, with the same results and the same messages."""

    def __init__(self, schema: Schema) -> None:
        """Take the schema; its records must have no checks but those of their keys."""
        self.schema = schema
        self._known: dict[str, dict[Hashable, _Outcome]] = {name: {} for name in schema.load_fields}
        self._parts: dict[str, Memo] = {
            name: Memo(field.schema)
            for name, field in schema.load_fields.items()
            if isinstance(field, Part) and not isinstance(field, Reference) and not field.validators
        }
        self._absent: dict[tuple[str, ...], tuple[Record, dict[str, Any]]] = {}

    def load(self, data: Mapping[str, Any]) -> Record:
        """Return the record; raises ValidationError with the messages that the schema has. Values are shared."""
        keys = tuple(data)
        if (absent := self._absent.get(keys)) is None:
            absent = self._absent[keys] = self._without(keys)
        record, errors = absent[0].copy(), absent[1]
        for name, value in data.items():
            known = self._known.get(name)
            if known is None:
                continue
            if type(value) is dict and name in self._parts:
                try:
                    record[name] = self._parts[name].load(value)
                except ValidationError as error:
                    errors = {**errors, name: error.messages}
                continue
            key = value if type(value) is str else _frozen(value)
            if (found := known.get(key)) is None:
                if len(known) >= REMEMBERED:
                    known.clear()
                found = known[key] = _deserialised(self.schema.load_fields[name], value, name)
            if found[1] is None:
                record[name] = found[0]
            else:
                errors = {**errors, name: found[1]}
        if errors:
            raise ValidationError(errors)
        return record

    def _without(self, keys: tuple[str, ...]) -> tuple[Record, dict[str, Any]]:
        """Return what a record has without its other keys, and what is wrong where it has only these."""
        absent = {
            name: _deserialised(field, missing, name)
            for name, field in self.schema.load_fields.items()
            if name not in keys
        }
        errors = {name: messages for name, (_, messages) in absent.items() if messages is not None}
        errors |= {name: [self.schema.error_messages["unknown"]] for name in keys if name not in self._known}
        given = {name: value for name, (value, messages) in absent.items() if messages is None and value is not missing}
        return given, errors

    def faults(self, error: ValidationError) -> list[Fault]:
        """Return what an error says, each named for what its key should have been."""
        return list(_faults(error.messages, self.schema, ()))


def _frozen(value: Any) -> Hashable:
    """Return what stands for a value as a key; texts stand for themselves."""
    if isinstance(value, dict):
        return ("mapping", *((name, _frozen(one)) for name, one in value.items()))
    if isinstance(value, list):
        return ("list", *map(_frozen, value))
    return (type(value), value)


def _deserialised(field: fields.Field[Any], value: Any, name: str) -> _Outcome:
    field = field.id if isinstance(field, Reference) and type(value) is str else field
    try:
        if type(value) is str and isinstance(field, Pattern | Text):
            # What validates them, for OpenAPI to publish, says the same once more.
            return field._deserialize(value, name, None), None
        return field.deserialize(value, name, None), None
    except ValidationError as error:
        return None, error.messages


_NAMES: tuple[tuple[type[fields.Field[Any]], str], ...] = (
    (Number, "not-a-number"),
    (Whole, "not-a-number"),
    (Term, "not-a-term"),
    (Reference, "not-an-id"),
    (Part, "not-a-mapping"),
    (Text, "not-a-text"),
)


def _faults(messages: Any, schema: Schema, place: tuple[str, ...]) -> list[Fault]:
    found = []
    for key, below in messages.items():
        field = schema.fields.get(key)
        if isinstance(below, dict) and isinstance(field, fields.Nested):
            found += _faults(below, field.schema, (*place, key))
        else:
            found += [Fault(_name(field, str(what)), ".".join((*place, key)), str(what)) for what in below]
    return found


def _name(field: Any, what: str) -> str:
    if what.startswith(("is missing", "null is refused")):
        return "missing-value"
    if what == RecordSchema.error_messages["unknown"]:
        return "unknown-key"
    if what.endswith(EDTF_EXPECTED):
        return "not-a-date"
    return next((name for kind, name in _NAMES if isinstance(field, kind)), "not-in-form")
