"""PostgreSQL: the schemas in which releases stand, and which release is live.

Each release is a schema of its own, `release_<fingerprint>`, which never changes. The schema `headcount` is the
catalogue: `releases` has a row for each release, in the order in which they were published, and `live` has one row,
which names the live one. Needs psycopg.
"""

from typing import Any

import psycopg
from psycopg.sql import Identifier
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from schema.store.errors import DatabaseError

EXPECTED = "postgresql+psycopg://USER@HOST/DATABASE"

CATALOGUE = """
CREATE SCHEMA IF NOT EXISTS headcount;
CREATE TABLE IF NOT EXISTS headcount.releases (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fingerprint text NOT NULL UNIQUE,
    version text NOT NULL,
    format integer NOT NULL,
    published timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS headcount.live (
    one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    fingerprint text NOT NULL REFERENCES headcount.releases (fingerprint)
);
"""
"""The SQL that makes the catalogue, unless it is there."""

FILE_CHUNKS = "file_chunks"
"""The table of a release that holds its sealed SQLite file: `number` and `bytes` of each chunk."""

Connection = psycopg.Connection[tuple[Any, ...]]


def shown(url: str) -> str:
    """Return a database URL without its password; raises DatabaseError for a text that is no URL of PostgreSQL."""
    return _parsed(url).render_as_string(hide_password=True)


def connect(url: str) -> Connection:
    """Return a new connection, on which each statement is a transaction; raises DatabaseError.

    What stands behind the `?` of the URL is libpq's, such as `host=` for a folder of sockets.
    """
    parsed = _parsed(url).set(drivername="postgresql+psycopg")
    arguments, settings = parsed.get_dialect()().create_connect_args(parsed)
    try:
        return psycopg.connect(*arguments, **settings, autocommit=True)
    except psycopg.Error as error:
        raise DatabaseError(f"{shown(url)}: {first_line(error)}") from error


def first_line(error: psycopg.Error) -> str:
    """Return the first line of an error, which says what is wrong; the others say where."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def schema_of(fingerprint: str) -> Identifier:
    """Return the name of a release's schema."""
    return Identifier(f"release_{fingerprint}")


def live_fingerprint(connection: Connection) -> str | None:
    """Return the fingerprint of the live release; None before the first. The catalogue is there."""
    row = connection.execute("SELECT fingerprint FROM headcount.live").fetchone()
    return row[0] if row else None


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise DatabaseError(f"{url!r} is no database URL; expected {EXPECTED}") from error
    if parsed.drivername not in ("postgresql", "postgresql+psycopg"):
        what = parsed.render_as_string(hide_password=True)
        raise DatabaseError(f"{what!r} is no URL of PostgreSQL; expected {EXPECTED}")
    return parsed
