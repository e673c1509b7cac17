"""The document says what the server does: the same fields, the same nullability, every parameter typed."""

import pytest
from marshmallow import Schema, fields
from sqlalchemy import Boolean, Enum, Float, Integer, String

from api.read.resources import RESOURCES
from schema.fields import Reference
from schema.tables import dataset


@pytest.fixture(scope="module")
def document(app):
    return app.test_client().get("/openapi.json").json


def leaves(schema: Schema, prefix: str = "", null: bool = False):
    """Yield every single value of a record: dotted name, field, and whether it can be null."""
    for key, field in schema.fields.items():
        nullable = null or field.allow_none
        if isinstance(field, fields.Nested):
            yield from leaves(field.schema, f"{prefix}{key}.", nullable)
        elif not isinstance(field, fields.List):
            yield prefix + key, field, nullable


def described(document, name: str, prefix: str = "", null: bool = False):
    """Yield the same out of the OpenAPI document: dotted name, JSON type, and whether it can be null."""
    for key, schema in document["components"]["schemas"][name]["properties"].items():
        options = schema.get("anyOf", [schema])
        reference = next((one["$ref"] for one in options if "$ref" in one), None)
        types = {one for option in options for one in [option.get("type")] if isinstance(one, str)}
        types |= {one for option in options if isinstance(option.get("type"), list) for one in option["type"]}
        nullable = null or "null" in types
        if reference:
            yield from described(document, reference.rpartition("/")[2], f"{prefix}{key}.", nullable)
        elif types != {"array"}:
            yield prefix + key, (types - {"null"}).pop(), nullable


TYPES = {Float: "number", Integer: "integer", Boolean: "boolean", Enum: "string", String: "string"}
SERVING = {
    *("position", "json", "claim_rank", "compared", "in_body_too", "as_of_first_day", "as_of_last_day"),
    *("published_start", "derived", "drift", "drift_from"),
}


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_record_table_and_document_name_the_same_fields_with_the_same_nullability(resource, document):
    record = {name.replace(".", "_"): null for name, _, null in leaves(resource.record())}
    columns = {
        column.name: (TYPES[type(column.type)], column.nullable)
        for column in resource.table.columns
        if column.name not in SERVING and not column.name.startswith("value_") and not column.foreign_keys
    }
    shown = {
        name.replace(".", "_"): (kind, null)
        for name, kind, null in described(document, resource.record.__name__.removesuffix("Schema"))
    }
    assert {name: null for name, (_, null) in shown.items()} == record
    # The table holds what questions compare, under the names of the record.
    assert columns.items() <= shown.items()


def test_curated_keys_are_answered_keys():
    for resource in RESOURCES:
        for name, field in resource.record().fields.items():
            assert not field.load_only, name
            assert field.metadata.get("description"), f"{resource.name}.{name}"
            assert not isinstance(field, Reference) or field.required
    assert set(dataset.columns.keys()) == {"version", "shipped", "json"}


def test_every_filter_is_a_typed_parameter(document):
    operation = document["paths"]["/estimates"]["get"]
    parameters = {one["name"]: one for one in operation["parameters"]}
    for name, one in parameters.items():
        assert one["in"] == "query"
        assert one["description"], name
        assert one["schema"]["type"], name
        assert "example" in one or name == "cursor", name
    enums = {
        "region": ["borno", "chad", "lake-chad", "maiduguri", "nigeria", "unspecified"],
        "not_group": ["alpha-front", "beta-front"],
        "publisher": ["Day, Night & Co"],
        "not_agency": ["Lake Wire"],
        "not_place": ["borno", "chad", "lake-chad", "maiduguri", "nigeria", "unspecified"],
        "locus": ["headline", "body"],
        "not_unit": ["percent", "persons"],
    }
    for name, enum in enums.items():
        assert parameters[name]["schema"]["items"]["enum"] == enum
    for name, enum in {"region_scope": 3, "value_match": 2, "distinct": 1, "format": 4}.items():
        assert len(parameters[name]["schema"]["enum"]) == enum
    assert parameters["limit"]["schema"] | {"minimum": 1, "maximum": 1000} == parameters["limit"]["schema"]


def test_every_operation_documents_its_answers(document):
    assert document["openapi"] == "3.1.0"
    for path, item in document["paths"].items():
        method = "post" if path == "/verify" else "get"
        operation = item[method]
        assert operation["operationId"]
        assert operation["description"], path
        refusals = ("404", "406", "414") if method == "get" else ("413", "415")
        if not path.startswith("/health"):
            refusals = (*refusals, "409")
        for status in (*refusals, "400", "429", "500", "503"):
            reference = operation["responses"][status]["$ref"].rpartition("/")[2]
            content = document["components"]["responses"][reference]["content"]
            assert content == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        if path != "/dataset/{name}":
            assert operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]


def test_the_document_has_no_unused_part(document):
    text = str(document)
    for kind in ("schemas", "responses", "headers"):
        for name in document["components"][kind]:
            assert f"'#/components/{kind}/{name}'" in text, (kind, name)
