"""The terms that rows refer to: looked up in the vocabularies by their names, or made of the cells of a row."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import orjson
from marshmallow import ValidationError

from schema.names import fold, misspelt, without_marks
from schema.records import SCHEMAS
from seeds.entries import VOCABULARIES, Record, names_of
from seeds.rules.code_lists import faults_of_region
from seeds.rules.faults import Fault
from seeds.tables.schema_cache import REMEMBERED, SchemaCache
from seeds.tables.values import Cells, Columns, Notes, Value, value_of

KINDS = {kind.removesuffix("s"): SCHEMAS[kind] for kind in VOCABULARIES}
Vocabularies = dict[str, dict[str, Record]]
"""Terms by kind ("groups", …) and id."""

LONGEST_ID = 120


class TermIdentity(NamedTuple):
    """The identity of a made term: kind ("region"), id, names from the outermost region to its own, and its JSON.

    The names are folded (`schema.names.fold`).
    """

    kind: str
    id: str
    names: tuple[str, ...]
    json: bytes


class MadeTerm(NamedTuple):
    """A term made of the cells of a row."""

    identity: TermIdentity
    record: Record


class Resolved(NamedTuple):
    """A resolved reference: the id of its term, or faults; and the terms that were made for it."""

    id: str | None
    faults: tuple[Fault, ...] = ()
    made: tuple[MadeTerm, ...] = ()


Resolver = Callable[[Cells, Notes], Resolved]


def digest_of(text: bytes) -> str:
    """Return ten hexadecimal digits of a text's SHA-256."""
    return hashlib.sha256(text).hexdigest()[:10]


_APOSTROPHES = "'\u2018\u2019"
_LEFT_OUT_OF_IDS = re.compile(rf"[^\w\s.(){_APOSTROPHES}-]")
"""Characters that ids leave out. The id of a name with such a character gets a digest, so that ids stay unique."""


def unique_id(name: str, parent: str | None = None) -> str:
    """Return an ASCII id made of a name and the id of its parent: the same for the same name, another for another."""
    folded = unicodedata.normalize("NFKD", fold(name))
    unaccented = without_marks(folded)
    words = re.sub("[^a-z0-9]+", "-", re.sub(f"[{_APOSTROPHES}]", "", unaccented)).strip("-")
    id_ = "-".join(filter(None, (parent, words)))
    if words and len(id_) <= LONGEST_ID and not _LEFT_OUT_OF_IDS.search(unaccented):
        return id_
    return "-".join(filter(None, (id_[: LONGEST_ID - 11].strip("-"), digest_of(folded.encode()))))


class Terms:
    """Resolves the references of rows to terms of the vocabularies, or to terms made of cells; results are cached."""

    def __init__(self, vocabularies: Vocabularies, columns: Columns) -> None:
        self.columns = columns
        self._named: dict[str, dict[str, list[Record]]] = {}
        for kind, records in vocabularies.items():
            named = self._named[kind.removesuffix("s")] = {}
            for record in records.values():
                for name in map(fold, names_of(record)):
                    if record not in named.setdefault(name, []):
                        named[name].append(record)
        self._caches = {kind: SchemaCache(schema()) for kind, schema in KINDS.items()}

    def resolver(self, kind: str, spec: Any) -> Resolver:
        """Return the function that resolves the reference of a row; `spec` is its value in the mapping."""
        levels = [
            self._level(level) for level in (spec["path"] if isinstance(spec, dict) and "path" in spec else [spec])
        ]
        keys = [(tuple(values), may_be_made) for values, may_be_made in levels]
        values = [value for level, _ in levels for value in level.values()]
        cache: dict[tuple[str | None, ...], Resolved] = {}

        def resolve(cells: Cells, notes: Notes) -> Resolved:
            texts = tuple([value(cells, notes) for value in values])
            if (resolved := cache.get(texts)) is None:
                if len(cache) >= REMEMBERED:
                    cache.clear()
                remaining = iter(texts)
                named_levels = [({key: next(remaining) for key in level}, may_be_made) for level, may_be_made in keys]
                resolved = cache[texts] = self._walk(kind, named_levels)
            return resolved

        return resolve

    def _level(self, spec: Any) -> tuple[dict[str, Value], bool]:
        """Return the values of one level of a path by key, and whether its term may be made."""
        if isinstance(spec, dict):
            return {key: value_of(spec["make"][key], self.columns) for key in spec["make"]}, True
        return {"name": value_of(spec, self.columns)}, False

    def _walk(self, kind: str, levels: list[tuple[dict[str, str | None], bool]]) -> Resolved:
        """Resolve the last level that has a name; a level with the name of a level above it is the same region."""
        above: list[str] = []
        id_: str | None = None
        made_terms: list[MadeTerm] = []
        for values, may_be_made in levels:
            name = " ".join((values["name"] or "").split())
            if not name or fold(name) in above:
                continue
            candidates = self._named[kind].get(fold(name), [])
            if above and may_be_made:
                candidates = [record for record in candidates if record["parent"] == id_]
            if len(candidates) > 1:
                return Resolved(None, (Fault("ambiguous-name", kind, _ambiguous(name, candidates)),))
            if candidates:
                id_ = str(candidates[0]["id"])
            elif not may_be_made:
                return Resolved(None, (Fault("not-in-vocabulary", kind, self._unknown(kind, name)),))
            else:
                term = self._make(kind, {**values, "name": name}, id_, (*above, fold(name)))
                if not isinstance(term, MadeTerm):
                    return Resolved(None, term)
                made_terms.append(term)
                id_ = term.identity.id
            above.append(fold(name))
        if id_ is None:
            return Resolved(None, (Fault("missing-value", kind, f"is missing; expected what the {kind} is called"),))
        return Resolved(id_, (), tuple(made_terms))

    def _make(
        self, kind: str, values: dict[str, str | None], parent: str | None, names: tuple[str, ...]
    ) -> MadeTerm | tuple[Fault, ...]:
        """Return the term that values describe, or its faults."""
        data: dict[str, Any] = {key: value for key, value in values.items() if value is not None}
        data.setdefault("id", unique_id(data["name"], parent))
        cache = self._caches[kind]
        for key in ("iso", "organisation"):
            if key in cache.schema.fields:
                data.setdefault(key, None)
        if parent is not None:
            data["parent"] = parent
        try:
            record = cache.load(data)
        except ValidationError as error:
            faults = cache.faults(error)
        else:
            faults = list(faults_of_region(record)) if kind == "region" else []
        if faults:
            return tuple(Fault(fault.name, f"{kind}.{fault.key}", fault.what) for fault in faults)
        return MadeTerm(TermIdentity(kind, data["id"], names, orjson.dumps(record)), record)

    def _unknown(self, kind: str, name: str) -> str:
        """Return the message for a name that no term has."""
        near = misspelt(fold(name), list(self._named[kind]))
        return (
            f"{name!r} is no {kind} of the vocabulary; expected {' or '.join(near) or 'one that is'}, or add it there"
        )


def _ambiguous(name: str, records: Iterable[Record]) -> str:
    return f"{name!r} stands for {', '.join(record['id'] for record in records)}; expected a name of one"
