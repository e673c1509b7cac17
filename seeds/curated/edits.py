"""Edits of a YAML file: some values are replaced or added in its text, and every other character stays as it was."""

from collections.abc import Iterator, Mapping

from ruamel.yaml import YAML
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, SequenceNode

from seeds.read import Place


def edited(text: str, values: Mapping[Place, str]) -> str:
    """Return a YAML text in which some values are others; `values` holds the new ones as YAML, by their places.

    A value that is not there is added to the mapping that its place leads to, which has to be there. Raises KeyError
    where it is not.
    """
    nodes = dict(_nodes(YAML(typ="safe", pure=True).compose(text), ()))
    changes = sorted((_change(text, nodes, place, value) for place, value in values.items()), reverse=True)
    for start, end, replacement in changes:
        text = text[:start] + replacement + text[end:]
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


def _change(
    text: str, nodes: Mapping[Place, tuple[Node, Node | None]], place: Place, value: str
) -> tuple[int, int, str]:
    """Return what has to be changed to give a place a value: the first character, the one behind the last, the text."""
    if place in nodes:
        node, key = nodes[place]
        start, end = node.start_mark.index, node.end_mark.index
        if start == end and key is not None:  # nothing stands behind the colon
            start = text.index(":", key.end_mark.index) + 1
            return start, start, f" {value}"
        return start, end, value
    parent, _ = nodes[place[:-1]]
    added = f"{place[-1]}: {value}"
    if not isinstance(parent, MappingNode):
        raise KeyError(place)
    if parent.flow_style:
        start = parent.start_mark.index + 1
        return start, start, f"{added}, " if parent.value else added
    line_break = "\r\n" if "\r\n" in text else "\n"
    end = _end_of_line(text, _end(text, parent))
    return end, end, f"{line_break}{' ' * parent.start_mark.column}{added}"


def _end(text: str, node: Node) -> int:
    """Return where the last value in a node ends."""
    if not isinstance(node, CollectionNode) or node.flow_style or not node.value:
        return len(text[: node.end_mark.index].rstrip())
    last = node.value[-1]
    return _end(text, last[1] if isinstance(node, MappingNode) else last)


def _end_of_line(text: str, place: int) -> int:
    """Return where the line of a place ends, so that a comment behind a value stays there."""
    end = text.find("\n", place)
    end = len(text) if end < 0 else end
    return end - (text[end - 1 : end] == "\r")
