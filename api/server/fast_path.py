"""The fast path: cheap first-time answers on the event loop, by the handlers of Flask's views, in a few milliseconds.

Every request that it does not answer (a wrong parameter, a missing record, a query that takes long) goes to Flask in a
thread, which may take its time and answers with the right problem document.
"""

import logging
import re
import sqlite3
import time
from traceback import walk_tb

from marshmallow import ValidationError
from sqlalchemy.exc import DatabaseError as QueryError
from werkzeug.exceptions import HTTPException

from api import context
from api.formats.media_types import ITEM_MEDIA_TYPES
from api.http.answers import DATASET_VERSION, EXPOSED, PUBLIC, VARY, Answer
from api.http.compression import SMALLEST, coded, preferred
from api.http.metrics import FAILURES, Metrics
from api.http.negotiation import is_acceptable
from api.query.parsing import HANDLERS, Handler, validated
from api.read.resources import RESOURCES
from api.server.cache import Cache, CacheEntry, Headers, Words, etag_matches, header_lines
from schema.engine import Database, DatabaseError, Release
from schema.watch import Asker

log = logging.getLogger(__name__)

MAX_SECONDS = 0.003
"""How long a query may hold up the event loop."""
MAX_LIMIT = 200
"""A list with a larger `limit` goes to a thread."""
SKIPPED = 20
"""After one slow query, so many queries of the same shape go to a thread at once."""
MAX_SHAPES = 1000
"""How many slow shapes are remembered."""

_PLAIN_ID = re.compile(rb"[A-Za-z0-9._-]+")
_WHOLE_BODIES = frozenset(ITEM_MEDIA_TYPES.values())
_CHEAP_ROUTES = ["/facets", "/series", *(f"/{one.name}{rest}" for one in RESOURCES for rest in ("", "/<string:id>"))]
_VERSION = DATASET_VERSION.lower().encode()
_COMMON_HEADERS = header_lines(
    [
        (b"cache-control", PUBLIC.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"vary", ", ".join(VARY).encode()),
        (b"access-control-allow-origin", b"*"),
        (b"access-control-expose-headers", ", ".join(sorted(EXPOSED)).encode()),
    ]
)

Shape = tuple[str, ...]
"""What queries of similar cost have in common: the route, the names of the parameters, and the sort keys."""


class FastPath:
    """Answers requests on the event loop and puts the answers into the cache."""

    def __init__(self, database: Database, cache: Cache, metrics: Metrics) -> None:
        self._database, self._cache, self._metrics = database, cache, metrics
        self._lists = {route.encode(): HANDLERS[route] for route in _CHEAP_ROUTES if "<" not in route}
        self._items = {route.partition("/<")[0].encode(): HANDLERS[route] for route in _CHEAP_ROUTES if "<" in route}
        self._slow_shapes: dict[Shape, int] = {}
        self._logged: set[tuple[str, str, int]] = set()

    def answer(self, release: Release, words: Words, if_none_match: bytes | None) -> CacheEntry | None:
        """Return the answer to a GET or HEAD request, or None where a thread has to answer.

        The answer is cached, unless the client has it already (If-None-Match): then it has no body.
        """
        _, path, _, accept, _ = words
        if (found := self._handler(path)) is None or b"text" in accept:  # text: pages, and streams of CSV
            return None
        handler, ids = found
        token = context.begin(context.Reading(self._database, accept.decode("latin-1"), release))
        try:
            return self._answer(handler, ids, words, if_none_match)
        except (HTTPException, ValidationError, DatabaseError, UnicodeDecodeError):
            return None  # errors of the request, or no dataset: Flask says which
        except Exception as error:
            self._report(error)
            return None
        finally:
            context.end(token)

    def _answer(
        self, handler: Handler, ids: dict[str, str], words: Words, if_none_match: bytes | None
    ) -> CacheEntry | None:
        entry: CacheEntry | None = None
        shape: Shape = (handler.route,)
        began = 0.0 if ids else time.thread_time()  # one record is always cheap
        try:
            with Asker(time.monotonic() + MAX_SECONDS):
                query = validated(handler.schema, words[2])
                shape = (handler.route, *query, *query.get("sort", ()))
                if query.get("limit", 0) > MAX_LIMIT or self._is_skipped(shape):
                    return None
                if "format" in query or is_acceptable(handler.media_types):
                    entry = self._entry(handler.route, handler.answer(query, **ids), words, if_none_match)
        except (QueryError, sqlite3.DatabaseError) as error:
            if not _is_interrupted(error):
                raise
            self._skip(shape)
        if began and time.thread_time() - began > MAX_SECONDS:  # rendering takes time as well
            self._skip(shape)
        return entry

    def _entry(self, route: str, answer: Answer, words: Words, if_none_match: bytes | None) -> CacheEntry | None:
        """Return an answer with the headers that Flask would send, and cache it; None for a stream."""
        if answer.media_type not in _WHOLE_BODIES:
            return None
        etag = b'W/"%b"' % answer.etag.encode()
        headers = b"%b%b: %b\r\netag: %b\r\n" % (_COMMON_HEADERS, _VERSION, context.release().version.encode(), etag)
        if if_none_match is not None and etag_matches(etag, if_none_match):
            return CacheEntry(route, etag, headers, b"", b"")
        coding = preferred(words[4].decode("latin-1")) or ""
        if entry := self._cache.get_by_etag(words, etag, coding.encode()):
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
        self._cache.put(words, entry, coding.encode())
        return entry

    def _handler(self, path: bytes) -> tuple[Handler, dict[str, str]] | None:
        """Return the handler of a path, and the ids in the path."""
        if handler := self._lists.get(path):
            return handler, {}
        above, _, id_ = path.rpartition(b"/")
        handler = self._items.get(above)
        return (handler, {"id": id_.decode()}) if handler and _PLAIN_ID.fullmatch(id_) else None

    def _is_skipped(self, shape: Shape) -> bool:
        left = self._slow_shapes.get(shape, 0)
        if left:
            self._slow_shapes[shape] = left - 1
        return bool(left)

    def _skip(self, shape: Shape) -> None:
        if len(self._slow_shapes) >= MAX_SHAPES:
            self._slow_shapes.clear()
        self._slow_shapes[shape] = SKIPPED

    def _report(self, error: Exception) -> None:
        """Count an unforeseen exception, and log it the first time that it comes from one place in the code."""
        cause = type(error).__name__
        self._metrics.count(FAILURES, cause)
        *_, (frame, line) = walk_tb(error.__traceback__)
        place = (cause, frame.f_code.co_filename, line)
        if place not in self._logged:
            self._logged.add(place)
            log.error("the fast path failed, so Flask answers; logged once for this cause", exc_info=error)


def _is_interrupted(error: Exception) -> bool:
    """Return whether SQLite gave up a query because its time was over."""
    return getattr(getattr(error, "orig", error), "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT
