"""Pages tile: under every sort, forwards and backwards, each record comes once and in order."""

import re

import pytest

from api.read.resources import RESOURCES

SORTS = [(resource.name, sort) for resource in RESOURCES for key in resource.sorts for sort in (key, f"-{key}")] + [
    ("estimates", "hedge,-low,stated"),
    ("estimates", "-publisher,as_of,-best"),
]


def walk(client, url, link="next"):
    pages = []
    while url:
        answer = client.get(url)
        assert answer.status_code == 200, answer.json
        pages.append([one["id"] for one in answer.json["data"]])
        url = answer.json["links"][link]
        found = re.search(rf'<([^>]*)>; rel="{link}"', answer.headers.get("Link", ""))
        assert (found and found[1]) == url
    return pages


@pytest.mark.slow
@pytest.mark.parametrize(("name", "sort"), SORTS)
def test_pages_tile_under_every_sort(client, name, sort):
    whole = [one["id"] for one in client.get(f"/{name}?sort={sort}&limit=1000").json["data"]]
    assert len(whole) == len(set(whole)) == client.get(f"/{name}").json["meta"]["total"]
    pages = walk(client, f"/{name}?sort={sort}&limit=3")
    assert [id_ for page in pages for id_ in page] == whole
    back = walk(client, f"/{name}?sort={sort}&limit=3&cursor=before:{whole[-1]}", "prev")
    assert [id_ for page in reversed(back) for id_ in page] == whole[:-1]
    skipped = client.get(f"/{name}?sort={sort}&limit=1000&offset=2").json["data"]
    assert [one["id"] for one in skipped] == whole[2:]


ORDERS = {
    "sort=low": ["at-least", "exact", "between", "ceiling", "more", "bare", "floor", "derived", "base"],
    "sort=-low": ["base", "derived", "bare", "floor", "between", "ceiling", "more", "exact", "at-least"],
    "sort=-as_of&region=borno": ["at-least", "exact", "bare", "ceiling", "floor"],
}


@pytest.mark.parametrize(("query", "first"), ORDERS.items())
def test_ties_go_by_id_and_nulls_last(client, query, first):
    found = [one["id"] for one in client.get(f"/estimates?{query}").json["data"]]
    assert found[: len(first)] == first


def test_the_default_is_newest_first(client):
    assert client.get("/estimates").json["data"] == client.get("/estimates?sort=-as_of").json["data"]


def test_filters_go_with_the_page(client):
    pages = walk(client, "/estimates?region=nigeria&limit=5&fields=id&q=invented")
    assert sum(map(len, pages)) == 12
    assert len(pages) == 3


def test_a_page_beyond_the_end_is_empty(client):
    answer = client.get("/estimates?offset=9999").json
    assert (answer["data"], answer["meta"]["total"]) == ([], 16)
    assert answer["links"]["next"] is answer["links"]["prev"] is None


def test_a_cursor_to_a_record_that_is_gone_is_not_found(client):
    answer = client.get("/estimates?cursor=after:gone")
    assert answer.status_code == 404
    assert "start again without `cursor`" in answer.json["detail"]


def test_links_spell_the_question_in_one_way(client):
    for spelling in (
        "region=NG&hedge=up_to,vague&limit=50",
        "hedge=Vague&hedge=UP_TO&region=naija&region_scope=within",
    ):
        assert client.get(f"/estimates?{spelling}").json["links"]["self"] == (
            "/estimates?region=nigeria&hedge=up_to&hedge=vague"
        )


def test_fields_leave_only_these(client):
    answer = client.get("/estimates?fields=best,region.name,article.published.edtf,stated.edtf&claim=base").json
    expected = {
        "region": {"name": "Nigeria"},
        "best": None,
        "stated": None,
        "article": {"published": {"edtf": "2020-03~"}},
    }
    assert answer["data"] == [expected]
    assert client.get("/regions/borno?fields=parent,id").json["data"] == {"id": "borno", "parent": "nigeria"}
