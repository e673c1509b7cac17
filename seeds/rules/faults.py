"""A fault: what is wrong with one key of a record, wherever the record was read from."""

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
    """A record whose place is known: curated in a file, or made of a table's row."""

    @property
    def record(self) -> Record:
        """Return the record."""

    def where(self, key: str) -> str:
        """Return the place of one of its keys as `file:line`."""
