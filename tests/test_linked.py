"""JSON-LD says in schema.org's words what JSON says, and means it: it is read here by a processor of JSON-LD."""

from base64 import urlsafe_b64decode

import pytest
from pyld import jsonld

from api.formats.jsonld import NODES

SCHEMA, OA = "https://schema.org/", "http://www.w3.org/ns/oa#"
BASE = "http://headcount.test"
LISTS = {name: f"/{name}" for name in NODES} | {
    "series": "/series?indicator=fighters",
    "resolve": "/resolve?q=iraq",
    "changes": None,
}


def nodes_of(client, path):
    """Return the nodes of an answer by their types, flattened: whatever lies in another is one of its own."""
    answer = client.get(path, headers={"Accept": "application/ld+json"})
    assert (answer.status_code, answer.mimetype) == (200, "application/ld+json")
    found = {}
    for node in jsonld.flatten(answer.json, options={"base": f"{BASE}/"}):
        for type_ in node.get("@type", ["reference"]):
            found.setdefault(type_, []).append(node)
    return found


def said(node, key):
    """Return the one value, or address, that a node has under a key of schema.org; None: it has none."""
    (value,) = node.get(SCHEMA + key, [{}])
    return value.get("@value", value.get("@id"))


@pytest.mark.slow
def test_an_observation_holds_the_numbers_that_were_said_and_no_other(dataset):
    client, records, _ = dataset
    nodes = nodes_of(client, "/estimates?limit=1000")
    values = {node["@id"]: node for node in nodes[f"{SCHEMA}QuantitativeValue"]}
    observed = {node["@id"].removeprefix(f"{BASE}/estimates/"): node for node in nodes[f"{SCHEMA}Observation"]}
    assert observed.keys() == {one["id"] for one in records}
    for one in records:
        node = observed[one["id"]]
        value = values.get(said(node, "value"), {})
        assert [said(value, key) for key in ("minValue", "value", "maxValue")] == [one["low"], one["best"], one["high"]]
        assert said(node, "observationDate") == one["as_of"]["edtf"]
        assert said(node, "variableMeasured") == f"{BASE}/indicators/{one['indicator']['id']}"
        assert said(node, "measurementQualifier") == f"{BASE}/hedges/{one['hedge']}"
        assert said(node, "subjectOf") == f"{BASE}/claims/{one['claim']['id']}"
        assert said(node, "disambiguatingDescription") == one["scope"]
        about = {other["@id"] for other in node[f"{SCHEMA}observationAbout"]}
        assert about == {f"{BASE}/groups/{one['group']['id']}", f"{BASE}/regions/{one['region']['id']}"}
    (listed,) = nodes[f"{SCHEMA}ItemList"]
    assert said(listed, "numberOfItems") == len(records)


def test_a_claim_is_said_by_its_source_and_appears_in_its_articles(client):
    record = client.get("/claims/strength").json["data"]
    nodes = nodes_of(client, "/claims/strength")
    (claim,) = nodes[f"{SCHEMA}Claim"]
    assert claim["@id"] == f"{BASE}/claims/strength"
    assert said(claim, "author") == f"{BASE}/sources/army"
    appearances = {one["@id"] for one in claim[f"{SCHEMA}appearance"]}
    assert appearances == {f"{BASE}/articles/{one['article']['id']}" for one in record["reports"]}
    assert appearances == {node["@id"] for node in nodes[f"{SCHEMA}NewsArticle"]}
    assert len(nodes[f"{SCHEMA}Observation"]) == len(record["reports"])


def test_words_of_the_article_itself_are_properties_of_the_observation(client):
    node = client.get("/estimates/exact?format=jsonld").json
    values = {one["name"]: one["value"] for one in node["additionalProperty"]}
    assert (values["place"], values["place_region"], values["place_basis"]) == (
        "near the lake",
        "lake-chad",
        "inferred",
    )
    assert values["quoted"] is False
    assert "attributed_to" not in values


def test_an_annotation_leads_to_the_words_in_the_document(client):
    record = client.get("/estimates/ceiling").json["data"]
    nodes = nodes_of(client, "/estimates/ceiling")
    (annotation,) = nodes[f"{OA}Annotation"]
    assert annotation[f"{OA}hasBody"] == [{"@id": f"{BASE}/estimates/ceiling"}]
    (quote,), (position,) = nodes[f"{OA}TextQuoteSelector"], nodes[f"{OA}TextPositionSelector"]
    assert quote[f"{OA}exact"] == [{"@value": record["wording"]}]
    (start,), (end,) = position[f"{OA}start"], position[f"{OA}end"]
    assert (start["@value"], end["@value"]) == (record["evidence"]["start"], record["evidence"]["end"])
    (target,) = nodes[f"{OA}SpecificResource"]
    ((source,),) = [target[f"{OA}hasSource"]]
    digest = source["@id"].removeprefix("ni:///sha-256;")
    assert urlsafe_b64decode(f"{digest}=").hex() == record["evidence"]["sha256"]


@pytest.mark.parametrize("name", [name for name, path in LISTS.items() if path])
def test_every_list_has_as_many_nodes_as_records(shipped, name):
    path = LISTS[name]
    plain = shipped.get(path)
    linked = shipped.get(path, headers={"Accept": "application/ld+json"})
    assert linked.json["numberOfItems"] == plain.json["meta"]["total"]
    assert len(linked.json["itemListElement"]) == len(plain.json["data"])
    assert linked.headers.get("Link", "").replace("&format=jsonld", "") == plain.headers.get("Link", "")
    by_parameter = shipped.get(f"{path}{'&' if '?' in path else '?'}format=jsonld")
    assert by_parameter.json["itemListElement"] == linked.json["itemListElement"]


def test_changes_are_actions_on_observations(shipped):
    version = shipped.get("/dataset").json["data"]["version"]
    assert shipped.get(f"/changes?since={version}&format=jsonld").json["numberOfItems"] == 0
    for change, action in {"inserted": "AddAction", "updated": "UpdateAction", "deleted": "DeleteAction"}.items():
        node = NODES["changes"]({"change": change, "estimate": {"id": "one"}})
        assert node == {"@type": action, "object": {"@id": "/estimates/one", "@type": "Observation"}}


@pytest.mark.parametrize("fields", ["id", "best,region.name", "claim,source,article", "evidence.sha256", "derived"])
def test_fields_leave_out_in_json_ld_too(client, fields):
    plain = client.get(f"/estimates/derived?fields={fields}").json["data"]
    node = client.get(f"/estimates/derived?fields={fields}&format=jsonld").json
    assert ("@id" in node) is ("id" in plain)
    assert ("value" in node) is ("best" in plain and plain["best"] is not None)
    assert ("subjectOf" in node) is ("claim" in plain)
    assert ("isBasedOn" in node) is ("derived" in plain)


def test_the_dataset_is_a_dataset_with_downloads(shipped):
    about = shipped.get("/dataset").json["data"]
    nodes = nodes_of(shipped, "/dataset")
    (dataset,) = nodes[f"{SCHEMA}Dataset"]
    assert said(dataset, "version") == about["version"]
    assert said(dataset, "license") == "https://spdx.org/licenses/CC-BY-4.0"
    sums = {said(node, "contentUrl"): said(node, "sha256") for node in nodes[f"{SCHEMA}DataDownload"]}
    assert sums == {f"{BASE}{one['url']}": one["sha256"] for one in about["downloads"]}
