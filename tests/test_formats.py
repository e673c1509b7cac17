"""CSV and NDJSON say what JSON says, all of it, in a stream."""

import csv
import io
import json

import orjson
import pytest
from conftest import GOOD, make_release
from test_filters import EXPECTED

from api import create_app
from api.read.resources import RESOURCES
from schema.flat import write_csv
from seeds import SHIPPED


def read_csv(response):
    return list(csv.DictReader(io.StringIO(response.text, newline="")))


@pytest.mark.slow
@pytest.mark.parametrize("query", EXPECTED)
def test_the_channels_never_disagree(client, query):
    path = f"/estimates?{query}&sort=-low,hedge".replace("?&", "?")
    records = client.get(f"{path}&limit=1000").json["data"]
    assert [json.loads(line) for line in client.get(f"{path}&format=ndjson").text.splitlines()] == records
    rows = read_csv(client.get(f"{path}&format=csv"))
    assert [row["id"] for row in rows] == [record["id"] for record in records]
    for row, record in zip(rows, records, strict=True):
        assert row["region.name"] == record["region"]["name"]
        assert row["article.published.edtf"] == record["article"]["published"]["edtf"]
        assert row["high"] == ("" if record["high"] is None else str(record["high"]))
        assert row["disputed"] == str(record["disputed"]).lower()


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
def test_csv_has_stable_columns_and_a_header_with_no_row(client, resource):
    full = client.get(f"/{resource.name}?format=csv").text.splitlines()[0]
    none = client.get(f"/{resource.name}?format=csv&q=-")
    assert none.text.splitlines() == [full]
    assert full.startswith("id,")
    assert none.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert none.headers["Content-Disposition"] == f'attachment; filename="headcount-{resource.name}.csv"'


@pytest.mark.slow
def test_all_matching_rows_stream_unless_a_limit_is_given(tmp_path, url_of):
    path = tmp_path / "live.db"
    make_release(SHIPPED, path)
    app = create_app({"DATABASE_URL": url_of(path)})
    client = app.test_client()
    for format_ in ("csv", "ndjson"):
        header = format_ == "csv"
        for query, count in {"": 44, "&limit=50": 44, "&limit=3": 3, "&offset=40": 4, "&distinct=claim": 26}.items():
            assert len(client.get(f"/estimates?format={format_}{query}").text.splitlines()) == count + header
        whole = client.get(f"/estimates?format={format_}&fields=id").text.splitlines()[header:]
        ids = [one["id"] for one in client.get("/estimates?limit=100").json["data"]]
        for cursor, part in (
            ("after", slice(21, None)),
            ("before", slice(None, 20)),
            ("before&offset=5", slice(None, 15)),
        ):
            direction, _, offset = cursor.partition("&")
            url = f"/estimates?format={format_}&fields=id&cursor={direction}:{ids[20]}&{offset}".rstrip("&")
            assert client.get(url).text.splitlines()[header:] == whole[part]
    assert client.get("/estimates?format=csv&cursor=after:gone").status_code == 404
    app.extensions["database"].close()


@pytest.mark.slow
def test_a_stream_ends_in_the_release_in_which_it_began(tmp_path, url_of):
    path = tmp_path / "live.db"
    make_release(SHIPPED, path)
    app = create_app({"DATABASE_URL": url_of(path)})
    client = app.test_client()
    whole = client.get("/estimates?format=ndjson").data
    with client.get("/estimates?format=ndjson") as response:
        make_release(GOOD, path)
        url_of(path)
        assert client.get("/estimates").json["meta"]["total"] == 16
        assert response.data == whole
    app.extensions["database"].close()


ACCEPT = {
    "text/csv": "text/csv",
    "application/x-ndjson": "application/x-ndjson",
    "application/ld+json": "application/ld+json",
    "text/csv; charset=utf-8; header=present": "text/csv",
    'application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"': "application/ld+json",
    "application/ld+json;q=0.9, text/csv;q=0.1": "application/ld+json",
    "application/*": "application/json",
    "text/csv;q=0.5, application/json": "application/json",
    "text/csv, application/json;q=0.5": "text/csv",
    "text/*": "text/csv",
    "*/*": "application/json",
}


@pytest.mark.parametrize(("accept", "media_type"), ACCEPT.items())
def test_accept_chooses_the_format(client, accept, media_type):
    response = client.get("/claims", headers={"Accept": accept})
    assert response.mimetype == media_type
    assert client.get("/claims?format=json", headers={"Accept": accept}).mimetype == "application/json"


def test_each_format_has_a_validator_of_its_own(client):
    tags = [client.get(f"/estimates?format={one}").headers["ETag"] for one in ("json", "csv", "ndjson")]
    assert len(set(tags)) == 3
    for one, etag in zip(("json", "csv", "ndjson"), tags, strict=True):
        again = client.get(f"/estimates?format={one}", headers={"If-None-Match": etag})
        assert (again.status_code, again.data) == (304, b"")
    by_accept = client.get("/estimates", headers={"Accept": "text/csv"})
    assert by_accept.headers["ETag"] != client.get("/estimates").headers["ETag"]


def test_a_cell_is_never_a_formula_nor_breaks_its_row():
    texts = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", 'a "quoted", cell', "two\nlines", "ü🦆", "a=b", None, True, 33.3]
    lines = b"".join(write_csv((orjson.dumps({"id": text}) for text in texts), ["id"])).decode()
    assert "\r\n" in lines
    cells = [row[0] if row else "" for row in csv.reader(io.StringIO(lines, newline=""))]
    expected = ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "'\rx", *texts[6:10], "", "true", "33.3"]
    assert cells == ["id", *expected]


def test_one_record_is_json_only(client):
    assert client.get("/estimates/exact?format=csv").status_code == 400
    assert client.get("/estimates/exact", headers={"Accept": "text/csv"}).status_code == 406
