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
API_TESTS = (
    *(
        "answer",
        "asgi",
        "cache",
        "caching",
        "changes",
        "charts",
        "compression",
        "config",
        "conflicts",
        "contract",
        "dataset",
        "explorer",
    ),
    *(
        "facets",
        "feed",
        "filters",
        "formats",
        "frames",
        "http",
        "limits",
        "linked",
        "metrics",
        "openapi",
        "paging",
        "phrases",
        "plans",
    ),
    *("reference", "renderer", "request_path", "resolve", "series", "serving_tables", "store", "verification_page"),
    *("sharing", "sitemap", "verify"),
)
TESTS_OF = {
    "server": ("asgi", "cache", "request_path"),
    "explorer": ("charts", "explorer", "frames", "renderer", "sharing", "sitemap", "verification_page"),
}
"""For each package, the tests of the API that are left out where it is deleted, since they import it."""

STARTING_A_SERVER = ("config.py::test_a_variable_of_an_earlier_version", "limits.py::test_the_server_does_not_start")

WITHOUT_THE_CHECKOUT = """
import sys

sys.meta_path[:] = [finder for finder in sys.meta_path if not finder.__module__.startswith("__editable__")]
"""
"""What each Python imports first there: `pip install -e` finds a package in the checkout that the copy does not have."""

FEWEST_TESTS = 400
"""How many tests have to pass at least."""


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
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(WITHOUT_THE_CHECKOUT)
    return shutil.copytree(ROOT, tmp_path / "copy", ignore=shutil.ignore_patterns(*NOT_COPIED))


@pytest.mark.rooms
@pytest.mark.parametrize("package", TESTS_OF)
def test_the_api_is_whole_without_a_package(package, copy):
    shutil.rmtree(copy / "api" / package)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment["PYTHONPATH"] = f"{copy.parent / 'site'}:{copy}"

    def python(*arguments):
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, text=True, check=False, timeout=1200
        )

    where = "import api; from importlib.util import find_spec; print(api.__file__, find_spec('api.{}'))"
    assert python("-c", where.format(package)).stdout.split() == [f"{copy}/api/__init__.py", "None"]

    files = [f"tests/test_{name}.py" for name in API_TESTS if name not in TESTS_OF[package]]
    left_out = [f"--deselect=tests/test_{start}" for start in STARTING_A_SERVER if package == "server"]
    done = python("-m", "pytest", "-p", "no:cacheprovider", f"--basetemp={copy.parent}/temporary", *left_out, *files)
    assert done.returncode == 0, done.stdout + done.stderr
    passed = done.stdout.splitlines()[-1].partition(" passed")[0].split()[-1]
    assert int(passed) >= FEWEST_TESTS, done.stdout
