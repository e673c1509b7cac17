"""Lists that lie together hold what every other way to ask for them gives."""

import json
import sqlite3

import pytest

from api import create_app
from schema.tables import LEAST_PAGED, PAGE


@pytest.fixture(scope="module")
def client(many_database):
    app = create_app({"DATABASE_URL": f"sqlite:///{many_database}"})
    yield app.test_client()
    app.extensions["database"].close()


QUESTIONS = [
    "",
    "region=mali",
    "region=gao",
    "region=mali&indicator=killed",
    "region=sahel&indicator=members",
    "region=unspecified&indicator=land",
    "q=hundreds",
    "q=invented+people",
]


@pytest.mark.parametrize("asked", QUESTIONS)
def test_pages_of_any_size_are_parts_of_the_whole(client, asked):
    lines = client.get(f"/estimates?{asked}&format=ndjson".replace("?&", "?")).text.splitlines()
    whole = [json.loads(line) for line in lines]
    for limit in (7, PAGE - 1, PAGE, 1000):
        url, paged = f"/estimates?{asked}&limit={limit}".replace("?&", "?"), []
        while url:
            page = client.get(url).json
            paged += page["data"]
            assert page["meta"]["total"] == len(whole)
            url, last = page["links"]["next"], page
        assert paged == whole
        if before := last["links"]["prev"]:
            end = len(whole) - len(last["data"])
            assert client.get(before).json["data"] == whole[end - limit : end]


@pytest.mark.parametrize("asked", ["region=mali", "region=sahel&indicator=killed", "region=niger"])
def test_a_first_page_says_what_its_parts_say(client, asked):
    first = client.get(f"/estimates?{asked}").json
    assert first["meta"]["total"] > LEAST_PAGED
    assert first["data"] == client.get(f"/estimates?{asked}&limit={PAGE + 1}").json["data"][:PAGE]
    narrowed = client.get(f"/estimates?{asked}&fields=id,low").json["data"]
    assert narrowed == [{key: one[key] for key in ("id", "low")} for one in first["data"]]
    linked = client.get(f"/estimates?{asked}&format=jsonld")
    assert linked.status_code == 200
    assert all(one["id"] in linked.text for one in first["data"])


def test_large_shelves_have_a_first_page(many_database):
    database = sqlite3.connect(many_database)
    shelves = "select count(*) from region_shelves group by region_position, indicator_position"
    held = [count for (count,) in database.execute(shelves)]
    (pages,) = database.execute("select count(*) from first_pages").fetchone()
    assert pages == sum(count > LEAST_PAGED for count in held)
    assert 0 < pages < len(held)
    database.close()
