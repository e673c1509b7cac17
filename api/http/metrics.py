"""/metrics for Prometheus: the number of requests and their durations, summed over all processes of the server."""

import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from threading import Lock

from flask import Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from api.config import Config
from api.http.counts import Count, Counts, clear

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper bounds of the histogram's buckets, in seconds."""
REQUESTS = "headcount_requests"
ANSWERS = "headcount_answers"
SECONDS = "headcount_request_duration_seconds"
CACHE_REQUESTS = "headcount_cache_requests"
CACHE_BYTES = "headcount_cache_bytes"
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


class Metrics(Collector):
    """The counts of requests of this process, and the totals of all processes of its server, which share a folder.

    What the event loop counts has other keys than what threads count, so that it needs no lock.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._counts = Counts(folder)
        self._lock = Lock()

    def count_on_loop(self, route: str, method: str, status: int, path: str, seconds: float) -> None:
        """Count a request as `count_request` does, but without its lock: only the event loop has cache and fast."""
        self._counts.add((REQUESTS, route, method, status, path, bisect_left(BUCKETS, seconds)), seconds)

    def count_miss(self) -> None:
        """Count a look-up of the event loop in the response cache that did not have the answer."""
        self._counts.add((CACHE_REQUESTS, "miss"))

    def count_request(self, route: str, method: str, status: int, path: str, seconds: float) -> None:
        """Count a request: `path` is where its answer came from, `seconds` the time until the answer's first byte."""
        with self._lock:
            self.count_on_loop(route, method, status, path, seconds)

    def count_failure(self, cause: str) -> None:
        """Count an unforeseen exception on the fast path; `cause` is its class."""
        with self._lock:
            self._counts.add((FAILURES, cause[:100]))

    def set_cache_bytes(self, size: int) -> None:
        """Set how many bytes this process's response cache uses; only the event loop does."""
        self._counts.set((CACHE_BYTES,), size)

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics in the classes of prometheus-client."""
        totals = self._counts.totals()
        counters: dict[str, Counter[tuple[str, ...]]] = {name: Counter() for name in COUNTERS}
        buckets: defaultdict[str, Counter[int]] = defaultdict(Counter)
        seconds: defaultdict[str, float] = defaultdict(float)
        for (name, *labels), (number, duration) in totals.items():
            count = int(number)
            if name == REQUESTS:
                route, method, status, path, bucket = labels
                counters[REQUESTS][str(route), str(method), str(status)] += count
                counters[ANSWERS][str(path),] += count
                buckets[str(route)][int(bucket)] += count
                seconds[str(route)] += duration
                if path == "cache":
                    counters[CACHE_REQUESTS]["hit",] += count
            elif name in COUNTERS:
                counters[str(name)][str(labels[0]),] += count
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
            histogram.add_metric([route], list(zip(bounds, cumulative, strict=True)), seconds[route])
        yield histogram
        size = totals.get((CACHE_BYTES,), Count()).number
        yield GaugeMetricFamily(CACHE_BYTES, "Bytes that the response caches of all workers use.", value=size)


def end_process(folder: Path, pid: int) -> None:
    """Forget the size of the cache of a process that has ended; its counts stay."""
    clear(folder, pid, (CACHE_BYTES,))


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
        route = request.url_rule.rule if request.url_rule else "none"
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
