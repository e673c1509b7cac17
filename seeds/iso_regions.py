"""The regions of ISO 3166 that have a name: countries, and their first-level parts, as pycountry and CLDR call them."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import pycountry
from babel import Locale

from schema.names import fold, misspelt, without_marks
from schema.terms import RegionKind
from seeds.rules.registries import Words, words_of

_MOST_LISTED = 12
_PARTS: Any = pycountry.subdivisions  # is not typed


class IsoRegion(NamedTuple):
    """A country or a first-level part of one: its code, kind and names, of which the first is the one to use.

    `called` are the words of all names by which it is found: "Congo, Republic of" is found by "Congo", too.
    """

    code: str
    kind: RegionKind
    names: tuple[str, ...]
    called: frozenset[Words]

    @property
    def country(self) -> str:
        """Return the code of the country that a part lies in; of a country, its own."""
        return self.code.partition("-")[0]

    def __str__(self) -> str:
        """Return the code with the name: `US-GA (Georgia, United States)`."""
        country = f", {by_code()[self.country].names[0]}" if self.code != self.country else ""
        return f"{self.code} ({self.names[0]}{country})"


class UnknownRegionError(ValueError):
    """A name is that of no region of ISO 3166, or of several; the text says which are meant, or like it."""


@cache
def by_code() -> dict[str, IsoRegion]:
    """Return all of them by their codes."""
    return {region.code: region for region in (*_countries(), *_parts())}


def iso_region(name: str) -> IsoRegion:
    """Return the only region with a name or a code; raises UnknownRegionError."""
    regions, words = by_code(), words_of(name)
    called = [region for region in regions.values() if fold(name) == fold(region.code) or words in region.called]
    if len(called) == 1:
        return called[0]
    if called:
        raise UnknownRegionError(f"{name!r} has several meanings; expected the code of one: {_listed(called)}")
    near = set(misspelt(fold(name), [fold(other) for region in regions.values() for other in region.names]))
    like = [
        region
        for region in regions.values()
        if not near.isdisjoint(map(fold, region.names)) or any(words and words < other for other in region.called)
    ]
    expected = f"the code of one like it: {_listed(like)}" if like else "a country, or a part of one, such as IQ-AN"
    raise UnknownRegionError(f"{name!r} is not in ISO 3166; expected {expected}")


def names_in(names: str) -> list[str]:
    """Return the names that CLDR gives in one: "Myanmar (Burma)", "Bosnia & Herzegovina"."""
    return names.replace(" & ", " and ").removesuffix(")").split(" (")


def _countries() -> Iterator[IsoRegion]:
    english = Locale("en").territories
    for country in pycountry.countries:
        names = names_in(english[country.alpha_2]) if country.alpha_2 in english else []
        names.append(country.alpha_3)
        names += [getattr(country, key, "") for key in ("common_name", "name", "official_name")]
        yield _region(country.alpha_2, RegionKind.COUNTRY, names)


def _parts() -> Iterator[IsoRegion]:
    for part in _PARTS:
        if part.parent_code is None:
            names = [name.strip("])") for name in part.name.replace("[", "(").split(" (")]
            yield _region(part.code, RegionKind.ADMIN1, [*names, *map(without_marks, names)])


def _region(code: str, kind: RegionKind, names: list[str]) -> IsoRegion:
    """Return a region; names with a comma ("Iran, Islamic Republic of") are only looked for, and not used."""
    usable: dict[str, str] = {}
    for name in names:
        if name and "," not in name:
            usable.setdefault(fold(name), name)
    called = {words_of(name) for name in names} | {words_of(re.split(",| - ", name)[0]) for name in names}
    return IsoRegion(code, kind, tuple(usable.values()) or tuple(names[:1]), frozenset(called - {frozenset()}))


def _listed(regions: list[IsoRegion]) -> str:
    more = "; …" if len(regions) > _MOST_LISTED else ""
    return "; ".join(map(str, regions[:_MOST_LISTED])) + more
