"""What is wrong with one key of a record, wherever the record was read from."""

from typing import NamedTuple


class Fault(NamedTuple):
    """One thing that is wrong: its name, the key (dotted where nested), and what with what was expected."""

    name: str
    key: str
    what: str
