"""Releases in files: the live one is opened, checked, and reopened when another file takes its place.

A release is one SQLite file that never changes once it is live; a new one replaces it in one step.
"""

import hashlib
import logging
import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from schema import tables
from schema.store.errors import DatabaseError, QueryError, reason_of
from schema.store.release import Database, Release
from schema.store.seal import CHUNK, checksum_of, format_of, is_intact, is_ours
from schema.store.sqlite import FileConnections, Identity, identity_of, read_value

log = logging.getLogger(__name__)

LARGEST_CHECKED_FIRST = 256_000_000
"""Bytes of a file that are read in a quarter of a second; a larger one may be served while it is checked."""

CHECK_THREAD = "checksum"
"""The name of the thread that checks a file while it is served."""


def _damaged(path: Path) -> str:
    return f"{path}: damaged; rebuild it with `headcount load`"


def is_outdated_copy(path: Path) -> bool:
    """Return whether a database holds the shipped seeds in another format; to replace it loses no data of the user."""
    try:
        shipped = read_value(path, "SELECT shipped FROM dataset")
    except QueryError:  # no database, or another program's
        return False
    return bool(shipped) and is_ours(path) and format_of(path) != tables.FORMAT


def _refusal(path: Path, *, check_bytes: bool) -> str | None:
    """Return what is wrong with a file that is not ours, damaged, or of another format; None where it can be served."""
    if not is_ours(path):
        return f"{path}: is no Headcount database; expected one, or no file"
    sealed, known = checksum_of(path) is not None, format_of(path) == tables.FORMAT
    intact = sealed and (not check_bytes or is_intact(path))
    if known and intact:
        return None
    if intact or not (sealed or known):  # files of older versions have no seal
        return f"{path}: made by another version of Headcount; rebuild it with `headcount load`"
    return _damaged(path)


class _Superseded(Exception):  # noqa: N818 (caught here: the newer file is opened instead)
    """Another file took this one's place while it was being opened."""


class FileRelease(Release):
    """An open file with a release.

    Its connections are closed when nothing refers to the release any more, so that an answer that is still being sent
    is read from one release to its end.
    """

    is_local = True

    def __init__(self, path: Path, *, serve_unchecked: bool = False) -> None:
        """Open and check a file; raises DatabaseError, or _Superseded.

        With `serve_unchecked` a large file is checked while it is served, as there is nothing else to serve.
        """
        try:
            self.identity = Identity.of(path)
            connections = FileConnections(path, self.identity)
            weakref.finalize(self, connections.close)
            self.file = path.open("rb")
            weakref.finalize(self, self.file.close)
            check_later = serve_unchecked and self.identity.size > LARGEST_CHECKED_FIRST
            checksum, refusal = checksum_of(path), _refusal(path, check_bytes=not check_later)
        except OSError as error:
            raise DatabaseError(f"{path}: {reason_of(error)}; `headcount load` makes a database") from error
        except QueryError as error:
            raise DatabaseError(f"{path}: {error}; rebuild it with `headcount load`") from error
        if identity_of(path) != self.identity:
            raise _Superseded
        if refusal:
            raise DatabaseError(refusal)
        self.fingerprint = b"%x.%x.%x.%x.%b" % (*self.identity, checksum or b"")
        self.engine, self.connection = connections.engine, connections.connection
        try:
            self.read_dataset()
        except (QueryError, SQLAlchemyError) as error:
            raise DatabaseError(f"{path}: {error}; rebuild it with `headcount load`") from error
        status = os.fstat(self.file.fileno())
        self.size = status.st_size
        self.built = datetime.fromtimestamp(int(status.st_mtime), UTC).isoformat().replace("+00:00", "Z")
        if check_later:
            threading.Thread(target=self._check, args=(path,), name=CHECK_THREAD, daemon=True).start()

    def _check(self, path: Path) -> None:
        """Set `damaged` where the file does not have its checksum."""
        with suppress(OSError):  # the file is gone: another has taken its place
            self.damaged |= not is_intact(path) and identity_of(path) == self.identity

    @cached_property
    def sha256(self) -> str:
        """Return the SHA-256 of the release's file."""
        digest = hashlib.sha256()
        for chunk in self.read():
            digest.update(chunk)
        return digest.hexdigest()

    def read(self, position: int = 0) -> Iterator[bytes]:
        """Yield the bytes of the release's file from a position on, even if another file has taken its path."""
        while chunk := os.pread(self.file.fileno(), CHUNK, position):
            position += len(chunk)
            yield chunk


def open_release(path: Path) -> FileRelease:
    """Open the file that is at a path now, and check all of its bytes; raises DatabaseError."""
    while True:
        try:
            return FileRelease(path)
        except _Superseded:
            continue


class FileDatabase(Database):
    """The path of a file, and the release that is served from it: the present file, or the last good one before it."""

    live: FileRelease | None = None

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._refused: tuple[Identity, str] | None = None

    def current(self) -> FileRelease | None:
        """Return the live release without opening one; never waits.

        None where a release has to be opened first, unless another thread is opening it.
        """
        live, identity = self.live, identity_of(self.path)
        if live and live.damaged:
            self.live, self._refused = None, (live.identity, _damaged(self.path))
            log.error("%s", self._refused[1])
            return None
        if live is None or identity in (None, live.identity) or self._lock.locked():
            return live
        keep_live = self._refused and self._refused[0] == identity and live.identity.inode != identity.inode
        return live if keep_live else None

    def release(self) -> FileRelease:
        """Return the live release, opened where it is new; raises DatabaseError where there is none.

        A file that cannot be served is read once, not for every request. The release before it is still served from the
        open file, unless that file was changed in place.
        """
        if release := self.current():
            return release
        with self._lock:
            while True:
                try:
                    return self._reopened(identity_of(self.path))
                except _Superseded:
                    continue

    def _reopened(self, identity: Identity | None) -> FileRelease:
        """Return the release of the file that is there now, or the live one where that cannot be served."""
        live = self.live
        if live and identity in (None, live.identity):
            return live
        if identity is None or not self._refused or self._refused[0] != identity:
            try:
                self.live = FileRelease(self.path, serve_unchecked=live is None)
            except DatabaseError as error:
                if identity is None:
                    raise
                self._refused = (identity, str(error))
                log.error("%s", self._refused[1])
            else:
                return self.live
        if live and identity and live.identity.inode != identity.inode:
            return live
        raise DatabaseError(self._refused[1])

    def check(self) -> None:
        """Raise DatabaseError where there is no release that can be read."""
        self.release()

    def close(self) -> None:
        """Close the release."""
        self.live = None
