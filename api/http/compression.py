"""Compression of bodies in the coding that the client prefers: zstd, br or gzip. Streams are coded chunk by chunk.

flask-compress is not used, because it keeps the request and its connection to the release until a stream has ended, and
takes `gzip;q=0` for a wish for gzip.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from http import HTTPStatus

import brotli
from backports import zstd
from flask import Flask, Response, request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

MEDIA_TYPES = {
    *("application/json", "application/ld+json", "application/problem+json", "application/x-ndjson"),
    *("text/csv", "text/html", "text/css", "text/javascript", "text/xml", "image/svg+xml"),
    *("application/atom+xml", "application/xml"),
}
SMALLEST = 500
"""The smallest body that is compressed, in bytes."""

Coder = tuple[Callable[[bytes], bytes], Callable[[], bytes]]
"""Two functions: one codes a chunk so that it can be decoded at once, the other returns the end of the body."""


def _zstd() -> Coder:
    coder = zstd.ZstdCompressor(level=3)
    return lambda chunk: coder.compress(chunk, zstd.ZstdCompressor.FLUSH_BLOCK), coder.flush


def _br() -> Coder:
    coder = brotli.Compressor(quality=4)
    return lambda chunk: coder.process(chunk) + coder.flush(), coder.finish


def _gzip() -> Coder:
    coder = zlib.compressobj(level=6, wbits=zlib.MAX_WBITS + 16)
    return lambda chunk: coder.compress(chunk) + coder.flush(zlib.Z_SYNC_FLUSH), coder.flush


CODERS = {"zstd": _zstd, "br": _br, "gzip": _gzip}
"""The coder of each coding. Of two codings that a client prefers equally, the first is chosen."""


def coded(chunks: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """Yield each chunk in a coding, then the end of the body."""
    code, end = CODERS[coding]()
    for chunk in filter(None, chunks):
        yield code(chunk)
    yield end()


@lru_cache(maxsize=1024)
def preferred(accept_encoding: str) -> str | None:
    """Return the coding that an Accept-Encoding prefers; None if it prefers an uncoded body."""
    coding = parse_accept_header(accept_encoding, Accept).best_match([*CODERS, "identity"])
    return coding if coding in CODERS else None


def _code(response: Response) -> Response:
    coding = preferred(request.headers.get("Accept-Encoding", ""))
    if (
        coding is None
        or response.mimetype not in MEDIA_TYPES
        or response.status_code in (HTTPStatus.PARTIAL_CONTENT, HTTPStatus.NOT_MODIFIED)
        or "Content-Encoding" in response.headers
        or (not response.is_streamed and len(response.get_data()) < SMALLEST)
    ):
        return response
    if response.is_streamed:
        # The chunks are read after the request has ended; if the client leaves, their iterator is closed as well.
        if hasattr(response.response, "close"):
            response.call_on_close(response.response.close)
        response.direct_passthrough = False
        response.response = coded(response.iter_encoded(), coding)
        for name in ("Content-Length", "Accept-Ranges"):
            response.headers.pop(name, None)
    else:
        response.set_data(b"".join(coded([response.get_data()], coding)))
    response.headers["Content-Encoding"] = coding
    etag, _ = response.get_etag()
    if etag:
        response.set_etag(etag, weak=True)
    return response


def init_app(app: Flask) -> None:
    """Code the bodies of responses. Registered first, so called last: Flask reverses the order."""
    app.after_request(_code)
