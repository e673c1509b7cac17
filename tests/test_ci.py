"""The runs of pytest in .ci/run leave no test out, and what CI and the image are made of is pinned."""

import re
import shlex
import tomllib
from itertools import product
from pathlib import Path

import pytest
import yaml

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


def test_actions_and_the_base_image_are_pinned_by_digest():
    workflows = (ROOT / ".github" / "workflows").iterdir()
    actions = [line for file in workflows for line in re.findall(r"uses: .*", file.read_text())]
    assert actions
    assert all(re.fullmatch(r"uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action) for action in actions), actions
    images = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.M)
    assert len(images) == 2
    assert len(set(images)) == 1, "both stages have the same base"
    assert re.fullmatch(r"python:[\d.]+-slim@sha256:[0-9a-f]{64}", images[0])


def test_no_code_of_a_pull_request_runs_where_a_token_can_write():
    """See the comment in diff.yml; `true` is how YAML 1.1 reads the key `on`."""
    for file in (ROOT / ".github" / "workflows").iterdir():
        workflow = yaml.safe_load(file.read_text())
        for job in workflow["jobs"].values():
            granted = job.get("permissions", workflow["permissions"])
            steps = job["steps"]
            if "write" in granted.values():
                assert not [step for step in steps if "uses" in step], "it checks nothing out"
                assert granted == {"pull-requests": "write"}
            elif "pull_request_target" in workflow[True]:
                (checkout,) = [step["with"] for step in steps if "checkout" in step.get("uses", "")]
                assert not {"ref", "repository"} & checkout.keys(), "it takes the code of the branch that is changed"
                assert checkout["persist-credentials"] is False
            assert not [step for step in steps if "${{" in step.get("run", "")], "a value is no part of a command"
