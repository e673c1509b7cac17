"""Files and a mapping → a staging: rows are read, filled and checked by workers, and staged in their order."""

import gc
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from schema.names import fold
from seeds.entries import Record
from seeds.rules.records import VOCABULARIES
from seeds.staging import Staging
from seeds.tables.claims import leave_out_what_disagrees
from seeds.tables.findings import Finding, Grade, Report
from seeds.tables.mapping import Mapping
from seeds.tables.rows import Filled, Filler, Where
from seeds.tables.tabular import Batch, Document, read_batches
from seeds.tables.terms import Vocabularies
from seeds.workers import PROCESSES, executor_for, gc_paused

Advance = Callable[[int, int], None]
"""Told how many rows and how many bytes have been read."""


@dataclass(frozen=True)
class Imported:
    """How many rows were read, and how many of them were left out."""

    rows: int
    left_out: int


def import_files(
    documents: Sequence[Document], mapping: Mapping, staging: Staging, report: Report, advance: Advance
) -> Imported:
    """Stage what files hold, beside what is staged already, and report what is wrong.

    A row that a finding refuses is left out, whole: what is staged then passes every check.
    """
    importer = _Importer(staging, report)
    columns = Filler(mapping.data, staging.vocabularies).columns
    batches = (batch for document in documents for batch in read_batches(document, columns))
    before = dict(zip(documents, accumulate((one.size for one in documents), initial=0), strict=False))
    with gc_paused():
        for batch, filled in _filled(batches, mapping, staging.vocabularies, sum(one.size for one in documents)):
            importer.take(batch, filled)
            advance(importer.rows, before[batch.document] + batch.read)
            gc.collect(0)
    return importer.finish()


def _filled(
    batches: Iterable[Batch], mapping: Mapping, vocabularies: Vocabularies, size: int
) -> Iterator[tuple[Batch, Filled]]:
    """Yield each batch with what came of it, in their order; a few are under way at a time."""
    with executor_for(size, _start, mapping.data, vocabularies) as workers:
        waiting: deque[tuple[Batch, Future[Filled]]] = deque()
        for batch in batches:
            waiting.append((batch, workers.submit(_fill, batch)))
            if len(waiting) > 2 * PROCESSES:
                first, future = waiting.popleft()
                yield first, future.result()
        for first, future in waiting:
            yield first, future.result()


_filler: list[Filler] = []
"""The one of this process, which `_start` makes."""


def _start(mapping: dict[str, Any], vocabularies: Vocabularies) -> None:
    _filler[:] = [Filler(mapping, vocabularies)]


def _fill(batch: Batch) -> Filled:
    filled = _filler[0].fill(batch)
    gc.collect(0)
    return filled


_BELOW = "\0"
"""What stands between the names of a term that lies in others, in what tells it from another of the same id."""


class _Importer:
    """Stages what was filled: terms and articles once, and estimates whose rows refer to nothing that is another's."""

    def __init__(self, staging: Staging, report: Report) -> None:
        self._staging, self._report = staging, report
        self.rows = self.left_out = 0
        self._variants: dict[tuple[str, str], str] = {}
        self._names: dict[tuple[str, str], str] = {}
        self._made: dict[tuple[str, str], Record] = {}
        for kind in VOCABULARIES:
            self._variants.update({(kind, id_): "" for id_ in staging.vocabularies[kind]})
        for (id_,) in staging.connection.execute("SELECT id FROM articles"):
            self._variants["articles", id_] = ""

    def take(self, batch: Batch, filled: Filled) -> None:
        """Take what came of a batch."""
        self._report.add(filled.findings)
        document = batch.document
        refused = {finding.row for finding in filled.findings if finding.grade is Grade.REFUSED}
        articles: list[Record] = []
        for (kind, id_, variant), (record, rows) in filled.made.items():
            known = self._variants.get((kind, id_))
            if known is None and record:
                self._variants[kind, id_] = variant
                if kind == "articles":
                    articles.append(record)
                else:
                    self._made[kind, id_] = record
                    self._report.add(self._same_name(document, rows[0], kind, record))
            elif known != variant:
                new = [where for where in rows if where[0] not in refused]
                refused.update(row for row, _ in new)
                self._report.add(self._collision(document, where, kind, id_, variant) for where in new)
        self._staging.add_articles(articles)
        self._staging.add_rows(estimate for row, estimate in filled.estimates if row not in refused)
        self.rows += len(batch.rows) + sum(finding.grade is Grade.REFUSED for finding in batch.findings)
        self.left_out += len(refused)

    def _collision(self, document: Document, where: Where, kind: str, id_: str, variant: str) -> Finding:
        row, line = where
        if kind == "articles":
            name, what = (
                "article-disagrees",
                "is another article's, or the same with other values; expected one article",
            )
        else:
            other = self._made.get((kind, id_)) or self._staging.vocabularies[kind][id_]
            name, what = (
                "id-collision",
                f"of {variant.rpartition(_BELOW)[2]!r} is {other['name']!r}'s; expected names of two ids",
            )
        place = kind.removesuffix("s")
        return Finding(name, Grade.REFUSED, document.path, line, row, place, f"the id {id_!r} {what}")

    def _same_name(self, document: Document, where: Where, kind: str, record: Record) -> Iterator[Finding]:
        """Yield where a new term is called like another: a filter by that name is for both."""
        other = self._names.setdefault((kind, fold(record["name"])), record["id"])
        if other != record["id"]:
            what = f"{record['name']!r} is what {other!r} is called too; a filter by this name is for both"
            place, (row, line) = kind.removesuffix("s"), where
            yield Finding("same-name", Grade.NOTED, document.path, line, row, place, what)

    def finish(self) -> Imported:
        """Leave out what only all rows together show to be wrong, and articles and terms that no estimate refers to."""
        connection = self._staging.connection
        connection.commit()
        self._staging.index()
        for finding in leave_out_what_disagrees(connection):
            self._report.add([finding])
            self.left_out += 1
        connection.execute("DELETE FROM articles WHERE id NOT IN (SELECT article FROM estimates)")
        connection.commit()
        for kind in VOCABULARIES:
            used = connection.execute(f'SELECT DISTINCT "{kind.removesuffix("s")}" FROM estimates')  # noqa: S608
            todo = {id_ for (id_,) in used}
            while todo:
                record = self._made.pop((kind, todo.pop()), None)
                if record:
                    self._staging.vocabularies[kind][record["id"]] = record
                    todo |= {record.get("parent")} - {None}
        return Imported(self.rows, self.left_out)
