"""What one request reads: one and the same release from its first query to its last, and what its client accepts.

It is no part of Flask's own context, because the front door (`api.server.front_door`) answers before Flask is entered.
"""

from contextvars import ContextVar, Token

from flask import Flask, request
from sqlalchemy import Connection

from schema.store.release import Database, Release


class Reading:
    """One request, as far as its answer depends on it beside its address."""

    def __init__(self, database: Database, accept: str, release: Release | None = None) -> None:
        """Take where releases are, the request's `Accept`, and its release where that is known."""
        self.database = database
        self.accept = accept
        self._release = release

    def release(self) -> Release:
        """Return this request's release; raises DatabaseError where there is none."""
        if self._release is None:
            self._release = self.database.release()
        return self._release


_reading: ContextVar[Reading] = ContextVar("reading")


def begin(reading: Reading) -> Token[Reading]:
    """Begin a request; with what is returned, it ends."""
    return _reading.set(reading)


def end(token: Token[Reading]) -> None:
    """End a request, and hold nothing of it: an idle connection must not keep a release open."""
    _reading.reset(token)


def release() -> Release:
    """Return this request's release; raises DatabaseError where there is none."""
    return _reading.get().release()


def connection() -> Connection:
    """Return this thread's connection to this request's release; raises DatabaseError where there is none."""
    return _reading.get().release().connection()


def accept() -> str:
    """Return what this request's client accepts."""
    return _reading.get().accept


def init_app(app: Flask) -> None:
    """Let each request read one release."""
    database: Database = app.extensions["database"]

    @app.before_request
    def begin_request() -> None:
        begin(Reading(database, request.headers.get("Accept", "")))

    @app.teardown_request
    def end_request(_: BaseException | None = None) -> None:
        begin(Reading(database, ""))  # and not by a token: a test's client may end requests in another order
