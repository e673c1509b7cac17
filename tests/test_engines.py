"""What only one database engine understands stands in the module of that engine, and nowhere else."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select, table, text

from api.read.resources import POSITIONS
from schema.store.errors import QueryError
from schema.store.queries import Statement
from schema.store.urls import open_database

ROOT = Path(__file__).parents[1]
NOWHERE = select(text("1")).select_from(table("nowhere"))
ENGINE_MODULES = {"schema/store/sqlite.py", "schema/store/postgresql.py"}
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
