"""What the README shows is what the server answers, and what it tells to type is what works."""

import json
import re
import shlex
import shutil
import subprocess
import tomllib
import urllib.error
import urllib.request
from pathlib import Path
from xml.etree import ElementTree

import pytest

from api.cli import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
EXAMPLES = re.findall(r"^(curl '.*') +# (\d+): ", README, re.M)
ANSWERS = re.findall(r"^```console\n\$ (curl .*)\n((?:.|\n)*?)^```$", README, re.M)


def curl(command, server):
    """Run a command of the README against a server that listens elsewhere."""
    words = shlex.split(command.replace("localhost:8000", server.removeprefix("http://")))
    if shutil.which("curl") is None:  # the README asks for Python alone; CI has curl
        try:
            with urllib.request.urlopen(f"http://{words[-1]}", timeout=10) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            return json.load(error)
    done = subprocess.run([*words, "-sS"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_there_are_a_dozen_examples():
    assert len(EXAMPLES) >= 12
    assert len(ANSWERS) == 2


@pytest.mark.parametrize(("command", "total"), EXAMPLES)
def test_an_example_finds_as_many_as_it_says(shipped_server, command, total):
    answer = curl(command, shipped_server)
    assert answer["meta"]["total"] == int(total) > 0


@pytest.mark.parametrize(("command", "shown"), ANSWERS)
def test_an_answer_is_shown_as_it_is(shipped_server, command, shown):
    answer = curl(command, shipped_server)
    if "meta" in answer:
        answer["meta"]["dataset"] = "…"
    assert answer == json.loads(shown)


def test_the_chart_is_the_one_that_is_served(shipped_server):
    shown = ElementTree.parse(ROOT / ".github" / "chart.svg")
    with urllib.request.urlopen(f"{shipped_server}/chart.svg?indicator=fighters", timeout=30) as response:
        served = ElementTree.parse(response)
    assert list(shown.getroot().itertext()) == list(served.getroot().itertext())


def test_every_variable_is_in_the_table():
    options = {option.envvar for option in main.commands["serve"].params if option.envvar}
    code = "".join(file.read_text() for folder in ("api", "schema") for file in (ROOT / folder).rglob("*.py"))
    shown = set(re.findall(r"^\| `(HEADCOUNT_\w+)`", README, re.M))
    assert options < shown == set(re.findall(r"\bHEADCOUNT_[A-Z_]+[A-Z]\b", code))


def test_the_version_stands_everywhere_the_same():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f'org.opencontainers.image.version="{version}"' in (ROOT / "Dockerfile").read_text()
    assert f"## {version} " in (ROOT / "CHANGELOG.md").read_text()
