"""Records as text: some keys of a record, and many records as CSV or NDJSON, a few hundred at a time."""

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
_AT_ONCE = 40
"""Records that are laid side by side; with many more, Python's garbage collector looks through all of them."""

# What a spreadsheet would take for a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MAY_BE_FORMULA = re.compile(rb':\s*"[=+@\\-]').search
"""Looks in a record's JSON for a text that begins like one, or with a character that JSON escapes, as it does a tab."""


def guard_formula(value: Any) -> Any:
    """Return the value of a cell; a text that a spreadsheet would take for a formula gets a `'` before it."""
    return f"'{value}" if type(value) is str and value.startswith(_FORMULA) else value


def narrowed(rendered: bytes, wanted: Sequence[str] | None) -> bytes:
    """Return a rendered record, or the keys of it that were asked for (dotted where nested), in the record's order."""
    if wanted is None:
        return rendered
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


def batched(rows: Iterable[T], size: int = 0) -> Iterator[list[T]]:
    """Yield rows some at a time: ROWS_AT_A_TIME, where no other size is given."""
    rest = iter(rows)
    while some := list(islice(rest, size or ROWS_AT_A_TIME)):
        yield some


def write_ndjson(rendered: Iterable[bytes], wanted: Sequence[str] | None = None) -> Iterator[bytes]:
    """Yield one JSON record a line."""
    for rows in batched(rendered):
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


def write_csv(rendered: Iterable[bytes], columns: Sequence[str]) -> Iterator[bytes]:
    """Yield RFC 4180: a header even with no row, null as an empty cell, a list as its JSON.

    A text that a spreadsheet would take for a formula gets a `'` before it, which spreadsheets do not show.
    """
    yield _csv([columns])
    paths = [tuple(column.split(".")) for column in columns]
    for rows in batched(rendered):
        yield b"".join(_lines(some, paths) for some in batched(rows, _AT_ONCE))


def _lines(rows: list[bytes], paths: list[tuple[str, ...]]) -> bytes:
    """Return records as lines, made column by column, so that what cells need is asked once for all of a column."""
    suspect = any(map(_MAY_BE_FORMULA, rows))
    parts: _Parts = {(): [orjson.loads(row) for row in rows]}
    return _csv(zip(*(_cells(_column(parts, path), suspect=suspect) for path in paths), strict=True))


def _csv(rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


_Parts = dict[tuple[str, ...], list[Any]]


def _column(parts: _Parts, path: tuple[str, ...]) -> list[Any]:
    """Return what all records have at a path; `parts` keeps what lies on the way."""
    if path not in parts:
        *above, key = path
        parts[path] = [None if one is None else one[key] for one in _column(parts, tuple(above))]
    return parts[path]


def _cells(values: list[Any], *, suspect: bool) -> list[Any]:
    """Return the values of a column as csv takes them; a text is looked at only where some may be a formula."""
    kinds = set(map(type, values))
    if bool in kinds or list in kinds:
        values = [orjson.dumps(value).decode() if type(value) in (bool, list) else value for value in values]
    if suspect and str in kinds:
        values = [guard_formula(value) for value in values]
    return values
