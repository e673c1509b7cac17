"""The fast path: cheap answers that are not cached yet, by the functions of Flask's endpoints but without Flask.

Where the release is in a file of this machine it runs on the event loop, else in a thread, since it waits for the
database. Every request that it does not answer (a wrong parameter, a missing record, a query that takes long) goes to
Flask in a thread, which has more time and can answer with a problem document.
"""

import logging
import re
import time
from traceback import walk_tb

from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from api import context
from api.endpoints import facets, records, series
from api.endpoints.endpoint import Endpoint
from api.formats.media_types import ITEM_MEDIA_TYPES
from api.http.answers import Answer, etag_matches, is_acceptable
from api.http.compression import SMALLEST, coded, preferred
from api.http.headers import ALWAYS, DATASET_VERSION, IMMUTABLE
from api.http.metrics import FAILURES, Metrics
from api.query.question import parse_question
from api.server.cache import Cache, CacheEntry, Headers, RequestKey, header_lines
from schema.store.errors import DatabaseError, QueryError
from schema.store.queries import Deadline
from schema.store.release import Database, Release

log = logging.getLogger(__name__)

MAX_SECONDS = 0.003
"""The longest time for which a query may block the event loop."""
MAX_THREAD_SECONDS = 0.05
"""The longest time for which a query may keep one of the few threads that wait for a database server."""
MAX_LIMIT = 200
"""A list with a larger `limit` goes to a thread."""
SKIPPED = 20
"""After a slow query, so many queries of the same shape go to a thread without a try here."""
MAX_SHAPES = 1000
"""The most slow shapes that are stored."""

_PLAIN_ID = re.compile(rb"[A-Za-z0-9._-]+")
_WHOLE_BODIES = frozenset(ITEM_MEDIA_TYPES.values())
CHEAP = (facets.get_facets, series.list_series, *records.ENDPOINTS)
"""The endpoints of the fast path."""

_VERSION = DATASET_VERSION.lower().encode()

Shape = tuple[str, ...]
"""The shape of a query, the same for queries of similar cost: route, names of parameters, and sort keys."""


def _common_headers(cache_control: str) -> bytes:
    """Return the header lines that all answers with a Cache-Control share."""
    headers = {"Cache-Control": cache_control} | ALWAYS
    return header_lines([(name.lower().encode(), value.encode()) for name, value in headers.items()])


class FastPath:
    """Answers requests on the event loop and puts the answers into the cache; without a cache, in any thread.

    `cache_control` is that of an answer whose address does not name the version of the dataset.
    """

    def __init__(self, database: Database, cache: Cache | None, metrics: Metrics, cache_control: str) -> None:
        self._database, self._cache, self._metrics = database, cache, metrics
        self._headers, self._immutable_headers = _common_headers(cache_control), _common_headers(IMMUTABLE)
        routes = {endpoint.route: endpoint for endpoint in CHEAP}
        self._lists = {route.encode(): endpoint for route, endpoint in routes.items() if "<" not in route}
        self._items = {route.partition("/<")[0].encode(): routes[route] for route in routes if "<" in route}
        self._slow_shapes: dict[Shape, int] = {}
        self._logged: set[tuple[str, str, int]] = set()

    def answer(self, release: Release, request: RequestKey, if_none_match: bytes | None) -> CacheEntry | None:
        """Return the answer to a GET or HEAD request; None if Flask has to answer in a thread.

        The answer is cached, unless the client has it already (If-None-Match): then it has no body.
        """
        _, path, _, accept, *_ = request
        if (match := self._match(path)) is None or b"text" in accept:  # text: pages, and streams of CSV
            return None
        endpoint, ids = match
        token = context.begin(context.RequestContext(self._database, accept.decode("latin-1"), release))
        try:
            return self._answer(endpoint, ids, request, if_none_match)
        except (HTTPException, ValidationError, DatabaseError, UnicodeDecodeError) as error:
            # A wrong request, or no dataset: Flask answers with the problem. What raised the error may refer to it
            # still (marshmallow does), so its frames, with the release, would stay until the garbage collector comes.
            error.__traceback__ = None
            return None
        except Exception as error:
            self._report(error)
            return None
        finally:
            context.end(token)

    def _answer(
        self, endpoint: Endpoint, ids: dict[str, str], request: RequestKey, if_none_match: bytes | None
    ) -> CacheEntry | None:
        """Return the answer of an endpoint; None if it takes too long, is a stream or has no acceptable media type."""
        entry: CacheEntry | None = None
        shape: Shape = (endpoint.route,)
        longest = MAX_SECONDS if self._cache is not None else MAX_THREAD_SECONDS
        began = time.thread_time() if not ids else 0.0  # one record is always cheap
        try:
            with Deadline(time.monotonic() + longest):
                question = parse_question(endpoint.schema, request[2])
                parameters = question.parameters
                shape = (endpoint.route, *parameters, *parameters.get("sort", ()))
                if parameters.get("limit", 0) > MAX_LIMIT or self._is_skipped(shape):
                    return None
                if "format" in parameters or is_acceptable(endpoint.media_types):
                    answer = endpoint.answer(question, **ids)
                    is_immutable = question.is_versioned and answer.is_fixed
                    headers = self._immutable_headers if is_immutable else self._headers
                    entry = self._entry(endpoint.route, answer, headers, request, if_none_match)
        except QueryError:
            self._skip(shape)
        if began and time.thread_time() - began > longest:  # rendering takes time as well
            self._skip(shape)
        return entry

    def _entry(
        self, route: str, answer: Answer, common_headers: bytes, request: RequestKey, if_none_match: bytes | None
    ) -> CacheEntry | None:
        """Return an answer with the headers that Flask would send, and cache it; None for a stream."""
        if answer.media_type not in _WHOLE_BODIES:
            return None
        etag = answer.weak_etag.encode()
        headers = b"%b%b: %b\r\netag: %b\r\n" % (common_headers, _VERSION, context.release().version.encode(), etag)
        if if_none_match is not None and etag_matches(if_none_match.decode("latin-1"), answer.weak_etag):
            return CacheEntry(route, etag, headers, b"", b"")
        coding = preferred(request[4].decode("latin-1")) or "" if request[4] else ""
        if self._cache and (entry := self._cache.get_by_etag(request, etag, coding.encode())):
            return entry
        body, own_headers = answer.render()
        if not isinstance(body, bytes):
            return None
        representation: Headers = [
            (name.lower().encode(), value.encode("latin-1")) for name, value in own_headers.items()
        ]
        if coding and len(body) >= SMALLEST:
            body = b"".join(coded([body], coding))
            representation.append((b"content-encoding", coding.encode()))
        else:
            coding = ""
        representation += [(b"content-type", answer.media_type.encode()), (b"content-length", b"%d" % len(body))]
        entry = CacheEntry(route, etag, headers, header_lines(representation), body)
        entry.coding = coding.encode()
        if self._cache:
            self._cache.put(request, entry)
        return entry

    def _match(self, path: bytes) -> tuple[Endpoint, dict[str, str]] | None:
        """Return the endpoint of a path, and the ids in the path."""
        if endpoint := self._lists.get(path):
            return endpoint, {}
        above, _, id_ = path.rpartition(b"/")
        endpoint = self._items.get(above)
        return (endpoint, {"id": id_.decode()}) if endpoint and _PLAIN_ID.fullmatch(id_) else None

    def _is_skipped(self, shape: Shape) -> bool:
        """Return whether a query of this shape goes to a thread, and count it."""
        remaining = self._slow_shapes.get(shape, 0)
        if remaining:
            self._slow_shapes[shape] = remaining - 1
        return bool(remaining)

    def _skip(self, shape: Shape) -> None:
        if len(self._slow_shapes) >= MAX_SHAPES:
            self._slow_shapes.clear()
        self._slow_shapes[shape] = SKIPPED

    def _report(self, error: Exception) -> None:
        """Count an unforeseen exception; log it only the first time that it comes from its place in the code."""
        cause = type(error).__name__
        self._metrics.count(FAILURES, cause)
        *_, (frame, line) = walk_tb(error.__traceback__)
        place = (cause, frame.f_code.co_filename, line)
        if place not in self._logged:
            self._logged.add(place)
            log.error("the fast path failed, so Flask answers; logged once for this cause", exc_info=error)
