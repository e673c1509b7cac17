"""The rules that need all rows: unique ids, no article twice, reports of one claim that agree, terms beside terms.

Rows that break a rule are deleted from the staging.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import orjson

from seeds.entries import VOCABULARIES, Record
from seeds.rules.agreement import fault_of_repeated_id, faults_of_claim
from seeds.rules.code_lists import faults_between_terms
from seeds.rules.faults import Fault
from seeds.rules.repeats import fault_of_repeated_article, print_key
from seeds.tables.findings import Finding, FindingLog, Grade
from seeds.tables.terms import Vocabularies

_PLACE = "{0}.file, {0}.line, {0}.record ->> '$.evidence.row'"
_PAIRS = f"""
    SELECT {_PLACE.format("later")}, {_PLACE.format("first")}, later.record, first.record
    FROM (SELECT {{key}}, min(number) AS number FROM estimates GROUP BY {{key}} HAVING count(*) > 1) AS repeated
    JOIN estimates AS first ON first.number = repeated.number
    JOIN estimates AS later ON later.{{key}} = repeated.{{key}} AND later.number > repeated.number
    {{where}} ORDER BY later.number
"""  # noqa: S608 (names of columns)
_SAME_PRINT = """
    WITH keys AS MATERIALIZED (SELECT id, print_key(record) AS key FROM articles)
    SELECT json_group_array(id) FROM keys WHERE key IS NOT NULL GROUP BY key HAVING count(*) > 1
"""
_ROWS_OF_ARTICLES = f"""
    SELECT {_PLACE.format("estimates")}, article FROM estimates
    WHERE article IN (SELECT value FROM json_each(?)) ORDER BY number
"""  # noqa: S608
_SHARED = ("source", '"group"', "indicator", "region", "as_of_edtf", "as_of_basis")
_REPEATED_IDS = _PAIRS.format(key="id", where="")
_DISAGREEING = _PAIRS.format(
    key="claim",
    # Most reports agree, and are left out here; the rule compares only the others.
    where=f"WHERE ({', '.join(f'later.{key}' for key in _SHARED)}) <> ({', '.join(f'first.{key}' for key in _SHARED)})",
)


@dataclass(frozen=True)
class PlacedRecord:
    """A record with the file, line and row that it was made of; `kind` is the kind of a term ("region"), else empty."""

    record: Record
    file: str
    line: int
    row: int
    kind: str = ""

    def where(self, key: str) -> str:
        """Return `file:line`."""
        return f"{self.file}:{self.line}"

    def finding(self, fault: Fault, grade: Grade = Grade.ERROR) -> Finding:
        """Return a fault of this record as a finding."""
        key = f"{self.kind}.{fault.key}" if self.kind else fault.key
        return Finding(fault.name, grade, self.file, self.line, self.row, key, fault.what)


Faulty = tuple[PlacedRecord, Fault]
"""A record and its fault."""
TermKey = tuple[str, str]
"""Kind ("region") and id."""


def leave_out(connection: sqlite3.Connection, faulty: Iterable[Faulty], log: FindingLog) -> int:
    """Log faults as errors, delete all estimates of their rows, and return the number of these rows.

    Several faults of a row in the same key are logged once.
    """
    connection.execute(
        "CREATE TEMP TABLE refused (file TEXT, line INTEGER, key TEXT, PRIMARY KEY (file, line, key)) WITHOUT ROWID"
    )
    for record, fault in faulty:
        finding = record.finding(fault)
        place = (finding.file, finding.line, finding.place)
        if connection.execute("INSERT OR IGNORE INTO refused VALUES (?, ?, ?)", place).rowcount:
            log.add([finding])
    connection.execute("DELETE FROM estimates WHERE (file, line) IN (SELECT file, line FROM refused)")
    (rows,) = connection.execute("SELECT count(*) FROM (SELECT DISTINCT file, line FROM refused)").fetchone()
    connection.execute("DROP TABLE refused")
    connection.commit()
    return int(rows)


def repeated_ids(connection: sqlite3.Connection) -> Iterator[Faulty]:
    """Yield the staged estimates whose id an earlier estimate has."""
    for later, first in _pairs(connection, _REPEATED_IDS):
        yield later, fault_of_repeated_id(later, first)


def disagreeing_reports(connection: sqlite3.Connection) -> Iterator[Faulty]:
    """Yield the staged estimates that differ from the first report of their claim, with a fault for each key."""
    for later, first in _pairs(connection, _DISAGREEING):
        for fault in faults_of_claim(later, first):
            yield later, fault


def repeated_articles(connection: sqlite3.Connection) -> Iterator[Faulty]:
    """Yield the rows whose article is an earlier one of the same file, under another id."""
    connection.create_function("print_key", 1, _print_key, deterministic=True)
    same = [orjson.loads(ids) for (ids,) in connection.execute(_SAME_PRINT)]
    number_of = {id_: number for number, ids in enumerate(same) for id_ in ids}
    first: dict[int, PlacedRecord] = {}
    rows = connection.execute(_ROWS_OF_ARTICLES, [orjson.dumps(list(number_of))]) if same else ()
    for file, line, row, id_ in rows:
        article = PlacedRecord({"id": id_}, file, line, row, "article")
        earliest = first.setdefault(number_of[id_], article)
        if earliest.record != article.record:
            yield article, fault_of_repeated_article(earliest)


def _print_key(article: bytes) -> str | None:
    """Return the document and the `print_key` of a staged article as text; an article of a table is of one document."""
    record = orjson.loads(article)
    key = print_key(record)
    return repr((record["document"]["sha256"], key)) if key else None


def _pairs(connection: sqlite3.Connection, query: str) -> Iterator[tuple[PlacedRecord, PlacedRecord]]:
    """Yield pairs of estimates that share an id or a claim: each later one with the first."""
    for *places, later, first in connection.execute(query):
        yield PlacedRecord(orjson.loads(later), *places[:3]), PlacedRecord(orjson.loads(first), *places[3:])


def faults_of_made_terms(vocabularies: Vocabularies, made_terms: Iterable[PlacedRecord]) -> Iterator[Faulty]:
    """Yield the terms made of rows that break a rule of the code lists, beside the terms of the vocabularies."""
    terms = {kind: [PlacedRecord(record, "", 0, 0) for record in vocabularies[kind].values()] for kind in VOCABULARIES}
    for term in made_terms:
        terms[f"{term.kind}s"].append(term)
    ids = {kind: {term.record["id"] for term in terms_of_kind} for kind, terms_of_kind in terms.items()}
    return faults_between_terms(terms, ids)


def rows_with_terms(
    connection: sqlite3.Connection, faults: Mapping[TermKey, Fault], made_terms: Mapping[TermKey, PlacedRecord]
) -> Iterator[Faulty]:
    """Yield the rows whose estimates refer to terms at fault, or to regions within these.

    The record that is yielded is the term; its place is the row.
    """
    faults = dict(faults)
    for (kind, id_), term in made_terms.items():  # parents come before what lies in them
        if (parent := (kind, term.record.get("parent") or "")) in faults:
            faults.setdefault((kind, id_), faults[parent])
    query = "SELECT file, line, record ->> '$.evidence.row', \"group\", region, indicator, source FROM estimates"
    for file, line, row, *ids in connection.execute(f"{query} ORDER BY number"):
        for kind, id_ in zip(("group", "region", "indicator", "source"), ids, strict=True):
            if fault := faults.get((kind, id_)):
                yield PlacedRecord(made_terms[kind, id_].record, file, line, row, kind), fault
