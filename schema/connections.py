"""The connections to the file of one release: one for each thread that asks, one for each stream."""

import os
import sqlite3
from pathlib import Path
from typing import Any, NamedTuple

from schema.watch import STEPS_BETWEEN_LOOKS, has_ended


class Identity(NamedTuple):
    """Which file a path led to."""

    device: int
    inode: int
    modified: int
    size: int

    @classmethod
    def of(cls, path: Path) -> "Identity":
        """Return the identity of the file that is there now; raises OSError."""
        found = os.stat(path)
        return cls(found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size)


def identity_of(path: Path) -> Identity | None:
    """Return the identity of the file that is there now; None where there is none."""
    try:
        return Identity.of(path)
    except OSError:
        return None


def address_of(path: Path) -> str:
    """Return under what SQLite opens a release: to be read, and as a file that never changes."""
    return f"{path.absolute().as_uri()}?mode=ro&immutable=1"


class _Lasting(sqlite3.Connection):
    """A connection that no pool closes, and that several may have at once."""

    def close(self) -> None:
        """Stay open."""

    def create_function(self, *_: Any, **__: Any) -> None:
        """Make no function: SQLAlchemy's `regexp` is not asked for, and could not be made while others read."""


class Connector:
    """Opens connections to the file of one release, and closes all of them with it."""

    def __init__(self, path: Path, identity: Identity) -> None:
        """Take the file, and which one it is."""
        self.path, self.identity = path, identity
        self.opened: set[sqlite3.Connection] = set()
        self.first = self._open(_Lasting)

    def _open(self, kind: type[sqlite3.Connection]) -> sqlite3.Connection:
        connection = sqlite3.connect(
            address_of(self.path),
            uri=True,
            check_same_thread=False,  # a stream goes from thread to thread
            cached_statements=512,
            factory=kind,
        )
        connection.set_progress_handler(has_ended, STEPS_BETWEEN_LOOKS)
        # Pages are read where the system holds them, for all processes once, and not copied (SQLite: the first 2 GB).
        connection.execute(f"PRAGMA mmap_size = {self.identity.size}")
        self.opened.add(connection)
        return connection

    def __call__(self) -> sqlite3.Connection:
        """Open another connection; where another file has taken the path meanwhile, the first has to do for all."""
        connection = self._open(sqlite3.Connection)
        if identity_of(self.path) == self.identity:
            connection.execute("PRAGMA cache_size = -256")  # kB: a stream reads each page about once
            return connection
        self.forget(connection)
        connection.close()
        return self.first

    def forget(self, connection: Any, _: object = None) -> None:
        """Leave a connection to whoever closes it."""
        if connection is not self.first:
            self.opened.discard(connection)

    def close(self) -> None:
        """Close what is open."""
        for connection in self.opened:
            sqlite3.Connection.close(connection)
