"""Real servers, started as users start them: swaps under traffic, lost workers, draining, what is no HTTP."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest
from conftest import GOOD, make_release, running

from api.server.front_door import FLUSH_SECONDS
from api.server.gunicorn import FIRST_REQUEST_SECONDS
from seeds import SHIPPED

pytestmark = pytest.mark.server


def get(url):
    with urllib.request.urlopen(url, timeout=10) as response:
        return json.load(response)


def raw(address, request):
    """Send bytes as they are; return the status line and the body of the answer."""
    host, _, port = address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    return head.decode("latin-1"), body


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """Return a server with a database of its own, and the database's path."""
    path = tmp_path_factory.mktemp("live") / "live.db"
    make_release(GOOD, path)
    with running(path) as (address, process):
        yield address, path, process


def test_a_swap_under_traffic_drops_and_mixes_nothing(live):
    address, path, _ = live
    totals = {make_release(SHIPPED, path.with_name("other.db")): 44, make_release(GOOD, path): 16}
    stop, answers, failures = threading.Event(), [], []

    def ask():
        while not stop.is_set():
            try:
                answer = get(f"{address}/estimates?limit=1000")
                answers.append((answer["meta"]["dataset"], answer["meta"]["total"], len(answer["data"])))
            except Exception as error:
                failures.append(repr(error))

    clients = [threading.Thread(target=ask) for _ in range(4)]
    for client in clients:
        client.start()
    for folder in (SHIPPED, GOOD) * 4:
        time.sleep(0.15)
        make_release(folder, path)
    time.sleep(0.2)
    stop.set()
    for client in clients:
        client.join()
    assert failures == []
    assert {version for version, _, _ in answers} == set(totals)
    assert all(totals[version] == total == count for version, total, count in answers)
    assert get(f"{address}/dataset")["data"]["counts"]["estimates"] == 16


@pytest.mark.skipif(sys.platform != "linux", reason="finds the workers in /proc")
def test_a_lost_worker_is_replaced(live):
    address, _, process = live
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    before = children.read_text().split()
    os.kill(int(before[0]), signal.SIGKILL)
    deadline = time.monotonic() + 10
    while (now := children.read_text().split()) == before or len(now) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    for _ in range(10):
        assert get(f"{address}/health/ready") == {"status": "ok"}


def counted_of(address, name, label):
    """Return what a server counts under a name and a label."""
    with urllib.request.urlopen(f"{address}/metrics", timeout=10) as response:
        assert response.headers.get_content_type() == "text/plain"
        text = response.read().decode()
    return sum(float(count) for labels, count in re.findall(rf"^{name}\{{(.*)\}} (.*)$", text, re.M) if label in labels)


def test_every_request_is_counted_over_all_workers(live):
    address = live[0]

    def counted():
        return counted_of(address, "headcount_requests_total", 'route="/claims/<string:id>"')

    before = counted()
    for _ in range(40):
        get(f"{address}/claims/strength")
    deadline = time.monotonic() + 5
    while counted() - before != 40:  # the workers' front doors hand on what they counted every second
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_what_one_worker_answered_the_others_find(tmp_path):
    path = tmp_path / "live.db"
    make_release(GOOD, path)
    with running(path, "--workers", "3") as (address, _):
        for _ in range(60):  # each on a connection of its own, so that all workers are asked
            get(f"{address}/estimates?limit=3")
        time.sleep(FLUSH_SECONDS * 1.5)
        hits = counted_of(address, "headcount_kept_bodies_total", 'result="hit"')
    assert hits >= 57  # all but the first that each worker was asked, which found that there is a release


REFUSALS = {
    b"GARBAGE\r\n\r\n": "400",
    b"GET /estimates HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n": "400",
    b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n": "414",
    b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X-Y: 1\r\n" * 200 + b"\r\n": "431",
}


@pytest.mark.parametrize("request_", REFUSALS, ids=REFUSALS.values())
def test_what_is_no_request_is_refused_as_a_problem(live, request_):
    head, body = raw(live[0], request_)
    assert head.split()[1] == REFUSALS[request_]
    for header in (
        "application/problem+json",
        "X-Request-Id: ",
        "X-Dataset-Version: ",
        "Access-Control-Allow-Origin: *",
    ):
        assert header in head
    assert str(json.loads(body)["status"]) == REFUSALS[request_]


@pytest.mark.parametrize("sent", [b"", b"GET /estimates HTTP/1.1\r\nHost:"])
def test_who_never_finishes_a_request_is_let_go(live, sent):
    host, _, port = live[0].removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=FIRST_REQUEST_SECONDS * 2) as connection:
        connection.sendall(sent)
        began = time.monotonic()
        assert connection.recv(1000) == b""
    assert FIRST_REQUEST_SECONDS - 1 < time.monotonic() - began < FIRST_REQUEST_SECONDS + 5


def test_sigterm_lets_a_running_request_finish(tmp_path):
    path = tmp_path / "live.db"
    make_release(GOOD, path)
    with running(path, "--workers", "1") as (address, process):
        host, _, port = address.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(b"GET /estimates HTTP/1.1\r\nHost: a\r\nConnection: close\r\n")
            time.sleep(0.3)
            process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            connection.sendall(b"\r\n")
            received = b""
            while chunk := connection.recv(65536):
                received += chunk
        assert received.startswith(b"HTTP/1.1 200")
        assert process.wait(timeout=10) == 0


def test_the_first_start_loads_the_shipped_seeds(tmp_path):
    with running(tmp_path / "new" / "headcount.db") as (address, _):
        assert get(f"{address}/estimates?region=iraq")["meta"]["total"] == 19


def test_flask_run_serves_without_gunicorn(database):
    command = [sys.executable, "-m", "flask", "--app", "api", "routes"]
    environment = os.environ | {"HEADCOUNT_DATABASE_URL": f"sqlite:///{database}"}
    routes = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert "/estimates/<string:id>" in routes
