"""Finished bodies, kept for the release that they belong to: found by what was asked before a framework is entered.

A release never changes, so what was answered once is the answer until another release takes its place.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from werkzeug.http import parse_etags

from schema.engine import Release

Headers = list[tuple[bytes, bytes]]
Key = tuple[bytes, ...]
"""Path and query string as they were sent, with Accept and Accept-Encoding."""

_OVERHEAD = 800
"""Bytes that an entry takes beside its headers and body, about."""
_OVERHEAD_OF_KEY = 300
"""Bytes that a key takes beside its parts, about."""
_LARGEST = 8
"""A body of more than this part of all that may be kept is not."""
_OF_THE_BODY = {
    *(b"allow", b"content-encoding", b"content-language", b"content-length", b"content-md5", b"content-range"),
    *(b"content-type", b"content-disposition", b"last-modified", b"link"),
}
"""What a 304 does not say."""


def most_kept(config: Mapping[str, Any]) -> int:
    """Return how many bytes may be kept; raises ValueError where the configuration says no number."""
    given = str(config.get("KEPT_BYTES", 64_000_000))
    if not (given.isascii() and given.isdecimal()):
        raise ValueError(f"HEADCOUNT_KEPT_BYTES: {given!r} is no number of bytes; expected, say, 64000000")
    return int(given)


def lines_of(headers: Headers) -> bytes:
    """Return headers as they go out."""
    return b"".join(b"%b: %b\r\n" % header for header in headers)


class Head(NamedTuple):
    """The headers of an answer as they go out, without the request's id: those that answers share, and its own.

    None of the shared ones is of the body.
    """

    shared: bytes
    own: bytes

    @property
    def headers(self) -> Headers:
        """Return them as ASGI has them."""
        named = (line.partition(b": ") for line in (self.shared + self.own).split(b"\r\n") if line)
        return [(name, value) for name, _, value in named]


class Entry:
    """One finished answer, under all the keys that ask for it."""

    __slots__ = ("body", "coding", "etag", "head", "keys", "route", "short", "size")

    def __init__(self, route: str, etag: bytes, head: Head, body: bytes, coding: bytes = b"") -> None:
        """Take the route that gave it, its ETag, its headers, its body and that's coding."""
        self.route, self.etag, self.head, self.body, self.coding = route, etag, head, body, coding
        self.size = len(head.own) + len(body) + _OVERHEAD
        self.keys: tuple[Key, ...] = ()
        self.short: Head | None = None

    def without_body(self) -> Head:
        """Return the headers of the 304 in its place."""
        if self.short is None:
            said = Head(b"", self.head.own).headers
            self.short = Head(self.head.shared, lines_of([one for one in said if one[0] not in _OF_THE_BODY]))
        return self.short


class Ready(NamedTuple):
    """An answer as it goes out."""

    status: int
    head: Head
    body: bytes
    id: bytes


def is_had(etag: bytes, none_match: bytes) -> bool:
    """Say whether a client that sends this If-None-Match has what bears a (weak) ETag."""
    return none_match == etag or parse_etags(none_match.decode("latin-1")).contains_weak(etag[3:-1].decode())


class Kept:
    """The finished answers to questions on one release, the least recently asked given up first."""

    def __init__(self, release: Release | None, most: int) -> None:
        """Take the release, and how many bytes may be kept."""
        self.release, self.most, self.bytes = release, most, 0
        self._by_key: dict[Key, Entry] = {}
        self._entries: OrderedDict[tuple[bytes, bytes], Entry] = OrderedDict()

    def get(self, key: Key) -> Entry | None:
        """Return what answers a request that was made before."""
        found = self._by_key.get(key)
        if found is not None:
            self._entries.move_to_end((found.etag, found.coding))
        return found

    def same(self, key: Key, etag: bytes, coding: bytes) -> Entry | None:
        """Return what answers a request that says the same as another in other words."""
        found = self._entries.get((etag, coding))
        if found is not None:
            self._entries.move_to_end((etag, coding))
            self._name(key, found)
        return found

    def put(self, key: Key, entry: Entry) -> None:
        """Keep an answer, if there is room for such a large one."""
        if entry.size > self.most // _LARGEST:
            return
        known = self._entries.setdefault((entry.etag, entry.coding), entry)
        if known is entry:
            self.bytes += entry.size
        self._name(key, known)

    def _name(self, key: Key, entry: Entry) -> None:
        if key in self._by_key:
            return
        length = sum(map(len, key)) + _OVERHEAD_OF_KEY
        self._by_key[key] = entry
        entry.keys += (key,)
        entry.size += length
        self.bytes += length
        while self.bytes > self.most:
            _, given_up = self._entries.popitem(last=False)
            self.bytes -= given_up.size
            self._forget(given_up.keys)

    def _forget(self, keys: Iterable[Key]) -> None:
        for key in keys:
            del self._by_key[key]
