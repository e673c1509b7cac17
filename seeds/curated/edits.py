"""Edits of a YAML file: some values are replaced, added or removed in its text, and every other character stays."""

import re
from collections.abc import Iterator, Mapping, Sequence

from ruamel.yaml import YAML
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, SequenceNode

from seeds.read import Place

_Change = tuple[int, int, str]
"""The first character that is replaced, the one behind the last, and the text that is put there."""
_COMMENT = re.compile(r"\r?\n[ \t]*#[^\n]*\Z")
_EMPTY_LINE = re.compile(r"\r?\n[ \t]*\Z")


def edited(text: str, values: Mapping[Place, str | None], order: Sequence[str] = ()) -> str:
    """Return a YAML text in which some values are others; `values` holds the new ones as YAML, by their places.

    A value of None is removed with its key; an item of a list is removed with the comment right above it. A value that
    is not there is added to the mapping that its place leads to, behind those that stand before it in `order`. Items
    are added behind the last of a list: as lines that begin with a dash, at an index that the list does not have.
    Raises KeyError where the mapping or the list is not there, and for items of a list in one line.
    """
    nodes = dict(_nodes(YAML(typ="safe", pure=True).compose(text), ()))
    changes = [
        _change(text, nodes, place, value, order) if value is not None else _removal(text, nodes, place)
        for place, value in values.items()
    ]
    numbered = sorted((start, end, number, new) for number, (start, end, new) in enumerate(changes))
    place = len(text)
    for start, end, _, new in reversed(numbered):
        text = text[:start] + new + text[min(end, place) :]  # neighbours that are removed both claim what is between
        place = start
    return text


def _nodes(node: Node, place: Place, key: Node | None = None) -> Iterator[tuple[Place, tuple[Node, Node | None]]]:
    """Yield each node of a YAML tree, and that of its key if it has one, with its place."""
    yield place, (node, key)
    if isinstance(node, MappingNode):
        for of_value, value in node.value:
            yield from _nodes(value, (*place, of_value.value), of_value)
    elif isinstance(node, SequenceNode):
        for index, item in enumerate(node.value):
            yield from _nodes(item, (*place, index))


_Nodes = Mapping[Place, tuple[Node, Node | None]]


def _change(text: str, nodes: _Nodes, place: Place, value: str, order: Sequence[str]) -> _Change:
    """Return the change that gives a place a value."""
    if place in nodes:
        node, key = nodes[place]
        start, end = node.start_mark.index, _end(text, node)
        if key is not None and (node.start_mark.index == node.end_mark.index or _is_in_lines(node)):
            start = text.index(":", key.end_mark.index) + 1
            return start, max(start, end), f" {value}"
        return start, end, value
    parent, key = nodes[place[:-1]]
    if isinstance(place[-1], int):
        return _addition_to_list(text, parent, key, place, value)
    if not isinstance(parent, MappingNode):
        raise KeyError(place)
    added = f"{place[-1]}: {value}"
    before = order[: order.index(place[-1])] if place[-1] in order else ()
    anchors = [item for of_value, item in parent.value if of_value.value in before]
    if parent.flow_style:
        if anchors:
            end = _end(text, anchors[-1])
            return end, end, f", {added}"
        start = parent.start_mark.index + 1
        return start, start, f"{added}, " if parent.value else added
    end = _end_of_line(text, _end(text, anchors[-1] if anchors else parent))
    return end, end, f"{_line_break(text)}{' ' * parent.start_mark.column}{added}"


def _addition_to_list(text: str, parent: Node, key: Node | None, place: Place, value: str) -> _Change:
    """Return the change that adds items behind the last of a list."""
    is_list = isinstance(parent, SequenceNode) and parent.value
    if (is_list and not _is_in_lines(parent)) or key is None:
        raise KeyError(place)
    column = parent.start_mark.column if is_list else key.start_mark.column + 2
    lines = [f"{' ' * column}{line}" if line else "" for line in value.split("\n")]
    if is_list:
        start = end = _end_of_line(text, _end(text, parent))
        lines = ["", *lines]
    else:
        start = text.index(":", key.end_mark.index) + 1
        end = max(start, _end(text, parent))
    return start, end, "".join(f"{_line_break(text)}{line}" for line in lines)


def _removal(text: str, nodes: _Nodes, place: Place) -> _Change:
    """Return the change that removes a value with its key, or an item of a list."""
    parent, _ = nodes[place[:-1]]
    node, key = nodes[place]
    spans = [_span(text, child) for child in parent.value]
    start, end = _span(text, (key, node) if key is not None else node)
    index = spans.index((start, end))
    is_first, is_last = index == 0, index == len(spans) - 1
    if isinstance(parent, MappingNode) or not _is_in_lines(parent):
        if is_first or not _is_in_lines(parent):
            if not is_last:
                return start, spans[index + 1][0], ""
            return start if is_first else spans[index - 1][1], end, ""
        return _end_of_line_before(text, start), _end_of_line(text, end), ""
    column = parent.start_mark.column
    dash = start
    while text[(line := text.rfind("\n", 0, dash) + 1) : line + column].strip(" ") or text[line + column] != "-":
        dash = line - 1
    begins = _end_of_line_before(text, line)
    if not is_first:
        while comment := _COMMENT.search(text, spans[index - 1][1], begins):
            begins = comment.start()
        if empty := _EMPTY_LINE.search(text, spans[index - 1][1], begins):
            begins = empty.start()
    return begins, _end_of_line(text, end), ""


def _span(text: str, child: Node | tuple[Node, Node]) -> tuple[int, int]:
    """Return where an item of a list, or a key with its value, begins and ends."""
    first, last = child if isinstance(child, tuple) else (child, child)
    return first.start_mark.index, max(first.end_mark.index if first is not last else 0, _end(text, last))


def _is_in_lines(node: Node) -> bool:
    """Return whether a node is a mapping or a list that is written in lines of its own, not in brackets."""
    return isinstance(node, CollectionNode) and not node.flow_style


def _end(text: str, node: Node) -> int:
    """Return where the last value in a node ends."""
    if not isinstance(node, CollectionNode) or node.flow_style or not node.value:
        return len(text[: node.end_mark.index].rstrip())
    last = node.value[-1]
    return _end(text, last[1] if isinstance(node, MappingNode) else last)


def _line_break(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _end_of_line(text: str, place: int) -> int:
    """Return where the line of a place ends, so that a comment behind a value stays there."""
    end = text.find("\n", place)
    end = len(text) if end < 0 else end
    return end - (text[end - 1 : end] == "\r")


def _end_of_line_before(text: str, place: int) -> int:
    """Return where the line before that of a place ends; 0 without one."""
    line = text.rfind("\n", 0, place)
    return max(0, line - (text[line - 1 : line] == "\r"))
