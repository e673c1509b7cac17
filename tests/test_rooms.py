"""The packages of api/: two of them can be deleted, and the imports among them make no long chain."""

import os
import shutil
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[1]
LONGEST_CHAIN = 8
"""The most import statements from a module of api/ down to another."""

NOT_COPIED = (".git", ".venv", "*.egg-info", "__pycache__", ".*_cache", "build")
TESTS_OF = {
    "server": ("asgi", "cache", "cli", "request_path", "ring", "server"),
    "explorer": ("accessibility", "browser", "charts", "drawing", "explorer", "phrases", "renderer"),
}
"""For each package, the tests that are left out where it is deleted, since they import it or ask it."""

FEWEST_TESTS = 700
"""How many tests of the API have to pass at least."""


def longest_chain(package: str) -> tuple[str, ...]:
    """Return the modules of the longest chain of imports inside a package; raises CycleError where they form a circle."""
    graph = grimp.build_graph(package, exclude_type_checking_imports=True, cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    longest: dict[str, tuple[str, ...]] = {}
    for module in TopologicalSorter(imports).static_order():
        longest[module] = (module, *max((longest[imported] for imported in imports[module]), key=len, default=()))
    return max(longest.values(), key=len)


def test_no_chain_of_imports_is_long():
    chain = longest_chain("api")
    assert len(chain) - 1 <= LONGEST_CHAIN, " -> ".join(chain)


@pytest.fixture
def copy(tmp_path):
    """Return a copy of the checkout."""
    return shutil.copytree(ROOT, tmp_path / "copy", ignore=shutil.ignore_patterns(*NOT_COPIED))


@pytest.mark.rooms
@pytest.mark.parametrize("package", TESTS_OF)
def test_the_api_is_whole_without_a_package(package, copy):
    shutil.rmtree(copy / "api" / package)
    where = "import api; from importlib.util import find_spec; print(api.__file__, find_spec('api.{package}'))"
    command = [sys.executable, "-c", where.format(package=package)]
    found = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=True).stdout
    assert found.split() == [f"{copy}/api/__init__.py", "None"]

    left_out = [f"--ignore=tests/test_{name}.py" for name in (*TESTS_OF[package], "rooms", "readme")]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        *left_out,
        f"--basetemp={copy.parent}/temporary",
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    passed = done.stdout.splitlines()[-1].partition(" passed")[0].split()[-1]
    assert int(passed) >= FEWEST_TESTS, done.stdout
