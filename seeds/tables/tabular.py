"""The reader of CSV, NDJSON and Parquet, gzipped or not: batches of rows, with their numbers and lines, in flat memory.

A cell is its text in the file (`1e3` stays `1e3`), and "" where there is none. A record that is not a row becomes a
finding; where a file cannot be read to its end, the last finding says why.
"""

import csv
import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from schema.grammar import counted
from seeds.tables.findings import Finding, Grade

ROWS_AT_A_TIME = 2_000
LONGEST_LINE, LONGEST_CELL = 1_000_000, 131_072
"""Characters. A longer line is refused, since a line is held in memory as a whole."""

FORMATS = {".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson", ".parquet": "parquet"}
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Document:
    """A file that evidence refers to: path, file name, SHA-256 and size of its bytes as stored."""

    path: str
    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Batch:
    """Some rows of a file: number, line and cells of the wanted columns; `read` is the number of bytes read so far."""

    document: Document
    rows: list[tuple[int, int, list[str]]]
    findings: list[Finding]
    read: int


class ReadError(Exception):
    """A file cannot be read any further: `name` and `line` of the finding, and its text."""

    def __init__(self, name: str, line: int, what: str) -> None:
        super().__init__(what)
        self.name, self.line = name, line


def identify(path: Path) -> Document:
    """Return a file's path, name, hash and size; raises OSError."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Document(str(path), path.name, digest, path.stat().st_size)


def format_of(path: Path) -> str | None:
    """Return the format of a file by its name without `.gz`; None where it is none of FORMATS."""
    return FORMATS.get(Path(path.name.removesuffix(".gz")).suffix.lower())


def read_batches(document: Document, columns: Sequence[str]) -> Iterator[Batch]:
    """Yield the rows of a file in order; a fatal finding in the last batch says why the rest was not read."""
    rows: list[tuple[int, int, list[str]]] = []
    findings: list[Finding] = []
    number = line = 0

    def add_fatal(name: str, line: int, what: str) -> None:
        findings.append(Finding(name, Grade.FATAL, document.path, line, 0, "", what))

    try:
        with Path(document.path).open("rb") as file:
            for number, (line, cells) in enumerate(_rows(file, document, columns), start=1):
                if isinstance(cells, list):
                    rows.append((number, line, cells))
                else:
                    name, what = cells
                    findings.append(Finding(name, Grade.ERROR, document.path, line, number, "", what))
                if len(rows) + len(findings) == ROWS_AT_A_TIME:
                    yield Batch(document, rows, findings, file.tell())
                    rows, findings = [], []
        if not number:
            add_fatal("empty-file", 1, "holds no row; expected a table with one at the least")
    except ReadError as error:
        add_fatal(error.name, error.line, str(error))
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        add_fatal("bad-gzip", line or 1, f"{error}; expected a whole gzip file")
    except OSError as error:
        add_fatal("cannot-be-read", line or 1, f"cannot be read ({error.strerror}); expected a readable file")
    yield Batch(document, rows, findings, document.size)


_Rows = Iterator[tuple[int, list[str] | tuple[str, str]]]
"""The line where a row begins, with its cells, or with the name and the text of a finding."""


def _rows(file: BinaryIO, document: Document, columns: Sequence[str]) -> _Rows:
    kind = format_of(Path(document.path))
    if kind is None:
        raise ReadError("unknown-format", 1, f"is no table by its name; expected one of {', '.join(FORMATS)}")
    readers: dict[str, Callable[[BinaryIO, Sequence[str]], _Rows]] = {
        "csv": _csv,
        "ndjson": _ndjson,
        "parquet": _parquet,
    }
    return readers[kind](file, columns)


def _text(file: BinaryIO) -> TextIO:
    """Return the text of a file; bytes that are not UTF-8 become lone surrogates, so that their row is refused."""
    start = file.read(2)
    file.seek(0)
    raw: Any = gzip.GzipFile(fileobj=file) if start == _GZIP else file
    return io.TextIOWrapper(raw, "utf-8-sig", errors="surrogateescape", newline="")


def _lines(file: BinaryIO) -> Iterator[str]:
    number = 0
    with _text(file) as text:
        while line := text.readline(LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE:
                raise ReadError("line-too-long", number, f"is longer than {LONGEST_LINE} characters; expected a table")
            yield line


def _csv(file: BinaryIO, columns: Sequence[str]) -> _Rows:
    csv.field_size_limit(LONGEST_CELL)  # for the whole process, so another library may have changed it
    reader = csv.reader(_lines(file), strict=True)
    next_line = 1
    indexes: list[int] = []
    width = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            name = "cell-too-large" if "field larger" in str(error) else "malformed-csv"
            raise ReadError(
                name, next_line, f"{error}; expected CSV by RFC 4180, quotes doubled within quotes"
            ) from None
        line, next_line = next_line, reader.line_num + 1
        if cells is None:
            return
        if not width:
            indexes, width = _indexes_of(cells, columns), len(cells)
        elif len(cells) == width:
            yield line, [cells[index] for index in indexes]
        elif cells:
            yield line, ("ragged-row", f"has {counted(len(cells), 'cell')}; expected {width}, as the header has")


def _indexes_of(header: list[str], columns: Sequence[str]) -> list[int]:
    """Return the index of each wanted column; raises ReadError where one is missing, or is there twice."""
    if repeated := sorted({name for name in header if header.count(name) > 1 and name in columns}):
        raise ReadError("repeated-column", 1, f"names {', '.join(repeated)} twice; expected one column of a name")
    if missing := sorted(set(columns) - set(header)):
        raise ReadError("missing-column", 1, f"{', '.join(missing)} is missing; expected it, as the mapping names it")
    return [header.index(name) for name in columns]


def _ndjson(file: BinaryIO, columns: Sequence[str]) -> _Rows:
    missing = set(columns)
    line = 0
    for line, text in enumerate(_lines(file), start=1):
        if not text.strip():
            continue
        try:
            record = json.loads(
                text, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_without_repeated_keys
            )
        except (ValueError, RecursionError) as error:
            what = error.args[0] if isinstance(error, ValueError) else "nested too deeply"
            yield line, ("malformed-json", f"{what}; expected a JSON object in one line")
            continue
        if not isinstance(record, dict):
            yield line, ("not-an-object", "is JSON, but no object; expected an object in one line")
            continue
        missing -= record.keys()
        cells = [record.get(name) for name in columns]
        nested = [name for name, cell in zip(columns, cells, strict=True) if isinstance(cell, list | dict)]
        if nested:
            yield line, ("nested-value", f"{', '.join(nested)} holds a list or an object; expected text or a number")
        else:
            yield line, [_cell(cell) for cell in cells]
    if line and missing:
        what = f"{', '.join(sorted(missing))} is in no object; expected it, as the mapping names it"
        raise ReadError("missing-column", 1, what)


def _without_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError("A key stands twice")
    return record


def _cell(value: Any) -> str:
    """Return the cell of a value: null is empty, true is `true`, numbers are as Python writes them."""
    if value is None or isinstance(value, str):
        return value or ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _parquet(file: BinaryIO, columns: Sequence[str]) -> _Rows:
    try:
        import pyarrow  # noqa: PLC0415 (large, and needed only here)
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError:
        what = "needs pyarrow, which is not installed; expected `pip install 'headcount[parquet]'`"
        raise ReadError("no-pyarrow", 1, what) from None
    number = 0
    try:
        table = parquet.ParquetFile(file)
        _indexes_of(table.schema_arrow.names, columns)
        for batch in table.iter_batches(ROWS_AT_A_TIME, columns=list(columns)):
            cells_by_column = [batch.column(name).to_pylist() for name in columns]
            for cells in zip(*cells_by_column, strict=True):
                number += 1
                if any(isinstance(cell, list | dict | bytes) for cell in cells):
                    yield number, ("nested-value", "holds a list, a structure or bytes; expected texts and numbers")
                else:
                    yield number, [_cell(cell) for cell in cells]
    except pyarrow.ArrowException as error:
        message = str(error).splitlines()[0]
        raise ReadError("malformed-parquet", number + 1, f"{message}; expected a Parquet file") from None
