"""Loading into PostgreSQL and serving from it: what is live there is one release, whole, whatever ends a load."""

import json
import os
import pwd
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
import uuid
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from cluster import Target, new_database
from conftest import GOOD, make_release, read
from hostile import write_hostile
from program import running
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url
from tables import MAPPING, ROW, write_csv

from api import cli
from schema.store.errors import DatabaseError
from schema.store.postgresql import connect_writer, schema_of
from seeds import SHIPPED
from seeds.release.destination import replaced_release
from seeds.release.postgresql import publish_release

ROOT = Path(__file__).parents[1]
GRANTS = re.search(r"`(ALTER DEFAULT PRIVILEGES .*)`", (ROOT / "schema" / "README.md").read_text())[1]
pytestmark = pytest.mark.postgresql


def run(url, *words):
    """Run `headcount` with a database URL."""
    variables = {"HEADCOUNT_DATABASE_URL": url}
    return CliRunner().invoke(cli.main, [str(word) for word in words], env=variables, prog_name="headcount")


def load(url, folder):
    """Load a seed folder; return the version that is live then."""
    result = run(url, "load", folder)
    assert result.exit_code == 0, result.output
    return result.output.split()[-1]


def sealed_file(target):
    """Return the bytes of the sealed file of the live release."""
    ((fingerprint,),) = target.asked("SELECT fingerprint FROM headcount.live")
    chunks = target.asked(SQL("SELECT bytes FROM {}.file_chunks ORDER BY number").format(schema_of(fingerprint)))
    return b"".join(chunk for (chunk,) in chunks)


def without_password(url):
    """Return a URL with a password that nobody asks for, and how it is shown."""
    with_password = make_url(url).set(password="secret")  # noqa: S106
    return with_password.render_as_string(hide_password=False), with_password.render_as_string()


def wait_until(is_so, every=0.02):
    until = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < until
        time.sleep(every)


def test_the_history_of_three_loads_is_that_of_a_file(target, tmp_path):
    path = tmp_path / "headcount.db"
    for folder in (GOOD, SHIPPED, GOOD):
        version = load(target.url, folder)
        assert load(f"sqlite:///{path}", folder) == version
        assert target.state() == (version, set())
        assert sealed_file(target) == path.read_bytes()
    assert len(target.releases()) == 2


def test_tables_are_imported_as_into_a_file(target, tmp_path):
    path = tmp_path / "headcount.db"
    for rows in ([ROW], [ROW, {**ROW, "id": "two"}]):
        words = ("import", write_csv(tmp_path / "rows.csv", rows), "--mapping", MAPPING)
        output = run(target.url, *words).output
        into_file = run(f"sqlite:///{path}", *words).output
        said = [text.partition(": ")[2] for text in (output, into_file.replace(str(path), target.url))]
        assert said[0] == said[1]
        assert f"loaded into {target.url}: version" in said[0]
        assert sealed_file(target) == path.read_bytes()
    refused = run(target.url, "import", write_csv(tmp_path / "rows.csv", [{**ROW, "low": "40"}]), "--mapping", MAPPING)
    assert refused.exit_code == 1
    assert "nothing was written" in refused.output
    assert sealed_file(target) == path.read_bytes()


def test_seeds_that_live_there_already_are_not_copied(target):
    url, shown = without_password(target.url)
    assert f"2 articles with 16 estimates loaded into {shown}: version " in run(url, "load", GOOD).output
    releases = target.asked("SELECT *, xmin::text FROM headcount.releases")
    again = run(url, "load", GOOD)
    assert (again.exit_code, again.output) == (
        0,
        f"{shown} holds these seeds already: version {target.state()[0]}\n",
    )
    assert target.asked("SELECT *, xmin::text FROM headcount.releases") == releases


def test_a_release_is_published_from_one_database_to_another(server, target):
    url, shown = without_password(target.url)
    nothing = run("", "publish", url, server)
    assert (nothing.exit_code, nothing.output) == (
        1,
        f"Error: {shown}: no release is live there; `headcount load` or `headcount publish` makes one\n",
    )
    load(url, GOOD)
    version = load(url, SHIPPED)
    with new_database(server) as other, connect_writer(other) as connection:
        result = run("", "publish", url, other)
        assert result.output == f"{shown}: version {version} is copied, compared and made live\n"
        copy = Target(other, connection)
        assert sealed_file(copy) == sealed_file(target)
        row = "SELECT fingerprint, version, format, sha256, bytes, built FROM headcount.releases JOIN headcount.live USING (fingerprint)"
        assert copy.asked(row) == target.asked(row)


def test_a_load_does_not_undo_another_that_was_quicker(target, shipped_database):
    load(target.url, GOOD)

    def load_slowly():
        with replaced_release(target.url) as path:
            make_release(SHIPPED, path)
            publish_release(shipped_database, target.url, keep=2)

    with pytest.raises(DatabaseError, match=r"another release went live there .* nothing was published; load again"):
        load_slowly()
    ((version, _),) = target.asked("SELECT version, sha256 FROM headcount.releases ORDER BY number DESC LIMIT 1")
    assert target.state() == (version, set())
    assert len(target.releases()) == 2


def test_what_prevents_a_load_is_said_before_anything_is_built(url, tmp_path, monkeypatch):
    monkeypatch.setattr("seeds.release.build.build_release", None)
    options = {"options": "-c default_transaction_read_only=on"}
    read_only = make_url(url).update_query_dict(options).render_as_string(hide_password=False)
    nowhere = f"postgresql+psycopg://me:secret@/db?host={tmp_path}"
    for wrong, message in ((read_only, "in a read-only transaction; nothing was written"), (nowhere, "No such file")):
        result = run(wrong, "load", GOOD)
        assert result.exit_code == 1
        assert message in result.output
        assert "secret" not in result.output


@pytest.mark.parametrize("words", [("load", GOOD), ("serve",), ("publish", "a.db", "postgresql+psycopg://h/db")])
def test_psycopg_that_is_missing_is_named(words, monkeypatch):
    for module in ("schema.store.urls", "api.cli.publishing"):
        monkeypatch.setattr(f"{module}.find_spec", lambda name: None if name == "psycopg" else True)
    result = run("postgresql+psycopg://me:secret@host/db", *words)
    assert result.exit_code == 1
    assert "psycopg is not installed; expected `pip install 'headcount[postgresql]'` before" in result.output
    assert "secret" not in result.output


def test_a_loader_that_is_killed_leaves_the_old_release_or_the_new_one(target, tmp_path):
    folders = {load(target.url, folder): folder for folder in (SHIPPED, GOOD)}
    others = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    command = [sys.executable, "-c", "from api.cli import main; main()", "load"]
    variables = os.environ | {"HEADCOUNT_DATABASE_URL": target.url, "TMPDIR": str(tmp_path)}

    @contextmanager
    def loader(connections):
        """Start a loader of what is not live, and wait until it has connected: first to download, then to publish."""
        (folder,) = {folders[version] for version in folders if version != target.state()[0]}
        with subprocess.Popen([*command, folder], env=variables, stdout=subprocess.DEVNULL) as process:
            wait_until(lambda: target.asked(others), every=0.002)
            if connections == 2:
                wait_until(lambda: not target.asked(others), every=0.002)
                wait_until(lambda: target.asked(others), every=0.002)
            yield process

    seconds = {}
    for connections in (1, 2):
        with loader(connections) as process:
            began = time.monotonic()
            wait_until(lambda: process.poll() is not None)
            seconds[connections] = time.monotonic() - began
        assert process.returncode == 0
    chance, tries, while_connected, killed, unfinished = Random(14), 0, 0, 0, 0  # noqa: S311
    while tries < 30 or killed < 20 or while_connected < 8:  # a busy machine needs more tries
        assert tries < 120
        tries += 1
        connections = 1 + tries % 2
        with loader(connections) as process:
            time.sleep(chance.uniform(0, seconds[connections]))
            while_connected += bool(target.asked(others))
            process.send_signal(signal.SIGKILL)
        is_killed = process.returncode == -signal.SIGKILL
        killed, unfinished = killed + is_killed, unfinished + 1 if is_killed else 0
        wait_until(lambda: not target.asked(others))
        version, left = target.state()
        assert version in folders
        assert not left
        assert len(target.releases()) <= 2 + unfinished  # those that went live just before their loader was killed
    with loader(1) as process:
        before = target.state()[0]
    assert process.returncode == 0
    assert target.state()[0] != before
    assert len(target.releases()) == 2
    assert not target.state()[1]


@contextmanager
def small_disk(target, size):
    """Let what is made in a database stand on a disk of a few bytes, a file system of its own."""
    if os.geteuid() != 0 or os.environ.get("TEST_DATABASE_URL"):
        pytest.skip("needs root, to mount a file system where the server runs")
    folder, owner = tempfile.mkdtemp(prefix="headcount-pg-", dir="/tmp"), pwd.getpwnam("postgres").pw_uid
    options = f"size={size},mode=700,uid={owner}"
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=False).returncode:
        os.rmdir(folder)
        pytest.skip("needs the right to mount a file system")
    name = f"small_{uuid.uuid4().hex[:12]}"
    database = Identifier(make_url(target.url).database)
    try:
        target.connection.execute(SQL("CREATE TABLESPACE {} LOCATION '{}'").format(Identifier(name), SQL(folder)))
        target.connection.execute(
            SQL("ALTER DATABASE {} SET default_tablespace = {}").format(database, Identifier(name))
        )
        yield "could not extend file .*"
        target.connection.execute(SQL("ALTER DATABASE {} RESET default_tablespace").format(database))
        target.connection.execute(SQL("DROP TABLESPACE {}").format(Identifier(name)))
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        os.rmdir(folder)


@contextmanager
def refusing_disk(target, _):
    """Let PostgreSQL say that the disk is full when it makes an index."""
    target.connection.execute(
        """CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$DECLARE command record; BEGIN
        FOR command IN SELECT * FROM pg_event_trigger_ddl_commands() LOOP
            IF command.object_identity LIKE 'release_%.closures_by_part' THEN
                RAISE EXCEPTION 'no place for any more' USING ERRCODE = 'disk_full';
            END IF;
        END LOOP; END$$;
        CREATE EVENT TRIGGER refuse ON ddl_command_end WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION refuse()"""
    )
    yield "no place for any more"
    target.connection.execute("DROP EVENT TRIGGER refuse")


@pytest.mark.parametrize(
    ("disk", "size"),
    [(small_disk, "200k"), (small_disk, "1500k"), (refusing_disk, None)],
    ids=["nearly no disk", "half a disk", "as the server says"],
)
def test_a_full_disk_leaves_the_release_before(target, tmp_path, disk, size):
    version = load(target.url, GOOD)
    folder = write_hostile(tmp_path / "seeds")
    with disk(target, size) as message:
        result = run(target.url, "load", folder)
        assert result.exit_code == 1
        assert re.search(f"{message}; nothing was published", result.output)
        assert target.state() == (version, set())
    assert load(target.url, folder) == target.state()[0] != version
    assert len(target.releases()) == 2


@pytest.fixture
def reader_url(target):
    """Return the URL of a role that may only read what is published after now."""
    reader = f"reader_{uuid.uuid4().hex[:12]}"
    target.connection.execute(f"CREATE ROLE {reader} LOGIN PASSWORD '{reader}'; {GRANTS.replace('reader', reader)}")
    yield make_url(target.url).set(username=reader, password=reader).render_as_string(hide_password=False)
    target.connection.execute(f"DROP OWNED BY {reader}; DROP ROLE {reader}")


@pytest.mark.server
def test_a_server_starts_without_a_release_and_takes_it_up_when_it_appears(server):
    name = f"headcount_test_{uuid.uuid4().hex[:12]}"
    url, _ = without_password(make_url(server).set(database=name))
    with running(url) as (address, process):

        def reason():
            problem = read(f"{address}/health/ready")
            assert "secret" not in str(problem)
            return (problem["status"], problem.get("detail", ""))

        for path in ("/estimates", "/groups", "/dataset/headcount.db"):
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"{address}{path}", timeout=10)
            assert (refused.value.code, refused.value.headers["Retry-After"]) == (503, "30")
        status, detail = reason()
        assert status == 503
        assert f'database "{name}" does not exist' in detail
        with connect_writer(server) as connection:
            connection.execute(f"CREATE DATABASE {name}")
            try:
                wait_until(lambda: "no release is live there" in reason()[1])
                load(url, GOOD)
                for _ in range(10):  # of both workers
                    wait_until(lambda: reason() == ("ok", ""))
                assert read(f"{address}/estimates")["meta"]["total"] == 16
                assert process.poll() is None
            finally:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


ADDRESSES = ("/estimates?limit=1000", "/claims?limit=1000", "/estimates?format=csv", "/facets")


@pytest.mark.server
@pytest.mark.parametrize("cache", ["0", "100000000"], ids=["without a cache", "with a cache"])
def test_twenty_publications_under_traffic_drop_and_mix_nothing(target, reader_url, cache):
    load(target.url, GOOD)
    stop, answers, failures = threading.Event(), [], []
    with running(reader_url, HEADCOUNT_CACHE_BYTES=cache) as (address, _):

        def ask():
            while not stop.is_set():
                for path in ADDRESSES:
                    try:
                        with urllib.request.urlopen(f"{address}{path}", timeout=10) as response:
                            answers.append((path, response.headers["X-Dataset-Version"], response.read()))
                    except Exception as error:
                        failures.append(repr(error))

        clients = [threading.Thread(target=ask) for _ in range(4)]
        for client in clients:
            client.start()
        versions = {load(target.url, folder) for folder in (SHIPPED, GOOD) * 10}
        time.sleep(0.2)
        stop.set()
        for client in clients:
            client.join()
    assert failures == []
    assert {version for _, version, _ in answers} == versions
    assert len(versions) == 2
    assert len(answers) > 100
    for path in ADDRESSES:
        bodies = {version: {body for at, of, body in answers if (at, of) == (path, version)} for version in versions}
        assert all(len(bodies[version]) == 1 for version in versions), path
        for version, (body,) in bodies.items():
            assert "format=csv" in path or json.loads(body)["meta"]["dataset"] == version
