"""What became of a claim as it was retold, in words and as a small mark for each report."""

from collections.abc import Mapping
from typing import Any

from api.formats.phrases import hedge_in_words
from schema.terms import Drift, Hedge

_WORDS = {
    Drift.NUMBER_CHANGED: "another number",
    Drift.VAGUER: "a word instead of the number",
    Drift.PLACE_CHANGED: "another place",
    Drift.SCOPE_LOST: "what it leaves out is not said any more",
    Drift.SAME: "the same",
}
_MARKS = {
    Drift.SAME: "=",
    Drift.HEDGE_LOST: "−",  # noqa: RUF001 (a minus)
    Drift.HEDGE_ADDED: "+",
    Drift.HEDGE_CHANGED: "±",
    Drift.BOUND_REVERSED: "⇄",
    Drift.NUMBER_CHANGED: "≠",
    Drift.VAGUER: "~",
    Drift.PLACE_CHANGED: "⌂",
    Drift.SCOPE_LOST: "…",
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
    """Return how retellings fared, the commonest first: each drift's `number`, `mark` and words; see `drifts_of`."""
    commonest = sorted(drifts.items(), key=lambda item: (-item[1], item[0]))
    return [
        {"number": number, "mark": _MARKS[Drift(drift)], "words": _FARED[Drift(drift)]} for drift, number in commonest
    ]


def retellings(claim: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the reports of a claim, each with its `change` in words, its `mark`, and the report it is compared with.

    `base` is None for the report that the others are compared with.
    """
    reports = {report["id"]: report for report in claim["reports"]}
    return [_retelling(report, reports.get(report["drift_from"])) for report in reports.values()]


def _retelling(report: Mapping[str, Any], base: Mapping[str, Any] | None) -> dict[str, Any]:
    if base is None:
        return {"report": report, "base": None, "change": "the first", "mark": "•"}
    drift = Drift(report["drift"])
    return {
        "report": report,
        "base": base,
        "change": _change(drift, base["hedge"], report["hedge"]),
        "mark": _MARKS[drift],
    }


def _change(drift: Drift, before: str, after: str) -> str:
    """Return a drift in words: `“up to” was added`, `“at most” became “at least”`."""
    if drift in _WORDS:
        return _WORDS[drift]
    if after == Hedge.NONE:
        return f"“{hedge_in_words(before)}” was dropped"
    if before == Hedge.NONE:
        return f"“{hedge_in_words(after)}” was added"
    return f"“{hedge_in_words(before)}” became “{hedge_in_words(after)}”"
