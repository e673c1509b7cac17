"""Records → rows: what no curator writes, because it follows from what they wrote.

Derived figures, granularity, claims with their envelopes and drift, disputes, regions below regions, counts, search
text.
"""

import hashlib
from collections import defaultdict
from dataclasses import dataclass

import orjson
from sqlalchemy import Table

from schema import tables
from schema.engine import layout
from schema.intervals import NUMBERS, Interval, day_number, granularity_of, read_period
from schema.terms import HEDGES, Hedge, RegionKind
from seeds.claims import claims_of, exclude, report_order
from seeds.entries import Record, Seeds
from seeds.numerals import read_magnitude
from seeds.rows import Row, files_of, names_in, rows_of


@dataclass(frozen=True)
class Dataset:
    """A whole release as rows, by table, in the order in which they are written."""

    version: str
    rows: dict[Table, list[Row]]


def build_dataset(seeds: Seeds, *, shipped: bool = False) -> Dataset:
    """Return the rows of a release; `seeds` have passed every check. The same seeds give the same rows.

    `shipped` says that they are the seeds that ship with Headcount, which a later version may load anew by itself.
    """
    records: dict[str, dict[str, Record]] = {
        kind: {id_: dict(record) for id_, record in sorted(seeds.records(kind).items())}
        for kind in ("groups", "regions", "indicators", "sources", "articles")
    }
    records["hedges"] = {hedge.value: _hedge(hedge) for hedge in Hedge}
    for article in records["articles"].values():
        article["published"] = _period(article["published"])
    scopes = _region_scopes(records["regions"])
    estimates = _estimates(seeds, records)
    records["claims"] = claims_of(estimates)
    records["estimates"] = {estimate["id"]: estimate for estimate in estimates}
    _count_estimates(records, scopes)
    rows = {tables.RESOURCES[kind]: rows_of(kind, found) for kind, found in records.items()}
    rows[tables.names] = names_in(records)
    rows[tables.region_scopes] = scopes
    rows[tables.parts] = _parts(records, scopes)
    (about,) = seeds.dataset
    version = _version(rows, about.record)
    dataset = {"version": version, **about.record}
    dataset["counts"] = {kind: len(rows[tables.RESOURCES[kind]]) for kind in records}
    dataset["downloads"] = [one for kind in records for one in files_of(kind, rows[tables.RESOURCES[kind]])]
    rendered = orjson.dumps(dataset).decode()
    rows[tables.dataset] = [{"version": version, "layout": layout(), "shipped": shipped, "json": rendered}]
    return Dataset(version, rows)


def _version(rows: dict[Table, list[Row]], about: Record) -> str:
    digest = hashlib.sha256(orjson.dumps(about, option=orjson.OPT_SORT_KEYS))
    for table in sorted(rows, key=lambda table: table.name):
        for row in rows[table]:
            digest.update(orjson.dumps(row, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE))
    return digest.hexdigest()[:16]


def _hedge(hedge: Hedge) -> Record:
    rule = HEDGES[hedge]
    return {
        "id": hedge.value,
        "name": rule.name,
        "definition": rule.definition,
        "bound": rule.bound,
        "firm": rule.firm,
    }


def _period(written: Record) -> Record:
    period = read_period(written["edtf"])
    return {**written, "start": period.start, "end": period.end}


def _below(children: dict[str, set[str]], id_: str) -> set[str]:
    """Return a record with its children and all theirs."""
    found, todo = {id_}, [id_]
    while todo:
        new = children[todo.pop()] - found
        found |= new
        todo.extend(new)
    return found


def _parts(records: dict[str, dict[str, Record]], scopes: list[Row]) -> list[Row]:
    """Return what each group, indicator and region contains; of a place that was not said, nothing is known."""
    found = set()
    for kind in ("groups", "indicators"):
        children: dict[str, set[str]] = defaultdict(set)
        for id_, record in records[kind].items():
            for parent in record["parents"]:
                children[parent].add(id_)
        found |= {(kind, whole, part) for whole in records[kind] for part in _below(children, whole)}
    kinds = {id_: region["kind"] for id_, region in records["regions"].items()}
    known = {id_ for id_, kind in kinds.items() if kind is not RegionKind.UNSPECIFIED}
    within = {(row["region_id"], row["member_id"]) for row in scopes if row["scope"] == "within"}
    within |= {(id_, other) for id_ in known if kinds[id_] is RegionKind.WORLDWIDE for other in known}
    found |= {("regions", whole, part) for whole, part in within if whole in known}
    return [{"kind": kind[:-1], "whole_id": whole, "part_id": part} for kind, whole, part in sorted(found)]


def _region_scopes(regions: dict[str, Record]) -> list[Row]:
    """Return which regions are meant by each region under each `region_scope`."""
    below: dict[str, set[str]] = defaultdict(set)
    for id_, region in regions.items():
        below[id_].update(region["members"])
        if region["parent"]:
            below[region["parent"]].add(id_)

    inside = {id_: _below(below, id_) for id_ in regions}
    combined = [id_ for id_, region in regions.items() if region["kind"] is RegionKind.COMBINED]
    rows: list[Row] = []
    for id_ in regions:
        around = {other for other in combined if id_ in inside[other]}
        for scope, members in (
            ("exact", {id_}),
            ("within", inside[id_]),
            ("overlapping", inside[id_] | around),
        ):
            rows.extend({"region_id": id_, "scope": scope, "member_id": member} for member in sorted(members))
    return rows


def _estimates(seeds: Seeds, records: dict[str, dict[str, Record]]) -> list[Record]:
    """Return the estimates as they are answered, but for their claims, in the order newest first."""
    articles = {entry.source.file: records["articles"][entry.record["id"]] for entry in seeds.articles}
    written = seeds.records("estimates")
    estimates = [_estimate(entry.record, written, articles[entry.source.file], records) for entry in seeds.estimates]
    estimates.sort(key=lambda estimate: estimate["id"])
    estimates.sort(key=lambda estimate: estimate["as_of"]["start"] or "", reverse=True)
    of_claim = defaultdict(list)
    for estimate in estimates:
        of_claim[estimate["claim"]].append(estimate)
    for id_, reports in of_claim.items():
        reports.sort(key=report_order)
        claim = {
            "id": id_,
            "reports": len(reports),
            "articles": len({one["article"]["id"] for one in reports}),
        }
        standing = next((report for report in reports if report["interval"]), None)
        for rank, report in enumerate(reports):
            report["claim"], report["claim_rank"], report["compared"] = claim, rank, report is standing
            report["disputed"] = any(
                one["article"]["id"] == report["article"]["id"] and exclude(one, report) for one in reports
            )
    return estimates


def _estimate(
    written: Record, others: dict[str, Record], article: Record, records: dict[str, dict[str, Record]]
) -> Record:
    estimate = dict(written)
    if written["derived"]:
        base, factor = others[written["derived"]["from"]], written["derived"]["factor"]
        estimate |= {key: None if base[key] is None else round(base[key] * factor, 6) for key in NUMBERS}
    numbers = [estimate[key] for key in NUMBERS]
    rule, vague = HEDGES[written["hedge"]], written["hedge"] is Hedge.VAGUE
    estimate["granularity"] = read_magnitude(written["wording"])[1] if vague else granularity_of(*numbers)
    estimate["low_inclusive"] = None if estimate["low"] is None else rule.low_inclusive
    estimate["high_inclusive"] = None if estimate["high"] is None else rule.high_inclusive
    interval = Interval.of(
        written["hedge"], estimate["low"], estimate["best"], estimate["high"], estimate["granularity"]
    )
    estimate["interval"] = interval
    for key in ("group", "indicator", "region", "source"):
        estimate[key] = records[f"{key}s"][written[key]]
    document = article["document"]
    as_of = _period(written["as_of"])
    return estimate | {
        "url": f"/estimates/{written['id']}",
        "as_of": as_of,
        "as_of_first_day": day_number(as_of["start"]),
        "as_of_last_day": day_number(as_of["end"]),
        "stated": written["stated"] and _period(written["stated"]),
        "article": article,
        "evidence": {"document": document["name"], "sha256": document["sha256"], **written["evidence"]},
        "value_low": interval and interval.low,
        "value_high": interval and interval.high,
        "value_low_inclusive": interval and interval.low_inclusive,
        "value_high_inclusive": interval and interval.high_inclusive,
    }


def _count_estimates(records: dict[str, dict[str, Record]], scopes: list[Row]) -> None:
    """Give every record its address and the number of its estimates; a region counts those of all below it."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for estimate in records["estimates"].values():
        counts["hedges", estimate["hedge"].value] += 1
        for key in ("group", "indicator", "source", "article", "claim"):
            counts[f"{key}s", estimate[key]["id"]] += 1
        for row in scopes:
            if row["scope"] == "within" and row["member_id"] == estimate["region"]["id"]:
                counts["regions", row["region_id"]] += 1
    for kind, found in records.items():
        if kind != "estimates":
            for id_, record in found.items():
                record["estimates"] = {
                    "count": counts[kind, id_],
                    "url": f"/estimates?{kind.removesuffix('s')}={id_}",
                }
                record.setdefault("url", f"/{kind}/{id_}")
