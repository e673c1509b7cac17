"""Which release is served: the newest good one, and never a damaged one."""

import os
import shutil
import sqlite3
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from conftest import GOOD, make_release

from api import create_app
from schema import tables
from schema.store import files as store
from schema.store import queries, sqlite
from schema.store.errors import DatabaseError
from schema.store.seal import is_intact
from schema.store.urls import database_path, open_database
from seeds import SHIPPED


@pytest.fixture
def live(tmp_path):
    """Return an application with a database of its own, and the database's path."""
    path = tmp_path / "live.db"
    make_release(GOOD, path)
    app = create_app({"DATABASE_URL": f"sqlite:///{path}"})
    yield app.test_client(), path
    app.extensions["database"].close()


def flip_a_bit(path, place=5000):
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("url", ["mysql://localhost/x", "sqlite://", "sqlite:///:memory:", "nonsense", ""])
def test_what_is_no_database_url_is_refused(url):
    with pytest.raises(DatabaseError, match="expected sqlite:///PATH"):
        database_path(url)


@pytest.mark.parametrize("place", [24, 61, 5000, tables.PAGE_SIZE * 2 - 1, tables.PAGE_SIZE * 2 - 10, -1])
def test_every_flipped_bit_is_noticed(database, tmp_path, place):
    copy = shutil.copy(database, tmp_path / "copy.db")
    assert is_intact(copy)
    flip_a_bit(copy, place)
    assert not is_intact(copy)
    with pytest.raises(DatabaseError, match="damaged; rebuild it with `headcount load`"):
        open_database(f"sqlite:///{copy}").release()


def test_the_file_says_what_it_is(database):
    with closing(sqlite3.connect(database)) as connection:
        marks = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
        (checksum,) = connection.execute("SELECT checksum FROM seal").fetchone()
    assert marks == [tables.APPLICATION_ID, tables.FORMAT]
    content = database.read_bytes()
    assert checksum == f"crc32:{zlib.crc32(content.replace(checksum.encode(), b'crc32:' + bytes(8))):08x}"


def test_a_file_without_a_seal_is_of_another_version(database, tmp_path):
    path = Path(shutil.copy(database, tmp_path / "copy.db"))
    content = path.read_bytes().replace(b"crc32:", b"crc32;")
    path.write_bytes(content)
    with pytest.raises(DatabaseError, match="damaged; rebuild it with `headcount load`"):
        open_database(f"sqlite:///{path}").release()
    path.write_bytes(content[:60] + b"\x12\x34\x56\x78" + content[64:])  # where the checksum stood before
    with pytest.raises(DatabaseError, match="made by another version of Headcount; rebuild it with `headcount load`"):
        open_database(f"sqlite:///{path}").release()


@pytest.mark.slow
def test_a_new_release_is_taken_up(live):
    client, path = live
    before = client.get("/estimates")
    version = make_release(SHIPPED, path)
    after = client.get("/estimates", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert after.headers["X-Dataset-Version"] == version == after.json["meta"]["dataset"]
    assert after.json["meta"]["total"] == 44
    assert "iraq" in str(client.get("/openapi.json").json["paths"]["/estimates"])


def garbage(path):
    new = path.with_name("garbage")
    new.write_bytes(b"garbage" * 1000)
    new.replace(path)


def truncated(path):
    new = path.with_name("truncated")
    new.write_bytes(path.read_bytes()[:9000])
    new.replace(path)


def gone(path):
    path.unlink()


@pytest.mark.slow
@pytest.mark.parametrize("spoil", [garbage, truncated, gone])
def test_a_bad_file_in_its_place_leaves_the_last_good_release_served(live, spoil):
    client, path = live
    before = client.get("/estimates").data
    spoil(path)
    for _ in range(20):
        assert client.get("/estimates").data == before
    assert client.get("/health/ready").status_code == 200
    path.unlink(missing_ok=True)
    make_release(SHIPPED, path)
    assert client.get("/estimates").json["meta"]["total"] == 44


@pytest.mark.slow
def test_a_release_that_is_changed_in_place_is_no_longer_served(live):
    client, path = live
    assert client.get("/estimates").status_code == 200
    flip_a_bit(path)
    assert client.get("/estimates").status_code == 503
    assert client.get("/health/ready").status_code == 503
    make_release(GOOD, path)
    assert client.get("/estimates").status_code == 200


@pytest.mark.slow
def test_new_threads_read_the_last_good_release_too_when_its_file_is_gone(live):
    client, path = live
    before = client.get("/estimates").data
    path.unlink()
    for _ in range(3):
        with ThreadPoolExecutor(1) as new_thread:
            assert new_thread.submit(lambda: client.get("/estimates").data).result() == before


@pytest.mark.slow
def test_ready_tells_what_a_question_would_meet(live, monkeypatch):
    monkeypatch.setattr(store, "LARGEST_CHECKED_FIRST", 0)
    monkeypatch.setattr(store.FileRelease, "_check", lambda *_: None)  # as before a large file has been read to its end
    client, path = live
    whole = path.read_bytes()
    answers = []
    for begin in range(2 * tables.PAGE_SIZE, len(whole), tables.PAGE_SIZE):
        client.application.extensions["database"].close()
        path.write_bytes(whole[:begin] + bytes(tables.PAGE_SIZE) + whole[begin + tables.PAGE_SIZE :])
        addresses = ("/health/ready", "/estimates", "/claims", "/health/ready")
        answers.append([client.get(address).status_code for address in addresses])
    assert {estimates == ready for ready, estimates, _, _ in answers} == {True}
    assert {ready for _, estimates, claims, ready in answers if 503 in (estimates, claims)} == {503}
    assert {tuple(answer) for answer in answers} == {(200,) * 4, (503,) * 4, (200, 200, 503, 503)}


@pytest.mark.slow
def test_a_release_of_other_tables_is_refused(live, monkeypatch):
    client, path = live
    with monkeypatch.context() as other_version:
        other_version.setattr(tables, "FORMAT", tables.FORMAT + 1)
        make_release(SHIPPED, path)
    with pytest.raises(DatabaseError, match="made by another version of Headcount"):
        open_database(f"sqlite:///{path}").release()
    assert client.get("/health/ready").status_code == 503


@pytest.mark.slow
def test_a_question_that_takes_too_long_is_given_up(invented_database, monkeypatch):
    monkeypatch.setattr(sqlite, "STEPS_BETWEEN_CHECKS", 100)
    app = create_app({"DATABASE_URL": f"sqlite:///{invented_database}"})
    client = app.test_client()
    assert client.get("/conflicts").status_code == 200
    with monkeypatch.context() as impatient:
        impatient.setattr(queries, "LONGEST_QUERY", -1)
        response = client.get("/conflicts?within=36525")
        assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
        assert "ask for less, by more filters" in response.json["detail"]
    assert client.get("/conflicts?within=36525").status_code == 200
    app.extensions["database"].close()


def test_a_large_file_is_served_while_it_is_checked_and_withdrawn_if_it_is_damaged(database, tmp_path, monkeypatch):
    monkeypatch.setattr(store, "LARGEST_CHECKED_FIRST", 0)
    path = Path(shutil.copy(database, tmp_path / "copy.db"))
    served = open_database(f"sqlite:///{path}")
    whole = served.release()
    wait_for_the_check()
    assert served.release() is whole
    served.close()

    flip_a_bit(path, -5000)
    damaged = open_database(f"sqlite:///{path}")
    assert damaged.release().version == whole.version
    wait_for_the_check()
    with pytest.raises(DatabaseError, match="damaged; rebuild it with `headcount load`"):
        damaged.release()
    damaged.close()


def test_a_file_that_cannot_be_served_is_let_go_of(database, tmp_path):
    path = Path(shutil.copy(database, tmp_path / "copy.db"))
    flip_a_bit(path)
    served = open_database(f"sqlite:///{path}")
    lengths = set()
    for _ in range(3):
        with pytest.raises(DatabaseError) as refused:
            served.release()
        lengths.add(len(refused.traceback))
        del refused
    assert len(lengths) == 1  # the same error again and again would keep what every request before had in hand
    assert [path for path in open_files() if "copy.db" in path] == []


def open_files():
    """Return the paths of all files that this process has open; none where the system does not tell."""
    folder = Path("/proc/self/fd")
    return [os.readlink(file) for file in folder.iterdir() if file.exists()] if folder.exists() else []


def wait_for_the_check():
    for thread in threading.enumerate():
        if thread.name == store.CHECK_THREAD:
            thread.join(10)


@pytest.mark.slow
def test_a_release_reads_its_own_file_whatever_has_taken_its_place(tmp_path):
    path = tmp_path / "live.db"
    version = make_release(GOOD, path)
    database = open_database(f"sqlite:///{path}")
    release = database.release()
    make_release(SHIPPED, path)
    asked = "select version from dataset"
    found = [release.connection().exec_driver_sql(asked).scalar()]
    thread = threading.Thread(target=lambda: found.append(release.connection().exec_driver_sql(asked).scalar()))
    thread.start()
    thread.join()
    with release.engine.connect() as first:
        reading = first.exec_driver_sql("select id from estimates")
        reading.fetchone()
        with release.engine.connect() as second:
            found.append(second.exec_driver_sql(asked).scalar())
        assert len(reading.fetchall()) == 15
    assert found == [version] * 3
    assert database.release().version != version
    database.close()


def test_each_thread_has_a_connection_of_its_own(database):
    release = open_database(f"sqlite:///{database}").release()
    with ThreadPoolExecutor(2) as pool:
        both = threading.Barrier(2)
        one, other = pool.map(lambda _: (both.wait(), release.connection())[1], range(2))
    assert len({id(each.connection.driver_connection) for each in (one, other, release.connection())}) == 3
    assert release.connection() is release.connection()
