"""JSON Schema (2020-12) of the seed files, made from the marshmallow records: editors complete and mark files by it.

`seeds/schemas/` holds what `json_schema` returns; `headcount schema` prints it. It says what one file can say alone:
keys, forms, closed lists. What records have to agree on is checked by `seeds.rules` only.
"""

from collections.abc import Callable
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin, OpenAPIConverter
from marshmallow import Schema, ValidationError, fields

from schema.dataset import DatasetSchema
from schema.fields import Pattern, Reference, Text, UnitField
from schema.records import ArticleSchema, EstimateSchema
from schema.terms import Unit
from seeds.entries import VOCABULARIES
from seeds.tables.mapping import EstimateValues, MappingSchema
from seeds.tables.mapping_fields import ChoiceSchema, MakeSchema, MapOf, Template, TermSpec, Value, When
from seeds.tables.terms import KINDS
from seeds.tables.values import OPERATORS

JsonSchema = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_LINE = r"^\S(?:.*\S)?$"
"""One line without spaces around it, as `schema.fields.Text` reads it."""
_NUMBER_AS_TEXT = "2017"
_ONE_AT_LEAST = {"type": "array", "minItems": 1}
_TEMPLATE = {"type": ["string", "number", "boolean"], "pattern": r"^(?:[^{}]|\{[^{}]+\})+$"}
_CELL = {"type": ["string", "number", "boolean", "null"]}


def json_schema(kind: str) -> JsonSchema:
    """Return the JSON Schema of the files of a kind, one of KINDS_OF_FILES."""
    title, make = _MAKERS[kind]
    return {"$schema": _DIALECT, "title": title, **make()}


def _article() -> JsonSchema:
    article = _record(ArticleSchema)
    article["properties"]["estimates"] = {
        "description": "The figures that it reports.",
        **_ONE_AT_LEAST,
        "items": _record(EstimateSchema),
    }
    article["required"].append("estimates")
    return article


def _vocabulary() -> JsonSchema:
    lists = {kind: {**_ONE_AT_LEAST, "items": _record(KINDS[kind.removesuffix("s")])} for kind in VOCABULARIES}
    return {"anyOf": [{"$ref": f"#/$defs/{kind}"} for kind in VOCABULARIES], "$defs": lists}


def _mapping() -> JsonSchema:
    """Return the schema of mappings; what all estimates have in common may stand in `shared` instead."""
    mapping = _record(MappingSchema)
    estimates = mapping["properties"]["estimates"]
    required = estimates["items"].pop("required")
    estimates["minItems"] = 1
    mapping["properties"]["shared"] = {
        "description": "What all estimates say that do not say otherwise.",
        **_record(EstimateValues),
        "required": [],
    }
    mapping["if"] = {"not": {"required": ["shared"]}}
    mapping["then"] = {"properties": {"estimates": {"items": {"required": required}}}}
    scalar_or_some = {"anyOf": [_CELL, {**_ONE_AT_LEAST, "items": _CELL}]}
    by_operator: JsonSchema = {"type": "object", "properties": dict.fromkeys(OPERATORS, scalar_or_some)}
    by_operator |= {"additionalProperties": False, "minProperties": 1}
    condition = {"anyOf": [*scalar_or_some["anyOf"], by_operator]}
    mapping["$defs"] = {
        "when": {"type": "object", "minProperties": 1, "additionalProperties": condition},
        "value": {"anyOf": [_TEMPLATE, {"type": "null"}, {**_ONE_AT_LEAST, "items": _record(ChoiceSchema)}]},
        "term": {
            "anyOf": [
                {"$ref": "#/$defs/value"},
                _only("make", _record(MakeSchema)),
                _only("path", {**_ONE_AT_LEAST, "items": {"$ref": "#/$defs/term"}}),
            ]
        },
    }
    return mapping


_MAKERS: dict[str, tuple[str, Callable[[], JsonSchema]]] = {
    "article": ("An article with its estimates", _article),
    "vocabulary": ("Groups, regions, indicators or sources", _vocabulary),
    "dataset": ("What the dataset is called, its licence, and who made it", lambda: _record(DatasetSchema)),
    "mapping": ("What the columns of a table mean", _mapping),
}
KINDS_OF_FILES = tuple(_MAKERS)


def _only(key: str, value: JsonSchema) -> JsonSchema:
    """Return the schema of a mapping that has one key."""
    return {"type": "object", "properties": {key: value}, "required": [key], "additionalProperties": False}


def _record(schema: type[Schema]) -> JsonSchema:
    """Return the schema of a curated record; all that it nests is written out in it."""
    plugin = MarshmallowPlugin(schema_name_resolver=lambda _: None)
    APISpec("", "", "3.1.0", plugins=[plugin])
    converter = plugin.converter
    assert converter is not None  # noqa: S101 (APISpec has set it)
    converter.add_attribute_function(_as_curated)
    record: JsonSchema = _without_computed(converter.schema2jsonschema(schema))
    return record


def _as_curated(converter: OpenAPIConverter, field: fields.Field[Any], ret: JsonSchema) -> JsonSchema:
    """Change what apispec says of a field where curated files hold something else than answers do."""
    if isinstance(field, Reference):
        description = {"description": field.metadata["description"]} if "description" in field.metadata else {}
        ret.clear()
        return {**converter.field2property(field.id), **description}
    if isinstance(field, When | Template):
        ret.clear()
        return _of_mapping(field)
    if isinstance(field, MapOf):
        return {"type": "object", "additionalProperties": converter.field2property(field.inner)}
    if isinstance(field, UnitField):  # so that editors offer the terms
        ret.pop("pattern")
        currency = {"pattern": "^[A-Z]{3}$", "description": "The code of a currency in ISO 4217."}
        return {"anyOf": [{"enum": [str(unit) for unit in Unit]}, currency]}
    if isinstance(field, Text):
        ret["pattern"] = _LINE
    if isinstance(field, Text | Pattern) and _takes_numbers(field):
        return {"type": ["string", "integer", *(["null"] if field.allow_none else [])]}
    return {}


def _of_mapping(field: fields.Field[Any]) -> JsonSchema:
    """Return the schema of a field that only mappings have."""
    if isinstance(field, When):
        ref = {"$ref": "#/$defs/when"}
        return {"anyOf": [ref, {"type": "null"}]} if field.allow_none else ref
    if isinstance(field, TermSpec):
        return {"$ref": "#/$defs/term"}
    if isinstance(field, Value):
        return {"$ref": "#/$defs/value"}
    return {**_TEMPLATE, "type": [*_TEMPLATE["type"], "null"]} if field.allow_none else dict(_TEMPLATE)


def _takes_numbers(field: fields.Field[Any]) -> bool:
    """Return whether a text may look like a number, as the year 2017 does: to the loader it is text all the same."""
    try:
        field.deserialize(_NUMBER_AS_TEXT)
    except ValidationError:
        return False
    return True


def _without_computed(schema: Any) -> Any:
    """Return a schema without the keys that the loader computes, and with `examples` as JSON Schema knows them."""
    if isinstance(schema, list):
        return [_without_computed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _without_computed(value) for key, value in schema.items() if key not in ("example", "default")}
    if "example" in schema and not isinstance(schema["example"], dict):
        kept["examples"] = [schema["example"]]
    if isinstance(properties := kept.get("properties"), dict):
        kept["properties"] = {key: value for key, value in properties.items() if not value.get("readOnly")}
    return kept
