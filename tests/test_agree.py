"""`headcount agree`: two codings of one text, or a draft of it and a coding, side by side."""

import json
import shutil

import pytest
from changed_seeds import FIRST, ChangedSeeds
from click.testing import CliRunner
from conftest import GOOD

from api.cli import main

ARTICLE = """\
document: {{name: text.txt, sha256: {sha}}}
language: en
estimates:
{estimates}
"""
SHA, OTHER_SHA = "a" * 64, "b" * 64


def run(*words):
    return CliRunner().invoke(main, [str(word) for word in words], prog_name="headcount")


def agreed(a, b):
    """Return what is printed as JSON, with the fields by their names."""
    result = run("agree", a, b, "--json")
    assert result.exit_code == 0, result.output
    data = json.loads(result.output)
    return data | {"fields": {each["field"]: each for each in data["fields"]}}


@pytest.fixture
def coded(tmp_path):
    """Return a function that writes an article with estimates, given as lines of YAML, and returns its path."""

    def write(name, *estimates, sha=SHA):
        path = tmp_path / f"{name}.yaml"
        path.write_text(ARTICLE.format(sha=sha, estimates="\n".join(f"  - {{{each}}}" for each in estimates)))
        return path

    return write


def at(start, wording, **values):
    """Return an estimate with its wording from a place on, as YAML."""
    fields = {"wording": wording, "hedge": "none", **values}
    return ", ".join([f"{key}: {value}" for key, value in fields.items()]) + (
        f", evidence: {{start: {start}, end: {start + len(wording)}}}" if start is not None else ""
    )


def test_a_coding_agrees_with_itself_where_that_can_be_told():
    data = agreed(GOOD, GOOD)
    assert data["figures"] == {"both": 16, "only_a": 0, "only_b": 0, "share": 1.0, "same_number_and_hedge": 16}
    assert {data["fields"][field]["alpha"] for field in ("group", "indicator", "hedge", "low", "high", "as_of")} == {
        1.0
    }
    assert data["fields"]["quoted"]["alpha"] is None  # none is quoted, so that chance agrees too
    assert (data["differ"], data["only_a"], data["only_b"]) == ([], [], [])


def test_alpha_is_krippendorffs(coded):
    """By hand: of 8 values 5 are x, 3 y; 1 - (2 / 8) / (2 * 5 * 3 / (8 * 7)) = 0.5333."""
    values = {"a": ["x", "x", "y", "y"], "b": ["x", "x", "y", "x"]}
    a, b = (
        coded(name, *(at(10 * index, f"{index + 1} men", group=group) for index, group in enumerate(groups)))
        for name, groups in values.items()
    )
    group = agreed(a, b)["fields"]["group"]
    assert (group["compared"], group["same"]) == (4, 3)
    assert group["alpha"] == pytest.approx(1 - (2 / 8) / (2 * 5 * 3 / (8 * 7)))


def test_numbers_differ_by_how_far_they_are_apart(coded):
    def alpha(other):
        a = coded("a", at(0, "500 men", low=500), at(20, "40 men", low=40), at(40, "0 men", low=0))
        b = coded("b", at(0, "500 men", low=other), at(20, "40 men", low=40), at(40, "0 men", low=0))
        return agreed(a, b)["fields"]["low"]["alpha"]

    assert 1 > alpha(490) > alpha(50) > 0


def test_a_table_tells_it_to_people(tmp_path, coded):
    a = coded("a", at(0, "500 men", low=500, group="alpha"), at(20, "40 men"), at(40, "7 men", locus="body"))
    b = coded("b", at(0, "500 men", low=50, group="alpha"), at(40, "7 men"), at(60, "8 men"))
    result = run("agree", a, b)
    lines = result.output.splitlines()
    assert lines[:4] == [
        f"A: {a}",
        f"B: {b}",
        "1 document, 2 figures in both, 1 only in A, 1 only in B: 50% of all are in both",
        "number and hedge are the same in 1 of 2",
    ]
    table = {line.split()[0]: line.split()[1:] for line in lines[5:18]}
    assert table["group"] == ["nominal", "1", "1", "cannot", "be", "told", "0", "0"]
    assert table["low"][:3] == ["ratio", "1", "0"]
    assert table["locus"] == ["nominal", "0", "0", "cannot", "be", "told", "1", "0"]
    assert lines[19:] == [
        f"A: {a}:4: '500 men'",
        f"B: {b}:4: '500 men'",
        "   low 500 / 50",
        f"only in A: {a}:5: '40 men'",
        f"only in B: {b}:6: '8 men'",
    ]


def test_numbers_at_one_place_are_one_figure_whatever_stands_beside_them(coded):
    a = coded("a", at(0, "about 40 men and 30 boys", hedge="approximately"), at(0, "about 40 men"))
    b = coded("b", at(6, "40 men"), at(17, "30 boys"))
    data = agreed(a, b)
    assert data["figures"]["both"] == 2
    assert [(pair["a"]["line"], pair["b"]["line"]) for pair in data["differ"]] == [(4, 5)]


def test_of_several_at_one_place_those_belong_together_that_agree_most(coded):
    half = [at(0, "half", indicator=name) for name in ("fighters", "share")]
    data = agreed(coded("a", *half), coded("b", *reversed(half)))
    assert (data["figures"]["both"], data["differ"]) == (2, [])


def test_figures_without_a_place_belong_together_by_their_wording(coded):
    a = coded("a", at(None, "Up to  40 men"), at(300, "9 men"))
    b = coded("b", at(80, "up to 40 men"), at(200, "9 men"), at(300, "9 men"))
    data = agreed(a, b)
    assert data["figures"]["both"] == 2
    assert [figure["line"] for figure in data["only_b"]] == [5]


def test_documents_that_only_one_has_are_not_compared(tmp_path, coded):
    coded("a", at(0, "40 men"))
    folder = tmp_path / "b"
    folder.mkdir()
    shutil.copy(tmp_path / "a.yaml", folder)
    shutil.move(coded("other", at(0, "50 men"), sha=OTHER_SHA), folder)
    data = agreed(tmp_path / "a.yaml", folder)
    assert (data["documents"], data["figures"]["only_b"]) == ({"both": 1, "only_a": [], "only_b": ["text.txt"]}, 0)
    assert "not compared, only in B: text.txt" in run("agree", tmp_path / "a.yaml", folder).output


def test_codings_of_other_documents_are_refused(coded):
    result = run("agree", coded("a", at(0, "40 men")), coded("b", at(0, "40 men"), sha=OTHER_SHA))
    assert result.exit_code == 1
    assert "no document is in both; expected two codings of one document, by its SHA-256" in result.output


def test_a_draft_is_measured_against_a_coding(tmp_path):
    """The draft of the first good article, whose group and regions are invented and named nowhere in it."""
    seeds = ChangedSeeds(tmp_path)
    shutil.rmtree(seeds.folder / "articles")
    (seeds.folder / "articles").mkdir()
    text = tmp_path / "first.txt"
    text.write_bytes((GOOD.parent / "documents" / "first.txt").read_bytes())
    assert run("draft", text, "--into", seeds.folder / "articles").exit_code == 0
    data = agreed(GOOD, seeds.folder)
    figures = data["figures"]
    assert figures["both"] + figures["only_a"] == 7
    assert figures["same_number_and_hedge"] == figures["both"] >= 5
    assert data["documents"]["only_a"] == ["second.txt"]
    group = data["fields"]["group"]
    assert (group["compared"], group["only_a"], group["alpha"]) == (0, figures["both"], None)


@pytest.mark.parametrize(("least", "exit_code"), [("0.9", 1), ("0.5", 0)])
def test_at_least_is_asked_of_figures_and_of_each_field(coded, least, exit_code):
    a = coded("a", *(at(10 * index, f"{index + 1} men", group="xxyy"[index]) for index in range(4)))
    b = coded("b", *(at(10 * index, f"{index + 1} men", group="xxyx"[index]) for index in range(4)))
    result = run("agree", a, b, "--at-least", least)
    assert result.exit_code == exit_code
    assert ("group: 0.533 is less than 0.9" in result.stderr) is bool(exit_code)
    assert "figures" not in result.stderr
    assert "indicator, region, source, hedge, low" in result.stderr


def test_two_codings_with_no_figure_in_both_agree_in_nothing(coded):
    result = run("agree", coded("a", at(0, "40 men")), coded("b", at(50, "50 men")), "--at-least", "0.1")
    assert result.exit_code == 1
    assert "figures: 0.000 is less than 0.1" in result.stderr


def test_krippendorff_is_asked_for_where_it_is_missing(monkeypatch):
    monkeypatch.setattr("api.cli.agree.find_spec", lambda _: None)
    result = run("agree", GOOD, GOOD)
    assert result.exit_code == 1
    assert "krippendorff is not installed; expected `pip install 'headcount[curate]'` before" in result.output


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("hedge: up_to", "hedge: upto", ":101:12: estimates[5].hedge: 'upto' is refused; expected one of none"),
        ("wording: nearly 400", "wording: null", ":55:14: estimates[2].wording: is missing; expected text in one line"),
        ("low: 22", "low: many", ":20:10: estimates[0].low: 'many' is refused; expected a number"),
        ("language: en", "language: null", ":7:11: language: null is refused; expected a BCP 47 language tag"),
        ("estimates:", "numbers:", ":1:1: is no article; expected a mapping with a list of estimates"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, old, new, problem):
    seeds = ChangedSeeds(tmp_path)
    seeds.change(FIRST, old, new)
    result = run("agree", GOOD, seeds.folder)
    assert result.exit_code == 1
    assert f"{seeds.folder / FIRST}{problem}" in result.output


def test_a_folder_without_articles_is_refused(tmp_path):
    result = run("agree", GOOD, tmp_path)
    assert result.exit_code == 1
    assert "holds no article; expected files named *.yaml" in result.output
