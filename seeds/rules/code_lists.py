"""The rules of code lists: unique ids, names and codes, parents that exist, no circles, members of combined regions."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import TypeVar

from schema.names import fold, misspelt
from schema.terms import NameKind, RegionKind
from seeds.entries import Record, names_of, reachable
from seeds.rules.agreement import fault_of_repeated_id, with_first
from seeds.rules.faults import Fault, Located
from seeds.rules.look_alikes import skeleton
from seeds.rules.registries import fault_of_currency, faults_of_code, faults_of_country

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
    yield from _faults_of_regions(terms["regions"])
    yield from _unlike_parents(terms["indicators"])
    for entry in terms["indicators"]:
        if unknown := fault_of_currency(entry.record):
            yield entry, unknown


def faults_of_region(region: Record) -> Iterator[Fault]:
    """Yield a fault where a combined region has no members, or another one has some."""
    if (region["kind"] is RegionKind.COMBINED) != bool(region["members"]):
        what = "stand with the kind combined, and with no other; expected both or neither"
        yield Fault("members-against-kind", "members", what)


def _faults_of_regions(regions: Sequence[T]) -> Iterator[tuple[T, Fault]]:
    """Yield the regions whose members or codes do not fit their kind, their names, or the regions above them."""
    faults_of_codes = {entry.record["id"]: list(faults_of_code(entry.record)) for entry in regions}
    with_right_code = {entry.record["id"]: entry.record for entry in regions if not faults_of_codes[entry.record["id"]]}
    parents = {entry.record["id"]: {entry.record["parent"]} - {None} for entry in regions}
    above = directly_above(regions)
    for entry in regions:
        region = entry.record
        faults = [*faults_of_region(region), *_faults_of_members(region, above), *faults_of_codes[region["id"]]]
        if region["id"] in with_right_code:
            ancestors = _ancestors(parents, region["id"]) & with_right_code.keys()
            faults += faults_of_country(region, [with_right_code[id_] for id_ in ancestors])
        for fault in faults:
            yield entry, fault


def _faults_of_members(region: Record, above: Mapping[str, set[str]]) -> Iterator[Fault]:
    """Yield a fault for each member of a combined region that is another member, or that lies in one."""
    for index, member in enumerate(region["members"]):
        if member in region["members"][:index]:
            what = f"{member!r} stands twice; expected each member once"
            yield Fault("member-twice", f"members.{index}", what)
        elif within := sorted(_ancestors(above, member) & set(region["members"])):
            what = f"{member!r} lies in the member {within[0]!r}; expected members that are apart"
            yield Fault("member-in-member", f"members.{index}", what)


def faults_of_references(record: Record, kinds: Mapping[str, str], ids: Mapping[str, Set[str]]) -> Iterator[Fault]:
    """Yield a fault for each reference of a record to an unknown id; `kinds` holds the kind that each key refers to."""
    for key, kind in kinds.items():
        value = record[key]
        references = (
            {f"{key}.{index}": id_ for index, id_ in enumerate(value)} if isinstance(value, list) else {key: value}
        )
        for place, id_ in references.items():
            if id_ is not None and id_ not in ids[kind]:
                what = f"{id_!r} is not in {kind}.yaml; expected {_near(id_, sorted(ids[kind]))}, or add it there"
                yield Fault("not-in-vocabulary", place, what)


def _near(id_: str, known: Sequence[str]) -> str:
    return " or ".join(misspelt(id_, known)) or f"one of {', '.join(known[:_LISTED])}"


def _shared_names(entries: Sequence[T]) -> Iterator[tuple[T, Fault]]:
    """Yield the terms with a name, a code or an id that an earlier term has, or that looks like one of its names."""
    first: dict[str, tuple[str, NameKind]] = {}
    first_alike: dict[str, tuple[str, str]] = {}
    for entry in entries:
        own_id = entry.record["id"]
        for name, kind in names_of(entry.record).items():
            id_, other_kind = first.setdefault(fold(name), (own_id, kind))
            alike_id, alike_name = first_alike.setdefault(skeleton(name), (own_id, name))
            if id_ != own_id:
                rule = "code-taken" if kind is other_kind is NameKind.CODE else "same-name"
                what = f"{name!r} also stands for {id_!r}; expected a name of its own"
                yield entry, Fault(rule, _NAME_KEYS[kind], what)
            elif alike_id != own_id:
                what = f"{name!r} looks like {alike_name!r}, which stands for {alike_id!r}; expected a name of its own"
                yield entry, Fault("look-alike-name", _NAME_KEYS[kind], what)


def _circles(entries: Sequence[T], keys: Sequence[str]) -> Iterator[tuple[T, Fault]]:
    """Yield the terms that lie within themselves, by their parents or as members of a combined region."""
    above = directly_above(entries)
    for entry in entries:
        id_ = entry.record["id"]
        if id_ in _ancestors(above, id_):
            key = next((key for key in keys if entry.record[key]), keys[0])
            yield entry, Fault("circle", key, f"leads back to {id_!r}; expected no circle")


def directly_above(entries: Sequence[Located]) -> dict[str, set[str]]:
    """Return the ids of the parents of each term, and of the combined regions of which it is a member."""
    above: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        id_, record = entry.record["id"], entry.record
        above[id_].update(record.get("parents", ()), filter(None, [record.get("parent")]))
        for member in record.get("members", ()):
            above[member].add(id_)
    return above


def _ancestors(above: Mapping[str, set[str]], id_: str) -> set[str]:
    """Return the ids of the parents of a term, and of all their parents; its own only where they lead back to it."""
    return reachable(above, above.get(id_, ()))


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
