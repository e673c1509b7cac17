"""Facets count what the lists count."""

import pytest

from api.endpoints.facets import FIELDS

FILTERS = (
    "",
    "region=nigeria",
    "region=lake-chad&region_scope=exact",
    "indicator=fighters&not_source=witness",
    "value_min=400&value_match=certain",
    "as_of=2019-08/2020-01&locus=body",
    "q=trader or islands",
    "disputed=true",
    "value_min=2000000",
)


@pytest.mark.slow
@pytest.mark.parametrize("query", FILTERS)
@pytest.mark.parametrize("name", FIELDS)
def test_a_count_is_the_total_of_the_list_with_that_value(client, name, query):
    scope = "&region_scope=overlapping" if name == "region" and "scope" not in query else ""
    facets = client.get(f"/facets?fields={name}&{query}{scope}".replace("&&", "&").rstrip("&")).json["data"]
    assert list(facets) == [name]
    # What no filter can ask for beside the query's own of that name is asked of the ids that both lists hold.
    whole = {one["id"] for one in client.get(f"/estimates?limit=1000&{query}{scope}".rstrip("&")).json["data"]}
    counted = {one["value"]: one["count"] for one in facets[name]}
    every = {one["value"] for one in client.get(f"/facets?fields={name}{scope}").json["data"][name]}
    assert set(counted) <= every
    if "exact" in query:
        scope = "&region_scope=exact"
    for value in every:
        parameter = "as_of" if name == "as_of_year" else name
        answer = client.get(
            "/estimates", query_string=f"limit=1000&{parameter}={value.replace('&', '%26')}{scope}"
        ).json
        assert len(whole & {one["id"] for one in answer["data"]}) == counted.get(value, 0), value


def test_the_commonest_come_first_with_their_names(client):
    facets = client.get("/facets?fields=source,as_of_year").json["data"]
    assert facets["source"] == [
        {"value": "army", "name": "The army", "count": 13},
        {"value": "witness", "name": "A trader from the lake", "count": 3},
    ]
    assert facets["as_of_year"][0]["count"] == max(one["count"] for one in facets["as_of_year"])


def test_all_fields_are_counted_unless_some_are_named(client):
    assert set(client.get("/facets").json["data"]) == set(FIELDS)


def test_a_field_that_is_none_is_refused(client):
    (fault,) = client.get("/facets?fields=regions").json["errors"]
    assert (fault["message"], fault["did_you_mean"]) == ("no field is called 'regions'", ["region"])
