"""The counts of a server's processes: each process adds to its own, in memory that all others can read.

So whoever sums them up has each count as soon as it is made. Counts stay when their process ends.
"""

import logging
import mmap
import os
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from struct import Struct
from tempfile import NamedTemporaryFile
from threading import Lock
from typing import NamedTuple

import orjson

log = logging.getLogger(__name__)

Key = tuple[str | int, ...]
"""The name and the labels of a count."""

RECORD_BYTES = 256
"""The bytes of one count in a file: the number and the seconds, then its key as JSON."""
RECORDS = 256
"""The records of a file. The number in the first one, which has no key, tells how many of the others are used."""
FILE_BYTES = RECORDS * RECORD_BYTES
_COUNT = Struct("2d")
_NUMBERS = RECORD_BYTES // Struct("d").size


class Count(NamedTuple):
    """How often something was counted, and how many seconds that took."""

    number: float = 0.0
    seconds: float = 0.0


class Counts:
    """The counts of one process, and the sums of those of all processes that have the same folder.

    They are in files there, which are mapped into memory, and are made when the first count is; without a folder, in
    memory alone. One key must be added to by one thread at a time.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._places: dict[Key, tuple[memoryview[float], int]] = {}
        self._private: list[bytearray] = []
        self._lock = Lock()
        self._used = RECORDS

    def add(self, key: Key, seconds: float = 0.0) -> None:
        """Add 1 to a count, and the seconds to its seconds."""
        numbers, place = self._places.get(key) or self._new_place(key)
        numbers[place] += 1
        numbers[place + 1] += seconds

    def set(self, key: Key, number: float) -> None:
        """Set the number of a count."""
        numbers, place = self._places.get(key) or self._new_place(key)
        numbers[place] = number

    def totals(self) -> dict[Key, Count]:
        """Return the sums of the counts of all processes, also of those that have ended."""
        totals: defaultdict[Key, Count] = defaultdict(Count)
        files = sorted(self._folder.glob("*.counts")) if self._folder else []
        for content in chain(map(bytes, self._private), (file.read_bytes() for file in files)):
            for _, key, count in _records(content):
                number, seconds = totals[key]
                totals[key] = Count(number + count.number, seconds + count.seconds)
        return totals

    def _new_place(self, key: Key) -> "tuple[memoryview[float], int]":
        """Return where the number of a new key is, and behind it its seconds."""
        text = orjson.dumps(key)
        if len(text) > RECORD_BYTES - _COUNT.size:
            raise ValueError(f"{key} is too long a key")
        with self._lock:
            if self._used == RECORDS:
                self._memory, self._used = self._new_memory(), 1
            begin = self._used * RECORD_BYTES + _COUNT.size
            self._memory[begin : begin + len(text)] = text
            numbers = self._memory.cast("d")
            numbers[0] = self._used  # only now, when the key is whole, do others read the record
            place = self._places[key] = numbers, self._used * _NUMBERS
            self._used += 1
            return place

    def _new_memory(self) -> "memoryview[int]":
        """Return memory for more counts: that of a new file, or, where none can be made, of this process alone."""
        if self._folder:
            try:
                with NamedTemporaryFile(
                    dir=self._folder, prefix=f"{os.getpid()}-", suffix=".new", delete=False
                ) as file:
                    file.write(bytes(FILE_BYTES))  # not a hole: if the disk were full later, it would end the process
                    file.flush()
                    memory = mmap.mmap(file.fileno(), FILE_BYTES)
                os.rename(file.name, file.name.removesuffix(".new") + ".counts")
                return memoryview(memory)
            except OSError as error:
                log.error("/metrics of other processes lacks what process %d counts: %s", os.getpid(), error)
        self._private.append(bytearray(FILE_BYTES))
        return memoryview(self._private[-1])


def clear(folder: Path, pid: int, key: Key) -> None:
    """Set a count of an ended process to 0; its other counts stay."""
    for path in folder.glob(f"{pid}-*.counts"):
        for place, other, _ in _records(path.read_bytes()):
            if other == key:
                with path.open("r+b") as file:
                    file.seek(place)
                    file.write(_COUNT.pack(*Count()))


def _records(content: bytes) -> Iterator[tuple[int, Key, Count]]:
    """Yield the place, the key and the numbers of each count in a file."""
    used, _ = _COUNT.unpack_from(content)
    for place in range(RECORD_BYTES, (int(used) + 1) * RECORD_BYTES, RECORD_BYTES):
        text = content[place + _COUNT.size : place + RECORD_BYTES].rstrip(b"\0")
        yield place, tuple(orjson.loads(text)), Count(*_COUNT.unpack_from(content, place))
