"""The mapping of a row to its article, estimates and terms, validated, or to its faults."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson
from marshmallow import ValidationError

from schema.intervals import NUMBERS
from schema.records import ArticleSchema, EstimateSchema
from seeds.entries import Record
from seeds.rules.agreement import with_first
from seeds.rules.articles import faults_of_article
from seeds.rules.faults import Fault
from seeds.rules.repeats import fault_of_repeated_estimate, figure_key
from seeds.rules.times import faults_of_times
from seeds.rules.wording import faults_of_figure, faults_of_headline, warnings_of_wording
from seeds.staging import Row, row_of
from seeds.tables.between_rows import PlacedRecord
from seeds.tables.findings import Finding, Grade
from seeds.tables.schema_cache import REMEMBERED, SchemaCache
from seeds.tables.tabular import Batch, Document
from seeds.tables.terms import KINDS, MadeTerm, TermIdentity, Terms, Vocabularies, digest_of, unique_id
from seeds.tables.values import Cells, Columns, Notes, Value, columns_in, condition_of, value_of

_NOT_TEXT = re.compile("[\0\ud800-\udfff]")
_TITLE_IN_ID = 60
_PLACEHOLDER = "refused"

ArticleKey = tuple[str, str]
"""The id of an article, and a digest of its values, which differs where another article has the same id."""

RowPlace = tuple[int, int]
"""The number of a row, and its line."""


@dataclass
class MappedBatch:
    """The records and findings of some rows.

    `estimates` are rows of the staging, each with the number of the row that it was made of. `articles` and `terms`
    hold the records made of the rows, each with all rows that refer to it. An article's record is None where an earlier
    batch of this process held it.
    """

    estimates: list[tuple[int, Row]] = field(default_factory=list)
    articles: dict[ArticleKey, tuple[Record | None, list[RowPlace]]] = field(default_factory=dict)
    terms: dict[TermIdentity, tuple[Record, list[RowPlace]]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


class RowMapper:
    """Maps rows to records by a valid mapping; each process has one.

    `columns` are the columns that the mapping names, in the order of the cells of a row.
    """

    def __init__(self, mapping: dict[str, Any], vocabularies: Vocabularies) -> None:
        columns = Columns(mapping["columns"])
        terms = Terms(vocabularies, columns)
        units = {id_: record["unit"] for id_, record in vocabularies["indicators"].items()}
        self._checks = [
            (condition_of(known["when"], columns), known["name"], known["refuse"], value_of(known["what"], columns))
            for known in mapping["findings"]
        ]
        self._article = _ArticleMapper(mapping["article"], columns, (mapping["dataset"] or {}).get("licence"))
        cache = SchemaCache(EstimateSchema(exclude=["evidence"]))
        self._estimates = [_EstimateMapper(values, columns, terms, cache, units) for values in mapping["estimates"]]
        self._handed_over: set[ArticleKey] = set()
        self.columns = columns.names

    def map(self, batch: Batch) -> MappedBatch:
        """Return the records and the findings of a batch's rows, in their order."""
        mapped = MappedBatch(findings=list(batch.findings))
        for number, line, cells in batch.rows:
            graded = self._map_row(batch.document, (number, line), cells, mapped)
            for grade, fault in dict.fromkeys(graded):
                place = (batch.document.path, line, number)
                mapped.findings.append(Finding(fault.name, grade, *place, fault.key, fault.what))
        mapped.findings.sort(key=lambda finding: finding.row or float("inf"))
        return mapped

    def _map_row(
        self, document: Document, place: RowPlace, cells: Cells, mapped: MappedBatch
    ) -> list[tuple[Grade, Fault]]:
        """Add the records of a row that has no errors to `mapped`; return its warnings and errors."""
        if fault := self._fault_of_bytes(cells):
            return [(Grade.ERROR, fault)]
        notes: Notes = []
        faults: list[Fault] = []
        for holds, name, refused, what in self._checks:
            if holds(cells):
                (faults if refused else notes).append(Fault(name, "", what(cells, notes) or name))
        article, digest, article_faults = self._article.map(document, cells, notes)
        faults += article_faults
        estimates: list[Record] = []
        made_terms: list[MadeTerm] = []
        for mapper in self._estimates:
            if mapper.holds(cells):
                estimate, terms, estimate_faults = mapper.map(place[0], article, cells, notes)
                if not (faults or estimate_faults):
                    estimate_faults = faults_of_times(estimate, article["published"]["edtf"])
                faults += estimate_faults
                estimates.append(estimate)
                made_terms += terms
        if not estimates and not faults:
            notes.append(Fault("no-estimate", "", "makes no estimate by this mapping; expected one at the least"))
        if len(estimates) > 1 and not faults:
            faults += self._faults_of_repeats(estimates, document, place)
        if estimates and not faults:
            mapped.estimates += [
                (place[0], row_of(article["id"], estimate, document.path, place[1])) for estimate in estimates
            ]
            self._add_references(mapped, place, article, digest, made_terms)
        return [(Grade.WARNING, fault) for fault in notes] + [(Grade.ERROR, fault) for fault in faults]

    def _faults_of_repeats(self, estimates: list[Record], document: Document, place: RowPlace) -> list[Fault]:
        """Return the faults of a row that makes one estimate twice; most rows count another thing in each."""
        if len({estimate["indicator"] for estimate in estimates}) == len(estimates):
            return []
        placed = [PlacedRecord(estimate, document.path, place[1], place[0]) for estimate in estimates]
        return [fault_of_repeated_estimate(first) for _, first in with_first(placed, figure_key)]

    def _add_references(
        self, mapped: MappedBatch, place: RowPlace, article: Record, digest: str, made_terms: Iterable[MadeTerm]
    ) -> None:
        """Add a row to the rows that refer to its article, and to the terms that were made of it."""
        for identity, record in dict(made_terms).items():
            if identity not in mapped.terms:
                mapped.terms[identity] = (record, [])
            mapped.terms[identity][1].append(place)
        key = (article["id"], digest)
        if key not in mapped.articles:
            mapped.articles[key] = (None if key in self._handed_over else article, [])
            self._handed_over.add(key)
        mapped.articles[key][1].append(place)

    def _fault_of_bytes(self, cells: Cells) -> Fault | None:
        """Return a fault where a cell holds a NUL byte, or bytes that are not UTF-8."""
        text = "".join(cells)
        if text.isascii() and "\0" not in text:
            return None
        index = next((number for number, cell in enumerate(cells) if _NOT_TEXT.search(cell)), None)
        if index is None:
            return None
        name, what = ("nul-byte", "a NUL byte") if "\0" in cells[index] else ("not-utf-8", "bytes that are not UTF-8")
        return Fault(name, self.columns[index], f"holds {what}; expected text in UTF-8")


class _ValueMap:
    """The values of a mapping by key, nested ones too, as functions of a row's cells."""

    def __init__(self, values: dict[str, Any], columns: Columns) -> None:
        self._constants: dict[str, Any] = {}
        self._values: list[tuple[str, Value]] = []
        self._nested: list[tuple[str, _ValueMap]] = []
        for key, value in values.items():
            if isinstance(value, dict):
                self._nested.append((key, _ValueMap(value, columns)))
            elif value is None or (isinstance(value, str) and not columns_in(value)):
                self._constants[key] = value
            else:
                self._values.append((key, value_of(value, columns)))

    def data(self, cells: Cells, notes: Notes) -> dict[str, Any]:
        """Return the values of a row by key."""
        data = self._constants.copy()
        for key, value in self._values:
            data[key] = value(cells, notes)
        for key, values in self._nested:
            data[key] = values.data(cells, notes)
        return data


class _ArticleMapper:
    """Makes the article of a row; rows with the same values share one article.

    `licence` is that of the mapping's dataset, for articles without one: these rows may be loaded with other seeds.
    """

    def __init__(self, values: dict[str, Any], columns: Columns, licence: str | None) -> None:
        self._values, self._licence = _ValueMap(values, columns), licence
        self._cache = SchemaCache(ArticleSchema())
        self._known: dict[bytes, tuple[Record, str, list[Fault]]] = {}

    def map(self, document: Document, cells: Cells, notes: Notes) -> tuple[Record, str, list[Fault]]:
        """Return the article, the digest of its values, and its faults."""
        data = self._values.data(cells, notes)
        if licence := data.pop("licence") or self._licence:
            data["licence"] = licence
        data["document"] = {"name": document.name, "sha256": document.sha256}
        key = orjson.dumps(data)
        if (known := self._known.get(key)) is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            known = self._known[key] = self._load(data, digest_of(key))
        return known

    def _load(self, data: dict[str, Any], digest: str) -> tuple[Record, str, list[Fault]]:
        if data.get("id") is None:
            name = f"{data['published']['edtf']} {data['publisher'] or ''} {data['title'] or ''}"
            words = unique_id(name[:_TITLE_IN_ID])
            data["id"] = f"{words}-{digest}"
        try:
            record = self._cache.load(data)
        except ValidationError as error:
            record, faults = data, self._cache.faults(error)
        else:
            faults = list(faults_of_article(record))
        return record, digest, [fault._replace(key=f"article.{fault.key}") for fault in faults]


class _EstimateMapper:
    """Makes one of the estimates of a row; `holds` tests whether the row has it."""

    def __init__(
        self, values: dict[str, Any], columns: Columns, terms: Terms, cache: SchemaCache, units: dict[str, Any]
    ) -> None:
        self.holds = condition_of(values["when"], columns)
        self._resolvers = [(kind, terms.resolver(kind, values[kind])) for kind in KINDS]
        self._values = _ValueMap({key: values[key] for key in values if key not in ("when", *KINDS)}, columns)
        self._worded = "wording" in values
        numbers = dict.fromkeys(name for key in NUMBERS for name in columns_in(values.get(key)))
        self._numbers = [columns.at(name) for name in numbers]
        self._units = units
        self._cache = cache
        self._figures: dict[tuple[Any, ...], list[Fault]] = {}

    def map(self, row: int, article: Record, cells: Cells, notes: Notes) -> tuple[Record, list[MadeTerm], list[Fault]]:
        """Return the estimate, the terms that were made for it, and its faults."""
        data = self._values.data(cells, notes)
        faults: list[Fault] = []
        made_terms: list[MadeTerm] = []
        for kind, resolve in self._resolvers:
            term = resolve(cells, notes)
            data[kind] = term.id or _PLACEHOLDER
            faults += term.faults
            made_terms += term.made
        data["claim"] = data.get("claim") or data["id"]
        if not self._worded:
            data["wording"] = ",".join([cell for place in self._numbers if (cell := cells[place])])
        try:
            record = self._cache.load(data)
        except ValidationError as error:
            return data, made_terms, faults + self._cache.faults(error)
        record["evidence"] = {"start": None, "end": None, "row": row}
        language = str(article["language"])
        faults += [*self._faults_of_figure(record, language), *faults_of_headline(record, article["title"], language)]
        notes += warnings_of_wording(record, language) if self._worded else ()
        return record, made_terms, faults

    def _faults_of_figure(self, record: Record, language: str) -> list[Fault]:
        """Return the faults of a figure; the result for the same numbers, hedge, wording and language is cached."""
        unit = self._units.get(record["indicator"])
        words = (record["wording"], language) if self._worded else None
        key = (record["hedge"], record["low"], record["best"], record["high"], unit, words)
        if (faults := self._figures.get(key)) is None:
            if len(self._figures) >= REMEMBERED:
                self._figures.clear()
            faults = self._figures[key] = list(faults_of_figure(record, unit, language, worded=self._worded))
        return faults
