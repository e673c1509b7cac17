"""A dictionary of bytes in memory that processes share, where what is put last is written over what was put first.

The memory is taken before the processes are forked. It holds one number, how much was ever written; buckets of the
positions of four records, with the hashes of their keys; and the ring of records. A position only ever grows, so it
says by itself whether its record has been written over. One process writes at a time, and says how far it will write
before it does. Those who read never wait: they look afterwards whether what they read lies where nobody writes, nor
within the length of a record before that, since a processor may see a number late.
"""

import fcntl
import mmap
import struct
import tempfile
import threading
import weakref

_WAYS = 4
_BUCKET, _WORD = 2 * _WAYS, 8
"""How many words a bucket has, its positions before its hashes; and how many bytes a word has."""
_RECORD = struct.Struct("QII")
"""A record's position, and how long its key and its value are, which follow."""
_BYTES_FOR_A_BUCKET = 1024
_PART = 32
"""A record of more than this part of the ring is not taken."""


class Ring:
    """Bytes by bytes; processes that were forked after it was made share it."""

    def __init__(self, size: int) -> None:
        """Take how many bytes all of it may fill; with none, nothing is ever found."""
        self._buckets = size // _BYTES_FOR_A_BUCKET
        self.longest = 0
        """How many bytes a record may take, with its key."""
        if not self._buckets:
            return
        self._start = _BUCKET * _WORD * (1 + self._buckets)
        self._size = size - self._start - _RECORD.size  # a record that is looked for at the very end has a header, too
        self.longest = self._size // _PART
        self._memory = mmap.mmap(-1, size)
        # Each word is written by one store, so nobody sees half of it; `struct` would write zero first.
        self._words = memoryview(self._memory)[: self._start].cast("Q")
        self._words[0] = self._size  # so that no record's position is 0
        self._thread = threading.Lock()
        self._process = tempfile.TemporaryFile()  # noqa: SIM115 (open as long as the ring is; nothing is written)
        weakref.finalize(self, self._process.close)

    @property
    def used(self) -> int:
        """How many bytes of records can be found, about."""
        return min(self._words[0] - self._size, self._size) if self._buckets else 0

    def get(self, key: bytes) -> bytes | None:
        """Return what was put under a key, if that has not been written over."""
        if not self._buckets:
            return None
        memory, hashed = self._memory, _hash(key)
        at = self._bucket(hashed)
        bucket = self._words[at : at + _BUCKET].tolist()
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
        is_over = position < self._words[0] - self._size + self.longest  # after the value was read
        return value if memory[begin:middle] == key and not is_over else None

    def put(self, key: bytes, value: bytes) -> None:
        """Write a value; where it is too large, or another process or thread is writing, do nothing."""
        record = _RECORD.size + len(key) + len(value)
        if record > self.longest or not self._thread.acquire(blocking=False):
            return
        try:
            fcntl.lockf(self._process, fcntl.LOCK_EX | fcntl.LOCK_NB)  # a process that ends lets go of it
        except OSError:
            self._thread.release()
            return
        try:
            position = self._words[0]
            if position % self._size + record > self._size:
                position += self._size - position % self._size
            self._words[0] = position + record
            begin = self._start + position % self._size
            self._memory[begin : begin + record] = _RECORD.pack(position, len(key), len(value)) + key + value
            self._name(_hash(key), position)
        finally:
            fcntl.lockf(self._process, fcntl.LOCK_UN)
            self._thread.release()

    def _name(self, hashed: int, position: int) -> None:
        """Name a record in its bucket: instead of the one before it under its key, or else of the oldest."""
        at = self._bucket(hashed)
        bucket = self._words[at : at + _BUCKET].tolist()
        positions, hashes = bucket[:_WAYS], bucket[_WAYS:]
        way = hashes.index(hashed) if hashed in hashes else positions.index(min(positions))
        self._words[at + way], self._words[at + _WAYS + way] = position, hashed

    def _bucket(self, hashed: int) -> int:
        """Return at which word a hash's bucket begins; the one number has the room of a bucket before them all."""
        return _BUCKET * (1 + hashed % self._buckets)


def _hash(key: bytes) -> int:
    """Return 64 bits, the same in all processes that were forked from one."""
    return hash(key) & 0xFFFF_FFFF_FFFF_FFFF
