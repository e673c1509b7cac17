"""The publication of a release: it is built from a staging, and replaces the live release in one step.

A reader sees the old release or the new one, and never a part of one.
"""

import fcntl
import glob
import logging
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from sqlite_utils import Database as Writer

from schema.store.errors import DatabaseError, reason_of
from schema.store.files import FileDatabase
from schema.store.seal import is_intact, is_ours, seal
from seeds.progress import Progress, no_progress, run_steps
from seeds.release.build import build_release
from seeds.staging import Staging
from seeds.workers import executor_for

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class WrittenRelease:
    """The version that is live now; `is_new` is false where it was live before, and nothing was replaced."""

    version: str
    is_new: bool


def replaceable(path: Path) -> Path:
    """Return a release's path with links followed; raises DatabaseError where another kind of file is there."""
    try:
        path = path.resolve()
        is_other_file = path.exists() and not is_ours(path)
    except OSError as error:
        raise DatabaseError(f"{path}: {reason_of(error)}; nothing was written") from error
    if is_other_file:
        raise DatabaseError(
            f"{path}: holds something else than a Headcount database; expected one, or no file; nothing was written"
        )
    return path


def write_release(
    staging: Staging, path: Path, *, shipped: bool = False, progress: Progress = no_progress
) -> WrittenRelease:
    """Write a release and put it at its path; raises DatabaseError, which says whether anything has changed.

    Only a Headcount database is ever replaced, and a link is followed. The new file is finished, sealed and flushed to
    the disk before it is renamed to the path. `shipped`: these are the seeds that ship with Headcount, which a later
    version may load again by itself.
    """
    path = replaceable(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path.parent):
            return _replace(staging, path, progress, shipped=shipped)
    except OSError as error:
        raise DatabaseError(f"{path}: {reason_of(error)}; nothing was written") from error


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Lock a folder: of two processes that write at once, the second would lose the history of the first."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _replace(staging: Staging, path: Path, progress: Progress, *, shipped: bool) -> WrittenRelease:
    prefix, suffix = f".{path.name}.", ".new"
    for leftover in path.parent.glob(f"{glob.escape(prefix)}*{suffix}"):  # of killed loaders: this one has the lock
        shutil.rmtree(leftover, ignore_errors=True)
    try:
        with (
            tempfile.TemporaryDirectory(suffix, prefix, path.parent, ignore_cleanup_errors=True) as folder,
            executor_for(staging.size()) as workers,
        ):
            new = Path(folder) / path.name
            version = build_release(staging, new, workers, progress, shipped=shipped)
            old_version = _live_version(path)
            if version == old_version:
                return WrittenRelease(version, is_new=False)
            steps = [partial(_write_history, new, version, path if old_version else None), partial(seal, new)]
            run_steps(steps, "Finishing", progress)
            new.chmod(0o644)
            new.replace(path)
    except (OSError, sqlite3.Error, SQLAlchemyError, BrokenExecutor) as error:
        raise DatabaseError(f"{path}: {reason_of(error)}; nothing was written") from error
    try:
        _sync_folder(path.parent)
    except OSError as error:
        raise DatabaseError(f"{path}: {reason_of(error)}; it is live, but a power cut may undo that") from error
    return WrittenRelease(version, is_new=True)


def _live_version(path: Path) -> str | None:
    """Return the version of the release that is to be replaced; None where none can be read."""
    database = FileDatabase(path)
    try:
        version = database.release().version
        # A large file may not have been checked yet, and the history of a damaged file is not continued.
        if not is_intact(path):
            raise DatabaseError(f"{path}: damaged")
        return version
    except DatabaseError as error:
        if path.exists():
            log.warning("%s; the history of its estimates cannot be carried on, and begins again", error)
        return None
    finally:
        database.close()


def _write_history(path: Path, version: str, before: Path | None) -> None:
    connection = sqlite3.connect(path.as_uri(), uri=True)
    try:
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        _continue_history(connection, version, before)
        Writer(connection).analyze("history")
        connection.commit()
    finally:
        connection.close()


def _continue_history(connection: sqlite3.Connection, version: str, before: Path | None) -> None:
    """Copy the history of the release that is replaced, and add the changes between it and the new release."""
    last = 0
    if before:
        connection.execute("ATTACH ? AS before", (f"{before.as_uri()}?mode=ro&immutable=1",))
        connection.execute("INSERT INTO versions SELECT * FROM before.versions ORDER BY number")
        connection.execute("INSERT INTO history SELECT * FROM before.history ORDER BY number, id")
        (last,) = connection.execute("SELECT max(number) FROM versions").fetchone()
    connection.execute("INSERT INTO versions VALUES (?, ?)", (last + 1, version))
    if before:
        connection.execute(_CHANGED, (last + 1,))
        connection.execute(_INSERTED, (last + 1,))
    connection.commit()
    if before:
        connection.execute("DETACH before")


_CHANGED = """
    INSERT INTO history SELECT ?, old.id, old_rendered.json
    FROM before.estimates AS old JOIN before.estimates_rendered AS old_rendered USING (position)
    LEFT JOIN main.estimates AS new ON new.id = old.id
    LEFT JOIN main.estimates_rendered AS new_rendered ON new_rendered.position = new.position
    WHERE new_rendered.json IS NOT old_rendered.json ORDER BY old.id
"""
_INSERTED = """
    INSERT INTO history SELECT ?, new.id, NULL FROM main.estimates AS new
    WHERE new.id NOT IN (SELECT id FROM before.estimates) ORDER BY new.id
"""


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
