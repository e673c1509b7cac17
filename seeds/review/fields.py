"""The values of articles and estimates as flat texts, as the fields of a form have them: `as_of.edtf`; empty: null."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from schema.fields import Part, Reference
from schema.records import ArticleSchema, EstimateSchema
from schema.vocabulary import Record as RecordSchema
from seeds.entries import Record

Values = dict[str, str]

ARTICLE: RecordSchema = ArticleSchema()
ESTIMATE: RecordSchema = EstimateSchema()
ORDER = {schema: [key for key, item in schema.fields.items() if not item.dump_only] for schema in (ARTICLE, ESTIMATE)}
"""The keys of a record that a curated file may have."""
ENTRY_ORDER = (
    *("id", "claim", "group", "indicator", "region", "source", "derived", "low", "best", "high", "hedge", "wording"),
    *("quoted", "summary", "scope", "locus", "as_of", "stated", "attributed_to", "place", "evidence"),
)
"""The order of keys in the entries of a file."""


class NotFlatError(Exception):
    """A record has a list or a mapping where a text is expected; the text says where."""


def keys_of(schema: RecordSchema) -> list[str]:
    """Return the flat keys of a record: `published.edtf`."""
    keys = []
    for key in ORDER[schema]:
        item = schema.fields[key]
        if isinstance(item, Part) and not isinstance(item, Reference):
            keys += [f"{key}.{below}" for below, part in item.schema.fields.items() if not part.dump_only]
        else:
            keys.append(key)
    return keys


KEYS = {schema: keys_of(schema) for schema in (ARTICLE, ESTIMATE)}


def flat(record: Mapping[str, Any], schema: RecordSchema) -> Values:
    """Return the values of a record as it was read from a file; raises NotFlatError."""
    values: Values = {}
    for key in KEYS[schema]:
        first, _, below = key.partition(".")
        value = record.get(first)
        if below and value is not None:
            if not isinstance(value, dict):
                raise NotFlatError(f"{first}: {value!r} is refused; expected a mapping of keys to values")
            value = value.get(below)
        if value is not None and not isinstance(value, str):
            raise NotFlatError(f"{key}: a list or a mapping is refused; expected a text")
        values[key] = value or ""
    return values


def with_values(record: Mapping[str, Any], values: Values, schema: RecordSchema) -> Record:
    """Return a copy of a record with other values.

    An empty value is null where the record is not valid without its key; elsewhere its key is left out. What the record
    has and a form does not stays as it is.
    """
    before = flat(record, schema)
    changed = deepcopy(dict(record))
    for key in KEYS[schema]:
        if values[key] == before[key]:
            continue
        first, _, below = key.partition(".")
        if not below:
            _put(changed, first, values[key], is_required=schema.fields[first].required)
            continue
        part = changed.get(first) or {}
        _put(part, below, values[key], is_required=False)
        if part:
            changed[first] = part
        else:
            _put(changed, first, "", is_required=schema.fields[first].required)
    return changed


def _put(record: Record, key: str, value: str, *, is_required: bool) -> None:
    if value:
        record[key] = value
    elif is_required:
        record[key] = None
    else:
        record.pop(key, None)


def flat_of_loaded(record: Mapping[str, Any], schema: RecordSchema) -> Values:
    """Return the values of a record that a schema has loaded."""
    values: Values = {}
    for key in KEYS[schema]:
        first, _, below = key.partition(".")
        value = record[first]
        values[key] = text_of(value.get(below) if below and value else None if below else value)
    return values


def text_of(value: Any) -> str:
    """Return a value as a file has it; empty where it is nothing."""
    if value is None or value is False:
        return ""
    if isinstance(value, bool):
        return "true"
    return str(int(value)) if isinstance(value, float) and value == int(value) else str(value)
