"""The fault: one breach of a rule by a key of a record, curated or imported."""

from typing import NamedTuple, Protocol

from seeds.entries import Record


class Fault(NamedTuple):
    """One breach of a rule.

    `name` is the rule's (`id-taken`), `key` is dotted where it is nested (`published.note`, `parents.0`), and `what`
    reads "… is wrong; expected …".
    """

    name: str
    key: str
    what: str


class Located(Protocol):
    """A record with its place: in a curated file, or in a row of a table."""

    @property
    def record(self) -> Record:
        """Return the record."""

    def where(self, key: str) -> str:
        """Return the place of one of its keys as `file:line`."""
