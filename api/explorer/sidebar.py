"""The choices beside the results: the values of a field, each with the number of estimates that it would leave."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from api import context
from api.endpoints.facets import counts
from api.formats.phrases import hedge_in_words, words
from schema import tables

MOST_CHOICES = 12
"""The most values that are shown of a field; the others are found by name."""


def choices(name: str, query: Mapping[str, Any]) -> dict[str, Any]:
    """Return the most frequent values of a field, and all chosen ones, with counts under the query's other filters.

    `values` are dictionaries of `value`, `name` and `count`, `chosen` the values in the query, `more` the number of
    values left out. Regions come in the order of a tree, each with its `depth`.
    """
    chosen = query.get(name, [])
    values = counts(name, {key: value for key, value in query.items() if key != name})
    known = {value["value"] for value in values}
    values += [{"value": id_, "name": _name(name, id_), "count": 0} for id_ in chosen if id_ not in known]
    shown = [value for index, value in enumerate(values) if index < MOST_CHOICES or value["value"] in chosen]
    if name == "region":
        shown = _as_tree(shown)
    if name in ("source_kind", "hedge"):
        in_words = hedge_in_words if name == "hedge" else words
        shown = [{**value, "name": in_words(value["value"])} for value in shown]
    return {"values": shown, "chosen": chosen, "more": len(values) - len(shown)}


def _name(field: str, id_: str) -> str:
    """Return the name of a value, also if no estimate has it; a term of a closed vocabulary is its own name."""
    table = tables.RESOURCES.get(f"{field}s")
    name = None if table is None else context.connection().scalar(select(table.c.name).where(table.c.id == id_))
    return name or id_


def _as_tree(regions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return regions below their parents, each with its depth; a region whose parent is not shown is at the top."""
    table = tables.regions.c
    shown = {region["value"] for region in regions}
    rows = context.connection().execute(select(table.id, table.parent).where(table.id.in_(shown)))
    parents = {row.id: row.parent for row in rows}

    def below(parent: str | None, depth: int) -> list[dict[str, Any]]:
        tree = []
        for region in regions:
            above = parents.get(region["value"])
            if (above if above in shown else None) == parent:
                tree += [{**region, "depth": depth}, *below(region["value"], depth + 1)]
        return tree

    return below(None, 0)
