"""Ask a running server random questions, and answer each a second time in plain Python over all its records.

    python tests/bench/agreement.py http://127.0.0.1:8000 --questions 500

The records are read from /dataset/estimates.ndjson. For each question the total, the first page, the page after it, a
page at an offset and the facets have to be those of the plain evaluation, the first time and again. Exits with 1 at
the first that are not. A million records take about 11 GB here, and a question some seconds.
"""

import argparse
import random
import sys
import urllib.parse
import urllib.request
from collections import Counter
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import orjson

sys.path.insert(0, str(Path(__file__).parents[1]))
from reference import (
    DATES,
    FLAGS,
    PERIODS,
    SORTS,
    VALUES,
    VOCABULARY,
    at,
    in_order,
    matches_value,
    meant_by,
    overlaps,
)

PICKED = ("id", "group", "indicator", "region", "low", "best", "high", "low_inclusive", "high_inclusive", "hedge")
PICKED += ("granularity", "locus", "derived", "disputed", "as_of", "stated", "claim", "source", "article")


class Records:
    """All records of a server, and which of them have a value: a set of rows is an int whose bits are the rows."""

    def __init__(self, base: str) -> None:
        """Read them."""
        self.base = base
        shared: dict[bytes, object] = {}  # what repeats (a group, a source, a day) is held once
        self.rows = []
        with urllib.request.urlopen(f"{base}/dataset/estimates.ndjson") as lines:
            for line in lines:
                record = orjson.loads(line)
                self.rows.append({key: _shared(record[key], shared) for key in PICKED})
        self.all = (1 << len(self.rows)) - 1
        self.kept: dict[tuple[str, object], int] = {}

    def having(self, name: str, value: object, test) -> int:
        """Return the rows for which a test holds; it is made once for each name and value."""
        if (name, value) not in self.kept:
            bits = bytearray(len(self.rows) // 8 + 1)
            for row, record in enumerate(self.rows):
                if test(record):
                    bits[row >> 3] |= 1 << (row & 7)
            self.kept[name, value] = int.from_bytes(bits, "little")
        return self.kept[name, value]

    @cached_property
    def values(self) -> dict[str, list[str]]:
        """Return the values of each vocabulary filter, the commonest first."""
        paths = {**VOCABULARY, "region": ("region", "id")}
        counts = {name: Counter(at(one, path) for one in self.rows) for name, path in paths.items()}
        return {name: [value for value, _ in found.most_common(1000) if value] for name, found in counts.items()}

    @cached_property
    def below(self) -> dict[str, dict[str, set[str]]]:
        """Return for each region_scope and region the regions that are meant."""
        regions, url = {}, "/regions?limit=1000"
        while url:
            page = ask(self.base, url)
            regions |= {one["id"]: one for one in page["data"]}
            url = page["links"]["next"]
        return meant_by(regions)

    def of_region(self, scope: str, region: str) -> int:
        """Return the rows that a region stands for."""
        meant = self.below[scope][region]
        return self.having(f"region {scope}", region, lambda one: one["region"]["id"] in meant)

    def matching(self, query: dict) -> int:
        """Return the rows that a question asks for."""
        found = self.all
        scope = query.get("region_scope", "within")
        for name, path in VOCABULARY.items():
            for wanted, parameter in ((True, name), (False, f"not_{name}")):
                if parameter in query:
                    rows = 0
                    for value in query[parameter]:
                        rows |= self.having(name, value, lambda one, path=path, value=value: at(one, path) == value)
                    found &= rows if wanted else self.all ^ rows
        for wanted, parameter in ((True, "region"), (False, "not_region")):
            if parameter in query:
                rows = 0
                for region in query[parameter]:
                    rows |= self.of_region(scope, region)
                found &= rows if wanted else self.all ^ rows
        for name, path in DATES.items():
            if name in query:
                found &= self.having(name, query[name], lambda one, p=path, n=name: overlaps(at(one, p), query[n]))
        for name, test in FLAGS.items():
            if name in query:
                rows = self.having(name, True, test)
                found &= rows if query[name] else self.all ^ rows
        values = tuple(query.get(name) for name in ("value_min", "value_max", "value_match"))
        if values[:2] != (None, None):
            found &= self.having("value", values, lambda one: matches_value(one, query))
        return found

    def ids(self, rows: int, sort: str, most: int) -> list[str]:
        """Return the first ids of some rows in an order; all rows stand in that of -as_of."""
        found = (self.rows[row] for row in _bits(rows))
        return [one["id"] for one in islice(found if sort == "-as_of" else in_order(found, [sort]), most)]


def _bits(number: int):
    """Yield the places of the bits that are set."""
    for place, byte in enumerate(number.to_bytes(number.bit_length() // 8 + 1, "little")):
        if byte:
            yield from (place * 8 + bit for bit in range(8) if byte >> bit & 1)


def _shared(value, shared):
    if isinstance(value, dict | str):
        return shared.setdefault(orjson.dumps(value), value)
    return value


def ask(base: str, url: str):
    """Return what the server answers."""
    with urllib.request.urlopen(base + url, timeout=60) as response:
        return orjson.loads(response.read())


def question(chance: random.Random, records: Records) -> dict:
    """Return a random question; most ask little, as people do."""
    query: dict[str, object] = {}
    names = chance.sample([*VOCABULARY, "region", *(f"not_{name}" for name in (*VOCABULARY, "region"))], 4)
    for name in names[: chance.choice([0, 1, 1, 2, 2, 3])]:
        values = records.values[name.removeprefix("not_")]
        query[name] = chance.sample(values, min(len(values), chance.choice([1, 1, 1, 2, 3])))
    optional = {
        "region_scope": ["within", "exact", "overlapping"],
        **{name: list(PERIODS) for name in DATES},
        **{name: [True, False] for name in FLAGS},
        **{"value_min": VALUES, "value_max": VALUES, "value_match": ["overlap", "certain"]},
    }
    for name, values in optional.items():
        if chance.random() < 0.12:
            query[name] = chance.choice(values)
    return query


class Asked(NamedTuple):
    """A question, and which part of its list."""

    query: dict
    sort: str
    limit: int
    offset: int


def check(base: str, records: Records, asked_for: Asked) -> str | None:
    """Return what the server answers otherwise than it should, or None."""
    query, sort, limit, offset = asked_for
    spelt = {key: str(value).lower() if isinstance(value, bool) else value for key, value in query.items()}
    asked = urllib.parse.urlencode(spelt, doseq=True)
    rows = records.matching(query)
    total, ids = rows.bit_count(), records.ids(rows, sort, offset + 2 * limit)
    url = f"/estimates?{asked}&sort={sort}&limit={limit}"
    first = ask(base, url)
    pages = {url: (first, ids[:limit])}
    if first["links"]["next"]:
        pages[first["links"]["next"]] = (ask(base, first["links"]["next"]), ids[limit : 2 * limit])
    pages[f"{url}&offset={offset}"] = (ask(base, f"{url}&offset={offset}"), ids[offset : offset + limit])
    for address, (page, expected) in pages.items():
        if (page["meta"]["total"], [one["id"] for one in page["data"]]) != (total, expected):
            return f"{address}: expected {total}, {expected[:3]}…; got {page['meta']['total']}, {page['data'][:1]}"
    facets = ask(base, f"/facets?{asked}&fields=group,hedge,region,as_of_year")["data"]
    counts = {
        "group": {
            value: rows & records.having("group", value, lambda one, v=value: one["group"]["id"] == v)
            for value in records.values["group"]
        },
        "region": {
            region: rows & records.of_region(query.get("region_scope", "within"), region)
            for region in records.below["within"]
        },
    }
    for name, expected in counts.items():
        got = {one["value"]: one["count"] for one in facets[name]}
        if got != {value: found.bit_count() for value, found in expected.items() if found}:
            return f"/facets?{asked}: {name} differs"
    if sum(one["count"] for one in facets["hedge"]) != total:
        return f"/facets?{asked}: hedges are not {total} together"
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
    asked = []
    for _ in range(arguments.questions):
        sort = chance.choice(["-as_of"] * 4 + [sign + key for key in SORTS for sign in ("", "-")])
        asked.append(Asked(question(chance, records), sort, chance.choice([1, 7, 50]), chance.choice([0, 13, 400])))
    for turn in ("first time", "again"):
        for number, one in enumerate(asked, start=1):
            if wrong := check(arguments.base, records, one):
                sys.exit(f"question {number}, {turn}: {wrong}")
        print(f"{len(asked)} questions over {len(records.rows)} records, {turn}: every answer agrees", flush=True)


if __name__ == "__main__":
    main()
