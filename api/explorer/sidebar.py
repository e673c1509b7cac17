"""What can be chosen beside the results: the values of a field, with how many estimates each would leave."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from api import context
from api.endpoints.facets import counts
from api.explorer.phrases import words
from schema import tables

MOST_CHOICES = 30


def choices(name: str, query: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a field with their counts, as if none of it were chosen; the chosen ones always."""
    chosen = query.get(name, [])
    found = counts(name, {key: value for key, value in query.items() if key != name})
    known = {one["value"] for one in found}
    found += [{"value": value, "name": _named(name, value), "count": 0} for value in chosen if value not in known]
    shown = [one for index, one in enumerate(found) if index < MOST_CHOICES or one["value"] in chosen]
    if name == "region":
        shown = _as_tree(shown)
    if name in ("source_kind", "hedge"):
        shown = [{**one, "name": words(one["value"])} for one in shown]
    return {"values": shown, "chosen": chosen, "more": len(found) - len(shown)}


def _named(name: str, value: str) -> str:
    """Return the name of a value that no estimate has."""
    table = tables.RESOURCES.get(f"{name}s")
    found = None if table is None else context.connection().scalar(select(table.c.name).where(table.c.id == value))
    return found or value


def _as_tree(regions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return regions below their parents, each with its depth."""
    table = tables.regions.c
    ids = [one["value"] for one in regions]
    parents = {row.id: row.parent for row in context.connection().execute(select(table.id, table.parent))}

    def below(parent: str | None, depth: int) -> list[dict[str, Any]]:
        found = []
        for one in regions:
            above = parents.get(one["value"])
            if (above if above in ids else None) == parent:
                found += [{**one, "depth": depth}, *below(one["value"], depth + 1)]
        return found

    return below(None, 0)
