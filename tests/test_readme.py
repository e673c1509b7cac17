"""What the READMEs show is what the server answers, and every path, link, command and name in them is there."""

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

import click
import pytest

from api.cli import main
from schema import tables
from schema.terms import HEDGES

ROOT = Path(__file__).parents[1]
NAMES = ("README.md", "api/README.md", "schema/README.md", "seeds/README.md", "tests/README.md")
READMES = {name: (ROOT / name).read_text() for name in (*NAMES, "seeds/CODING.md")}
CODE_BLOCK = re.compile(r"^```.*?^```$", re.M | re.S)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
TOP_FOLDERS = ("api", "schema", "seeds", "tests", r"\.ci", r"\.github")


def in_all(pattern):
    """Return what a pattern finds in each README, without repetitions."""
    return list(dict.fromkeys(match for text in READMES.values() for match in re.findall(pattern, text, re.M)))


EXAMPLES = in_all(r"^(curl '.*') +# (\d+): ")
ANSWERS = in_all(r"^```console\n\$ (curl .*)\n((?:.|\n)*?)^```$")
CURLS = in_all(r"^(curl [^#\n]*'[^'\n]*')(?: +# (?!\d+: ).*)?$")
IN_CODE = [word for words in in_all(r"`([^`\n]+)`") for word in words.split()]
PATHS = [word for word in IN_CODE if re.match(rf"(?:{'|'.join(TOP_FOLDERS)})/", word)]
ROUTES = [word.partition("?")[0] for word in IN_CODE if re.match(r"/[a-z]", word) and "…" not in word]
LINKS = [
    (name, target)
    for name, text in READMES.items()
    for target in re.findall(r"\]\(([^)\s]+)\)", CODE_BLOCK.sub("", text))
]
COMMANDS = in_all(r"(?:^    (?:.*/)?|`(?:.*/)?)(headcount [a-z][^`\n]*)")
SCRIPTS = in_all(r"\bpython (tests/[\w/.]+)")


def curl(command, server):
    """Run a command of a README against a server that listens elsewhere."""
    words = shlex.split(command.replace("localhost:8000", server.removeprefix("http://")))
    if shutil.which("curl") is None:  # the README asks for Python alone; CI has curl
        try:
            with urllib.request.urlopen(f"http://{words[-1]}", timeout=10) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            return json.load(error)
    done = subprocess.run([*words, "-sS"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def slug(heading):
    """Return the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def first_column(name, heading):
    """Return the words in code in the first column of the table after a text."""
    _, _, after = READMES[name].partition(heading)
    rows = re.search(r"(?:^\|.*\n)+", after, re.M).group().splitlines()
    return [word for row in rows for word in re.findall(r"`([^`]+)`", row.split("|")[1])]


def test_what_is_looked_for_is_found():
    assert len(EXAMPLES) >= 20
    assert len(ANSWERS) == 2
    assert len(CURLS) >= 8
    assert len(PATHS) >= 60
    assert len(ROUTES) >= 20
    assert len(LINKS) >= 20
    assert {words.split()[1] for words in COMMANDS} >= {"serve", "check", "load", "import"}
    assert len(SCRIPTS) >= 3


def test_every_readme_is_checked():
    assert {str(path.relative_to(ROOT)) for path in (*ROOT.glob("README.md"), *ROOT.glob("[a-z]*/README.md"))} == set(
        NAMES
    )


@pytest.mark.server
@pytest.mark.parametrize(("command", "total"), EXAMPLES)
def test_an_example_finds_as_many_as_it_says(shipped_server, command, total):
    answer = curl(command, shipped_server)
    assert answer["meta"]["total"] == int(total) > 0


@pytest.mark.server
@pytest.mark.parametrize(("command", "shown"), ANSWERS)
def test_an_answer_is_shown_as_it_is(shipped_server, command, shown):
    answer = curl(command, shipped_server)
    if "meta" in answer:
        answer["meta"]["dataset"] = "…"
    assert answer == json.loads(shown)


@pytest.mark.server
@pytest.mark.parametrize("command", CURLS)
def test_every_other_example_is_answered(shipped_server, command):
    with urllib.request.urlopen(f"{shipped_server}/dataset", timeout=10) as response:
        version = json.load(response)["data"]["version"]
    address = shlex.split(command)[-1].replace("localhost:8000", shipped_server).replace("VERSION", version)
    with urllib.request.urlopen(address, timeout=30) as response:
        assert (response.status, bool(response.read())) == (200, True)


@pytest.mark.server
def test_the_chart_is_the_one_that_is_served(shipped_server):
    shown = ElementTree.parse(ROOT / ".github" / "chart.svg")
    with urllib.request.urlopen(f"{shipped_server}/chart.svg?indicator=fighters", timeout=30) as response:
        served = ElementTree.parse(response)
    assert list(shown.getroot().itertext()) == list(served.getroot().itertext())


def test_every_variable_is_in_the_table():
    shown = set(re.findall(r"^\| `(HEADCOUNT_\w+)`", READMES["README.md"], re.M))
    assert {option.envvar for option in main.commands["serve"].params if option.envvar} < shown
    named = re.compile(r"\bHEADCOUNT_[A-Z_]+[A-Z]\b")
    assert shown == set(named.findall((ROOT / "api" / "config.py").read_text()))
    elsewhere = [
        *READMES.values(),
        *(file.read_text() for package in ("api", "schema", "seeds") for file in (ROOT / package).rglob("*.py")),
    ]
    assert {name for text in elsewhere for name in named.findall(text)} == shown


def test_every_path_is_there():
    assert [path for path in PATHS if not any(ROOT.glob(re.sub("<.*?>", "*", path).rstrip("/")))] == []


def test_every_script_is_there():
    found = [script for script in SCRIPTS for end in ("", "/__main__.py") if (ROOT / f"{script}{end}").is_file()]
    assert found == SCRIPTS


@pytest.mark.parametrize(("name", "target"), [link for link in LINKS if not link[1].startswith("https://")])
def test_every_link_leads_somewhere(name, target):
    path, _, anchor = target.partition("#")
    file = (ROOT / name).parent / path if path else ROOT / name
    assert file.exists()
    if anchor:
        assert anchor in map(slug, re.findall(r"^#+ (.+)$", file.read_text(), re.M))


def test_every_address_is_one_of_the_api(app):
    routes = app.url_map.bind("localhost")
    for route in ROUTES:
        assert routes.match(route, method="POST" if route == "/verify" else "GET")  # raises NotFound


def test_every_command_takes_the_options_that_are_shown():
    for command in COMMANDS:
        _, name, *words = command.split()
        shown = main.get_command(None, name)
        if isinstance(shown, click.Group) and words:
            shown = shown.get_command(None, words[0])
        known = {option for parameter in shown.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known, command


@pytest.mark.slow
def test_the_metrics_are_those_of_the_server(shipped):
    served = set(re.findall(r"^# HELP (\w+) ", shipped.get("/metrics").text, re.M))
    assert set(first_column("api/README.md", "## For operators")) == served


def test_every_table_of_a_release_is_described():
    named = set(re.findall(r"`(\w+)`", READMES["schema/README.md"]))
    assert {table.name for table in tables.metadata.tables.values()} <= named


def test_the_hedges_are_those_of_the_vocabulary():
    rows = re.findall(r"^\| `(\w+)` \| (\w+)[^|]*\| ([^|]*) \|", READMES["schema/README.md"], re.M)
    shown = {
        hedge: (bound, set(re.findall("`(.*?)`", numbers))) for hedge, bound, numbers in rows if hedge in list(HEDGES)
    }
    assert shown == {hedge.value: (rule.bound.value, rule.needs | rule.allows) for hedge, rule in HEDGES.items()}


@pytest.mark.parametrize(("package", "heading"), [("api", "## Packages"), ("seeds", "## How a release is built")])
def test_every_package_is_described(package, heading):
    described = {path.rstrip("/") for path in first_column(f"{package}/README.md", heading)}
    modules = {str(path.relative_to(ROOT)) for path in (ROOT / package).iterdir() if (path / "__init__.py").is_file()}
    assert modules <= described


def test_every_marker_is_described():
    markers = [marker.partition(":")[0] for marker in PROJECT["tool"]["pytest"]["ini_options"]["markers"]]
    assert first_column("tests/README.md", "## Markers") == markers


def test_the_front_page_is_short_and_no_line_is_long():
    assert len(READMES["README.md"].splitlines()) <= 200
    for name, text in READMES.items():
        prose = [line for line in CODE_BLOCK.sub("", text).splitlines() if not line.startswith(("|", "    "))]
        assert [line for line in prose if len(line) > 120] == [], name


def test_the_version_stands_everywhere_the_same():
    version = PROJECT["project"]["version"]
    assert f'org.opencontainers.image.version="{version}"' in (ROOT / "Dockerfile").read_text()
    assert f"## {version} " in (ROOT / "CHANGELOG.md").read_text()
