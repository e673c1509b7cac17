"""/metrics for Prometheus: how many requests were answered how, and how long that took, over all workers.

prometheus-client decides when it is imported whether values are shared among processes, so this module is imported by
`create_app`, in each worker, after `api.server` has named the folder in which they are shared.
"""

import os
import time

from flask import Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

_SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"

REQUESTS = Counter(
    "headcount_requests",
    "Requests that were answered, by the route that answered, the method and the status.",
    ["route", "method", "status"],
)
SECONDS = Histogram(
    "headcount_request_duration_seconds",
    "Seconds from a request's arrival to its answer's first byte, by the route that answered.",
    ["route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)


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
