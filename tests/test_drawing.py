"""Charts are drawn by a process of its own, which comes when it is needed, is bounded in time, and goes with its worker."""

import os
import signal
import sys
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
import pytest
from conftest import running
from werkzeug.exceptions import ServiceUnavailable

from api.explorer import charts
from api.explorer.renderer import Pencil

in_proc = pytest.mark.skipif(sys.platform != "linux", reason="finds the processes in /proc")


def spec(title):
    return orjson.dumps({"title": title, "mark": "point", "data": {"values": [{"a": 1}]}}).decode()


@pytest.fixture
def make():
    """Return a function that makes a pencil, which is closed when the test ends."""
    made = []

    def make(**limits):
        made.append(Pencil(**limits))
        return made[-1]

    yield make
    for one in made:
        one.close()


def wait_for(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_threads_share_a_process_and_each_is_given_its_own(make):
    pencil = make()
    assert pencil.process is None  # before it is needed
    with ThreadPoolExecutor(8) as threads:
        drawn = list(threads.map(lambda number: pencil.draw("svg", spec(f"Title{number}")), range(24)))
    assert all(f">Title{number}<".encode() in one for number, one in enumerate(drawn))
    assert pencil.draw("png", spec("one")).startswith(b"\x89PNG")


def test_what_is_refused_says_why_and_the_process_goes_on(make):
    pencil = make()
    with pytest.raises(ValueError, match=r"\w"):
        pencil.draw("svg", "{")
    process = pencil.process
    assert pencil.draw("svg", spec("next")).startswith(b"<svg")
    assert pencil.process is process


def test_a_lost_process_is_replaced_whether_idle_or_drawing(make):
    pencil = make()
    pencil.draw("svg", spec("first"))
    lost = pencil.process
    lost.kill()
    assert b">second<" in pencil.draw("svg", spec("second"))
    stopped = pencil.process
    stopped.send_signal(signal.SIGSTOP)  # so that it is certain to be lost before it answers
    threading.Timer(0.3, stopped.kill).start()
    assert b">third<" in pencil.draw("svg", spec("third"))
    assert None not in (lost.returncode, stopped.returncode)


def test_a_drawing_that_takes_too_long_is_given_up(make):
    pencil = make(longest=2)
    pencil.draw("svg", spec("first"))
    stuck = pencil.process
    stuck.send_signal(signal.SIGSTOP)
    started = time.monotonic()
    with pytest.raises(ServiceUnavailable, match="within 2 seconds"):
        pencil.draw("svg", spec("second"))
    assert 1.9 < time.monotonic() - started < 4
    assert stuck.returncode == -signal.SIGKILL
    assert b">third<" in pencil.draw("svg", spec("third"))


def test_who_waits_too_long_for_a_turn_is_refused(make):
    pencil = make(longest=0.2)
    with pencil._turn, pytest.raises(ServiceUnavailable):
        pencil.draw("svg", spec("first"))
    assert pencil.process is None


def test_an_idle_process_ends_and_leaves_nothing_behind(make):
    pencil = make(idle=0.2)
    pencil.draw("svg", spec("first"))
    process = pencil.process
    wait_for(lambda: pencil.process is None)
    assert process.returncode is not None
    assert b">second<" in pencil.draw("svg", spec("second"))


def test_a_chart_that_takes_too_long_is_a_503(client, make, monkeypatch):
    slow = make(longest=0.001)
    monkeypatch.setattr(charts, "pencil", lambda: slow)
    for path in ("/chart.svg", "/chart.png"):
        response = client.get(f"{path}?width=777")
        assert (response.status_code, response.mimetype) == (503, "application/problem+json")
        assert "cannot be drawn within" in response.json["detail"]
        assert response.headers["Retry-After"] == "30"


def children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def drawing(worker):
    """Return the processes that a worker has, whichever thread of its started them."""
    return [
        int(child)
        for task in Path(f"/proc/{worker}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]


@in_proc
@pytest.mark.server
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_it_ends_with_its_worker_however_that_ends(database, ending):
    with running(database, "--workers", "1") as (address, server):
        urllib.request.urlopen(f"{address}/chart.svg", timeout=30).close()
        (worker,) = children(server.pid)
        (process,) = drawing(worker)
        held = int(Path(f"/proc/{worker}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        assert held < 150_000_000
        os.kill(worker, ending)
        wait_for(lambda: not Path(f"/proc/{process}").exists())
