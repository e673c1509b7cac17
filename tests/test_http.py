"""What holds around every answer: methods, headers, validators, codings, errors."""

import gzip
import json

import pytest
from conftest import GOOD, make_release

from api import create_app
from api.http.answers import etag_matches
from api.read import records
from schema.store.errors import QueryError

PATHS = ("/", "/estimates", "/estimates/exact", "/claims/strength", "/regions", "/dataset", "/openapi.json")


@pytest.mark.parametrize("path", [*PATHS, "/nowhere", "/health/live", "/estimates?limit=x", "/docs"])
def test_every_answer_carries_the_common_headers(client, path):
    headers = {"X-Request-Id": "abc-1", "Origin": "https://example.org"}
    response = client.get(path, headers=headers, buffered=True)
    assert response.headers["X-Request-Id"] == "abc-1"
    assert response.headers["X-Dataset-Version"] == client.get("/dataset").json["data"]["version"]
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert {"Accept", "Accept-Encoding"} <= set(response.vary)
    assert "X-Dataset-Version" in response.headers["Access-Control-Expose-Headers"]


def test_a_request_id_that_could_break_a_log_is_replaced(client):
    for bad in ("a b", "x" * 129, "é", "<script>"):
        given = client.get("/health/live", headers={"X-Request-Id": bad}).headers["X-Request-Id"]
        assert len(given) == 32
        assert given.isalnum()


@pytest.mark.parametrize("path", PATHS)
def test_an_answer_that_the_client_has_is_not_sent_again(client, path):
    first = client.get(path)
    assert first.headers["Cache-Control"] == "public, no-cache"
    etag = first.headers["ETag"]
    for known in (etag, f'"other", {etag}', etag.removeprefix("W/")):
        again = client.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
        assert "Accept-Encoding" in again.vary
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_equal_questions_share_an_etag_and_others_do_not(client):
    tags = {
        query: client.get(f"/estimates?{query}").headers["ETag"]
        for query in ("region=NG&hedge=none", "hedge=None&region=nigeria", "region=nigeria", "region=nigeria&limit=49")
    }
    assert tags["region=NG&hedge=none"] == tags["hedge=None&region=nigeria"]
    assert len(set(tags.values())) == 3


def test_a_record_that_is_not_there_has_no_validator(client):
    assert client.get("/estimates/nothing", headers={"If-None-Match": "*"}).status_code == 404


@pytest.mark.parametrize("path", [*PATHS, "/health/ready"])
def test_methods_that_read_are_all_there_are(client, path):
    get, head = client.get(path), client.head(path)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == get.headers["Content-Length"]
    options = client.options(path)
    assert options.status_code == 200
    assert {"GET", "HEAD", "OPTIONS"} == set(options.allow)
    for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE", "FROB"):
        refused = client.open(path, method=method)
        assert (refused.status_code, refused.mimetype) == (405, "application/problem+json")
        assert "GET" in refused.headers["Allow"]


def test_preflight_is_answered(client):
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}
    response = client.options("/estimates", headers=asked)
    assert "GET" in response.headers["Access-Control-Allow-Methods"]
    assert response.headers["Access-Control-Max-Age"] == "86400"


ACCEPTED = {
    "*/*": 200,
    "application/json": 200,
    "text/html;q=0.9, application/*;q=0.1": 200,
    "image/png": 406,
    "text/plain, application/json;q=0": 406,
}


@pytest.mark.parametrize(("accept", "status"), ACCEPTED.items())
def test_accept_decides(client, accept, status):
    response = client.get("/resolve?q=naija", headers={"Accept": accept})
    assert response.status_code == status
    assert client.get("/resolve?q=naija&format=json", headers={"Accept": accept}).status_code == 200


def test_bodies_are_compressed_by_accept_encoding(client):
    plain = client.get("/estimates")
    zipped = client.get("/estimates", headers={"Accept-Encoding": "gzip"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.data) == plain.data
    assert zipped.headers["ETag"] == plain.headers["ETag"]
    for coding in ("zstd", "br"):
        assert client.get("/estimates", headers={"Accept-Encoding": coding}).headers["Content-Encoding"] == coding


FAILURES = {
    "/nowhere": (404, "Not Found"),
    "/estimates/": (404, "Not Found"),
    "/estimates/nothing": (404, "Not Found"),
    "/estimates/%00": (404, "Not Found"),
    "/docs/../secrets": (404, "Not Found"),
    f"/estimates?q={'a' * 8000}": (414, "Request URI Too Long"),
    "/openapi.json?x=1": (400, "Bad Request"),
    "/dataset?x=1": (400, "Bad Request"),
    "/health/live?x=1": (400, "Bad Request"),
    "/estimates/exact?x=1": (400, "Bad Request"),
}


@pytest.mark.parametrize(("path", "expected"), FAILURES.items())
def test_every_failure_is_a_problem_document(client, path, expected):
    response = client.get(path)
    assert (response.status_code, response.json["title"]) == expected
    assert response.mimetype == "application/problem+json"
    assert response.json["status"] == response.status_code
    assert response.json["detail"]


def test_what_nobody_foresaw_is_a_problem_without_its_secrets(client, monkeypatch, caplog):
    def fail(*_):
        raise RuntimeError("a secret")

    monkeypatch.setattr(records, "select_records", fail)
    response = client.get("/estimates?sort=id", headers={"X-Request-Id": "find-me"})
    assert (response.status_code, response.mimetype) == (500, "application/problem+json")
    assert "secret" not in response.text
    assert "find-me" in caplog.text
    assert "a secret" in caplog.text


def test_a_database_that_fails_is_a_503(client, monkeypatch):
    def fail(*_):
        raise QueryError("disk I/O error")

    monkeypatch.setattr(records, "select_records", fail)
    response = client.get("/estimates?sort=id")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")
    assert "disk" not in response.text


def test_without_a_database_all_is_said_to_be_unready(tmp_path, url_of):
    path = tmp_path / "new.db"
    app = create_app({"DATABASE_URL": url_of(path)})
    client = app.test_client()
    for url in ("/estimates", "/", "/dataset", "/openapi.json", "/health/ready"):
        response = client.get(url)
        assert (response.status_code, response.mimetype) == (503, "application/problem+json")
        assert "X-Dataset-Version" not in response.headers
    assert client.get("/health/live").status_code == 200
    make_release(GOOD, path)
    url_of(path)
    assert client.get("/health/ready").status_code == 200
    app.extensions["database"].close()


def test_the_index_names_what_there_is(client):
    for entry in client.get("/").json["data"]["resources"]:
        answer = client.get(entry["url"], buffered=True)
        assert answer.status_code == 200 or [one["message"][:10] for one in answer.json["errors"]] == ["is missing"]
    assert json.loads(client.get("/").data)["data"]["name"] == "Headcount"


def test_the_docs_load_nothing_from_elsewhere(client):
    page = client.get("/docs", buffered=True)
    assert page.mimetype == "text/html"
    assert "script-src 'self';" in page.headers["Content-Security-Policy"]
    assert "://" not in page.text
    for asset in ("swagger-ui.css", "swagger-ui-bundle.js", "start.js", "favicon-32x32.png"):
        assert f"/docs/{asset}" in page.text
        assert client.get(f"/docs/{asset}", buffered=True).status_code == 200
    assert client.get("/docs/index.html").status_code == 404


def test_an_etag_matches_weakly_and_among_several():
    etag = 'W/"abc"'
    for if_none_match in ('W/"abc"', '"abc"', '"x", W/"abc"', '"x","abc"', "*"):
        assert etag_matches(if_none_match, etag)
    for if_none_match in ("", '"x"', 'W/"abcd"', "\xff"):
        assert not etag_matches(if_none_match, etag)
