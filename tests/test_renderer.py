"""Charts are rendered by a process of its own, which starts when it is needed, is bounded in time, and ends with its worker."""

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
from program import running
from werkzeug.exceptions import ServiceUnavailable

from api.explorer import chart_endpoints
from api.explorer.renderer import Renderer

pytestmark = pytest.mark.slow
in_proc = pytest.mark.skipif(sys.platform != "linux", reason="finds the processes in /proc")


def specification(title):
    return orjson.dumps({"title": title, "mark": "point", "data": {"values": [{"a": 1}]}}).decode()


@pytest.fixture
def make():
    """Return a function that makes a renderer, which is closed when the test ends."""
    renderers = []

    def make(**timeouts):
        renderers.append(Renderer(**timeouts))
        return renderers[-1]

    yield make
    for renderer in renderers:
        renderer.close()


def wait_for(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_threads_share_a_process_and_each_gets_its_own_chart(make):
    renderer = make()
    assert renderer.process is None  # before it is needed
    with ThreadPoolExecutor(8) as threads:
        images = list(threads.map(lambda number: renderer.render("svg", specification(f"Title{number}")), range(24)))
    assert all(f">Title{number}<".encode() in image for number, image in enumerate(images))
    assert renderer.render("png", specification("one")).startswith(b"\x89PNG")


def test_a_refused_specification_says_why_and_the_process_goes_on(make):
    renderer = make()
    with pytest.raises(ValueError, match=r"\w"):
        renderer.render("svg", "{")
    process = renderer.process
    assert renderer.render("svg", specification("next")).startswith(b"<svg")
    assert renderer.process is process


def test_a_lost_process_is_replaced_whether_idle_or_busy(make):
    renderer = make()
    renderer.render("svg", specification("first"))
    idle = renderer.process
    idle.kill()
    assert b">second<" in renderer.render("svg", specification("second"))
    busy = renderer.process
    busy.send_signal(signal.SIGSTOP)  # so that it is certain to be lost before it answers
    threading.Timer(0.3, busy.kill).start()
    assert b">third<" in renderer.render("svg", specification("third"))
    assert None not in (idle.returncode, busy.returncode)


def test_a_chart_that_takes_too_long_is_given_up(make):
    renderer = make()
    renderer.render("svg", specification("first"))
    renderer.timeout = 2
    stuck = renderer.process
    stuck.send_signal(signal.SIGSTOP)
    started = time.monotonic()
    with pytest.raises(ServiceUnavailable, match="within 2 seconds"):
        renderer.render("svg", specification("second"))
    assert 1.9 < time.monotonic() - started < 4
    assert stuck.returncode == -signal.SIGKILL
    renderer.timeout = 20
    assert b">third<" in renderer.render("svg", specification("third"))


def test_a_thread_that_waits_too_long_for_its_turn_is_refused(make):
    renderer = make()
    renderer.render("svg", specification("first"))
    renderer.process.send_signal(signal.SIGSTOP)
    with ThreadPoolExecutor(1) as threads:
        before = threads.submit(renderer.render, "svg", specification("second"))
        wait_for(before.running)
        time.sleep(0.1)  # it has begun its turn
        renderer.timeout = 0.2
        with pytest.raises(ServiceUnavailable):
            renderer.render("svg", specification("third"))
        renderer.process.send_signal(signal.SIGCONT)
        assert b">second<" in before.result()


def test_an_idle_process_ends_and_leaves_nothing_behind(make):
    renderer = make(idle_timeout=0.2)
    renderer.render("svg", specification("first"))
    process = renderer.process
    wait_for(lambda: renderer.process is None)
    assert process.returncode is not None
    assert b">second<" in renderer.render("svg", specification("second"))


def test_a_chart_that_takes_too_long_is_a_503(client, make, monkeypatch):
    slow = make(timeout=0.001)
    monkeypatch.setattr(chart_endpoints, "renderer", lambda: slow)
    for path in ("/chart.svg", "/chart.png"):
        response = client.get(f"{path}?width=777")
        assert (response.status_code, response.mimetype) == (503, "application/problem+json")
        assert "cannot be drawn within" in response.json["detail"]
        assert response.headers["Retry-After"] == "30"


def children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def renderer_processes(worker):
    """Return the processes of a worker, whichever of its threads started them."""
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
        (process,) = renderer_processes(worker)
        resident = int(Path(f"/proc/{worker}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        assert resident < 150_000_000
        os.kill(worker, ending)
        wait_for(lambda: not Path(f"/proc/{process}").exists())
