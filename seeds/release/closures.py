"""The code lists as rows of a release: regions within each other, what is a part of what, every name that is taken."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from schema.names import fold
from schema.terms import HEDGES, NameKind, RegionKind
from seeds.entries import Record, names_of

Row = dict[str, Any]
Positions = Mapping[str, Mapping[str, int]]
"""The position of each record: kind → id → position."""


def hedges() -> dict[str, Record]:
    """Return the hedges as records."""
    return {
        hedge.value: {
            "id": hedge.value,
            "name": rule.name,
            "definition": rule.definition,
            "bound": rule.bound,
            "firm": rule.firm,
        }
        for hedge, rule in sorted(HEDGES.items())
    }


def region_scopes(regions: Mapping[str, Record], positions: Mapping[str, int]) -> list[Row]:
    """Return which regions are meant by each region under each `region_scope`."""
    below: dict[str, set[str]] = defaultdict(set)
    for id_, region in regions.items():
        below[id_].update(region["members"])
        if region["parent"]:
            below[region["parent"]].add(id_)
    inside = {id_: _below(below, id_) for id_ in regions}
    around: dict[str, set[str]] = defaultdict(set)
    for id_, region in regions.items():
        if region["kind"] is RegionKind.COMBINED:
            for member in inside[id_]:
                around[member].add(id_)
    return [
        {"region_position": positions[id_], "scope": scope, "member_position": member}
        for id_ in sorted(regions)
        for scope, members in (
            ("exact", {id_}),
            ("overlapping", inside[id_] | around[id_]),
            ("within", inside[id_]),
        )
        for member in sorted(positions[one] for one in members)
    ]


def parts(vocabularies: Mapping[str, Mapping[str, Record]], positions: Positions, scopes: list[Row]) -> list[Row]:
    """Return what each group, indicator and region contains; of a place that was not said, nothing is known."""
    found: set[tuple[str, int, int]] = set()
    for kind in ("groups", "indicators"):
        children: dict[str, set[str]] = defaultdict(set)
        for id_, record in vocabularies[kind].items():
            for parent in record["parents"]:
                children[parent].add(id_)
        place = positions[kind]
        found |= {(kind, place[id_], place[part]) for id_ in place for part in _below(children, id_)}
    kinds = {positions["regions"][id_]: region["kind"] for id_, region in vocabularies["regions"].items()}
    known = {place for place, kind in kinds.items() if kind is not RegionKind.UNSPECIFIED}
    within = {(row["region_position"], row["member_position"]) for row in scopes if row["scope"] == "within"}
    within |= {(place, other) for place in known if kinds[place] is RegionKind.WORLDWIDE for other in known}
    found |= {("regions", whole, part) for whole, part in within if whole in known}
    return [
        {"kind": kind.removesuffix("s"), "whole_position": whole, "part_position": part}
        for kind, whole, part in sorted(found)
    ]


def names(kind: str, record: Record) -> Iterator[Row]:
    """Yield what the names of a record stand for, the surest first; an article's publisher is one that has a filter."""
    for name, why in names_of(record).items():
        yield _name(kind.removesuffix("s"), record["id"], name, why)
    if kind == "articles" and record["publisher"]:
        yield _name("publisher", record["publisher"], record["publisher"], NameKind.NAME)


def _name(kind: str, id_: str, name: str, why: NameKind) -> Row:
    return {"kind": kind, "key": fold(name), "id": id_, "why": why, "written": name}


def _below(children: Mapping[str, set[str]], id_: str) -> set[str]:
    """Return a record with its children and all theirs."""
    found, todo = {id_}, [id_]
    while todo:
        new = children.get(todo.pop(), set()) - found
        found |= new
        todo.extend(new)
    return found
