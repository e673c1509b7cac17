"""The context of one request: the release that all of its queries read, its `Accept` header, and its host.

It is not part of Flask's request context, because the front door (`api.server`) answers before Flask is called.
"""

from contextvars import ContextVar, Token
from urllib.parse import quote

from flask import Flask, request
from sqlalchemy import Connection

from schema.store.release import Database, Release


class RequestContext:
    """The release, the `Accept` header and the site of one request. The release is opened when it is first needed.

    `site` is what absolute addresses begin with, without a slash at the end. It is empty on the fast path, whose
    answers hold none.
    """

    def __init__(self, database: Database, accept: str, release: Release | None = None, site: str = "") -> None:
        self.database = database
        self.accept = accept
        self.site = site
        self._release = release

    def release(self) -> Release:
        """Return the release that this request reads; raises DatabaseError if there is none."""
        if self._release is None:
            self._release = self.database.release()
        return self._release


_current: ContextVar[RequestContext] = ContextVar("request")


def begin(context: RequestContext) -> Token[RequestContext]:
    """Make a context the current one; return the token for `end`."""
    return _current.set(context)


def end(token: Token[RequestContext]) -> None:
    """End the current context, so that an idle connection to a client keeps no release open."""
    _current.reset(token)


def release() -> Release:
    """Return the release that the current request reads; raises DatabaseError if there is none."""
    return _current.get().release()


def opened_release() -> Release | None:
    """Return the live release, if it has been opened already; never waits."""
    return _current.get().database.live


def connection() -> Connection:
    """Return this thread's connection to the current request's release; raises DatabaseError if there is no release."""
    return _current.get().release().connection()


def check() -> None:
    """Raise DatabaseError, which says why, if the database cannot be read now."""
    _current.get().database.check()


def accept() -> str:
    """Return the `Accept` header of the current request."""
    return _current.get().accept


def site() -> str:
    """Return what absolute addresses begin with, without a slash at the end: `https://example.org/headcount`."""
    return _current.get().site


def init_app(app: Flask) -> None:
    """Give each request of Flask a context of its own."""
    database: Database = app.extensions["database"]
    public_url: str = app.extensions["config"].public_url

    @app.before_request
    def begin_request() -> None:
        site = public_url or f"{request.scheme}://{quote(request.host, safe=':[]')}"
        begin(RequestContext(database, request.headers.get("Accept", ""), site=site))

    @app.teardown_request
    def end_request(_: BaseException | None = None) -> None:
        # A new context, not the one before: a test's client may end requests in another order than it began them.
        begin(RequestContext(database, ""))
