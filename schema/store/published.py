"""Releases in a PostgreSQL database: a thread of each process watches which one is live there.

The thread asks by one small query every 50 milliseconds, however many requests come. So no request waits for it, and
none waits for the database while an answer to it is cached.
"""

import logging
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Row, bindparam, column, literal_column, select, table, text
from sqlalchemy.exc import SQLAlchemyError

from schema import tables
from schema.store.errors import DatabaseError, QueryError, reason_of
from schema.store.postgresql import (
    FILE_CHUNKS,
    NO_RELEASE,
    ReleaseElsewhereError,
    SchemaConnections,
    pool_of,
)
from schema.store.queries import Statement
from schema.store.release import Database, Release
from schema.store.seal import CHUNK
from schema.store.urls import shown

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.05
"""Seconds between two looks at which release is live."""
CLOSE_SECONDS = 5
"""Seconds in which a look that is under way has to end when the database is closed."""
SILENT_SECONDS = 5
"""Seconds without an answer of the database after which the server says that it cannot be read."""
LOOK_SETTINGS = {"statement_timeout": "3s"}
_LIVE = text(
    "SELECT fingerprint, format, sha256, bytes, built FROM headcount.live JOIN headcount.releases USING (fingerprint)"
)
CHUNK_OF_FILE = Statement(
    select(column("bytes")).select_from(table(FILE_CHUNKS)).where(literal_column("number") == bindparam("number"))
)


class PublishedRelease(Release):
    """A release in a schema of a PostgreSQL database; its pool is closed when nothing refers to it any more."""

    is_local = False

    def __init__(self, url: str, row: Row[Any], elsewhere: Callable[[], None]) -> None:
        """Open the release of a row of the catalogue; raises QueryError."""
        connections = SchemaConnections(url, row.fingerprint, elsewhere)
        weakref.finalize(self, connections.close)
        self.engine, self.connection = connections.engine, connections.connection
        self.fingerprint = row.fingerprint.encode()
        self.size, self.built = row.bytes, row.built
        self._sha256: str = row.sha256
        self.read_dataset()

    @property
    def sha256(self) -> str:
        """The SHA-256 of the sealed file."""
        return self._sha256

    def read(self, position: int = 0) -> Iterator[bytes]:
        """Yield the bytes of the sealed file from a position on."""
        number, first = divmod(position, CHUNK)
        while chunk := CHUNK_OF_FILE.value(self.connection(), number=number):
            yield bytes(chunk[first:])
            number, first = number + 1, 0


class PublishedDatabase(Database):
    """A PostgreSQL database, and the release that is served from it: the live one, or the last that could be read.

    A URL may name several nodes, and a standby may be behind. Where a connection leads to a node that does not have the
    release which is live on the node that is watched, the watching thread connects anew, as that connection did. So
    both come to the same node, and to the release that it has.
    """

    def __init__(self, url: str) -> None:
        self.live: PublishedRelease | None = None
        self._url = url
        self._error: str | None = None
        self._lock = threading.Lock()
        self._closed, self._elsewhere = threading.Event(), threading.Event()
        self._looked = threading.Event()
        self._watching: threading.Thread | None = None
        self._answered = 0.0

    def current(self) -> PublishedRelease | None:
        """Return the release that was live at the last look; never waits."""
        return self.live

    def release(self) -> PublishedRelease:
        """Return the live release; raises DatabaseError before there is one.

        The first call in a process starts the thread that watches, and opens it: not earlier, as gunicorn forks.
        """
        if live := self.live:
            return live
        with self._lock:
            if not self._watching:
                self._pool = pool_of(self._url, 1, **LOOK_SETTINGS)
                self._watching = threading.Thread(target=self._watch, name="live release", daemon=True)
                self._watching.start()
        self._looked.wait(SILENT_SECONDS)
        if live := self.live:
            return live
        raise DatabaseError(self._error or f"{shown(self._url)}: does not answer")

    def check(self) -> None:
        """Raise DatabaseError if the last look failed, or the release that is live cannot be read."""
        self.release()
        if self._error:
            raise DatabaseError(self._error)
        silent = time.monotonic() - self._answered
        if silent > SILENT_SECONDS:
            raise DatabaseError(f"{shown(self._url)}: has not answered for {silent:.0f} seconds")

    def _watch(self) -> None:
        self._look()
        self._looked.set()
        while not self._closed.wait(LOOK_SECONDS):
            self._look()
        self._pool.dispose()

    def _look(self) -> None:
        """Open the release that is live now, unless it is open; where that fails, keep the last and say why."""
        try:
            if self._elsewhere.is_set():
                self._elsewhere.clear()
                self._pool.dispose()
            with self._pool.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                row = connection.execute(_LIVE).one_or_none()
            self._answered = time.monotonic()
            self._take_up(row)
        except ReleaseElsewhereError as error:
            if not self.live:
                self._fail(reason_of(error))
        except (QueryError, SQLAlchemyError) as error:
            self._fail(reason_of(error))
        else:
            self._error = None

    def _take_up(self, row: Row[Any] | None) -> None:
        """Open the release of a row of the catalogue, unless it is the live one."""
        if row is None:
            raise QueryError(NO_RELEASE)
        if self.live and self.live.fingerprint == row.fingerprint.encode():
            return
        if row.format != tables.FORMAT:
            raise QueryError("made by another version of Headcount; publish it again with this one")
        self.live = PublishedRelease(self._url, row, self._elsewhere.set)

    def _fail(self, reason: str) -> None:
        """Keep why the live release cannot be read; it is logged once."""
        error = f"{shown(self._url)}: {reason}"
        if error != self._error:
            log.error("%s", error)
        self._error = error

    def close(self) -> None:
        """End the watching and close the release."""
        self._closed.set()
        if self._watching:
            self._watching.join(CLOSE_SECONDS)
        self.live = None
