"""What a state changes in a YAML file: the values that are others, dropped entries, settled drafts, added entries."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import ScalarNode

from schema.vocabulary import Record as RecordSchema
from seeds.entries import Record
from seeds.read import Place, is_null
from seeds.review.fields import ARTICLE, ENTRY_ORDER, ESTIMATE, Values, with_values
from seeds.review.state import State, Status

_ADDED = {"confidence": "low", "because": "added by hand"}
"""The `draft` of an entry that was added and is not accepted yet."""


def saved_data(data: Mapping[str, Any], state: State) -> Record:
    """Return the data of a file as a state has it."""
    article = with_values(data, state.article, ARTICLE)
    article["estimates"] = [
        _entry(data["estimates"][entry.index] if entry.index is not None else {}, entry.values, entry.status)
        for entry in state.remaining
    ]
    return article


def _entry(record: Mapping[str, Any], values: Values, status: Status) -> Record:
    changed = with_values(record, values, ESTIMATE)
    if status is Status.ACCEPTED:
        changed.pop("draft", None)
    elif not record:
        changed["draft"] = _ADDED
    if record:
        return changed
    order = [key for key in (*ENTRY_ORDER, "draft") if key in changed]
    return {key: changed[key] for key in order}


def changes_of(data: Mapping[str, Any], state: State) -> dict[Place, str | None]:
    """Return the changes of a state as `seeds.curated.edits.edited` takes them."""
    after = saved_data(data, state)
    changes: dict[Place, str | None] = dict(_changes(data, after, (), ARTICLE))
    if not after["estimates"]:
        return changes | ({("estimates",): "[]"} if data["estimates"] else {})
    records = iter(after["estimates"])
    added = []
    for entry in state.entries:
        if entry.status is Status.DROPPED:
            if entry.index is not None:
                changes["estimates", entry.index] = None
            continue
        record = next(records)
        if entry.index is None:
            added.append(_item(record))
        else:
            changes |= _changes(data["estimates"][entry.index], record, ("estimates", entry.index), ESTIMATE)
    if added:
        changes["estimates", len(data["estimates"])] = "\n\n".join(added)
    return changes


def _changes(
    before: Mapping[str, Any], after: Record, place: Place, schema: RecordSchema
) -> Iterator[tuple[Place, str | None]]:
    """Yield the changes of one record, without those of its list of estimates."""
    for key in {**before, **after}:
        old, new = before.get(key), after.get(key)
        if key == "estimates" or (old == new and (key in before) is (key in after)):
            continue
        if key not in after:
            yield (*place, key), None
        elif isinstance(old, dict) and isinstance(new, dict):
            for below in {**old, **new}:
                if old.get(below) != new.get(below):
                    yield (*place, key, below), yaml_scalar(new[below]) if below in new else None
        else:
            yield (*place, key), _value(new)


def _item(record: Record) -> str:
    """Return an entry as an item of a list."""
    lines = [f"{key}: {_value(value)}" for key, value in record.items()]
    return "- " + "\n  ".join(lines)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {yaml_scalar(below)}' for key, below in value.items())}}}"
    return yaml_scalar(value)


def yaml_scalar(value: str | None) -> str:
    """Return a text as it is written in YAML: in quotes where it would be read as something else without them."""
    if value is None:
        return "null"
    if not value.replace("\u00a0", " ").isprintable():
        return _escaped(value)
    return value if _is_plain(value) else "'" + value.replace("'", "''") + "'"


def _escaped(value: str) -> str:
    """Return a text in double quotes, with what is not printable escaped."""
    escaped = (
        f"\\{char}" if char in '"\\' else char if char.isprintable() else f"\\U{ord(char):08x}" for char in value
    )
    return f'"{"".join(escaped)}"'


def _is_plain(value: str) -> bool:
    """Return whether a text is read as it is, without quotes, also inside of brackets."""
    if is_null(value) or value != value.strip():
        return False
    try:
        node = YAML(typ="safe", pure=True).compose(f"{{a: {value}, b: c}}")
    except (YAMLError, ValueError):
        return False
    scalars: Sequence[tuple[Any, Any]] = node.value
    if len(scalars) != 2 or not isinstance(scalars[0][1], ScalarNode):  # noqa: PLR2004 (the keys a and b)
        return False
    of_value = scalars[0][1]
    return of_value.value == value and not of_value.style and not of_value.anchor and " #" not in value
