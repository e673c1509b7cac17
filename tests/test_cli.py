"""The command line, as a curator meets it."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from click.testing import CliRunner
from conftest import DOCUMENTS, GOOD

from api import cli
from api.cli import progress
from schema import tables
from schema.store.files import is_outdated_copy
from schema.store.seal import is_intact
from schema.store.sqlite import Identity
from schema.store.urls import open_database
from seeds import SHIPPED


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function that runs `headcount` with a database of its own."""
    monkeypatch.setenv("HEADCOUNT_DATABASE_URL", f"sqlite:///{tmp_path}/data/headcount.db")
    return lambda *words: CliRunner().invoke(cli.main, [str(word) for word in words], prog_name="headcount")


def test_the_version_is_the_packages(run):
    assert run("--version").output == "headcount, version 0.1.0\n"


@pytest.mark.parametrize("command", [(), ("check",), ("load",), ("serve",)])
def test_help_gives_examples(run, command):
    assert "Example" in run(*command, "--help").output


def test_check_writes_nothing(run, tmp_path):
    result = run("check", GOOD, "--documents", DOCUMENTS)
    assert (result.exit_code, result.output) == (0, "2 articles with 16 estimates: no problem found\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_load_makes_the_dataset_once(run, tmp_path):
    path = tmp_path / "data" / "headcount.db"
    first = run("load", GOOD)
    assert (first.exit_code, first.output.startswith("2 articles with 16 estimates loaded into")) == (0, True)
    written = Identity.of(path)
    again = run("load", GOOD)
    assert "holds these seeds already" in again.output
    assert Identity.of(path) == written  # and not path.stat(): reading moves its access time
    with path.open("r+b") as file:
        file.seek(9000)
        file.write(b"spoilt")
    assert "loaded into" in run("load", GOOD).output
    database = open_database(f"sqlite:///{path}")
    assert database.release().dataset["counts"]["estimates"] == 16
    database.close()


def test_load_replaces_no_file_of_another_kind(run, tmp_path):
    path = tmp_path / "data" / "headcount.db"
    path.parent.mkdir()
    path.write_text("a letter")
    table = tmp_path / "table.csv"
    table.write_text("")
    for words in (("load", GOOD), ("import", table, "--mapping", "read-after-the-place-was-looked-at")):
        result = run(*words)
        assert result.exit_code == 1
        assert "holds something else than a Headcount database; expected one, or no file" in result.output
        assert path.read_text() == "a letter"


def test_load_follows_a_link(run, tmp_path):
    path, target = tmp_path / "data" / "headcount.db", tmp_path / "elsewhere.db"
    path.parent.mkdir()
    path.symlink_to(target)
    assert run("load", GOOD).exit_code == 0
    assert path.is_symlink()
    assert is_intact(target)


@pytest.mark.slow
@pytest.mark.parametrize(("folder", "outdated"), [(SHIPPED, True), (GOOD, False)], ids=["shipped", "own"])
def test_only_a_copy_of_the_shipped_seeds_is_outdated_by_another_version(run, tmp_path, monkeypatch, folder, outdated):
    path = tmp_path / "data" / "headcount.db"
    assert run("load", folder).exit_code == 0
    assert not is_outdated_copy(path)
    monkeypatch.setattr(tables, "FORMAT", tables.FORMAT + 1)
    assert is_outdated_copy(path) is outdated


@pytest.mark.parametrize("command", ["check", "load"])
def test_problems_are_listed_and_nothing_is_written(run, tmp_path, command):
    seeds = shutil.copytree(GOOD, tmp_path / "seeds")
    file = seeds / "articles" / "2020-01-day-first.yaml"
    file.write_text(file.read_text().replace("low: 22", "low: many").replace("hedge: up_to", "hedge: upto"))
    result = run(command, seeds)
    lines = result.output.splitlines()
    assert result.exit_code == 1
    assert lines[0].startswith(f"{file}:20:10: estimates[0].low: 'many' is refused; expected a number")
    assert f"{file}:101:12: estimates[5].hedge: 'upto' is refused; expected one of none" in lines[1]
    assert lines[-1] == "2 problems; nothing was written"
    assert not (tmp_path / "data").exists()


def test_a_place_that_cannot_be_written_is_named(run, tmp_path):
    (tmp_path / "data").write_text("a file where the folder would be")
    result = run("load", GOOD)
    assert result.exit_code == 1
    assert "nothing was written" in result.output


def test_a_database_url_that_is_none_is_named(run, monkeypatch):
    monkeypatch.setenv("HEADCOUNT_DATABASE_URL", "mysql://somewhere/db")
    for command in (("load", GOOD), ("serve",)):
        result = run(*command)
        assert result.exit_code == 1
        assert "expected sqlite:///PATH" in result.output


def test_a_port_that_is_none_is_refused(run):
    for port in ("0", "65536", "http"):
        result = run("serve", "--port", port)
        assert result.exit_code == 2
        assert "--port" in result.output


def test_completion_is_clicks(run, monkeypatch):
    monkeypatch.setenv("_HEADCOUNT_COMPLETE", "bash_source")
    assert "complete" in run().output


def test_progress_is_shown_on_a_terminal_after_a_second(monkeypatch, tmp_path):
    clock = iter([0.0, 0.5, 1.5, 2.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    shown = []
    monkeypatch.setattr(progress.Progress, "start", lambda _: shown.append(True))
    files = [tmp_path / "a", tmp_path / "b"]
    assert list(progress.steps("Reading", files, 2)) == files
    assert shown == [True]


def test_a_place_that_cannot_be_is_refused(run, monkeypatch, tmp_path):
    monkeypatch.setenv("HEADCOUNT_DATABASE_URL", f"sqlite:///{tmp_path}/{'long' * 100}/headcount.db")
    result = run("load", GOOD)
    assert result.exit_code == 1
    assert "File name too long; nothing was written" in result.output


def test_a_database_of_another_program_is_no_outdated_copy(tmp_path):
    path = tmp_path / "other.db"
    assert not is_outdated_copy(path)
    path.write_bytes(b"no database")
    assert not is_outdated_copy(path)
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE dataset AS SELECT 'another' AS layout, 1 AS shipped")
        connection.commit()
    assert not is_outdated_copy(path)


def test_the_commands_are_listed_with_what_they_do(run):
    listed = run("--help").output
    assert all(f"\n  {name} " in listed for name in ("check", "import", "load", "serve"))
    assert "No such command 'nope'" in run("nope").output


@pytest.mark.slow
def test_who_serves_does_not_wait_for_what_only_loads():
    code = "import sys, api.cli, api.server.gunicorn; print(*(one for one in sys.modules if one.startswith(('seeds.', 'rich'))))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == ""
