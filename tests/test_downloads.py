"""Downloads can be resumed: single ranges, under the condition that the file is still the same."""

import pytest

FILES = ("headcount.db", "estimates.csv", "claims.ndjson")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    ("wanted", "first", "end"), [("0-9", 0, 10), ("100-", 100, None), ("-5", -5, None), ("7-7", 7, 8)]
)
def test_a_single_range_is_that_part_of_the_file(client, name, wanted, first, end):
    whole = client.get(f"/dataset/{name}")
    assert whole.headers["Accept-Ranges"] == "bytes"
    part = client.get(f"/dataset/{name}", headers={"Range": f"bytes={wanted}"})
    assert part.status_code == 206
    assert part.data == whole.data[first:end]
    start = first % len(whole.data)
    assert part.headers["Content-Range"] == f"bytes {start}-{start + len(part.data) - 1}/{len(whole.data)}"
    assert part.headers["Content-Length"] == str(len(part.data))
    assert part.headers["ETag"] == whole.headers["ETag"]


@pytest.mark.parametrize("name", FILES)
def test_a_download_goes_on_where_it_broke_off(client, name):
    whole = client.get(f"/dataset/{name}")
    tag = whole.headers["ETag"]
    assert tag.startswith('"'), "If-Range needs a strong tag"
    rest = client.get(f"/dataset/{name}", headers={"Range": "bytes=1000-", "If-Range": tag})
    assert (rest.status_code, whole.data[:1000] + rest.data) == (206, whole.data)


@pytest.mark.parametrize("condition", ['"another"', 'W/"{tag}"', "Fri, 01 Jan 2027 00:00:00 GMT"])
def test_a_range_of_what_may_be_another_file_is_the_whole_file(client, condition):
    whole = client.get("/dataset/estimates.csv")
    condition = condition.format(tag=whole.headers["ETag"].strip('"'))
    answer = client.get("/dataset/estimates.csv", headers={"Range": "bytes=0-9", "If-Range": condition})
    assert (answer.status_code, answer.data) == (200, whole.data)


@pytest.mark.parametrize("wanted", ["bytes=0-1,5-6", "lines=0-1", "bytes=x"])
def test_other_ranges_are_answered_with_the_whole_file(client, wanted):
    assert client.get("/dataset/estimates.csv", headers={"Range": wanted}).status_code == 200


def test_a_range_beyond_the_end_is_refused_with_the_size(client):
    size = len(client.get("/dataset/estimates.csv").data)
    answer = client.get("/dataset/estimates.csv", headers={"Range": f"bytes={size}-"})
    assert (answer.status_code, answer.mimetype) == (416, "application/problem+json")
    assert answer.headers["Content-Range"] == f"bytes */{size}"


def test_a_range_is_not_compressed_and_a_compressed_file_has_a_weak_tag(client):
    gzip = {"Accept-Encoding": "gzip"}
    part = client.get("/dataset/estimates.csv", headers={"Range": "bytes=0-999", **gzip})
    assert (part.status_code, "Content-Encoding" in part.headers) == (206, False)
    compressed = client.get("/dataset/estimates.csv", headers=gzip)
    assert compressed.headers["ETag"].startswith("W/")


def test_head_tells_the_size_and_that_ranges_are_taken(client):
    answer = client.head("/dataset/headcount.db")
    assert (answer.status_code, answer.headers["Accept-Ranges"]) == (200, "bytes")
