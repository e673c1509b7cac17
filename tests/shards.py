"""What Citus does not run across shards, looked for in a SELECT; the distributed tables are those of `seeds.release.citus`.

A SELECT may read one distributed table beside any number of reference tables, which stand on every node. This is checked
on the statement itself. It is no proof: what else Citus refuses is known by a Citus only.
"""

import re
from collections.abc import Iterator

from sqlalchemy import FromClause, Join, Select, Table
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import visitors
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.selectable import Alias, TableClause

from schema.store.queries import ENGINES, Among, AsBytes, IndexedPosition, Matches, SortedPosition
from seeds.release.citus import DISTRIBUTED

OF_SETS = re.compile(r"\b(GROUPING SETS|ROLLUP|CUBE)\b", re.I)
COUNTED_ONCE = re.compile(r"\bcount\(\s*DISTINCT\b", re.I)


@compiles(Among)
@compiles(AsBytes)
@compiles(IndexedPosition)
@compiles(Matches)
@compiles(SortedPosition)
def _of_no_engine(element: ClauseElement, compiler: SQLCompiler, **kw: object) -> str:
    """Return the words of an expression of ours where SQLAlchemy finds the joins of a SELECT: it has no engine there."""
    return compiler.process(element.clauses, **kw)


def refusals(statement: Executable) -> list[str]:
    """Return the reasons why Citus would refuse a statement, or fetch rows of all shards for it; none: it runs."""
    selects = _selects(statement) if is_distributed(statement) else []
    return [reason for select in selects for reason in _refusals(select)]


def is_distributed(element: ClauseElement) -> bool:
    """Return whether a statement, or a part of one, reads a distributed table."""
    return any(_name(part) in DISTRIBUTED for part in visitors.iterate(element))


def _refusals(select: Select) -> Iterator[str]:
    sources = select.get_final_froms()
    in_sources = {id(part) for source in sources for part in visitors.iterate(source)}
    in_conditions = [inner for inner in _selects(select) if inner is not select and id(inner) not in in_sources]
    leaves = _leaves(select)
    distributed = [leaf for leaf in leaves if is_distributed(leaf)]
    if len(distributed) > 1:
        yield "two distributed tables are joined"
    if any(is_distributed(leaf) for inner in in_conditions for leaf in _leaves(inner) if leaf not in leaves):
        yield "a distributed table is read in a condition or column"
    if any(_fetches_all(part) for source in sources for part in visitors.iterate(source) if isinstance(part, Join)):
        yield "an outer join of a reference table with a distributed table"
    if not distributed:
        return
    words = in_words(select)
    if OF_SETS.search(words):
        yield "GROUPING SETS over a distributed table"
    if COUNTED_ONCE.search(words):
        yield "count(DISTINCT) over a distributed table"
    # SQLAlchemy leaves a table of the SELECT around it out of FROM, unless it is alone there.
    if any(0 < sum(leaf in leaves for leaf in _leaves(inner)) < len(_leaves(inner)) for inner in in_conditions):
        yield "a correlated subquery over a distributed table"


def in_words(statement: Executable) -> str:
    """Return a statement as PostgreSQL is sent it."""
    return str(statement.compile(dialect=ENGINES["postgresql"].dialect))


def _selects(element: ClauseElement) -> list[Select]:
    return [part for part in visitors.iterate(element) if isinstance(part, Select)]


def _leaves(select: Select) -> list[FromClause]:
    """Return the tables and subqueries that a SELECT reads."""
    return [leaf for source in select.get_final_froms() for leaf in _joined(source)]


def _joined(source: FromClause) -> Iterator[FromClause]:
    if isinstance(source, Join):
        yield from _joined(source.left)
        yield from _joined(source.right)
    else:
        yield source


def _name(part: object) -> str:
    table = part.element if isinstance(part, Alias) else part
    return table.name if isinstance(table, Table | TableClause) else ""


def _fetches_all(join: Join) -> bool:
    return join.full or (join.isouter and is_distributed(join.right) and not is_distributed(join.left))
