"""/metrics for Prometheus: how many requests were answered how, and how long that took, over all workers.

prometheus-client decides when it is imported whether values are shared among processes, so this module is imported by
`create_app`, after `api.server.gunicorn` has named the folder in which they are shared.
"""

import os
import time
from bisect import bisect_left

from flask import Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

_SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)

REQUESTS = Counter(
    "headcount_requests",
    "Requests that were answered, by the route that answered, the method and the status.",
    ["route", "method", "status"],
)
SECONDS = Histogram(
    "headcount_request_duration_seconds",
    "Seconds from a request's arrival to its answer's first byte, by the route that answered.",
    ["route"],
    buckets=_BUCKETS,
)

KEPT_ASKED = Counter(
    "headcount_kept_bodies",
    "Plain GETs of the front door, by whether their answer had been kept (hit) or not (miss).",
    ["result"],
)
KEPT_BYTES = Gauge("headcount_kept_bytes", "Bytes of answers that all workers keep.", multiprocess_mode="livemax")


class Tally:
    """What the front door counts: plain integers, on the event loop alone, handed on to prometheus-client at times."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.hits = self.misses = self.kept_bytes = 0
        self._requests: dict[tuple[bytes, str, int], int] = {}
        self._seconds: dict[bytes, list[float]] = {}

    def count(self, route: bytes, method: str, status: int, began: float) -> None:
        """Count a request that began at a time of `time.perf_counter`."""
        seconds = time.perf_counter() - began
        key = (route, method, status)
        self._requests[key] = self._requests.get(key, 0) + 1
        observed = self._seconds.get(route)
        if observed is None:
            observed = self._seconds[route] = [0.0] * (len(_BUCKETS) + 2)
        observed[bisect_left(_BUCKETS, seconds)] += 1
        observed[-1] += seconds

    def flush(self) -> None:
        """Hand on what was counted."""
        for (route, method, status), number in self._requests.items():
            REQUESTS.labels(route.decode(), method, str(status)).inc(number)
        for route, observed in self._seconds.items():
            histogram = SECONDS.labels(route.decode())
            histogram._sum.inc(observed.pop())  # observe() takes one at a time
            for bucket, observations in zip(histogram._buckets, observed, strict=True):
                bucket.inc(observations)
        KEPT_ASKED.labels("hit").inc(self.hits)
        KEPT_ASKED.labels("miss").inc(self.misses)
        KEPT_BYTES.set(self.kept_bytes)
        self.hits = self.misses = 0
        self._requests, self._seconds = {}, {}


def _begin() -> None:
    g.began = time.perf_counter()


def _finish(response: Response) -> Response:
    # The route and not the address: there is an address for each question, and a series for each would be too many.
    route = request.url_rule.rule if request.url_rule else "none"
    method = request.method if request.method in ("GET", "HEAD", "OPTIONS") else "other"
    REQUESTS.labels(route, method, str(response.status_code)).inc()
    if "began" in g:
        SECONDS.labels(route).observe(time.perf_counter() - g.began)
    return response


def _metrics() -> Response:
    """Return what was counted in all workers, in Prometheus' text format."""
    registry = REGISTRY
    if os.environ.get(_SHARED_FOLDER):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def init_app(app: Flask) -> None:
    """Count every request, and answer /metrics."""
    app.before_request(_begin)
    app.after_request(_finish)
    app.add_url_rule("/metrics", "metrics", _metrics)
