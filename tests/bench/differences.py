"""How the answers of two versions may differ: each difference with its reason, and what an answer is without it."""

import gzip
import json
import re
from collections.abc import Callable
from urllib.parse import parse_qsl

import brotli
from backports import zstd
from random_requests import Answer

Request = bytes
Normal = Callable[[Request, Answer], Answer]
"""Returns an answer, its body decompressed, as both servers would give it, were it not for one difference."""


def decoded(last: Answer) -> bytes:
    """Return the body of an answer, decompressed."""
    decompress = {"gzip": gzip.decompress, "br": brotli.decompress, "zstd": zstd.decompress}
    coding = last.headers.get("content-encoding")
    return decompress[coding](last.body) if coding and last.body else last.body


def without(last: Answer, *names: str) -> Answer:
    """Return an answer but for some headers."""
    return last._replace(headers={name: value for name, value in last.headers.items() if name not in names})


def path_of(request: Request) -> bytes:
    """Return the path that is asked for, without the query."""
    return request.split()[1].partition(b"?")[0]


def text(pattern: bytes, replacement: bytes) -> Normal:
    """Return what rewrites the text of a body, and leaves its length out."""

    def rewrite(_: Request, last: Answer) -> Answer:
        return without(last, "content-length")._replace(body=re.sub(pattern, replacement, last.body))

    return rewrite


def _ranges(request: Request, last: Answer) -> Answer:
    if not path_of(request).startswith((b"/dataset/", b"/datapackage.json")):
        return last
    if last.status in (206, 416) or b"\r\nRange:" in request:
        return Answer(200, {}, b"")
    etag = {"etag": last.headers["etag"].removeprefix("W/")} if "etag" in last.headers else {}
    last = without(last, "accept-ranges")
    return last._replace(headers=last.headers | etag)


def _bounds(request: Request, last: Answer) -> Answer:
    query = dict(parse_qsl(request.split()[1].partition(b"?")[2].decode("latin-1")))
    try:
        turned = float(query["value_min"]) > float(query["value_max"])
    except (KeyError, ValueError):
        return last
    return Answer(400, {}, b"") if turned else last


def _file(request: Request, last: Answer) -> Answer:
    if path_of(request) == b"/dataset/headcount.db":
        return Answer(last.status, {}, b"")
    pattern = rb'(vnd\.sqlite3","(?:bytes|contentSize)":)"?\d+(?: B"|),"(sha256|hash)":"[0-9a-f:]+"'
    return text(pattern, rb"\1")(request, last)


def _static(request: Request, last: Answer) -> Answer:
    static = path_of(request).startswith((b"/docs", b"/explorer/"))
    return without(last, "etag", "last-modified") if static else last


def _metrics(request: Request, last: Answer) -> Answer:
    return Answer(last.status, {}, b"") if path_of(request) == b"/metrics" else last


def _document(request: Request, last: Answer) -> Answer:
    if path_of(request) != b"/openapi.json" or b'"openapi":' not in last.body:
        return last
    document = json.loads(last.body)
    document["tags"].sort(key=lambda tag: tag["name"])
    return without(last, "content-length", "etag")._replace(body=json.dumps(document, sort_keys=True).encode())


DIFFERENCES: dict[str, tuple[str, Normal]] = {
    "static": ("files of the pages bear the time at which they were written", _static),
    "ranges": ("downloads are served in parts, with an ETag that says that the bytes are the same", _ranges),
    "bounds": ("value_min above value_max is refused", _bounds),
    "file": ("the SQLite file has another format, so another size and checksum", _file),
    "article": ("`an` before a vowel, where it was `a`", text(rb"\ba(?= [aeio])", b"an")),
    "plural": ("`1 estimate`, where it was `1 estimates`", text(rb"(?<![\d,.])1 (estimate|claim)s\b", rb"1 \1")),
    "one place": (
        "`1 more place or indicator has`, where it was `1 more places and indicators have`",
        text(rb"(?<![\d,.])1 more places and indicators have", rb"1 more place or indicator has"),
    ),
    "one says": ("`1 says no number`, where it was `1 say no number`", text(rb"(?<![\d,.])1 say no", rb"1 says no")),
    "one number": (
        "`the number 7`, where it was `numbers from 7 to 7`",
        text(rb"numbers from (\S+?) to \1(?![\d,.]*\d)", rb"the number \1"),
    ),
    "document": ("the OpenAPI document says the same in another order", _document),
    "metrics": ("what is counted has other names", _metrics),
}


def difference(request: Request, old: Answer, new: Answer) -> str | None:
    """Return why two answers may differ, `equal` if they do not, or None if they may not."""
    if old == new:
        return "equal"
    old, new = (each._replace(body=decoded(each)) for each in (old, new))
    if old == new:
        return None  # compressed in another way
    for name, (_, normal) in DIFFERENCES.items():
        old, new = normal(request, old), normal(request, new)
        if old == new:
            return f"allowed: {name}"
    return None
