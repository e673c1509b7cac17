"""Records of every kind but claims and estimates → their rows, what full text finds them by, and their names."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping

import orjson
from sqlite_utils import Database as Writer

from schema import tables
from schema.flat import batched, flattened
from seeds.entries import Record, names_of
from seeds.release.closures import Positions, Row, names, parts, region_scopes
from seeds.release.downloads import SCHEMAS
from seeds.release.order import with_days
from seeds.release.render import renderer_of

_AT_A_TIME = 2_000
_REGION_COUNTS = """
SELECT region_scopes.region_position, count(*) FROM region_scopes JOIN estimates
ON estimates.region_position = member_position WHERE region_scopes.scope = 'within' GROUP BY 1
"""


def write_vocabularies(
    connection: sqlite3.Connection, vocabularies: Mapping[str, Mapping[str, Record]], positions: Positions
) -> None:
    """Write the code lists, with how many of the estimates that are written carry each of their records."""
    database = Writer(connection)
    scopes = region_scopes(vocabularies["regions"], positions["regions"])
    database.table("region_scopes").insert_all(scopes)
    database.table("parts").insert_all(parts(vocabularies, positions, scopes))
    for kind, records in vocabularies.items():
        if kind == "regions":
            counts = dict(connection.execute(_REGION_COUNTS))
        elif kind == "hedges":
            found = connection.execute("SELECT hedge, count(*) FROM estimates GROUP BY 1")
            counts = {positions[kind][id_]: count for id_, count in found}
        else:
            counts = _counts(connection, kind)
        _write(connection, kind, records.values(), counts)


def write_articles(connection: sqlite3.Connection, staged: sqlite3.Connection) -> None:
    """Write the staged articles, with how many of the estimates that are written they report."""
    articles = (orjson.loads(record) for (record,) in staged.execute("SELECT record FROM articles ORDER BY id"))
    dated = ({**article, "published": with_days(article["published"])} for article in articles)
    _write(connection, "articles", dated, _counts(connection, "articles"))


def _counts(connection: sqlite3.Connection, kind: str) -> dict[int, int]:
    column = f"{kind.removesuffix('s')}_position"
    return dict(connection.execute(f"SELECT {column}, count(*) FROM estimates GROUP BY 1"))  # noqa: S608


def _write(connection: sqlite3.Connection, kind: str, records: Iterable[Record], counts: Mapping[int, int]) -> None:
    """Write records in the order of their positions, with their index of words and their names."""
    database, index = Writer(connection), f"{kind}_fts"
    connection.execute(tables.full_text(kind))
    for some in batched(enumerate(records, start=1), _AT_A_TIME):
        database.table(kind).insert_all(_rows(kind, some, counts))
        texts = ((position, _text(record)) for position, record in some)
        connection.executemany(f"INSERT INTO {index} (rowid, text) VALUES (?, ?)", texts)  # noqa: S608
        database.table("names").insert_all((name for _, record in some for name in names(kind, record)), ignore=True)
    connection.execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")  # noqa: S608


def _rows(kind: str, records: Iterable[tuple[int, Record]], counts: Mapping[int, int]) -> Iterator[Row]:
    """Yield the rows of a resource: its columns are keys of its records, joined where they are nested."""
    render = renderer_of(SCHEMAS[kind])
    columns = [column.name for column in tables.RESOURCES[kind].columns]
    for position, record in records:
        count = counts.get(position, 0)
        usage = {"count": count, "url": f"/estimates?{kind.removesuffix('s')}={record['id']}"}
        rendered = render({"url": f"/{kind}/{record['id']}", **record, "estimates": usage})
        values = {**flattened(rendered, "_"), "position": position, "json": orjson.dumps(rendered).decode()}
        yield {name: values.get(name) for name in columns}


def _text(record: Record) -> str:
    """Return what full text finds a record by."""
    own = (record.get(key) for key in ("definition", "organisation", "publisher", "author", "agency"))
    return " ".join(dict.fromkeys(text for text in (*names_of(record), *own) if text))
