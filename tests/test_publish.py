"""A release in PostgreSQL is that of its file, and whatever ends a publication leaves the release before it live."""

import re
import shutil
import sqlite3
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import make_release
from psycopg import Cursor
from psycopg.errors import InsufficientPrivilege
from psycopg.sql import SQL
from sqlalchemy import Boolean, make_url

from api import cli
from schema import tables
from schema.store.errors import DatabaseError
from schema.store.postgresql import connect_writer, schema_of
from seeds import SHIPPED
from seeds.release import postgresql
from seeds.release.citus import DISTRIBUTED
from seeds.release.copy_rows import BIGINT, WORDS, encoded
from seeds.release.postgresql import publish_release

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.postgresql


@pytest.mark.parametrize("name", ["database", "shipped_database", "invented_database", "hostile_database"])
def test_the_tables_are_those_of_the_file(request, target, name):
    path = request.getfixturevalue(name)
    publication = publish_release(path, target.url, keep=2)
    assert publication.is_copied
    (fingerprint,) = target.releases()
    target.asked(SQL("SELECT set_config('search_path', '{}', false)").format(schema_of(fingerprint)))
    with closing(sqlite3.connect(path)) as file:
        for table in tables.metadata.sorted_tables:
            order = ", ".join(column.name for column in table.primary_key or table.columns)
            query = f"SELECT {', '.join(column.name for column in table.columns)} FROM {table.name} ORDER BY {order}"  # noqa: S608
            flags = [isinstance(column.type, Boolean) for column in table.columns]
            rows = [
                tuple(
                    bool(value) if flag and value is not None else value for flag, value in zip(flags, row, strict=True)
                )
                for row in file.execute(query)
            ]
            assert target.asked(query) == rows, table.name
            indexes = {index.name for index in table.indexes}
            assert indexes <= {
                index for (index,) in target.asked("SELECT indexname FROM pg_indexes WHERE tablename = %s", table.name)
            }
        assert (
            b"".join(chunk for (chunk,) in target.asked("SELECT bytes FROM file_chunks ORDER BY number"))
            == path.read_bytes()
        )


def test_full_text_finds_what_it_finds_in_the_file(invented_database, target):
    publish_release(invented_database, target.url, keep=2)
    target.asked(SQL("SELECT set_config('search_path', '{}', false)").format(schema_of(*target.releases())))
    with closing(sqlite3.connect(invented_database)) as file:
        for name in tables.SEARCHED:
            file.execute(f"CREATE VIRTUAL TABLE temp.{name}_words USING fts5vocab(main, {name}_fts, row)")
            file.execute(f"CREATE VIRTUAL TABLE temp.{name}_places USING fts5vocab(main, {name}_fts, instance)")
            words = [word for (word,) in file.execute(f"SELECT term FROM {name}_words")]  # noqa: S608
            assert words
            in_file = f"SELECT DISTINCT doc FROM {name}_places WHERE term = ? ORDER BY 1"  # noqa: S608
            in_copy = f"SELECT position FROM {name}_fts WHERE words @@ quote_literal(%s)::tsquery ORDER BY 1"  # noqa: S608
            for word in words[::7]:
                assert target.asked(in_copy, word) == file.execute(in_file, [word]).fetchall(), word
        # Two words that follow each other: in the file FTS5 looks for the phrase.
        pairs = file.execute(
            "SELECT one.term, other.term FROM estimates_places AS one JOIN estimates_places AS other"
            " ON other.doc = one.doc AND other.offset = one.offset + 1 WHERE one.doc < 6"
        ).fetchall()
        assert len(pairs) > 50
        for pair in pairs:
            followed = "SELECT position FROM estimates_fts WHERE words @@ (quote_literal(%s) || '<->' || quote_literal(%s))::tsquery ORDER BY 1"
            of_file = (
                "SELECT DISTINCT one.doc FROM estimates_places AS one JOIN estimates_places AS other ON other.doc = one.doc"
                " AND other.offset = one.offset + 1 WHERE one.term = ? AND other.term = ? ORDER BY 1"
            )
            assert target.asked(followed, *pair) == file.execute(of_file, pair).fetchall(), pair


def test_a_release_that_is_there_is_only_made_live_again(database, shipped_database, target):
    first = publish_release(database, target.url, keep=2)
    second = publish_release(shipped_database, target.url, keep=2)
    assert (second.is_copied, target.state()) == (True, (second.version, set()))
    again = publish_release(database, target.url, keep=2)
    assert (again.version, again.is_copied, target.state()) == (first.version, False, (first.version, set()))
    assert len(target.releases()) == 2


@pytest.mark.parametrize("keep", [1, 2, 3])
def test_old_releases_are_removed(request, target, keep):
    for path in map(request.getfixturevalue, ("database", "shipped_database", "invented_database")):
        version = publish_release(path, target.url, keep=keep).version
    assert len(target.releases()) == keep
    assert target.state() == (version, set())


def test_a_release_that_is_being_read_is_removed_later(database, shipped_database, target, monkeypatch):
    monkeypatch.setattr(postgresql, "DROP_WAITS", "50ms")
    publish_release(database, target.url, keep=1)
    (old,) = target.releases()
    with connect_writer(target.url) as reader, reader.transaction():
        query = SQL("SELECT count(*) FROM {}.estimates").format(schema_of(old))
        before = reader.execute(query).fetchall()
        version = publish_release(shipped_database, target.url, keep=1).version
        assert target.state() == (version, set())
        assert old in target.releases()
        assert reader.execute(query).fetchall() == before
    publish_release(shipped_database, target.url, keep=1)
    assert old not in target.releases()
    assert target.state() == (version, set())


CHANGES = {"another text": "NEW.name := NEW.name || '!'; RETURN NEW", "a row less": "RETURN NULL"}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_rows_that_come_back_changed_are_noticed(database, shipped_database, target, change):
    version = publish_release(database, target.url, keep=2).version
    with connect_writer(target.url) as connection:
        connection.execute(f"CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {change}; END$$")
        connection.execute(
            """CREATE FUNCTION spoil() RETURNS event_trigger LANGUAGE plpgsql AS $$DECLARE command record; BEGIN
            FOR command IN SELECT * FROM pg_event_trigger_ddl_commands() LOOP
                IF command.object_identity LIKE 'release_%.regions' THEN
                    EXECUTE 'CREATE TRIGGER change BEFORE INSERT ON ' || command.object_identity ||
                        ' FOR EACH ROW WHEN (NEW.position = 3) EXECUTE FUNCTION public.change()';
                END IF;
            END LOOP; END$$"""
        )
        connection.execute(
            "CREATE EVENT TRIGGER spoil ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION spoil()"
        )
    with pytest.raises(
        DatabaseError, match=r"regions: \d+ rows with the SHA-256 .* expected .*; nothing was published"
    ):
        publish_release(shipped_database, target.url, keep=2)
    assert target.state() == (version, set())


def test_a_connection_that_is_cut_off_leaves_nothing(database, shipped_database, target):
    version = publish_release(database, target.url, keep=2).version

    def cut_off_before(last):
        def progress(what, steps, total):
            for number, step in enumerate(steps):
                if number == last:
                    query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    assert target.asked(query) == [(True,)]
                yield step

        return progress

    for last in (0, 5, 20, 26):
        with pytest.raises(DatabaseError, match="nothing was published"):
            publish_release(shipped_database, target.url, keep=2, progress=cut_off_before(last))
        assert target.state() == (version, set())
    assert publish_release(shipped_database, target.url, keep=2).version == target.state()[0]


def test_two_publications_at_once_wait_for_each_other(database, shipped_database, target):
    both = threading.Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        paths = (database, shipped_database)
        done = list(pool.map(lambda path: (both.wait(), publish_release(path, target.url, keep=2))[1], paths))
    assert target.state()[0] in {publication.version for publication in done}
    assert len(target.releases()) == 2
    assert not target.state()[1]


def test_who_may_not_write_is_refused(database, url):
    options = {"options": "-c default_transaction_read_only=on"}
    read_only = make_url(url).update_query_dict(options).render_as_string(hide_password=False)
    with pytest.raises(DatabaseError, match="in a read-only transaction; nothing was published"):
        publish_release(database, read_only, keep=2)


def test_a_reader_reads_what_the_publisher_grants_once(database, target):
    grants = re.search(r"`(ALTER DEFAULT PRIVILEGES .*)`", (ROOT / "schema" / "README.md").read_text())[1]
    reader = f"reader_{uuid.uuid4().hex[:12]}"
    target.connection.execute(f"CREATE ROLE {reader}; {grants.replace('reader', reader)}")
    try:
        publish_release(database, target.url, keep=2)
        target.connection.execute(f"SET ROLE {reader}")
        assert target.asked("SELECT fingerprint FROM headcount.live") == [tuple(target.releases())]
        estimates = SQL("SELECT count(*) FROM {}.estimates").format(schema_of(*target.releases()))
        assert target.asked(estimates) == [(16,)]
        with pytest.raises(InsufficientPrivilege):
            target.asked("DELETE FROM headcount.live")
    finally:
        target.connection.execute(f"RESET ROLE; DROP OWNED BY {reader}; DROP ROLE {reader}")


def test_the_command_says_what_it_did(database, target):
    def run(*words):
        return CliRunner().invoke(cli.main, ["publish", *map(str, words)])

    first = run(database, target.url)
    assert first.output == f"{database}: version {target.state()[0]} is copied, compared and made live\n"
    again = run(f"sqlite:///{database}", target.url, "--keep", "1")
    assert again.output == f"sqlite:///{database}: version {target.state()[0]} is there already, and live\n"
    assert run(database, target.url, "--keep", "0").exit_code == 2


def test_what_cannot_be_published_is_named(database, tmp_path):
    def refusal(source, target):
        result = CliRunner().invoke(cli.main, ["publish", str(source), target])
        assert result.exit_code == 1
        return result.output

    nowhere = f"postgresql+psycopg://me:secret@/db?host={tmp_path}"
    assert "secret" not in refusal(database, nowhere)
    assert "No such file or directory" in refusal(database, nowhere)
    expected = "expected postgresql+psycopg://USER@HOST/DATABASE"
    assert f"'sqlite:///other.db' is no URL of PostgreSQL; {expected}" in refusal(database, "sqlite:///other.db")
    assert "'nonsense' is not a database URL; expected sqlite:///PATH or postgresql+psycopg" in refusal(
        database, "nonsense"
    )
    assert "No such file or directory; `headcount load` makes a database" in refusal(tmp_path / "none.db", nowhere)
    damaged = Path(shutil.copy(database, tmp_path / "damaged.db"))
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"!")
    assert "damaged; rebuild it with `headcount load`" in refusal(damaged, nowhere)


def test_the_release_of_a_file_that_is_replaced_meanwhile_is_not_published(tmp_path, database, url, monkeypatch):
    path = Path(shutil.copy(database, tmp_path / "live.db"))
    begin = postgresql.connect_writer

    def replace_and_connect(to):
        make_release(SHIPPED, path)
        return begin(to)

    monkeypatch.setattr(postgresql, "connect_writer", replace_and_connect)
    with pytest.raises(DatabaseError, match="was replaced meanwhile; nothing was published"):
        publish_release(path, url, keep=2)


def test_words_are_sent_as_postgresql_stores_them(target):
    """Also where a text has more places of a word, or places further behind, than PostgreSQL stores."""
    often = list(range(1, 400))
    rows = [
        (1, [(b"a", [7]), (b"aa", often), (b"b", [9, 20_000, 30_000]), (b"\xc3\xa4", [99_999])]),
        (2, []),
        (3, None),
    ]
    target.asked("SELECT set_config('search_path', 'pg_temp', false)")
    target.connection.execute("CREATE TEMP TABLE texts (position bigint, words tsvector)")
    sent = b"".join(encoded(rows, [BIGINT, WORDS]))
    with target.connection.cursor() as cursor:
        with cursor.copy("COPY texts FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(sent)
        with cursor.copy("COPY (SELECT * FROM texts ORDER BY position) TO STDOUT (FORMAT BINARY)") as copy:
            assert b"".join(copy) == sent
    places = ",".join(map(str, often[:255]))
    assert target.asked("SELECT words::text FROM texts ORDER BY position") == [
        (f"'a':7 'aa':{places} 'b':9,16383 'ä':16383",),
        ("",),
        (None,),
    ]


CITUS = """
CREATE TABLE placed (name text, by_column text, rows bigint);
CREATE FUNCTION create_distributed_table(name regclass, by_column text) RETURNS void LANGUAGE plpgsql AS $$DECLARE rows bigint;
BEGIN EXECUTE 'SELECT count(*) FROM ' || name INTO rows; INSERT INTO placed VALUES (name::text, by_column, rows); END$$;
CREATE FUNCTION create_reference_table(name regclass) RETURNS void LANGUAGE sql
AS $$SELECT create_distributed_table(name, NULL)$$;
"""
"""What stands for the two functions of Citus: they keep with which tables they were called, and how many rows were in them."""


def test_on_citus_each_table_is_placed_before_it_has_rows(invented_database, target, monkeypatch):
    target.connection.execute(CITUS)
    sent = []
    copy = Cursor.copy
    monkeypatch.setattr(Cursor, "copy", lambda self, query: sent.append(query.as_string(None)) or copy(self, query))
    publish_release(invented_database, target.url, keep=2)
    (fingerprint,) = target.releases()
    names = target.asked(
        "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'r'", f"release_{fingerprint}"
    )
    placed = {name: (by_column, rows) for name, by_column, rows in target.asked("SELECT * FROM placed")}
    assert placed == {f"release_{fingerprint}.{name}": (DISTRIBUTED.get(name), 0) for (name,) in names}
    assert {by_column for by_column, _ in placed.values()} == {"position", "number", None}
    assert len(sent) == 2 * len(names)
    assert not [statement for statement in sent if "FREEZE" in statement]
    publish_release(invented_database, target.url, keep=2)
    assert len(target.asked("SELECT FROM placed")) == len(names)


def test_without_citus_rows_are_frozen(database, target, monkeypatch):
    sent = []
    copy = Cursor.copy
    monkeypatch.setattr(Cursor, "copy", lambda self, query: sent.append(query.as_string(None)) or copy(self, query))
    publish_release(database, target.url, keep=2)
    assert all("FREEZE" in statement for statement in sent if "FROM STDIN" in statement)
