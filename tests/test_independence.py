"""How many carry a claim, and how many speak: retellings and copies of one wire are told apart from other sources."""

import shutil

import pytest
from conftest import GOOD, make_release

from api import create_app


def carriers(claim):
    """Return how many articles, outlets and agencies carry a claim, and its wires, out of its reports."""
    articles = {report["article"]["id"]: report["article"] for report in claim["reports"]}
    wires = {}
    for article in articles.values():
        if article["agency"]:
            wires.setdefault(article["agency"], []).append(article["id"])
    return {
        "articles": len(articles),
        "outlets": len({article["publisher"] or article["id"] for article in articles.values()}),
        "agencies": len(wires),
        "wires": [{"agency": agency, "articles": ids} for agency, ids in wires.items()],
    }


def test_a_claim_tells_who_carries_it(dataset):
    client, _, _ = dataset
    for claim in client.get("/claims?limit=1000").json["data"]:
        assert {key: claim[key] for key in ("articles", "outlets", "agencies", "wires")} == carriers(claim)


@pytest.mark.slow
@pytest.mark.parametrize("key", ["articles", "outlets", "agencies"])
def test_claims_are_sorted_by_who_carries_them(invented, key):
    counts = [claim[key] for claim in invented.get(f"/claims?sort=-{key}&limit=1000").json["data"]]
    assert counts == sorted(counts, reverse=True)
    assert len(set(counts)) > 1


def test_two_papers_with_one_wire_are_one_wire(shipped):
    claim = shipped.get("/claims/pentagon-2016-fighters").json["data"]
    assert (claim["articles"], claim["outlets"], claim["agencies"]) == (2, 2, 1)
    (wire,) = claim["wires"]
    assert wire["agency"] == "The Associated Press"
    assert sorted(wire["articles"]) == ["officials-say-7000-affiliates-remain", "thousands-of-fighters-remain"]


def test_names_of_publishers_and_agencies_are_compared_in_any_case(tmp_path, url_of):
    seeds = shutil.copytree(GOOD, tmp_path / "seeds")
    for file, old, new in (
        ("2020-01-day-first.yaml", "agency: null", "agency: LAKE wire"),
        ("2020-03-unknown-second.yaml", "publisher: null", "publisher: DAY, Night & Co"),
    ):
        path = seeds / "articles" / file
        path.write_text(path.read_text().replace(old, new))
    make_release(seeds, tmp_path / "headcount.db")
    app = create_app({"DATABASE_URL": url_of(tmp_path / "headcount.db")})
    claim = app.test_client().get("/claims/strength").json["data"]
    app.extensions["database"].close()
    assert (claim["articles"], claim["outlets"], claim["agencies"]) == (2, 1, 1)
    assert claim["wires"] == [{"agency": "LAKE wire", "articles": ["first", "second"]}]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["articles", "groups", "regions", "indicators"])
def test_records_tell_how_many_sources_speak_and_are_sorted_by_that(dataset, kind):
    client, records, below = dataset
    name = kind.removesuffix("s")
    listed = client.get(f"/{kind}?sort=-sources&limit=1000").json["data"]
    for record in listed:
        meant = below["within"][record["id"]] if kind == "regions" else {record["id"]}
        assert record["sources"] == len({one["source"]["id"] for one in records if one[name]["id"] in meant})
    assert [one["id"] for one in listed] == [
        one["id"] for one in sorted(listed, key=lambda one: (-one["sources"], one["id"]))
    ]
