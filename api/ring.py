"""A dictionary of bytes in memory that processes share, where what is put last is written over what was put first.

The memory is taken before the processes are forked. It holds one number, how much was ever written; buckets of four
hashes of keys with the positions of their records; and the ring of records. A position only ever grows, so it says by
itself whether its record has been written over. One process writes at a time, and says how far it will write before it
does. Those who read never wait: they look afterwards whether what they read lies where nobody writes.
"""

import fcntl
import mmap
import struct
import tempfile
import weakref

_WRITTEN = struct.Struct("Q")  # native, so that eight bytes are read and written as one
_BUCKET = struct.Struct("4Q4q")
_WAYS = 4
_RECORD = struct.Struct("QII")
"""A record's position, and how long its key and its value are, which follow."""
_BYTES_FOR_A_BUCKET = 2048
_PART = 8
"""A record of more than this part of the ring is not taken."""
_AHEAD = 64
"""This part of the ring, before what is being written, is not read: processors may see a number late."""


class Ring:
    """Bytes by bytes; processes that were forked after it was made share it."""

    def __init__(self, size: int) -> None:
        """Take how many bytes all of it may fill; with none, nothing is ever found."""
        self._buckets = size // _BYTES_FOR_A_BUCKET
        if not self._buckets:
            return
        self._start = _BUCKET.size * (1 + self._buckets)
        self._size = size - self._start - _RECORD.size  # a record that is looked for at the very end has a header, too
        self._memory = mmap.mmap(-1, size)
        _WRITTEN.pack_into(self._memory, 0, self._size)  # so that no record's position is 0
        self._writing = tempfile.TemporaryFile()  # noqa: SIM115 (open as long as the ring is; nothing is written)
        weakref.finalize(self, self._writing.close)

    @property
    def used(self) -> int:
        """How many bytes of records can be found, about."""
        return min(_WRITTEN.unpack_from(self._memory)[0] - self._size, self._size) if self._buckets else 0

    def get(self, key: bytes) -> bytes | None:
        """Return what was put last under a key, if that has not been written over."""
        if not self._buckets:
            return None
        memory, hashed = self._memory, hash(key)
        bucket = _BUCKET.unpack_from(memory, self._bucket(hashed))
        if hashed not in bucket:
            return None
        position = bucket[bucket.index(hashed) - _WAYS]
        begin = self._start + position % self._size
        written, keyed, valued = _RECORD.unpack_from(memory, begin)
        if written != position:
            return None
        begin += _RECORD.size
        middle = begin + keyed
        value = memory[middle : middle + valued]
        return value if memory[begin:middle] == key and not self._is_over(position) else None

    def put(self, key: bytes, value: bytes) -> None:
        """Write a value; where it is too large, or another process is writing, do nothing."""
        length = _RECORD.size + len(key) + len(value)
        if not self._buckets or length > self._size // _PART:
            return
        try:
            fcntl.lockf(self._writing, fcntl.LOCK_EX | fcntl.LOCK_NB)  # a process that ends lets go of it
        except OSError:
            return
        try:
            (position,) = _WRITTEN.unpack_from(self._memory)
            if position % self._size + length > self._size:
                position += self._size - position % self._size
            _WRITTEN.pack_into(self._memory, 0, position + length)
            begin = self._start + position % self._size
            self._memory[begin : begin + length] = _RECORD.pack(position, len(key), len(value)) + key + value
            self._place(hash(key), position)
        finally:
            fcntl.lockf(self._writing, fcntl.LOCK_UN)

    def _place(self, hashed: int, position: int) -> None:
        """Name a record in its bucket: instead of the one before it under its key, or else of the oldest."""
        at = self._bucket(hashed)
        bucket = _BUCKET.unpack_from(self._memory, at)
        positions, hashes = list(bucket[:_WAYS]), list(bucket[_WAYS:])
        way = hashes.index(hashed) if hashed in hashes else positions.index(min(positions))
        positions[way], hashes[way] = position, hashed
        _BUCKET.pack_into(self._memory, at, *positions, *hashes)

    def _bucket(self, hashed: int) -> int:
        return _BUCKET.size * (1 + hashed % self._buckets)

    def _is_over(self, position: int) -> bool:
        """Say whether a position is no longer read: written over, or about to be."""
        written: int = _WRITTEN.unpack_from(self._memory)[0]
        return position < written - self._size + self._size // _AHEAD
