"""Whatever the contract names is there: every path answers in its shape, every parameter is taken by the lists it is for."""

import pytest

RESOURCES = ("estimates", "claims", "sources", "articles", "groups", "regions", "indicators", "hedges")
LISTS = {f"/{name}": {} for name in RESOURCES} | {
    "/series": {"indicator": "fighters"},
    "/conflicts": {},
    "/resolve": {"q": "nigeria"},
}
"""Path → what has to be asked."""

FORMATS = {
    "json": "application/json",
    "csv": "text/csv",
    "ndjson": "application/x-ndjson",
    "jsonld": "application/ld+json",
}

FILTERS = {
    "region": "nigeria",
    "not_region": "chad",
    "group": "alpha-front",
    "not_group": "beta-front",
    "indicator": "fighters",
    "not_indicator": "killed",
    "source": "army",
    "not_source": "army",
    "attributed_to": "army",
    "not_attributed_to": "witness",
    "place": "nigeria",
    "not_place": "chad",
    "article": "first",
    "not_article": "first",
    "claim": "strength",
    "not_claim": "strength",
    "hedge": "up_to",
    "not_hedge": "up_to",
    "source_kind": "military",
    "not_source_kind": "military",
    "publisher": "Day, Night & Co",
    "not_publisher": "Day, Night & Co",
    "agency": "Lake Wire",
    "not_agency": "lake wire",
    "locus": "body",
    "not_locus": "body",
    "unit": "persons",
    "not_unit": "persons",
    "region_scope": "overlapping",
    "as_of": "2020",
    "stated": "2020-01/..",
    "published": "../2020",
    "value_min": "400",
    "value_max": "500",
    "value_match": "certain",
    "derived": "true",
    "disputed": "false",
    "anonymous": "false",
    "q": "invented",
}
FIELDS = {"/conflicts": "kind", "/series": "members"}


@pytest.mark.parametrize(("path", "needed"), LISTS.items())
def test_a_list_has_the_shape_of_lists(client, path, needed):
    answer = client.get(path, query_string=needed).json
    assert answer.keys() == {"data", "meta", "links"}
    assert answer["meta"].keys() == {"total", "limit", "dataset"}
    assert answer["links"].keys() == {"self", "next", "prev"}
    assert answer["meta"]["total"] == len(answer["data"]) > 0
    for name, media_type in FORMATS.items():
        assert client.get(path, query_string=needed | {"format": name}).mimetype == media_type
    for parameter, value in {"fields": FIELDS.get(path, "id"), "limit": 1, "offset": 1}.items():
        assert client.get(path, query_string=needed | {parameter: value}).status_code == 200, parameter


@pytest.mark.parametrize("name", RESOURCES)
def test_a_resource_has_an_order_and_cursors(client, name):
    ids = [one["id"] for one in client.get(f"/{name}?sort=-id&fields=id").json["data"]]
    assert ids == sorted(ids, reverse=True)
    after = client.get(f"/{name}?sort=-id&fields=id&cursor=after:{ids[0]}").json["data"]
    assert [one["id"] for one in after] == ids[1:]


@pytest.mark.parametrize("path", ["/", "/facets", "/dataset", *(f"/{name}/{{id}}" for name in RESOURCES)])
def test_one_thing_has_the_shape_of_one(client, path):
    if "{id}" in path:
        path = path.format(id=client.get(path.replace("/{id}", "?limit=1")).json["data"][0]["id"])
    answer = client.get(path).json
    assert (answer.keys(), answer["meta"].keys()) == ({"data", "meta", "links"}, {"dataset"})
    assert answer["links"] == {"self": path}


@pytest.mark.parametrize("path", ["/openapi.json", "/docs", "/health/live", "/health/ready", "/metrics"])
def test_what_is_for_programs_and_for_operators_is_there(client, path):
    assert client.get(path, buffered=True).status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize("parameter", FILTERS)
def test_every_filter_is_taken_wherever_estimates_are_asked_for(client, parameter):
    for path, needed in {**LISTS, "/facets": {}, "/answer": {}}.items():
        if path != "/resolve" and (path, parameter) != ("/series", "not_indicator"):
            assert client.get(path, query_string=needed | {parameter: FILTERS[parameter]}).status_code == 200, path


@pytest.mark.parametrize("path", ["/estimates", "/series", "/facets", "/answer"])
def test_estimates_can_be_counted_by_claim(client, path):
    assert client.get(path, query_string=LISTS.get(path, {}) | {"distinct": "claim"}).status_code == 200
