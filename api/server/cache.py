"""Finished answers, kept for all workers together: found by what was asked before a framework is entered.

A release never changes, so what was answered once is the answer as long as the release is live. Which release that is
belongs to what was asked, so nothing is given up when another takes its place: it is written over (`api.server.ring`).
"""

import os
import struct
from collections.abc import Mapping
from typing import Any, NamedTuple

from werkzeug.http import parse_etags

from api.server.ring import Ring

Headers = list[tuple[bytes, bytes]]
Key = tuple[bytes, bytes, bytes, bytes, bytes]
"""A release by its fingerprint, path and query string as they were sent, Accept and Accept-Encoding."""

_OF_THE_BODY = {
    *(b"allow", b"content-encoding", b"content-language", b"content-length", b"content-md5", b"content-range"),
    *(b"content-type", b"content-disposition", b"last-modified", b"link"),
}
"""What a 304 does not say."""
_HERE, _ELSEWHERE = b"=>"
"""What is kept begins with one of these: an answer, or the words under which it is kept."""
_BEFORE = struct.Struct("B4I")
"""Before an answer: `_HERE`, and how long its parts are but for the body."""


def most_kept(config: Mapping[str, Any]) -> int:
    """Return how many bytes may be kept; raises ValueError for no number, or one too high."""
    given = str(config.get("KEPT_BYTES", 128_000_000))
    if not (given.isascii() and given.isdecimal()):
        raise ValueError(f"HEADCOUNT_KEPT_BYTES: {given!r} is no number of bytes; expected, say, 128000000")
    there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if int(given) > there:
        raise ValueError(f"HEADCOUNT_KEPT_BYTES: {given} is more than this machine has; expected at most {there}")
    return int(given)


class Entry(NamedTuple):
    """One finished answer: the route that gave it, its ETag, its headers as they go out, its body.

    `head` is what a 304 says too, without the request's id; `about` is said of the body.
    """

    route: bytes
    etag: bytes
    head: bytes
    about: bytes
    body: bytes | memoryview

    @classmethod
    def of(cls, route: str, etag: bytes, headers: Headers, body: bytes) -> "Entry":
        """Return an answer with its headers."""
        head = lines_of([one for one in headers if one[0] not in _OF_THE_BODY])
        about = lines_of([one for one in headers if one[0] in _OF_THE_BODY])
        return cls(route.encode(), etag, head, about, body)


def lines_of(headers: Headers) -> bytes:
    """Return headers as they go out."""
    return b"".join(b"%b: %b\r\n" % header for header in headers)


class Ready(NamedTuple):
    """An answer as it goes out."""

    status: int
    head: bytes
    body: bytes | memoryview
    id: bytes

    @property
    def headers(self) -> Headers:
        """Return its headers as ASGI has them."""
        named = (line.partition(b": ") for line in self.head.split(b"\r\n") if line)
        return [(name, value) for name, _, value in named]


def is_had(etag: bytes, none_match: bytes) -> bool:
    """Say whether a client that sends this If-None-Match has what bears a (weak) ETag."""
    return none_match == etag or parse_etags(none_match.decode("latin-1")).contains_weak(etag[3:-1].decode())


class Kept:
    """The finished answers, each under the words in which it was asked for first; other words lead there, and its ETag.

    Workers write all of it at any time, so what is found is looked at: one step leads to an answer, or there is none.
    """

    def __init__(self, most: int) -> None:
        """Take how many bytes may be kept."""
        self._ring = Ring(most)

    @property
    def size(self) -> int:
        """How many bytes are kept, about."""
        return self._ring.used

    def get(self, key: Key) -> Entry | None:
        """Return what answers a request that was made before."""
        found = self._ring.get(b"\n".join(key))
        if found is not None and found[0] == _ELSEWHERE:
            found = self._ring.get(found[1:])
        return _unpacked(found)

    def same(self, key: Key, etag: bytes, coding: bytes) -> Entry | None:
        """Return what answers a request that says the same as another in other words."""
        words = b"\n".join(key)
        first = self._ring.get(b"\n".join((key[0], etag, coding)))
        entry = _unpacked(self._ring.get(first)) if first is not None else None
        if first is not None and entry is not None and first != words:
            self._ring.put(words, bytes((_ELSEWHERE,)) + first)
        return entry

    def put(self, key: Key, entry: Entry, coding: bytes) -> None:
        """Keep an answer, if there is room for such a large one."""
        if len(entry.body) > self._ring.longest:
            return
        words = b"\n".join(key)
        self._ring.put(words, _packed(entry))
        self._ring.put(b"\n".join((key[0], entry.etag, coding)), words)


def _packed(entry: Entry) -> bytes:
    return _BEFORE.pack(_HERE, *map(len, entry[:-1])) + b"".join(entry)


def _unpacked(found: bytes | None) -> Entry | None:
    if found is None or found[0] != _HERE:
        return None
    _, route, etag, head, about = _BEFORE.unpack_from(found)
    etag_begins = _BEFORE.size + route
    head_begins = etag_begins + etag
    about_begins = head_begins + head
    body_begins = about_begins + about
    return Entry(
        found[_BEFORE.size : etag_begins],
        found[etag_begins:head_begins],
        found[head_begins:about_begins],
        found[about_begins:body_begins],
        memoryview(found)[body_begins:],
    )
