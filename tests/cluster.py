"""A PostgreSQL cluster for the tests: in a temporary folder, on a socket, as another user than root."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
def cluster(programs: Path, **settings: str) -> Iterator[str]:
    """Start a cluster and yield the URL of its database `postgres`; in the end nothing is left of it.

    `settings` are PostgreSQL's, in place of those in SETTINGS or beside them.
    """
    folder = Path(tempfile.mkdtemp(prefix="headcount-pg-", dir="/tmp"))
    as_user = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", pwd.getpwnam("postgres").pw_gid)
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
    options = " ".join(f"-c {name}='{value}'" for name, value in (SETTINGS | settings).items()) + f" -k {folder}"
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
