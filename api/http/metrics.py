"""/metrics for Prometheus: the number of requests and their durations, summed over all processes of the server."""

import logging
import os
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import accumulate
from pathlib import Path
from threading import Lock

import orjson
from flask import Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from api.config import Config

log = logging.getLogger(__name__)

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper bounds of the histogram's buckets, in seconds."""
REQUESTS = "headcount_requests"
ANSWERS = "headcount_answers"
SECONDS = "headcount_request_duration_seconds"
CACHE_REQUESTS = "headcount_cache_requests"
CACHE_BYTES = "headcount_cache_bytes"
ROUTE = "headcount.route"
"""The key of a request's WSGI environment under which the route that answered it is left."""
FAILURES = "headcount_fast_path_failures"

COUNTERS = {
    REQUESTS: (
        "Requests that were answered, by the route that answered, the method and the status.",
        ["route", "method", "status"],
    ),
    ANSWERS: ("Answers by where they came from: cache, fast (the event loop) or thread (Flask).", ["path"]),
    CACHE_REQUESTS: ("Look-ups in the response cache, by whether it had the answer (hit) or not (miss).", ["result"]),
    FAILURES: ("Unforeseen exceptions on the fast path, by class; Flask answered instead.", ["cause"]),
}

Counts = dict[tuple[str | int, ...], float]
"""Numbers by name and labels: `(REQUESTS, route, method, status, path, bucket)`, `(SECONDS, route)` for the sum of
seconds, `(CACHE_BYTES,)`, and `(name, label)` for the other counters."""


class Metrics(Collector):
    """The counts of this process, and the totals of all processes of its server.

    With a folder, each process writes its counts into its own file there; the file stays when the process ends. The
    event loop adds to `loop_counts` without a lock; threads add to counts behind a lock.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self.loop_counts: defaultdict[tuple[str | int, ...], float] = defaultdict(int)
        self._counts: defaultdict[tuple[str | int, ...], float] = defaultdict(int)
        self._lock = Lock()
        self._written: Counts = {}
        self._has_failed = False

    def count_request(self, route: str, method: str, status: int, path: str, seconds: float) -> None:
        """Count a request: `path` is where its answer came from, `seconds` the time until the answer's first byte."""
        bucket = bisect_left(BUCKETS, seconds)
        with self._lock:
            self._counts[REQUESTS, route, method, status, path, bucket] += 1
            self._counts[SECONDS, route] += seconds

    def count(self, name: str, label: str) -> None:
        """Add 1 to a counter with one label."""
        with self._lock:
            self._counts[name, label] += 1

    def set_cache_bytes(self, size: int) -> None:
        """Set how many bytes this process's response cache uses."""
        with self._lock:
            self._counts[CACHE_BYTES,] = size

    def start(self) -> None:
        """Add the counts of an ended process that had the same process id, if there was one."""
        if self._folder:
            with self._lock:
                _add(self._counts, _read(_file(self._folder, os.getpid())))

    def write(self) -> None:
        """Write the counts into this process's file, if they have changed; log only the first failure."""
        counts = self._own_counts()
        if not self._folder or counts == self._written:
            return
        self._written = counts
        try:
            _write(_file(self._folder, os.getpid()), counts)
        except OSError as error:
            if not self._has_failed:
                log.error("/metrics lacks what process %d counts: %s", os.getpid(), error)
            self._has_failed = True

    def totals(self) -> Counts:
        """Return the counts of all processes; those of other processes are up to a second old."""
        totals = self._own_counts()
        for file in sorted(self._folder.glob("*.json")) if self._folder else ():
            if file != _file(file.parent, os.getpid()):
                _add(totals, _read(file))
        return totals

    def _own_counts(self) -> Counts:
        """Return the counts of this process."""
        with self._lock:
            counts = dict(self._counts)
        _add(counts, dict(self.loop_counts))
        return counts

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics in the classes of prometheus-client."""
        totals = self.totals()
        counters: dict[str, Counter[tuple[str, ...]]] = {name: Counter() for name in COUNTERS}
        buckets: defaultdict[str, Counter[int]] = defaultdict(Counter)
        for (name, *labels), count in totals.items():
            if name == REQUESTS:
                route, method, status, path, bucket = labels
                counters[REQUESTS][str(route), str(method), str(status)] += int(count)
                counters[ANSWERS][str(path),] += int(count)
                buckets[str(route)][int(bucket)] += int(count)
                if path == "cache":
                    counters[CACHE_REQUESTS]["hit",] += int(count)
            elif name in COUNTERS:
                counters[str(name)][str(labels[0]),] += int(count)
        for name, (description, label_names) in COUNTERS.items():
            counter = CounterMetricFamily(name, description, labels=label_names)
            for values, count in sorted(counters[name].items()):
                counter.add_metric(values, count)
            yield counter
        histogram = HistogramMetricFamily(
            SECONDS, "Seconds from a request's arrival to its answer's first byte, by the route.", labels=["route"]
        )
        bounds = [*map(str, BUCKETS), "+Inf"]
        for route, counts in sorted(buckets.items()):
            cumulative = accumulate(counts[bucket] for bucket in range(len(bounds)))
            histogram.add_metric([route], list(zip(bounds, cumulative, strict=True)), totals[SECONDS, route])
        yield histogram
        size = totals.get((CACHE_BYTES,), 0)
        yield GaugeMetricFamily(CACHE_BYTES, "Bytes that the response caches of all workers use.", value=size)


def end_process(folder: Path, pid: int) -> None:
    """Remove the cache's size from the file of a process that has ended; its other counts stay."""
    file = _file(folder, pid)
    if counts := _read(file):
        counts.pop((CACHE_BYTES,), None)
        _write(file, counts)


def _file(folder: Path, pid: int) -> Path:
    return folder / f"{pid}.json"


def _read(file: Path) -> Counts:
    """Return the counts in a file; no counts if the file does not exist."""
    try:
        return {tuple(key): number for key, number in orjson.loads(file.read_bytes())}
    except FileNotFoundError:
        return {}


def _write(file: Path, counts: Counts) -> None:
    """Write counts into a file; a reader sees either the new counts or the previous ones, never a part."""
    temporary = file.with_suffix(".new")
    temporary.write_bytes(orjson.dumps(list(counts.items())))
    temporary.replace(file)


def _add(totals: Counts, counts: Mapping[tuple[str | int, ...], float]) -> None:
    for key, number in counts.items():
        totals[key] = totals.get(key, 0) + number


def _start_clock() -> None:
    g.began = time.perf_counter()


def init_app(app: Flask) -> None:
    """Count every request, and answer /metrics."""
    config: Config = app.extensions["config"]
    metrics = app.extensions["metrics"] = Metrics(config.metrics_folder)
    registry = CollectorRegistry()
    registry.register(metrics)

    def count(response: Response) -> Response:
        # The route, not the address: Prometheus would get a series for each question.
        route = request.environ[ROUTE] = request.url_rule.rule if request.url_rule else "none"
        method = request.method if request.method in ("GET", "HEAD", "OPTIONS") else "other"
        now = time.perf_counter()
        metrics.count_request(route, method, response.status_code, "thread", now - g.get("began", now))
        return response

    def answer_metrics() -> Response:
        """Return the counts of all processes in Prometheus' text format."""
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    app.before_request(_start_clock)
    app.after_request(count)
    app.add_url_rule("/metrics", "metrics", answer_metrics)
