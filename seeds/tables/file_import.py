"""The import of files by a mapping: rows are read, mapped and checked by workers, and staged in their order."""

import gc
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from itertools import accumulate
from typing import Any

from seeds.staging import Staging
from seeds.tables.findings import FindingLog
from seeds.tables.mapping import Mapping
from seeds.tables.row_staging import Imported, RowStager
from seeds.tables.rows import MappedBatch, RowMapper
from seeds.tables.tabular import Batch, Document, read_batches
from seeds.tables.terms import Vocabularies
from seeds.workers import PROCESSES, executor_for, gc_paused

Advance = Callable[[int, int], None]
"""A function that is called with the numbers of rows and of bytes read so far."""


def import_files(
    documents: Sequence[Document], mapping: Mapping, staging: Staging, log: FindingLog, advance: Advance
) -> Imported:
    """Add the records of files to a staging, log findings, and return the numbers of rows.

    A row with an error is left out as a whole, so that all staged records have passed every check.
    """
    stager = RowStager(staging, log)
    columns = RowMapper(mapping.data, staging.vocabularies).columns
    batches = (batch for document in documents for batch in read_batches(document, columns))
    bytes_before = dict(zip(documents, accumulate((document.size for document in documents), initial=0), strict=False))
    size = sum(document.size for document in documents)
    with gc_paused():
        for batch, mapped in _mapped(batches, mapping, staging.vocabularies, size):
            stager.add(batch, mapped)
            advance(stager.rows, bytes_before[batch.document] + batch.read)
            gc.collect(0)
    return stager.finish()


def _mapped(
    batches: Iterable[Batch], mapping: Mapping, vocabularies: Vocabularies, size: int
) -> Iterator[tuple[Batch, MappedBatch]]:
    """Yield each batch with its records, in order; a few batches are mapped at a time."""
    with executor_for(size, _start, mapping.data, vocabularies) as workers:
        waiting: deque[tuple[Batch, Future[MappedBatch]]] = deque()
        for batch in batches:
            waiting.append((batch, workers.submit(_map, batch)))
            if len(waiting) > 2 * PROCESSES:
                oldest, future = waiting.popleft()
                yield oldest, future.result()
        for oldest, future in waiting:
            yield oldest, future.result()


_mapper: list[RowMapper] = []
"""The mapper of this process, which `_start` makes."""


def _start(mapping: dict[str, Any], vocabularies: Vocabularies) -> None:
    _mapper[:] = [RowMapper(mapping, vocabularies)]


def _map(batch: Batch) -> MappedBatch:
    mapped = _mapper[0].map(batch)
    gc.collect(0)
    return mapped
