"""Statements of one shape, compiled once: building and compiling one costs more than SQLite takes to answer it."""

import sqlite3
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import OperationalError

from schema import tables
from schema.watch import begin_step


class Prepared:
    """A SELECT whose parameters are `bindparam`s, as the text that SQLite is given."""

    def __init__(self, statement: Select[Any]) -> None:
        """Compile the statement."""
        self._text = str(statement.compile(dialect=sqlite.dialect(paramstyle="named")))

    def rows(self, connection: Connection, **values: Any) -> list[tuple[Any, ...]]:
        """Return what it finds; values are given and returned as SQLite has them.

        Raises sqlalchemy.exc.OperationalError, as every other query does.
        """
        begin_step()
        driver: Any = connection.connection.dbapi_connection
        try:
            found: list[tuple[Any, ...]] = driver.execute(self._text, values).fetchall()
        except sqlite3.Error as error:
            raise OperationalError(self._text, values, error) from error
        return found

    def value(self, connection: Connection, **values: Any) -> Any:
        """Return the first value that it finds, or None."""
        rows = self.rows(connection, **values)
        return rows[0][0] if rows else None


POSITIONS = {
    name: Prepared(select(table.c.position).where(table.c.id == bindparam("id")))
    for name, table in tables.RESOURCES.items()
}
"""Where a record of each resource stands, by its id."""
