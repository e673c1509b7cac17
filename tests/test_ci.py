"""The runs of pytest in .ci/run, together with the README's command, leave no test out."""

import re
import shlex
import tomllib
from itertools import product
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]
MARKERS = [line.partition(":")[0] for line in SETTINGS["markers"]]
RUNS = re.findall(r"^pytest .*$", (ROOT / ".ci" / "run").read_text(), re.M)


def option(command, name):
    """Return the value of an option of a command."""
    words = shlex.split(command)
    return words[words.index(name) + 1]


def is_selected(expression, marks):
    """Return whether a test with these marks is selected; such an expression is also one of Python."""
    return eval(expression, {}, {"hypothesis": False} | {name: name in marks for name in MARKERS})  # noqa: S307


def test_each_test_is_in_one_run_of_ci_and_none_is_left_out():
    selections = [SETTINGS["addopts"], *(run for run in RUNS if "--engine" not in run)]
    assert re.search(r"^    python3 -m venv .*/pytest$", (ROOT / "README.md").read_text(), re.M)
    expressions = [option(command, "-m") for command in selections]
    for chosen in product([False, True], repeat=len(MARKERS)):
        marks = {name for name, is_marked in zip(MARKERS, chosen, strict=True) if is_marked}
        assert any(is_selected(expression, marks) for expression in expressions), marks


@pytest.mark.parametrize("marks", [set(), {"slow"}, {"schemathesis"}])
def test_the_tests_of_the_api_are_run_on_postgresql_too(marks):
    runs = [run for run in RUNS if "--engine" in run and option(run, "--engine") == "postgresql"]
    assert any(is_selected(option(run, "-m"), marks) for run in runs)


def test_the_default_run_starts_no_server_and_no_browser():
    assert not any(is_selected(option(SETTINGS["addopts"], "-m"), {name}) for name in MARKERS)
