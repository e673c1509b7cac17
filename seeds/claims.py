"""Estimates → the claims that they report: in which order, within which bounds, and what drifted."""

from collections import defaultdict
from collections.abc import Iterable

from schema.intervals import NUMBERS, exclude_each_other
from schema.terms import HEDGES, Bound, Drift, Hedge, Locus
from seeds.entries import Record


def report_order(estimate: Record) -> tuple[bool, str, str]:
    """Return what reports of a claim are sorted by: body before headline, then the earliest published."""
    return (
        estimate["locus"] is Locus.HEADLINE,
        estimate["article"]["published"]["start"] or "",
        estimate["id"],
    )


def exclude(one: Record, other: Record) -> bool:
    """Say whether two reports of a claim cannot both be true."""
    if one["interval"] is None or other["interval"] is None:
        return False
    return exclude_each_other((one["hedge"], one["interval"]), (other["hedge"], other["interval"]))


def claims_of(estimates: Iterable[Record]) -> dict[str, Record]:
    """Return the claims that estimates report, by id, each with its envelope and what became of it."""
    of_claim = defaultdict(list)
    for estimate in estimates:
        of_claim[estimate["claim"]["id"]].append(estimate)
    claims = {}
    for id_, reports in sorted(of_claim.items()):
        reports.sort(key=lambda report: report["claim_rank"])
        claims[id_] = {
            "id": id_,
            **{key: reports[0][key] for key in ("group", "indicator", "region", "source", "as_of")},
            "envelope": _envelope(reports),
            "articles": reports[0]["claim"]["articles"],
            "reports": [_with_drift(report, reports) for report in reports],
        }
    return claims


def _with_drift(report: Record, reports: list[Record]) -> Record:
    """Return a report with what became of the claim in it, against the first in its article's body, else the first."""
    own = [one for one in reports if one["article"] is report["article"] and one["locus"] is Locus.BODY]
    base = next((one for one in (*own[:1], reports[0]) if one is not report), None)
    return report | {"drift": base and drift(base, report), "drift_from": base and base["id"]}


def _envelope(reports: list[Record]) -> Record:
    printed = [report for report in reports if not report["derived"]]
    said = {key: {report[key] for report in printed if report[key] is not None} for key in NUMBERS}
    return {
        "low": min(said["low"], default=None),
        "best": said["best"].pop() if len(said["best"]) == 1 else None,
        "high": max(said["high"], default=None),
    }


def drift(last: Record, report: Record) -> Drift:
    """Return what changed between two reports of a claim: the side of the bound, else the number, else the hedge."""
    if all(last[key] == report[key] for key in ("hedge", *NUMBERS)):
        return Drift.SAME
    bounds = {HEDGES[last["hedge"]].bound, HEDGES[report["hedge"]].bound}
    if bounds == {Bound.FLOOR, Bound.CEILING}:
        return Drift.BOUND_REVERSED
    numbers = [{one[key] for key in NUMBERS} - {None} for one in (last, report)]
    if numbers[0] != numbers[1]:
        return Drift.NUMBER_CHANGED
    if report["hedge"] is Hedge.NONE:
        return Drift.HEDGE_LOST
    return Drift.HEDGE_ADDED if last["hedge"] is Hedge.NONE else Drift.HEDGE_CHANGED
