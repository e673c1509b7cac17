"""First-time answers on the event loop: the cheap kinds, by the handlers of Flask's views, in a few milliseconds.

What does not go well here, whatever it is (a parameter that is wrong, a record that is not there, a query that takes
long), is None: then Flask is asked in a thread, which knows how to say so and may take its time.
"""

import re
import sqlite3
import time

from sqlalchemy.exc import DatabaseError as QueryError

from api import context
from api.endpoints import facets, records, series
from api.endpoints.endpoint import Endpoint
from api.formats.media_types import ITEM_MEDIA_TYPES
from api.http.answers import Answer, is_acceptable
from api.http.compression import SMALLEST, coded, preferred
from api.http.headers import ALWAYS, DATASET_VERSION, PUBLIC
from api.query.question import parse_question
from api.server.cache import Entry, Headers, Kept, Key, is_had, lines_of
from schema.store.release import Database, Release
from schema.store.sqlite import Deadline

PATIENCE = 0.003
"""Seconds for which a query may hold the event loop."""
MOST_ROWS = 200
PASSED_OVER, MOST_SHAPES = 20, 1000
"""After one question of a shape took long, so many of that shape are not tried here; and how many shapes are known."""

_PLAIN_ID = re.compile(rb"[A-Za-z0-9._-]+")
_WHOLE = frozenset(ITEM_MEDIA_TYPES.values())
_CHEAP = (facets.get_facets, series.list_series, *records.ENDPOINTS)
_VERSION = DATASET_VERSION.lower().encode()
_SHARED = lines_of(
    [(name.lower().encode(), value.encode()) for name, value in ({"Cache-Control": PUBLIC} | ALWAYS).items()]
)

Shape = tuple[str, ...]


class Direct:
    """Answers on the event loop."""

    def __init__(self, database: Database, kept: Kept) -> None:
        """Take where the releases are, and where answers are kept."""
        self._database, self._kept = database, kept
        self._lists = {endpoint.route.encode(): endpoint for endpoint in _CHEAP if "<" not in endpoint.route}
        self._items = {
            endpoint.route.partition("/<")[0].encode(): endpoint for endpoint in _CHEAP if "<" in endpoint.route
        }
        self._slow: dict[Shape, int] = {}

    def answer(self, release: Release, key: Key, none_match: bytes | None) -> Entry | None:
        """Return the answer to a request; it is kept, but where the client has it, and it has no body."""
        _, path, _, accept, _ = key
        if (found := self._handler(path)) is None or b"text" in accept:  # text: pages, and streams of CSV
            return None
        handler, ids = found
        token = context.begin(context.RequestContext(self._database, accept.decode("latin-1"), release))
        try:
            return self._tried(handler, ids, key, none_match)
        finally:
            context.end(token)

    def _tried(self, handler: Endpoint, ids: dict[str, str], key: Key, none_match: bytes | None) -> Entry | None:
        entry: Entry | None = None
        shape: Shape = (handler.route,)
        began = 0.0 if ids else time.thread_time()  # one record is always cheap
        try:
            with Deadline(time.monotonic() + PATIENCE):
                question = parse_question(handler.schema, key[2])
                query = question.parameters
                shape = (handler.route, *query, *query.get("sort", ()))
                if query.get("limit", 0) > MOST_ROWS or self._passes_over(shape):
                    return None
                if "format" in query or is_acceptable(handler.media_types):
                    entry = self._entry(handler.route, handler.answer(question, **ids), key, none_match)
        except (QueryError, sqlite3.DatabaseError):
            self._put_off(shape)
        except Exception:  # Flask meets it again, says it and, where nobody foresaw it, logs it
            return None
        if began and time.thread_time() - began > PATIENCE:  # also what was no query's doing
            self._put_off(shape)
        return entry

    def _entry(self, route: str, answer: Answer, key: Key, none_match: bytes | None) -> Entry | None:
        """Return an answer with its headers, as Flask would send it, kept from now on; None for a stream."""
        if answer.media_type not in _WHOLE:
            return None
        etag = b'W/"%b"' % answer.etag.encode()
        head = b"%b%b: %b\r\netag: %b\r\n" % (_SHARED, _VERSION, context.release().version.encode(), etag)
        if none_match is not None and is_had(etag, none_match):
            return Entry(route.encode(), etag, head, b"", b"")
        coding = preferred(key[4].decode("latin-1")) or ""
        if found := self._kept.same(key, etag, coding.encode()):
            return found
        body, said = answer.render()
        if not isinstance(body, bytes):
            return None
        about: Headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in said.items()]
        if coding and len(body) >= SMALLEST:
            body = b"".join(coded([body], coding))
            about.append((b"content-encoding", coding.encode()))
        else:
            coding = ""
        about += [(b"content-type", answer.media_type.encode()), (b"content-length", b"%d" % len(body))]
        entry = Entry(route.encode(), etag, head, lines_of(about), body)
        self._kept.put(key, entry, coding.encode())
        return entry

    def _handler(self, path: bytes) -> tuple[Endpoint, dict[str, str]] | None:
        """Return what answers at a path, and the names in it."""
        if handler := self._lists.get(path):
            return handler, {}
        above, _, id_ = path.rpartition(b"/")
        handler = self._items.get(above)
        return (handler, {"id": id_.decode()}) if handler and _PLAIN_ID.fullmatch(id_) else None

    def _passes_over(self, shape: Shape) -> bool:
        left = self._slow.get(shape, 0)
        if left:
            self._slow[shape] = left - 1
        return bool(left)

    def _put_off(self, shape: Shape) -> None:
        if len(self._slow) >= MOST_SHAPES:
            self._slow.clear()
        self._slow[shape] = PASSED_OVER
