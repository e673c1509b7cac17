"""What only one database engine understands stands in the module of that engine, and nowhere else."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select, table, text

from api import create_app
from api.read.resources import POSITIONS
from schema.store.errors import QueryError
from schema.store.postgresql import connect_writer
from schema.store.queries import Statement
from schema.store.urls import open_database

ROOT = Path(__file__).parents[1]
NOWHERE = select(text("1")).select_from(table("nowhere"))
ENGINE_MODULES = {
    "schema/store/sqlite.py",
    "schema/store/postgresql.py",
    "schema/store/postgresql_reader.py",
    "schema/store/words.py",
}
OF_ONE_ENGINE = re.compile(
    r"\bPRAGMA\b|\bjson_each\b|\bMATCH\b|\browid\b|\bimport sqlite3\b|\bsqlite3\.[A-Za-z]|\bsqlalchemy\.dialects\b"
    r"|\bimport psycopg\b|\bpsycopg\.|\btsvector\b|\bto_tsquery\b"
)


def test_only_the_module_of_an_engine_uses_its_words():
    modules = {str(path.relative_to(ROOT)): path for room in ("api", "schema") for path in (ROOT / room).rglob("*.py")}
    found = {name: OF_ONE_ENGINE.findall(path.read_text()) for name, path in modules.items()}
    assert {name for name, words in found.items() if words} <= ENGINE_MODULES, found
    assert {"PRAGMA", "json_each", "MATCH", "rowid", "import sqlite3"} <= set(found["schema/store/sqlite.py"])


@pytest.mark.parametrize(
    "ask", [Statement(NOWHERE).rows, lambda connection: connection.execute(NOWHERE)], ids=["prepared", "not prepared"]
)
def test_a_query_that_fails_is_an_error_of_ours(database, ask):
    release = open_database(f"sqlite:///{database}").release()
    with pytest.raises(QueryError, match="no such table: nowhere") as refused:
        ask(release.connection())
    assert not refused.value.interrupted


def test_an_interrupted_statement_says_so(database, monkeypatch):
    monkeypatch.setattr("schema.store.sqlite.STEPS_BETWEEN_CHECKS", 1)
    release = open_database(f"sqlite:///{database}").release()
    monkeypatch.setattr("schema.store.queries.LONGEST_QUERY", -1)
    with pytest.raises(QueryError, match="interrupted") as refused:
        POSITIONS["estimates"].value(release.connection(), id="nobody")
    assert refused.value.interrupted


@pytest.mark.postgresql
def test_where_all_connections_are_in_use_a_request_is_answered_503(database, published, monkeypatch):
    monkeypatch.setattr("schema.store.postgresql.LARGEST_POOL", 1)
    monkeypatch.setattr("schema.store.postgresql.POOL_SECONDS", 0.1)
    app = create_app({"DATABASE_URL": published(database)})
    with ThreadPoolExecutor(1) as another:
        assert app.test_client().get("/estimates").status_code == 200  # this thread keeps its connection
        response = another.submit(app.test_client().get, "/estimates?limit=2").result()
    app.extensions["database"].close()
    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")


@pytest.mark.postgresql
def test_a_database_that_is_closed_has_no_connections_left(database, published):
    url = published(database)
    app = create_app({"DATABASE_URL": url})
    client = app.test_client()
    assert client.get("/estimates?limit=1").status_code == 200
    assert client.get("/estimates?format=csv").text
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with connect_writer(url) as connection:
        before = connection.execute(query).fetchone()
        app.extensions["database"].close()
        until = time.monotonic() + 5  # a backend ends a moment after its connection
        while connection.execute(query).fetchone() != (0,) and time.monotonic() < until:
            time.sleep(0.05)
        assert (before[0] >= 2, connection.execute(query).fetchone()) == (True, (0,))
