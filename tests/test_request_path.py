"""One request crosses few files, and hardly goes back up; how that is counted: see request_path."""

import pytest
from request_path import TARGET, changes, described, files, floors, trace_request, upward

from api import create_app
from api.server import fast_path, front_door
from api.server.front_door import FrontDoor

MOST_FILES = 12
MOST_CALLS_UP = 2


@pytest.fixture
def calls(shipped_database, monkeypatch):
    """Return the calls of a first request on the shipped seeds, however slow the machine is."""
    monkeypatch.setattr(fast_path, "MAX_SECONDS", 60)
    monkeypatch.setattr(front_door, "LOOK_SECONDS", 60)
    app = create_app({"DATABASE_URL": f"sqlite:///{shipped_database}"})
    app.extensions["database"].release()
    yield trace_request(FrontDoor(app, 1_000_000))
    app.extensions["database"].close()


def test_a_request_crosses_few_files_and_hardly_goes_back_up(calls):
    print(f"{TARGET}:\n{described(calls)}")
    assert len(files(calls)) <= MOST_FILES
    assert len(upward(calls)) <= MOST_CALLS_UP


def test_the_path_leads_from_the_front_door_to_the_statements(calls):
    """The counting sees the whole way: the front door first, the query schema, the endpoint, and SQL below."""
    names = files(calls)
    assert calls[0].file == "api/server/front_door.py"
    assert any(file.startswith("api/query/") for file in names)
    assert any(file.startswith("api/read/") for file in names)
    assert any(file.startswith("schema/") for file in names)
    assert changes(calls) >= len(names) - 1


def test_every_package_of_api_has_a_floor():
    assert floors()["schema"] == 0 < floors()["api/http"] < floors()["api/endpoints"] < floors()["api/server"]
