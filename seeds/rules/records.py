"""What no schema of one record can see, by the coding manual: numbers against words, records against each other."""

from collections import defaultdict
from collections.abc import Iterator

from rapidfuzz import process

from schema.fields import shown
from schema.names import fold
from schema.terms import Hedge, Locus, PublishedBasis, RegionKind
from seeds.entries import Entry, Seeds, names_of
from seeds.problems import Problem
from seeds.rules.wording import problems_with_wording

CLAIM_KEYS = ("source", "group", "indicator", "region", "as_of")
VOCABULARIES = ("groups", "regions", "indicators", "sources")


def problems_between(seeds: Seeds) -> Iterator[Problem]:
    """Yield what no schema of one record can see."""
    for kind in (*VOCABULARIES, "articles", "estimates"):
        yield from _repeated_ids(getattr(seeds, kind))
    for kind in VOCABULARIES:
        yield from _ambiguous_names(getattr(seeds, kind))
    yield from _broken_references(seeds)
    yield from _circles(seeds)
    yield from _unlike_parents(seeds)
    for entry in seeds.regions:
        if (entry.record["kind"] is RegionKind.COMBINED) != bool(entry.record["members"]):
            yield entry.problem("members", "stand with the kind combined, and with no other; expected both or neither")
    for entry in seeds.articles:
        if entry.record["published"]["basis"] is PublishedBasis.INFERRED and not entry.record["published"]["note"]:
            yield entry.problem("published.note", "is missing; expected the reasoning behind an inferred date")
    units = {id_: indicator["unit"] for id_, indicator in seeds.records("indicators").items()}
    for entry in seeds.estimates:
        yield from problems_with_wording(entry, units.get(entry.record["indicator"]))
    titles = {entry.source.file: entry.record["title"] for entry in seeds.articles}
    for entry in seeds.estimates:
        title = titles.get(entry.source.file)
        if entry.record["locus"] is Locus.HEADLINE and title and entry.record["wording"] not in title:
            yield entry.problem(
                "locus", f"the wording is not in the headline {shown(title)}; expected words of it, or body"
            )
    yield from _claims_that_disagree(seeds.estimates)
    yield from _derived_from_another(seeds)


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
    known = {kind: sorted(seeds.mentioned[kind]) for kind in VOCABULARIES}

    def broken(entry: Entry, key: str, kind: str) -> Iterator[Problem]:
        value = entry.record[key]
        for position, one in enumerate(value if isinstance(value, list) else [value]):
            if one is not None and one not in known[kind]:
                place = (*entry.place, key, position) if isinstance(value, list) else (*entry.place, key)
                yield entry.source.problem(place, f"{one!r} is not in {kind}.yaml; expected {_near(one, known[kind])}")

    for kind in ("groups", "indicators"):
        for entry in getattr(seeds, kind):
            yield from broken(entry, "parents", kind)
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
    """Yield what lies below itself: by parents, or as a member of a combined region."""
    above: dict[tuple[str, str], set[str]] = defaultdict(set)
    for kind in ("groups", "indicators"):
        for entry in getattr(seeds, kind):
            above[kind, entry.record["id"]].update(entry.record["parents"])
    for entry in seeds.regions:
        above["regions", entry.record["id"]].update({entry.record["parent"]} - {None})
        for member in entry.record["members"]:
            above["regions", member].add(entry.record["id"])
    for kind, keys in (("groups", ["parents"]), ("indicators", ["parents"]), ("regions", ["parent", "members"])):
        for entry in getattr(seeds, kind):
            reached: set[str] = set()
            todo = list(above[kind, entry.record["id"]])
            while todo:
                one = todo.pop()
                if one not in reached:
                    reached.add(one)
                    todo.extend(above[kind, one])
            if entry.record["id"] in reached:
                key = next((key for key in keys if entry.record[key]), keys[0])
                yield entry.problem(key, f"leads back to {entry.record['id']!r}; expected no circle")


def _unlike_parents(seeds: Seeds) -> Iterator[Problem]:
    """Yield the indicators whose numbers cannot be a part of their parents', because they count in another way."""
    indicators = seeds.records("indicators")
    for entry in seeds.indicators:
        for position, parent in enumerate(entry.record["parents"]):
            other = [key for key in ("unit", "kind") if indicators.get(parent, entry.record)[key] != entry.record[key]]
            if other:
                what = f"{parent!r} differs in {' and '.join(other)}; expected an indicator of the same"
                yield entry.source.problem((*entry.place, "parents", position), what)


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


def _derived_from_another(seeds: Seeds) -> Iterator[Problem]:
    """Yield where a figure is derived from what has no numbers, or from one that is about something else."""
    by_id = {entry.record["id"]: entry for entry in seeds.estimates}
    units = {id_: indicator["unit"] for id_, indicator in seeds.records("indicators").items()}
    for entry in seeds.estimates:
        record = entry.record
        if not record["derived"]:
            continue
        if record["hedge"] is not Hedge.APPROXIMATELY:
            yield entry.problem("hedge", f"{shown(record['hedge'])} is refused; expected approximately where derived")
        from_ = record["derived"]["from"]
        base = by_id.get(from_)
        if base is None and from_ in seeds.mentioned["estimates"]:
            continue  # it has a problem of its own
        if base is None or base.record["derived"] or base.record["hedge"] is Hedge.VAGUE:
            yield entry.problem(
                "derived.from", f"{shown(from_)} has no numbers of its own; expected an estimate that does"
            )
            continue
        other = [key for key in ("source", "group", "region", "as_of") if base.record[key] != record[key]]
        if units.get(base.record["indicator"]) != units.get(record["indicator"]):
            other.append("unit")
        if base.source is not entry.source:
            other.append("article")
        if other:
            what = f"{shown(from_)} differs in {', '.join(other)}; expected an estimate of the same"
            yield entry.problem("derived.from", what)
