"""Records as text: chosen keys of a record, and many records as CSV or NDJSON, a batch at a time."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

import orjson
from marshmallow import Schema, fields

T = TypeVar("T")

ROWS_AT_A_TIME = 200
_DECODED_AT_ONCE = 40
"""Records that are decoded at a time for CSV; many more would set off Python's garbage collection."""

# What a spreadsheet would take for a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MAY_BE_FORMULA = re.compile(rb':\s*"[=+@\\-]').search
"""Searches a record's JSON for a text that begins like one, or with a character that JSON escapes, such as a tab."""


def guard_formula(value: Any) -> Any:
    """Return the value of a cell; a text that a spreadsheet would take for a formula gets a `'` before it."""
    return f"'{value}" if type(value) is str and value.startswith(_FORMULA) else value


def narrowed(rendered: bytes, wanted: Sequence[str] | None) -> bytes:
    """Return a record's JSON with the wanted keys only (dotted where nested), in the record's order; None: all."""
    if wanted is None:
        return rendered
    return orjson.dumps(_narrowed(orjson.loads(rendered), {tuple(name.split(".")) for name in wanted}))


def _narrowed(record: dict[str, Any], wanted: set[tuple[str, ...]]) -> dict[str, Any]:
    narrow: dict[str, Any] = {}
    for key, value in record.items():
        below = {path[1:] for path in wanted if path[0] == key}
        if () in below or (below and value is None):
            narrow[key] = value
        elif below:
            narrow[key] = _narrowed(value, below)
    return narrow


def flattened(record: dict[str, Any], joint: str, prefix: str = "") -> dict[str, Any]:
    """Return a record as one level, without its lists: `{"region": {"id": …}}` → `{"region_id": …}` for `_`."""
    flat: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            flat |= flattened(value, joint, f"{prefix}{key}{joint}")
        elif not isinstance(value, list):
            flat[prefix + key] = value
    return flat


def batched(rows: Iterable[T], size: int = 0) -> Iterator[list[T]]:
    """Yield rows in lists of a size, by default ROWS_AT_A_TIME."""
    iterator = iter(rows)
    while batch := list(islice(iterator, size or ROWS_AT_A_TIME)):
        yield batch


def write_ndjson(rendered: Iterable[bytes], wanted: Sequence[str] | None = None) -> Iterator[bytes]:
    """Yield batches of lines, each line a record's JSON."""
    for rows in batched(rendered):
        yield b"".join(narrowed(row, wanted) + b"\n" for row in rows)


def columns_of(record: Schema, wanted: Sequence[str] | None = None, prefix: str = "") -> list[str]:
    """Return the CSV columns of a record: every value, dotted where nested, or the wanted ones."""
    columns: list[str] = []
    for key, field in record.fields.items():
        name = prefix + key
        below = None if wanted is None or name in wanted else wanted
        if isinstance(field, fields.Nested):
            columns += columns_of(field.schema, below, f"{name}.")
        elif below is None:
            columns.append(name)
    return columns


def write_csv(rendered: Iterable[bytes], columns: Sequence[str]) -> Iterator[bytes]:
    """Yield RFC 4180: a header even with no row, null as an empty cell, a list as its JSON.

    A text that a spreadsheet would take for a formula gets a `'` before it, which spreadsheets do not show.
    """
    yield _csv([columns])
    paths = [tuple(column.split(".")) for column in columns]
    for rows in batched(rendered):
        yield b"".join(_lines(batch, paths) for batch in batched(rows, _DECODED_AT_ONCE))


def _lines(rows: list[bytes], paths: list[tuple[str, ...]]) -> bytes:
    """Return records as lines of CSV, made column by column, so that each column's types are looked at once."""
    suspect = any(map(_MAY_BE_FORMULA, rows))
    parts: _Parts = {(): [orjson.loads(row) for row in rows]}
    return _csv(zip(*(_cells(_column(parts, path), suspect=suspect) for path in paths), strict=True))


def _csv(rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


_Parts = dict[tuple[str, ...], list[Any]]


def _column(parts: _Parts, path: tuple[str, ...]) -> list[Any]:
    """Return the values of all records at a path; `parts` keeps those of each path that was asked for."""
    if path not in parts:
        *above, key = path
        parts[path] = [None if part is None else part[key] for part in _column(parts, tuple(above))]
    return parts[path]


def _cells(values: list[Any], *, suspect: bool) -> list[Any]:
    """Return the values of a column as csv takes them; texts are guarded only where one may be a formula."""
    kinds = set(map(type, values))
    if bool in kinds or list in kinds:
        values = [orjson.dumps(value).decode() if type(value) in (bool, list) else value for value in values]
    if suspect and str in kinds:
        values = [guard_formula(value) for value in values]
    return values
