"""What a server answers while its PostgreSQL database is slow, hangs, is gone, or is another node than before."""

import gc
import http.client
import json
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import psycopg
import pytest
from cluster import nodes, programs
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

from api import context, create_app
from api.read import pages
from schema import flat
from schema.store import postgresql as postgresql_store
from schema.store import postgresql_reader, queries
from schema.store.errors import DatabaseError, QueryError
from schema.store.postgresql import SchemaConnections, connect_writer, schema_name
from schema.store.urls import shown
from seeds.release import postgresql
from seeds.release.postgresql import publish_release

pytestmark = pytest.mark.postgresql

PROGRAM = (sys.executable, "-c", "from api.cli import main; main()")
OF_READERS = "FROM pg_stat_activity WHERE application_name = 'headcount' AND datname = current_database()"
WAITING = f"SELECT count(*) {OF_READERS} AND wait_event_type = 'Lock'"


@pytest.fixture(scope="module")
def pair():
    """Return a primary and its standby."""
    folder = programs()
    if folder is None and not os.environ.get("CI"):
        pytest.skip("needs a PostgreSQL server")
    assert folder, "CI needs a PostgreSQL server; .ci/run installs it"
    with nodes(folder, 2) as started:
        yield started


@pytest.fixture
def primary(pair, database):
    """Return the primary, on which the release of `database` is live, and no other release is there."""
    name = f"test_{next(NUMBERS)}"
    for node in pair:
        node.start()
        node.database = name
    with connect_writer(pair[0].url) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(pair[0].database)))
    publish_release(database, on(pair[0]), keep=1)
    yield pair[0]
    for node in pair:
        node.start()


@pytest.fixture
def standby(primary, pair):
    """Return the standby of the primary, when it has the release."""
    wait_until(lambda: live_on(pair[1]) == live_on(primary))
    return pair[1]


def on(*several, **settings):
    """Return the URL of a database on the first of several nodes that can be reached."""
    query = {"host": ",".join(str(node.folder) for node in several), **settings}
    return make_url(several[0].url).set(database=several[0].database, query=query).render_as_string(hide_password=False)


def ask(node, query, *values):
    """Return the first value of a query on a node."""
    with connect_writer(on(node)) as connection:
        return connection.execute(query, values).fetchone()[0]


def live_on(node):
    """Return the fingerprint of the release that is live on a node; None where there is none yet."""
    with suppress(DatabaseError, psycopg.Error):
        return ask(node, "SELECT fingerprint FROM headcount.live")


def wait_until(condition, seconds=60):
    """Return the seconds after which a condition is true."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds
        time.sleep(0.02)
    return time.monotonic() - began


@pytest.fixture
def client_of(open_app, monkeypatch):
    """Return a function that makes a client of an application on a URL, which reads a few rows of a stream at a time."""
    monkeypatch.setattr(flat, "ROWS_AT_A_TIME", 3)
    monkeypatch.setattr(pages, "ROWS_AT_A_TIME", 3)
    monkeypatch.setattr(postgresql, "DROP_WAITS", "500ms")
    return lambda url: open_app(url).test_client()


@contextmanager
def locked(node):
    """Lock all tables of the live release: who reads them waits."""
    schema = schema_name(live_on(node))
    with connect_writer(on(node)) as connection, connection.transaction():
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema]).fetchall()
        tables = SQL(", ").join(Identifier(schema, name) for (name,) in names)
        connection.execute(SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(tables))
        yield


@contextmanager
def behind(standby):
    """Let a standby receive what happens, but not replay it."""
    ask(standby, "SELECT pg_wal_replay_pause()::text")
    wait_until(lambda: ask(standby, "SELECT pg_get_wal_replay_pause_state()") == "paused")
    try:
        yield
    finally:
        with suppress(psycopg.errors.SerializationFailure):  # what is replayed at last ends the query itself
            ask(standby, "SELECT pg_wal_replay_resume()::text")


@pytest.fixture
def open_app():
    """Return a function that makes the application on a URL; each is closed in the end."""
    databases = []

    def make(url):
        app = create_app({"DATABASE_URL": url})
        databases.append(app.extensions["database"])
        return app

    yield make
    for database in databases:
        database.close()


class Server:
    """A `headcount serve`, as a client sees it."""

    def __init__(self, address):
        self.address = address

    def get(self, path, seconds=30):
        """Return the status, the headers and the body of an answer, as it is."""
        try:
            with urllib.request.urlopen(self.address + path, timeout=seconds) as response:
                return response.status, response.headers, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def status(self, path):
        return self.get(path)[0]

    def version(self):
        """Return the version of the dataset that an answer which is not cached is from."""
        return self.get(f"/estimates?limit={next(NUMBERS)}")[1]["X-Dataset-Version"]

    def refusal(self, path):
        """Return the problem of a 503, which says when to try again."""
        status, headers, body = self.get(path)
        assert (status, headers["Retry-After"]) == (503, "30"), body
        return json.loads(body)["detail"]


NUMBERS = iter(range(1, 1000))


@pytest.fixture
def serve(tmp_path):
    """Return a context manager that runs a server on a URL."""
    from program import running  # noqa: PLC0415

    @contextmanager
    def start(url, *options, **variables):
        options = options or ("--workers", "1")
        with running(tmp_path, *options, program=PROGRAM, HEADCOUNT_DATABASE_URL=url, **variables) as (address, _):
            yield Server(address)

    return start


def in_a_thread(pool, server, number):
    """Ask for as many answers that are not cached at once; return the futures of their statuses."""
    return [pool.submit(server.status, f"/estimates?limit={next(NUMBERS)}") for _ in range(number)]


def statuses(futures):
    return {future.result() for future in futures}


@pytest.mark.server
@pytest.mark.parametrize("path", ["/estimates", "/estimates?format=csv"])
def test_a_statement_over_the_time_limit_is_503(primary, serve, path):
    with serve(on(primary, options="-c statement_timeout=300ms")) as server:
        assert server.status("/claims?limit=1") == 200
        with locked(primary):
            assert "takes more than 20 seconds here; ask for less" in server.refusal(path)
        assert server.status(path) == 200


@pytest.mark.server
def test_a_client_that_goes_cancels_its_statement_and_no_other(primary, serve):
    with serve(on(primary)) as server, ThreadPoolExecutor(16) as pool:
        assert statuses(in_a_thread(pool, server, 40)) == {200}
        host = urlsplit(server.address).netloc
        with locked(primary):
            clients = []
            for path in (f"/estimates?limit={next(NUMBERS)}", "/estimates?format=csv", "/estimates?q=iraq"):
                clients.append(http.client.HTTPConnection(host))
                clients[-1].request("GET", path)
            wait_until(lambda: ask(primary, WAITING) == 3)
            for client in clients:
                client.sock.shutdown(socket.SHUT_RDWR)
                client.close()
            assert wait_until(lambda: ask(primary, WAITING) == 0) < 3
        assert statuses(in_a_thread(pool, server, 60)) == {200}


@pytest.mark.server
def test_lost_connections_are_replaced(primary, serve):
    with serve(on(primary)) as server, ThreadPoolExecutor(16) as pool:
        assert statuses(in_a_thread(pool, server, 60)) == {200}
        assert server.status("/estimates?format=csv") == 200
        ended = ask(primary, f"SELECT count(pg_terminate_backend(pid)) {OF_READERS}")
        assert ended >= 3
        wait_until(lambda: ask(primary, f"SELECT count(*) {OF_READERS}") <= 1)
        assert statuses(in_a_thread(pool, server, 60)) == {200}
        assert server.status("/estimates?format=ndjson") == 200
        # Ended while they work, most are replaced before they are used, and the others are no fault of ours.
        asked = in_a_thread(pool, server, 100)
        ask(primary, f"SELECT count(pg_terminate_backend(pid)) {OF_READERS}")
        assert statuses(asked) <= {200, 503}
        assert sum(future.result() == 503 for future in asked) <= 16


@pytest.mark.server
def test_a_stopped_database_is_503_with_its_reason_until_it_is_back(primary, serve):
    url = on(primary, password="hushed").replace("postgres@", "postgres:secret@")  # noqa: S106
    with serve(url) as server, ThreadPoolExecutor(16) as pool:
        assert statuses(in_a_thread(pool, server, 60)) == {200}
        cached = server.get("/estimates")[2]
        for mode in ("fast", "immediate"):
            primary.stop(mode)
            assert (
                server.refusal(f"/sources?limit={next(NUMBERS)}")
                == "The dataset cannot be read just now; try again later."
            )
            assert server.refusal("/estimates?format=csv") == "The dataset cannot be read just now; try again later."
            wait_until(lambda: server.status("/health/ready") == 503)
            reason = server.refusal("/health/ready")
            assert f"host={primary.folder}".replace("/", "%2F") in reason
            assert f'socket "{primary.folder}/.s.PGSQL.5432" failed' in reason
            assert "secret" not in reason
            assert "hushed" not in reason
            assert server.status("/health/live") == 200
            assert server.get("/estimates")[2] == cached
            primary.start()
            wait_until(lambda: server.status("/health/ready") == 200)
            assert statuses(in_a_thread(pool, server, 60)) == {200}
            assert server.status("/sources?limit=1") == 200
            assert server.status("/estimates?format=csv") == 200


@pytest.mark.server
def test_a_database_that_hangs_keeps_nothing_else_waiting(primary, serve):
    with serve(on(primary)) as server, ThreadPoolExecutor(24) as pool:
        server.version()  # the first request opens the release
        cached = server.get("/estimates")[2]
        with primary.suspended():
            began = time.monotonic()
            waiting = in_a_thread(pool, server, 24)  # more than there are threads
            longest = 0.0
            while time.monotonic() - began < 6:
                asked = time.monotonic()
                assert server.get("/health/live", seconds=2)[0] == 200
                assert server.get("/estimates", seconds=2)[2] == cached
                longest = max(longest, time.monotonic() - asked)
                time.sleep(0.1)
            assert longest < 0.5
            assert "has not answered for " in server.refusal("/health/ready")
        assert statuses(waiting) <= {200, 503}  # 503 where a new connection was not made in time
        wait_until(lambda: server.status("/health/ready") == 200)


def test_what_the_driver_sends_by_itself_has_a_time_of_its_own(primary, monkeypatch):
    monkeypatch.setattr(queries, "LONGEST_QUERY", 0.05)
    pool = postgresql_store.pool_of(on(primary), 1)
    with pool.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        time.sleep(0.1)
        monkeypatch.setattr(queries, "LONGEST_QUERY", 20)
        driver_connection = connection.connection.dbapi_connection
        assert driver_connection.execute("SELECT pg_sleep(0.3)::text").fetchone() == ("",)
    pool.dispose()


def test_a_question_to_a_database_that_hangs_is_given_up(primary, open_app, monkeypatch):
    monkeypatch.setattr(queries, "LONGEST_QUERY", 0.3)
    monkeypatch.setattr(postgresql_reader, "CANCEL_SECONDS", 0.3)
    client = open_app(on(primary)).test_client()
    assert client.get("/estimates?limit=1").status_code == 200
    with primary.suspended():
        refused = client.get("/estimates?limit=2")
    assert refused.status_code == 503
    assert "seconds here; ask for less" in refused.json["detail"]
    assert client.get("/estimates?limit=2").status_code == 200


@pytest.mark.server
def test_a_server_starts_before_its_database(primary, serve):
    primary.stop("fast")
    with serve(on(primary)) as server:
        assert server.status("/health/live") == 200
        assert "No such file or directory" in server.refusal("/health/ready")
        assert "try again later" in server.refusal("/estimates")
        primary.start()
        wait_until(lambda: server.status("/health/ready") == 200)
        assert server.status("/estimates") == 200


def test_a_stream_without_a_free_connection_fails_as_a_query_does(primary, open_app, monkeypatch):
    monkeypatch.setattr(postgresql_store, "LARGEST_POOL", 2)
    monkeypatch.setattr(postgresql_store, "POOL_SECONDS", 0.05)
    app = open_app(on(primary))
    release = app.extensions["database"].release()
    client = app.test_client()
    with release.engine.connect(), release.engine.connect():
        with pytest.raises(QueryError, match="all 2 connections are in use"):
            list(pages.read_stream(release, None, None))
        response = client.get("/estimates")
        assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    assert client.get("/estimates").status_code == 200


@pytest.fixture
def later_databases(database, invented_database, hostile_database):
    """Return the files of three other releases than that of `shipped_database`."""
    return database, invented_database, hostile_database


@pytest.mark.parametrize("path", ["/estimates?format=csv", "/dataset/estimates.ndjson", "/dataset/headcount.db"])
def test_a_stream_is_read_from_one_release_to_its_end(primary, shipped_database, later_databases, client_of, path):
    publish_release(shipped_database, on(primary), keep=1)
    read = live_on(primary)
    client = client_of(on(primary))
    whole = client.get(path).data
    response = client.get(path)
    chunks = response.iter_encoded()
    beginning = next(chunks)
    for newer in later_databases:
        version = publish_release(newer, on(primary), keep=1).version
        wait_until(lambda version=version: client.get("/sources").headers["X-Dataset-Version"] == version)
        gc.collect()  # finished answers that still refer to the release
    releases = "SELECT array_agg(fingerprint) FROM headcount.releases"
    assert {read, live_on(primary)} == set(ask(primary, releases))
    if path != "/dataset/headcount.db":  # whose chunks are larger
        assert len(beginning) < len(whole) / 3
    assert beginning + b"".join(chunks) == whole
    response.close()
    del response, chunks
    gc.collect()
    publish_release(newer, on(primary), keep=1)
    assert [live_on(primary)] == ask(primary, releases)


@pytest.mark.server
def test_each_worker_has_connections_of_its_own_and_closes_those_of_old_releases(
    primary, database, shipped_database, serve
):
    readers = f"SELECT count(*) {OF_READERS}"
    held = "SELECT count(DISTINCT (classid, objid)) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock'"
    with serve(on(primary), "--workers", "2") as server, ThreadPoolExecutor(16) as pool:
        assert ask(primary, readers) == 0
        in_a_thread(pool, server, 1)[0].result()
        assert ask(primary, readers) <= 3
        wait_until(lambda: in_a_thread(pool, server, 40)[-1].result() and ask(primary, readers) > 3)
        for swap in range(10):
            version = publish_release((shipped_database, database)[swap % 2], on(primary), keep=1).version
            wait_until(lambda version=version: {server.version() for _ in range(8)} == {version})
            assert statuses(in_a_thread(pool, server, 8)) == {200}
        wait_until(lambda: ask(primary, held) == 1)
        assert ask(primary, readers) <= 2 + 2 * 17
        assert ask(primary, "SELECT count(*) FROM headcount.releases") == 1
    wait_until(lambda: ask(primary, readers) == 0)


def test_connections_only_read_and_say_whose_they_are(primary, open_app):
    release = open_app(on(primary)).extensions["database"].release()
    settings = {
        **{"default_transaction_read_only": "on", "statement_timeout": "20s", "application_name": "headcount"},
        **{"idle_in_transaction_session_timeout": "10min", "search_path": f"release_{live_on(primary)}"},
    }
    with release.engine.connect() as of_stream:
        for connection in (release.connection(), of_stream):
            assert {name: connection.exec_driver_sql(f"SHOW {name}").scalar() for name in settings} == settings
    with pytest.raises(QueryError, match="read-only transaction"):
        release.connection().exec_driver_sql("DELETE FROM estimates")


def test_a_password_is_not_shown():
    url = "postgresql+psycopg://me:first@db/headcount?password=second&sslpassword=third&sslmode=require"
    assert shown(url) == "postgresql+psycopg://me:***@db/headcount?password=...&sslmode=require&sslpassword=..."


PREFERRED = {"target_session_attrs": "prefer-standby"}


@pytest.mark.server
def test_a_standby_is_read_and_either_node_may_go(primary, standby, serve):
    count = f"SELECT count(*) {OF_READERS}"
    with serve(on(standby, primary, **PREFERRED)) as server, ThreadPoolExecutor(16) as pool:
        assert statuses(in_a_thread(pool, server, 40)) == {200}
        assert ask(primary, count) == 0
        assert ask(standby, count) >= 2
        standby.stop()
        assert statuses(in_a_thread(pool, server, 60)) == {200}
        assert ask(primary, count) >= 2
        assert wait_until(lambda: server.status("/health/ready") == 200) < 2
        standby.start()
        primary.stop()
        assert statuses(in_a_thread(pool, server, 60)) == {200}
        assert ask(standby, count) >= 2
        assert wait_until(lambda: server.status("/health/ready") == 200) < 2


@pytest.mark.server
def test_a_standby_that_is_behind_answers_with_its_release(primary, standby, shipped_database, serve):
    old = live_on(standby)
    with serve(on(standby, primary, **PREFERRED)) as server:
        before = server.version()
        with behind(standby):
            new = publish_release(shipped_database, on(primary), keep=2).version
            assert new != before
            for _ in range(10):
                assert server.version() == before
                time.sleep(0.02)
            assert live_on(standby) == old
            assert server.status("/health/ready") == 200
        wait_until(lambda: server.version() == new)
        assert ask(primary, f"SELECT count(*) {OF_READERS}") == 0


def test_a_release_that_a_node_does_not_have_yet_never_goes_live_there(primary, standby, shipped_database, open_app):
    """The watching thread is on the primary, since the standby was away; new connections lead to the standby."""
    standby.stop()
    client = open_app(on(standby, primary, **PREFERRED)).test_client()
    before = client.get("/estimates").headers["X-Dataset-Version"]
    standby.start()
    with behind(standby):
        new = publish_release(shipped_database, on(primary), keep=2).version
        for _ in range(20):
            response = client.get("/estimates")
            assert (response.status_code, response.headers["X-Dataset-Version"]) == (200, before)
            time.sleep(0.02)
        assert client.get("/health/ready").status_code == 200
    wait_until(lambda: client.get("/estimates").headers["X-Dataset-Version"] == new)


def test_a_connection_that_leads_to_a_node_without_the_release_brings_back_the_older_one(
    primary, standby, shipped_database, open_app
):
    before = live_on(standby)
    standby.stop("fast")
    new = publish_release(shipped_database, on(primary), keep=2).version
    database = open_app(on(standby, primary, **PREFERRED)).extensions["database"]
    release = database.release()
    assert release.version == new
    ask(primary, "SELECT pg_switch_wal()")  # the file that the standby needs is full, so it goes without wal_keep_size
    primary.stop("fast")  # so that the standby cannot catch up
    standby.start()
    wait_until(lambda: live_on(standby) == before)
    with pytest.raises(QueryError), ThreadPoolExecutor(1) as pool:
        pool.submit(release.connection).result()
    wait_until(lambda: database.release().fingerprint.decode() == before)
    database.check()
    primary.start()
    wait_until(lambda: database.release().version == new)


def test_a_conflict_with_recovery_is_503(primary, standby, open_app):
    app = open_app(on(standby))
    app.add_url_rule(
        "/sleep", view_func=lambda: context.connection().exec_driver_sql("SELECT pg_sleep(9) FROM estimates").all()
    )
    client = app.test_client()
    assert client.get("/estimates").status_code == 200
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(client.get, "/sleep")
        wait_until(lambda: ask(standby, f"SELECT count(*) {OF_READERS} AND query LIKE '%%pg_sleep(9)%%'") == 1)
        with locked(primary):
            pass
        response = answer.result()
    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    assert "try again later" in response.json["detail"]
    assert client.get("/estimates?limit=1").status_code == 200


def test_a_lost_standby_is_given_up_in_time():
    """A node that is cut off closes nothing; these settings of libpq notice it."""
    connections = SchemaConnections(
        "postgresql+psycopg://db.example.org/headcount?tcp_user_timeout=4000", "00" * 8, print
    )
    query = connections.engine.url.query
    assert (query["tcp_user_timeout"], query["keepalives_idle"], query["connect_timeout"]) == ("4000", "5", "3")
