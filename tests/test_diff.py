"""`headcount diff`: what a change of the seeds does to estimates, claims, totals, conflicts and series."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from changed_seeds import FIRST, GROUPS, SECOND, ChangedSeeds
from click.testing import CliRunner
from conftest import GOOD

from api.cli import main
from api.cli.differences import KINDS, compare
from api.cli.differences_markdown import markdown_of


def run(*words):
    return CliRunner().invoke(main, ["diff", *(str(word) for word in words)], prog_name="headcount")


def changes(old, new):
    """Return the changes of each kind that has any: key → what became of it, and the values that differ."""
    result = run(old, new, "--json")
    assert result.exit_code == 0, result.output
    return {
        kind: {
            each["key"]: (each["change"], {value["field"]: (value["old"], value["new"]) for value in each["changed"]})
            for each in listed
        }
        for kind, listed in json.loads(result.output)["changes"].items()
        if listed
    }


@pytest.fixture
def seeds(tmp_path):
    return ChangedSeeds(tmp_path)


def test_nothing_is_told_of_seeds_that_say_the_same(database, seeds):
    seeds.change(GROUPS, "- id: alpha-front\n", "# a comment\n- id: alpha-front\n")
    result = run(database, seeds.folder, "--exit-code")
    assert (result.exit_code, result.output) == (0, "The data stays as it is.\n")


def test_a_number_that_is_another_changes_all_that_follows_from_it(database, seeds):
    seeds.change(FIRST, "high: 7000", "high: 8000")
    seeds.change(FIRST, "wording: up to 7,000", "wording: up to 8,000")
    told = changes(database, seeds.folder)
    assert told["estimates"] == {
        "up-to": ("updated", {"high": (7000, 8000), "wording": ("up to 7,000", "up to 8,000")})
    }
    assert told["claims"] == {"up-to": ("updated", {"envelope.high": (7000, 8000)})}
    assert [key for key in told["series"] if key.startswith("fighters alpha-front nigeria")]
    assert "totals" not in told


def test_an_estimate_that_is_left_out_takes_its_claim_and_its_conflict_with_it(database, seeds):
    """`over 400` in Chad contradicts `nearly 400` there."""
    article = seeds.folder / SECOND
    article.write_text(re.sub(r"  - id: more\n.*?(?=  - id: vague\n)", "", article.read_text(), flags=re.S))
    told = changes(database, seeds.folder)
    change, values = told["estimates"]["more"]
    assert (change, values["wording"], values["low"]) == ("deleted", ("over 400", None), (400, None))
    assert told["claims"]["more"][0] == "deleted"
    assert told["totals"]["region chad"] == ("updated", {"estimates": (2, 1), "sources": (2, 1)})
    assert told["conflicts"]["claims: nearly, more"][0] == "deleted"
    assert told["series"]["fighters alpha-front chad 2020-01-01/2020-12-31"][0] == "deleted"


def test_terms_and_articles_are_told_by_their_own_values(database, seeds):
    seeds.change(GROUPS, "aliases: [AF, Alphas]", "aliases: [Alphas, Alpha men]")
    seeds.change(FIRST, "author: A. Writer", "author: B. Writer")
    told = changes(database, seeds.folder)
    assert told == {
        "groups": {"alpha-front": ("updated", {"aliases": (["AF", "Alphas"], ["Alpha men", "Alphas"])})},
        "articles": {"first": ("updated", {"author": ("A. Writer", "B. Writer")})},
    }


def test_markdown_is_short_and_says_how_much_more_there_is(database, seeds):
    (seeds.folder / SECOND).unlink()
    result = run(database, seeds.folder, "--most", "2", "--exit-code")
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert "| estimates | 16 | 7 | 0 | 0 | 9 |" in lines
    estimates = lines[lines.index("#### Estimates") + 2 :]
    assert estimates[0].startswith("- **deleted** `")
    assert estimates[2] == "- and 7 more"


def test_what_comes_from_seeds_is_code_in_markdown():
    """A code span ends only with as many backticks as it begins with, and no mention is seen in it."""
    none = {kind: {} for kind in KINDS}
    hostile = none | {"groups": {"one": {"name": "`<script>` @everyone ``[x](y)\n# z"}}}
    text = markdown_of(compare(none, hostile), 10)
    assert text.splitlines()[-1] == "- **inserted** `one`: name ``` `<script>` @everyone ``[x](y) # z ```"


def test_of_long_texts_the_place_is_shown_where_they_differ():
    old, new = ({"groups": {"one": {"definition": f"{'A group of men. ' * 9}{end}"}}} for end in ("Here.", "There."))
    none = {kind: {} for kind in KINDS}
    text = markdown_of(compare(none | old, none | new), 10)
    assert text.endswith("`definition` `…en. A group of men. Here.` → `…en. A group of men. There.`\n")


def test_other_numbers_come_before_all_else_in_markdown():
    none = {kind: {} for kind in KINDS}
    old = none | {"estimates": {name: {"low": 1, "summary": "A."} for name in ("summary", "gone", "number")}}
    new = none | {
        "estimates": {"new": {}, "summary": {"low": 1, "summary": "B."}, "number": {"low": 2, "summary": "A."}}
    }
    new["estimates"]["new"] = {"low": 1, "summary": "A."}
    lines = [line.split("`")[1] for line in markdown_of(compare(old, new), 10).splitlines() if line.startswith("- ")]
    assert lines == ["number", "new", "gone", "summary"]


def git(folder, *words):
    identity = ("-c", "user.name=A. Writer", "-c", "user.email=writer@example.org")
    subprocess.run(["git", "-C", folder, *identity, *words], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """Return a git repository with two commits of seeds in two folders; the working directory is a folder in it."""
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    for name in ("seeds", "other"):
        shutil.copytree(GOOD, folder / name)
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    article = folder / "other" / FIRST
    article.write_text(article.read_text().replace("author: A. Writer", "author: B. Writer"))
    git(folder, "commit", "-q", "-a", "-m", "second")
    monkeypatch.chdir(folder / "other")
    return folder


@pytest.mark.slow
def test_revisions_of_git_are_compared(repository):
    told = changes("HEAD~1:other", "main:other")
    assert told == {"articles": {"first": ("updated", {"author": ("A. Writer", "B. Writer")})}}
    assert changes("main", repository / "other") == told


def test_a_side_with_problems_is_refused_with_its_messages(repository):
    article = repository / "other" / FIRST
    article.write_text(article.read_text().replace("hedge: up_to", "hedge: upto"))
    git(repository, "commit", "-q", "-a", "-m", "third")
    result = run("HEAD:other", "main", "--exit-code")
    assert result.exit_code == 2
    assert "HEAD:other has 1 problem; expected seeds without" in result.output
    assert f"HEAD:other/{FIRST}:101:12: estimates[5].hedge: 'upto' is refused; expected one of none" in result.output


@pytest.mark.parametrize(
    ("side", "message"),
    [
        ("nowhere", "'nowhere' is no file or folder, and git has no nowhere:seeds (fatal: "),
        ("main:nowhere", "git has no main:nowhere (fatal: "),
        ("main:seeds/dataset.yaml", "git has no main:seeds/dataset.yaml (fatal: "),
        ("--output=x", "'--output=x' is no revision; expected a seed folder, a database file, or a revision of git"),
    ],
)
def test_a_side_that_is_none_is_named(repository, side, message):
    result = run("--", side, "main")
    assert result.exit_code == 2
    assert message in result.output


def test_a_missing_git_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    result = run("main", GOOD)
    assert result.exit_code == 2
    assert "'main' is no file or folder, and git is not installed" in result.output


def test_outside_of_a_repository_there_is_no_revision(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    assert "git has no main:seeds (fatal: not a git repository" in run("main", GOOD).output


def test_links_out_of_a_revision_are_refused(repository):
    (repository / "other" / "articles" / "secret.yaml").symlink_to("/etc/passwd")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "link")
    result = run("HEAD:other", "main")
    assert result.exit_code == 2
    assert "HEAD:other cannot be read" in result.output


def test_a_file_that_is_no_release_is_refused(tmp_path):
    path: Path = tmp_path / "letter.txt"
    path.write_text("a letter")
    result = run(path, GOOD)
    assert result.exit_code == 2
    assert str(path) in result.output
