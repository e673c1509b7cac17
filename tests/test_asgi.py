"""The front door: it answers as Flask alone does, first time and again, whatever is swapped, cancelled or ended."""

import asyncio
import gc
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
import weakref
from contextlib import closing, contextmanager, suppress
from functools import partial
from http.client import HTTPConnection
from pathlib import Path

import orjson
import pytest
from conftest import GOOD, make_release
from flask import Flask, Response
from program import HEADCOUNT, WITH_ANOTHER_GUNICORN, running
from random_requests import RESOURCES, answer, draw_requests

from api import create_app
from api.server.fast_path import CHEAP
from api.server.fast_threads import FastThreads
from api.server.front_door import FrontDoor
from api.server.threads import PIECE, FlaskThreads
from schema.store.urls import open_database
from seeds import SHIPPED


@contextmanager
def flask_alone(database, **variables):
    """Run Flask on gunicorn's simplest worker; give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"HEADCOUNT_DATABASE_URL": f"sqlite:///{database}", "PYTHONHASHSEED": "0"} | variables
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "--no-control-socket", "api:create_app()"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"{address}/health/live", timeout=5).close()
                break
            except OSError:
                time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=40)


@pytest.mark.server
@pytest.mark.parametrize(("max_age", "seed"), [("0", 1), ("60", 2)])
def test_the_front_door_answers_as_flask_alone_by_either_protocol(database, client, max_age, seed):
    version = client.get("/").json["meta"]["dataset"]
    ids = {name: [record["id"] for record in client.get(f"/{name}?limit=5").json["data"]] for name in RESOURCES}
    with (
        flask_alone(database, HEADCOUNT_MAX_AGE=max_age) as alone,
        running(database, program=HEADCOUNT, HEADCOUNT_MAX_AGE=max_age) as (fast, _),
        running(database, program=WITH_ANOTHER_GUNICORN, HEADCOUNT_MAX_AGE=max_age) as (plain, _),
    ):
        for request in draw_requests(1000, ids, version, seed):
            expected = answer(alone, request)
            for address in (fast, plain) * 2:
                assert (address, request, answer(address, request)) == (address, request, expected)


def held_of_old_releases(workers):
    """Return the files of releases that have been replaced which these processes have open."""
    files = []
    for worker in workers:
        for file in Path(f"/proc/{worker}/fd").iterdir():
            with suppress(FileNotFoundError):
                files.append(os.readlink(file))
    return [file for file in files if "live.db (deleted)" in file]


@pytest.mark.server
def test_body_and_header_agree_under_swaps(tmp_path):
    path, stop, answers, named, refused, failures = tmp_path / "live.db", threading.Event(), [], set(), [], []
    good = make_release(GOOD, path)

    def ask(target, address):
        known = {}
        with closing(HTTPConnection(address.removeprefix("http://"), timeout=20)) as connection:
            while not stop.is_set():
                try:
                    connection.request("GET", target, headers=known)
                    response = connection.getresponse()
                    body = response.read()
                except Exception as error:
                    failures.append(repr(error))
                    return
                known, version = {}, response.headers["X-Dataset-Version"]
                if response.status == 409:
                    refused.append((target, version, *orjson.loads(body)["errors"][0]["did_you_mean"]))
                elif response.status == 200:
                    answers.append((version, orjson.loads(body)["meta"]["dataset"]))
                    if "dataset=" in target:
                        named.add(version)
                    known = {"If-None-Match": response.headers["ETag"]} if len(answers) % 3 else {}

    with running(path) as (address, process):
        targets = ("/estimates?limit=1", "/facets", "/hedges/up_to", "/conflicts")
        targets += (f"/estimates?limit=1&dataset={good}", f"/conflicts?dataset={good}")
        clients = [threading.Thread(target=ask, args=(target, address)) for target in targets]
        for client in clients:
            client.start()
        versions = set()
        for folder in (SHIPPED, GOOD) * 3:
            version = make_release(folder, path)
            versions.add(version)
            time.sleep(0.3)
            told = answer(address, b"GET /estimates?limit=1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            assert told[1]["x-dataset-version"] == version
        stop.set()
        for client in clients:
            client.join()
        if sys.platform == "linux":  # what no request reads any more is let go of
            workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            for _ in range(100):
                if not (held := held_of_old_releases(workers)):
                    break
                answer(address, b"GET /conflicts HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            assert not held
    assert failures == []
    assert all(header == body for header, body in answers)
    assert {header for header, _ in answers} == versions
    assert named == {good}
    assert {header == suggested != good for _, header, suggested in refused} == {True}
    assert {target for target, _, _ in refused} == set(targets[-2:])


@pytest.mark.server
def test_sigterm_lets_what_is_in_a_thread_finish(database):
    with running(database, "--workers", "1") as (address, process):
        host, _, port = address.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(b"GET /chart.png?indicator=fighters HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            time.sleep(0.2)
            process.send_signal(signal.SIGTERM)
            received = b"".join(iter(lambda: connection.recv(65536), b""))
        assert received.startswith(b"HTTP/1.1 200")
        assert received.endswith(b"IEND\xaeB`\x82")
        assert process.wait(timeout=10) == 0


def scope_of(target, method="GET", **headers):
    path, _, query = target.encode().partition(b"?")
    return {
        **{"type": "http", "method": method, "raw_path": path, "query_string": query, "http_version": "1.1"},
        **{"scheme": "http", "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1234)},
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }


async def asked(application, scope, receive=None):
    """Return the status, the headers and the body that an ASGI application answers with."""
    sent = []

    async def send(message):
        sent.append(message)

    await application(scope, receive, send)
    return sent[0]["status"], dict(sent[0]["headers"]), b"".join(one["body"] for one in sent[1:])


@contextmanager
def front_doors(url, monkeypatch):
    """Give a function that makes a front door before an application on a database."""
    monkeypatch.setattr("api.server.fast_path.MAX_SECONDS", 10)  # the machine may be busy
    made = []

    def make(**config):
        app = create_app({"DATABASE_URL": url} | config)
        app.extensions["database"].release()
        made.append(FrontDoor(app, app.extensions["config"].cache_bytes))
        return made[-1]

    yield make
    for door in made:
        door.close()
        door.flask.extensions["database"].close()


@pytest.fixture
def front(database, monkeypatch, url_of):
    """Return a function that makes a front door before the application on the invented dataset."""
    with front_doors(url_of(database), monkeypatch) as make:
        yield make


@pytest.fixture
def front_of_file(database, monkeypatch):
    """Return such a function for a file, which the event loop reads itself."""
    with front_doors(f"sqlite:///{database}", monkeypatch) as make:
        yield make


def metrics_of(door):
    """Return what /metrics tells; it is looked up in the cache in vain before."""
    body = asyncio.run(asked(door, scope_of("/metrics")))[2].decode()
    lines = (line.rpartition(" ") for line in body.splitlines() if not line.startswith("#"))
    return {sample: float(value) for sample, _, value in lines}


CACHE_BYTES = "headcount_cache_bytes"
HITS, MISSES = (f'headcount_cache_requests_total{{result="{result}"}}' for result in ("hit", "miss"))
FROM_CACHE, FAST, IN_THREAD = (f'headcount_answers_total{{path="{path}"}}' for path in ("cache", "fast", "thread"))


@pytest.mark.parametrize(("pieces", "read"), [(3, 3), (40, 40), (1_000, 205)])
def test_a_body_that_is_too_long_is_read_on_and_refused(front, pieces, read):
    """The client sends all of it before it reads; of more than 50 MB only the beginning is read."""
    received = []

    async def receive():
        received.append(b"a" * 250_000)
        return {"type": "http.request", "body": received[-1], "more_body": len(received) < pieces}

    scope = scope_of("/verify", "POST", **{"content-type": "text/plain"})
    status, _, body = asyncio.run(asked(front(), scope, receive))
    assert (status, len(received)) == (413, read)
    assert b"200,000 bytes" in body


def test_what_flask_answered_is_counted_under_its_route_again(front):
    door = front()
    for _ in range(3):
        assert asyncio.run(asked(door, scope_of("/dataset")))[0] == 200
    assert metrics_of(door)['headcount_requests_total{method="GET",route="/dataset",status="200"}'] == 3


@pytest.mark.slow
def test_the_cache_is_bounded(front):
    door = front(CACHE_BYTES=200_000)
    for number in range(1, 200):
        for scope in (scope_of(f"/estimates?limit={number % 7 + 1}&offset={number}"), scope_of("/hedges?limit=3")):
            status, headers, body = asyncio.run(asked(door, scope))
            assert status == 200
            assert int(headers[b"content-length"]) == len(body)
    metrics = metrics_of(door)
    assert 150_000 < metrics[CACHE_BYTES] <= 200_000
    assert (metrics[HITS], metrics[MISSES]) == (198, 200 + 1)  # what is asked for often stays


def test_a_release_is_let_go_of_at_once_after_a_refusal(front, database, tmp_path):
    """Without the garbage collector, which may not come for hours where little is asked."""
    path, newer = tmp_path / "live.db", tmp_path / "newer.db"
    shutil.copy(database, path)
    make_release(SHIPPED, newer)
    door = front(DATABASE_URL=f"sqlite:///{path}")
    release = weakref.ref(door.flask.extensions["database"].live)
    gc.disable()
    try:
        for query in ("dataset=ffffffffffffffff", "dataset=nonsense", "q=a", "nonsense=1"):
            door.respond("GET", b"/estimates", query.encode(), [])
        os.replace(newer, path)
        door.flask.extensions["database"].release()
        door.respond("GET", b"/hedges", b"", [])
        assert release() is None
    finally:
        gc.enable()


def test_the_same_question_in_other_words_is_cached_once(front):
    door = front()
    first = asyncio.run(asked(door, scope_of("/hedges?limit=3", accept_encoding="gzip")))
    size = metrics_of(door)[CACHE_BYTES]
    for other in ("/hedges?limit=03", "/hedges?offset=0&limit=3"):
        for _ in range(2):
            answer = asyncio.run(asked(door, scope_of(other, accept_encoding="gzip, x")))
            assert (answer[0], answer[2], answer[1][b"etag"]) == (200, first[2], first[1][b"etag"])
    metrics = metrics_of(door)
    assert metrics[CACHE_BYTES] < size + 1200
    assert (metrics[HITS], metrics[MISSES]) == (2, 3 + 2)
    assert (metrics[FROM_CACHE], metrics[FAST], metrics[IN_THREAD]) == (2, 3, 1)  # the other one of /metrics


def test_a_host_is_given_answers_of_its_own_and_shares_those_that_name_no_host(front):
    door, hosts = front(), ("a.example", "b.example")
    for _ in range(2):  # the second time from the cache
        for host in hosts:
            body = asyncio.run(asked(door, scope_of("/claims?format=atom", host=host)))[2].decode()
            assert [name for name in hosts if name in body] == [host]
    asyncio.run(asked(door, scope_of("/hedges", host="a.example")))
    size = metrics_of(door)[CACHE_BYTES]
    asyncio.run(asked(door, scope_of("/hedges", host="b.example")))
    assert metrics_of(door)[CACHE_BYTES] < size + 1000  # another alias of one entry


@pytest.mark.slow
@pytest.mark.parametrize("max_age", ["0", "60"])
def test_cached_answers_say_to_caches_what_flask_alone_says(front, max_age):
    door = front(MAX_AGE=max_age)
    alone = door.flask.test_client()
    version, targets = alone.get("/").json["meta"]["dataset"], ("/hedges", "/estimates/exact", "/facets", "/conflicts")
    for target in (*targets, "/dataset", "/openapi.json", "/", "/estimates/nothing"):
        for query in ("", f"?dataset={version}", "?dataset=0123456789abcdef", "?dataset=x", ""):
            expected = alone.get(target + query)
            tag = expected.headers.get("ETag", "")
            for method, sent in (("GET", {}), ("GET", {}), ("HEAD", {}), ("GET", {"if_none_match": tag})):
                status, headers, body = asyncio.run(asked(door, scope_of(target + query, method, **sent)))
                is_known = bool(tag and sent)
                assert (status, body) == (
                    304 if is_known else expected.status_code,
                    expected.data if method == "GET" and not is_known else b"",
                )
                for name in ("Cache-Control", "ETag", "Vary", "X-Dataset-Version"):
                    assert headers.get(name.lower().encode(), b"").decode() == expected.headers.get(name, ""), name
    assert metrics_of(door)[FROM_CACHE] > 40


@pytest.mark.slow
def test_evicted_answers_are_given_anew_in_whichever_words(front):
    door = front(CACHE_BYTES=300_000)
    words = ["/estimates?limit=3", "/estimates?limit=03", "/estimates?offset=0&limit=3"]
    body = asyncio.run(asked(door, scope_of(words[0])))[2]
    chance = random.Random(5)  # noqa: S311 (the same each time)
    for number in range(400):
        assert asyncio.run(asked(door, scope_of(f"/estimates?limit={number % 9 + 1}&offset={number}")))[0] == 200
        status, headers, same = asyncio.run(asked(door, scope_of(chance.choice(words))))
        assert (status, same, int(headers[b"content-length"])) == (200, body, len(body))


def test_nothing_is_cached_where_that_is_turned_off(front):
    door = front(CACHE_BYTES=0)
    answers = [asyncio.run(asked(door, scope_of("/hedges")))[2] for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    metrics = metrics_of(door)
    assert (metrics[CACHE_BYTES], metrics.get(HITS), metrics[MISSES]) == (0, None, 3 + 1)


def test_a_question_that_takes_long_goes_to_a_thread(front_of_file, monkeypatch):
    monkeypatch.setattr("schema.store.sqlite.STEPS_BETWEEN_CHECKS", 10)
    monkeypatch.setattr("api.server.fast_path.MAX_SECONDS", -1)
    door = front_of_file(CACHE_BYTES=0)
    for _ in range(2):
        assert asyncio.run(asked(door, scope_of("/estimates?sort=-high")))[0] == 200
    metrics = metrics_of(door)
    assert (metrics.get(FAST), metrics[IN_THREAD]) == (None, 2)
    assert list(door._fast_path._slow_shapes.values()) == [19]


def test_where_requests_are_limited_flask_answers_all(front):
    door = front(RATE_LIMIT="2 per minute")
    statuses = [asyncio.run(asked(door, scope_of("/hedges")))[0] for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_a_query_of_a_client_that_has_gone_is_given_up(database):
    app, ended = Flask("slow"), []
    app.register_error_handler(Exception, lambda _: ("", 503))  # or the thread logs it while another test runs
    data = open_database(f"sqlite:///{database}")

    @app.get("/slow")
    def slow():
        endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
        try:
            return str(data.release().connection().exec_driver_sql(endless).scalar())
        finally:
            ended.append(time.monotonic())

    async def leave(threads):
        task = asyncio.create_task(threads.call(scope_of("/slow")))
        await asyncio.sleep(0.3)
        task.cancel()
        left = time.monotonic()
        with pytest.raises(asyncio.CancelledError):
            await task
        while not ended:
            await asyncio.sleep(0.01)
        return ended[0] - left

    threads = FlaskThreads(app)
    assert asyncio.run(leave(threads)) < 1
    threads.close()
    data.close()


def test_fast_threads_answer_all_that_still_wait_in_one_loop_after_another():
    threads = FastThreads()

    async def ask():
        left = threads.run(lambda: time.sleep(0.1))
        left.cancel()
        return await asyncio.gather(*(threads.run(partial(str, number)) for number in range(500)))

    for _ in range(3):
        assert asyncio.run(ask()) == [str(number) for number in range(500)]
    threads.close()


def test_fast_threads_that_wait_hold_nothing_of_their_last_call():
    async def ask(call):
        await threads.run(call)

    threads, call = FastThreads(), partial(str, 1)
    held = weakref.ref(call)
    gc.disable()
    try:
        asyncio.run(ask(call))
        del call
        ends = time.monotonic() + 10
        while held() and time.monotonic() < ends:
            time.sleep(0.01)
        assert held() is None
    finally:
        gc.enable()
    threads.close()


def test_a_slow_reader_holds_neither_memory_nor_a_thread(monkeypatch):
    monkeypatch.setattr("api.server.threads.THREADS", 1)
    app, made, closed = Flask("stream"), [], []

    def chunks():
        try:
            while True:
                made.append(1)
                yield b"x" * PIECE
        finally:
            closed.append(True)

    app.add_url_rule("/stream", "stream", lambda: Response(chunks()))
    app.add_url_rule("/quick", "quick", lambda: "quick")

    async def read_slowly(threads):
        room = asyncio.Semaphore(3)
        read = asyncio.create_task(threads.send(await threads.call(scope_of("/stream")), lambda _: room.acquire()))
        await asyncio.sleep(0.3)
        assert len(made) <= 4
        assert (await threads.call(scope_of("/quick"))).body == b"quick"
        read.cancel()
        with pytest.raises(asyncio.CancelledError):
            await read
        await threads.call(scope_of("/quick"))  # the one thread has let go of the stream before
        assert closed == [True]

    threads = FlaskThreads(app)
    asyncio.run(read_slowly(threads))
    threads.close()


def test_an_unforeseen_exception_is_counted_logged_once_and_answered_by_flask(front_of_file, monkeypatch, caplog):
    door = front_of_file()
    fail = door._fast_path._entry

    def fails(route, answer, headers, words, if_none_match):
        if b"limit=1" in words[2]:
            raise ZeroDivisionError
        if b"limit=2" in words[2]:
            raise sqlite3.OperationalError("no such table")
        return fail(route, answer, headers, words, if_none_match)

    monkeypatch.setattr(door._fast_path, "_entry", fails)
    for target in ("/hedges?limit=1", "/estimates?limit=1", "/hedges?limit=2", "/hedges?limit=3"):
        status, headers, body = asyncio.run(asked(door, scope_of(target)))
        assert (status, int(headers[b"content-length"])) == (200, len(body))
    metrics = metrics_of(door)
    failures = {name: count for name, count in metrics.items() if name.startswith("headcount_fast_path_failures_total")}
    assert failures == {
        'headcount_fast_path_failures_total{cause="ZeroDivisionError"}': 2,
        'headcount_fast_path_failures_total{cause="OperationalError"}': 1,
    }
    assert (metrics[FAST], metrics[IN_THREAD]) == (1, 3)
    assert [record.exc_info[0] for record in caplog.records] == [ZeroDivisionError, sqlite3.OperationalError]
    assert all(record.levelname == "ERROR" for record in caplog.records)


@pytest.mark.slow
@pytest.mark.parametrize(
    "target", ["/estimates?region=nowhere", "/estimates?x=1", "/estimates/none", "/estimates?q=%ff", "/hedges?limit=0"]
)
def test_errors_of_a_request_are_no_failure_of_the_fast_path(front, caplog, target):
    door = front()
    assert asyncio.run(asked(door, scope_of(target)))[0] in (200, 400, 404)
    assert not [name for name in metrics_of(door) if name.startswith("headcount_fast_path_failures_total")]
    assert not caplog.records


def test_a_websocket_is_refused_by_the_plain_protocol(front):
    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(front()({"type": "websocket"}, None, send))
    assert sent == [{"type": "websocket.close"}]


@pytest.mark.slow
def test_the_cache_of_a_replaced_release_is_cleared(tmp_path, url_of):
    path = tmp_path / "live.db"
    make_release(GOOD, path)
    app = create_app({"DATABASE_URL": url_of(path)})
    app.extensions["database"].release()
    door = FrontDoor(app, 1_000_000)
    for limit in range(1, 20):
        asyncio.run(asked(door, scope_of(f"/estimates?limit={limit}")))
    full = metrics_of(door)[CACHE_BYTES]
    version = make_release(SHIPPED, path)
    url_of(path)
    time.sleep(0.01)
    app.extensions["database"].release()
    assert asyncio.run(asked(door, scope_of("/hedges?limit=1")))[1][b"x-dataset-version"] == version.encode()
    assert metrics_of(door)[CACHE_BYTES] < full / 5
    door.close()
    app.extensions["database"].close()


def test_all_lists_and_records_facets_and_series_are_tried_on_the_fast_path():
    lists = {f"/{name}" for name in RESOURCES}
    expected = lists | {f"{route}/<string:id>" for route in lists} | {"/facets", "/series"}
    assert {endpoint.route for endpoint in CHEAP} == expected
