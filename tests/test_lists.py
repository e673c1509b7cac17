"""The pages of lists hold what the API answers at the same address, page by page."""

import re

import pytest
from pages import BROWSER, get

from api.explorer.lists import SUM_RULES
from api.formats.phrases import figure

LISTS = ("/estimates", "/claims", "/sources", "/articles", "/groups", "/regions", "/indicators", "/hedges")


def listed(client, page, name):
    """Return the ids of the records that a page lists, in their order."""
    start = "/?hedge=" if name == "hedges" else f"/{name}/"
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


@pytest.mark.parametrize("path", [*LISTS, "/conflicts", "/dataset", "/series?indicator=fighters"])
def test_a_program_is_given_json_and_so_is_a_browser_that_asks_for_it(shipped, path):
    assert shipped.get(path).mimetype == "application/json"
    as_json = f"{path}{'&' if '?' in path else '?'}format=json"
    assert shipped.get(as_json, headers=BROWSER).mimetype == "application/json"
    assert get(shipped, path).all("a", href=as_json)


def test_a_list_shows_all_fields(shipped):
    answer = shipped.get("/sources?fields=id&region=iraq", headers=BROWSER)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sources?region=iraq")


@pytest.mark.parametrize("path", [*LISTS, "/conflicts"])
def test_a_list_says_what_is_chosen_and_lets_go_of_it(shipped, path):
    page = get(shipped, f"{path}?region=iraq&not_hedge=up_to&q=fighters")
    chips = {link["href"] for link in page.all("a", **{"data-soft": None})}
    assert {
        f"{path}?not_hedge=up_to&q=fighters",
        f"{path}?region=iraq&q=fighters",
        f"{path}?region=iraq&not_hedge=up_to",
        path,
    } == chips
    for text in ("Region: Iraq", "How firmly: not up to", "Words: fighters", "Clear all"):
        assert text in page.text


def test_the_words_of_a_list_are_searched_for_with_its_other_filters(shipped):
    page = get(shipped, "/articles?region=iraq&q=present")
    held = {(has["name"], has["value"]) for has in page.all("input")}
    assert held == {("q", "present"), ("region", "iraq")}


def test_a_series_has_its_points_with_their_figures_and_the_estimates_behind_them(shipped):
    question = "/series?indicator=fighters&region=iraq,iraq-and-syria"
    page, points = get(shipped, question), shipped.get(question).json["data"]
    assert len(page.all("table")) == len({(point["group"]["id"], point["region"]["id"]) for point in points})
    rows = page.html.split("<tr>")[1:]
    rows = [row for row in rows if "<details>" in row]
    for row, point in zip(rows, points, strict=True):
        assert re.findall('href="/estimates/([^"]+)"', row) == [member["id"] for member in point["members"]]
        members = [
            shipped.get(f"/estimates/{member['id']}").json["data"] | {"granularity": None}
            for member in point["members"]
        ]
        assert f"<td>{'; '.join(dict.fromkeys(map(figure, members)))}</td>" in row
        assert point["start"][:4] in row
    assert "not summed: those who are there at one moment are no flow" in page.text


@pytest.mark.parametrize("limit", [50, 3])
def test_a_series_says_which_claims_are_summed(invented, limit):
    question = f"/series?indicator=killed&limit={limit}"
    points, text = invented.get(question).json["data"], get(invented, question).text
    several = [point for point in points if point["claims"] > 1]
    assert text.count(" one claim ") == len(points) - len(several)
    for rule, words in SUM_RULES.items():
        assert text.count(words) == sum(point["sum_rule"] == rule for point in several)


def test_a_series_of_nothing_named_is_that_of_the_commonest_indicator(shipped):
    commonest = shipped.get("/facets?fields=indicator").json["data"]["indicator"][0]["value"]
    answer = shipped.get("/series?region=iraq", headers=BROWSER)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/series?indicator={commonest}&region=iraq")
    assert shipped.get("/series").status_code == 400  # a program has to say


def test_changes_since_the_version_before_are_a_log(place):
    seeds, load, client = place
    first = load()
    assert "Nothing changed since then." in get(client, f"/changes?since={first}&sort=-version").text
    kept, removed = sorted((seeds / "articles").iterdir())
    removed.unlink()
    text = kept.read_text()
    kept.write_text(text.replace("best: 4000", "best: 5000").replace("about 4,000 men", "about 5,000 men"))
    load()
    answer = client.get("/changes", headers=BROWSER)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/changes?since={first}&sort=-version")
    page = get(client, answer.headers["Location"])
    changes = client.get(f"/changes?since={first}").json["data"]
    assert {change["change"] for change in changes} == {"updated", "deleted"}
    assert page.texts["span"].count("vanished") == sum(change["change"] == "deleted" for change in changes)
    assert f"In version {client.get('/dataset').json['data']['version']}" in page.text
    assert "best: 4000 → 5000" in page.text
    assert "wording: about 4,000 men → about 5,000 men" in page.text
    assert {change["estimate"]["url"] for change in changes if change["change"] == "updated"} <= {
        link["href"] for link in page.all("a")
    }
    assert "vanished" not in get(client, f"/changes?since={first}&change=updated&sort=-version").texts["span"]


def test_claims_that_agree_are_not_called_contradictions(shipped):
    question = "/conflicts?compatible=true"
    page, pairs = get(shipped, question), shipped.get(question).json["data"]
    agreeing = page.text.count("Two claims agree:") + page.text.count("A part is not above its whole:")
    assert agreeing == len(pairs) > 0
    assert page.texts["h1"] == ["What agrees"]
    assert "contradict each other:" not in page.text
    assert "There is no such pair." in get(shipped, f"{question}&region=homs").text


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
        assert {"/groups", "/regions", "/indicators", "/series", "/changes"} <= links


@pytest.mark.parametrize("path", ["/nowhere", "/estimates/a/b", "/claim"])
def test_where_there_is_nothing_a_person_is_told_so_and_a_program_too(shipped, path):
    page = get(shipped, path, 404)
    assert f"There is nothing at {path}." in page.text
    assert page.all("a", href="/")
    assert shipped.get(path).mimetype == "application/problem+json"
    assert shipped.post(path, headers=BROWSER).status_code == 404


def test_every_page_leads_to_what_its_words_mean(shipped):
    words = get(shipped, "/words")
    explained = {"claim", "report", "source", "hedge", "disputed", "worked-out"}
    assert explained <= {attributes.get("id") for _, attributes in words.elements}
    for path in ("/", "/claims", "/dataset", "/nowhere"):
        response = shipped.get(path, headers=BROWSER)
        assert 'href="/words"' in response.text
