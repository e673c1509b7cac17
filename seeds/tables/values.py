"""A mapping's values and conditions → functions of a row's cells.

A value takes cells as the mapping reads their columns, and notes where that lost something; a condition sees them as
they stand.
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
    """What is taken of a cell that names several."""

    ALL = "all"
    FIRST = "first"
    SPAN = "span"


class Columns:
    """The columns that a mapping names, each with its place in a row, and how its cells are read."""

    def __init__(self, readings: dict[str, Any]) -> None:
        """Take how columns are read, by their names."""
        self.names: list[str] = []
        self.readings = readings

    def at(self, name: str) -> int:
        """Return a column's place."""
        if name not in self.names:
            self.names.append(name)
        return self.names.index(name)

    def split_of(self, name: str) -> str | None:
        """Return what stands between the parts of a cell that names several."""
        return self.readings[name]["split"] if name in self.readings else None

    def reader(self, name: str, *, plain: bool = False) -> Callable[[Cells, Notes], str]:
        """Return the function that reads a column's cell, or takes it as it stands (`plain`)."""
        place = self.at(name)
        if plain or name not in self.readings:
            return lambda cells, notes: cells[place]
        read = _reading(self.readings[name])
        known: dict[str, tuple[str, bool]] = {}

        def reader(cells: Cells, notes: Notes) -> str:
            cell = cells[place]
            if (found := known.get(cell)) is None:
                if len(known) >= REMEMBERED:
                    known.clear()
                found = known[cell] = read(cell)
            if found[1]:
                notes.append(Fault("cut-short", name, f"{shown(cell)} is too long, and was cut"))
            return found[0]

        return reader


def columns_in(value: Any) -> list[str]:
    """Return the columns that a value names, in its order."""
    if isinstance(value, str):
        return COLUMN.findall(value)
    return list(dict.fromkeys(name for choice in value or () for name in columns_in(choice["value"])))


def value_of(value: Any, columns: Columns, *, plain: bool = False) -> Value:
    """Return the function for a value: a template, nothing, or a list of choices; `plain` takes cells as they stand."""
    if value is None:
        return lambda cells, notes: None
    if isinstance(value, str):
        return _template(value, columns, plain=plain)
    choices = [(condition_of(one["when"], columns), one["value"], value_of(one["value"], columns)) for one in value]

    def chosen(cells: Cells, notes: Notes) -> str | None:
        for holds, written, worth in choices:
            if holds(cells) and (written is None or (found := worth(cells, notes)) is not None):
                return None if written is None else found
        return None

    return chosen


def _template(text: str, columns: Columns, *, plain: bool) -> Value:
    parts = COLUMN.split(text)
    readers = [columns.reader(name, plain=plain) for name in parts[1::2]]
    if not readers:
        return lambda cells, notes: text
    if parts == ["", parts[1], ""]:
        only = readers[0]
        return lambda cells, notes: only(cells, notes) or None
    start, *after = parts[::2]

    def filled(cells: Cells, notes: Notes) -> str | None:
        found = [read(cells, notes) for read in readers]
        if not any(found):
            return None
        return start + "".join([cell + text for cell, text in zip(found, after, strict=True)])

    return filled


def condition_of(when: list[Condition] | None, columns: Columns) -> Test:
    """Return the function that says whether all conditions hold; of a cell that names several, one part will do."""
    tests = [_test(*condition, columns) for condition in when or ()]
    if not tests:
        return lambda cells: True
    first, *others = tests
    if not others:
        return first
    return lambda cells: first(cells) and all(test(cells) for test in others)


def _test(column: str, operator: str, operands: list[str], columns: Columns) -> Test:
    place, split = columns.at(column), columns.split_of(column)
    negated = operator.startswith("not")
    if operator.endswith("matches"):
        search = re.compile("|".join(f"(?:{one})" for one in operands)).search
        return lambda cells: (search(cells[place]) is None) is negated
    if operator in ("is", "not") and not any(map(COLUMN.search, operands)):
        asked = frozenset(operands)
        return lambda cells: (cells[place] in asked) is not negated
    values = [value_of(one or None, columns, plain=True) for one in operands]
    compare = _COMPARED[operator]

    def compared(cells: Cells) -> bool:
        cell = cells[place]
        parts = cell.split(split) if split and split in cell else (cell,)
        for value in values:
            other = value(cells, []) or ""
            if any(compare(part, other) for part in parts):
                return not negated
        return negated

    return compared


def _above(one: str, other: str) -> bool:
    """Say whether a number is above another, or a text, such as a date, comes after another; nothing is neither."""
    if one.isdecimal() and other.isdecimal():
        return int(one) > int(other)
    return bool(one and other) and one > other


_COMPARED: dict[str, Callable[[str, str], bool]] = {
    "is": str.__eq__,
    "not": str.__eq__,
    "above": _above,
    "below": lambda one, other: _above(other, one),
}


def _reading(reading: dict[str, Any]) -> Callable[[str], tuple[str, bool]]:
    """Return the function that reads the cells of a column; it also says whether one was cut.

    Tidy is one space for spaces and ends of lines, none around, and nothing that cannot be seen.
    """
    split, take, cut, values = (reading[key] for key in ("split", "take", "cut", "values"))

    def read(cell: str) -> tuple[str, bool]:
        text = _tidy(cell) if reading["tidy"] else cell
        if split and split in text:
            parts = list(dict.fromkeys(part for part in map(str.strip, text.split(split)) if part))
            if take is Take.SPAN:
                parts = ["/".join(dict.fromkeys((min(parts), max(parts))))] if parts else []
            text = f"{split} ".join(parts[:1] if take is Take.FIRST else parts)
        text = values.get(text, text)
        return (f"{text[: cut - 1]}…", True) if cut and len(text) > cut else (text, False)

    return read


def _tidy(text: str) -> str:
    words = " ".join(text.split())
    return words if words.isprintable() else "".join(char for char in words if char.isprintable()).strip()
