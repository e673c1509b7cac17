"""The number of the format stands for the tables and the records' keys: neither changes without it."""

import hashlib

from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from schema import dataset, records, tables, vocabulary
from schema.store.words import full_text_sql

DIGESTS = {
    1: "73ba492091c3a0c6",
    2: "1b38587a675c5047",
    3: "894e4bffaee7c280",
    4: "49a887626f582959",
    5: "40285c0d17df46b2",
    6: "51d363e1c9688e59",
}
"""For each format, a digest of what is declared; only that of the present one is compared."""


def declared() -> str:
    """Return the tables with their indexes as SQL, and the keys of every record."""
    elements = [
        *(CreateTable(table) for table in tables.metadata.sorted_tables),
        *(CreateIndex(index) for table in tables.metadata.sorted_tables for index in table.indexes),
    ]
    statements = [str(element.compile(dialect=sqlite.dialect())) for element in elements]
    statements += map(full_text_sql, tables.SEARCHED)
    values = [value for module in (vocabulary, records, dataset) for value in vars(module).values()]
    schemas = {value for value in values if isinstance(value, type) and issubclass(value, vocabulary.Record)}
    keys = [f"{schema.__name__}: {', '.join(schema().fields)}" for schema in schemas]
    return "\n".join(sorted(statements) + sorted(keys))


def test_the_format_is_that_of_the_tables_and_the_records():
    digest = hashlib.sha256(declared().encode()).hexdigest()[:16]
    assert DIGESTS.get(tables.FORMAT) == digest, (
        "Tables, indexes or keys of records are not those of this format, so files of before would be misread: "
        f"add 1 to schema.tables.FORMAT, and its digest {digest!r} to DIGESTS"
    )
