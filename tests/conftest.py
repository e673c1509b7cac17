"""What the tests share: an invented dataset, the application on it, and real servers."""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from flask import Flask

from api import create_app
from seeds import SHIPPED
from seeds.build import build_dataset
from seeds.check import check_seeds
from seeds.write import write_release

DATA = Path(__file__).parent / "data"
GOOD, DOCUMENTS = DATA / "good", DATA / "documents"


def make_release(folder: Path, database: Path) -> str:
    """Load a seed folder into a database file; return its version."""
    dataset = build_dataset(check_seeds(folder))
    write_release(dataset, database)
    return dataset.version


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("good") / "headcount.db"
    make_release(GOOD, path)
    return path


@pytest.fixture(scope="session")
def shipped_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shipped") / "headcount.db"
    make_release(SHIPPED, path)
    return path


@pytest.fixture(scope="session")
def app(database: Path) -> Iterator[Flask]:
    """Return the application on the invented dataset (pytest-flask's `client` asks it)."""
    app = create_app({"DATABASE_URL": f"sqlite:///{database}"})
    yield app
    app.extensions["database"].close()


@contextmanager
def running(database: Path, *options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run `headcount serve` on a free port as users do; give its address and process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [Path(sys.executable).with_name("headcount"), "serve", "--port", str(port), *options]
    environment = {"HEADCOUNT_DATABASE_URL": f"sqlite:///{database}", "PATH": "/usr/bin:/bin"}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"{address}/health/live", timeout=5).close()
                break
            except (urllib.error.URLError, ConnectionError):
                assert process.poll() is None, process.stderr and process.stderr.read()
                time.sleep(0.05)
        yield address, process
    finally:
        process.terminate()
        process.communicate(timeout=30)


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[..., tuple[str, subprocess.Popen[str]]]]:
    """Return a function that runs a server until the tests end."""
    with ExitStack() as servers:
        yield lambda database, *options: servers.enter_context(running(database, *options))


@pytest.fixture(scope="session")
def shipped_server(shipped_database: Path, serve: Callable[..., tuple[str, object]]) -> str:
    """Return the address of a server on the shipped seeds."""
    return serve(shipped_database)[0]
