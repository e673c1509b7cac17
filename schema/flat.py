"""Records as CSV and NDJSON, batch by batch, and the JSON of a record with chosen keys only."""

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
"""Records that are decoded at a time for CSV; many more would start Python's garbage collection."""

# A spreadsheet takes a text that begins with one of these for a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MAY_BE_FORMULA = re.compile(rb':\s*"[=+@\\-]').search
"""Searches a record's JSON for a text that begins like a formula, or with an escaped character such as a tab."""


def guard_formula(value: Any) -> Any:
    """Return the value of a cell; a text that a spreadsheet would take for a formula gets a `'` before it."""
    return f"'{value}" if type(value) is str and value.startswith(_FORMULA) else value


def narrowed(rendered: bytes, wanted: Sequence[str] | None) -> bytes:
    """Return a record's JSON with the wanted keys only (dotted where nested), in the record's order; None: all."""
    if wanted is None:
        return rendered
    return orjson.dumps(_narrowed(orjson.loads(rendered), {tuple(name.split(".")) for name in wanted}))


def _narrowed(record: dict[str, Any], wanted: set[tuple[str, ...]]) -> dict[str, Any]:
    """Return the keys of a record at the wanted paths; an object of which some keys are wanted may be null."""
    narrow: dict[str, Any] = {}
    for key, value in record.items():
        wanted_within = {path[1:] for path in wanted if path[0] == key}
        if () in wanted_within or (wanted_within and value is None):
            narrow[key] = value
        elif wanted_within:
            narrow[key] = _narrowed(value, wanted_within)
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
    """Yield rows in lists of `size` rows; 0 means ROWS_AT_A_TIME."""
    iterator = iter(rows)
    while batch := list(islice(iterator, size or ROWS_AT_A_TIME)):
        yield batch


def write_ndjson(rendered: Iterable[bytes], wanted: Sequence[str] | None = None) -> Iterator[bytes]:
    """Yield batches of lines, each line a record's JSON with the wanted keys; None: all keys."""
    for rows in batched(rendered):
        yield b"".join(narrowed(row, wanted) + b"\n" for row in rows)


def columns_of(record: Schema, wanted: Sequence[str] | None = None, prefix: str = "") -> list[str]:
    """Return the CSV columns of a record: every value, dotted where nested, or the wanted ones."""
    columns: list[str] = []
    for key, field in record.fields.items():
        name = prefix + key
        wanted_within = None if wanted is None or name in wanted else wanted
        if isinstance(field, fields.Nested):
            columns += columns_of(field.schema, wanted_within, f"{name}.")
        elif wanted_within is None:
            columns.append(name)
    return columns


def write_csv(rendered: Iterable[bytes], columns: Sequence[str]) -> Iterator[bytes]:
    """Yield CSV (RFC 4180) in batches: a header even with no row, null as an empty cell, a list as its JSON.

    A text that a spreadsheet would take for a formula gets a `'` before it, which spreadsheets do not show.
    """
    yield _csv([columns])
    paths = [tuple(column.split(".")) for column in columns]
    for rows in batched(rendered):
        yield b"".join(_lines(batch, paths) for batch in batched(rows, _DECODED_AT_ONCE))


def _lines(rows: list[bytes], paths: list[tuple[str, ...]]) -> bytes:
    """Return records as lines of CSV, made column by column, so that the types of a column are examined once."""
    may_hold_formula = any(map(_MAY_BE_FORMULA, rows))
    parts: _Parts = {(): [orjson.loads(row) for row in rows]}
    return _csv(zip(*(_cells(_column(parts, path), may_hold_formula=may_hold_formula) for path in paths), strict=True))


def _csv(rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


_Parts = dict[tuple[str, ...], list[Any]]


def _column(parts: _Parts, path: tuple[str, ...]) -> list[Any]:
    """Return the values of all records at a path; `parts` caches them by path."""
    if path not in parts:
        *above, key = path
        parts[path] = [None if part is None else part[key] for part in _column(parts, tuple(above))]
    return parts[path]


def _cells(values: list[Any], *, may_hold_formula: bool) -> list[Any]:
    """Return the values of a column for csv; formulas are looked for only where `may_hold_formula`."""
    types = set(map(type, values))
    if bool in types or list in types:
        values = [orjson.dumps(value).decode() if type(value) in (bool, list) else value for value in values]
    if may_hold_formula and str in types:
        values = [guard_formula(value) for value in values]
    return values
