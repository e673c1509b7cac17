"""The marks of a release's file: application, format, and a checksum, because SQLite does not notice flipped bits.

The first two are numbers in the header of an SQLite file, `application_id` and `user_version`. The checksum is a CRC-32
of the file with its own eight digits as zero bytes. It is the only row of the table `seal`, which is made before all
other tables and so begins on the file's second page.
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
    """Return the digits of the checksum in a release; None where it has none."""
    offset = _offset_of_digits(path)
    if offset is None:
        return None
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(_DIGITS)


def seal(path: Path) -> None:
    """Write the checksum into a finished release, and flush it to the disk; raises ValueError without `seal`."""
    offset = _offset_of_digits(path)
    if offset is None:
        raise ValueError(f"{path}: no place for a checksum")
    checksum = _compute_checksum(path, offset)
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(checksum)
        file.flush()
        os.fsync(file.fileno())


def is_intact(path: Path) -> bool:
    """Return whether the bytes of a release have the checksum that it was sealed with."""
    offset = _offset_of_digits(path)
    return offset is not None and checksum_of(path) == _compute_checksum(path, offset)


def _offset_of_digits(path: Path) -> int | None:
    """Return the offset in a file of the digits of its checksum; None where there is no seal."""
    with path.open("rb") as file:
        file.seek(tables.PAGE_SIZE)
        offset = file.read(tables.PAGE_SIZE).find(_PREFIX)
    return None if offset < 0 else tables.PAGE_SIZE + offset + len(_PREFIX)


def _compute_checksum(path: Path, offset: int) -> bytes:
    """Return the checksum of a file in hexadecimal digits, with its own digits, at an offset, as zero bytes."""
    with path.open("rb") as file:
        first = bytearray(file.read(CHUNK))  # holds the second page
        first[offset : offset + _DIGITS] = bytes(_DIGITS)
        checksum = zlib.crc32(first)
        while chunk := file.read(CHUNK):
            checksum = zlib.crc32(chunk, checksum)
    return b"%08x" % checksum
