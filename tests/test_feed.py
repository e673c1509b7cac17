"""Claims as a feed: well-formed whatever a text holds, read by a feed reader, and the same claims as in JSON."""

from xml.etree import ElementTree

import feedparser
import pytest
from hostile import TAG

from api import create_app
from api.formats.atom import Head, write_atom

ATOM = {"Accept": "application/atom+xml, application/xml;q=0.9, */*;q=0.1"}
HEAD = Head("T", "S", "MIT", "https://example.org", "/claims?format=atom", "2026-01-01T00:00:00Z", {"self": "/claims"})


def read(response):
    assert (response.status_code, response.mimetype) == (200, "application/atom+xml")
    feed = feedparser.parse(response.data)
    assert not feed.bozo, feed.bozo_exception
    assert feed.version == "atom10"
    return feed


@pytest.mark.parametrize("question", ["", "region=iraq", "q=fighters&source_kind=military"])
def test_a_feed_holds_the_claims_of_the_question_printed_last_first(shipped, question):
    feed = read(shipped.get(f"/claims?format=atom&{question}"))
    claims = shipped.get(f"/claims?sort=-published&{question}").json["data"]
    assert [entry.id for entry in feed.entries] == [f"http://localhost{claim['url']}" for claim in claims]
    for entry, claim in zip(feed.entries, claims, strict=True):
        printed = max(report["article"]["published"]["start"] for report in claim["reports"])
        assert (entry.link, entry.updated, entry.author) == (entry.id, f"{printed}T00:00:00Z", claim["source"]["name"])
        answer = shipped.get(f"/answer?claim={claim['id']}").json["data"]["topics"][0]["sentences"]
        told = [sentence["text"] for sentence in answer if sentence["kind"] in ("reports", "reversed")]
        assert (entry.title, entry.summary) == (answer[0]["text"], " ".join(told))
    updated = [entry.updated for entry in feed.entries]
    assert updated == sorted(updated, reverse=True)


def test_a_feed_names_itself_its_page_and_its_next_page(shipped):
    feed = read(shipped.get("/claims?limit=5&region=iraq", headers=ATOM | {"Host": "example.org"}))
    links = {link.rel: link.href for link in feed.feed.links}
    assert links["alternate"] == "http://example.org/claims?region=iraq"
    assert feed.feed.id == "http://example.org/claims?region=iraq&format=atom"
    assert links["self"] == "http://example.org/claims?region=iraq&sort=-published&limit=5&format=atom"
    following = read(shipped.get(links["next"].removeprefix("http://example.org"), headers={"Host": "example.org"}))
    assert following.feed.id == feed.feed.id
    assert not {entry.id for entry in following.entries} & {entry.id for entry in feed.entries}
    total = shipped.get("/claims?region=iraq").json["meta"]["total"]
    assert len(feed.entries) + len(following.entries) == min(total, 10)


def test_a_feed_of_nothing_is_a_feed(client):
    feed = read(client.get("/claims?q=nowhere&format=atom"))
    assert (feed.entries, feed.feed.updated) == ([], client.get("/dataset").json["data"]["built"])


def test_another_order_is_kept(shipped):
    entries = read(shipped.get("/claims?format=atom&sort=-articles")).entries
    ids = [claim["url"] for claim in shipped.get("/claims?sort=-articles").json["data"]]
    assert [entry.id.removeprefix("http://localhost") for entry in entries] == ids


@pytest.mark.parametrize("path", ["/estimates", "/sources", "/conflicts"])
def test_only_claims_are_a_feed(client, path):
    refused = client.get(f"{path}?format=atom")
    assert refused.status_code == 400
    assert refused.json["errors"][0]["allowed"] == ["json", "csv", "ndjson", "jsonld"]
    assert client.get(path, headers={"Accept": "application/atom+xml"}).status_code == 406
    assert client.get(path, headers=ATOM).mimetype == "application/json"


def test_a_feed_has_an_etag_of_its_host_and_is_not_immutable(client):
    first, second = (client.get("/claims?format=atom", headers={"Host": host}) for host in ("a.example", "b.example"))
    assert first.headers["ETag"] != second.headers["ETag"]
    again = client.get("/claims?format=atom", headers={"Host": "a.example", "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    version = first.headers["X-Dataset-Version"]
    assert "immutable" not in client.get(f"/claims?format=atom&dataset={version}").headers["Cache-Control"]


def test_a_hostile_dataset_is_text_in_a_feed(hostile_database, url_of):
    app = create_app({"DATABASE_URL": url_of(hostile_database)})
    response = app.test_client().get("/claims?format=atom")
    app.extensions["database"].close()
    root = ElementTree.fromstring(response.data)
    assert {element.tag.rpartition("}")[2] for element in root.iter()} == {
        *("feed", "title", "subtitle", "rights", "updated", "id", "link", "entry", "author", "name", "uri", "summary")
    }
    assert TAG in root.find("{*}entry/{*}title").text
    assert TAG.encode() not in response.data


def test_what_xml_forbids_is_replaced(shipped):
    claim = shipped.get("/claims?limit=1").json["data"][0]
    claim["source"]["name"] = "a\x00b\x1fc\ufffe\ud800 d\te"
    root = ElementTree.fromstring(write_atom(HEAD, [claim]))
    assert root.find("{*}entry/{*}author/{*}name").text == "a�b�c�� d\te"


def test_a_claim_whose_day_of_print_is_open_is_as_old_as_the_dataset(shipped):
    claim = shipped.get("/claims?limit=1").json["data"][0]
    for report in claim["reports"]:
        report["article"]["published"]["start"] = None
    assert ElementTree.fromstring(write_atom(HEAD, [claim])).find("{*}entry/{*}updated").text == HEAD.updated
