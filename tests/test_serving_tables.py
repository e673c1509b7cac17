"""What is read from serving tables is what is worked out without them."""

import json

import pytest

from api import create_app
from api.query.parameters import DEFAULT_LIMIT
from schema.terms import Locus

EVERY_LOCUS = f"locus={','.join(Locus)}"
"""Leaves nothing out, and is not what serving tables tell."""


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


@pytest.mark.slow
@pytest.mark.parametrize("asked", QUESTIONS)
def test_pages_of_any_size_are_parts_of_the_whole(client, asked):
    lines = client.get(f"/estimates?{asked}&format=ndjson".replace("?&", "?")).text.splitlines()
    whole = [json.loads(line) for line in lines]
    for limit in (7, DEFAULT_LIMIT - 1, DEFAULT_LIMIT, 1000):
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


@pytest.mark.slow
@pytest.mark.parametrize("asked", ["region=mali", "region=sahel&indicator=killed", "region=niger"])
def test_a_first_page_says_what_its_parts_say(client, asked):
    first = client.get(f"/estimates?{asked}").json
    assert first["meta"]["total"] > 200
    longer = client.get(f"/estimates?{asked}&limit={DEFAULT_LIMIT + 1}").json["data"]
    assert first["data"] == longer[:DEFAULT_LIMIT]
    narrowed = client.get(f"/estimates?{asked}&fields=id,low").json["data"]
    assert narrowed == [{key: one[key] for key in ("id", "low")} for one in first["data"]]
    linked = client.get(f"/estimates?{asked}&format=jsonld")
    assert linked.status_code == 200
    assert all(one["id"] in linked.text for one in first["data"])


@pytest.mark.slow
@pytest.mark.parametrize(
    "asked",
    [
        "indicator=killed",
        "indicator=members&by=group",
        "indicator=killed&region=mali&limit=3&offset=2",
        "indicator=members&region=mali&region_scope=exact",
        "indicator=killed&region=mali&region_scope=overlapping&not_group=beta",
        "indicator=members&group=beta&not_region=gao,niger&offset=5",
        "indicator=killed&offset=100000",
        "indicator=killed&interval=quarter&region=gao",
        "indicator=members&by=source&region=gao",
    ],
)
def test_points_that_were_counted_are_those_that_are_worked_out(client, asked):
    counted, worked_out = (client.get(f"/series?{question}").json for question in (asked, f"{asked}&{EVERY_LOCUS}"))
    assert counted["data"] == worked_out["data"]
    assert counted["meta"]["total"] == worked_out["meta"]["total"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("asked", ["", "region=mali&", "indicator=killed&not_group=beta&"])
def test_charts_and_facets_that_were_counted_are_those_that_are_worked_out(client, asked):
    for path in ("/chart.vl.json?", "/facets?fields=source,source_kind,publisher,agency,group,hedge,as_of_year&"):
        counted, worked_out = (client.get(f"{path}{asked}{more}").json for more in ("", EVERY_LOCUS))
        assert {**counted, "links": 0} == {**worked_out, "links": 0}
