"""The rows of the tables `closures` (which term contains which) and `names` (every name that a filter accepts)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from schema.names import fold
from schema.tables import PART
from schema.terms import HEDGES, NameKind, RegionKind
from seeds.entries import Record, names_of, reachable
from seeds.release.country_names import NameRow

Row = tuple[str, str, int, int]
"""A row of `closures`: kind, relation, and the positions of whole and part."""
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


def closures(vocabularies: Mapping[str, Mapping[str, Record]], positions: Positions) -> list[Row]:
    """Return the rows of the table `closures`, in the order of its key."""
    scopes = _region_scopes(vocabularies["regions"], positions["regions"])
    within = {(whole, part) for scope, whole, part in scopes if scope == "within"}
    rows = {("region", *scope) for scope in scopes} | _parts(vocabularies, positions, within)
    return sorted(rows)


def _region_scopes(regions: Mapping[str, Record], positions: Mapping[str, int]) -> set[tuple[str, int, int]]:
    """Return the regions that a filter means, for each `region_scope` and region: scope, region, meant region."""
    below: dict[str, set[str]] = defaultdict(set)
    for id_, region in regions.items():
        below[id_].update(region["members"])
        if region["parent"]:
            below[region["parent"]].add(id_)
    inside = {id_: reachable(below, [id_]) for id_ in regions}
    around: dict[str, set[str]] = defaultdict(set)
    for id_, region in regions.items():
        if region["kind"] is RegionKind.COMBINED:
            for member in inside[id_]:
                around[member].add(id_)
    return {
        (scope, positions[id_], positions[member])
        for id_ in regions
        for scope, members in (
            ("exact", {id_}),
            ("overlapping", inside[id_] | around[id_]),
            ("within", inside[id_]),
        )
        for member in members
    }


def _parts(
    vocabularies: Mapping[str, Mapping[str, Record]], positions: Positions, within: set[tuple[int, int]]
) -> set[Row]:
    """Return the rows of the relation PART; a region of the kind `unspecified` contains nothing."""
    parts: set[Row] = set()
    for kind in ("group", "indicator"):
        records, position_of = vocabularies[f"{kind}s"], positions[f"{kind}s"]
        children: dict[str, set[str]] = defaultdict(set)
        for id_, record in records.items():
            for parent in record["parents"]:
                children[parent].add(id_)
        parts |= {
            (kind, PART, position_of[id_], position_of[part]) for id_ in records for part in reachable(children, [id_])
        }
    kinds = {positions["regions"][id_]: region["kind"] for id_, region in vocabularies["regions"].items()}
    known = {position for position, kind in kinds.items() if kind is not RegionKind.UNSPECIFIED}
    worldwide = {(whole, part) for whole in known if kinds[whole] is RegionKind.WORLDWIDE for part in known}
    return parts | {("region", PART, whole, part) for whole, part in within | worldwide if whole in known}


def names(kind: str, record: Record) -> Iterator[NameRow]:
    """Yield the rows of the table `names` for a record, the surest name first.

    An article's publisher and agency, and an indicator's unit, have a row each, too.
    """
    for name, why in names_of(record).items():
        yield _name(kind.removesuffix("s"), record["id"], name, why)
    for key in ("publisher", "agency", "unit"):
        if record.get(key):
            yield _name(key, record[key], record[key], NameKind.NAME)


def _name(kind: str, id_: str, name: str, why: NameKind) -> NameRow:
    return kind, fold(name), id_, why, name
