"""The names that are looked for in a text: of groups, indicators and regions, and of all countries."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from schema.mentions import NameFinder

KINDS = ("indicator", "group", "region")
"""The kinds of records that a number is about, of which a text always tells the indicator, or candidates for it."""
WORD = re.compile(r"[^\W\d_]+")


class Indicator(NamedTuple):
    """What has to be known of an indicator; `wholes` are those that contain it, and itself."""

    unit: str
    kind: str
    wholes: frozenset[str]


@dataclass(frozen=True)
class KnownNames:
    """The names of a dataset.

    `finder` finds groups, indicators and regions in a text, and countries that the dataset does not have, which have an
    empty id. `parents` holds the region that each region lies in, `combined` the regions that have a name together, by
    their members, `source_words` the words in the names of sources, such as "Iraqi" and "General", `indicators` all
    indicators by id, and `nameless` the group and the region of what names none, by kind, if the dataset has them.
    """

    finder: NameFinder
    parents: dict[str, str | None]
    combined: dict[frozenset[str], str]
    source_words: frozenset[str]
    indicators: dict[str, Indicator]
    nameless: dict[str, tuple[str, ...]]

    def around(self, id_: str) -> Iterator[str]:
        """Yield the regions that a region lies in, the nearest first."""
        parent = self.parents.get(id_)
        while parent:
            yield parent
            parent = self.parents.get(parent)
