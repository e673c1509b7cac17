"""What only all rows together show: ids that are taken, and claims whose reports do not agree on what they are of."""

import sqlite3
from collections.abc import Iterator

from seeds.rules.records import CLAIM_KEYS
from seeds.tables.findings import Finding, Grade

_REPEATED = """
    SELECT later.number, later.place, later.record ->> '$.evidence.row', first.place, later.id, NULL
    FROM (SELECT id, min(number) AS number FROM estimates GROUP BY id HAVING count(*) > 1) AS known
    JOIN estimates AS first ON first.number = known.number
    JOIN estimates AS later ON later.id = known.id AND later.number > known.number
    ORDER BY later.number
"""
_SHARED = ("source", '"group"', "indicator", "region", "as_of_edtf", "as_of_basis")
_OTHER = " || ' ' || ".join(f"iif(later.{key} = first.{key}, '', '{key.strip(chr(34))}')" for key in _SHARED)
_DISAGREEING = f"""
    SELECT later.number, later.place, later.record ->> '$.evidence.row', first.place, later.claim, {_OTHER}
    FROM (SELECT claim, min(number) AS number FROM estimates GROUP BY claim HAVING count(*) > 1) AS known
    JOIN estimates AS first ON first.number = known.number
    JOIN estimates AS later ON later.claim = known.claim AND later.number > known.number
    WHERE ({", ".join(f"later.{key}" for key in _SHARED)}) <> ({", ".join(f"first.{key}" for key in _SHARED)})
    ORDER BY later.number
"""  # noqa: S608 (names of columns)


def leave_out_what_disagrees(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Yield the rows of which an id is taken, or a claim is another, once each; they are taken out of the staging."""
    connection.execute("CREATE TEMP TABLE refused (place TEXT PRIMARY KEY) WITHOUT ROWID")
    for query, name, key in ((_REPEATED, "id-taken", "id"), (_DISAGREEING, "claim-disagrees", "claim")):
        for _, place, row, other, id_, differing in connection.execute(query):
            if connection.execute("INSERT OR IGNORE INTO refused VALUES (?)", (place,)).rowcount == 0:
                continue
            file, _, line = place.rpartition(":")
            if differing is None:
                what = f"{id_!r} is taken, by {other}; expected an id of its own"
            else:
                found = [one for one in CLAIM_KEYS if one in differing]
                what = f"{id_!r} has another {', '.join(found)} in {other}; expected reports that agree on it"
            yield Finding(name, Grade.REFUSED, file, int(line), int(row), key, what)
        connection.execute("DELETE FROM estimates WHERE place IN (SELECT place FROM refused)")
        connection.execute("DELETE FROM refused")
    connection.execute("DROP TABLE refused")
    connection.commit()
