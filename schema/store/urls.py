"""Database URLs: which engine they name, and the database that is opened for them."""

import re
from importlib.util import find_spec
from pathlib import Path

from platformdirs import user_data_path
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from schema.store.errors import DatabaseError
from schema.store.files import FileDatabase
from schema.store.release import Database

SERVER_URL = "postgresql+psycopg://USER@HOST/DATABASE"
EXPECTED = f"expected sqlite:///PATH or {SERVER_URL}"
SERVERS = ("postgresql", "postgresql+psycopg")
_PASSWORD = re.compile(r"(?<=:)[^:/@][^/]*(?=@)|(?<=password=)[^&]*")
"""The passwords in a text that is no URL."""


def default_url() -> str:
    """Return the database's URL where HEADCOUNT_DATABASE_URL is not set: a file in the user's data directory."""
    return f"sqlite:///{user_data_path('headcount') / 'headcount.db'}"


def database_path(url: str) -> Path | None:
    """Return the file that a database URL names; None for a PostgreSQL database.

    Raises DatabaseError for any other URL, and for one of PostgreSQL where psycopg is not installed.
    """
    parsed = parse_url(url)
    if parsed.drivername in SERVERS:
        if not find_spec("psycopg"):
            raise DatabaseError(
                f"{shown(url)}: psycopg is not installed; expected `pip install 'headcount[postgresql]'` before"
            )
        return None
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise DatabaseError(f"{shown(url)!r} is not supported; {EXPECTED}")
    return Path(parsed.database)


def open_database(url: str) -> Database:
    """Return the database at a URL; nothing is opened yet. Raises DatabaseError as `database_path` does."""
    if path := database_path(url):
        return FileDatabase(path)
    from schema.store.published import PublishedDatabase  # noqa: PLC0415 (imports psycopg)

    return PublishedDatabase(url)


def parse_url(url: str) -> URL:
    """Return a database URL in its parts; raises DatabaseError for a text that is none."""
    try:
        return make_url(url)
    except (ArgumentError, ValueError) as error:
        raise DatabaseError(f"{_PASSWORD.sub('...', url)!r} is not a database URL; {EXPECTED}") from error


def place_of(url: str) -> str:
    """Return how messages name the database at a URL: its path, or its URL without the password."""
    return str(database_path(url) or shown(url))


def shown(url: str) -> str:
    """Return a database URL without its passwords, as it may be printed and logged."""
    parsed = parse_url(url)
    hidden = {name: "..." for name in parsed.query if "password" in name}  # libpq's password and sslpassword
    return parsed.update_query_dict(hidden).render_as_string(hide_password=True)
