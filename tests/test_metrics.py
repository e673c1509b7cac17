"""/metrics: what every process of a server has counted, whichever is asked, and what an ended process has left."""

import os
import threading

import orjson
import pytest
from prometheus_client import CollectorRegistry, generate_latest

from api import create_app
from api.http.metrics import FAILURES, Metrics, end_process


def exposed(metrics):
    """Return the samples as Prometheus reads them."""
    registry = CollectorRegistry()
    registry.register(metrics)
    lines = (line.rpartition(" ") for line in generate_latest(registry).decode().splitlines() if line[0] != "#")
    return {sample: float(value) for sample, _, value in lines}


def as_process(metrics, pid, monkeypatch):
    """Have counts written as by another process."""
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: pid)
        metrics.write()
    return metrics


def test_requests_are_counted_by_route_method_status_path_and_duration():
    metrics = Metrics()
    metrics.count_request("/estimates", "GET", 200, "cache", 0.0005)
    metrics.count_request("/estimates", "GET", 200, "fast", 0.001)
    metrics.count_request("/estimates", "HEAD", 304, "cache", 0.3)
    metrics.count_request("none", "GET", 404, "thread", 7)
    metrics.count(FAILURES, "ZeroDivisionError")
    metrics.set_cache_bytes(4321)
    samples = exposed(metrics)
    of = 'route="/estimates"'
    seconds = "headcount_request_duration_seconds"
    buckets = {bound: samples[f'{seconds}_bucket{{le="{bound}",{of}}}'] for bound in ("0.001", "0.25", "0.5", "+Inf")}
    assert buckets == {"0.001": 2, "0.25": 2, "0.5": 3, "+Inf": 3}
    assert (samples[f"{seconds}_count{{{of}}}"], samples[f"{seconds}_sum{{{of}}}"]) == (3, pytest.approx(0.3015))
    assert {sample: value for sample, value in samples.items() if seconds not in sample} == {
        'headcount_requests_total{method="GET",route="/estimates",status="200"}': 2,
        'headcount_requests_total{method="HEAD",route="/estimates",status="304"}': 1,
        'headcount_requests_total{method="GET",route="none",status="404"}': 1,
        'headcount_answers_total{path="cache"}': 2,
        'headcount_answers_total{path="fast"}': 1,
        'headcount_answers_total{path="thread"}': 1,
        'headcount_cache_requests_total{result="hit"}': 2,
        'headcount_fast_path_failures_total{cause="ZeroDivisionError"}': 1,
        "headcount_cache_bytes": 4321,
    }


def test_all_processes_are_summed_and_an_ended_one_leaves_its_counts(tmp_path, monkeypatch):
    own = Metrics(tmp_path)
    requests = 'headcount_requests_total{method="GET",route="/",status="200"}'
    for pid in (1, 2):
        other = Metrics(tmp_path)
        other.count_request("/", "GET", 200, "fast", 0.1)
        other.set_cache_bytes(100)
        as_process(other, pid, monkeypatch)
    own.count_request("/", "GET", 200, "cache", 0.1)
    own.write()
    own.count_request("/", "GET", 200, "cache", 0.1)  # not written yet
    own.set_cache_bytes(10)
    assert (exposed(own)[requests], exposed(own)["headcount_cache_bytes"]) == (4, 210)
    end_process(tmp_path, 1)
    end_process(tmp_path, 3)  # one that never wrote
    assert (exposed(own)[requests], exposed(own)["headcount_cache_bytes"]) == (4, 110)
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(["1.json", "2.json", f"{os.getpid()}.json"])


def test_a_process_that_has_the_number_of_an_ended_one_goes_on_with_its_counts(tmp_path):
    first, second = Metrics(tmp_path), Metrics(tmp_path)
    first.count(FAILURES, "KeyError")
    first.write()
    second.start()
    second.count(FAILURES, "KeyError")
    second.write()
    assert exposed(Metrics(tmp_path)) == {"headcount_cache_bytes": 0}  # its own file is not another's
    assert exposed(second)['headcount_fast_path_failures_total{cause="KeyError"}'] == 2


def test_nothing_is_written_where_nothing_has_changed(tmp_path):
    metrics = Metrics(tmp_path)
    metrics.write()
    assert list(tmp_path.iterdir()) == []
    metrics.set_cache_bytes(1)
    metrics.write()
    (file,) = tmp_path.iterdir()
    file.unlink()
    metrics.set_cache_bytes(1)
    metrics.write()
    assert list(tmp_path.iterdir()) == []
    metrics.set_cache_bytes(2)
    metrics.write()
    assert orjson.loads(file.read_bytes()) == [[["headcount_cache_bytes"], 2]]


def test_a_folder_that_cannot_be_written_is_logged_once(tmp_path, caplog):
    metrics = Metrics(tmp_path / "gone")
    for _ in range(3):
        metrics.count(FAILURES, "KeyError")
        metrics.write()
    assert exposed(metrics)['headcount_fast_path_failures_total{cause="KeyError"}'] == 3
    assert len(caplog.records) == 1


def test_no_count_of_a_thread_is_lost():
    metrics = Metrics()

    def count():
        for _ in range(2000):
            metrics.count_request("/", "GET", 200, "thread", 0.1)

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert exposed(metrics)['headcount_answers_total{path="thread"}'] == 16_000


def test_flask_alone_counts_its_answers(database, url_of):
    app = create_app({"DATABASE_URL": url_of(database)})
    client = app.test_client()
    for path in ("/estimates", "/hedges/none", "/estimates"):
        client.get(path)
    text = client.get("/metrics").text
    assert 'headcount_requests_total{method="GET",route="/estimates",status="200"} 2.0' in text
    assert 'headcount_answers_total{path="thread"} 3.0' in text
    app.extensions["database"].close()
