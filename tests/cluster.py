"""A PostgreSQL cluster for the tests: in a temporary folder, on a socket, as another user than root.

`Target` asks a database of it what has been published there.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg.sql import Composed
from sqlalchemy import make_url

from schema.store.postgresql import WriterConnection, connect_writer

DEBIAN = Path("/usr/lib/postgresql")
"""Where Debian has the programs of each version, which are not on the PATH."""
SETTINGS = {
    **{"listen_addresses": "", "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"},
    **{"max_connections": "200", "shared_buffers": "64MB"},
}


def programs() -> Path | None:
    """Return the folder of initdb and pg_ctl; None where there is no server."""
    folders = [path.parent for path in DEBIAN.glob("*/bin/initdb")]
    if installed := shutil.which("initdb"):
        folders.append(Path(installed).resolve().parent)
    return max(folders, default=None)


@contextmanager
def cluster(programs: Path) -> Iterator[str]:
    """Start a cluster and yield the URL of its database `postgres`; in the end nothing is left of it."""
    folder = Path(tempfile.mkdtemp(prefix="headcount-pg-", dir="/tmp"))
    as_user = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", pwd.getpwnam("postgres").pw_gid)
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
    options = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items()) + f" -k {folder}"
    data = folder / "data"

    def run(program: str, *words: str | Path) -> None:
        done = subprocess.run(
            [*as_user, programs / program, *words], cwd=folder, check=False, text=True, stdout=subprocess.PIPE
        )
        assert done.returncode == 0, done.stdout

    try:
        run("initdb", "-D", data, "-U", "postgres", "--auth=trust", "--locale=C.UTF-8", "--no-sync")
        run("pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
        try:
            yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def new_database(server: str) -> Iterator[str]:
    """Make a database beside another and give its URL; it is removed in the end."""
    name = f"headcount_test_{uuid.uuid4().hex[:12]}"
    with connect_writer(server) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with connect_writer(server) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@dataclass(frozen=True)
class Target:
    """A database that releases are published to, and a connection of the test's own."""

    url: str
    connection: WriterConnection

    def asked(self, query: str | Composed, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return self.connection.execute(query, values).fetchall()

    def releases(self) -> list[str]:
        """Return the fingerprints of the releases in the catalogue, in order."""
        return [name for (name,) in self.asked("SELECT fingerprint FROM headcount.releases ORDER BY number")]

    def state(self) -> tuple[str, set[str]]:
        """Return the version that is live, and the schemas of releases that are not in the catalogue."""
        ((version,),) = self.asked("SELECT version FROM headcount.releases JOIN headcount.live USING (fingerprint)")
        names = self.asked("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, 'release_')")
        releases = {f"release_{name}" for name in self.releases()}
        assert releases <= {name for (name,) in names}
        return version, {name for (name,) in names} - releases
