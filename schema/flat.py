"""Records as text: some keys of a record, and many records as CSV or NDJSON, a few hundred at a time."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import orjson
from marshmallow import Schema, fields

ROWS_AT_A_TIME = 200

# What a spreadsheet would take for a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def narrowed(rendered: str, wanted: Sequence[str] | None) -> bytes:
    """Return a rendered record, or the keys of it that were asked for (dotted where nested), in the record's order."""
    if wanted is None:
        return rendered.encode()
    return orjson.dumps(_narrowed(orjson.loads(rendered), {tuple(name.split(".")) for name in wanted}))


def _narrowed(record: dict[str, Any], wanted: set[tuple[str, ...]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in record.items():
        below = {path[1:] for path in wanted if path[0] == key}
        if () in below or (below and value is None):
            found[key] = value
        elif below:
            found[key] = _narrowed(value, below)
    return found


def flattened(record: dict[str, Any], joint: str, prefix: str = "") -> dict[str, Any]:
    """Return a record as one level, without its lists: `{"region": {"id": …}}` → `{"region_id": …}`, joined by `_`."""
    flat: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            flat |= flattened(value, joint, f"{prefix}{key}{joint}")
        elif not isinstance(value, list):
            flat[prefix + key] = value
    return flat


def _batched(rendered: Iterable[str]) -> Iterator[list[str]]:
    rows = iter(rendered)
    while some := list(islice(rows, ROWS_AT_A_TIME)):
        yield some


def write_ndjson(rendered: Iterable[str], wanted: Sequence[str] | None = None) -> Iterator[bytes]:
    """Yield one JSON record a line."""
    for rows in _batched(rendered):
        yield b"".join(narrowed(row, wanted) + b"\n" for row in rows)


def columns_of(record: Schema, wanted: Sequence[str] | None = None, prefix: str = "") -> list[str]:
    """Return the CSV columns of a record: each of its values, dotted where nested, or those that were asked for."""
    columns: list[str] = []
    for key, field in record.fields.items():
        name = prefix + key
        below = None if wanted is None or name in wanted else wanted
        if isinstance(field, fields.Nested):
            columns += columns_of(field.schema, below, f"{name}.")
        elif below is None:
            columns.append(name)
    return columns


def write_csv(rendered: Iterable[str], columns: Sequence[str]) -> Iterator[bytes]:
    """Yield RFC 4180: a header even with no row, null as an empty cell, a list as its JSON.

    A text that a spreadsheet would take for a formula gets a `'` before it, which spreadsheets do not show.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    paths = [column.split(".") for column in columns]
    for rows in _batched(rendered):
        writer.writerows([_cell(record, path) for path in paths] for record in map(orjson.loads, rows))
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode()


def _cell(record: dict[str, Any], path: Sequence[str]) -> str | int | float | None:
    value: Any = record
    for key in path:
        value = None if value is None else value[key]
    if isinstance(value, bool | list):
        return orjson.dumps(value).decode()
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value  # type: ignore[no-any-return]
