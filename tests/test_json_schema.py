"""JSON Schema of the seed files: right files pass, and what `check` refuses for its form is refused."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from marshmallow import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor

import seeds
from api.cli import main
from schema.dataset import DatasetSchema
from schema.records import SCHEMAS
from seeds.json_schema import KINDS_OF_FILES, json_schema
from seeds.problems import SeedsRefused
from seeds.read import read_file
from seeds.tables.mapping import read_mapping

ROOT = Path(seeds.__file__).parent.parent
SCHEMAS_FOLDER = ROOT / "seeds" / "schemas"
FILES = [
    *(("article", path) for path in ROOT.glob("seeds/articles/*.yaml")),
    *(("article", path) for path in ROOT.glob("tests/data/good/articles/*.yaml")),
    *((f"vocabulary#/$defs/{path.stem}", path) for path in ROOT.glob("seeds/vocabulary/*.yaml")),
    *((f"vocabulary#/$defs/{path.stem}", path) for path in ROOT.glob("tests/data/good/vocabulary/*.yaml")),
    *(("dataset", path) for path in (ROOT / "seeds/dataset.yaml", ROOT / "tests/data/good/dataset.yaml")),
    *(("mapping", path) for path in ROOT.glob("seeds/mappings/*.yaml")),
    *(("mapping", path) for path in (ROOT / "tests/data/tables/mapping.yaml", ROOT / "tests/bench/mapping.yaml")),
]


class AsEditors(SafeConstructor):
    """YAML 1.2, which has no dates: `2017-01-15` is a text."""


AsEditors.add_constructor("tag:yaml.org,2002:timestamp", SafeConstructor.construct_yaml_str)


def data_of(text):
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = AsEditors
    return yaml.load(text)


def errors(kind, text):
    """Return what an editor marks in a file; the kind may name a part of a schema, as the line in the file does."""
    name, _, part = kind.partition("#/$defs/")
    schema = json_schema(name)
    if part:
        schema = {**schema["$defs"][part], "$schema": schema["$schema"]}
    return [error.message for error in Draft202012Validator(schema).iter_errors(data_of(text))]


@pytest.mark.parametrize("kind", KINDS_OF_FILES)
def test_the_command_prints_what_is_shipped(kind):
    printed = CliRunner().invoke(main, ["schema", kind]).stdout
    Draft202012Validator.check_schema(json.loads(printed))
    assert (SCHEMAS_FOLDER / f"{kind}.json").read_text() == printed


@pytest.mark.parametrize(("kind", "path"), FILES, ids=str)
def test_right_files_are_valid(kind, path):
    assert errors(kind, path.read_text()) == []


@pytest.mark.parametrize("path", [path for _, path in FILES if path.is_relative_to(ROOT / "seeds")], ids=str)
def test_every_seed_file_names_its_schema_for_editors(path):
    kind = {path: kind for kind, path in FILES}[path]
    name, _, part = kind.partition("#")
    first = path.read_text().splitlines()[0]
    address = re.fullmatch(r"# yaml-language-server: \$schema=([^#]+)(?:#(.+))?", first)
    assert (path.parent / address[1]).resolve() == SCHEMAS_FOLDER / f"{name}.json"
    assert (address[2] or "") == part


ARTICLE = """
id: up-to-2000
title: General says militants hold out
publisher: null
author: null
agency: null
published: {edtf: 2017-01-15, basis: printed}
language: en
url: null
document: {name: mosul.txt, sha256: 6f1ed002ab5595859014ebf0951522d9f5dba5f1b3b0d3f0d1e4b3d0d6c2a7e1}
estimates:
  - id: mosul-2000
    claim: pentagon-2017
    group: islamic-state
    indicator: fighters
    region: mosul
    source: pentagon
    high: 2000
    hedge: up_to
    wording: up to 2,000 fighters
    summary: The Pentagon puts the fighters at as many as 2,000.
    locus: body
    as_of: {edtf: 2017, basis: statement}
    evidence: {start: 210, end: 230}
"""
REGION = "- {id: iraq, name: Iraq, kind: country, iso: IQ}"
INDICATOR = "- {id: cash, name: Cash, definition: Money., unit: EUR, kind: stock}"
SOURCE = "- {id: un, name: United Nations, kind: intergovernmental, organisation: null, anonymous: false}"
DATASET = "title: A\ndescription: B\nlicence: CC-BY-4.0\ncreators: [C]"
MAPPING = """
columns: {kind: {recode: {exact: none}, max_length: 300, take: first}}
findings: [{name: late, when: {day: {above: "5"}}, what: "{day} is late", refuse: true}]
article: {title: "{t}", published: {edtf: "{d}"}, language: en}
shared: {source: {make: {name: "{who}", kind: ngo}}}
estimates:
  - id: "{id}"
    when: {n: {not: ""}}
    group: "{g}"
    indicator: fighters
    region: {path: [{make: {name: "{c}", kind: country}}, "{town}"]}
    best: 5
    hedge: [{when: {kind: exact}, value: none}, {value: approximately}]
    summary: "{g}."
    as_of: {edtf: "{day}"}
"""

# (kind, right text, what stands in it, what is put in its place)
WRONG = [
    ("article", ARTICLE, "id: up-to-2000\n", "id: Up to 2000\n"),
    ("article", ARTICLE, "title: General says militants hold out", "title: '  General'"),
    ("article", ARTICLE, "title: General says militants hold out\n", ""),
    ("article", ARTICLE, "author: null\n", ""),
    ("article", ARTICLE, "url: null", "url: example.org"),
    ("article", ARTICLE, "language: en", "language: English"),
    ("article", ARTICLE, "language: en", "language: en\nversion: 1"),
    ("article", ARTICLE, "2017-01-15, basis", "2017-02-30, basis"),
    ("article", ARTICLE, "2017-01-15, basis", "15 January 2017, basis"),
    ("article", ARTICLE, "2017-01-15, basis", "2017-37, basis"),
    ("article", ARTICLE, "basis: printed", "basis: known"),
    ("article", ARTICLE, "sha256: 6f1e", "sha256: 6F1E"),
    ("article", ARTICLE, "sha256: 6f1e", "sha256: 6f1"),
    ("article", ARTICLE, "estimates:\n", "figures:\n"),
    ("article", ARTICLE, "high: 2000", "high: many"),
    ("article", ARTICLE, "high: 2000", "high: -2000"),
    ("article", ARTICLE, "hedge: up_to", "hedge: upto"),
    ("article", ARTICLE, "hedge: up_to", "hedge: null"),
    ("article", ARTICLE, "locus: body", "locus: text"),
    ("article", ARTICLE, "locus: body", "locus: body\n    granularity: 1000"),
    ("article", ARTICLE, "locus: body", "locus: body\n    quoted: maybe"),
    ("article", ARTICLE, "locus: body", "locus: body\n    draft: {confidence: high, because: x}"),
    ("article", ARTICLE, "group: islamic-state", "group: Islamic State"),
    ("article", ARTICLE, "group: islamic-state", "group: {id: islamic-state}"),
    ("article", ARTICLE, "basis: statement", "basis: statement, note: x"),
    ("article", ARTICLE, "start: 210", "start: -1"),
    ("article", ARTICLE, "start: 210", "start: 210.5"),
    ("article", ARTICLE, "wording: up to", f"wording: {'x' * 80} up to"),
    ("vocabulary#/$defs/regions", REGION, "kind: country", "kind: nation"),
    ("vocabulary#/$defs/regions", REGION, "iso: IQ", "iso: IRQ"),
    ("vocabulary#/$defs/regions", REGION, ", iso: IQ", ""),
    ("vocabulary#/$defs/regions", REGION, "kind:", "unit: persons, kind:"),
    ("vocabulary#/$defs/indicators", INDICATOR, "unit: EUR", "unit: euros"),
    ("vocabulary#/$defs/indicators", INDICATOR, "kind: stock", "kind: stock, parents: members"),
    ("vocabulary#/$defs/sources", SOURCE, "anonymous: false", "anonymous: no"),
    ("dataset", DATASET, "[C]", "[]"),
    ("dataset", DATASET, "CC-BY-4.0", "CC BY"),
    ("mapping", MAPPING, '"{t}"', '"{t"'),
    ("mapping", MAPPING, "take: first", "take: last"),
    ("mapping", MAPPING, "max_length: 300", "max_length: 1"),
    ("mapping", MAPPING, "above:", "over:"),
    ("mapping", MAPPING, "value: none}", "is: none}"),
    ("mapping", MAPPING, "best: 5", "most: 5"),
    ("mapping", MAPPING, "{path: [", "{paths: ["),
    ("mapping", MAPPING, "name: late", "name: Late report"),
]


def refuses(kind, path):
    """Whether the loader refuses a file for its form."""
    if kind == "mapping":
        try:
            read_mapping(str(path))
        except SeedsRefused:
            return True
        return False
    data, name = read_file(path).data, kind.partition("#/$defs/")[2]
    if kind == "article":
        loads = [(SCHEMAS["estimates"](), estimate) for estimate in data.pop("estimates", [None])]
        loads.append((SCHEMAS["articles"](), data))
    elif kind == "dataset":
        loads = [(DatasetSchema(), data)]
    else:
        loads = [(SCHEMAS[name](), record) for record in data]
    for schema, record in loads:
        try:
            schema.load(record)
        except ValidationError:
            return True
    return False


def both_refuse(kind, text, path):
    path.write_text(text)
    return bool(errors(kind, text)), refuses(kind, path)


@pytest.mark.parametrize(("kind", "text", "old", "new"), WRONG)
def test_a_wrong_form_is_marked_as_the_loader_refuses_it(tmp_path, kind, text, old, new):
    path = tmp_path / "file.yaml"
    assert both_refuse(kind, text, path) == (False, False)
    assert text.count(old) == 1
    assert both_refuse(kind, text.replace(old, new), path) == (True, True)
