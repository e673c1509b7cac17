"""Records with the places that they were read from."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from schema.terms import NameKind
from seeds.problems import Problem
from seeds.read import Place, Source

Record = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """A record with the place that it was read from."""

    record: Record
    source: Source
    place: Place

    def problem(self, key: str, what: str) -> Problem:
        """Return a problem with one key of the record."""
        return self.source.problem((*self.place, *key.split(".")), what)


@dataclass
class Seeds:
    """All records of a seed folder, by kind, with their places; estimates carry their article."""

    dataset: list[Entry] = field(default_factory=list)
    """One, once it is checked."""
    groups: list[Entry] = field(default_factory=list)
    regions: list[Entry] = field(default_factory=list)
    indicators: list[Entry] = field(default_factory=list)
    sources: list[Entry] = field(default_factory=list)
    articles: list[Entry] = field(default_factory=list)
    estimates: list[Entry] = field(default_factory=list)
    mentioned: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The ids of each kind, those of refused records too, so that a reference to one is no second problem."""

    def records(self, kind: str) -> dict[str, Record]:
        """Return the records of one kind by their ids."""
        return {entry.record["id"]: entry.record for entry in getattr(self, kind)}


def names_of(record: Record) -> dict[str, NameKind]:
    """Return every name that stands for a record as a filter, with what it is; the surest first."""
    named = [
        (record["id"], NameKind.ID),
        (record.get("iso"), NameKind.CODE),
        (record.get("name") or record.get("title"), NameKind.NAME),
        *((alias, NameKind.ALIAS) for alias in record.get("aliases", ())),
    ]
    found: dict[str, NameKind] = {}
    for name, kind in named:
        if name:
            found.setdefault(name, kind)
    return found
