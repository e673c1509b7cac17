"""Suggestions: which claim an entry may report, by its source, its time, its indicator, its region and its number."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from schema.claim_json import CLAIM_KEYS
from schema.intervals import NUMBERS, read_period
from seeds.drafts.article import claim_id
from seeds.entries import Seeds
from seeds.review.fields import ESTIMATE, Values, flat_of_loaded
from seeds.review.state import State, Status

MOST = 3
"""How many claims are suggested for an entry."""
_KEYS = [key for key in CLAIM_KEYS if key != "as_of"]
_TERMS = {key: f"{key}s" for key in _KEYS}
_FEWEST = 2
"""Keys of a claim that an entry with its number has to share, for the claim to be suggested."""
_TAKEN = ("claim", *_KEYS, "as_of.edtf", "as_of.basis")
"""The keys that an entry has of its claim."""


@dataclass(frozen=True)
class Suggestion:
    """A claim: why it is suggested, in a sentence or two, and the values that a report of it has."""

    claim: str
    says: str
    values: Values


@dataclass(frozen=True)
class _Report:
    """A report of a claim: its values, and where it stands."""

    values: Values
    where: str


def suggestions(others: Seeds, state: State) -> list[list[Suggestion]]:
    """Return the claims that each entry of a state may report, the likeliest first; none for dropped entries."""
    titles = {entry.file.path: entry.record["title"] for entry in others.articles}
    reports = [
        _Report(flat_of_loaded(entry.record, ESTIMATE), titles.get(entry.file.path, entry.file.path.name))
        for entry in others.estimates
    ]
    names = {key: {id_: record["name"] for id_, record in others.records(kind).items()} for key, kind in _TERMS.items()}
    return [
        _suggestions(entry.values, [*reports, *_own(state, number)], names) if entry.status is Status.DRAFT else []
        for number, entry in enumerate(state.entries)
    ]


def _own(state: State, number: int) -> Iterator[_Report]:
    """Yield the other entries of a state that say which claim they report."""
    for other, entry in enumerate(state.entries):
        if other != number and entry.values["claim"] and entry.status is not Status.DROPPED:
            yield _Report(entry.values, f"figure {other + 1} here")


def _suggestions(values: Values, reports: list[_Report], names: Mapping[str, Mapping[str, str]]) -> list[Suggestion]:
    best: dict[str, tuple[int, Suggestion]] = {}
    for report in reports:
        claim = report.values["claim"]
        differs = [key for key in _KEYS if values[key] and values[key] != report.values[key]]
        shared = [key for key in _KEYS if values[key] and values[key] == report.values[key]]
        if _overlap(values["as_of.edtf"], report.values["as_of.edtf"]):
            shared.append("as_of")
        elif values["as_of.edtf"]:
            differs.append("as_of")
        same_number = _is_same_number(values, report.values)
        is_likely = same_number and len(shared) >= _FEWEST and len(differs) < len(shared)
        if not (is_likely or len(shared) == len(CLAIM_KEYS)) or claim == values["claim"]:
            continue
        points = 2 * same_number + len(shared) - 2 * len(differs)
        if claim not in best or points > best[claim][0]:
            taken = {key: report.values[key] for key in _TAKEN}
            best[claim] = points, Suggestion(claim, _says(report, names, differs), taken)
    ranked = sorted(best.values(), key=lambda pair: (-pair[0], pair[1].claim))
    new = claim_id(*(values[key] or None for key in ("source", "as_of.edtf", "region", "indicator")))
    is_new = new is not None and not values["claim"] and new not in best
    added = [Suggestion(new, f"A claim of its own would be called {new}.", {"claim": new})] if new and is_new else []
    return [suggestion for _, suggestion in ranked[:MOST]] + added


def _is_same_number(values: Values, others: Values) -> bool:
    """Return whether two figures have a number in common, or are both vague."""
    numbers, other_numbers = ({of[key] for key in NUMBERS if of[key]} for of in (values, others))
    return bool(numbers & other_numbers) or (not numbers and not other_numbers and values["hedge"] == others["hedge"])


def _overlap(first: str, second: str) -> bool:
    """Return whether two EDTF dates have a day in common; a text that is none has none."""
    try:
        periods = [read_period(text) for text in (first, second)]
    except ValueError:
        return False
    return max(period.start or "" for period in periods) <= min(period.end or "9999" for period in periods)


def _says(report: _Report, names: Mapping[str, Mapping[str, str]], differs: list[str]) -> str:
    """Return what a report says, and in what an entry differs from it."""
    values = report.values
    source, indicator, region = (names[key].get(values[key], values[key]) for key in ("source", "indicator", "region"))
    says = f"{source}: “{values['wording']}” ({indicator}, {region}, {values['as_of.edtf']}), in {report.where}."
    but = f" This entry differs in {', '.join(differs).replace('as_of', 'time')}." if differs else ""
    return f"This looks like a retelling of {values['claim']}. {says}{but}"
