"""The check against documents: titles, headlines and hashes that do not fit, and numbers that may be about others."""

import hashlib
import re

import pytest
from changed_seeds import FIRST, SECOND, ChangedSeeds
from click.testing import CliRunner
from conftest import DOCUMENTS

from api.cli import main
from seeds.curated.check import check_seeds

pytestmark = pytest.mark.slow  # each loads a folder of seeds

TITLE = "title: More than 500 at large, army hears"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("More than 500 at large, police hear", "expected '🦆 More than 500 at large, army hears'"),
        ("More than 500 were counted by someone else", "expected the headline as it is printed there"),
    ],
)
def test_a_title_that_is_not_in_the_document_is_refused(tmp_path, title, expected):
    seeds = ChangedSeeds(tmp_path, DOCUMENTS)
    seeds.change(FIRST, TITLE, f"title: {title}")
    what = f"title: {title!r} is not in the document; {expected}"
    assert seeds.problems() == [f"2020-01-day-first.yaml: {what}"]


def test_a_headline_coded_as_body_is_refused(tmp_path):
    seeds = ChangedSeeds(tmp_path, DOCUMENTS)
    seeds.change(FIRST, "locus: headline", "locus: body")
    what = "'body' is refused, as the wording stands in the title; expected headline"
    assert seeds.problems() == [f"2020-01-day-first.yaml: estimates[6].locus: {what}"]


def document(folder, text):
    """Write a document in the place of the first one, and return the seeds with its hash."""
    (folder / "first.txt").write_text(text)
    (folder / "second.txt").write_bytes((DOCUMENTS / "second.txt").read_bytes())
    seeds = ChangedSeeds(folder, folder)
    written = (seeds.folder / FIRST).read_text()
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    (seeds.folder / FIRST).write_text(re.sub("sha256: [0-9a-f]+", f"sha256: {sha256}", written))
    return seeds


FIRST_TEXT = (DOCUMENTS / "first.txt").read_text()


def test_a_body_coded_as_headline_is_refused(tmp_path):
    seeds = document(tmp_path, f"{FIRST_TEXT}More than 500, it said.\n")
    start = len(FIRST_TEXT)
    seeds.change(FIRST, "{start: 2, end: 15}", f"{{start: {start}, end: {start + 13}}}")
    what = "'headline' is refused, as the evidence is outside the title; expected body, or evidence within 2 to 36"
    assert seeds.problems() == [f"2020-01-day-first.yaml: estimates[6].locus: {what}"]


def test_a_title_over_two_lines_is_in_the_document(tmp_path):
    assert document(tmp_path, FIRST_TEXT.replace("large, army", "large,\narmy")).problems() == []


def test_a_sentence_that_repeats_the_title_is_no_headline(tmp_path):
    title = "More than 500 at large, army hears"
    body = FIRST_TEXT.partition("\n")[2]
    seeds = document(tmp_path, f"- {title}, it said.\n{title}\n{body}")
    moved = len(title) + len("- , it said.\n") - 2
    for span in re.findall(r"start: \d+, end: \d+", (seeds.folder / FIRST).read_text()):
        start, end = map(int, re.findall(r"\d+", span))
        seeds.change(FIRST, span, f"start: {start + moved}, end: {end + moved}")
    assert seeds.problems() == []
    start = 2 + moved
    seeds.change(FIRST, f"start: {start}, end: {start + 13}", "start: 2, end: 15")
    (problem,) = seeds.problems()
    assert problem.endswith("expected body, or evidence within 47 to 81")
    seeds.change(FIRST, "locus: headline", "locus: body")
    assert seeds.problems() == []


@pytest.mark.parametrize("written", ["cb26", "0" * 63, "0" * 64, "null"])
def test_the_hash_of_the_document_is_told(tmp_path, written):
    seeds = ChangedSeeds(tmp_path, DOCUMENTS)
    digest = hashlib.sha256((DOCUMENTS / "first.txt").read_bytes()).hexdigest()
    seeds.change(FIRST, f"sha256: {digest}", f"sha256: {written}")
    assert any(problem.endswith(f"; expected {digest}") for problem in seeds.problems())


@pytest.mark.parametrize(("start", "end"), [(0, 0), (330, 319), (319, 319)])
def test_evidence_without_characters_says_where_it_has_to_end(tmp_path, start, end):
    seeds = ChangedSeeds(tmp_path)
    seeds.change(FIRST, "{start: 319, end: 330}", f"{{start: {start}, end: {end}}}")
    what = f"'{end}' is not after start {start}; expected {start + 11}, as the wording has 11 characters"
    assert seeds.problems() == [f"2020-01-day-first.yaml: estimates[5].evidence.end: {what}"]


def warnings(folder, before, sentence="The army counted 22 dead there."):
    """Return the warnings about the estimate of 22 dead of Alpha Front in Borno, in a sentence after others."""
    seeds = document(folder, f"More than 500 at large, army hears\n{before}{sentence}\n")
    file = seeds.folder / FIRST
    head, exact, rest = file.read_text().partition("  - id: exact")
    estimate = re.sub("\n    place: .*", "", rest.partition("\n  - id: about")[0])
    file.write_text(head + exact + estimate)
    (seeds.folder / SECOND).unlink()
    start = (folder / "first.txt").read_text().index("counted 22 dead")
    seeds.change(FIRST, "{start: 47, end: 62}", f"{{start: {start}, end: {start + 15}}}")
    found = check_seeds(seeds.folder, folder).warnings
    assert all(warning.file.name == "2020-01-day-first.yaml" for warning in found)
    return [f"{warning.place}: {warning.what}" for warning in found]


IN_BORNO = "Alpha Front is weak in Borno. "


@pytest.mark.parametrize(
    ("before", "sentence"),
    [
        ("", "In Borno, the army counted 22 dead of the Alphas."),
        (IN_BORNO, "The army counted 22 dead there."),
        (IN_BORNO, "The army counted 22 dead of Beta Front and of AF there."),
        ("Chad is quiet. In Maiduguri, the\nAlpha\nFront is strong. ", "The army counted 22 dead."),
        (IN_BORNO, "It was said (af) that the army counted 22 dead."),
    ],
)
def test_a_number_beside_its_group_and_place_gets_no_warning(tmp_path, before, sentence):
    assert warnings(tmp_path, before, sentence) == []


def test_a_number_in_a_sentence_about_another_place_gets_a_warning(tmp_path):
    assert warnings(tmp_path, IN_BORNO, "In Chad, the army counted 22 dead of Alpha Front.") == [
        "estimates[0].region: 'borno' is not named in the sentence of the wording, and the sentence names 'chad'; "
        "expected the region of the number"
    ]


def test_a_number_after_another_group_or_place_gets_a_warning(tmp_path):
    found = warnings(tmp_path, "Alpha Front lost Borno. Nobody in Chad heard of it. ")
    assert [warning.partition("; ")[0] for warning in found] == [
        "estimates[0].region: 'borno' is not named in the sentence of the wording, and 'chad' is named last before it"
    ]


def test_a_number_before_its_group_gets_a_warning(tmp_path):
    found = warnings(tmp_path, "", "The army counted 22 dead in Borno. It spoke of Alpha Front.")
    assert [warning.partition("; ")[0] for warning in found] == [
        "estimates[0].group: 'alpha-front' is not named in the sentence of the wording, "
        "and 'alpha-front' is named first after it"
    ]


def test_a_number_in_a_text_without_known_names_gets_no_warning(tmp_path):
    assert warnings(tmp_path, "") == []


def test_warnings_are_printed_and_are_no_problem(tmp_path):
    seeds = document(tmp_path, f"{FIRST_TEXT}Beta Front was not seen.\n")
    result = CliRunner().invoke(main, ["check", str(seeds.folder), "--documents", str(tmp_path)])
    assert result.exit_code == 0
    assert re.search(r"no problem found, [0-9]+ warnings$", result.stdout)
    first = result.stderr.splitlines()[0]
    assert re.match(
        rf"warning: {re.escape(str(seeds.folder))}/articles/.*\.yaml:\d+:\d+: estimates\[0\]\.group: ", first
    )
