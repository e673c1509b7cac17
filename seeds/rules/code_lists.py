"""The rules of code lists: unique ids and names, parents that exist, no circles, members of combined regions."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import TypeVar

from schema.names import fold, nearest
from schema.terms import NameKind, RegionKind
from seeds.entries import Record, names_of
from seeds.rules.agreement import fault_of_repeated_id, with_first
from seeds.rules.faults import Fault, Located

T = TypeVar("T", bound=Located)

_PARENT_KEYS = {
    "groups": ("parents",),
    "regions": ("parent", "members"),
    "indicators": ("parents",),
    "sources": ("parents",),
}
"""The keys in which a term refers to others of its kind."""
_NAME_KEYS = {NameKind.ID: "id", NameKind.CODE: "iso", NameKind.NAME: "name", NameKind.ALIAS: "aliases"}
_LISTED = 20
"""The largest number of known ids in a message."""


def faults_between_terms(terms: Mapping[str, Sequence[T]], ids: Mapping[str, Set[str]]) -> Iterator[tuple[T, Fault]]:
    """Yield each term that breaks a rule of the code lists, with its fault.

    `terms` holds the terms by kind ("groups", "regions", "indicators", "sources"); where two have the same id or name,
    the later one is at fault. `ids` holds the ids that terms may refer to, by kind.
    """
    for entries in terms.values():
        for later, first in with_first(entries, lambda record: record["id"]):
            yield later, fault_of_repeated_id(later, first)
        yield from _shared_names(entries)
    for kind, keys in _PARENT_KEYS.items():
        for entry in terms[kind]:
            for fault in faults_of_references(entry.record, dict.fromkeys(keys, kind), ids):
                yield entry, fault
        yield from _circles(terms[kind], keys)
    for entry in terms["regions"]:
        for fault in faults_of_region(entry.record):
            yield entry, fault
    yield from _unlike_parents(terms["indicators"])


def faults_of_region(region: Record) -> Iterator[Fault]:
    """Yield a fault where a combined region has no members, or another one has some."""
    if (region["kind"] is RegionKind.COMBINED) != bool(region["members"]):
        what = "stand with the kind combined, and with no other; expected both or neither"
        yield Fault("members-against-kind", "members", what)


def faults_of_references(record: Record, kinds: Mapping[str, str], ids: Mapping[str, Set[str]]) -> Iterator[Fault]:
    """Yield a fault for each reference of a record to an unknown id; `kinds` holds the kind that each key refers to."""
    for key, kind in kinds.items():
        value = record[key]
        references = (
            {f"{key}.{index}": id_ for index, id_ in enumerate(value)} if isinstance(value, list) else {key: value}
        )
        for place, id_ in references.items():
            if id_ is not None and id_ not in ids[kind]:
                what = f"{id_!r} is not in {kind}.yaml; expected {_near(id_, sorted(ids[kind]))}"
                yield Fault("not-in-vocabulary", place, what)


def _near(id_: str, known: Sequence[str]) -> str:
    return " or ".join(nearest(id_, known)) or f"one of {', '.join(known[:_LISTED])}"


def _shared_names(entries: Sequence[T]) -> Iterator[tuple[T, Fault]]:
    """Yield the terms that share a name, a code or an id with an earlier term."""
    first: dict[str, tuple[str, NameKind]] = {}
    for entry in entries:
        for name, kind in names_of(entry.record).items():
            id_, other_kind = first.setdefault(fold(name), (entry.record["id"], kind))
            if id_ != entry.record["id"]:
                rule = "code-taken" if kind is other_kind is NameKind.CODE else "same-name"
                yield (
                    entry,
                    Fault(rule, _NAME_KEYS[kind], f"{name!r} also stands for {id_!r}; expected a name of its own"),
                )


def _circles(entries: Sequence[T], keys: Sequence[str]) -> Iterator[tuple[T, Fault]]:
    """Yield the terms that lie within themselves, by their parents or as members of a combined region."""
    above: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        id_, record = entry.record["id"], entry.record
        above[id_].update(record.get("parents", ()), filter(None, [record.get("parent")]))
        for member in record.get("members", ()):
            above[member].add(id_)
    for entry in entries:
        id_ = entry.record["id"]
        if id_ in _ancestors(above, id_):
            key = next((key for key in keys if entry.record[key]), keys[0])
            yield entry, Fault("circle", key, f"leads back to {id_!r}; expected no circle")


def _ancestors(above: Mapping[str, set[str]], id_: str) -> set[str]:
    """Return the ids of the parents of a term, and of all their parents."""
    ancestors: set[str] = set()
    queue = list(above.get(id_, ()))
    while queue:
        parent = queue.pop()
        if parent not in ancestors:
            ancestors.add(parent)
            queue.extend(above.get(parent, ()))
    return ancestors


def _unlike_parents(indicators: Sequence[T]) -> Iterator[tuple[T, Fault]]:
    """Yield the indicators that cannot be a part of a parent, because their unit or kind is another."""
    by_id = {entry.record["id"]: entry.record for entry in indicators}
    for entry in indicators:
        for index, parent in enumerate(entry.record["parents"]):
            parent_record = by_id.get(parent, entry.record)
            differing = [key for key in ("unit", "kind") if parent_record[key] != entry.record[key]]
            if differing:
                what = f"{parent!r} differs in {' and '.join(differing)}; expected an indicator of the same"
                yield entry, Fault("unlike-parent", f"parents.{index}", what)
