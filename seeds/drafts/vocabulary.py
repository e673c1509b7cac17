"""The vocabulary of a seed folder as a text is compared with it: its indicators, and the names of its terms."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from babel import Locale, UnknownLocaleError

from schema.mentions import NameFinder
from schema.names import fold
from schema.subjects.names import WORD, Indicator, KnownNames
from schema.terms import NameKind, RegionKind
from seeds.curated.check import check_vocabulary
from seeds.entries import Record, names_of, reachable
from seeds.rules.code_lists import directly_above

_NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
"""Codes among CLDR's territories that are no countries'."""


@dataclass(frozen=True)
class Vocabulary:
    """The names of a seed folder's groups, regions and indicators, and what finds those of its sources."""

    names: KnownNames
    sources: NameFinder


def read_vocabulary(folder: Path, language: str) -> Vocabulary:
    """Return the vocabulary of a seed folder; the names of countries are in the language, a BCP 47 tag.

    Raises SeedsRefused with the problems of the vocabulary.
    """
    seeds = check_vocabulary(folder)
    regions, indicators, sources = (seeds.records(kind) for kind in ("regions", "indicators", "sources"))
    wanted = [
        (kind, id_, name)
        for kind in ("group", "region", "indicator")
        for id_, record in seeds.records(f"{kind}s").items()
        for name in _names(record)
    ]
    wanted += [(kind, id_, name[:-1]) for kind, id_, name in wanted if kind == "indicator" and name.endswith("s")]
    codes = {record["iso"]: id_ for id_, record in regions.items() if record["iso"]}
    wanted += [("region", codes.get(code, ""), name) for code, name in _countries(language)]
    above = directly_above(seeds.indicators)
    known = KnownNames(
        NameFinder(wanted),
        {id_: record["parent"] for id_, record in regions.items()},
        _combined(regions),
        frozenset(fold(word) for record in sources.values() for name in _names(record) for word in WORD.findall(name)),
        {
            id_: Indicator(record["unit"], record["kind"], frozenset(reachable(above, [id_])))
            for id_, record in indicators.items()
        },
        {},
    )
    return Vocabulary(known, NameFinder(("source", id_, name) for id_, of in sources.items() for name in _names(of)))


def _names(record: Record) -> list[str]:
    """Return the names of a term by which a text may call it."""
    return [name for name, kind in names_of(record).items() if kind is not NameKind.CODE]


def _combined(regions: dict[str, Record]) -> dict[frozenset[str], str]:
    """Return the combined regions by their members."""
    members: dict[frozenset[str], str] = defaultdict(str)
    for id_, record in regions.items():
        if record["kind"] is RegionKind.COMBINED:
            members[frozenset(record["members"])] = id_
    return dict(members)


def _countries(language: str) -> list[tuple[str, str]]:
    """Return the names of countries in a language, each with the country's code; none in a language that CLDR lacks."""
    try:
        territories = Locale.parse(language, sep="-").territories
    except (UnknownLocaleError, ValueError):
        return []
    return [
        (code, name)
        for code, names in territories.items()
        if code.isalpha() and code not in _NO_COUNTRIES
        for name in names.replace(" & ", " and ").removesuffix(")").split(" (")
    ]
