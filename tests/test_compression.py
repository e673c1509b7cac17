"""What is coded says what it says uncoded, as soon, and no longer than somebody listens."""

import gzip
import zlib

import brotli
import pytest
from backports import zstd
from flask import has_request_context

from api import create_app
from api.read import pages
from schema import flat

DECODERS = {"gzip": gzip.decompress, "br": brotli.decompress, "zstd": zstd.decompress}
BUNDLE = "/docs/swagger-ui-bundle.js"


@pytest.mark.slow
@pytest.mark.parametrize("coding", DECODERS)
@pytest.mark.parametrize("path", ["/estimates", "/estimates?format=csv", "/estimates?format=ndjson", BUNDLE])
def test_each_coding_bears_the_same_bytes(client, path, coding):
    plain = client.get(path, buffered=True)
    coded = client.get(path, headers={"Accept-Encoding": coding}, buffered=True)
    assert "Content-Encoding" not in plain.headers
    assert coded.headers["Content-Encoding"] == coding
    assert DECODERS[coding](coded.data) == plain.data
    assert len(coded.data) < len(plain.data) / 3
    assert "Accept-Encoding" in coded.vary
    assert coded.get_etag() == (plain.get_etag()[0], True)
    again = client.get(path, headers={"Accept-Encoding": coding, "If-None-Match": coded.headers["ETag"]}, buffered=True)
    assert (again.status_code, again.data, "Content-Encoding" in again.headers) == (304, b"", False)


@pytest.mark.parametrize("path", ["/estimates", "/estimates?format=csv", BUNDLE])
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_head_has_the_headers_of_get(client, path, coding):
    headers = {"Accept-Encoding": coding, "X-Request-Id": "same"}
    get, head = client.get(path, headers=headers, buffered=True), client.head(path, headers=headers, buffered=True)
    assert head.data == b""
    for one in (get, head):
        one.headers.pop("Date", None)  # the second in which each was answered
        one.headers.pop("Expires", None)
    assert dict(head.headers) == dict(get.headers)
    assert int(get.headers.get("Content-Length", len(get.data))) == len(get.data)


ACCEPTED = {
    "": None,
    "identity": None,
    "deflate": None,
    "gzip;q=0": None,
    "*;q=0": None,
    "identity, gzip;q=0.5": None,
    "gzip, deflate, br, zstd": "zstd",
    "gzip, br": "br",
    "gzip; q=0.9, br; q=0.1": "gzip",
    "GZIP": "gzip",
    "*": "zstd",
    "*, zstd;q=0": "br",
}


@pytest.mark.parametrize(("accepted", "coding"), ACCEPTED.items())
@pytest.mark.parametrize("format_", ["json", "csv"])
def test_the_client_has_the_coding_that_it_prefers(client, format_, accepted, coding):
    response = client.get(f"/estimates?format={format_}", headers={"Accept-Encoding": accepted})
    assert response.headers.get("Content-Encoding") == coding


def test_what_is_short_or_a_part_is_sent_as_it_is(client):
    for path, headers in (("/health/live", {}), (BUNDLE, {"Range": "bytes=0-999"})):
        response = client.get(path, headers={"Accept-Encoding": "gzip", **headers}, buffered=True)
        assert "Content-Encoding" not in response.headers
        assert int(response.headers["Content-Length"]) == len(response.data)


class Watched:
    """Rows that tell how many were read, whether in a request, and whether that has ended."""

    def __init__(self, rows):
        self.rows, self.read, self.inside, self.ended = rows, 0, None, False

    def __iter__(self):
        try:
            for row in self.rows:
                self.read += 1
                self.inside = has_request_context()
                yield row
        finally:
            self.rows.close()
            self.ended = True


@pytest.fixture
def stream(database, monkeypatch, url_of):
    """Return a function that asks for NDJSON in a coding, a row at a time, and what was read of the rows by then."""
    app = create_app({"DATABASE_URL": url_of(database)})
    watched = []

    read = pages.KeysetList.stream

    def stream(*args):
        watched.append(Watched(read(*args)))
        return iter(watched[-1])

    monkeypatch.setattr(pages.KeysetList, "stream", stream)
    monkeypatch.setattr(flat, "ROWS_AT_A_TIME", 1)

    def ask(coding):
        response = app.test_client().get("/estimates?format=ndjson", headers={"Accept-Encoding": coding})
        return response, watched[-1]

    yield ask
    app.extensions["database"].close()


FIRST = {
    "gzip": lambda: zlib.decompressobj(wbits=31).decompress,
    "br": lambda: brotli.Decompressor().process,
    "zstd": lambda: zstd.ZstdDecompressor().decompress,
}


@pytest.mark.slow
@pytest.mark.parametrize("coding", FIRST)
def test_a_row_can_be_read_before_the_next_is_rendered_and_after_the_request(stream, coding):
    response, rows = stream(coding)
    decode = FIRST[coding]()
    for count, chunk in enumerate(response.iter_encoded(), 1):
        text = decode(chunk)
        if count > rows.read:
            break
        assert (rows.read, rows.inside if count > 1 else False) == (count, False)
        assert (text[:6], text[-2:]) == (b'{"id":', b"}\n")
    assert (rows.read, text, rows.ended) == (16, b"", True)
    response.close()


@pytest.mark.slow
@pytest.mark.parametrize("coding", ["identity", *FIRST])
def test_a_client_that_leaves_ends_the_reading(stream, coding):
    response, rows = stream(coding)
    next(response.iter_encoded())
    assert (rows.read, rows.ended) == (1, False)
    response.close()
    assert (rows.read, rows.ended) == (1, True)
