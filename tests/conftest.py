"""What the tests share: datasets, the application on them, real servers, and a real browser."""

import fcntl
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from cluster import Target, cluster, new_database, programs
from flask import Flask
from flask.testing import FlaskClient
from hostile import GOOD, write_hostile
from hypothesis import HealthCheck, settings
from hypothesis.configuration import set_hypothesis_home_dir
from invented import read_seed_file, write_seeds
from playwright.sync_api import Browser, sync_playwright
from program import CURRENT_TEST, running
from reference import BASES, regions_below
from sqlalchemy import make_url

from api import create_app
from schema.store.postgresql import connect_writer
from schema.store.published import LOOK_SECONDS
from schema.store.sqlite import identity_of
from seeds import SHIPPED
from seeds.curated import check
from seeds.curated.check import check_seeds
from seeds.drafts.article import draft_article
from seeds.drafts.documents import Document
from seeds.drafts.vocabulary import read_vocabulary
from seeds.drafts.yaml_text import yaml_of
from seeds.release.postgresql import publish_release
from seeds.release.publish import write_release
from seeds.review.review import Review
from seeds.staging import Staging, stage

HERE = Path(__file__).parent
DOCUMENTS = HERE / "data" / "documents"
MOSUL = """\
Islamic State has up to 900 fighters in Mosul

BAGHDAD, March 6, 2018 (Wire) - The Pentagon said on Monday that up to 900 Islamic State fighters were still in Mosul.
The Pentagon said on Monday that more than 40 Islamic State militants had been killed in Syria in February.
"""
"""A document with three figures."""

EVERY_PROFILE = {
    **{"deadline": None, "database": None, "derandomize": True},
    "suppress_health_check": [HealthCheck.function_scoped_fixture],
}
settings.register_profile("quick", max_examples=4, **EVERY_PROFILE)
settings.register_profile("thorough", max_examples=60, **EVERY_PROFILE)
settings.load_profile("quick")  # CI runs `pytest -m hypothesis --hypothesis-profile thorough` as well


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that names the engine."""
    parser.addoption(
        "--engine",
        choices=["sqlite", "postgresql"],
        default="sqlite",
        help="where the applications that are tested read their releases; with postgresql, other tests are left out",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Keep what Hypothesis stores out of the checkout, and remove it in the end."""
    folder = tempfile.mkdtemp(prefix="hypothesis-")
    set_hypothesis_home_dir(folder)
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that need no application, or one on a file, where the engine is another one."""
    if config.getoption("engine") == "sqlite":
        return
    is_asked = ["url_of" in getattr(item, "fixturenames", ()) for item in items]
    config.hook.pytest_deselected(items=[item for item, asked in zip(items, is_asked, strict=True) if not asked])
    items[:] = [item for item, asked in zip(items, is_asked, strict=True) if asked]


def pytest_runtest_protocol(item: pytest.Item) -> None:
    """Remember which test runs."""
    CURRENT_TEST[:] = [item]


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
def make_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], Path]], Path]:
    """Return a function that makes a database once for all processes of pytest-xdist, which only read it.

    It takes a name, and a function that is given a path for new seeds and returns the seed folder to load.
    """
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent

    def make(name: str, write: Callable[[Path], Path]) -> Path:
        database = root / name / "headcount.db"
        with (root / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not database.exists():
                database.parent.mkdir(exist_ok=True)
                make_release(write(database.with_name("seeds")), database)
        return database

    return make


MakeOnce = Callable[[str, Callable[[Path], Path]], Path]


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Return the URL of a database of a PostgreSQL cluster: that of TEST_DATABASE_URL, or one that is started here."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    folder = programs()
    if folder is None and not os.environ.get("CI"):
        pytest.skip("needs a PostgreSQL server")
    assert folder, "CI needs a PostgreSQL server; .ci/run installs it"
    with cluster(folder) as url:
        yield url


URLOf = Callable[[Path], str]


@pytest.fixture(scope="session")
def published(request: pytest.FixtureRequest) -> Iterator[URLOf]:
    """Return a function that publishes the file at a path, as it is now, in a PostgreSQL database, and returns its URL.

    Each path has a database of its own, which is empty where there is no file yet. The function returns when
    applications that are open on the database have seen the release.
    """
    server, urls, seen = request.getfixturevalue("server"), {}, {}

    def publish(path: Path) -> str:
        may_be_open = path in urls
        if not may_be_open:
            name = f"headcount_test_{uuid.uuid4().hex[:12]}"
            with connect_writer(server) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            urls[path], seen[path] = make_url(server).set(database=name), None
        url, identity = urls[path].render_as_string(hide_password=False), identity_of(path)
        if identity != seen[path]:
            publish_release(path, url, keep=2)
            seen[path] = identity
            time.sleep(4 * LOOK_SECONDS if may_be_open else 0)
        return url

    yield publish
    with connect_writer(server) as connection:
        for url in urls.values():
            connection.execute(f"DROP DATABASE {url.database} WITH (FORCE)")


@pytest.fixture(scope="session")
def url_of(request: pytest.FixtureRequest) -> URLOf:
    """Return a function that gives the URL of a database's file for an application: by `--engine`, one of PostgreSQL.

    Called again, it publishes what the file holds by then.
    """
    if request.config.getoption("engine") == "postgresql":
        return request.getfixturevalue("published")
    return lambda path: f"sqlite:///{path}"


@pytest.fixture
def place(tmp_path: Path, url_of: URLOf) -> Iterator[tuple[Path, Callable[[], str], FlaskClient]]:
    """Return a folder of seeds to change, a function that loads it, and one that asks what has changed."""
    seeds, database = tmp_path / "seeds", tmp_path / "live.db"
    shutil.copytree(GOOD, seeds)
    app = create_app({"DATABASE_URL": url_of(database)})

    def load() -> str:
        version = make_release(seeds, database)
        url_of(database)
        return version

    yield seeds, load, app.test_client()
    app.extensions["database"].close()


@pytest.fixture
def url(server: str) -> Iterator[str]:
    """Return the URL of an empty database."""
    with new_database(server) as url:
        yield url


@pytest.fixture
def target(url: str) -> Iterator[Target]:
    """Return an empty database, with a connection that asks what is published there."""
    with connect_writer(url) as connection:
        yield Target(url, connection)


@pytest.fixture(scope="session")
def database(make_once: MakeOnce) -> Path:
    return make_once("good", lambda _: GOOD)


@pytest.fixture(scope="session")
def shipped_database(make_once: MakeOnce) -> Path:
    return make_once("shipped", lambda _: SHIPPED)


@pytest.fixture(scope="session")
def app(database: Path, url_of: URLOf) -> Iterator[Flask]:
    """Return the application on the invented dataset (pytest-flask's `client` asks it)."""
    app = create_app({"DATABASE_URL": url_of(database)})
    yield app
    app.extensions["database"].close()


@pytest.fixture(scope="session")
def serve(url_of: URLOf) -> Iterator[Callable[..., tuple[str, subprocess.Popen[bytes]]]]:
    """Return a function that runs a server until the tests end."""
    with ExitStack() as servers:
        yield lambda database, *options: servers.enter_context(running(url_of(database), *options))


@pytest.fixture(scope="session")
def shipped_server(shipped_database: Path, serve: Callable[..., tuple[str, object]]) -> str:
    """Return the address of a server on the shipped seeds."""
    return serve(shipped_database)[0]


@pytest.fixture
def empty_seeds(tmp_path: Path) -> Path:
    """Return a seed folder with the shipped vocabulary and no articles."""
    folder = tmp_path / "seeds"
    shutil.copytree(SHIPPED / "vocabulary", folder / "vocabulary")
    shutil.copy(SHIPPED / "dataset.yaml", folder)
    (folder / "articles").mkdir()
    return folder


@pytest.fixture(scope="session")
def draft_of_mosul() -> str:
    """Return the draft of MOSUL as the text of its file."""
    document = Document.read("mosul.txt", MOSUL.encode(), is_html=False)
    return yaml_of(draft_article(document, read_vocabulary(SHIPPED, "en"), "en"))


@pytest.fixture
def drafted(draft_of_mosul: str, empty_seeds: Path, tmp_path: Path) -> Review:
    """Return the review of a draft with three entries."""
    document, path = tmp_path / "mosul.txt", empty_seeds / "articles" / "mosul.yaml"
    document.write_text(MOSUL)
    path.write_text(draft_of_mosul)
    return Review.read(document, path)


@pytest.fixture(scope="session")
def invented_database(make_once: MakeOnce) -> Path:
    return make_once("invented", lambda folder: write_seeds(folder, claims=120))


@pytest.fixture(scope="session")
def many_database(make_once: MakeOnce) -> Path:
    """Return so many generated estimates that SQLite's plans for them are those for a million."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check, "read_file", read_seed_file)  # as YAML they are read in ten seconds
        return make_once("many", lambda folder: write_seeds(folder, claims=1500))


@pytest.fixture(scope="session")
def hostile_database(make_once: MakeOnce) -> Path:
    return make_once("hostile", write_hostile)


@pytest.fixture(scope="session")
def hostile_server(hostile_database: Path, serve: Callable[..., tuple[str, object]]) -> str:
    """Return the address of a server on seeds that mean harm."""
    return serve(hostile_database)[0]


@pytest.fixture(scope="session")
def shipped(shipped_database: Path, url_of: URLOf) -> Iterator[FlaskClient]:
    """Return a client of the shipped seeds."""
    app = create_app({"DATABASE_URL": url_of(shipped_database)})
    yield app.test_client()
    app.extensions["database"].close()


@pytest.fixture(scope="session")
def mixed_licences(make_once: MakeOnce, url_of: URLOf) -> Iterator[FlaskClient]:
    """Return a client of the invented dataset, one of whose articles has a licence and a citation of its own."""

    def write(folder: Path) -> Path:
        seeds: Path = shutil.copytree(GOOD, folder)
        article = seeds / "articles" / "2020-03-unknown-second.yaml"
        article.write_text(f"licence: LicenseRef-Their-Own\ncite: A. Writer (2020). Numbers.\n{article.read_text()}")
        return seeds

    app = create_app({"DATABASE_URL": url_of(make_once("mixed", write))})
    yield app.test_client()
    app.extensions["database"].close()


@pytest.fixture(scope="session")
def invented(invented_database: Path, url_of: URLOf) -> Iterator[FlaskClient]:
    """Return a client of the generated seeds."""
    app = create_app({"DATABASE_URL": url_of(invented_database)})
    yield app.test_client()
    app.extensions["database"].close()


@pytest.fixture(scope="session")
def read_dataset(request: pytest.FixtureRequest, url_of: URLOf):
    """Return a function that gives, for the name of a database's fixture, what `dataset` returns."""
    read = {}

    def read_once(name: str):
        if name not in read:
            app = create_app({"DATABASE_URL": url_of(request.getfixturevalue(name))})
            client = app.test_client()
            records = client.get("/estimates?limit=1000").json["data"]
            BASES.update({one["id"]: one for one in records})
            read[name] = client, records, regions_below(client)
        return read[name]

    yield read_once
    for client, _, _ in read.values():
        client.application.extensions["database"].close()


@pytest.fixture(params=["database", "shipped_database", "invented_database"])
def dataset(request: pytest.FixtureRequest, read_dataset):
    """Return a client of each dataset in turn, with all of its estimates and which regions each region means."""
    return read_dataset(request.param)


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
