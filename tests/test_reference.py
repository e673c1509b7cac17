"""Random questions, answered a second time by plain Python over the records: every channel has to agree."""

import csv
import io
import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import SORTS, VOCABULARY, at, in_order, matches, questions, report_order, spelled


@pytest.mark.slow
@given(data=st.data())
def test_every_channel_agrees_with_plain_python(dataset, data):
    client, records, below = dataset
    query = data.draw(questions(records, below["exact"]))
    signed = [sign + key for key in SORTS for sign in ("", "-")]
    sort = data.draw(st.lists(st.sampled_from(signed), min_size=1, max_size=3))
    limit = data.draw(st.integers(1, 9))
    expected = in_order([one for one in records if matches(one, query, below)], sort)
    url = f"/estimates?{urlencode(spelled(query) | {'sort': ','.join(sort)}, doseq=True)}"
    ids = [one["id"] for one in expected]

    whole = client.get(f"{url}&limit=1000").json
    assert (whole["data"], whole["meta"]["total"]) == (expected, len(expected))
    assert [json.loads(line) for line in client.get(f"{url}&format=ndjson").text.splitlines()] == expected
    rows = csv.DictReader(io.StringIO(client.get(f"{url}&format=csv").text, newline=""))
    assert [row["id"] for row in rows] == ids
    paged, page = [], f"{url}&limit={limit}&fields=id"
    while page:
        answer = client.get(page).json
        paged += [one["id"] for one in answer["data"]]
        assert answer["meta"]["total"] == len(expected)
        page = answer["links"]["next"]
    assert paged == ids
    facets = client.get(f"/facets?{urlencode(spelled(query), doseq=True)}").json["data"]
    for name in ("group", "hedge", "publisher", "agency", "locus"):
        counted = {one["value"]: one["count"] for one in facets[name]}
        values = [at(one, VOCABULARY[name]) for one in expected]
        assert counted == {value: values.count(value) for value in set(values) - {None}}
    scope = below[query.get("region_scope", "within")]
    counted = {one["value"]: one["count"] for one in facets["region"]}
    held = {region: sum(one["region"]["id"] in meant for one in expected) for region, meant in scope.items()}
    assert counted == {region: count for region, count in held.items() if count}
    distinct = {one["id"] for one in client.get(f"{url}&distinct=claim&limit=1000").json["data"]}
    first = {}
    for one in sorted(expected, key=report_order):
        first.setdefault(one["claim"]["id"], one["id"])
    assert distinct == set(first.values())
    counted = client.get(f"/facets?{urlencode(spelled(query), doseq=True)}&distinct=claim&fields=hedge,source").json[
        "data"
    ]
    for name in ("hedge", "source"):
        pairs = {(at(one, VOCABULARY[name]), one["claim"]["id"]) for one in expected}
        values = [value for value, _ in pairs]
        assert {one["value"]: one["count"] for one in counted[name]} == {value: values.count(value) for value in values}
