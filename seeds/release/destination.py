"""Where a release is written to or read from: a file, or a PostgreSQL database by way of a file in a temporary folder.

What is live in PostgreSQL is downloaded first. So releases for both are built and replaced by the same code, and the
history of the one that is replaced is continued.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from schema.store.errors import DatabaseError
from schema.store.urls import database_path
from seeds.progress import Progress, no_progress
from seeds.release.publish import replaceable

KEPT = 2
"""How many releases a PostgreSQL database keeps, with the live one."""


@contextmanager
def replaced_release(url: str, progress: Progress = no_progress) -> Iterator[Path]:
    """Give the path where `write_release` has to put the new release for a database URL; raises DatabaseError.

    For a PostgreSQL database it is that of a temporary file with the release that is live there, and at the end of the
    `with` block the file that is there is published. If the block raises an exception, nothing is.
    """
    if path := database_path(url):
        yield replaceable(path)
        return
    from seeds.release.postgresql import publish_release  # noqa: PLC0415 (imports psycopg)
    from seeds.release.sealed_file import begin_replacement  # noqa: PLC0415

    with _temporary_file() as path:
        replaces = begin_replacement(url, path, progress)
        yield path
        publish_release(path, url, keep=KEPT, replaces=replaces, progress=progress)


@contextmanager
def release_file(url: str, progress: Progress = no_progress) -> Iterator[Path]:
    """Give the path of the release at a database URL; that in a PostgreSQL database is downloaded.

    Raises DatabaseError.
    """
    if path := database_path(url):
        yield path
        return
    from seeds.release.sealed_file import download_release  # noqa: PLC0415 (imports psycopg)

    with _temporary_file() as path:
        download_release(url, path, progress)
        yield path


@contextmanager
def _temporary_file() -> Iterator[Path]:
    """Give the path of a file that may be made, in a folder that is removed in the end."""
    try:
        folder = tempfile.TemporaryDirectory(prefix="headcount-", ignore_cleanup_errors=True)
    except OSError as error:
        raise DatabaseError(f"no temporary folder: {error}; expected TMPDIR to name one") from error
    with folder as name:
        yield Path(name) / "headcount.db"
