"""Rows → a release, made live in one step: whoever reads sees the old release or the new one, and nothing between."""

import fcntl
import logging
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlite_utils import Database as Writer

from schema import tables
from schema.engine import Database, DatabaseError, is_ours, seal
from seeds.build import Dataset

log = logging.getLogger(__name__)

TOKENIZER = "porter unicode61"


def write_release(dataset: Dataset, path: Path) -> None:
    """Write a release beside its path and put it in place; raises DatabaseError, and then nothing has changed.

    Only a Headcount database is ever replaced, and a link is followed. The file is finished, sealed and on the disk
    before it takes the name that servers look at.
    """
    path = path.resolve()
    if path.exists() and not is_ours(path):
        raise DatabaseError(
            f"{path}: holds something else than a Headcount database; expected one, or no file; nothing was written"
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _alone_in(path.parent):
            _replace(dataset, path)
    except OSError as error:
        raise DatabaseError(f"{path}: {error.strerror}; nothing was written") from error


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Let one load after another write into a folder, or the history of the first would be lost with the second."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _replace(dataset: Dataset, path: Path) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".new")
    os.close(handle)
    new = Path(name)
    try:
        _write(dataset, new, _readable(path))
        seal(new)
        new.chmod(0o644)
        new.replace(path)
        _sync_folder(path.parent)
    except (OSError, sqlite3.Error, SQLAlchemyError) as error:
        raise DatabaseError(f"{path}: {error}; nothing was written") from error
    finally:
        new.unlink(missing_ok=True)


def _readable(path: Path) -> Path | None:
    """Return the release that is to be replaced, where there is one whose history can be carried on."""
    before = Database(f"sqlite:///{path}")
    try:
        before.release()
    except DatabaseError as error:
        if path.exists():
            log.warning("%s; the history of its estimates cannot be carried on, and begins anew", error)
        return None
    finally:
        before.close()
    return path


def _write(dataset: Dataset, path: Path, before: Path | None) -> None:
    engine = create_engine(f"sqlite:///{path}")
    tables.metadata.create_all(engine)
    engine.dispose()
    connection = sqlite3.connect(path.as_uri(), uri=True)
    try:
        database = Writer(connection)
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"PRAGMA application_id = {tables.APPLICATION_ID}")
        for table, rows in dataset.rows.items():
            database.table(table.name).insert_all(rows)
        _carry_history_on(connection, dataset.version, before)
        for name in tables.RESOURCES:
            database.table(name).enable_fts(["text"], tokenize=TOKENIZER).optimize()
        database.analyze()
        connection.commit()
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise sqlite3.IntegrityError(f"references to nothing: {broken[:3]}")
    finally:
        connection.close()


def _carry_history_on(connection: sqlite3.Connection, version: str, before: Path | None) -> None:
    """Copy the history of the release that is replaced, and add what changed between it and the new one."""
    last, known = 0, None
    connection.commit()
    if before:
        connection.execute("ATTACH ? AS before", (f"{before.as_uri()}?mode=ro&immutable=1",))
        connection.execute("INSERT INTO versions SELECT * FROM before.versions ORDER BY number")
        connection.execute("INSERT INTO history SELECT * FROM before.history ORDER BY number, id")
        last, known = connection.execute("SELECT number, version FROM versions ORDER BY number DESC LIMIT 1").fetchone()
    if version != known:
        connection.execute("INSERT INTO versions VALUES (?, ?)", (last + 1, version))
        if before:
            connection.execute(_CHANGED, (last + 1,))
            connection.execute(_INSERTED, (last + 1,))
    connection.commit()
    if before:
        connection.execute("DETACH before")


_CHANGED = """
    INSERT INTO history SELECT ?, old.id, old.json FROM before.estimates AS old
    LEFT JOIN main.estimates AS new ON new.id = old.id WHERE new.json IS NOT old.json ORDER BY old.id
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
