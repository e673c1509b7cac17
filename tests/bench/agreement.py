"""Ask a running server random questions, and answer each a second time in plain Python over all its records.

    python tests/bench/agreement.py http://127.0.0.1:8000 --questions 500

The records are read from /dataset/estimates.ndjson. For each question the total, the first page, the page after it, a
page at an offset and the facets have to be those of the plain evaluation, the first time and again. Exits with 1 at
the first that are not. After another load, run it again: what was kept of the release before must not be answered. A
million records take about 11 GB here.
"""

import argparse
import itertools
import random
import sys
import urllib.parse
import urllib.request
from array import array
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from heapq import nlargest
from pathlib import Path
from typing import NamedTuple

import orjson

sys.path.insert(0, str(Path(__file__).parents[1]))
from reference import (
    DATES,
    FLAGS,
    OPTIONAL,
    SORTS,
    VOCABULARY,
    at,
    in_order,
    in_right_order,
    matches_value,
    meant_by,
    overlaps,
    spelled,
)

PICKED = ("id", "group", "indicator", "region", "low", "best", "high", "low_inclusive", "high_inclusive", "hedge")
PICKED += ("granularity", "locus", "derived", "disputed", "as_of", "stated", "claim", "source", "article")
PICKED += ("attributed_to", "place")
PLACES = {"region": ("region", "id"), "place": (("place", "region"), "id")}
MANY, MOST_VALUES = ("article", "claim", "source", "attributed_to"), 1_000


class Records:
    """All records of a server, and which of them have a value: a set of rows is an int whose bits are the rows."""

    def __init__(self, base: str) -> None:
        """Read them, in the order in which the server lists them: newest first, by id on the same day."""
        shared: dict[bytes, object] = {}  # what repeats (a group, a source, a day) is held once
        self.rows = []
        with urllib.request.urlopen(f"{base}/dataset/estimates.ndjson") as lines:
            for line in lines:
                record = orjson.loads(line)
                self.rows.append({key: _shared(record[key], shared) for key in PICKED})
        self.all = (1 << len(self.rows)) - 1
        self.below = meant_by(_regions(base))
        self.kept: dict[object, int] = {}
        self.orders: dict[str, array] = {}

    def those(self, test) -> int:
        """Return the rows for which a test holds."""
        return _row_set((row for row, record in enumerate(self.rows) if test(record)), len(self.rows))

    def having(self, key: object, test) -> int:
        """Return the rows for which a test holds, which is made once for each key."""
        if key not in self.kept:
            self.kept[key] = self.those(test)
        return self.kept[key]

    @cached_property
    def valued(self) -> dict[str, dict[str, int]]:
        """Return for each vocabulary filter its values (of MANY the commonest) with the rows that have them."""
        found = {}
        for name, path in {**VOCABULARY, **PLACES}.items():
            rows_of = defaultdict(lambda: array("L"))
            for row, record in enumerate(self.rows):
                rows_of[at(record, path)].append(row)
            named = [value for value in rows_of if value]
            if name in MANY:
                named = nlargest(MOST_VALUES, named, key=lambda value: len(rows_of[value]))
            found[name] = {value: _row_set(rows_of[value], len(self.rows)) for value in sorted(named)}
        return found

    def of_region(self, scope: str, region: str, name: str = "region") -> int:
        """Return the rows that a region stands for, or with the name "place" those whose own text names it."""
        rows = 0
        for member in self.below[scope][region]:
            rows |= self.valued[name].get(member, 0)
        return rows

    def matching(self, query: dict) -> int:
        """Return the rows that a question asks for."""
        found = self.all
        scope = query.get("region_scope", "within")
        for name in (*VOCABULARY, *PLACES):
            for wanted, parameter in ((True, name), (False, f"not_{name}")):
                if parameter in query:
                    rows = 0
                    for value in query[parameter]:
                        rows |= self.of_region(scope, value, name) if name in PLACES else self.valued[name][value]
                    found &= rows if wanted else self.all ^ rows
        for name, path in DATES.items():
            if name in query:
                asked = query[name]
                found &= self.having((name, asked), lambda one, p=path, asked=asked: overlaps(at(one, p), asked))
        for name, test in FLAGS.items():
            if name in query:
                rows = self.having(name, test)
                found &= rows if query[name] else self.all ^ rows
        values = tuple(query.get(name) for name in ("value_min", "value_max", "value_match"))
        if values[:2] != (None, None):
            found &= self.having(values, lambda one: matches_value(one, query))
        return found

    def ids(self, rows: int, sort: str, most: int) -> list[str]:
        """Return the first ids of some rows in an order, which is worked out once."""
        if sort not in self.orders:
            row_of = {one["id"]: row for row, one in enumerate(self.rows)}
            self.orders[sort] = array("L", (row_of[one["id"]] for one in in_order(self.rows, [sort])))
        bits = rows.to_bytes(len(self.rows) // 8 + 1, "little")
        found = (row for row in self.orders[sort] if bits[row >> 3] >> (row & 7) & 1)
        return [self.rows[row]["id"] for row in itertools.islice(found, most)]


def _row_set(rows: Iterable[int], total: int) -> int:
    bits = bytearray(total // 8 + 1)
    for row in rows:
        bits[row >> 3] |= 1 << (row & 7)
    return int.from_bytes(bits, "little")


def _regions(base: str) -> dict[str, dict]:
    regions, url = {}, "/regions?limit=1000"
    while url:
        page = ask(base, url)
        regions |= {one["id"]: one for one in page["data"]}
        url = page["links"]["next"]
    return regions


def _shared(value, shared):
    if isinstance(value, dict | str):
        return shared.setdefault(orjson.dumps(value), value)
    return value


def ask(base: str, url: str):
    """Return what the server answers."""
    with urllib.request.urlopen(base + url, timeout=60) as response:
        return orjson.loads(response.read())


def question(chance: random.Random, valued: dict[str, dict[str, int]]) -> dict:
    """Return a random question; most ask little, as people do."""
    query: dict[str, object] = {}
    names = chance.sample([*VOCABULARY, *PLACES, *(f"not_{name}" for name in (*VOCABULARY, *PLACES))], 4)
    for name in names[: chance.choice([0, 1, 1, 2, 2, 3])]:
        values = list(valued[name.removeprefix("not_")])
        if not values:
            continue
        query[name] = chance.sample(values, min(len(values), chance.choice([1, 1, 1, 2, 3])))
    for name, values in OPTIONAL.items():
        if chance.random() < 0.12:
            query[name] = chance.choice(values)
    return in_right_order(query)


class Expected(NamedTuple):
    """A question as it is asked, which parts of its list, and what plain Python makes of it."""

    asked: str
    sort: str
    limit: int
    offset: int
    total: int
    ids: list[str]
    counts: dict[str, dict[str, int]]


def expect(chance: random.Random, records: Records) -> Expected:
    """Return a random question with its answers."""
    sort = chance.choice(["-as_of"] * 4 + [sign + key for key in SORTS for sign in ("", "-")])
    limit, offset = chance.choice([1, 7, 50]), chance.choice([0, 13, 400])
    query = question(chance, records.valued)
    rows = records.matching(query)
    scope = query.get("region_scope", "within")
    named = ("group", "hedge", "source_kind", "publisher", "agency")
    found = {
        **{name: {value: rows & those for value, those in records.valued[name].items()} for name in named},
        "region": {region: rows & records.of_region(scope, region) for region in records.below["within"]},
    }
    return Expected(
        urllib.parse.urlencode(spelled(query), doseq=True),
        *(sort, limit, offset, rows.bit_count(), records.ids(rows, sort, max(offset, limit) + limit)),
        {name: {value: those.bit_count() for value, those in of.items() if those} for name, of in found.items()},
    )


def check(base: str, expected: Expected) -> str | None:
    """Return what the server answers otherwise than it should, or None."""
    limit, offset, ids = expected.limit, expected.offset, expected.ids
    url = f"/estimates?{expected.asked}&sort={expected.sort}&limit={limit}"
    first = ask(base, url)
    pages = {url: (first, ids[:limit])}
    if first["links"]["next"]:
        pages[first["links"]["next"]] = (ask(base, first["links"]["next"]), ids[limit : 2 * limit])
    pages[f"{url}&offset={offset}"] = (ask(base, f"{url}&offset={offset}"), ids[offset : offset + limit])
    for address, (page, those) in pages.items():
        if (page["meta"]["total"], [one["id"] for one in page["data"]]) != (expected.total, those):
            got = f"{page['meta']['total']}, {page['data'][:1]}"
            return f"{address}: expected {expected.total}, {those[:3]}…; got {got}"
    facets = ask(base, f"/facets?{expected.asked}&fields={','.join(expected.counts)}")["data"]
    for name, counts in expected.counts.items():
        if {one["value"]: one["count"] for one in facets[name]} != counts:
            return f"/facets?{expected.asked}: {name} differs"
    return None


def main() -> None:
    """Ask, compare, and say how many questions agreed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base")
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    records = Records(arguments.base)
    chance = random.Random(arguments.seed)  # noqa: S311 (the same questions each time)
    asked = [expect(chance, records) for _ in range(arguments.questions)]
    for number, turn in itertools.product(range(len(asked)), ("first time", "again")):
        if wrong := check(arguments.base, asked[number]):
            sys.exit(f"question {number + 1}, {turn}: {wrong}")
    print(f"{len(asked)} questions over {len(records.rows)} records: every answer agrees, the first time and again")


if __name__ == "__main__":
    main()
