"""What every database engine offers: the release that is live at a database URL, and the queries that are run on it.

`schema.store.files` holds releases in files of SQLite, `schema.store.published` those in a PostgreSQL database.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import orjson
from sqlalchemy import Connection, Engine, select

from schema import tables


class Release(ABC):
    """One open release: its version, its dataset record, and connections to it; it never changes.

    `connection` returns this thread's connection, or raises QueryError; `engine` makes others, for streams.
    `fingerprint` differs for every release that was loaded. `size` is that of its sealed SQLite file in bytes, and
    `built` the time at which the file was written. `is_local` says whether its queries wait for no other process, so
    that short ones may be run on the event loop. Whoever finds it damaged sets `damaged`: then it is served no more.
    """

    is_local: ClassVar[bool]
    damaged = False
    engine: Engine
    connection: Callable[[], Connection]
    fingerprint: bytes
    size: int
    built: str
    version: str
    dataset: dict[str, Any]
    versions: list[str]

    def read_dataset(self) -> None:
        """Set `version`, `dataset` and `versions` from the tables; raises QueryError."""
        with self.engine.connect() as connection:
            row = connection.execute(select(tables.dataset)).one()
            self.versions = list(connection.scalars(select(tables.versions.c.version).order_by("number")))
        self.version = row.version
        self.dataset = orjson.loads(row.json)

    @property
    @abstractmethod
    def sha256(self) -> str:
        """The SHA-256 of the release's sealed file."""

    @abstractmethod
    def read(self, position: int = 0) -> Iterator[bytes]:
        """Yield the bytes of the release's sealed file from a position on."""


class Database(ABC):
    """A database URL, and the release that is served from it. `live` is that release; None before the first."""

    live: Release | None = None

    @abstractmethod
    def current(self) -> Release | None:
        """Return the live release without opening one; never waits.

        None where a release has to be opened first, unless another thread is opening it.
        """

    @abstractmethod
    def release(self) -> Release:
        """Return the live release, opened where it is new; raises DatabaseError where there is none."""

    @abstractmethod
    def check(self) -> None:
        """Raise DatabaseError, which says why, if the live release cannot be read now."""

    @abstractmethod
    def close(self) -> None:
        """Close the release."""
