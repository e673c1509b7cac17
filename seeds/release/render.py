"""Records as they are answered: what a schema's `dump` does, worked out once for the schema, not for each record."""

from collections.abc import Callable

from marshmallow import Schema, fields

from schema.fields import Number
from schema.intervals import read_period
from seeds.entries import Record

Renderer = Callable[[Record], Record]

_AS_THEY_ARE = (fields.String, fields.Boolean, fields.Date, fields.Integer, fields.Enum)
"""Fields whose values orjson writes as `dump` does; dates are kept as their text, and terms are text."""


def renderer_of(schema: Schema) -> Renderer:
    """Return a function that gives what `orjson.dumps` writes as it writes `schema.dump`.

    A part that is rendered already, an `orjson.Fragment`, is put in as it is.
    """
    keys, numbers, parts = list(schema.fields), [], []
    for key, field in schema.fields.items():
        if isinstance(field, Number):
            numbers.append(key)
        elif isinstance(field, fields.Nested):
            parts.append((key, renderer_of(field.schema)))
        elif not isinstance(field.inner if isinstance(field, fields.List) else field, _AS_THEY_ARE):
            raise TypeError(f"{type(schema).__name__}.{key}: {type(field).__name__} has no renderer")

    def render(record: Record) -> Record:
        rendered = {key: record[key] for key in keys}
        for key in numbers:
            value = rendered[key]
            if type(value) is float and value.is_integer():
                rendered[key] = int(value)
        for key, part in parts:
            if type(rendered[key]) is dict:
                rendered[key] = part(rendered[key])
        return rendered

    return render


def with_days(date: Record) -> Record:
    """Return a coded date as it is answered: with its first and last day, `start` and `end`."""
    period = read_period(date["edtf"])
    return {**date, "start": period.start, "end": period.end}
