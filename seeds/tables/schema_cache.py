"""A cache for a schema's `load`: where values repeat, each value of a key is deserialised once."""

from collections.abc import Hashable, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, missing

from schema.fields import Number, Part, Pattern, Reference, Term, Text, Whole
from schema.intervals import EDTF_EXPECTED
from schema.vocabulary import Record as RecordSchema
from seeds.entries import Record
from seeds.rules.faults import Fault

REMEMBERED = 20_000
"""The largest number of values of one key in a cache; a full cache is emptied, so that memory stays flat."""

_Loaded = tuple[Any, Any]
"""A deserialised value and None, or None and the messages of the error."""


class SchemaCache:
    """Loads records as its schema does, with the same results and messages.

    The schema must not check more than each key by itself (no `validates_schema`).
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._known: dict[str, dict[Hashable, _Loaded]] = {name: {} for name in schema.load_fields}
        self._parts: dict[str, SchemaCache] = {
            name: SchemaCache(field.schema)
            for name, field in schema.load_fields.items()
            if isinstance(field, Part) and not isinstance(field, Reference) and not field.validators
        }
        self._absent: dict[tuple[str, ...], tuple[Record, dict[str, Any]]] = {}

    def load(self, data: Mapping[str, Any]) -> Record:
        """Return the record, which shares its values with others; raises ValidationError with the schema's messages."""
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
            if (loaded := known.get(key)) is None:
                if len(known) >= REMEMBERED:
                    known.clear()
                loaded = known[key] = _deserialised(self.schema.load_fields[name], value, name)
            if loaded[1] is None:
                record[name] = loaded[0]
            else:
                errors = {**errors, name: loaded[1]}
        if errors:
            raise ValidationError(errors)
        return record

    def _without(self, keys: tuple[str, ...]) -> tuple[Record, dict[str, Any]]:
        """Return the defaults of the keys that are not in `keys`, and the messages for missing and unknown keys."""
        absent = {
            name: _deserialised(field, missing, name)
            for name, field in self.schema.load_fields.items()
            if name not in keys
        }
        errors = {name: messages for name, (_, messages) in absent.items() if messages is not None}
        errors |= {name: [self.schema.error_messages["unknown"]] for name in keys if name not in self._known}
        defaults = {
            name: value for name, (value, messages) in absent.items() if messages is None and value is not missing
        }
        return defaults, errors

    def faults(self, error: ValidationError) -> list[Fault]:
        """Return the messages of an error as faults, named after the kind of value that was expected."""
        return list(_faults(error.messages, self.schema, ()))


def _frozen(value: Any) -> Hashable:
    """Return a hashable key of a value; keys are equal where values are equal and of one type."""
    if isinstance(value, dict):
        return ("mapping", *((name, _frozen(item)) for name, item in value.items()))
    if isinstance(value, list):
        return ("list", *map(_frozen, value))
    return (type(value), value)


def _deserialised(field: fields.Field[Any], value: Any, name: str) -> _Loaded:
    field = field.id if isinstance(field, Reference) and type(value) is str else field
    try:
        if type(value) is str and isinstance(field, Pattern | Text):
            # The validators of these fields, which OpenAPI publishes, check the same as this.
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
    faults = []
    for key, nested in messages.items():
        field = schema.fields.get(key)
        if isinstance(nested, dict) and isinstance(field, fields.Nested):
            faults += _faults(nested, field.schema, (*place, key))
        else:
            faults += [Fault(_name(field, str(what)), ".".join((*place, key)), str(what)) for what in nested]
    return faults


def _name(field: Any, what: str) -> str:
    if what.startswith(("is missing", "null is refused")):
        return "missing-value"
    if what == RecordSchema.error_messages["unknown"]:
        return "unknown-key"
    if what.endswith(EDTF_EXPECTED):
        return "not-a-date"
    return next((name for kind, name in _NAMES if isinstance(field, kind)), "not-in-form")
