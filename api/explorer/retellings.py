"""What became of a claim as it was retold, in words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from api.formats.phrases import hedge_in_words
from schema.terms import Drift, Hedge, Locus

_WORDS = {
    Drift.NUMBER_CHANGED: "another number",
    Drift.VAGUER: "a word instead of the number",
    Drift.PLACE_CHANGED: "another place",
    Drift.SCOPE_LOST: "what it leaves out is not said any more",
    Drift.SAME: "the same",
}
_FARED = {
    Drift.SAME: "the same",
    Drift.HEDGE_LOST: "without the hedge",
    Drift.HEDGE_ADDED: "with a hedge added",
    Drift.HEDGE_CHANGED: "with another hedge",
    Drift.BOUND_REVERSED: "with the limit turned around",
    Drift.NUMBER_CHANGED: "with another number",
    Drift.VAGUER: "with a word instead of the number",
    Drift.PLACE_CHANGED: "of another place",
    Drift.SCOPE_LOST: "without what it leaves out",
}


def fared(drifts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return how retellings fared, the commonest first: each drift's `number` and `words`; see `drifts_of`."""
    commonest = sorted(drifts.items(), key=lambda item: (-item[1], item[0]))
    return [{"number": number, "words": _FARED[Drift(drift)]} for drift, number in commonest]


def retold_in_words(retold: Sequence[Mapping[str, Any]]) -> str:
    """Return how the reports of a claim fared beside the first: `2 with another hedge, 1 the same`."""
    drifts = Counter(each["report"]["drift"] for each in retold if each["base"])
    return ", ".join(f"{drift['number']} {drift['words']}" for drift in fared(drifts))


def disputed_as(report: Mapping[str, Any]) -> str:
    """Return what a disputed report is called: a headline has the text below it against it."""
    return "contradicts its article" if report["locus"] == Locus.HEADLINE else "contradicted in its article"


def retellings(claim: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the reports of a claim, each with its `change` in words, and the report it is compared with.

    `base` is None for the report that the others are compared with.
    """
    reports = {report["id"]: report for report in claim["reports"]}
    return [_retelling(report, reports.get(report["drift_from"])) for report in reports.values()]


def _retelling(report: Mapping[str, Any], base: Mapping[str, Any] | None) -> dict[str, Any]:
    if base is None:
        return {"report": report, "base": None, "change": "the first"}
    return {"report": report, "base": base, "change": _change(Drift(report["drift"]), base["hedge"], report["hedge"])}


def _change(drift: Drift, before: str, after: str) -> str:
    """Return a drift in words: `“up to” was added`, `“at most” became “at least”`."""
    if drift in _WORDS:
        return _WORDS[drift]
    if after == Hedge.NONE:
        return f"“{hedge_in_words(before)}” was dropped"
    if before == Hedge.NONE:
        return f"“{hedge_in_words(after)}” was added"
    return f"“{hedge_in_words(before)}” became “{hedge_in_words(after)}”"
