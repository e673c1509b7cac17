"""The values and conditions of a mapping, compiled to functions of a row's cells.

A value takes cells after they are read by the mapping's `columns`, and notes where a text was cut; a condition takes
cells as they are in the table.
"""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from schema.fields import shown
from seeds.rules.faults import Fault
from seeds.tables.schema_cache import REMEMBERED

Cells = list[str]
Notes = list[Fault]
Value = Callable[[Cells, Notes], str | None]
Test = Callable[[Cells], bool]
Condition = tuple[str, str, list[str]]

COLUMN = re.compile(r"\{([^{}]+)\}")
OPERATORS = ("is", "not", "matches", "not_matches", "above", "below")


class Take(StrEnum):
    """The parts to take of a cell that holds several; SPAN is the smallest and the largest of them: `2017/2019`."""

    ALL = "all"
    FIRST = "first"
    SPAN = "span"


class Columns:
    """The columns that a mapping names, each with its index in a row's cells; `readings` is the mapping's `columns`."""

    def __init__(self, readings: dict[str, Any]) -> None:
        self.names: list[str] = []
        self.readings = readings

    def at(self, name: str) -> int:
        """Return the index of a column in a row's cells; a new column gets the next index."""
        if name not in self.names:
            self.names.append(name)
        return self.names.index(name)

    def separator_of(self, name: str) -> str | None:
        """Return the separator of the parts of a column's cells; None where a cell is one part."""
        return self.readings[name]["separator"] if name in self.readings else None

    def reader(self, name: str, *, plain: bool = False) -> Callable[[Cells, Notes], str]:
        """Return the function that reads the cells of a column; with `plain` it returns a cell unchanged."""
        index = self.at(name)
        if plain or name not in self.readings:
            return lambda cells, notes: cells[index]
        read = _reading(self.readings[name])
        cache: dict[str, tuple[str, bool]] = {}

        def reader(cells: Cells, notes: Notes) -> str:
            cell = cells[index]
            if (reading := cache.get(cell)) is None:
                if len(cache) >= REMEMBERED:
                    cache.clear()
                reading = cache[cell] = read(cell)
            text, was_cut = reading
            if was_cut:
                notes.append(Fault("cut-short", name, f"{shown(cell)} is too long, and was cut"))
            return text

        return reader


def columns_in(value: Any) -> list[str]:
    """Return the columns that a value names, in its order."""
    if isinstance(value, str):
        return COLUMN.findall(value)
    return list(dict.fromkeys(name for choice in value or () for name in columns_in(choice["value"])))


def value_of(value: Any, columns: Columns, *, plain: bool = False) -> Value:
    """Return the function of a value: a template, null, or a list of choices; with `plain` it takes cells unchanged."""
    if value is None:
        return lambda cells, notes: None
    if isinstance(value, str):
        return _template(value, columns, plain=plain)
    choices = [
        (condition_of(choice["when"], columns), choice["value"] is None, value_of(choice["value"], columns))
        for choice in value
    ]

    def choose(cells: Cells, notes: Notes) -> str | None:
        for holds, is_null, value_in in choices:
            if holds(cells):
                text = value_in(cells, notes)
                if is_null or text is not None:
                    return text
        return None

    return choose


def _template(text: str, columns: Columns, *, plain: bool) -> Value:
    parts = COLUMN.split(text)
    readers = [columns.reader(name, plain=plain) for name in parts[1::2]]
    if not readers:
        return lambda cells, notes: text
    if parts == ["", parts[1], ""]:
        read_cell = readers[0]
        return lambda cells, notes: read_cell(cells, notes) or None
    start, *after = parts[::2]

    def fill(cells: Cells, notes: Notes) -> str | None:
        texts = [read(cells, notes) for read in readers]
        if not any(texts):
            return None
        return start + "".join([cell + text for cell, text in zip(texts, after, strict=True)])

    return fill


def condition_of(when: list[Condition] | None, columns: Columns) -> Test:
    """Return the function that tests whether all conditions hold; one part of a cell is enough."""
    tests = [_test(*condition, columns) for condition in when or ()]
    if not tests:
        return lambda cells: True
    first, *others = tests
    if not others:
        return first
    return lambda cells: first(cells) and all(test(cells) for test in others)


def _test(column: str, operator: str, operands: list[str], columns: Columns) -> Test:
    index, separator = columns.at(column), columns.separator_of(column)
    negated = operator.startswith("not")
    if operator.endswith("matches"):
        search = re.compile("|".join(f"(?:{pattern})" for pattern in operands)).search
        return lambda cells: (search(cells[index]) is None) is negated
    if operator in ("is", "not") and not any(map(COLUMN.search, operands)):
        texts = frozenset(operands)
        return lambda cells: (cells[index] in texts) is not negated
    values = [value_of(operand or None, columns, plain=True) for operand in operands]
    compare = _COMPARED[operator]

    def test(cells: Cells) -> bool:
        cell = cells[index]
        parts = cell.split(separator) if separator and separator in cell else (cell,)
        for value in values:
            other = value(cells, []) or ""
            if any(compare(part, other) for part in parts):
                return not negated
        return negated

    return test


def _above(text: str, other: str) -> bool:
    """Return whether a number, or a text such as a date, is above another; an empty text is never above or below."""
    if text.isdecimal() and other.isdecimal():
        return int(text) > int(other)
    return bool(text and other) and text > other


_COMPARED: dict[str, Callable[[str, str], bool]] = {
    "is": str.__eq__,
    "not": str.__eq__,
    "above": _above,
    "below": lambda text, other: _above(other, text),
}


def _reading(reading: dict[str, Any]) -> Callable[[str], tuple[str, bool]]:
    """Return the function that reads the cells of a column, and that returns whether it cut the text."""
    trim, separator, take = reading["trim"], reading["separator"], reading["take"]
    recode, max_length = reading["recode"], reading["max_length"]

    def read(cell: str) -> tuple[str, bool]:
        text = _trimmed(cell) if trim else cell
        if separator and separator in text:
            parts = list(dict.fromkeys(part for part in map(str.strip, text.split(separator)) if part))
            if take is Take.SPAN:
                parts = ["/".join(dict.fromkeys((min(parts), max(parts))))] if parts else []
            text = f"{separator} ".join(parts[:1] if take is Take.FIRST else parts)
        text = recode.get(text, text)
        return (f"{text[: max_length - 1]}…", True) if max_length and len(text) > max_length else (text, False)

    return read


def _trimmed(text: str) -> str:
    """Return text without invisible characters and outer spaces, with one space for each run of spaces."""
    words = " ".join(text.split())
    return words if words.isprintable() else "".join(char for char in words if char.isprintable()).strip()
