"""Names of the world's countries in the languages that are read: a text may be about one that the dataset lacks."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import product
from pathlib import Path

from ruamel.yaml import YAML

_FILE = Path(__file__).with_name("countries.yaml")
_AND = ("and", "und", "und im", "und in", "et", "et en", "et la", "y", "y en")
"""How two countries are joined to one region."""


@lru_cache(maxsize=1)
def country_names() -> dict[str, list[str]]:
    """Return the names of each country by its code of ISO 3166."""
    names: dict[str, list[str]] = YAML(typ="safe", pure=True).load(_FILE)
    return names


def names_together(first: Iterable[str], second: Iterable[str]) -> Iterator[str]:
    """Yield the names of two countries together, in both orders: "Irak und Syrien"."""
    for word in _AND:
        for name, other in product(first, second):
            yield f"{name} {word} {other}"
            yield f"{other} {word} {name}"
