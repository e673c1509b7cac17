"""Rows → a release, made live in one step: whoever reads sees the old release or the new one, and nothing between."""

import os
import sqlite3
import tempfile
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError
from sqlite_utils import Database

from schema import tables
from schema.engine import DatabaseError, is_ours, seal
from seeds.build import Dataset

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
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".new")
    except OSError as error:
        raise DatabaseError(f"{path}: {error.strerror}; nothing was written") from error
    os.close(handle)
    new = Path(name)
    try:
        _write(dataset, new)
        seal(new)
        new.chmod(0o644)
        new.replace(path)
        _sync_folder(path.parent)
    except (OSError, sqlite3.Error, SQLAlchemyError) as error:
        raise DatabaseError(f"{path}: {error}; nothing was written") from error
    finally:
        new.unlink(missing_ok=True)


def _write(dataset: Dataset, path: Path) -> None:
    engine = create_engine(f"sqlite:///{path}")
    tables.metadata.create_all(engine)
    engine.dispose()
    connection = sqlite3.connect(path)
    try:
        database = Database(connection)
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"PRAGMA application_id = {tables.APPLICATION_ID}")
        for table, rows in dataset.rows.items():
            database.table(table.name).insert_all(rows)
        for name in tables.RESOURCES:
            database.table(name).enable_fts(["text"], tokenize=TOKENIZER).optimize()
        database.analyze()
        connection.commit()
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise sqlite3.IntegrityError(f"references to nothing: {broken[:3]}")
    finally:
        connection.close()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
