"""The commands that count for a curator: `headcount locate`, and `headcount check --fix`."""

import json
import re
from pathlib import Path

import pytest
from changed_seeds import FIRST, SECOND, ChangedSeeds
from click.testing import CliRunner
from conftest import DOCUMENTS

from api.cli import main
from seeds.curated.edits import edited
from seeds.curated.fixes import FileChangedError, fixes_of
from seeds.read import read_file, read_text

TEXT = "Up to 40 men\r\nare left: “up to 40”, he said. Up to 40 men 🦆 and up to 40 boys.\n"


def run(*words, answer=None):
    return CliRunner().invoke(main, [str(word) for word in words], input=answer, prog_name="headcount")


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "text.txt"
    path.write_bytes(TEXT.encode())
    return path


def test_locate_prints_all_places_in_code_points(document):
    places = json.loads(run("locate", document, "p to 40 ", "--json").output)
    assert [TEXT[place["start"] : place["end"]] for place in places] == ["p to 40 "] * 3
    first = run("locate", document, "Up to 40 men").output.splitlines()[0]
    assert first.startswith(f"{document}:1:1: {{start: 0, end: 12}}")


def test_locate_reads_standard_input():
    assert run("locate", "-", "boys", answer=TEXT).output.startswith("-:2:")


@pytest.mark.parametrize(
    ("wording", "nearest"),
    [
        ('left: "UP TO 40"', "[left: “up to 40”]"),
        ("up to forty boys", "[up to 40 boys"),
        ("Up to 40 men are left", "[Up to 40 men are left]"),
    ],
)
def test_a_wording_that_is_not_there_is_told_with_the_nearest(document, wording, nearest):
    result = run("locate", document, wording)
    assert result.exit_code == 1
    assert f"{wording!r} is not in the document; expected the document's own words, such as" in result.output
    assert nearest in result.output


def test_a_wording_that_is_like_nothing_is_told(document):
    result = run("locate", document, "zzzzzzzz")
    assert (result.exit_code, result.output) == (
        1,
        f"{document}: 'zzzzzzzz' is not in the document; expected words that it bears\n",
    )


def test_a_document_that_is_not_utf_8_is_refused(tmp_path):
    path = tmp_path / "text.txt"
    path.write_bytes(b"caf\xe9")
    assert "is not UTF-8 at byte 3 (0xe9); expected a text in UTF-8" in run("locate", path, "a").output


def spoilt(tmp_path):
    """Return the good seeds without their hashes and with wrong offsets, and what their articles were."""
    seeds = ChangedSeeds(tmp_path, DOCUMENTS)
    good = {}
    for name in (FIRST, SECOND):
        file = seeds.folder / name
        good[name] = file.read_text()
        moved = re.sub(r"(start|end): (\d+)", lambda match: f"{match[1]}: {int(match[2]) + 7}", good[name])
        file.write_text(re.sub(r"sha256: \w+", "sha256: null", moved))
    return seeds, good


def test_fix_gives_back_hashes_and_offsets_and_nothing_else(tmp_path):
    seeds, good = spoilt(tmp_path)
    result = run("check", seeds.folder, "--documents", DOCUMENTS, "--fix", "--yes")
    assert result.exit_code == 0, result.output
    assert {name: (seeds.folder / name).read_text() for name in good} == good
    assert [line for line in result.output.splitlines() if line.startswith("+  sha256")]
    assert "16 estimates: no problem found" in result.output
    assert fixes_of(seeds.folder, DOCUMENTS) == []


def test_fix_writes_nothing_unless_the_user_agrees(tmp_path):
    seeds, _ = spoilt(tmp_path)
    before = (seeds.folder / FIRST).read_text()
    result = run("check", seeds.folder, "--documents", DOCUMENTS, "--fix", answer="n\n")
    assert "Write 2 files?" in result.output
    assert (result.exit_code, (seeds.folder / FIRST).read_text()) == (1, before)


def test_fix_needs_the_documents(tmp_path):
    result = run("check", ChangedSeeds(tmp_path).folder, "--fix")
    assert result.exit_code == 2
    assert "--fix compares with the documents; expected --documents FOLDER too" in result.output


def test_a_file_that_was_changed_meanwhile_is_not_overwritten(tmp_path):
    seeds, _ = spoilt(tmp_path)
    fix, _ = fixes_of(seeds.folder, DOCUMENTS)
    fix.path.write_text("mine")
    with pytest.raises(FileChangedError, match="was changed meanwhile"):
        fix.write()
    assert fix.path.read_text() == "mine"
    assert not [path for path in fix.path.parent.iterdir() if path.name.startswith(".")]


def article(folder, text, estimates, title="Title"):
    """Write an article of a document with the text, and return what its estimates are after a fix."""
    (folder / "articles").mkdir()
    (folder / "text.txt").write_text(text)
    path = folder / "articles" / "article.yaml"
    path.write_text(f"title: {title}\ndocument: {{name: text.txt}}\nestimates:\n{estimates}")
    for fix in fixes_of(folder, folder):
        fix.write()
    return read_file(path).data["estimates"]


def test_a_wording_in_title_and_body_is_found_by_its_locus(tmp_path):
    estimates = "  - locus: body\n    wording: 40 men  # here\n\n  - {wording: 40 men, locus: headline, evidence: }\n"
    body, headline = article(tmp_path, "40 men\n\nThe 40 men left.\n", estimates, title="40 men")
    assert (body["evidence"], headline["evidence"]) == ({"start": "12", "end": "18"}, {"start": "0", "end": "6"})


def test_of_several_places_the_one_that_moved_like_the_others_is_taken(tmp_path):
    text = "A new line. 40 men here; 40 men there; 50 boys.\n"
    estimates = "".join(
        f"  - {{wording: {wording}, evidence: {{start: {start}, end: {end}}}}}\n"
        for wording, start, end in (("40 men", 13, 19), ("50 boys", 27, 34))
    )
    first, second = article(tmp_path, text, estimates)
    assert (first["evidence"]["start"], second["evidence"]["start"]) == ("25", "39")


def test_of_several_places_none_is_guessed(tmp_path):
    assert article(tmp_path, "40 men here; 40 men there.\n", "  - wording: 40 men\n") == [{"wording": "40 men"}]


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("a: {b: 1}  # c\n", {("a", "b"): "2"}, "a: {b: 2}  # c\n"),
        ("a: {b: 1}\n", {("a", "c"): "2"}, "a: {c: 2, b: 1}\n"),
        ("a:\n  b: 'x'  # c\nd: e\n", {("a", "c"): "2"}, "a:\n  b: 'x'  # c\n  c: 2\nd: e\n"),
        ("a:\n  b: |\n    x\n\n# c\nd: e\n", {("a", "c"): "2"}, "a:\n  b: |\n    x\n  c: 2\n\n# c\nd: e\n"),
        ("- a:\r\n  b: é\r\n", {(0, "a"): "2", (0, "c"): "3"}, "- a: 2\r\n  b: é\r\n  c: 3\r\n"),
        ("a: 1", {("b",): "2"}, "a: 1\nb: 2"),
    ],
)
def test_an_edit_changes_its_value_and_no_other_character(text, values, expected):
    assert edited(text, values) == expected


LIST = """\
a: 1
list:
  # of all
  - id: x  # first
    b: 1  # of b

  # of y
  - id: y
    c: {d: 1, e: 2}
    f:
      g: |
        text
      h: 3

# end
"""


@pytest.mark.parametrize(
    ("values", "removed", "added"),
    [
        ({("list", 0, "b"): None}, "    b: 1  # of b\n", ""),
        ({("list", 0): None}, "  - id: x  # first\n    b: 1  # of b\n", ""),
        ({("list", 1): None}, LIST[LIST.index("\n  # of y") : LIST.index("\n# end")], ""),
        ({("list", 1, "c", "d"): None}, "d: 1, ", ""),
        ({("list", 1, "c", "e"): None}, ", e: 2", ""),
        ({("list", 1, "f"): None}, LIST[LIST.index("    f:") : LIST.index("\n# end")], ""),
        ({("list", 1, "f", "g"): "x"}, "|\n        text", "x"),
        ({("list", 1, "f"): "null"}, LIST[LIST.index("\n      g:") : LIST.index("\n\n# end")], " null"),
        ({("list", 0, "id"): None}, "id: x  # first\n    ", ""),
        ({("list", 2): "- id: z\n  c: 1"}, "", "\n\n  - id: z\n    c: 1"),
    ],
)
@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_what_is_removed_or_added_is_all_that_changes(values, removed, added, line_break):
    before, place = LIST, LIST.index(removed) if removed else LIST.index("\n\n# end")
    after = before[:place] + added + before[place + len(removed) :]
    before, after = (text.replace("\n", line_break) for text in (before, after))
    if removed.startswith("|"):
        assert read_text(Path("a"), edited(before, values)).data["list"][1]["f"]["g"] == "x"
    assert edited(before, values) == after


@pytest.mark.parametrize("keys", [("d", "e"), ("e", "f"), ("d", "e", "f")])
@pytest.mark.parametrize(
    "text", ["a: {d: 1, e: 2, f: 3, g: 4}\n", "a: {c: 0, d: 1, e: 2, f: 3}\n", "a:\n  d: 1\n  e: 2\n  f: 3\n  g: 4\n"]
)
def test_neighbours_are_removed_together(text, keys):
    before = read_text(Path("a"), text).data["a"]
    after = edited(text, {("a", key): None for key in keys})
    assert read_text(Path("a"), after).data["a"] == {key: value for key, value in before.items() if key not in keys}


def test_added_keys_stand_in_their_order():
    values = {("list", 1, "d"): "1", ("list", 1, "c", "dd"): "3", ("list", 1, "e"): "2"}
    after = edited(LIST, values, ("id", "c", "d", "dd", "e", "f"))
    assert "  - id: y\n    c: {d: 1, dd: 3, e: 2}\n    d: 1\n    e: 2\n    f:\n" in after


def test_items_are_added_to_an_empty_list_and_behind_removed_ones():
    for empty in ("a:\n", "a: []\n", "a: [] # x\n"):
        assert read_text(Path("a"), edited(empty, {("a", 0): "- b: 1\n\n- b: 2"})).data == {
            "a": [{"b": "1"}, {"b": "2"}]
        }
    after = edited(LIST, {("list", 0): None, ("list", 1): None, ("list", 2): "- id: z"})
    assert read_text(Path("a"), after).data == {"a": "1", "list": [{"id": "z"}]}


def test_an_edit_of_a_place_that_is_not_there_is_refused():
    with pytest.raises(KeyError):
        edited("a: [1]\n", {("a", "b"): "2"})


def test_the_file_keeps_its_mode_and_its_byte_order_mark(tmp_path):
    seeds, _ = spoilt(tmp_path)
    path: Path = seeds.folder / FIRST
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    path.chmod(0o640)
    for fix in fixes_of(seeds.folder, DOCUMENTS):
        fix.write()
    assert (path.read_bytes()[:3], path.stat().st_mode & 0o777) == (b"\xef\xbb\xbf", 0o640)
