"""What no schema of one record can see, by the coding manual: numbers against words, records against each other."""

from collections.abc import Callable, Iterator
from itertools import pairwise, zip_longest

from rapidfuzz import process

from schema.fields import shown
from schema.names import fold
from schema.terms import HEDGES, Hedge, PublishedBasis, RegionKind, Unit
from seeds.entries import Entry, Seeds, names_of
from seeds.numerals import read_magnitude, read_numbers
from seeds.problems import Problem

NUMBERS = ("low", "best", "high")
CLAIM_KEYS = ("source", "group", "indicator", "region", "as_of")
NAMED_KINDS = ("groups", "regions", "indicators", "sources")


def problems_between(seeds: Seeds, *, whole: bool) -> Iterator[Problem]:
    """Yield what the records show together; `whole` says that none was left out for a problem of its own."""
    for kind in (*NAMED_KINDS, "articles", "estimates"):
        yield from _repeated_ids(getattr(seeds, kind))
    for kind in NAMED_KINDS:
        yield from _ambiguous_names(getattr(seeds, kind))
    if whole:
        yield from _broken_references(seeds)
    yield from _circles(seeds)
    for entry in seeds.regions:
        if (entry.record["kind"] is RegionKind.COMBINED) != bool(entry.record["members"]):
            yield entry.problem("members", "stand with the kind combined, and with no other; expected both or neither")
    for entry in seeds.articles:
        if entry.record["published"]["basis"] is PublishedBasis.INFERRED and not entry.record["published"]["note"]:
            yield entry.problem("published.note", "is missing; expected the reasoning behind an inferred date")
    indicators = seeds.records("indicators")
    for entry in seeds.estimates:
        yield from _numbers_against_hedge(entry)
        yield from _numbers_against_wording(entry, indicators.get(entry.record["indicator"], {}).get("unit"))
        yield from _evidence_against_wording(entry)
    yield from _claims_that_disagree(seeds.estimates)
    yield from _derived_from_nothing(seeds.estimates)


def _repeated_ids(entries: list[Entry]) -> Iterator[Problem]:
    first: dict[str, Entry] = {}
    for entry in entries:
        other = first.setdefault(entry.record["id"], entry)
        if other is not entry:
            line = other.source.marks[(*other.place, "id")][0]
            what = f"{entry.record['id']!r} is taken, by {other.source.file.name}:{line}; expected an id of its own"
            yield entry.problem("id", what)


def _ambiguous_names(entries: list[Entry]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for entry in entries:
        for name in names_of(entry.record):
            other = first.setdefault(fold(name), entry.record["id"])
            if other != entry.record["id"]:
                key = next(key for key in ("id", "name", "iso", "aliases") if name in (entry.record.get(key) or ()))
                yield entry.problem(key, f"{name!r} also stands for {other!r}; expected a name of its own")


def _broken_references(seeds: Seeds) -> Iterator[Problem]:
    known = {kind: list(seeds.records(kind)) for kind in (*NAMED_KINDS, "estimates")}

    def broken(entry: Entry, key: str, kind: str) -> Iterator[Problem]:
        value = entry.record[key]
        for position, one in enumerate(value if isinstance(value, list) else [value]):
            if one is not None and one not in known[kind]:
                place = (*entry.place, key, position) if isinstance(value, list) else (*entry.place, key)
                yield entry.source.problem(place, f"{one!r} is not in {kind}.yaml; expected {_near(one, known[kind])}")

    for entry in seeds.groups:
        yield from broken(entry, "parents", "groups")
    for entry in seeds.regions:
        yield from broken(entry, "parent", "regions")
        yield from broken(entry, "members", "regions")
    for entry in seeds.estimates:
        for key in ("group", "region", "indicator", "source"):
            yield from broken(entry, key, f"{key}s")


def _near(value: str, known: list[str]) -> str:
    near = [match for match, _, _ in process.extract(value, known, limit=3, score_cutoff=60)]
    return " or ".join(near) if near else f"one of {', '.join(sorted(known)[:20])}"


def _circles(seeds: Seeds) -> Iterator[Problem]:
    regions, groups = seeds.records("regions"), seeds.records("groups")
    above: list[tuple[str, list[Entry], Callable[[str], list[str]]]] = [
        ("parent", seeds.regions, lambda id_: [regions[id_]["parent"]] if id_ in regions else []),
        ("members", seeds.regions, lambda id_: regions[id_]["members"] if id_ in regions else []),
        ("parents", seeds.groups, lambda id_: groups[id_]["parents"] if id_ in groups else []),
    ]
    for key, entries, step in above:
        for entry in entries:
            reached: set[str | None] = set()
            todo: list[str | None] = [*step(entry.record["id"])]
            while todo:
                one = todo.pop()
                if one is not None and one not in reached:
                    reached.add(one)
                    todo.extend(step(one))
            if entry.record["id"] in reached:
                yield entry.problem(key, f"leads back to {entry.record['id']!r}; expected no circle")


def _numbers_against_hedge(entry: Entry) -> Iterator[Problem]:
    record, rule = entry.record, HEDGES[entry.record["hedge"]]
    given = {key for key in NUMBERS if record[key] is not None}
    if record["derived"]:
        for key in sorted(given):
            yield entry.problem(key, f"{shown(record[key])} is refused; expected null, a derived figure is worked out")
        return
    for key in sorted(rule.needs - given):
        yield entry.problem(key, f"is missing; expected a number, as hedge {record['hedge']} needs one")
    for key in sorted(given - rule.needs - rule.allows):
        yield entry.problem(key, f"{shown(record[key])} is refused; expected null with hedge {record['hedge']}")
    numbers = [(key, record[key]) for key in NUMBERS if key in given]
    for (below, low), (above, high) in pairwise(numbers):
        if low > high:
            yield entry.problem(below, f"{shown(low)} is above {above} {high}; expected low ≤ best ≤ high")
        elif record["hedge"] is Hedge.NONE and low != high:
            yield entry.problem(above, f"{shown(high)} differs from {below} {low}; expected one number without a hedge")
        elif record["hedge"] is not Hedge.NONE and low == high:
            yield entry.problem(above, f"{shown(high)} is {below} too; expected two numbers, or one")


def _numbers_against_wording(entry: Entry, unit: Unit | None) -> Iterator[Problem]:
    """Yield where the numbers are not the last ones that the wording bears.

    A hedge before two coordinated numbers covers both, so the wording of the second begins with the first.
    """
    record, worded = entry.record, read_numbers(entry.record["wording"])
    if record["hedge"] is Hedge.VAGUE:
        if worded or not read_magnitude(record["wording"])[0]:
            what = (
                f"{shown(record['wording'])} is not vague; expected a word such as dozens, hundreds, most and no number"
            )
            yield entry.problem("wording", what)
        return
    if record["derived"]:
        coded: dict[str, float] = {"derived.factor": round(100 * record["derived"]["factor"], 1)}
    else:
        coded = {key: record[key] for key in NUMBERS if record[key] is not None}
    borne = worded[-1:] * len(coded) if record["hedge"] is Hedge.NONE else worded[len(worded) - len(coded) :]
    bears = ", ".join(map(str, worded)) or "no number"
    for (key, value), number in zip_longest(coded.items(), borne):
        if value != number:
            what = (
                f"{shown(value)} is not what the wording bears, which is {bears}; expected the numbers of the wording"
            )
            yield entry.problem(key, what)
            what = f"{shown(record['wording'])} bears {bears}; expected the numbers that are coded"
            yield entry.problem("wording", what)
    counted_whole = unit in (Unit.PERSONS, Unit.PROVINCES) and not record["derived"]
    if counted_whole and any(value != int(value) for value in coded.values()):
        yield entry.problem(next(iter(coded)), f"counts parts of {unit}; expected whole numbers")


def _evidence_against_wording(entry: Entry) -> Iterator[Problem]:
    evidence, length = entry.record["evidence"], len(entry.record["wording"])
    span = evidence["end"] - evidence["start"]
    if span != length:
        yield entry.problem("evidence.end", f"spans {span} characters; expected {length}, as the wording has")
        yield entry.problem("wording", f"has {length} characters; expected {span}, as its evidence spans")


def _claims_that_disagree(estimates: list[Entry]) -> Iterator[Problem]:
    first: dict[str, Entry] = {}
    for entry in estimates:
        other = first.setdefault(entry.record["claim"], entry)
        for key in CLAIM_KEYS:
            ours, theirs = entry.record[key], other.record[key]
            if ours != theirs:
                file, (line, _) = other.source.file.name, other.source.marks[(*other.place, key)]
                value = ours["edtf"] + ", " + ours["basis"] if isinstance(ours, dict) else ours
                want = theirs["edtf"] + ", " + theirs["basis"] if isinstance(theirs, dict) else theirs
                what = (
                    f"{shown(value)} is not what claim {entry.record['claim']!r} has in {file}:{line}; expected {want}"
                )
                yield entry.problem(key, what)


def _derived_from_nothing(estimates: list[Entry]) -> Iterator[Problem]:
    by_id = {entry.record["id"]: entry.record for entry in estimates}
    for entry in estimates:
        if not entry.record["derived"]:
            continue
        base = by_id.get(entry.record["derived"]["from"])
        if base is None or base["derived"] or base["hedge"] is Hedge.VAGUE:
            what = f"{shown(entry.record['derived']['from'])} has no numbers of its own; expected an estimate that does"
            yield entry.problem("derived.from", what)
        elif (base["source"], base["group"]) != (entry.record["source"], entry.record["group"]):
            what = "is another source's or about another group; expected an estimate of the same source and group"
            yield entry.problem("derived.from", what)
        if entry.record["hedge"] is not Hedge.APPROXIMATELY:
            yield entry.problem(
                "hedge", f"{shown(entry.record['hedge'])} is refused; expected approximately where derived"
            )
