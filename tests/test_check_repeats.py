"""What stands twice under other ids, and what is said after it was published: refused in seeds and in rows."""

import pytest
from changed_seeds import FIRST, SECOND, ChangedSeeds
from tables import MAPPING, ROW, Outcome, write_csv

from seeds.rules.times import faults_of_times

pytestmark = pytest.mark.slow  # each loads a folder of seeds

AGAIN = """
  - id: up-to-again
    claim: {claim}
    group: alpha-front
    indicator: fighters
    region: {region}
    source: army
    high: 7000
    hedge: up_to
    wording: up to 7,000
    summary: The same in other words.
    locus: body
    as_of: {{edtf: 2019-22, basis: text}}
    evidence: {{start: 319, end: 330}}
"""
THIRD = """id: {id}
title: {title}
publisher: {publisher}
author: null
agency: null
published: {{edtf: {published}, basis: printed}}
language: en
url: null
document: {{name: {document}.txt, sha256: {sha256}}}
estimates:
  - id: third-bare
    claim: third-bare
    group: alpha-front
    indicator: killed
    region: chad
    source: army
    low: 12
    best: 12
    high: 12
    hedge: none
    wording: 12 men
    summary: An invented figure.
    locus: body
    as_of: {{edtf: 2020-01, basis: text}}
    evidence: {{start: 0, end: 6}}
"""
OF_FIRST = {
    **{"id": "third", "title": "More than 500 at large, army hears", "publisher": "Day, Night & Co"},
    **{"published": "2020-01-10", "document": "third", "sha256": "0" * 64},
}
FIRST_SHA256 = "cb26016353909cd099f2e4f816561e7719ae48a874defebd1ea680cba38bf4d0"


@pytest.mark.parametrize("claim", ["up-to", "another"])
def test_an_estimate_under_another_id_is_refused(tmp_path, claim):
    seeds = ChangedSeeds(tmp_path)
    seeds.add(FIRST, AGAIN.format(claim=claim, region="nigeria"))
    assert seeds.problems() == [
        "2020-01-day-first.yaml: estimates[7].id: is the estimate 'up-to' again, in 2020-01-day-first.yaml:94; "
        "expected each figure once"
    ]


def test_words_may_say_a_figure_of_two_regions(tmp_path):
    seeds = ChangedSeeds(tmp_path)
    seeds.add(FIRST, AGAIN.format(claim="another", region="chad"))
    assert seeds.problems() == []


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"title": "MORE than 500 at large, army hears"},
        {"published": "2020-02", "publisher": "null", "sha256": FIRST_SHA256},
        {"sha256": FIRST_SHA256},
    ],
)
def test_an_article_under_another_id_is_refused(tmp_path, change):
    seeds = ChangedSeeds(tmp_path)
    seeds.add("articles/third.yaml", THIRD.format(**OF_FIRST | change))
    assert seeds.problems() == [
        "third.yaml: id: is the article 'first' again, in 2020-01-day-first.yaml:1; expected each article once"
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Another"},
        {"title": "Another", "sha256": FIRST_SHA256},
        {"publisher": "Night"},
        {"publisher": "null"},
        {"published": "2020-01-11"},
        {"published": "2020-01"},
    ],
)
def test_articles_that_share_a_title_a_day_or_a_document_are_two(tmp_path, change):
    seeds = ChangedSeeds(tmp_path)
    seeds.add("articles/third.yaml", THIRD.format(**OF_FIRST | change))
    assert seeds.problems() == []


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        (FIRST, "{edtf: 2020-01-06}", "{edtf: 2020-01-11}", "first.yaml: estimates[0].stated.edtf: '2020-01-11' begins after the article is published, 2020-01-10; expected 2020-01-10 at the latest"),
        (FIRST, "edtf: 2020-01-05,", "edtf: 2020-02,", "first.yaml: estimates[0].as_of.edtf: '2020-02' begins after the article is published, 2020-01-10; expected 2020-01-10 at the latest"),
        (SECOND, "edtf: 2020-03-01,", "edtf: 2020-04/..,", "second.yaml: estimates[2].as_of.edtf: '2020-04/..' begins after the article is published, 2020-03~; expected 2020-03-31 at the latest"),
    ],
)  # fmt: skip
def test_nothing_is_counted_or_said_after_the_article(tmp_path, name, old, new, problem):
    seeds = ChangedSeeds(tmp_path)
    seeds.change(name, old, new)
    (found,) = seeds.problems()
    assert found.endswith(problem)


@pytest.mark.parametrize(
    ("as_of", "published", "faults"),
    [
        ("2020-01-10", "2020-01-10", 0),
        ("2020-01-11", "2020-01-10", 1),
        ("2020-01-31", "2020-01", 0),
        ("2020", "2020-01-10", 0),
        ("2021~", "2020-12-31~", 1),
        ("../2025", "2020", 0),
        ("2021", "2020/..", 0),
        ("2021?", "2020", 0),
        ("2021", "2020?", 0),
        ("2020-22", "2020-05-31", 1),
        ("202X", "2020-05-31", 0),
        ("203X", "2020-05-31", 1),
        ("2020-XX", "2020-05-31", 0),
        ("2020-12", "2020-21", 1),
        ("2020-23", "2020-06/2020-08", 1),
        ("2020-05~", "2020-05-31", 0),
        ("2021", "2020-01/..", 0),
        ("2021", "../2020-05", 1),
    ],
)
def test_times_are_compared_where_they_are_certain(as_of, published, faults):
    estimate = {"as_of": {"edtf": as_of}, "stated": None}
    assert len(list(faults_of_times(estimate, published))) == faults


def test_a_row_is_about_no_later_time_than_its_article(tmp_path):
    found = Outcome(tmp_path, write_csv(tmp_path / "rows.csv", [ROW, {**ROW, "id": "two", "as_of": "2020-02"}]))
    assert found.named() == {"as-of-after-published": [2]}
    assert (found.findings[0]["place"], list(found.estimates)) == ("as_of.edtf", ["one"])


def outcome(folder, rows, mapping):
    """Import rows by the mapping with some of its texts changed, each to another."""
    text = MAPPING.read_text()
    for old, new in mapping.items():
        assert old in text
        text = text.replace(old, new)
    (folder / "mapping.yaml").write_text(text)
    return Outcome(folder, write_csv(folder / "rows.csv", rows), mapping=folder / "mapping.yaml")


PUBLISHER = {"  language: en": "  publisher: Day\n  language: en"}


def test_rows_of_an_article_under_another_id_are_refused(tmp_path):
    rows = [ROW, {**ROW, "id": "two", "article": "2"}, {**ROW, "id": "three"}, {**ROW, "id": "four", "article": "2"}]
    found = outcome(tmp_path, rows, mapping=PUBLISHER)
    assert found.named("error") == {"article-repeated": [2, 4]}
    assert found.findings[0]["place"] == "article.id"
    what = f"is the article 'article-1' again, in {tmp_path}/rows.csv:2; expected each article once"
    assert found.findings[0]["what"] == what
    assert (list(found.estimates), list(found.articles)) == (["one", "three"], ["article-1"])
    assert found.imported.left_out == 2


def test_rows_of_articles_of_two_days_or_of_no_known_publisher_are_taken(tmp_path):
    rows = [ROW, {**ROW, "id": "two", "article": "2"}]
    assert outcome(tmp_path, rows, mapping={}).findings == []
    rows[1]["published"] = "2020-01-03"
    assert outcome(tmp_path, rows, mapping=PUBLISHER).findings == []


def test_a_row_makes_each_estimate_once(tmp_path):
    text = MAPPING.read_text()
    again = text[text.index('  - id: "{id}"') :].replace('"{id}"', '"{id}-again"')
    found = outcome(tmp_path, [ROW], mapping={"estimates:\n": f"estimates:\n{again}"})
    assert found.named("error") == {"estimate-repeated": [1]}
    what = f"is the estimate 'one-again' again, in {tmp_path}/rows.csv:2; expected each figure once"
    assert found.findings[0]["what"] == what


def test_a_row_in_a_language_that_does_not_exist_is_refused(tmp_path):
    found = outcome(tmp_path, [ROW], mapping={"language: en": "language: xx"})
    assert found.named("error") == {"language-not-registered": [1]}


def test_a_code_that_is_no_region_s_is_refused_in_rows(tmp_path):
    region = {
        'region: "{region}"': 'region: {make: {name: "{region}", kind: country, iso: "{group}"}}',
        'group: "{group}"': "group: red",
    }
    rows = [{**ROW, "region": "Iraq", "group": "IR"}, {**ROW, "id": "two", "region": "Chad", "group": "TD"}]
    found = outcome(tmp_path, rows, mapping=region)
    assert found.named("error") == {"code-of-another": [1]}
    assert found.findings[0]["place"] == "region.iso"
    assert list(found.estimates) == ["two"]


def test_a_name_that_looks_like_another_is_a_warning_in_rows(tmp_path):
    region = {'region: "{region}"': 'region: {make: {name: "{region}", kind: area}}'}
    rows = [{**ROW, "region": "M\u0430li"}, {**ROW, "id": "two", "region": "Elsewhere"}]
    found = outcome(tmp_path, rows, mapping=region)
    assert found.named("warning") == {"look-alike-name": [1]}
    assert len(found.estimates) == 2
