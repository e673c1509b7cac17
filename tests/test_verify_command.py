"""The command `headcount verify`: what it prints, and how it ends."""

import json

import pytest
from click.testing import CliRunner

from api.cli import main

BORNE = "In Iraq there are up to 7,000 affiliates of IS.\n"
REVERSED = "He was there.\nThe general sees at least 500 IS fighters in Iraq.\n"


@pytest.fixture
def run(shipped_database, monkeypatch, tmp_path):
    """Return a function that verifies a text in a file, and returns the result and the file."""
    monkeypatch.setenv("HEADCOUNT_DATABASE_URL", f"sqlite:///{shipped_database}")

    def verify(text, *options, name="draft.txt"):
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return CliRunner().invoke(main, ["verify", str(file), *options]), file

    return verify


def test_what_was_said_so_ends_with_0(run):
    result, file = run(BORNE)
    assert (result.exit_code, result.stdout.splitlines()) == (
        0,
        [
            f"{file}:1:19: borne: 'up to 7,000': Iraqi intelligence and defense officials said "
            "\u201cup to 7,000 Daesh group affiliates\u201d."
        ],
    )


def test_what_was_said_otherwise_ends_with_1_and_names_its_place(run):
    result, file = run(REVERSED)
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{file}:2:18: bound_reversed: 'at least 500': General Qais al-Mohamadawi said")


def test_standard_input_is_read(shipped_database, monkeypatch):
    monkeypatch.setenv("HEADCOUNT_DATABASE_URL", f"sqlite:///{shipped_database}")
    result = CliRunner().invoke(main, ["verify", "-"], input=BORNE)
    assert (result.exit_code, result.stdout[:6]) == (0, "-:1:19")


def test_json_holds_what_the_api_answers(run, shipped):
    result, file = run(REVERSED, "--format", "json", "--as-of", "2023-03")
    answered = shipped.post("/verify", json={"text": REVERSED, "as_of": "2023-03"}).json
    assert json.loads(result.stdout) == {
        "data": [{"file": str(file), **finding} for finding in answered["data"]],
        "meta": answered["meta"],
    }


def test_sarif_points_to_the_number(run):
    result, file = run(REVERSED, "--format", "sarif")
    (sarif,) = json.loads(result.stdout)["runs"]
    (found,) = sarif["results"]
    assert (found["ruleId"], found["level"], found["kind"]) == ("bound_reversed", "error", "fail")
    (location,) = found["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == file.as_posix()
    region = {"startLine": 2, "startColumn": 18, "endLine": 2, "endColumn": 30}
    assert location["physicalLocation"]["region"] == region
    assert found["ruleId"] in [rule["id"] for rule in sarif["tool"]["driver"]["rules"]]


REFUSED = {
    "a date": ((BORNE, "--as-of", "yesterday"), 2, "EDTF"),
    "a language": ((BORNE, "--language", "1"), 2, "BCP 47"),
    "too long": (("a" * 200_001,), 1, "200,000 bytes"),
    "no UTF-8": ((b"up to \xff",), 1, "byte 6"),
    "too many numbers": (("1 man " * 6_000,), 1, "numbers"),
}


@pytest.mark.parametrize(("arguments", "code", "named"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_an_error(run, arguments, code, named):
    result, _ = run(*arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert named in result.stderr
