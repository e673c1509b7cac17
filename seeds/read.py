"""The reader of YAML files: plain data in which every scalar is text, with the line and column of each value.

Only plain YAML is read: tags that build objects, anchors and aliases (alias bombs), duplicate keys, several documents
in a file, and files that are too large or not UTF-8 are refused. Numbers stay text, so that `1_000` and `017` reach
the checks as they were written.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from seeds.problems import Problem

LARGEST_FILE = 1_000_000
"""Bytes."""
_PLAIN_TAGS = {
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map", "merge", "value")
}
_NULLS = {"", "~", "null", "Null", "NULL"}

Place = tuple[str | int, ...]
"""The keys and indexes that lead to a value: `("estimates", 2, "low")`."""


@dataclass(frozen=True)
class YamlFile:
    """The data of one file; `marks` holds the line and column (from 1) of every value by its place."""

    path: Path
    data: Any
    marks: dict[Place, tuple[int, int]]

    def problem(self, place: Place, what: str, rule: str) -> Problem:
        """Return a problem at a place, or at the nearest place above it that is written in the file."""
        return Problem(self.path, *self._mark(place), spelled(place), what, rule)

    def line(self, place: Place) -> int:
        """Return the line of a place, or of the nearest place above it that is written in the file."""
        return self._mark(place)[0]

    def _mark(self, place: Place) -> tuple[int, int]:
        while place not in self.marks and place:
            place = place[:-1]
        return self.marks.get(place, (1, 1))


def is_null(text: str) -> bool:
    """Return whether a text without quotes is read as nothing."""
    return text in _NULLS


def spelled(place: Place) -> str:
    """Return a place as text: `estimates[2].low`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")


class _Refused(Exception):  # noqa: N818 (internal: turned into a problem)
    """A node is refused; the text of the error says why."""

    def __init__(self, node: Node, what: str) -> None:
        super().__init__(what)
        self.line, self.column = node.start_mark.line + 1, node.start_mark.column + 1


def read_file(file: Path) -> YamlFile | Problem:
    """Return a YAML file's data, or the problem that keeps it from being read."""
    try:
        if not file.is_file():
            return Problem(file, 1, 1, "", "is no file; expected a YAML file")
        if file.stat().st_size > LARGEST_FILE:
            return Problem(file, 1, 1, "", f"is too large; expected at most {LARGEST_FILE} bytes")
        raw = file.read_bytes()
    except OSError as error:
        return Problem(file, 1, 1, "", f"cannot be read ({error.strerror}); expected a readable YAML file")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        what = f"byte 0x{raw[error.start]:02x} is refused; expected UTF-8"
        return Problem(file, before.count(b"\n") + 1, column, "", what)
    return read_text(file, text)


def read_text(file: Path, text: str) -> YamlFile | Problem:
    """Return the data of a YAML text that stands in a file, or the problem that keeps it from being read."""
    try:
        node = YAML(typ="safe", pure=True).compose(text)
        marks: dict[Place, tuple[int, int]] = {}
        data = None if node is None else _plain(node, (), marks)
    except _Refused as error:
        return Problem(file, error.line, error.column, "", str(error))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        return Problem(file, line, column, "", f"{error.problem or error.context}; expected well-formed YAML")
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        return Problem(file, line, 1, "", f"character {error.character!r} is refused; expected printable text")
    except (YAMLError, ValueError, OverflowError) as error:
        return Problem(file, 1, 1, "", f"{error}; expected well-formed YAML")
    except RecursionError:
        return Problem(file, 1, 1, "", "is nested too deeply; expected a few levels")
    return YamlFile(file, data, marks)


def _plain(node: Node, place: Place, marks: dict[Place, tuple[int, int]]) -> Any:
    """Return the data of a node, and add the lines and columns of its values to `marks`; raises _Refused."""
    marks[place] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if node.anchor:
        raise _Refused(node, f"anchor &{node.anchor} is refused; expected the value itself, written out")
    if str(node.tag) not in _PLAIN_TAGS:
        raise _Refused(node, f"tag {node.tag} is refused; expected a value without a tag")
    if isinstance(node, ScalarNode):
        quoted = bool(node.style)
        return None if not quoted and is_null(node.value) else node.value
    if isinstance(node, SequenceNode):
        return [_plain(item, (*place, index), marks) for index, item in enumerate(node.value)]
    if not isinstance(node, MappingNode):
        raise _Refused(node, "this is refused; expected text, a list or a mapping")
    return {key: _plain(value, (*place, key), marks) for key, value in _entries(node)}


def _entries(node: MappingNode) -> Iterator[tuple[str, Node]]:
    """Yield the keys and values of a mapping; raises _Refused where a key is repeated or is not a word."""
    seen: dict[str, Node] = {}
    for key, value in node.value:
        if not isinstance(key, ScalarNode) or key.anchor:
            raise _Refused(key, "this key is refused; expected a word")
        if key.value in seen:
            first = seen[key.value].start_mark.line + 1
            raise _Refused(key, f"key {key.value!r} stands twice, first in line {first}; expected it once")
        seen[key.value] = key
        yield key.value, value
