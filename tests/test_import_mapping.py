"""The language of mappings: what is refused, with line and column, and what values come to."""

import random
import re
import string

import pytest
from marshmallow import ValidationError
from tables import MAPPING, ROW, TABLES, UCDP, Outcome, write_csv

from schema.records import ArticleSchema, EstimateSchema
from schema.vocabulary import RegionSchema
from seeds import SHIPPED
from seeds.problems import SeedsRefused
from seeds.tables.mapping import SHIPPED_MAPPINGS, read_mapping
from seeds.tables.schema_cache import SchemaCache
from seeds.tables.terms import LONGEST_ID, unique_id
from seeds.tables.values import Columns, Take, condition_of, value_of

# (what stands in the mapping, what is put in its place, the problem: line, column, place and a part of what it says)
BROKEN = [
    ("article:", "articel:", ": articel: is not a key here; expected article"),
    ('low: "{low}"', 'lowest: "{low}"', "estimates[0].lowest: is not a key here; expected low"),
    ('low: "{low}"', 'low: "{low"', ":29:10: estimates[0].low: '{low' is refused; expected a text, in which a column"),
    ('hedge: "{hedge}"', "hedge: []", ":32:12: estimates[0].hedge: an empty list is refused; expected a text"),
    ('hedge: "{hedge}"', "hedge: [{valu: x}]", "estimates[0].hedge[0].valu: is not a key here"),
    (
        'hedge: "{hedge}"',
        "hedge: [{when: {a: {like: b}}, value: x}]",
        "hedge[0].when.a: like is refused; expected columns",
    ),
    (
        'hedge: "{hedge}"',
        "hedge: [{when: {a: {matches: '('}}, value: x}]",
        "when.a: missing ), unterminated subpattern",
    ),
    ("indicator: fighters", "indicator: {make: {name: x}}", "indicator: name is no key of an indicator that is made"),
    ("kind: ngo", "iso: XX", "source: iso is no key of a source that is made; expected"),
    ('region: "{region}"', "region: {path: []}", "estimates[0].region: a mapping is refused; expected a text"),
    ('id: "{id}"', "locus: body", "estimates[0].id: is missing; expected a text"),
    ("kind: country", "kind: land", "vocabulary.regions[0].kind: 'land' is refused; expected one of country"),
    ("recode: {exact", "recoded: {exact", "columns.hedge.recoded: is not a key here; expected recode"),
]


@pytest.mark.parametrize(("old", "new", "expected"), BROKEN, ids=[one[2] for one in BROKEN])
def test_a_broken_mapping_is_refused_with_its_place(tmp_path, old, new, expected):
    file = tmp_path / "mapping.yaml"
    text = MAPPING.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(SeedsRefused) as refused:
        read_mapping(str(file))
    assert any(expected in str(problem) for problem in refused.value.problems), refused.value.problems


OLD_KEYS = "{tidy: true, split: ;, take: first, cut: 9, values: {a: b}}"
NEW_KEYS = "{trim: true, separator: ;, take: first, max_length: 9, recode: {a: b}}"


def mapping_with(tmp_path, reading):
    """Return the mapping in which the column `title` is read in a given way."""
    file = tmp_path / "mapping.yaml"
    file.write_text(MAPPING.read_text().replace("columns:\n", f"columns:\n  title: {reading}\n"))
    return read_mapping(str(file))


def test_the_old_names_of_the_keys_of_columns_may_be_used(tmp_path):
    old, new = (mapping_with(tmp_path, keys).data["columns"]["title"] for keys in (OLD_KEYS, NEW_KEYS))
    assert old == new
    assert new == {"trim": True, "separator": ";", "take": Take.FIRST, "max_length": 9, "recode": {"a": "b"}}


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        ("{tidy: true, trim: false}", "columns.title.tidy: is what trim was called; expected one of both"),
        ("{cut: 1}", "columns.title.max_length: '1' is refused; expected a whole number from 2 to 500"),
        ("{spilt: ;}", "columns.title.spilt: is not a key here; expected one of trim, separator, take, max_length"),
    ],
)
def test_a_column_that_is_read_wrongly_is_refused_in_its_line(tmp_path, reading, expected):
    with pytest.raises(SeedsRefused) as refused:
        mapping_with(tmp_path, reading)
    (problem,) = refused.value.problems
    assert expected in str(problem)
    assert problem.line == 13


def test_an_article_and_its_headline_keep_the_rules(tmp_path):
    text = MAPPING.read_text().replace('{edtf: "{published}"}', '{edtf: "{published}", basis: inferred}')
    file = tmp_path / "mapping.yaml"
    file.write_text(text.replace("    summary:", "    locus: headline\n    summary:"))
    outcome = Outcome(tmp_path, write_csv(tmp_path / "rows.csv", [ROW]), mapping=file)
    assert [(finding["name"], finding["place"], finding["what"]) for finding in outcome.findings] == [
        ("missing-note", "article.published.note", "is missing; expected the reasoning behind an inferred date"),
        ("not-in-headline", "locus", "the wording is not in the headline 'A report'; expected words of it, or body"),
    ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("", ("CC0-1.0", None)),
        ("\n  licence: CC-BY-4.0\n  cite: '{source} (2020)'", ("CC-BY-4.0", "A watch (2020)")),
        ("\n  licence: '{best}'", ("CC0-1.0", None)),
    ],
)
def test_an_article_of_a_table_has_the_licence_of_its_mapping_beside_seeds_with_another(tmp_path, values, expected):
    file = tmp_path / "mapping.yaml"
    file.write_text(MAPPING.read_text().replace("article:\n", f"article:{values}\n"))
    outcome = Outcome(tmp_path, write_csv(tmp_path / "rows.csv", [ROW]), mapping=file, seeds=SHIPPED)
    assert (outcome.articles["article-1"]["licence"], outcome.articles["article-1"]["cite"]) == expected
    assert {article["licence"] for id_, article in outcome.articles.items() if id_ != "article-1"} == {None}


def test_a_licence_that_is_none_is_refused(tmp_path):
    file = tmp_path / "mapping.yaml"
    file.write_text(MAPPING.read_text().replace("article:\n", "article:\n  licence: as they like\n"))
    outcome = Outcome(tmp_path, write_csv(tmp_path / "rows.csv", [ROW]), mapping=file)
    (finding,) = outcome.findings
    assert (finding["place"], finding["what"]) == (
        "article.licence",
        "'as they like' is refused; expected the SPDX identifier of a licence, such as CC-BY-4.0",
    )


def test_an_unknown_word_beside_a_number_in_a_row_is_a_warning(tmp_path):
    file = tmp_path / "mapping.yaml"
    file.write_text(MAPPING.read_text().replace("    summary:", '    wording: "a phantom {low} men"\n    summary:'))
    exact = {**ROW, "best": "20", "high": "20", "hedge": "exact"}
    outcome = Outcome(tmp_path, write_csv(tmp_path / "rows.csv", [exact]), mapping=file)
    assert outcome.named("warning") == {"hedge-not-known": [1]}
    assert len(outcome.estimates) == 1


def test_a_mapping_that_is_not_there_is_named():
    with pytest.raises(SeedsRefused, match=r"^1 problem$"):
        read_mapping("no-such-mapping")


def test_what_the_dataset_is_called_is_needed_without_seeds(tmp_path):
    file = tmp_path / "mapping.yaml"
    file.write_text("\n".join(line for line in MAPPING.read_text().splitlines() if not line.startswith("dataset")))
    with pytest.raises(SeedsRefused) as refused:
        Outcome(tmp_path, UCDP, mapping=file)
    assert "dataset: is missing" in str(refused.value.problems[0])


def test_terms_of_a_mapping_pass_the_checks_of_a_vocabulary(tmp_path):
    file = tmp_path / "mapping.yaml"
    file.write_text(MAPPING.read_text().replace("iso: ML}", "iso: ML, parent: nowhere}"))
    with pytest.raises(SeedsRefused) as refused:
        Outcome(tmp_path, UCDP, mapping=file)
    assert "vocabulary.regions[0].parent: 'nowhere' is not in regions.yaml" in str(refused.value.problems[0])


@pytest.mark.parametrize("file", [*SHIPPED_MAPPINGS.glob("*.yaml"), *TABLES.glob("*.yaml")], ids=lambda file: file.name)
def test_the_mappings_that_are_there_are_right(file):
    assert read_mapping(str(file)).data["estimates"]


def test_the_mapping_in_the_readme_does_what_it_says(tmp_path):
    _, text = re.findall("```yaml\n(.*?)```", (SHIPPED / "README.md").read_text(), re.S)
    (tmp_path / "mapping.yaml").write_text(text)
    (tmp_path / "rows.csv").write_text(
        "id,paper,kind,printed,day,headline,who,fighters,group,country,town\n"
        "1,A;B;A,about,2020-02-01,2020-01-01,Many,A watch,300,Red,Mali,Gao\n"
        "2,A,exact,2020-02-01,2020-01-01,Many,A watch,,Red,Mali,Gao\n"
        "3,A,about,2019-02-01,2020-01-01,Many,A watch,300,Red,Mali,Gao\n"
    )
    found = Outcome(tmp_path, tmp_path / "rows.csv", mapping=tmp_path / "mapping.yaml")
    assert found.named() == {"no-estimate": [2], "printed-before": [3]}
    (estimate,) = found.estimates.values()
    assert (estimate["best"], estimate["hedge"], estimate["region"]) == (300, "approximately", "mali-gao")
    assert [article["publisher"] for article in found.articles.values()] == ["A; B"]


def worth(value, readings=None, **cells):
    """Return what a value comes to in a row, and what is noted."""
    full = {
        name: {"trim": False, "separator": None, "take": "all", "max_length": None, "recode": {}, **one}
        for name, one in (readings or {}).items()
    }
    columns, notes = Columns(full), []
    for name in cells:
        columns.at(name)
    return value_of(value, columns)(list(cells.values()), notes), [note.name for note in notes]


@pytest.mark.parametrize(
    ("value", "cells", "expected"),
    [
        ("{a}", {"a": "x"}, "x"),
        ("{a}", {"a": ""}, None),
        ("constant", {"a": ""}, "constant"),
        ("after {a}", {"a": "x"}, "after x"),
        ("after {a}", {"a": ""}, None),
        ("{a}/{b}", {"a": "1", "b": ""}, "1/"),
        ("{a}/{b}", {"a": "", "b": ""}, None),
        ("{a}", {"a": "{b}", "b": "x"}, "{b}"),
        ([{"value": "{a}", "when": None}, {"value": "else", "when": None}], {"a": ""}, "else"),
        ([{"value": None, "when": [("a", "is", ["0"])]}, {"value": "{a}", "when": None}], {"a": "0"}, None),
        ([{"value": "x", "when": [("a", "is", ["0"])]}], {"a": "1"}, None),
    ],
)
def test_values(value, cells, expected):
    assert worth(value, **cells) == (expected, [])


@pytest.mark.parametrize(
    ("reading", "cell", "expected"),
    [
        ({"trim": True}, " a \n\t b\u200e ", ("a b", [])),
        ({"separator": ";"}, "a;b; a;", ("a; b", [])),
        ({"separator": ";", "take": "first"}, "a;b", ("a", [])),
        ({"separator": ";", "take": "span"}, "2019;2017;2018", ("2017/2019", [])),
        ({"separator": ";", "take": "span"}, "2019;2019", ("2019", [])),
        ({"max_length": 3}, "abcd", ("ab…", ["cut-short"])),
        ({"max_length": 3}, "abc", ("abc", [])),
        ({"recode": {"x": "y"}}, "x", ("y", [])),
    ],
)
def test_readings(reading, cell, expected):
    if "take" in reading:
        reading = {**reading, "take": Take(reading["take"])}
    assert worth("{a}", {"a": reading}, a=cell) == expected


@pytest.mark.parametrize(
    ("condition", "cells", "expected"),
    [
        (("a", "is", ["1"]), {"a": "1"}, True),
        (("a", "is", ["1", ""]), {"a": ""}, True),
        (("a", "not", ["1", "2"]), {"a": "2"}, False),
        (("a", "is", ["{b}"]), {"a": "1", "b": "1"}, True),
        (("a", "not", ["{b}"]), {"a": "1", "b": "1"}, False),
        (("a", "matches", ["^x"]), {"a": "xy"}, True),
        (("a", "not_matches", ["^x", "y$"]), {"a": "ay"}, False),
        (("a", "above", ["{b}"]), {"a": "10", "b": "9"}, True),
        (("a", "below", ["{b}"]), {"a": "10", "b": "9"}, False),
        (("a", "below", ["{b}"]), {"a": "2014-01-01", "b": "2015-01-01"}, True),
        (("a", "below", ["{b}"]), {"a": "", "b": "2015-01-01"}, False),
    ],
)
def test_conditions(condition, cells, expected):
    columns = Columns({})
    for name in cells:
        columns.at(name)
    assert condition_of([condition], columns)(list(cells.values())) is expected


def test_of_a_cell_that_names_several_one_part_will_do():
    columns = Columns({"a": {"separator": ";"}})
    assert condition_of([("a", "below", ["2015"])], columns)(["2016;2014"])


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("Al Ḩamrā\u2019 village", "al-hamra-village"),
        ("HTS", "hts"),
        ("U.S. (army)", "u-s-army"),
    ],
)
def test_ids_are_names_in_ascii(name, id_):
    assert unique_id(name) == id_


def test_ids_of_names_that_ascii_does_not_show_have_a_digest():
    odd = [unique_id(name) for name in ("a, b", "a; b", "a / b", "داعش", "x" * 300, "x" * 301)]
    assert len(set(odd)) == 6
    assert all(len(id_) <= LONGEST_ID for id_ in odd)
    assert unique_id("a, b", "x" * 115) != unique_id("a; b", "x" * 115)


def test_a_name_of_two_terms_is_refused(tmp_path):
    file = tmp_path / "mapping.yaml"
    other = "{id: blue, name: Blue, definition: Invented., aliases: [Red column]}"
    text = MAPPING.read_text()
    file.write_text(text.replace("  indicators:", f"    - {other}\n  indicators:"))
    with pytest.raises(SeedsRefused) as refused:
        Outcome(tmp_path, write_csv(tmp_path / "rows.csv", [ROW]), mapping=file)
    assert "also stands for 'red'" in str(refused.value.problems[0])


def random_value(chance, depth=0):
    kind = chance.randrange(9)
    texts = [
        "1",
        "400",
        "1_000",
        "1.5",
        "2017",
        "2017-07",
        "2017-02-30",
        "none",
        "between",
        "body",
        "one-two",
        "ONE",
        "",
        "text",
    ]
    if kind < 6 or depth == 2:
        return chance.choice(texts)
    if kind == 6:
        return chance.choice([None, 5, True, "".join(chance.choices(string.printable, k=5))])
    if kind == 7:
        return [random_value(chance, depth + 1) for _ in range(chance.randrange(3))]
    keys = ["edtf", "basis", "note", "name", "sha256", "start", "from", "odd"]
    return {key: random_value(chance, depth + 1) for key in chance.sample(keys, chance.randrange(4))}


GOOD = {
    EstimateSchema: {
        **{"id": "a", "group": "g", "indicator": "i", "region": "r", "hedge": "none", "wording": "5", "summary": "S."},
        **{"locus": "body", "as_of": {"edtf": "2017", "basis": "text"}, "claim": "c", "source": "s"},
        **{"low": "5", "evidence": {"start": "0", "end": "1"}},
    },
    ArticleSchema: {
        **{"id": "a", "title": "T", "publisher": None, "author": None, "agency": None, "url": None, "language": "en"},
        **{"published": {"edtf": "2017", "basis": "printed"}, "document": {"name": "n", "sha256": "0" * 64}},
    },
    RegionSchema: {"id": "a", "name": "A", "kind": "city", "iso": None},
}


def attempt(load, data):
    """Return what is loaded, or the messages."""
    try:
        return load(data)
    except ValidationError as error:
        return error.messages


@pytest.mark.slow
@pytest.mark.parametrize("schema", GOOD, ids=lambda schema: schema.__name__)
def test_what_is_remembered_is_what_the_schema_loads(schema):
    chance = random.Random(1)  # noqa: S311 (the same each time)
    plain, cache = schema(), SchemaCache(schema())
    loaded = 0
    for _ in range(3000):
        data = dict(GOOD[schema])
        for key in chance.sample([*plain.fields, "odd"], chance.randrange(4)):
            data[key] = random_value(chance)
        for key in chance.sample(list(data), chance.choice([0, 0, 1])):
            del data[key]
        expected, found = attempt(plain.load, data), attempt(cache.load, data)
        assert found == expected
        loaded += isinstance(found.get("id"), str)
    assert loaded > 300


def test_memory_stays_flat(monkeypatch):
    monkeypatch.setattr("seeds.tables.schema_cache.REMEMBERED", 10)
    cache = SchemaCache(ArticleSchema())
    for number in range(100):
        assert cache.load({**GOOD[ArticleSchema], "id": f"a-{number}"})["id"] == f"a-{number}"
    assert len(cache._known["id"]) <= 10
