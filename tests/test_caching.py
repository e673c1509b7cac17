"""HTTP caches: what answers say to them, by ordinary addresses and by those that name the version of the dataset."""

import re

import pytest
from conftest import GOOD, make_release

from api import create_app
from api.http.headers import IMMUTABLE, LONGEST_STALE, public
from seeds import SHIPPED

MAX_AGE = "public, max-age=30, stale-while-revalidate=30"
NEVER = "0" * 16
"""A version that no dataset has."""

FIXED = (
    *("/estimates", "/estimates?region=nigeria&format=csv", "/estimates?limit=2&format=ndjson"),
    *("/estimates?format=jsonld", "/estimates/exact", "/claims/strength", "/facets", "/series?indicator=fighters"),
    "/answer",
    *("/conflicts", "/resolve?q=nigeria", "/dataset/estimates.csv"),
)
"""Addresses of answers that one version of the dataset always gives."""
NOT_FIXED = (
    "/",
    "/openapi.json",
    "/dataset",
    "/dataset/headcount.db",
    "/datapackage.json",
    "/dataset/datapackage.json",
)
"""Addresses of answers that tell when a release was made, or what the program can do."""
OF_NO_RELEASE = (
    "/health/live",
    "/health/ready",
    "/metrics",
    "/docs",
    "/nowhere",
    "/estimates/nothing",
    "/estimates?x=1",
)


def versioned(path: str, version: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}dataset={version}"


@pytest.fixture(scope="module")
def cached(database, url_of):
    """Return a client of an application whose answers may be used for 30 seconds."""
    app = create_app({"DATABASE_URL": url_of(database), "MAX_AGE": "30"})
    yield app.test_client()
    app.extensions["database"].close()


@pytest.fixture(scope="module")
def version(cached):
    return cached.get("/").json["meta"]["dataset"]


def test_the_time_that_a_cache_may_wait_for_a_new_answer_is_bounded():
    assert public(0) == "public, no-cache"
    assert public(5) == "public, max-age=5, stale-while-revalidate=5"
    assert public(86_400) == f"public, max-age=86400, stale-while-revalidate={LONGEST_STALE}"


@pytest.mark.parametrize("path", [*FIXED, *NOT_FIXED])
def test_an_answer_of_a_release_says_how_long_it_may_be_used(client, cached, path):
    assert client.get(path, buffered=True).headers["Cache-Control"] == "public, no-cache"
    full = cached.get(path, buffered=True)
    again = cached.get(path, headers={"If-None-Match": full.headers["ETag"]})
    for answer, status in ((full, 200), (cached.head(path), 200), (again, 304)):
        assert (answer.status_code, answer.headers["Cache-Control"]) == (status, MAX_AGE)
        assert answer.get_etag()[0] == full.get_etag()[0]
        assert {"Accept", "Accept-Encoding"} <= set(answer.vary)
        assert "Age" not in answer.headers  # it was compared with the live release just now


@pytest.mark.parametrize("path", OF_NO_RELEASE)
def test_what_is_of_no_release_and_errors_are_not_cached_for_longer(client, cached, path):
    policy = cached.get(path, buffered=True).headers["Cache-Control"]
    assert policy == client.get(path, buffered=True).headers["Cache-Control"]
    assert policy == ("no-cache, max-age=0" if path == "/docs" else "no-store")


@pytest.mark.parametrize("path", FIXED)
def test_a_fixed_answer_at_a_versioned_address_may_be_kept_for_a_year(client, cached, version, path):
    for asked in (client, cached):
        ordinary, kept = (asked.get(address, buffered=True) for address in (path, versioned(path, version)))
        again = asked.get(versioned(path, version), headers={"If-None-Match": kept.headers["ETag"]})
        for answer, status in ((kept, 200), (asked.head(versioned(path, version)), 200), (again, 304)):
            assert (answer.status_code, answer.headers["Cache-Control"]) == (status, IMMUTABLE)
        assert kept.headers["ETag"] != ordinary.headers["ETag"]  # or a cache could give one's headers for the other
    assert IMMUTABLE == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("path", [*NOT_FIXED, "/changes?since={version}"])
def test_what_a_reload_or_an_update_changes_is_not_immutable(cached, version, path):
    path = path.format(version=version)
    ordinary, named = (cached.get(address, buffered=True) for address in (path, versioned(path, version)))
    assert (named.status_code, named.headers["Cache-Control"]) == (200, MAX_AGE)
    assert named.headers["ETag"] != ordinary.headers["ETag"]


@pytest.mark.parametrize(
    "path", [*FIXED, *NOT_FIXED, f"/changes?since={NEVER}", "/estimates/gone", "/estimates?region=x"]
)
def test_another_version_is_409_and_names_the_live_one(cached, version, path):
    address = versioned(path, NEVER)
    tag = cached.get(versioned("/estimates", version)).headers["ETag"]
    for answer in (cached.get(address), cached.get(address, headers={"If-None-Match": tag})):
        assert (answer.status_code, answer.mimetype) == (409, "application/problem+json")
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Dataset-Version"] == version
        assert answer.json["detail"] == f"dataset: version '{NEVER}' is not live; expected {version}, which is"
        (fault,) = answer.json["errors"]
        assert (fault["parameter"], fault["value"], fault["did_you_mean"]) == ("dataset", NEVER, [version])
    head = cached.head(address)
    assert (head.status_code, head.headers["Cache-Control"]) == (409, "no-store")


@pytest.mark.parametrize("wrong", ["", "x", "0" * 15, "0" * 17, "G" * 16, f"{NEVER}&dataset={NEVER}"])
def test_what_is_no_version_is_400(cached, wrong):
    answer = cached.get(f"/estimates?dataset={wrong}&x=1")
    assert (answer.status_code, {fault["parameter"] for fault in answer.json["errors"]}) == (400, {"dataset", "x"})


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_what_reads_no_record_takes_no_version(cached, version, path):
    assert cached.get(versioned(path, version)).json["errors"][0]["parameter"] == "dataset"


@pytest.mark.parametrize("path", ["/estimates?limit=2", "/series?indicator=fighters&limit=1", "/conflicts?limit=1"])
def test_links_stay_at_the_version(cached, version, path):
    ids, pages = [], 0
    address = versioned(path, version)
    while address:
        answer = cached.get(address)
        assert answer.status_code == 200
        links = [link for link in answer.json["links"].values() if link]
        assert all(f"dataset={version}" in link for link in links)
        targets = re.findall("<(.*?)>", answer.headers.get("Link", ""))
        assert set(targets) == {link for name, link in answer.json["links"].items() if link and name != "self"}
        ids += answer.json["data"]
        pages += 1
        address = answer.json["links"]["next"]
    assert pages > 1
    assert ids == cached.get(re.sub(r"limit=\d", "limit=1000", path)).json["data"]


def test_a_text_can_be_verified_against_one_version(cached, version):
    for named, status in ((version, 200), (NEVER, 409)):
        plain = cached.post(f"/verify?dataset={named}", data="Up to 7,000 remain.", content_type="text/plain")
        as_json = cached.post("/verify", json={"text": "Up to 7,000 remain.", "dataset": named})
        for answer in (plain, as_json):
            assert (answer.status_code, answer.headers["Cache-Control"]) == (status, "no-store")
    assert cached.post("/verify", json={"text": "Up to 7,000 remain.", "dataset": "x"}).status_code == 400


def test_the_document_tells_of_versions(cached, version):
    document = cached.get("/openapi.json").json
    for path, item in document["paths"].items():
        operation = item["post" if path == "/verify" else "get"]
        takes_version = not path.startswith("/health")
        assert ("409" in operation["responses"]) == takes_version
        parameters = {parameter["name"]: parameter for parameter in operation.get("parameters", ())}
        if path != "/verify":
            assert ("dataset" in parameters) == takes_version
        if "dataset" in parameters:
            assert (parameters["dataset"]["in"], parameters["dataset"]["example"]) == ("query", version)
    assert document["components"]["schemas"]["Text"]["properties"]["dataset"]["pattern"] == "^[0-9a-f]{16}$"


@pytest.mark.slow
def test_a_version_is_gone_with_its_release_and_is_there_again_with_it(tmp_path, url_of):
    path = tmp_path / "live.db"
    versions = [make_release(folder, path) for folder in (GOOD, SHIPPED)]
    app = create_app({"DATABASE_URL": url_of(path)})
    client = app.test_client()
    for live, folder in ((1, None), (0, GOOD), (1, SHIPPED)):
        if folder:
            make_release(folder, path)
            url_of(path)
        for number, version in enumerate(versions):
            answer = client.get(f"/estimates?limit=1&dataset={version}")
            assert answer.headers["X-Dataset-Version"] == versions[live]
            assert answer.status_code == (200 if number == live else 409)
    app.extensions["database"].close()
