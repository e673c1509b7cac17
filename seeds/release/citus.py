"""Citus: which tables of a release are shared out among the nodes, and which stand whole on each of them.

What is large and read only by its key is shared out: the JSON of estimates, and the chunks of the sealed file. All
other tables are reference tables, the columns of estimates too: /conflicts compares estimates of one region, and
`distinct=claim` those of one claim, so that no column of theirs could divide them. So every query runs on any node,
and asks others only for JSON.
"""

from psycopg.sql import SQL, Composed, Literal

from schema import tables
from schema.store.postgresql import FILE_CHUNKS, WriterConnection

DISTRIBUTED = {tables.estimates_rendered.name: "position", FILE_CHUNKS: "number"}
"""The tables that are shared out, each with the column whose hash tells in which shard a row stands."""

ONE_CONNECTION = "SET LOCAL citus.multi_shard_modify_mode = 'sequential'"
"""Has a transaction use one connection to each node: on several, it could not see the table that it has just made."""

_FUNCTION = "SELECT FROM pg_proc WHERE proname = 'create_distributed_table' AND pg_function_is_visible(oid)"


def is_installed(connection: WriterConnection) -> bool:
    """Return whether the database has the functions of Citus."""
    return connection.execute(_FUNCTION).fetchone() is not None


def placement(schema: str, table: str) -> Composed:
    """Return the statement that gives a table of a release its place; it runs before the table has rows."""
    name = Literal(f"{schema}.{table}")
    if column := DISTRIBUTED.get(table):
        return SQL("SELECT create_distributed_table({}, {})").format(name, Literal(column))
    return SQL("SELECT create_reference_table({})").format(name)
