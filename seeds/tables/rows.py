"""A row of a table → its article and its estimates, checked, or what is wrong with it."""

import re
from dataclasses import dataclass, field
from typing import Any

import orjson
from marshmallow import ValidationError

from schema.fields import shown
from schema.intervals import NUMBERS
from schema.records import ArticleSchema, EstimateSchema
from schema.terms import Locus, PublishedBasis
from seeds.entries import Record
from seeds.rules.faults import Fault
from seeds.rules.wording import faults_of_figure
from seeds.staging import Row, row_of
from seeds.tables.findings import Finding, Grade
from seeds.tables.schema_cache import REMEMBERED, Memo
from seeds.tables.tabular import Batch, Document
from seeds.tables.terms import KINDS, Term, Terms, Vocabularies, digest_of, slug
from seeds.tables.values import Cells, Columns, Notes, Value, columns_in, condition_of, value_of

_NOT_TEXT = re.compile("[\0\ud800-\udfff]")
_TITLE_IN_ID = 60
_PLACEHOLDER = "refused"

Key = tuple[str, str, str]
"""Kind, id and what tells an article or a term from another of the same id."""

Where = tuple[int, int]
"""A row's number and its line."""


@dataclass
class Filled:
    """What came of some rows."""

    estimates: list[tuple[int, Row]] = field(default_factory=list)
    """Each with the number of the row that it is of."""
    made: dict[Key, tuple[Record | None, list[Where]]] = field(default_factory=dict)
    """Articles and terms that were made of the data, each with the rows that refer to it; without its record where
    the same process handed it over before."""
    findings: list[Finding] = field(default_factory=list)


class Filler:
    """Fills records from rows by one mapping; there is one in each process."""

    def __init__(self, mapping: dict[str, Any], vocabularies: Vocabularies) -> None:
        """Take a mapping that passed its checks, and the terms that there are."""
        columns = Columns(mapping["columns"])
        terms = Terms(vocabularies, columns)
        units = {id_: record["unit"] for id_, record in vocabularies["indicators"].items()}
        self._checks = [
            (condition_of(one["when"], columns), one["name"], one["refuse"], value_of(one["what"], columns))
            for one in mapping["findings"]
        ]
        self._article = _Article(mapping["article"], columns)
        memo = Memo(EstimateSchema(exclude=["evidence"]))
        self._templates = [_Template(one, columns, terms, memo, units) for one in mapping["estimates"]]
        self._handed_over: set[Key] = set()
        self.columns = columns.names
        """The columns that the mapping names, in the order in which rows have to have their cells."""

    def fill(self, batch: Batch) -> Filled:
        """Return what a batch's rows hold, and what is wrong with them, in their order."""
        filled = Filled(findings=list(batch.findings))
        for number, line, cells in batch.rows:
            faults: list[tuple[Grade, Fault]] = []
            self._fill_row(batch.document, (number, line), cells, faults, filled)
            for grade, fault in dict.fromkeys(faults):
                where = (batch.document.path, line, number)
                filled.findings.append(Finding(fault.name, grade, *where, fault.key, fault.what))
        filled.findings.sort(key=lambda finding: finding.row or float("inf"))
        return filled

    def _fill_row(
        self, document: Document, where: Where, cells: Cells, found: list[tuple[Grade, Fault]], filled: Filled
    ) -> None:
        if fault := self._not_text(cells):
            found.append((Grade.REFUSED, fault))
            return
        notes: Notes = []
        faults: list[Fault] = []
        for holds, name, refused, what in self._checks:
            if holds(cells):
                (faults if refused else notes).append(Fault(name, "", what(cells, notes) or name))
        article, digest, wrong = self._article.fill(document, cells, notes)
        faults += wrong
        estimates, made = [], []
        for template in self._templates:
            if template.holds(cells):
                estimate, terms, wrong = template.fill(where[0], article, cells, notes)
                faults += wrong
                estimates.append(estimate)
                made += terms
        if not estimates and not faults:
            notes.append(Fault("no-estimate", "", "makes no estimate by this mapping; expected one at the least"))
        found += [(Grade.NOTED, fault) for fault in notes] + [(Grade.REFUSED, fault) for fault in faults]
        if faults or not estimates:
            return
        place = f"{document.path}:{where[1]}"
        filled.estimates += [(where[0], row_of(article["id"], estimate, place)) for estimate in estimates]
        records = {term.key: term.record for term in made} | {("articles", article["id"], digest): article}
        for key, record in records.items():
            if (known := filled.made.get(key)) is None:
                known = filled.made[key] = (None if key in self._handed_over else record, [])
                self._handed_over.add(key)
            known[1].append(where)

    def _not_text(self, cells: Cells) -> Fault | None:
        """Return what is wrong with cells that hold bytes which are no text."""
        text = "".join(cells)
        if text.isascii() and "\0" not in text:
            return None
        place = next((at for at, cell in enumerate(cells) if _NOT_TEXT.search(cell)), None)
        if place is None:
            return None
        name, what = ("nul-byte", "a NUL byte") if "\0" in cells[place] else ("not-utf-8", "bytes that are not UTF-8")
        return Fault(name, self.columns[place], f"holds {what}; expected text in UTF-8")


class _Values:
    """A mapping's values by key, nested ones too, as functions of a row."""

    def __init__(self, values: dict[str, Any], columns: Columns) -> None:
        self._constants: dict[str, Any] = {}
        self._plain: list[tuple[str, Value]] = []
        self._nested: list[tuple[str, _Values]] = []
        for key, value in values.items():
            if isinstance(value, dict):
                self._nested.append((key, _Values(value, columns)))
            elif value is None or (isinstance(value, str) and not columns_in(value)):
                self._constants[key] = value
            else:
                self._plain.append((key, value_of(value, columns)))

    def of(self, cells: Cells, notes: Notes) -> dict[str, Any]:
        data = self._constants.copy()
        for key, value in self._plain:
            data[key] = value(cells, notes)
        for key, values in self._nested:
            data[key] = values.of(cells, notes)
        return data


class _Article:
    """The article of a row; rows with the same values share it."""

    def __init__(self, values: dict[str, Any], columns: Columns) -> None:
        self._values = _Values(values, columns)
        self._memo = Memo(ArticleSchema())
        self._known: dict[bytes, tuple[Record, str, list[Fault]]] = {}

    def fill(self, document: Document, cells: Cells, notes: Notes) -> tuple[Record, str, list[Fault]]:
        """Return the article, what tells it from another of the same id, and what is wrong with it."""
        data = self._values.of(cells, notes)
        data["document"] = {"name": document.name, "sha256": document.sha256}
        key = orjson.dumps(data)
        if (known := self._known.get(key)) is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            known = self._known[key] = self._fill(data, digest_of(key))
        return known

    def _fill(self, data: dict[str, Any], digest: str) -> tuple[Record, str, list[Fault]]:
        if data.get("id") is None:
            named = slug(f"{data['published']['edtf']} {data['publisher'] or ''} {data['title'] or ''}"[:_TITLE_IN_ID])
            data["id"] = f"{named}-{digest}"
        try:
            record = self._memo.load(data)
        except ValidationError as error:
            return data, digest, [fault._replace(key=f"article.{fault.key}") for fault in self._memo.faults(error)]
        if record["published"]["basis"] is PublishedBasis.INFERRED and not record["published"]["note"]:
            what = "is missing; expected the reasoning behind an inferred date"
            return data, digest, [Fault("missing-value", "article.published.note", what)]
        return record, digest, []


class _Template:
    """One of the estimates that a row may make."""

    def __init__(
        self, values: dict[str, Any], columns: Columns, terms: Terms, memo: Memo, units: dict[str, Any]
    ) -> None:
        self.holds = condition_of(values["when"], columns)
        self._references = [(kind, terms.reference(kind, values[kind])) for kind in KINDS]
        self._values = _Values({key: values[key] for key in values if key not in ("when", *KINDS)}, columns)
        self._worded = "wording" in values
        numbers = dict.fromkeys(name for key in NUMBERS for name in columns_in(values.get(key)))
        self._numbers = [columns.at(name) for name in numbers]
        self._units = units
        self._memo = memo
        self._figures: dict[tuple[Any, ...], list[Fault]] = {}

    def fill(self, row: int, article: Record, cells: Cells, notes: Notes) -> tuple[Record, list[Term], list[Fault]]:
        """Return the estimate, the terms that were made for it, and what is wrong with it."""
        data = self._values.of(cells, notes)
        faults: list[Fault] = []
        made: list[Term] = []
        for kind, refer in self._references:
            found = refer(cells, notes)
            data[kind] = found.id or _PLACEHOLDER
            faults += found.faults
            made += found.made
        data["claim"] = data.get("claim") or data["id"]
        if not self._worded:
            data["wording"] = ",".join([cell for place in self._numbers if (cell := cells[place])])
        try:
            record = self._memo.load(data)
        except ValidationError as error:
            return data, made, faults + self._memo.faults(error)
        record["evidence"] = {"start": None, "end": None, "row": row}
        return record, made, faults + self._faults_of(record, article)

    def _faults_of(self, record: Record, article: Record) -> list[Fault]:
        unit = self._units.get(record["indicator"])
        key = (record["hedge"], record["low"], record["best"], record["high"], unit, self._worded and record["wording"])
        if (faults := self._figures.get(key)) is None:
            if len(self._figures) >= REMEMBERED:
                self._figures.clear()
            faults = self._figures[key] = list(faults_of_figure(record, unit, worded=self._worded))
        if record["locus"] is Locus.HEADLINE and record["wording"] not in (article["title"] or ""):
            what = f"the wording is not in the headline {shown(article['title'])}; expected words of it, or body"
            return [*faults, Fault("not-in-headline", "locus", what)]
        return faults
