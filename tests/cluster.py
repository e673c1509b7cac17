"""PostgreSQL servers for the tests: in temporary folders, on sockets, as another user than root.

`Target` asks a database of one what has been published there.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
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
    **{
        "max_connections": "200",
        "shared_buffers": "64MB",
        "max_standby_streaming_delay": "200ms",
        "hot_standby_feedback": "on",
        "wal_keep_size": "512MB",  # what a standby needs that was away
    },
}


def programs() -> Path | None:
    """Return the folder of initdb and pg_ctl; None where there is no server."""
    folders = [path.parent for path in DEBIAN.glob("*/bin/initdb")]
    if installed := shutil.which("initdb"):
        folders.append(Path(installed).resolve().parent)
    return max(folders, default=None)


class Node:
    """One PostgreSQL server, in a folder that holds its data, its log and its socket."""

    def __init__(self, programs: Path, folder: Path, settings: dict[str, str]) -> None:
        self.folder, self._settings = folder, settings
        self._programs, self._data = programs, folder / "data"
        self._as_user: list[str] = []
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", pwd.getpwnam("postgres").pw_gid)
            self._as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]

    @property
    def url(self) -> str:
        """The URL of the database `postgres`."""
        return f"postgresql+psycopg://postgres@/postgres?host={self.folder}"

    @property
    def is_running(self) -> bool:
        return (self._data / "postmaster.pid").exists()

    def run(self, program: str, *words: str | Path) -> None:
        """Run a program of the server as its user."""
        command = [*self._as_user, self._programs / program, *words]
        done = subprocess.run(command, cwd=self.folder, check=False, text=True, stdout=subprocess.PIPE)
        assert done.returncode == 0, done.stdout

    def make(self) -> None:
        """Make the data of a new cluster."""
        self.run("initdb", "-D", self._data, "-U", "postgres", "--auth=trust", "--locale=C.UTF-8", "--no-sync")

    def copy(self, primary: "Node") -> None:
        """Make the data of a standby of another node."""
        source = ("-h", primary.folder, "-U", "postgres", "--checkpoint=fast")
        self.run("pg_basebackup", "-D", self._data, "-R", *source, "--no-sync")

    def start(self) -> None:
        """Start the server, unless it runs."""
        if not self.is_running:
            options = " ".join(f"-c {name}='{value}'" for name, value in self._settings.items()) + f" -k {self.folder}"
            self.run("pg_ctl", "-D", self._data, "-w", "-l", self.folder / "log", "-o", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server, if it runs."""
        if self.is_running:
            self.run("pg_ctl", "-D", self._data, "-w", "-m", mode, "stop")

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Keep all processes of the server from running: it hangs, and closes nothing."""
        postmaster = int((self._data / "postmaster.pid").read_text().split()[0])
        children = subprocess.run(["pgrep", "-P", str(postmaster)], check=True, capture_output=True, text=True)
        processes = [postmaster, *map(int, children.stdout.split())]
        try:
            for process in processes:
                os.kill(process, signal.SIGSTOP)
            yield
        finally:
            for process in processes:
                os.kill(process, signal.SIGCONT)


@contextmanager
def nodes(programs: Path, number: int, **settings: str) -> Iterator[list[Node]]:
    """Start a primary, and standbys of it, so that there are as many nodes; in the end nothing is left of them.

    `settings` are as in `cluster`.
    """
    with ExitStack() as stack:
        started: list[Node] = []
        for _ in range(number):
            folder = Path(tempfile.mkdtemp(prefix="headcount-pg-", dir="/tmp"))
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            node = Node(programs, folder, SETTINGS | settings)
            node.copy(started[0]) if started else node.make()
            stack.callback(node.stop)
            node.start()
            started.append(node)
        yield started


@contextmanager
def cluster(programs: Path, **settings: str) -> Iterator[str]:
    """Start a cluster and yield the URL of its database `postgres`; in the end nothing is left of it.

    `settings` are PostgreSQL's, in place of those in SETTINGS or beside them.
    """
    with nodes(programs, 1, **settings) as (node,):
        yield node.url


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
