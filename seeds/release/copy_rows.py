"""Rows in PostgreSQL's binary format of COPY: what is sent is, byte for byte, what COPY gives back of the same rows.

https://www.postgresql.org/docs/15/sql-copy.html, Binary Format
"""

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

BLOCK = 1 << 16
"""The least number of bytes that are sent at a time."""

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = struct.pack(">h", -1)
_NULL = struct.pack(">i", -1)
_LENGTH, _COUNT = struct.Struct(">i").pack, struct.Struct(">h").pack
_ONE_PLACE = struct.Struct(">xHH").pack  # behind a word stands a zero
_BIGINT, _DOUBLE, _BOOLEAN = struct.Struct(">iq").pack, struct.Struct(">id").pack, struct.Struct(">i?").pack

MOST_PLACES, LAST_PLACE = 255, 16_383
"""The most places of a word that PostgreSQL stores, and the last place in a text that it tells from those behind it."""

Words = Sequence[tuple[bytes, Sequence[int]]]
"""The words of a text in the order of their bytes, each with its places from 1 on in ascending order."""


class Kind(NamedTuple):
    """A type of columns: its name in PostgreSQL, and a function that returns a value with its length before it."""

    sql: str
    encode: Callable[[Any], bytes]


def _bigint(value: int) -> bytes:
    return _BIGINT(8, value)


def _double(value: float) -> bytes:
    return _DOUBLE(8, value)


def _boolean(value: int) -> bytes:
    return _BOOLEAN(1, bool(value))


def _bytes(value: bytes) -> bytes:
    return _LENGTH(len(value)) + value


def _words(words: Words) -> bytes:
    parts = [_LENGTH(len(words))]
    for word, places in words:
        if len(places) == 1:
            parts.append(word + _ONE_PLACE(1, min(places[0], LAST_PLACE)))
        else:
            stored = sorted({min(place, LAST_PLACE) for place in places[:MOST_PLACES]})
            parts.append(word + struct.pack(f">xH{len(stored)}H", len(stored), *stored))
    return _bytes(b"".join(parts))


BIGINT = Kind("bigint", _bigint)
DOUBLE = Kind("double precision", _double)
BOOLEAN = Kind("boolean", _boolean)
TEXT = Kind('text COLLATE "C"', _bytes)
BYTES = Kind("bytea", _bytes)
WORDS = Kind("tsvector", _words)


def encoded(rows: Iterable[Sequence[Any]], kinds: Sequence[Kind]) -> Iterator[bytes]:
    """Yield rows as COPY takes them, in blocks. Texts are bytes in UTF-8; None is NULL."""
    encoders, count = [kind.encode for kind in kinds], _COUNT(len(kinds))
    block = bytearray(_HEADER)
    for row in rows:
        block += count
        for encode, value in zip(encoders, row, strict=True):
            block += _NULL if value is None else encode(value)
        if len(block) >= BLOCK:
            yield bytes(block)
            block.clear()
    yield bytes(block + _TRAILER)
