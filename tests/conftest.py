"""What the tests share: an invented dataset, the application on it, real servers, and a real browser."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hostile import GOOD, write_hostile
from invented import write_seeds
from playwright.sync_api import Browser, sync_playwright
from reference import regions_below

from api import create_app
from seeds import SHIPPED
from seeds.curated.check import check_seeds
from seeds.release.publish import write_release
from seeds.staging import Staging, stage

HERE = Path(__file__).parent
DOCUMENTS = HERE / "data" / "documents"


def make_release(folder: Path, database: Path) -> str:
    """Load a seed folder into a database file; return its version."""
    with Staging(database.parent) as staging:
        stage(check_seeds(folder), staging)
        return write_release(staging, database).version


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Run a command; return what it printed."""
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    done = subprocess.run(
        command, cwd=cwd, env=os.environ | quiet | environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def read(url: str) -> Any:
    """Return what the server says, whatever the status."""
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        return json.load(error)


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
def running(database: Path, *options: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run `headcount serve` on a free port as users do; give its address and process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [Path(sys.executable).with_name("headcount"), "serve", "--port", str(port), *options]
    environment = {"HEADCOUNT_DATABASE_URL": f"sqlite:///{database}", "PATH": "/usr/bin:/bin", "PYTHONHASHSEED": "0"}
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, env=environment, stderr=log)
        try:
            for _ in range(200):
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


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[..., tuple[str, subprocess.Popen[bytes]]]]:
    """Return a function that runs a server until the tests end."""
    with ExitStack() as servers:
        yield lambda database, *options: servers.enter_context(running(database, *options))


@pytest.fixture(scope="session")
def shipped_server(shipped_database: Path, serve: Callable[..., tuple[str, object]]) -> str:
    """Return the address of a server on the shipped seeds."""
    return serve(shipped_database)[0]


@pytest.fixture(scope="session")
def invented_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("invented")
    make_release(write_seeds(folder / "seeds", claims=120), folder / "headcount.db")
    return folder / "headcount.db"


@pytest.fixture(scope="session")
def many_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return so many generated estimates that SQLite's plans for them are those for a million."""
    folder = tmp_path_factory.mktemp("many")
    make_release(write_seeds(folder / "seeds", claims=1500), folder / "headcount.db")
    return folder / "headcount.db"


@pytest.fixture(scope="session")
def hostile_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    make_release(write_hostile(folder / "seeds"), folder / "headcount.db")
    return folder / "headcount.db"


@pytest.fixture(scope="session")
def hostile_server(hostile_database: Path, serve: Callable[..., tuple[str, object]]) -> str:
    """Return the address of a server on seeds that mean harm."""
    return serve(hostile_database)[0]


@pytest.fixture(scope="session")
def shipped(shipped_database: Path) -> Iterator[FlaskClient]:
    """Return a client of the shipped seeds."""
    app = create_app({"DATABASE_URL": f"sqlite:///{shipped_database}"})
    yield app.test_client()
    app.extensions["database"].close()


@pytest.fixture(scope="session")
def invented(invented_database: Path) -> Iterator[FlaskClient]:
    """Return a client of the generated seeds."""
    app = create_app({"DATABASE_URL": f"sqlite:///{invented_database}"})
    yield app.test_client()
    app.extensions["database"].close()


@pytest.fixture(scope="session", params=["database", "shipped_database", "invented_database"])
def dataset(request: pytest.FixtureRequest):
    """Return a client of each dataset in turn, with all of its estimates and which regions each region means."""
    app = create_app({"DATABASE_URL": f"sqlite:///{request.getfixturevalue(request.param)}"})
    client = app.test_client()
    yield client, client.get("/estimates?limit=1000").json["data"], regions_below(client)
    app.extensions["database"].close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return the Chromium or Chrome that is installed; CI has to have one.

    It is closed after each module: while Playwright's event loop runs in this thread, no other can.
    """
    executable = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if executable is None and not os.environ.get("CI"):
        pytest.skip("needs Chromium or Chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def folder(shipped_server: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of tests/clients with the document as it is served."""
    folder = shutil.copytree(HERE / "clients", tmp_path_factory.mktemp("clients"), dirs_exist_ok=True)
    (folder / "openapi.json").write_text(json.dumps(read(f"{shipped_server}/openapi.json")))
    return folder


@pytest.fixture(scope="session")
def node(folder: Path) -> Callable[..., str]:
    """Return a function that runs a command of the packages in tests/clients/package.json."""
    if shutil.which("npm") is None and not os.environ.get("CI"):
        pytest.skip("needs Node.js with npm")
    options = ("--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts")
    run("npm", "install", *options, cwd=folder)
    return lambda name, *options: run(folder / "node_modules" / ".bin" / name, *options, cwd=folder)
