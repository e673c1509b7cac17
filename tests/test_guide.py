"""The guide for those who code an article says what the programs do, and each rule has a section in the manual."""

import ast
import hashlib
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

import seeds
from api.cli import main
from seeds.manual import MANUAL, SECTIONS
from seeds.problems import Problem

SEEDS = Path(seeds.__file__).parent
GUIDE = (SEEDS / "README.md").read_text().partition("## Code an article")[2].partition("\n### ")[0]
CONSOLE = re.findall(r"```console\n(.*?)```", GUIDE, re.S)
ARTICLE = re.search(r"```yaml\n(.*?)```", GUIDE, re.S)[1]
FILE = "seeds/articles/2017-01-example-news-general-says-militants-hold-out-in-mosul.yaml"


def printed(words):
    return CliRunner().invoke(main, words).output


def run(command):
    return printed([word.strip('"') for word in re.findall(r'"[^"]*"|\S+', command)[1:]])


@pytest.mark.slow
def test_the_terminal_prints_what_the_guide_shows(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text, draft, locate, add, check, wrong = CONSOLE
    document = text.partition("\n")[2]
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "mosul.txt").write_text(document)
    shutil.copytree(SEEDS, "seeds", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    assert hashlib.sha256(document.encode()).hexdigest() in ARTICLE
    for shown in (draft, locate, add):
        for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", shown, re.M):
            assert run(command) == output
    (drafted,) = Path("seeds/articles").glob("2017-01-unknown-general*")
    drafted.unlink()
    Path(FILE).write_text(ARTICLE)
    command, output = re.match(r"\$ (.*)\n(.*\n)", check).groups()
    assert run(command) == output
    Path(FILE).write_text(ARTICLE.replace("hedge: up_to", "hedge: at_most"))
    assert run(command) == wrong


def test_every_rule_has_a_section_in_the_manual():
    headings = re.findall("^## (.+)$", (SEEDS.parent / MANUAL).read_text(), re.M)
    assert set(SECTIONS.values()) <= {heading.lower().replace(" ", "-") for heading in headings}


def rules_in(path):
    """Yield the names of rules in a file: of faults, and of problems that no fault makes."""
    for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        if name in ("Fault", "problem", "Problem"):
            rule = {"Fault": 0, "problem": 2, "Problem": 5}[name]
            if len(call.args) > rule and isinstance(call.args[rule], ast.Constant):
                yield call.args[rule].value


def test_every_rule_that_is_checked_is_in_the_manual():
    files = [*SEEDS.glob("*.py"), *SEEDS.glob("rules/*.py"), *SEEDS.glob("curated/*.py")]
    rules = {rule for path in files for rule in rules_in(path)}
    assert len(rules) >= 35
    assert rules <= SECTIONS.keys()


def test_a_message_ends_with_the_address_of_its_rule():
    problem = Problem(Path("a.yaml"), 1, 2, "low", "is\nwrong; expected a number", "missing-number")
    assert str(problem) == "a.yaml:1:2: low: is\\nwrong; expected a number; see seeds/CODING.md#numbers"
