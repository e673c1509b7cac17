"""What is asked of a resource: a statement, the list that it makes, or one record by its id."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, Table, select

from api import live
from api.filters import estimate_conditions, filter_conditions, search_conditions
from api.paging import Keyset, Listing, orders
from api.resources import Resource
from schema import tables


def select_matching(resource: Resource, query: Mapping[str, Any]) -> Select[Any]:
    """Return the records of a resource that a query asks for, as id and rendered JSON, in no order yet."""
    table = resource.table
    found = select(table.c.id, table.c.json)
    if table is tables.estimates:
        return found.where(*estimate_conditions(query))
    conditions = filter_conditions(query)
    carried = [table.c.id.in_(select(resource.key).where(*conditions))] if conditions else []
    return found.where(*carried, *search_conditions(table, query.get("q")))


def json_of(table: Table, id_: str) -> str | None:
    """Return one record of a resource as it was rendered; None where there is none."""
    found: str | None = live.connection().scalar(select(table.c.json).where(table.c.id == id_))
    return found


def listing_of(resource: Resource, query: Mapping[str, Any]) -> Listing:
    """Return the list that a query asks of a resource."""
    order = orders(dict(resource.sorts), query["sort"])
    return Keyset(live.release(), live.connection(), resource.table, select_matching(resource, query), order)
