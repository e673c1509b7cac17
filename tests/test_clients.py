"""Clients that others' tools make of the OpenAPI document read what the server says, and others' linters approve of it."""

import json
import os
import re
import sys
from pathlib import Path

import pytest
from conftest import read, run

BIN = Path(sys.executable).parent

pytestmark = pytest.mark.npm


def said(server, wrong):
    """Return what the clients are to print, read by plain HTTP; `wrong` is the question that they get a problem for."""
    found = read(f"{server}/estimates?region=iraq&not_source_kind=military&sort=-published,low&limit=1000")
    claim = read(f"{server}/claims/mohamadawi-2023-03-iraq-fighters")["data"]
    problem = read(f"{server}/estimates?{wrong}")
    assert len(found["data"]) > 4  # more than a page of the clients
    return {
        "total": found["meta"]["total"],
        "estimates": found["data"],
        "reports": [
            [one["wording"], one["stated"] and one["stated"]["edtf"], one["drift"]] for one in claim["reports"]
        ],
        "regions": {one["value"]: one["count"] for one in read(f"{server}/facets?fields=region")["data"]["region"]},
        "problem": problem,
        "did_you_mean": problem["errors"][0]["did_you_mean"],
    }


@pytest.fixture(scope="session")
def types(folder, node):
    """Return the TypeScript types of the document."""
    node("openapi-typescript", "openapi.json", "--output", "openapi.d.ts")
    return (folder / "openapi.d.ts").read_text()


def test_every_member_has_a_type(types):
    member = r"""^ +(?:[\w"'-]+\??|\[key: string\]): """  # and not [name: string], any other header
    assert re.findall(rf"""{member}.*(?<!")\b(?:unknown\b|Record<string, never>).*""", types, re.M) == []


@pytest.mark.usefixtures("types")
def test_a_typescript_client_compiles_and_reads_what_the_server_says(shipped_server, folder, node):
    node("tsc")
    answered = run("node", "compiled/client.js", shipped_server, cwd=folder)
    assert json.loads(answered) == said(shipped_server, "region=irak")


def test_a_python_client_reads_what_the_server_says(shipped_server, folder):
    options = ("--path", "openapi.json", "--output-path", "headcount_client", "--meta", "none", "--fail-on-warning")
    path = os.pathsep.join([str(BIN), os.environ["PATH"]])  # where the generator finds ruff, which formats what it made
    run(BIN / "openapi-python-client", "generate", *options, cwd=folder, PATH=path)
    answered = run(sys.executable, "-W", "error", "client.py", shipped_server, cwd=folder)
    assert json.loads(answered) == said(shipped_server, "as_of=2017-13")


@pytest.mark.parametrize(
    "linter",
    [
        ("spectral", "lint", "openapi.json", "--ruleset", "spectral.yaml", "--fail-severity", "warn"),
        ("redocly", "lint", "openapi.json", "--extends", "recommended-strict"),
    ],
    ids=lambda linter: linter[0],
)
def test_a_linter_finds_nothing(node, linter):
    node(*linter)
