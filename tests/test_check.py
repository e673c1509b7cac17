"""Each rule of the loader: one change to the good seeds, and the problem that has to be named for it."""

import copy
import hashlib
import re
import shutil

import pytest
from conftest import DOCUMENTS, GOOD

from seeds import SHIPPED, read
from seeds.curated import check
from seeds.curated.check import check_seeds
from seeds.curated.documents import is_quoted
from seeds.problems import SeedsRefused

FIRST, SECOND = "articles/2020-01-day-first.yaml", "articles/2020-03-unknown-second.yaml"
GROUPS, REGIONS = "vocabulary/groups.yaml", "vocabulary/regions.yaml"
INDICATORS, SOURCES = "vocabulary/indicators.yaml", "vocabulary/sources.yaml"

# (file, what stands there, what is put in its place, the problem: place and a part of what it says)
BROKEN = [
    (FIRST, "author: A. Writer", "autor: A. Writer", "autor: is not a key here; expected author"),
    (FIRST, "author: A. Writer", "# gone", "author: is missing; expected text"),
    (FIRST, "language: en", "language: null", "language: null is refused; expected a BCP 47"),
    (FIRST, "language: en", "language: [en]", "language: a list is refused; expected a BCP 47"),
    (FIRST, "id: first", "id: First One", "id: 'First One' is refused; expected an id"),
    (FIRST, "edtf: 2020-01-10, basis: printed", "edtf: 2020-02-30, basis: printed", "published.edtf: '2020-02-30' is"),
    (FIRST, "basis: printed", "basis: guessed", "published.basis: 'guessed' is refused; expected one of printed,"),
    (FIRST, "basis: printed", "basis: inferred", "published.note: is missing; expected the reasoning"),
    (FIRST, "- id: exact", "- url: /x\n    id: exact", "estimates[0].url: is not a key here; expected one of id,"),
    (FIRST, "- id: about", "- id: exact", "estimates[1].id: 'exact' is taken, by 2020-01-day-first.yaml:14"),
    (FIRST, "hedge: up_to", "hedge: upto", "estimates[5].hedge: 'upto' is refused; expected one of none,"),
    (FIRST, "low: 22", "low: 1_000", "estimates[0].low: '1_000' is refused; expected a number"),
    (FIRST, "low: 22", "low: ٢٢", "estimates[0].low: '٢٢' is refused; expected a number"),
    (FIRST, "low: 22", "low: -22", "estimates[0].low: '-22' is refused; expected a number"),
    (FIRST, "low: 22", "low: 1e400", "estimates[0].low: '1e400' is refused; expected a number"),
    (FIRST, "low: 22", "low: 23", "estimates[0].low: '23' is above best 22; expected low ≤ best ≤ high"),
    (FIRST, "low: 22", "low: 21", "estimates[0].best: '22' differs from low 21; expected one number"),
    (FIRST, "best: 4000", "high: 4000", "estimates[1].best: is missing; expected a number, as hedge approximately"),
    (FIRST, "high: 7000", "high: 7000\n    low: 1", "estimates[5].low: '1' is refused; expected null with hedge up_to"),
    (FIRST, "high: 7000", "high: 8000", "estimates[5].high: '8000' is not what the wording bears, which is 7000"),
    (FIRST, "high: 7000", "high: 8000", "estimates[5].wording: 'up to 7,000' bears 7000 (up_to); expected"),
    (FIRST, "region: lake-chad, basis", "region: the-lake, basis", "estimates[0].place.region: 'the-lake' is not in regions.yaml"),
    (FIRST, "source: witness, basis: text", "source: hearsay, basis: text", "estimates[6].attributed_to.source: 'hearsay' is not in sources.yaml"),
    (FIRST, "source: witness, basis: text", "source: witness, basis: inferred", "estimates[6].attributed_to.note: is missing; expected why"),
    (FIRST, "source: witness, basis: text", "source: witness", "estimates[6].attributed_to.basis: is missing; expected one of text, inferred"),
    (FIRST, "start: 63, end: 76", "start: 63, end: 77", "estimates[0].place.end: spans 14 characters; expected 13"),
    (FIRST, "hedge: up_to", "hedge: up_to\n    quoted: yes", "estimates[5].quoted: 'yes' is refused; expected true or false"),
    (SOURCES, "aliases: [Military]", "parents: [army]", "[0].parents: leads back to 'army'; expected no circle"),
    (SOURCES, "aliases: [Military]", "parents: [nobody]", "[0].parents[0]: 'nobody' is not in sources.yaml"),
    (FIRST, "group: alpha-front", "group: alpha", "estimates[0].group: 'alpha' is not in groups.yaml; expected one of alpha-front, beta-front"),
    (FIRST, "indicator: killed", "indicator: dead", "estimates[0].indicator: 'dead' is not in indicators.yaml"),
    (FIRST, "wording: about 4,000 men", f"wording: {'about 4,000 ' * 8}men", "estimates[1].wording: 'about 4,000 about"),
    (FIRST, "{start: 47, end: 62}", "{start: 47}", "estimates[0].evidence.end: is missing; expected where the wording"),
    (FIRST, "{start: 47, end: 62}", "{start: null, end: 62}", "estimates[0].evidence.start: is missing; expected where"),
    (FIRST, "{start: 47, end: 62}", "{start: 47, end: 62, row: 3}", "estimates[0].evidence.row: '3' is refused; expected null"),
    (FIRST, "{start: 47, end: 62}", "{start: 47, end: 63}", "estimates[0].evidence.end: spans 16 characters; expected"),
    (FIRST, "claim: strength\n    group: beta", "claim: strength\n    group: alpha", "group: 'beta-front' is not what claim"),
    (SECOND, "claim: strength", "claim: up-to", "estimates[0].region: 'borno' is not what claim 'up-to' has in 2020-01"),
    (SECOND, "wording: Hundreds", "wording: Elsewhere", "estimates[4].wording: 'Elsewhere' is not vague; expected a word"),
    (SECOND, "from: base", "from: nothing", "estimates[7].derived.from: 'nothing' has no numbers of its own"),
    (SECOND, "from: base", "from: vague", "estimates[7].derived.from: 'vague' has no numbers of its own"),
    (SECOND, "factor: 0.5", "factor: 0.5004", "estimates[7].derived.factor: '50.04' is not what the wording bears"),
    (SECOND, "from: base", "from: half", "estimates[7].derived.from: 'half' differs in unit; expected"),
    (SECOND, "from: base", "from: more", "estimates[7].derived.from: 'more' differs in region, as_of; expected"),
    (FIRST, "    low: 400\n    high: 500\n    hedge: at_most", "    high: 500\n    hedge: at_most", "estimates[4].low: is missing, and the wording bears 400, 500 (at_most)"),
    (FIRST, "hedge: up_to", "hedge: at_most", "estimates[5].hedge: 'at_most' is not what 'up to 7,000' says"),
    (SECOND, "hedge: at_least", "hedge: more_than", "estimates[2].hedge: 'more_than' is not what 'at least eight' says"),
    (SECOND, "hedge: fewer_than", "hedge: none", "hedge: 'none' is not what 'fewer than 1,000' says; expected fewer_than"),
    (SECOND, "wording: at least eight", "wording: no more than eight", "hedge: 'at_least' is not what 'no more than eight' says; expected at_most"),
    (SECOND, "title: Strength put at 500", "title: Strength put at about 500", "'500' stands in 'about 500', which says 500 (approximately); expected these"),
    (FIRST, "wording: counted 22 dead", "wording: arround 22 dead", "estimates[0].wording: 'arround' is no hedge that is known; expected around"),
    (SECOND, "locus: body", "locus: headline", "estimates[1].locus: the wording is not in the headline"),
    (FIRST, "language: en", "language: not a language", "language: 'not a language' is refused; expected a BCP 47"),
    (FIRST, "url: https://example.org/first", "url: javascript:alert(1)", "url: 'javascript:alert(1)' is refused; expected"),
    (FIRST, "low: 22", "low: 0022", "estimates[0].low: '0022' is refused; expected a number"),
    (FIRST, "author: A. Writer", 'author: "\\U00110000"', "expected well-formed YAML"),
    (SECOND, "estimates:", "estimates: []\nother:", "estimates: an empty list is refused; expected a list of estimates"),
    (REGIONS, "iso: NG-BO", "iso: Borno", "[1].iso: 'Borno' is refused; expected an ISO 3166-1"),
    (REGIONS, "iso: NG-BO", "iso: NG", "[1].iso: 'NG' also stands for 'nigeria'; expected a name of its own"),
    (REGIONS, "members: [nigeria, chad]", "members: []", "[4].members: stand with the kind combined, and with no other"),
    (REGIONS, "members: [nigeria, chad]", "members: [nigeria], parent: borno", "[4].parent: leads back to 'lake-chad'"),
    (SECOND, "factor: 0.5", "factor: 0.6", "estimates[7].derived.factor: '60.0' is not what the wording bears, which is 50"),
    (SECOND, "derived: {", "low: 2500\n    derived: {", "estimates[7].low: '2500' is refused; expected null, a derived"),
    (SECOND, "language: en", "<<: {language: en}", "<<: is not a key here"),
    (GROUPS, "- id: beta-front", "- id: alpha-front", "[1].id: 'alpha-front' is taken, by groups.yaml:1"),
    (GROUPS, "name: Beta Front", "name: alphas", "[1].name: 'alphas' also stands for 'alpha-front'"),
    (GROUPS, "parents: [alpha-front]", "parents: [beta-front]", "[1].parents: leads back to 'beta-front'"),
    (INDICATORS, "parents: [members]", "parents: [member]", "[0].parents[0]: 'member' is not in indicators.yaml"),
    (INDICATORS, "parents: [members]", "parents: [fighters]", "[0].parents: leads back to 'fighters'"),
    (INDICATORS, "parents: [members]", "parents: [killed]", "[0].parents[0]: 'killed' differs in kind; expected"),
    (GROUPS, "parents: [alpha-front]", "parents: [gamma]", "[1].parents[0]: 'gamma' is not in groups.yaml"),
    (REGIONS, "kind: combined", "kind: area", "[4].members: stand with the kind combined"),
    (REGIONS, "iso: NG,", "iso: NG, parent: maiduguri,", "[0].parent: leads back to 'nigeria'; expected no circle"),
    (REGIONS, "members: [nigeria, chad]", "members: nigeria", "[4].members: 'nigeria' is refused; expected a list"),
]  # fmt: skip


def problems_of(folder, documents=None):
    with pytest.raises(SeedsRefused) as refused:
        check_seeds(folder, documents)
    return refused.value.problems


@pytest.fixture
def seeds(tmp_path):
    return shutil.copytree(GOOD, tmp_path / "seeds")


def test_the_good_seeds_pass():
    assert len(check_seeds(GOOD, DOCUMENTS).estimates) == 16


@pytest.mark.slow
@pytest.mark.parametrize(("name", "old", "new", "expected"), BROKEN)
def test_a_broken_seed_is_refused_with_its_place(seeds, name, old, new, expected):
    file = seeds / name
    before = file.read_text()
    assert old in before
    file.write_text(before.replace(old, new, 1))
    found = [str(problem) for problem in problems_of(seeds)]
    assert any(expected in problem for problem in found), found
    assert all(
        re.match(
            rf"{re.escape(str(seeds))}/[a-z]+/[^:]+:\d+:\d+: .*; expected .*; see seeds/CODING[.]md#[a-z-]+$", problem
        )
        for problem in found
    )


def test_an_unknown_word_beside_a_number_is_a_warning(seeds):
    file = seeds / FIRST
    file.write_text(file.read_text().replace("wording: counted 22 dead", "wording: a bogus 22 dead"))
    (warning,) = check_seeds(seeds).warnings
    line = file.read_text()[: file.read_text().index("wording: a bogus")].count("\n") + 1
    assert (warning.file, warning.line, warning.place) == (file, line, "estimates[0].wording")
    assert warning.what.startswith("'bogus' is no hedge that is known; expected ")


def test_all_problems_are_reported_at_once_and_in_order(seeds):
    for name, old, new in (
        (FIRST, "low: 22", "low: x"),
        (SECOND, "hedge: vague", "hedge: y"),
        (GROUPS, "name:", "nom:"),
    ):
        (seeds / name).write_text((seeds / name).read_text().replace(old, new, 1))
    (seeds / "articles" / "empty.yaml").write_text("")
    (seeds / "articles" / "folder.yaml").mkdir()
    found = problems_of(seeds)
    files = [problem.file.name for problem in found]
    assert set(files) == {
        "2020-01-day-first.yaml",
        "2020-03-unknown-second.yaml",
        "groups.yaml",
        "empty.yaml",
        "folder.yaml",
    }
    assert found == sorted(found)


def test_a_folder_without_seeds_is_refused(tmp_path):
    found = [str(problem) for problem in problems_of(tmp_path)]
    assert [problem.partition(tmp_path.name)[2].partition("; see ")[0].partition(" (")[0] for problem in found] == [
        "/articles:1:1: cannot be read",
        "/dataset.yaml:1:1: is missing; expected what the dataset is called, its licence, and who made it",
        "/vocabulary:1:1: cannot be read",
    ]


def test_what_lies_beside_the_seeds_is_no_article_lost_unnoticed(seeds):
    (seeds / "articles" / "later.yml").write_text("")
    (seeds / "vocabulary" / "more.yaml").write_text("")
    assert ["is not read" in problem.what for problem in problems_of(seeds)] == [True, True]
    shutil.rmtree(seeds / "articles")
    (seeds / "articles").mkdir()
    assert any("holds no article; expected files named *.yaml" in problem.what for problem in problems_of(seeds))


def test_a_problem_is_one_line_whatever_the_file_holds(seeds):
    file = seeds / FIRST
    file.write_text(file.read_text().replace("author:", '"a\\nforged.yaml:1:1: \\e[31m":'))
    (named, missing) = sorted(map(str, problems_of(seeds)))
    assert "\\nforged.yaml:1:1: \\x1b[31m: is not a key here" in named + missing


CUT_OFF = [
    ("high: 400\n    hedge: nearly\n    wording: nearly 400", "low: 400\n    best: 400\n    high: 400\n    hedge: none\n    wording: '400'"),
    ("{start: 131, end: 141}", "{start: 138, end: 141}"),
]  # fmt: skip


def test_a_hedge_that_was_cut_off_is_found_in_the_document(seeds):
    file = seeds / FIRST
    for old, new in CUT_OFF:
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))
    assert check_seeds(seeds)
    (found,) = problems_of(seeds, DOCUMENTS)
    what = "'400' stands in 'nearly 400', which says 400 (nearly); expected these words too"
    assert str(found).endswith(f"estimates[2].wording: {what}; see seeds/CODING.md#wording")


@pytest.mark.parametrize("name", ["../first.txt", "missing.txt", "."])
def test_a_document_that_is_not_there_is_named(seeds, name):
    (seeds / FIRST).write_text((seeds / FIRST).read_text().replace("name: first.txt", f"name: {name}"))
    (found,) = problems_of(seeds, DOCUMENTS)
    assert f"document.name: '{name}' is not there" in str(found)


WORDS_ELSEWHERE = [
    ("start: 63, end: 76", "start: 62, end: 75", "estimates[0].place.start: '62' is not where the wording stands; expected 63"),
    ("near the lake, start", "near the like, start", "estimates[0].place.wording: 'near the like' is not in the document"),
    ("wording: army hears", "wording: army heard", "estimates[6].attributed_to.wording: 'army heard' is not in the"),
    ("hedge: up_to", "hedge: up_to\n    quoted: true", "estimates[5].quoted: 'true' is not so, as no quotation marks"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), WORDS_ELSEWHERE)
def test_words_that_do_not_stand_in_the_document_are_refused(seeds, old, new, expected):
    (seeds / FIRST).write_text((seeds / FIRST).read_text().replace(old, new, 1))
    assert any(expected in str(problem) for problem in problems_of(seeds, DOCUMENTS))


QUOTED = {
    "He said: \u201cup to 7,000 men\u201d.": True,
    'He said: "they are up to 7,000, no more".': True,
    "Er sagt: \u201eup to 7,000\u201c.": True,
    "\u201cMany\u201d, he said, up to 7,000, \u201call told\u201d.": False,
    'He said "many", up to 7,000, and "none" else.': False,
    "He said: \u201cthey are\nup to 7,000\u201d.": False,
    "up to 7,000": False,
}


@pytest.mark.parametrize("text", QUOTED)
def test_a_quotation_is_open_before_the_words_and_closed_after_them(text):
    start = text.index("up to 7,000")
    assert is_quoted(text, start, start + 11) is QUOTED[text]


def _stand_ins(sources, folder):
    """Write documents that bear every title and wording of the shipped seeds at its place, and nothing else.

    The real ones are not ours to publish; the sources are given the stand-ins' digests.
    """
    texts = {}
    for source in sources:
        estimates = source.data.get("estimates", ()) if isinstance(source.data, dict) else ()
        title_start = 4500
        for estimate in estimates:
            text = texts.setdefault(source.data["document"]["name"], ["·"] * 5000)
            start, end = (int(estimate["evidence"][key]) for key in ("start", "end"))
            text[start:end] = estimate["wording"]
            if estimate["locus"] == "headline":
                title_start = start - source.data["title"].index(estimate["wording"])
            if estimate.get("quoted") == "true":
                text[start - 1], text[end] = "“”"
            for words in filter(None, (estimate.get("attributed_to"), estimate.get("place"))):
                text[int(words["start"]) : int(words["end"])] = words["wording"]
        if estimates:
            text[title_start : title_start + len(source.data["title"])] = source.data["title"]
    for name, text in texts.items():
        (folder / name).write_text("".join(text))
    for source in sources:
        if source.path.parent.name == "articles":
            document = source.data["document"]
            document["sha256"] = hashlib.sha256((folder / document["name"]).read_bytes()).hexdigest()


def _changes(data, place=()):
    """Yield every number, wording, offset and hash below a place, with another value for it."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        here = (*place, key)
        if isinstance(value, dict | list):
            yield from _changes(value, here)
        elif key in ("low", "best", "high", "factor") and value is not None:
            yield here, str(float(value) + 1).removesuffix(".0")
        elif key in ("start", "end"):
            yield here, str(int(value) + 1)
        elif key == "sha256":
            yield here, value[1:] + value[0]
        elif key == "wording":
            yield here, value[:-1] + "§"
            yield here, value[:-1]
            digits = re.sub(r"[0-9]", lambda digit: str((int(digit[0]) + 1) % 10), value)
            if digits != value:
                yield here, digits


@pytest.mark.slow
@pytest.mark.parametrize("folder", [pytest.param(SHIPPED, marks=pytest.mark.slow), GOOD], ids=["shipped", "good"])
def test_every_single_change_is_found_in_its_line(folder, tmp_path, monkeypatch):
    files = sorted(file for part in ("", "articles/", "vocabulary/") for file in folder.glob(f"{part}*.yaml"))
    sources = {file: read.read_file(file) for file in files}
    _stand_ins(sources.values(), tmp_path)
    monkeypatch.setattr(check, "read_file", sources.__getitem__)
    check_seeds(folder, tmp_path)
    changed = 0
    for file, source in list(sources.items()):
        if file.parent.name != "articles":
            continue
        for place, value in _changes(source.data):
            data = copy.deepcopy(source.data)
            within = data
            for part in place[:-1]:
                within = within[part]
            within[place[-1]] = value
            sources[file] = read.YamlFile(file, data, source.marks)
            line = source.marks[place][0]
            assert (file, line) in {(problem.file, problem.line) for problem in problems_of(folder, tmp_path)}, place
            changed += 1
        sources[file] = source
    assert changed > (250 if folder == SHIPPED else 90)
