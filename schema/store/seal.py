"""The marks of a release's file: whose it is, in which format, and a checksum, because SQLite serves flipped bits.

The first two are SQLite's own numbers, `PRAGMA application_id` and `PRAGMA user_version`. The checksum is a CRC-32 of
the file with its own eight digits as zero bytes. It is the only row of the table `seal`, which is made before all other
tables and so begins on the file's second page.
"""

import os
import zlib
from pathlib import Path

from schema import tables

CHUNK = 1 << 20
"""Bytes that are read at a time."""
_DIGITS = 8
_PREFIX = b"crc32:"
UNSEALED = _PREFIX.decode() + "0" * _DIGITS
"""The row of `seal` before the checksum is known; the real one is written over its digits."""

# https://www.sqlite.org/fileformat2.html, the database header
_HEADER = 100
_USER_VERSION, _APPLICATION_ID = slice(60, 64), slice(68, 72)


def _header(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEADER)


def is_ours(path: Path) -> bool:
    """Return whether a path leads to a Headcount database, intact or not."""
    return path.is_file() and _header(path)[_APPLICATION_ID] == tables.APPLICATION_ID.to_bytes(4)


def format_of(path: Path) -> int:
    """Return the format of a release (`schema.tables.FORMAT`)."""
    return int.from_bytes(_header(path)[_USER_VERSION])


def checksum_of(path: Path) -> bytes | None:
    """Return the digits of the checksum that a release bears; None where it bears none."""
    place = _place_of_digits(path)
    if place is None:
        return None
    with path.open("rb") as file:
        file.seek(place)
        return file.read(_DIGITS)


def seal(path: Path) -> None:
    """Write the checksum into a finished release, and everything to the disk; raises ValueError without a seal."""
    place = _place_of_digits(path)
    if place is None:
        raise ValueError(f"{path}: no place for a checksum")
    checksum = _computed(path, place)
    with path.open("r+b") as file:
        file.seek(place)
        file.write(checksum)
        file.flush()
        os.fsync(file.fileno())


def is_intact(path: Path) -> bool:
    """Return whether a release holds the bytes that it was sealed with."""
    place = _place_of_digits(path)
    return place is not None and checksum_of(path) == _computed(path, place)


def _place_of_digits(path: Path) -> int | None:
    """Return where in a file the digits of its checksum stand; None where there is no seal."""
    with path.open("rb") as file:
        file.seek(tables.PAGE_SIZE)
        place = file.read(tables.PAGE_SIZE).find(_PREFIX)
    return None if place < 0 else tables.PAGE_SIZE + place + len(_PREFIX)


def _computed(path: Path, place: int) -> bytes:
    """Return the checksum of a file, as hexadecimal digits, with the digits at a place as zero bytes."""
    with path.open("rb") as file:
        first = bytearray(file.read(CHUNK))  # holds the second page
        first[place : place + _DIGITS] = bytes(_DIGITS)
        checksum = zlib.crc32(first)
        while chunk := file.read(CHUNK):
            checksum = zlib.crc32(chunk, checksum)
    return b"%08x" % checksum
