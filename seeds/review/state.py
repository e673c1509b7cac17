"""The state of a desk: what its page shows, and sends back whole with each check and each save."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from schema.vocabulary import Record as RecordSchema
from seeds.review.fields import ARTICLE, ESTIMATE, KEYS, Values


class Status(StrEnum):
    """What was decided of an entry."""

    DRAFT = "draft"
    ACCEPTED = "accepted"
    DROPPED = "dropped"


@dataclass(frozen=True)
class ReviewedEntry:
    """An entry: its index among the estimates of the file (None: it was added), what was decided, and its values."""

    index: int | None
    status: Status
    values: Values


@dataclass(frozen=True)
class State:
    """The values of the article, and its entries in the order of the file; added ones come last."""

    article: Values
    entries: tuple[ReviewedEntry, ...]

    @property
    def remaining(self) -> list[ReviewedEntry]:
        """The entries that are not dropped, in the order in which they stand in the file when it is saved."""
        return [entry for entry in self.entries if entry.status is not Status.DROPPED]


def read_state(data: Any, entries_in_file: int) -> State:
    """Return the state that a page sent as JSON; raises ValueError where it is none of the file's.

    `entries_in_file` is the number of estimates in the file, each of which has to be there, in its order.
    """
    if not isinstance(data, Mapping) or not isinstance(data.get("entries"), list):
        raise ValueError("no state of a desk; expected an article and entries")
    entries = []
    for entry in data["entries"]:
        if not isinstance(entry, Mapping) or entry.get("status") not in list(Status):
            raise ValueError("no entry of a desk; expected index, status and values")
        entries.append(
            ReviewedEntry(entry.get("index"), Status(entry["status"]), _values(entry.get("values"), ESTIMATE))
        )
    indexes = [entry.index for entry in entries]
    added = len(entries) - entries_in_file
    if indexes != [*range(entries_in_file), *[None] * added]:
        raise ValueError("not the entries of the file; expected each of them, in its order")
    return State(_values(data.get("article"), ARTICLE), tuple(entries))


def _values(data: Any, schema: RecordSchema) -> Values:
    if not isinstance(data, Mapping) or {*data} != {*KEYS[schema]}:
        raise ValueError(f"not the values of a record; expected {', '.join(KEYS[schema])}")
    if not all(isinstance(value, str) for value in data.values()):
        raise ValueError("a value is no text; expected texts only")
    return dict(data)
