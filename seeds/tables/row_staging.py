"""The staging of mapped rows: each article and each term once, and the estimates of rows without errors."""

from dataclasses import dataclass

from seeds.entries import VOCABULARIES, Record
from seeds.rules.faults import Fault
from seeds.staging import Staging
from seeds.tables.between_rows import (
    PlacedRecord,
    TermKey,
    disagreeing_reports,
    faults_of_made_terms,
    leave_out,
    repeated_articles,
    repeated_ids,
    rows_with_terms,
)
from seeds.tables.findings import Finding, FindingLog, Grade
from seeds.tables.rows import MappedBatch, RowPlace
from seeds.tables.tabular import Batch, Document
from seeds.tables.terms import TermIdentity

_SHARED_NAMES = ("same-name", "look-alike-name")
"""The faults that are only warnings for terms made of rows, because many places share their name with others."""


@dataclass(frozen=True)
class Imported:
    """The number of rows that were read, and the number of these that were left out."""

    rows: int
    left_out: int


class RowStager:
    """Stages batches of mapped rows; `finish` then leaves out the rows that break a rule which needs all rows."""

    def __init__(self, staging: Staging, log: FindingLog) -> None:
        self._staging, self._log = staging, log
        self.rows = self._left_out = 0
        self._articles: dict[str, str | None] = dict(staging.connection.execute("SELECT id, NULL FROM articles"))
        """The digest of each article by id; None for articles of the seeds."""
        self._made_terms: dict[TermKey, PlacedRecord] = {}
        """The terms made of rows, each with the first row that made it."""
        self._names: dict[TermKey, tuple[str, ...]] = {}
        """The names of these terms, from the outermost place to their own."""

    def add(self, batch: Batch, mapped: MappedBatch) -> None:
        """Stage a batch, without the rows that have an error or disagree with earlier rows."""
        self._log.add(mapped.findings)
        refused = {finding.row for finding in mapped.findings if finding.grade is Grade.ERROR}
        for identity, (record, rows) in mapped.terms.items():
            if fault := self._register(identity, record, batch.document, rows[0]):
                self._refuse(batch.document, rows, fault, refused)
        for (id_, digest), (article, rows) in mapped.articles.items():
            if article and id_ not in self._articles:
                self._articles[id_] = digest
                self._staging.add_articles([article])
            elif self._articles.get(id_) != digest:
                what = f"the id {id_!r} is another article's, or the same with other values; expected one article"
                self._refuse(batch.document, rows, Fault("article-disagrees", "article", what), refused)
        self._staging.add_rows(estimate for row, estimate in mapped.estimates if row not in refused)
        self.rows += len(batch.rows) + sum(finding.grade is Grade.ERROR for finding in batch.findings)
        self._left_out += len(refused)

    def _refuse(self, document: Document, rows: list[RowPlace], fault: Fault, refused: set[int]) -> None:
        """Log a fault for each row that is not refused yet, and add the row to `refused`."""
        for row, line in rows:
            if row not in refused:
                refused.add(row)
                self._log.add([Finding(fault.name, Grade.ERROR, document.path, line, row, fault.key, fault.what)])

    def _register(self, term: TermIdentity, record: Record, document: Document, place: RowPlace) -> Fault | None:
        """Keep a new term; return a fault where another term has its id, or an earlier row gives it other values."""
        row, line = place
        key = (term.kind, term.id)
        listed = self._staging.vocabularies[f"{term.kind}s"].get(term.id)
        if listed is None and key not in self._made_terms:
            self._made_terms[key] = PlacedRecord(record, document.path, line, row, term.kind)
            self._names[key] = term.names
            return None
        first = listed or self._made_terms[key].record
        if listed or self._names[key] != term.names:
            what = f"the id {term.id!r} of {term.names[-1]!r} is {first['name']!r}'s; expected names of two ids"
            return Fault("id-collision", term.kind, what)
        # A name may be written in several ways that compare as equal; the first is kept.
        differing = [name for name, value in record.items() if name != "name" and first[name] != value]
        if not differing:
            return None
        what = f"{record['name']!r} has another {', '.join(differing)} in {self._made_terms[key].where(differing[0])}"
        return Fault("term-disagrees", f"{term.kind}.{differing[0]}", f"{what}; expected rows that agree on it")

    def finish(self) -> Imported:
        """Apply the rules that need all rows, and leave out articles and terms that no estimate refers to."""
        connection = self._staging.connection
        connection.commit()
        self._staging.index()
        for faults in (repeated_ids, repeated_articles, disagreeing_reports):
            self._left_out += leave_out(connection, faults(connection), self._log)
        for (kind, id_), term in self._terms_that_keep_the_rules().items():
            self._staging.vocabularies[f"{kind}s"][id_] = term.record
        connection.execute("DELETE FROM articles WHERE id NOT IN (SELECT article FROM estimates)")
        connection.commit()
        return Imported(self.rows, self._left_out)

    def _terms_that_keep_the_rules(self) -> dict[TermKey, PlacedRecord]:
        """Leave out the rows whose terms break a rule; return the made terms that other estimates refer to."""
        used = self._used_terms()
        faults: dict[TermKey, Fault] = {}
        warnings: list[tuple[PlacedRecord, Fault]] = []
        for term, fault in faults_of_made_terms(self._staging.vocabularies, used.values()):
            if fault.name in _SHARED_NAMES:
                warnings.append((term, fault))
            else:
                faults.setdefault((term.kind, term.record["id"]), fault)
        if faults:
            rows = rows_with_terms(self._staging.connection, faults, used)
            self._left_out += leave_out(self._staging.connection, rows, self._log)
            used = self._used_terms()
        self._log.add(
            term.finding(fault, Grade.WARNING) for term, fault in warnings if (term.kind, term.record["id"]) in used
        )
        return used

    def _used_terms(self) -> dict[TermKey, PlacedRecord]:
        """Return the made terms that staged estimates refer to, and the regions that these lie in, oldest first."""
        used: set[TermKey] = set()
        for kind in (name.removesuffix("s") for name in VOCABULARIES):
            query = f'SELECT DISTINCT "{kind}" FROM estimates'  # noqa: S608 (one of four names)
            queue = [id_ for (id_,) in self._staging.connection.execute(query)]
            while queue:
                key = (kind, queue.pop())
                if key in self._made_terms and key not in used:
                    used.add(key)
                    queue += filter(None, [self._made_terms[key].record.get("parent")])
        return {key: term for key, term in self._made_terms.items() if key in used}
