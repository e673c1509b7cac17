"""From a database URL to the release that is live: opened, checked, reopened when another takes its place.

A release is one SQLite file that never changes once it is live; a new one replaces it in one step. Its header
carries two words of ours: `application_id` says that it is a Headcount release, and `user_version` is a CRC-32 of
all other bytes, because SQLite serves flipped bits without noticing.
"""

import hashlib
import logging
import os
import sqlite3
import threading
import weakref
import zlib
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson
from platformdirs import user_data_path
from sqlalchemy import Connection, Engine, QueuePool, create_engine, event, make_url, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.schema import CreateIndex, CreateTable

from schema import claims, dataset, flat, records, tables, vocabulary
from schema.connections import Connector, Identity, address_of, identity_of
from schema.watch import begin_step

log = logging.getLogger(__name__)

# https://www.sqlite.org/fileformat2.html, the database header
_USER_VERSION, _APPLICATION_ID = slice(60, 64), slice(68, 72)
_CHUNK = 1 << 20
LARGEST_CHECKED_FIRST = 256_000_000
"""Bytes of a file that are read in a quarter of a second; a larger one is checked while it is served already."""


class DatabaseError(Exception):
    """There is no release to be had, and the message says why and what to do."""


def _damaged(path: Path) -> DatabaseError:
    return DatabaseError(f"{path}: damaged; `headcount load` makes it anew")


def default_url() -> str:
    """Return where the database is unless HEADCOUNT_DATABASE_URL says so: a file in the user's data directory."""
    return f"sqlite:///{user_data_path('headcount') / 'headcount.db'}"


def database_path(url: str) -> Path:
    """Return the file that a database URL names; raises DatabaseError for anything but an SQLite file."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise DatabaseError(
            f"HEADCOUNT_DATABASE_URL: {url!r} is not a database URL; expected sqlite:///PATH"
        ) from error
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise DatabaseError(f"HEADCOUNT_DATABASE_URL: {url!r} is not supported; expected sqlite:///PATH")
    return Path(parsed.database)


def configured_path() -> Path:
    """Return the file that the environment's HEADCOUNT_DATABASE_URL names, or the default; raises DatabaseError."""
    return database_path(os.environ.get("HEADCOUNT_DATABASE_URL") or default_url())


def layout() -> str:
    """Return a digest of the tables and of the records' keys, so that code and file never misread each other."""
    dialect = sqlite.dialect()
    made = tables.metadata.sorted_tables
    declared = "".join(str(CreateTable(table).compile(dialect=dialect)) for table in made)
    indexes = (CreateIndex(index).compile(dialect=dialect) for table in made for index in table.indexes)
    declared += "".join(sorted(map(str, indexes)))
    declared += "".join(map(tables.full_text, tables.SEARCHED))
    named = [one for module in (vocabulary, records, dataset) for one in vars(module).values()]
    kinds = (one for one in named if isinstance(one, type) and issubclass(one, vocabulary.Record))
    declared += "".join(f"{one.__name__}: {list(one._declared_fields)}" for one in kinds)
    # How records are written decides the checksums of the files, which a release holds.
    written = Path(flat.__file__).read_bytes() + Path(claims.__file__).read_bytes()
    return hashlib.sha256(declared.encode() + written).hexdigest()[:16]


def _checksum(path: Path) -> bytes:
    with path.open("rb") as file:
        header = bytearray(file.read(_CHUNK))
        header[_USER_VERSION] = bytes(4)
        checksum = zlib.crc32(header)
        while chunk := file.read(_CHUNK):
            checksum = zlib.crc32(chunk, checksum)
    return checksum.to_bytes(4)


def is_ours(path: Path) -> bool:
    """Say whether a file is a Headcount database, intact or not."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(100)[_APPLICATION_ID] == tables.APPLICATION_ID.to_bytes(4)


def is_outdated_copy(path: Path) -> bool:
    """Say whether another version made the database, of the seeds that ship: then nothing of the user's is lost."""
    try:
        with closing(sqlite3.connect(address_of(path), uri=True)) as connection:
            made, shipped = connection.execute("SELECT layout, shipped FROM dataset").fetchone()
    except (sqlite3.Error, TypeError):  # no database, or none of ours
        return False
    return bool(shipped) and made != layout() and is_ours(path) and is_intact(path)


def seal(path: Path) -> None:
    """Write the checksum of a finished release into its header, and everything to the disk."""
    checksum = _checksum(path)
    with path.open("r+b") as file:
        file.seek(_USER_VERSION.start)
        file.write(checksum)
        file.flush()
        os.fsync(file.fileno())


def is_intact(path: Path) -> bool:
    """Say whether a release holds the bytes that it was sealed with."""
    with path.open("rb") as file:
        header = file.read(100)
    return len(header) == 100 and header[_USER_VERSION] == _checksum(path)  # noqa: PLR2004 (the header's length)


class _Superseded(Exception):  # noqa: N818 (no error: the newer file is opened instead)
    """Another file took this one's place while it was being opened."""


class Release:
    """One release that is open: its version, and the connections to its file, one for each thread and each stream.

    Two threads on one connection would wait for each other. All are closed with the last reference to the release, so
    that an answer that is still being sent ends as it began.
    """

    def __init__(self, path: Path, *, at_once: bool = False) -> None:
        """Open and check a file; raises DatabaseError, or _Superseded.

        `at_once`: there is nothing else to serve, so a large file is checked while it is served, and `damaged` says
        what came of it.
        """
        self.damaged = False
        try:
            self.identity = Identity.of(path)
            connect = Connector(path, self.identity)
            weakref.finalize(self, connect.close)
            self.file = path.open("rb")
            weakref.finalize(self, self.file.close)
            later = at_once and self.identity.size > LARGEST_CHECKED_FIRST
            intact = later or is_intact(path)
        except OSError as error:
            raise DatabaseError(f"{path}: {error.strerror}; `headcount load` makes a database") from error
        except sqlite3.Error as error:
            raise DatabaseError(f"{path}: {error}; `headcount load` makes it anew") from error
        if identity_of(path) != self.identity:
            raise _Superseded
        if not is_ours(path):
            raise DatabaseError(f"{path}: is no Headcount database; expected one, or no file")
        if not intact:
            raise _damaged(path)
        self.engine: Engine = create_engine(
            "sqlite://", creator=connect, poolclass=QueuePool, max_overflow=-1, pool_reset_on_return=None
        )
        event.listen(self.engine, "close", connect.forget)
        event.listen(self.engine, "before_cursor_execute", lambda *_: begin_step())
        try:
            with self.engine.connect() as opened:
                row = opened.execute(select(tables.dataset)).one()
                if row.layout != layout():
                    raise DatabaseError(f"{path}: made by another version of Headcount; `headcount load` makes it anew")
                self.versions = list(opened.scalars(select(tables.versions.c.version).order_by("number")))
        except SQLAlchemyError as error:
            raise DatabaseError(f"{path}: {error}; `headcount load` makes it anew") from error
        checksum = os.pread(self.file.fileno(), 4, _USER_VERSION.start)
        self.fingerprint = b"%x.%x.%x.%x.%b" % (*self.identity, checksum.hex().encode())
        """What tells this file from any other."""
        self._own = threading.local()
        self.version: str = row.version
        self.dataset: dict[str, Any] = orjson.loads(row.json)
        status = os.fstat(self.file.fileno())
        self.size = status.st_size
        self.built = datetime.fromtimestamp(int(status.st_mtime), UTC).isoformat().replace("+00:00", "Z")
        if later:
            threading.Thread(target=self._check, args=(path,), daemon=True).start()

    def _check(self, path: Path) -> None:
        with suppress(OSError):  # where the file is gone by now, another has taken its place
            self.damaged = not is_intact(path) and identity_of(path) == self.identity

    def connection(self) -> Connection:
        """Return this thread's connection, which stays open as long as the release does."""
        found: Connection | None = getattr(self._own, "connection", None)
        if found is None:
            found = self._own.connection = self.engine.connect()
            found.exec_driver_sql("PRAGMA cache_size = -1000")  # kB
        return found

    @cached_property
    def sha256(self) -> str:
        """Return the SHA-256 of the release's file."""
        digest = hashlib.sha256()
        for chunk in self.read():
            digest.update(chunk)
        return digest.hexdigest()

    def read(self, position: int = 0) -> Iterator[bytes]:
        """Yield the bytes of the release's file from a position on, whatever has taken its name since."""
        while chunk := os.pread(self.file.fileno(), _CHUNK, position):
            position += len(chunk)
            yield chunk


class Database:
    """The place where releases appear: gives the live one, and goes on with the last good one if a new one is bad."""

    def __init__(self, url: str) -> None:
        """Take a database URL; nothing is opened before it is needed."""
        self.path = database_path(url)
        self.live: Release | None = None
        self._lock = threading.Lock()
        self._refused: tuple[Identity, DatabaseError] | None = None

    def current(self) -> Release | None:
        """Return the live release if nothing has to be opened first, or another does that just now; never waits."""
        live, identity = self.live, identity_of(self.path)
        if live and live.damaged:
            self.live, self._refused = None, (live.identity, _damaged(self.path))
            log.error("%s", self._refused[1])
            return None
        if live is None or identity in (None, live.identity) or self._lock.locked():
            return live
        goes_on = self._refused and self._refused[0] == identity and live.identity.inode != identity.inode
        return live if goes_on else None

    def release(self) -> Release:
        """Return the live release, opening it where it is new; raises DatabaseError where there is none.

        A file that is no good is read once, not for every request. The release before it goes on being served
        from the file that was open, unless that very file was changed in place.
        """
        if found := self.current():
            return found
        with self._lock:
            while True:
                try:
                    return self._reopened(identity_of(self.path))
                except _Superseded:
                    continue

    def _reopened(self, identity: Identity | None) -> Release:
        live = self.live
        if live and identity in (None, live.identity):
            return live
        if identity is None or not self._refused or self._refused[0] != identity:
            try:
                self.live = Release(self.path, at_once=live is None)
            except DatabaseError as error:
                if identity is None:
                    raise
                log.error("%s", error)
                self._refused = (identity, error)
            else:
                return self.live
        if live and identity and live.identity.inode != identity.inode:
            return live
        raise self._refused[1]

    def close(self) -> None:
        """Let go of the release."""
        self.live = None
