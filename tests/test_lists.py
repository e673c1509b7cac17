"""The pages of lists hold what the API answers at the same address, page by page."""

import pytest
from pages import BROWSER, get

LISTS = ("/estimates", "/claims", "/sources", "/articles", "/groups", "/regions", "/indicators", "/hedges")
LINKS = {"estimates": "/estimates/", "claims": "/claims/", "sources": "/sources/", "articles": "/articles/"}


def listed(client, page, name):
    """Return the ids of the records that a page lists, in their order."""
    start = LINKS.get(name, f"/?{name.removesuffix('s')}=")
    known = {record["id"] for record in client.get(f"/{name}?limit=1000").json["data"]}
    ids = [link["href"].removeprefix(start) for link in page.all("a") if link["href"].startswith(start)]
    return list(dict.fromkeys(id_ for id_ in ids if id_ in known))


@pytest.mark.parametrize("path", LISTS)
def test_a_list_is_that_of_the_api_from_page_to_page(shipped, path):
    name, address, seen = path[1:], f"{path}?limit=5", []
    while address:
        page, answered = get(shipped, address), shipped.get(address).json
        assert listed(shipped, page, name) == [record["id"] for record in answered["data"]]
        assert f"of {answered['meta']['total']}" in page.text
        seen += listed(shipped, page, name)
        links = {rel: [link["href"] for link in page.all("a", rel=rel)] for rel in ("next", "prev")}
        assert links == {rel: [link] if (link := answered["links"][rel]) else [] for rel in links}
        address = answered["links"]["next"]
    assert len(seen) == shipped.get(path).json["meta"]["total"]


@pytest.mark.parametrize("path", LISTS)
def test_a_list_takes_the_filters_of_the_api_and_refuses_what_it_refuses(shipped, path):
    page = get(shipped, f"{path}?region=syria")
    records = shipped.get(f"{path}?region=syria").json["data"]
    assert listed(shipped, page, path[1:]) == [record["id"] for record in records]
    refused = get(shipped, f"{path}?region=irak", 400)
    assert f"{path}?region=iraq" in [link["href"] for link in refused.all("a")]


@pytest.mark.parametrize("path", [*LISTS, "/conflicts", "/dataset"])
def test_a_program_is_given_json_and_so_is_a_browser_that_asks_for_it(shipped, path):
    assert shipped.get(path).mimetype == "application/json"
    assert shipped.get(f"{path}?format=json", headers=BROWSER).mimetype == "application/json"
    assert get(shipped, path).all("a", href=f"{path}?format=json")


def test_a_list_shows_all_fields(shipped):
    answer = shipped.get("/sources?fields=id&region=iraq", headers=BROWSER)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sources?region=iraq")


def test_contradictions_stand_side_by_side(shipped):
    page = get(shipped, "/conflicts")
    for pair in shipped.get("/conflicts").json["data"]:
        for side in ("lower", "higher"):
            assert page.all("a", href=pair[side]["url"])
            assert pair[side]["source"]["name"] in page.text


def test_the_page_of_the_dataset_has_its_licence_citation_and_downloads(shipped):
    dataset = shipped.get("/dataset").json["data"]
    page = get(shipped, "/dataset")
    for text in (dataset["licence"], dataset["citation"], f"@misc{{headcount_{dataset['version']},"):
        assert text in page.text
    downloads = [link["href"] for link in page.all("a") if "download" in link]
    assert downloads == [file["url"] for file in dataset["downloads"]]
    assert all(file["sha256"] in page.text for file in dataset["downloads"])


def test_the_head_of_every_page_leads_to_the_lists(shipped):
    for path in ("/", "/sources", "/dataset", "/?q=nowhere"):
        links = {link["href"] for link in get(shipped, path).all("a")}
        assert {"/", "/claims", "/sources", "/articles", "/conflicts", "/dataset", "/verify", "/docs"} <= links


@pytest.mark.parametrize("path", ["/nowhere", "/estimates/a/b", "/claim"])
def test_where_there_is_nothing_a_person_is_told_so_and_a_program_too(shipped, path):
    page = get(shipped, path, 404)
    assert f"There is nothing at {path}." in page.text
    assert page.all("a", href="/")
    assert shipped.get(path).mimetype == "application/problem+json"
    assert shipped.post(path, headers=BROWSER).status_code == 404


def test_every_page_leads_to_what_its_words_mean(shipped):
    words = get(shipped, "/words")
    explained = {"claim", "estimate", "source", "hedge", "disputed", "worked-out"}
    assert explained <= {attributes.get("id") for _, attributes in words.elements}
    for path in ("/", "/claims", "/dataset", "/nowhere"):
        response = shipped.get(path, headers=BROWSER)
        assert 'href="/words"' in response.text
