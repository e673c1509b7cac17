"""The rules that ask a registry: codes of countries and their parts (ISO 3166), currencies (4217), languages (BCP 47).

The registries are pycountry's. It takes a tenth of a second to import and as long again for its first subdivision, so
only the loader imports this module.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any

import pycountry

from schema.fields import shown
from schema.terms import Unit, is_currency
from seeds.entries import Record, names_of
from seeds.rules.faults import Fault
from seeds.rules.look_alikes import skeleton

_PARTS: Any = pycountry.subdivisions  # is not typed
_KOSOVO = "XK"
"""A code that ISO 3166-1 leaves to its users, and the only such code that is in general use, as in Unicode's CLDR."""
_NO_WORDS = {"", "and", "of", "the"}
_LANGUAGE_TAG = re.compile(
    "(?P<language>[a-z]{2,3})(?:-[a-z]{3}){0,3}(?:-(?P<script>[a-z]{4}))?(?:-(?P<region>[a-z]{2}|[0-9]{3}))?"
    "(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[a-z0-9](?:-[a-z0-9]{2,8})+)*",
    re.ASCII | re.IGNORECASE,
)

Words = frozenset[str]
"""The words of a name without their order, since "Republic of Iraq" may be listed as "Iraq, Republic of"."""


def faults_of_code(region: Record) -> Iterator[Fault]:
    """Yield a fault where the ISO code of a region does not exist, or where one of its names has another code.

    Its names are compared with those of the code. Where none of these is among them, they are looked for among the
    countries, and the parts of the code's country; a name that is nowhere, such as "Ivory Coast", is no fault.
    """
    code = region["iso"]
    if code is None or code == _KOSOVO:
        return
    country = code.partition("-")[0]
    codes_of = _codes_by_name(country)
    named = {other for name in names_of(region) if name != code for other in codes_of.get(words_of(name), ())}
    name = _name(code)
    if name is None:
        expected = _listed(named) if named else "one that is, such as IQ or IQ-AN"
        what = f"{shown(code)} is no code of ISO 3166; expected {expected}"
        yield Fault("code-not-in-iso", "iso", what)
    elif named and code not in named:
        yield Fault("code-of-another", "iso", f"{shown(code)} is the code of {name}; expected {_listed(named)}")


def faults_of_country(region: Record, above: Iterable[Record]) -> Iterator[Fault]:
    """Yield a fault where a part of a country, as its code says, lies in regions of other countries only.

    `above` are the regions that it lies in.
    """
    country, _, part = (region["iso"] or "").partition("-")
    countries = {other["iso"].partition("-")[0] for other in above if other["iso"]}
    if part and countries and country not in countries:
        what = f"{shown(region['parent'])} is in {_listed(countries)}, and {region['iso']} in {country}"
        yield Fault("parent-in-another-country", "parent", f"{what}; expected a region of {country}")


@lru_cache
def fault_of_language(tag: str) -> Fault | None:
    """Return a fault where the language, the script or the country of a well-formed BCP 47 tag is not registered.

    Variants and extensions are taken as they are.
    """
    parts = _LANGUAGE_TAG.fullmatch(tag)
    if not parts:
        return _language_fault(f"{shown(tag)} is no BCP 47 language tag; expected one such as en or pt-BR")
    code, script, region = parts["language"].lower(), parts["script"], parts["region"]
    language = pycountry.languages.get(**{f"alpha_{len(code)}": code})
    if language is None and not (len(code) == 3 and pycountry.language_families.get(alpha_3=code)):  # noqa: PLR2004
        return _language_fault(f"{shown(tag)} is no language of ISO 639; expected one that is, such as en")
    shortest = getattr(language, "alpha_2", code)
    if shortest != code:
        return _language_fault(f"{shown(tag)} is not the shortest code; expected {shortest}{tag[len(code) :]}")
    if script and not pycountry.scripts.get(alpha_4=script.title()):
        return _language_fault(f"{shown(tag)} has no script of ISO 15924; expected one that is, such as Latn")
    if region and region.isalpha() and region.upper() != _KOSOVO and not _name(region.upper()):
        return _language_fault(f"{shown(tag)} has no country of ISO 3166; expected one that is, such as US")
    return None


def fault_of_currency(indicator: Record) -> Fault | None:
    """Return a fault where the unit of an indicator is a currency that ISO 4217 does not have."""
    unit = indicator["unit"]
    if not is_currency(unit) or pycountry.currencies.get(alpha_3=unit):
        return None
    what = f"{shown(unit)} is no currency of ISO 4217; expected one that is, such as USD, or {', '.join(Unit)}"
    return Fault("currency-not-in-iso", "unit", what)


def _language_fault(what: str) -> Fault:
    return Fault("language-not-registered", "language", what)


def _name(code: str) -> str | None:
    """Return the first name of a code of ISO 3166-1 or 3166-2; None where there is no such code."""
    entry = _PARTS.get(code=code) if "-" in code else pycountry.countries.get(alpha_2=code)
    return str(entry.name) if entry else None


def _listed(codes: Iterable[str]) -> str:
    """Return codes as a text: "IQ, IQ-AN or IQ-AR"."""
    *first, last = sorted(codes)
    return f"{', '.join(first)} or {last}" if first else last


@cache
def _codes_by_name(country: str) -> dict[Words, set[str]]:
    """Return the codes of all countries, and of the parts of one, by each of their names."""
    codes: dict[Words, set[str]] = defaultdict(set)
    for entry in pycountry.countries:
        for key in ("name", "official_name", "common_name", "alpha_3"):
            if name := getattr(entry, key, None):
                codes[words_of(name)].add(entry.alpha_2)
    for part in _PARTS.get(country_code=country) or ():
        codes[words_of(part.name)].add(part.code)
        codes[words_of(f"{part.name} {part.type}")].add(part.code)
    return codes


def words_of(name: str) -> Words:
    """Return the words by which a name is compared with those of ISO 3166: letters without accents, in any order."""
    return frozenset(re.split(r"[^\w']+", skeleton(name))) - _NO_WORDS
