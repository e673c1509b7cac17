"""Loaders that are killed, and disks that are full or fail: the old release stays live, and nothing is left over."""

import errno
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import GOOD, make_release
from tables import MAPPING, ROW, write_csv

from api import cli
from schema.store.seal import is_intact
from seeds.release import publish
from seeds.staging import Staging

ROOMS = range(0, 1_500_000, 150_000)
"""Bytes that are left to a load, each less than it needs."""


@pytest.fixture
def run(monkeypatch):
    """Return a function that runs `headcount` on a database's file."""

    def run(path, *words):
        monkeypatch.setenv("HEADCOUNT_DATABASE_URL", f"sqlite:///{path}")
        return CliRunner().invoke(cli.main, [str(word) for word in words])

    return run


def check_failure(result, path, what):
    """Check that a command failed with one line that says what and where, and that only the old release is there."""
    assert (result.exit_code, result.output.count("\n")) == (1, 1), result.output
    assert result.output.startswith(f"Error: {path.parent}"), result.output
    assert result.output.endswith(f"{what}; nothing was written\n"), result.output
    assert list(path.parent.iterdir()) == [path]
    assert is_intact(path)


@pytest.mark.slow
def test_a_load_removes_what_killed_loaders_left_and_nothing_else(tmp_path):
    path = tmp_path / "live[1].db"
    (tmp_path / ".headcount.killed00.staging").write_bytes(b"rows")
    for name in (f".{path.name}.killed00.new", ".live1.db.another0.new", ".other.db.another0.new"):
        (tmp_path / name / "folder").mkdir(parents=True)
    with Staging(tmp_path) as living:
        make_release(GOOD, path)
        assert set(tmp_path.iterdir()) == {
            *(path, living.path, tmp_path / ".live1.db.another0.new", tmp_path / ".other.db.another0.new")
        }
    assert not living.path.exists()


@pytest.mark.slow
@pytest.mark.parametrize("pattern", [".headcount.*.staging", ".headcount.db.*.new", ".headcount.db.*.new/headcount.db"])
def test_the_load_after_a_killed_one_leaves_only_the_database(tmp_path, shipped_database, run, pattern):
    path = tmp_path / "headcount.db"
    shutil.copy(shipped_database, path)
    environment = os.environ | {"HEADCOUNT_DATABASE_URL": f"sqlite:///{path}"}
    command = [sys.executable, "-c", "import api.cli; api.cli.main()", "load", GOOD]
    with subprocess.Popen(command, env=environment) as loader:
        deadline = time.monotonic() + 60
        while not list(tmp_path.glob(pattern)):
            assert time.monotonic() < deadline
            time.sleep(0.001)
        loader.send_signal(signal.SIGKILL)
    assert len(list(tmp_path.iterdir())) > 1
    assert path.read_bytes() == shipped_database.read_bytes()
    assert run(path, "load", GOOD).exit_code == 0
    assert list(tmp_path.iterdir()) == [path]


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    """Return the folder of a disk of eight megabytes."""
    folder = tmp_path_factory.mktemp("disk")
    command = ["mount", "-t", "tmpfs", "-o", "size=8M", "none", folder]
    is_mounted = os.geteuid() == 0 and subprocess.run(command, check=False).returncode == 0
    if not is_mounted and not os.environ.get("CI"):
        pytest.skip("needs to mount a disk")
    assert is_mounted, "CI has to mount a disk"
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def full_but_for(folder: Path, room: int):
    """Fill a disk but for some bytes, as a file of its own folder does."""
    filler = folder.parent / "filler"
    status = os.statvfs(folder)
    filler.write_bytes(bytes(status.f_bavail * status.f_frsize - room))
    yield
    filler.unlink()


@pytest.mark.slow
def test_a_full_disk_is_told_in_one_line_and_leaves_the_old_release(disk, shipped_database, run):
    path = disk / "folder" / "headcount.db"
    path.parent.mkdir()
    shutil.copy(shipped_database, path)
    for room in ROOMS:
        with full_but_for(path.parent, room):
            result = run(path, "load", GOOD)
        check_failure(result, path, "database or disk is full")
        assert path.read_bytes() == shipped_database.read_bytes()
    assert run(path, "load", GOOD).exit_code == 0


@contextmanager
def largest_file(size: int):
    """Have every write beyond a size fail, as on a failing disk: SQLite takes it as an error of input or output."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.slow
def test_a_failing_disk_is_told_in_one_line_and_leaves_the_old_release(tmp_path, shipped_database, run):
    path = tmp_path / "headcount.db"
    shutil.copy(shipped_database, path)
    for size in ROOMS:
        with largest_file(size):
            result = run(path, "load", GOOD)
        check_failure(result, path, "disk I/O error")
        assert path.read_bytes() == shipped_database.read_bytes()
    assert run(path, "load", GOOD).exit_code == 0


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC])
def test_a_release_that_cannot_be_flushed_is_not_made_live(tmp_path, shipped_database, run, monkeypatch, error):
    path = tmp_path / "headcount.db"
    shutil.copy(shipped_database, path)

    def fail(_):
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(os, "fsync", fail)
    check_failure(run(path, "load", GOOD), path, os.strerror(error))
    assert path.read_bytes() == shipped_database.read_bytes()


def test_a_folder_that_cannot_be_flushed_is_told_as_what_it_is(tmp_path, run, monkeypatch):
    path = tmp_path / "headcount.db"

    def fail(_):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(publish, "_sync_folder", fail)
    result = run(path, "load", GOOD)
    assert result.exit_code == 1
    assert result.output == f"Error: {path}: Input/output error; it is live, but a power cut may undo that\n"
    assert list(tmp_path.iterdir()) == [path]
    assert is_intact(path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_problems_that_cannot_be_written_keep_the_old_release(tmp_path, run):
    path, problems = tmp_path / "data" / "headcount.db", tmp_path / "problems.csv"
    problems.symlink_to("/dev/full")
    table = write_csv(tmp_path / "table.csv", [ROW])
    result = run(path, "import", table, "--mapping", MAPPING, "--problems", problems)
    assert (result.exit_code, result.output) == (
        1,
        f"Error: {problems}: No space left on device; nothing was written\n",
    )
    assert list(path.parent.iterdir()) == []
