"""The front door: it answers as Flask alone does, first time and again, whatever is swapped, cancelled or ended."""

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

import orjson
import pytest
from conftest import GOOD, make_release, running
from flask import Flask, Response
from random_requests import RESOURCES, answer, draw_requests

from api import create_app
from api.server.front_door import FrontDoor
from api.server.threads import PIECE, Bridge
from schema.store.release import Database
from seeds import SHIPPED


@contextmanager
def flask_alone(database):
    """Run Flask on gunicorn's simplest worker; give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"HEADCOUNT_DATABASE_URL": f"sqlite:///{database}", "PYTHONHASHSEED": "0"}
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
def test_the_front_door_answers_as_flask_alone(database, client):
    ids = {name: [one["id"] for one in client.get(f"/{name}?limit=5").json["data"]] for name in RESOURCES}
    with flask_alone(database) as alone, running(database) as (address, _):
        for request in draw_requests(2000, ids):
            expected = answer(alone, request)
            assert (request, answer(address, request)) == (request, expected)
            assert (request, answer(address, request)) == (request, expected)


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
    path, stop, answers, failures = tmp_path / "live.db", threading.Event(), [], []
    make_release(GOOD, path)

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
                known = {}
                if response.status == 200:
                    answers.append((response.headers["X-Dataset-Version"], orjson.loads(body)["meta"]["dataset"]))
                    known = {"If-None-Match": response.headers["ETag"]} if len(answers) % 3 else {}

    with running(path) as (address, process):
        targets = ("/estimates?limit=1", "/facets", "/hedges/up_to", "/conflicts")
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


async def asked(application, scope):
    """Return the status, the headers and the body that an ASGI application answers with."""
    sent = []

    async def send(message):
        sent.append(message)

    await application(scope, None, send)
    return sent[0]["status"], dict(sent[0]["headers"]), b"".join(one["body"] for one in sent[1:])


@pytest.fixture
def front(database):
    """Return a function that makes a front door before the application on the invented dataset."""
    made = []

    def make(**config):
        app = create_app({"DATABASE_URL": f"sqlite:///{database}", **config})
        app.extensions["database"].release()
        made.append(FrontDoor(app))
        return made[-1]

    yield make
    for one in made:
        one._bridge.close()
        one.flask.extensions["database"].close()


def test_what_is_kept_is_bounded(front):
    door = front(KEPT_BYTES=200_000)
    for number in range(1, 200):
        for scope in (scope_of(f"/estimates?limit={number % 7 + 1}&offset={number}"), scope_of("/hedges?limit=3")):
            status, headers, body = asyncio.run(asked(door, scope))
            assert status == 200
            assert int(headers[b"content-length"]) == len(body)
    assert 150_000 < door._kept.size <= 200_000
    assert door._tally.hits + door._tally.misses == 398
    assert door._tally.hits > 190  # what is asked for often is written over as well, and put again


def test_what_says_the_same_in_other_words_is_kept_once(front):
    door = front()
    first = asyncio.run(asked(door, scope_of("/hedges?limit=3", accept_encoding="gzip")))
    kept = door._kept.size
    for other in ("/hedges?limit=03", "/hedges?offset=0&limit=3"):
        for _ in range(2):
            answer = asyncio.run(asked(door, scope_of(other, accept_encoding="gzip, x")))
            assert (answer[0], answer[2], answer[1][b"etag"]) == (200, first[2], first[1][b"etag"])
    assert (door._tally.hits, door._tally.misses) == (2, 3)
    assert door._kept.size < kept + 600


def test_answers_that_are_written_over_are_given_anew_in_whichever_words(front):
    door = front(KEPT_BYTES=300_000)
    words = ["/estimates?limit=3", "/estimates?limit=03", "/estimates?offset=0&limit=3"]
    body = asyncio.run(asked(door, scope_of(words[0])))[2]
    chance = random.Random(5)  # noqa: S311 (the same each time)
    for number in range(400):
        assert asyncio.run(asked(door, scope_of(f"/estimates?limit={number % 9 + 1}&offset={number}")))[0] == 200
        status, headers, same = asyncio.run(asked(door, scope_of(chance.choice(words))))
        assert (status, same, int(headers[b"content-length"])) == (200, body, len(body))


def test_nothing_is_kept_where_that_is_turned_off(front):
    door = front(KEPT_BYTES=0)
    answers = [asyncio.run(asked(door, scope_of("/hedges")))[2] for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert (door._kept.size, door._tally.hits, door._tally.misses) == (0, 0, 3)


@pytest.mark.parametrize(
    ("given", "said"),
    [("lots", "'lots' is no number of bytes"), ("9" * 20, f"{'9' * 20} is more than this machine has")],
)
def test_how_much_is_kept_has_to_be_a_number_that_is_to_be_had(front, given, said):
    with pytest.raises(ValueError, match=said):
        front(KEPT_BYTES=given)


def test_a_question_that_takes_long_goes_to_a_thread(front, monkeypatch):
    monkeypatch.setattr("schema.store.sqlite.STEPS_BETWEEN_CHECKS", 10)
    monkeypatch.setattr("api.server.fast_path.PATIENCE", -1)
    door = front(KEPT_BYTES=0)
    looked = []
    ask = door._bridge.ask
    monkeypatch.setattr(door._bridge, "ask", lambda scope: looked.append(scope) or ask(scope))
    for _ in range(2):
        assert asyncio.run(asked(door, scope_of("/estimates?sort=-high")))[0] == 200
    assert len(looked) == 2
    assert list(door._direct._slow.values()) == [19]


def test_where_requests_are_limited_flask_answers_all(front):
    door = front(RATE_LIMIT="2 per minute")
    statuses = [asyncio.run(asked(door, scope_of("/hedges")))[0] for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_a_query_of_a_client_that_has_gone_is_given_up(database):
    app, ended = Flask("slow"), []
    data = Database(f"sqlite:///{database}")

    @app.get("/slow")
    def slow():
        endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
        try:
            return str(data.release().connection().exec_driver_sql(endless).scalar())
        finally:
            ended.append(time.monotonic())

    async def leave(bridge):
        task = asyncio.create_task(bridge.ask(scope_of("/slow")))
        await asyncio.sleep(0.3)
        task.cancel()
        left = time.monotonic()
        with pytest.raises(asyncio.CancelledError):
            await task
        while not ended:
            await asyncio.sleep(0.01)
        return ended[0] - left

    bridge = Bridge(app)
    assert asyncio.run(leave(bridge)) < 1
    bridge.close()
    data.close()


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

    async def read_slowly(bridge):
        room = asyncio.Semaphore(3)
        read = asyncio.create_task(bridge.send(await bridge.ask(scope_of("/stream")), lambda _: room.acquire()))
        await asyncio.sleep(0.3)
        assert len(made) <= 4
        assert (await bridge.ask(scope_of("/quick"))).body == b"quick"
        read.cancel()
        with pytest.raises(asyncio.CancelledError):
            await read
        await bridge.ask(scope_of("/quick"))  # the one thread has let go of the stream before
        assert closed == [True]

    bridge = Bridge(app)
    asyncio.run(read_slowly(bridge))
    bridge.close()
