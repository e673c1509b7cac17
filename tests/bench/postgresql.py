"""PostgreSQL for the benchmark: a database that a release is published to, and the server's process."""

import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from servers import HERE, program

from schema.store.postgresql import connect_writer

sys.path.append(str(HERE.parent))
from cluster import cluster, programs

SETTINGS = {
    **{"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"},
    **{"max_connections": "200", "shared_buffers": "512MB", "max_wal_size": "4GB"},
}
"""Those of a cluster that is started here: as safe as PostgreSQL is by default, with room for two servers."""


@contextmanager
def database(url):
    """Yield the URL of a database: that of the option, or one of a cluster that is started here and removed."""
    if url:
        yield url
        return
    folder = programs()
    if folder is None:
        sys.exit("there is no PostgreSQL; expected Debian's postgresql, or the URL of a database behind --postgresql")
    with cluster(folder, **SETTINGS) as started:
        yield started


def publish(file, url):
    """Publish a release file; return the seconds that it took."""
    command = [program("headcount"), "publish", str(file), url]
    began = time.perf_counter()
    subprocess.run(command, stdout=sys.stderr, check=True)
    return time.perf_counter() - began


def server_of(url):
    """Return the version and the process of a database's server, which has to run on this machine."""
    with connect_writer(url) as connection:
        version, backend = connection.execute("SELECT current_setting('server_version'), pg_backend_pid()").fetchone()
        process = Path(f"/proc/{backend}")
        if not process.exists() or not (process / "comm").read_text().startswith("postgres"):
            sys.exit("the processes of PostgreSQL are not on this machine, so its CPU cannot be measured")
        parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
    return version.split()[0], int(parent)
