"""The response cache of one worker: finished answers, found by the words of a request before Flask is entered."""

from collections import OrderedDict

Headers = list[tuple[bytes, bytes]]
Words = tuple[bytes, bytes, bytes, bytes, bytes]
"""The words of a request: the release's fingerprint, path and query string as sent, Accept, Accept-Encoding."""

REPRESENTATION_HEADERS = {
    *(b"allow", b"content-encoding", b"content-language", b"content-length", b"content-md5", b"content-range"),
    *(b"content-type", b"content-disposition", b"last-modified", b"link"),
}
"""Headers that describe the body. A 304 leaves them out."""
LARGEST_PART = 32
"""A body of more than this part of the budget is not cached."""
MAX_ALIASES = 8
"""The words under which one entry is found; a ninth takes the place of the first."""
ENTRY_BYTES, ALIAS_BYTES = 600, 300
"""What Python's objects take beside the texts in them: for an entry, and for each of its aliases."""


def header_lines(headers: Headers) -> bytes:
    """Return headers as the lines of an HTTP response."""
    return b"".join(b"%b: %b\r\n" % header for header in headers)


class CacheEntry:
    """One finished answer.

    `route` is the URL rule that answered. `headers` are the header lines of every status, without the request's id;
    `representation_headers` are those that a 304 leaves out. `key` and `aliases` belong to the cache.
    """

    __slots__ = ("aliases", "body", "etag", "headers", "key", "representation_headers", "route")

    def __init__(self, route: str, etag: bytes, headers: bytes, representation_headers: bytes, body: bytes) -> None:
        self.route = route
        self.etag = etag
        self.headers = headers
        self.representation_headers = representation_headers
        self.body = body
        self.key = b""
        self.aliases: list[Words] = []

    @property
    def size(self) -> int:
        """Bytes of the entry without its aliases."""
        texts = (self.key, self.etag, self.headers, self.representation_headers, self.body)
        return ENTRY_BYTES + sum(map(len, texts))


class Cache:
    """Finished answers, of which the least recently used leave when there is no more room.

    An entry is stored once, under its release, its ETag and its coding; the words of the requests that it answers are
    its aliases. Only the thread of the event loop may use a cache, so there is no lock.
    """

    def __init__(self, budget: int) -> None:
        """Make a cache of so many bytes; with 0, nothing is ever stored."""
        self.size = 0
        """Bytes that are used."""
        self._budget = budget
        self._entries: OrderedDict[bytes, CacheEntry] = OrderedDict()
        self._aliases: dict[Words, CacheEntry] = {}

    def get(self, words: Words) -> CacheEntry | None:
        """Return the entry that answered the same words before."""
        entry = self._aliases.get(words)
        if entry is not None:
            self._entries.move_to_end(entry.key)
        return entry

    def get_by_etag(self, words: Words, etag: bytes, coding: bytes) -> CacheEntry | None:
        """Return the entry that has an ETag and a coding, and find it by these words from now on."""
        entry = self._entries.get(_key(words, etag, coding))
        if entry is not None:
            self._add_alias(entry, words)
        return entry

    def put(self, words: Words, entry: CacheEntry, coding: bytes) -> None:
        """Store the answer to a request, unless its body is too large; make room for it."""
        if len(entry.body) * LARGEST_PART > self._budget or self.get_by_etag(words, entry.etag, coding):
            return
        entry.key = _key(words, entry.etag, coding)
        self._entries[entry.key] = entry
        self.size += entry.size
        self._add_alias(entry, words)

    def clear(self) -> None:
        """Drop all entries."""
        self._entries.clear()
        self._aliases.clear()
        self.size = 0

    def _add_alias(self, entry: CacheEntry, words: Words) -> None:
        if (previous := self._aliases.get(words)) is not None:
            self._drop_alias(previous, words)
        if len(entry.aliases) == MAX_ALIASES:
            self._drop_alias(entry, entry.aliases[0])
        entry.aliases.append(words)
        self._aliases[words] = entry
        self.size += _alias_size(words)
        self._entries.move_to_end(entry.key)
        while self.size > self._budget:
            self._evict()

    def _drop_alias(self, entry: CacheEntry, words: Words) -> None:
        entry.aliases.remove(words)
        del self._aliases[words]
        self.size -= _alias_size(words)

    def _evict(self) -> None:
        """Drop the least recently used entry with its aliases."""
        _, entry = self._entries.popitem(last=False)
        for words in tuple(entry.aliases):
            self._drop_alias(entry, words)
        self.size -= entry.size


def _key(words: Words, etag: bytes, coding: bytes) -> bytes:
    return b"\n".join((words[0], etag, coding))  # not a tuple, because bytes remember their hash


def _alias_size(words: Words) -> int:
    return ALIAS_BYTES + sum(map(len, words[1:]))
