"""The differences between what the API answers about two releases."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from api.endpoints.changes import Change, changed_fields, differing

KINDS = (
    *("estimates", "claims", "totals", "conflicts", "series"),
    *("articles", "sources", "groups", "regions", "indicators", "dataset"),
)
"""The kinds of records that are compared; `totals` are the numbers of estimates and sources of each term."""

Values = dict[str, Any]
"""The values of a record: text, numbers, flags, null, or sorted lists of texts."""
Answers = dict[str, dict[str, Values]]
"""The records of each kind, by their keys."""


@dataclass(frozen=True)
class Difference:
    """A record that was inserted, updated or deleted: its kind and key, and each value that is another (old, new).

    Of one that was inserted or deleted, these are all values that are not null.
    """

    kind: str
    key: str
    change: Change
    values: dict[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Differences:
    """All differences, and the numbers of records of each kind before and after."""

    before: dict[str, int]
    after: dict[str, int]
    changes: list[Difference]

    def of(self, kind: str) -> list[Difference]:
        """Return the differences of one kind."""
        return [each for each in self.changes if each.kind == kind]

    def counts(self, kind: str) -> Counter[Change]:
        """Return how many records of a kind were inserted, updated and deleted."""
        return Counter(each.change for each in self.of(kind))

    def data(self) -> dict[str, Any]:
        """Return all differences for programs."""
        return {
            "counts": {kind: {"old": self.before[kind], "new": self.after[kind]} for kind in KINDS},
            "changes": {kind: [_data(each) for each in self.of(kind)] for kind in KINDS},
        }


def compare(old: Answers, new: Answers) -> Differences:
    """Return the differences between two answers: of each kind the inserted, the updated, then the deleted."""
    changes = [
        Difference(kind, key, change, values)
        for kind in KINDS
        for change in Change
        for key in (old if change is Change.DELETED else new)[kind]
        if _change(key, old[kind], new[kind]) is change
        and (values := differing(old[kind].get(key, {}), new[kind].get(key, {})))
    ]
    before, after = ({kind: len(answers[kind]) for kind in KINDS} for answers in (old, new))
    return Differences(before, after, changes)


def _change(key: str, old: dict[str, Values], new: dict[str, Values]) -> Change:
    """Return what became of a record, if it has any other value."""
    if key not in old:
        return Change.INSERTED
    return Change.UPDATED if key in new else Change.DELETED


def _data(difference: Difference) -> dict[str, Any]:
    return {"key": difference.key, "change": difference.change, "changed": changed_fields(difference.values)}
