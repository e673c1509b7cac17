"""Real servers, started as users start them: swaps under traffic, lost workers, draining, what is no HTTP."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest
from conftest import GOOD, make_release
from program import HEADCOUNT, WITH_ANOTHER_GUNICORN, running

from api.server import gunicorn
from api.server.fast_protocol import Worker
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


PROGRAMS = {"fast": HEADCOUNT, "plain": WITH_ANOTHER_GUNICORN}
"""`headcount` with our protocol class, and with gunicorn's own."""
FIRST_REQUEST_SECONDS = 1.0


@pytest.fixture(scope="module", params=PROGRAMS)
def protocol(request):
    """Return which protocol class serves."""
    return request.param


@pytest.fixture(scope="module")
def live(tmp_path_factory, protocol):
    """Return a server with a database of its own, and the database's path."""
    path = tmp_path_factory.mktemp("live") / "live.db"
    make_release(GOOD, path)
    variables = {"HEADCOUNT_FIRST_REQUEST_SECONDS": str(FIRST_REQUEST_SECONDS), "TRUSTED_PROXIES": "cloudflare"}
    with running(path, program=PROGRAMS[protocol], **variables) as (address, process):
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


def counted_of(address, name, label=""):
    """Return what a server counts under a name and a label."""
    with urllib.request.urlopen(f"{address}/metrics", timeout=10) as response:
        assert response.headers.get_content_type() == "text/plain"
        text = response.read().decode()
    samples = re.findall(rf"^{name}(\{{.*\}})? (.*)$", text, re.M)
    return sum(float(count) for labels, count in samples if label in labels)


def test_every_request_is_counted_over_all_workers(live):
    address = live[0]

    def counted():
        return counted_of(address, "headcount_requests_total", 'route="/claims/<string:id>"')

    before = counted()
    for _ in range(40):
        get(f"{address}/claims/strength")
    deadline = time.monotonic() + 5
    while counted() - before != 40:  # each worker writes its counts every second
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.skipif(sys.platform != "linux", reason="finds the workers in /proc")
def test_the_counts_of_a_lost_worker_stay_but_its_cache_does_not(tmp_path, protocol):
    path = tmp_path / "live.db"
    make_release(GOOD, path)
    with running(path, "--workers", "1", program=PROGRAMS[protocol]) as (address, process):
        for _ in range(20):
            get(f"{address}/claims/strength")
        time.sleep(1.2)
        size = counted_of(address, "headcount_cache_bytes")
        worker = int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text())
        os.kill(worker, signal.SIGKILL)
        time.sleep(0.2)
        deadline = time.monotonic() + 20
        while True:
            try:
                assert get(f"{address}/health/ready") == {"status": "ok"}
                break
            except OSError:
                assert time.monotonic() < deadline
        while counted_of(address, "headcount_cache_bytes") >= size:  # the arbiter has noticed the end
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert size > 1000
        assert counted_of(address, "headcount_requests_total", 'route="/claims/<string:id>"') == 20


REFUSALS = {
    b"GARBAGE\r\n\r\n": "400",
    b"GET /estimates HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n": "400",
    b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n": "414",
    b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X-Y: 1\r\n" * 200 + b"\r\n": "431",
}


@pytest.mark.parametrize("request_", REFUSALS, ids=REFUSALS.values())
def test_what_is_no_request_is_refused_by_our_protocol_as_a_problem(live, protocol, request_):
    head, body = raw(live[0], request_)
    assert head.split()[1] == REFUSALS[request_]
    if protocol == "plain":
        assert "Content-Type: text/plain" in head
        return
    for header in (
        "application/problem+json",
        "X-Request-Id: ",
        "X-Dataset-Version: ",
        "Access-Control-Allow-Origin: *",
    ):
        assert header in head
    assert str(json.loads(body)["status"]) == REFUSALS[request_]


WEBSOCKET = (
    b"GET %b HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@pytest.mark.parametrize("path", [b"/health/live", b"/hedges"], ids=["by Flask", "by the fast path"])
def test_a_websocket_is_answered_as_http_or_refused(live, protocol, path):
    head, body = raw(live[0], WEBSOCKET % path)
    assert head.split()[1] == {"fast": "200", "plain": "403"}[protocol]
    assert bool(body) == (protocol == "fast")


def test_many_clients_that_send_nothing_more_hold_up_no_other(live):
    host, _, port = live[0].removeprefix("http://").partition(":")
    slow = [socket.create_connection((host, int(port)), timeout=10) for _ in range(300)]
    for connection in slow:
        connection.sendall(b"GET /estimates HTTP/1.1\r\nHost:")
    began = time.monotonic()
    for _ in range(20):
        assert get(f"{live[0]}/estimates?limit=1")["meta"]["total"] == 16
    assert time.monotonic() - began < 5
    for connection in slow:
        connection.close()


@pytest.mark.parametrize("sent", [b"", b"GET /estimates HTTP/1.1\r\nHost:"])
def test_who_never_finishes_a_first_request_is_let_go_by_our_protocol(live, protocol, sent):
    host, _, port = live[0].removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=FIRST_REQUEST_SECONDS + 10) as connection:
        connection.sendall(sent)
        began = time.monotonic()
        if protocol == "plain":  # gunicorn itself waits for ever
            connection.settimeout(FIRST_REQUEST_SECONDS + 1)
            with pytest.raises(TimeoutError):
                connection.recv(1000)
            return
        assert connection.recv(1000) == b""
    assert FIRST_REQUEST_SECONDS - 0.5 < time.monotonic() - began < FIRST_REQUEST_SECONDS + 5


def test_sigterm_lets_a_running_request_finish(tmp_path, protocol):
    path = tmp_path / "live.db"
    make_release(GOOD, path)
    with running(path, "--workers", "1", program=PROGRAMS[protocol]) as (address, process):
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


def test_our_protocol_is_for_one_version_of_gunicorn(monkeypatch, caplog):
    assert gunicorn.choose_worker() is Worker
    assert not caplog.records
    monkeypatch.setattr(gunicorn, "version", lambda _: "27.1.0")
    assert gunicorn.choose_worker() == "asgi"
    assert "gunicorn is 27.1.0, not 27.0.1" in caplog.text


def test_serve_without_its_folder_says_what_to_do(tmp_path):
    root = Path(__file__).parents[1]
    for package in ("api", "schema", "seeds"):
        shutil.copytree(root / package, tmp_path / package, ignore=shutil.ignore_patterns("server", "__pycache__"))
    # An editable installation finds what is missing in the copy; its finder is the last.
    program = "import sys; sys.meta_path.pop(); from api.cli import main; main()"
    command = [sys.executable, "-c", program, "serve"]
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: api/server is not there; ")
    assert "gunicorn 'api:create_app()'" in done.stderr
