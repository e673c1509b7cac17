"""The rendering of records: like a schema's `dump`, but prepared once for each schema, not for each record."""

from collections.abc import Callable

from marshmallow import Schema, fields

from schema.fields import Number
from schema.intervals import read_period
from seeds.entries import Record

Renderer = Callable[[Record], Record]

_UNCHANGED = (fields.String, fields.Boolean, fields.Date, fields.Integer, fields.Enum)
"""Fields whose values orjson writes as `dump` does; the values of dates and terms are text."""


def renderer_of(schema: Schema) -> Renderer:
    """Return a function whose results `orjson.dumps` writes as it writes those of `schema.dump`.

    A part that is already rendered, an `orjson.Fragment`, is not rendered again.
    """
    keys, numbers, parts = list(schema.fields), [], []
    for key, field in schema.fields.items():
        if isinstance(field, Number):
            numbers.append(key)
        elif isinstance(field, fields.Nested):
            parts.append((key, renderer_of(field.schema)))
        elif not isinstance(field.inner if isinstance(field, fields.List) else field, _UNCHANGED):
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
    """Return a coded date with its first and last day, `start` and `end`."""
    period = read_period(date["edtf"])
    return {**date, "start": period.start, "end": period.end}
