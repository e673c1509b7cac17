"""The release that a request reads: one and the same from its first query to its last."""

from flask import Flask, current_app, g
from sqlalchemy import Connection

from schema.engine import Database, Release


def database() -> Database:
    """Return the application's database."""
    found: Database = current_app.extensions["database"]
    return found


def release() -> Release:
    """Return this request's release; raises DatabaseError where there is none."""
    if "release" not in g:
        g.release = database().release()
    found: Release = g.release
    return found


def connection() -> Connection:
    """Return this request's connection to its release; raises DatabaseError where there is none."""
    if "connection" not in g:
        g.connection = release().engine.connect()
    found: Connection = g.connection
    return found


def close(_: BaseException | None = None) -> None:
    """Give the request's connection back."""
    g.pop("release", None)
    given = g.pop("connection", None)
    if given is not None:
        given.close()


def init_app(app: Flask) -> None:
    """Close what a request opened when it ends."""
    app.teardown_request(close)
