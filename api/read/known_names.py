"""The names that the request's release knows, read from its tables."""

from collections import defaultdict
from functools import lru_cache

from sqlalchemy import select

from api import context
from schema import tables
from schema.mentions import NameFinder
from schema.names import fold
from schema.subjects.names import KINDS, WORD, Indicator, KnownNames
from schema.terms import NameKind, RegionKind

_NOBODY, _NOWHERE = "unattributed", "unspecified"
"""The group and the region of a number whose own article names none."""


def known_names() -> KnownNames:
    """Return the names of the request's release."""
    return _known_names(context.release().fingerprint)


@lru_cache(maxsize=4)
def _known_names(_release: bytes) -> KnownNames:
    columns, names = tables.regions.c, tables.names.c
    regions = context.connection().execute(select(columns.id, columns.parent, columns.iso)).all()
    parents = {row.id: row.parent for row in regions}
    ids = {row.iso: row.id for row in regions}
    rows = select(names.kind, names.id, names.written).where(names.kind.in_([*KINDS, "source", tables.COUNTRY]))
    wanted: list[tuple[str, str, str]] = []
    source_words: set[str] = set()
    for kind, id_, written in context.connection().execute(rows.where(names.why != NameKind.CODE)):
        if kind == "source":
            source_words |= {fold(word) for word in WORD.findall(written)}
        elif kind == tables.COUNTRY:
            wanted.append(("region", ids.get(id_, ""), written))
        else:
            wanted.append((kind, id_, written))
            if kind == "indicator" and written.endswith("s"):  # "fighters", "fighter"
                wanted.append((kind, id_, written.removesuffix("s")))
    return KnownNames(
        NameFinder(wanted), parents, _combined(parents), frozenset(source_words), _indicators(), _nameless()
    )


def _combined(parents: dict[str, str | None]) -> dict[frozenset[str], str]:
    """Return the combined regions by their members: what lies in them, but not in another region that does."""
    whole, part, closures = tables.regions.alias("whole"), tables.regions.alias("part"), tables.closures.c
    pairs = (
        select(whole.c.id.label("whole"), part.c.id.label("part"))
        .join(tables.closures, closures.whole_position == whole.c.position)
        .join(part, closures.part_position == part.c.position)
        .where(closures.kind == "region", closures.relation == tables.PART)
        .where(whole.c.kind == RegionKind.COMBINED, part.c.id != whole.c.id)
    )
    inside: dict[str, set[str]] = defaultdict(set)
    for row in context.connection().execute(pairs):
        inside[row.whole].add(row.part)
    return {frozenset(id_ for id_ in ids if parents[id_] not in ids): whole_id for whole_id, ids in inside.items()}


def _indicators() -> dict[str, Indicator]:
    """Return the indicators by id."""
    columns, closures = tables.indicators.c, tables.closures.c
    rows = context.connection().execute(select(columns.id, columns.unit, columns.kind, columns.position)).all()
    ids = {row.position: row.id for row in rows}
    wholes: dict[str, set[str]] = {row.id: {row.id} for row in rows}
    contained = select(closures.whole_position, closures.part_position).where(
        closures.kind == "indicator", closures.relation == tables.PART
    )
    for whole, part in context.connection().execute(contained):
        wholes[ids[part]].add(ids[whole])
    return {row.id: Indicator(row.unit, row.kind, frozenset(wholes[row.id])) for row in rows}


def _nameless() -> dict[str, tuple[str, ...]]:
    """Return the group and the region of what names none, as the only id of their kind, if the dataset has them."""
    ids = {"group": (tables.groups, _NOBODY), "region": (tables.regions, _NOWHERE)}
    connection = context.connection()
    return {
        kind: (id_,)
        for kind, (table, id_) in ids.items()
        if connection.scalar(select(table.c.id).where(table.c.id == id_)) is not None
    }
