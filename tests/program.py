"""The program as users start it, for tests that carry a mark that says so."""

import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HEADCOUNT = (str(Path(sys.executable).with_name("headcount")),)
WITH_ANOTHER_GUNICORN = (
    sys.executable,
    "-c",
    "import api.cli, api.server.gunicorn; api.server.gunicorn.TESTED_GUNICORN = 'another'; api.cli.main()",
)
"""`headcount` where the installed gunicorn is not the one that api.server.fast_protocol was tested with."""
MARKS = ("server", "browser", "npm", "schemathesis")
"""A test that starts a server carries one of these, so that the default run can leave it out."""

CURRENT_TEST: list[pytest.Item] = []
"""The test that runs, put there by conftest."""


@contextmanager
def running(
    database: Path | str, *options: str, program: tuple[str, ...] = HEADCOUNT, **variables: str
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run `headcount serve` on a free port as users do, on a file or a database URL; give its address and process."""
    current = CURRENT_TEST[-1]
    assert any(map(current.get_closest_marker, MARKS)), f"{current.nodeid} starts a server; mark it so"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*program, "serve", "--port", str(port), *options]
    url = database if isinstance(database, str) else f"sqlite:///{database}"
    environment = {"HEADCOUNT_DATABASE_URL": url, "PATH": "/usr/bin:/bin", "PYTHONHASHSEED": "0"}
    environment |= variables
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, env=environment, stderr=log)
        try:
            for _ in range(1200):  # a minute, also where other programs have the processors
                try:
                    urllib.request.urlopen(f"{address}/health/live", timeout=5).close()
                    break
                except (urllib.error.URLError, ConnectionError):
                    log.seek(0)
                    assert process.poll() is None, log.read()
                    time.sleep(0.05)
            yield address, process
        finally:
            process.terminate()
            try:
                process.wait(timeout=45)  # longer than gunicorn lets running requests go on
            finally:
                process.kill()
