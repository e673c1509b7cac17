"""Curated records, each with its file and its place in that file."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from schema.terms import NameKind
from seeds.problems import Problem
from seeds.read import Place, YamlFile

Record = dict[str, Any]
VOCABULARIES = ("groups", "regions", "indicators", "sources")
"""The kinds of records that are code lists."""


@dataclass(frozen=True)
class Entry:
    """A record, the file that holds it, and its place in that file."""

    record: Record
    file: YamlFile
    place: Place

    def problem(self, key: str, what: str, rule: str) -> Problem:
        """Return a problem with one key of the record, by the rule's name; a nested key is dotted: `parents.0`."""
        return self.file.problem((*self.place, *_parts(key)), what, rule)

    def where(self, key: str) -> str:
        """Return the place of one key as `file:line`, without the file's folder."""
        return f"{self.file.path.name}:{self.file.line((*self.place, *_parts(key)))}"


def _parts(key: str) -> Place:
    """Return a dotted key as a place."""
    return tuple(int(part) if part.isdecimal() else part for part in key.split("."))


@dataclass
class Seeds:
    """All records of a seed folder, by kind; estimates are in the file of their article.

    `dataset` holds one entry where it is valid. `mentioned` holds the ids of each kind, also those of invalid records,
    so that a reference to an invalid record is not a second problem. `warnings` are of seeds that have no problem.
    """

    dataset: list[Entry] = field(default_factory=list)
    groups: list[Entry] = field(default_factory=list)
    regions: list[Entry] = field(default_factory=list)
    indicators: list[Entry] = field(default_factory=list)
    sources: list[Entry] = field(default_factory=list)
    articles: list[Entry] = field(default_factory=list)
    estimates: list[Entry] = field(default_factory=list)
    mentioned: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    warnings: list[Problem] = field(default_factory=list)

    def copy(self) -> "Seeds":
        """Return seeds to which records can be added without a change of these; the entries are shared."""
        copied = Seeds(mentioned=defaultdict(set, {kind: {*ids} for kind, ids in self.mentioned.items()}))
        for kind in ("dataset", *VOCABULARIES, "articles", "estimates"):
            copied.entries(kind).extend(self.entries(kind))
        return copied

    def entries(self, kind: str) -> list[Entry]:
        """Return the entries of one kind."""
        entries: list[Entry] = getattr(self, kind)
        return entries

    def records(self, kind: str) -> dict[str, Record]:
        """Return the records of one kind by their ids."""
        return {entry.record["id"]: entry.record for entry in self.entries(kind)}


def reachable(edges: Mapping[str, Set[str]], ids: Iterable[str]) -> set[str]:
    """Return ids, and all that can be reached from them by edges: from a region to those in it, or to those around."""
    reached: set[str] = set()
    queue = list(ids)
    while queue:
        id_ = queue.pop()
        if id_ not in reached:
            reached.add(id_)
            queue.extend(edges.get(id_, ()))
    return reached


def names_of(record: Record) -> dict[str, NameKind]:
    """Return the names by which a filter finds a record, each with its kind, the surest kind first."""
    named = [
        (record["id"], NameKind.ID),
        (record.get("iso"), NameKind.CODE),
        (record.get("name") or record.get("title"), NameKind.NAME),
        *((alias, NameKind.ALIAS) for alias in record.get("aliases", ())),
    ]
    names: dict[str, NameKind] = {}
    for name, kind in named:
        if name:
            names.setdefault(name, kind)
    return names
