"""The response cache of one worker: finished answers, found by the key of a request without calling Flask."""

from collections import OrderedDict

Headers = list[tuple[bytes, bytes]]
RequestKey = tuple[bytes, bytes, bytes, bytes, bytes, bytes]
"""What decides an answer: the release's fingerprint, path and query string as sent, Accept, Accept-Encoding, Host.

Where an answer holds no absolute address, requests to all hosts share one entry, since it has one ETag."""

REPRESENTATION_HEADERS = {
    *(b"allow", b"content-encoding", b"content-language", b"content-length", b"content-md5", b"content-range"),
    *(b"content-type", b"content-disposition", b"last-modified", b"link"),
}
"""Headers that describe the body. A 304 leaves them out."""
LARGEST_PART = 32
"""A body larger than the budget divided by this number is not cached."""
MAX_ALIASES = 8
"""The most aliases of an entry; a new one then replaces the oldest."""
ENTRY_BYTES, ALIAS_BYTES = 600, 300
"""The bytes of Python's objects without their texts: of an entry, and of one alias."""


def header_lines(headers: Headers) -> bytes:
    """Return headers as the lines of an HTTP response."""
    return b"".join(b"%b: %b\r\n" % header for header in headers)


class CacheEntry:
    """One finished answer.

    `route` is the URL rule that answered. `headers` are the header lines of a 200 and a 304, without the request's id;
    `representation_headers` are those that a 304 leaves out. `coding` is the content coding of the body. `key` and
    `aliases` belong to the cache.
    """

    __slots__ = ("aliases", "body", "coding", "etag", "headers", "key", "representation_headers", "route")

    def __init__(self, route: str, etag: bytes, headers: bytes, representation_headers: bytes, body: bytes) -> None:
        self.route = route
        self.etag = etag
        self.headers = headers
        self.representation_headers = representation_headers
        self.body = body
        self.coding = b""
        self.key = b""
        self.aliases: list[RequestKey] = []

    @property
    def size(self) -> int:
        """Bytes of the entry without its aliases."""
        texts = (self.key, self.etag, self.headers, self.representation_headers, self.body)
        return ENTRY_BYTES + sum(map(len, texts))


class Cache:
    """A cache of finished answers; when its `budget` in bytes is used up, the least recently used are dropped.

    An entry is stored once, under its release, its ETag and its coding; its aliases are the keys of the requests
    that it answers. With a budget of 0, nothing is stored. `size` is the number of bytes used. There is no lock,
    because only the thread of the event loop may use a cache.
    """

    def __init__(self, budget: int) -> None:
        self.size = 0
        self._budget = budget
        self._entries: OrderedDict[bytes, CacheEntry] = OrderedDict()
        self._aliases: dict[RequestKey, CacheEntry] = {}

    def get(self, request: RequestKey) -> CacheEntry | None:
        """Return the entry that has a request as an alias; None if there is none."""
        entry = self._aliases.get(request)
        if entry is not None:
            self._entries.move_to_end(entry.key)
        return entry

    def get_by_etag(self, request: RequestKey, etag: bytes, coding: bytes) -> CacheEntry | None:
        """Return the entry with an ETag and a coding, and add a request to its aliases; None if there is none."""
        entry = self._entries.get(_key(request, etag, coding))
        if entry is not None:
            self._add_alias(entry, request)
        return entry

    def put(self, request: RequestKey, entry: CacheEntry) -> None:
        """Store the answer to a request, unless its body is too large; drop others to make room."""
        if len(entry.body) * LARGEST_PART > self._budget or self.get_by_etag(request, entry.etag, entry.coding):
            return
        entry.key = _key(request, entry.etag, entry.coding)
        self._entries[entry.key] = entry
        self.size += entry.size
        self._add_alias(entry, request)

    def clear(self) -> None:
        """Drop all entries."""
        self._entries.clear()
        self._aliases.clear()
        self.size = 0

    def _add_alias(self, entry: CacheEntry, request: RequestKey) -> None:
        """Add an alias to an entry, mark the entry as used, and make room."""
        if (previous := self._aliases.get(request)) is not None:
            self._drop_alias(previous, request)
        if len(entry.aliases) == MAX_ALIASES:
            self._drop_alias(entry, entry.aliases[0])
        entry.aliases.append(request)
        self._aliases[request] = entry
        self.size += _alias_size(request)
        self._entries.move_to_end(entry.key)
        while self.size > self._budget:
            self._evict()

    def _drop_alias(self, entry: CacheEntry, request: RequestKey) -> None:
        entry.aliases.remove(request)
        del self._aliases[request]
        self.size -= _alias_size(request)

    def _evict(self) -> None:
        """Drop the least recently used entry with its aliases."""
        _, entry = self._entries.popitem(last=False)
        for request in tuple(entry.aliases):
            self._drop_alias(entry, request)
        self.size -= entry.size


def _key(request: RequestKey, etag: bytes, coding: bytes) -> bytes:
    return b"\n".join((request[0], etag, coding))  # not a tuple, because only bytes store their hash


def _alias_size(request: RequestKey) -> int:
    return ALIAS_BYTES + sum(map(len, request[1:]))
