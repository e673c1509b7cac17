"""The choices beside the results: the values of a field, each with the number of estimates that it would leave."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, select

from api import context
from api.endpoints.facets import counts
from api.formats.phrases import hedge_in_words, words
from schema import tables

Choice = dict[str, Any]
"""A value of a field with its name and count, or what holds other values."""

MOST_CHOICES = 12
"""The most values that are shown of a field; the others are found by name."""


def choices(name: str, query: Mapping[str, Any]) -> dict[str, Any]:
    """Return the most frequent values of a field, and all chosen ones, with counts under the query's other filters.

    `values` are dictionaries of `value`, `name` and `count`, `chosen` the values in the query, `more` the number of
    values left out. Regions hold the regions `within` them, and sources stand within their kind, which is no value.
    """
    chosen = query.get(name, [])
    values = counts(name, {key: value for key, value in query.items() if key != name})
    known = {value["value"] for value in values}
    values += [{"value": id_, "name": _name(name, id_), "count": 0} for id_ in chosen if id_ not in known]
    shown = [value for index, value in enumerate(values) if index < MOST_CHOICES or value["value"] in chosen]
    more = len(values) - len(shown)
    if name in ("source_kind", "hedge"):
        in_words = hedge_in_words if name == "hedge" else words
        shown = [{**value, "name": in_words(value["value"])} for value in shown]
    elif name == "region":
        shown = _as_tree(shown, chosen)
    elif name == "source":
        shown = _by_kind(shown, chosen)
    return {"values": shown, "chosen": chosen, "more": more}


def _name(field: str, id_: str) -> str:
    """Return the name of a value, also if no estimate has it; a term of a closed vocabulary is its own name."""
    table = tables.RESOURCES.get(f"{field}s")
    name = None if table is None else context.connection().scalar(select(table.c.name).where(table.c.id == id_))
    return name or id_


def _as_tree(regions: Sequence[Choice], chosen: Sequence[str]) -> list[Choice]:
    """Return regions, each with those within it; a region whose parent is not shown stands at the top."""
    parents = _column_of(tables.regions.c.parent, regions)
    parents = {id_: parent if parent in parents else None for id_, parent in parents.items()}

    def below(parent: str | None) -> list[Choice]:
        return [
            {**region, **_holding(region["value"], f"Places in {region['name']}", below(region["value"]), chosen)}
            for region in regions
            if parents[region["value"]] == parent
        ]

    return below(None)


def _by_kind(sources: Sequence[Choice], chosen: Sequence[str]) -> list[Choice]:
    """Return the kinds of sources, each with those of this kind."""
    kinds = _column_of(tables.sources.c.kind, sources)
    by_kind: dict[str, list[Choice]] = {}
    for source in sources:
        by_kind.setdefault(kinds[source["value"]], []).append(source)
    return [_holding(kind, words(kind).capitalize(), of_kind, chosen) for kind, of_kind in by_kind.items()]


def _column_of(column: Column[Any], values: Sequence[Choice]) -> dict[str, Any]:
    """Return a column of the records that are values of a field, by their ids."""
    id_ = column.table.c.id
    rows = context.connection().execute(select(id_, column).where(id_.in_([value["value"] for value in values])))
    return {row[0]: row[1] for row in rows}


def _holding(id_: str, heading: str, within: Sequence[Choice], chosen: Sequence[str]) -> Choice:
    """Return what holds other values: `is_open` where one of them is chosen."""
    is_open = any(value.get("is_open") or value.get("value") in chosen for value in within)
    return {"id": id_, "heading": heading, "within": within, "is_open": is_open}
