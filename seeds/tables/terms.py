"""Terms that a row refers to: found in the vocabulary by any of their names, or made of the row's cells."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from marshmallow import ValidationError
from rapidfuzz import process

from schema.names import fold
from schema.vocabulary import GroupSchema, IndicatorSchema, RegionSchema, SourceSchema
from seeds.entries import Record, names_of
from seeds.rules.faults import Fault
from seeds.tables.schema_cache import REMEMBERED, Memo
from seeds.tables.values import Cells, Columns, Notes, Value, value_of

KINDS = {"group": GroupSchema, "region": RegionSchema, "indicator": IndicatorSchema, "source": SourceSchema}
Vocabularies = dict[str, dict[str, Record]]
"""Terms by kind ("groups", …) and id."""

LONGEST_ID = 120


@dataclass(frozen=True, eq=False)
class Term:
    """A term that was made: its kind ("groups", …), id and what tells it from another of the same id; its record."""

    key: tuple[str, str, str]
    record: Record


class Found(NamedTuple):
    """What a reference came to: an id, or what is wrong; and the terms that were made for it."""

    id: str | None
    faults: tuple[Fault, ...] = ()
    made: tuple[Term, ...] = ()


Reference = Callable[[Cells, Notes], Found]


def digest_of(text: bytes) -> str:
    """Return ten characters that stand for a text."""
    return hashlib.sha256(text).hexdigest()[:10]


_APOSTROPHES = "'\u2018\u2019"
_ODD = re.compile(rf"[^\w\s.(){_APOSTROPHES}-]")
"""What a name may not have whose id shows all of it but accents; with more, a digest keeps the id its own."""


def slug(name: str, parent: str | None = None) -> str:
    """Return an id (ASCII) that is made of a name and the id of what it lies in; the same for the same name."""
    folded = unicodedata.normalize("NFKD", fold(name))
    bare = "".join(char for char in folded if not unicodedata.combining(char))
    words = re.sub("[^a-z0-9]+", "-", re.sub(f"[{_APOSTROPHES}]", "", bare)).strip("-")
    id_ = "-".join(filter(None, (parent, words)))
    if words and len(id_) <= LONGEST_ID and not _ODD.search(bare):
        return id_
    return "-".join(filter(None, (id_[: LONGEST_ID - 11].strip("-"), digest_of(folded.encode()))))


class Terms:
    """Finds and makes terms; what was found once is remembered."""

    def __init__(self, vocabularies: Vocabularies, columns: Columns) -> None:
        """Take the terms that there are, and the columns of the rows."""
        self.columns = columns
        self._named: dict[str, dict[str, list[Record]]] = {}
        self._listed = vocabularies
        for kind, records in vocabularies.items():
            named = self._named[kind.removesuffix("s")] = {}
            for record in records.values():
                for name in map(fold, names_of(record)):
                    if record not in named.setdefault(name, []):
                        named[name].append(record)
        self._memos = {kind: Memo(schema()) for kind, schema in KINDS.items()}

    def reference(self, kind: str, spec: Any) -> Reference:
        """Return the function that says which term of a kind a row refers to."""
        if isinstance(spec, dict) and "path" in spec:
            levels = [self._level(kind, level) for level in spec["path"]]
        else:
            levels = [self._level(kind, spec)]
        keys = [(tuple(values), may_be_made) for values, may_be_made in levels]
        values = [value for of_level, _ in levels for value in of_level.values()]
        known: dict[tuple[str | None, ...], Found] = {}

        def found(cells: Cells, notes: Notes) -> Found:
            written = tuple([value(cells, notes) for value in values])
            if (term := known.get(written)) is None:
                if len(known) >= REMEMBERED:
                    known.clear()
                texts = iter(written)
                named = [({key: next(texts) for key in level}, may_be_made) for level, may_be_made in keys]
                term = known[written] = self._walk(kind, named)
            return term

        return found

    def _level(self, kind: str, spec: Any) -> tuple[dict[str, Value], bool]:
        """Return the values of one level, and whether it may be made."""
        if isinstance(spec, dict):
            return {key: value_of(spec["make"][key], self.columns) for key in spec["make"]}, True
        return {"name": value_of(spec, self.columns)}, False

    def _walk(self, kind: str, levels: list[tuple[dict[str, str | None], bool]]) -> Found:
        """Return the last of some levels that has a name; one that is named like a level above is the same place."""
        above: list[str] = []
        id_: str | None = None
        made: list[Term] = []
        for values, may_be_made in levels:
            name = " ".join((values["name"] or "").split())
            if not name or fold(name) in above:
                continue
            listed = self._named[kind].get(fold(name), [])
            if above and may_be_made:
                listed = [record for record in listed if record["parent"] == id_]
            if len(listed) > 1:
                return Found(None, (Fault("ambiguous-name", kind, _ambiguous(name, listed)),))
            if listed:
                id_ = str(listed[0]["id"])
            elif not may_be_made:
                return Found(None, (Fault("not-in-vocabulary", kind, self._unknown(kind, name)),))
            else:
                found = self._make(kind, {**values, "name": name}, id_, [*above, fold(name)])
                if not isinstance(found, Term):
                    return Found(None, found)
                made.append(found)
                id_ = found.key[1]
            above.append(fold(name))
        if id_ is None:
            return Found(None, (Fault("missing-value", kind, f"is missing; expected what the {kind} is called"),))
        return Found(id_, (), tuple(made))

    def _make(
        self, kind: str, values: dict[str, str | None], parent: str | None, path: list[str]
    ) -> Term | tuple[Fault, ...]:
        name = values["name"] or ""
        data: dict[str, Any] = {key: value for key, value in values.items() if value is not None}
        data.setdefault("id", slug(name, parent))
        for key in ("iso", "organisation"):
            if key in KINDS[kind]._declared_fields:
                data.setdefault(key, None)
        if parent is not None:
            data["parent"] = parent
        memo = self._memos[kind]
        try:
            record = memo.load(data)
        except ValidationError as error:
            faults = memo.faults(error)
            return tuple(Fault(fault.name, f"{kind}.{fault.key}", fault.what) for fault in faults)
        return Term((f"{kind}s", data["id"], "\0".join(path)), record)

    def _unknown(self, kind: str, name: str) -> str:
        near = [match for match, _, _ in process.extract(fold(name), list(self._named[kind]), limit=3, score_cutoff=60)]
        return f"{name!r} is no {kind} of the vocabulary; expected {' or '.join(near) or 'one that is'}"


def _ambiguous(name: str, records: Iterable[Record]) -> str:
    return f"{name!r} stands for {', '.join(record['id'] for record in records)}; expected a name of one"
