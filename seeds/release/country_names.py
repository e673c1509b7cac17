"""The rows of the table `names` for the world's countries: a text may be about one that the dataset does not have.

The names are those of CLDR, which Babel has, in each language whose numbers are read; ISO 3166, which pycountry has,
says which territories are countries. Both take memory and time, so only the loader imports them.
"""

from functools import lru_cache

import pycountry
from babel import Locale

from schema.names import fold
from schema.quantities import known_languages
from schema.tables import COUNTRY
from schema.terms import NameKind
from seeds.iso_regions import names_in

NameRow = tuple[str, str, str, NameKind, str]
"""A row of `names`: kind, key, id, why, and how the name is written."""


@lru_cache(maxsize=1)
def country_names() -> list[NameRow]:
    """Return a row for each name of a country; its id is the country's code in ISO 3166."""
    codes = {country.alpha_2 for country in pycountry.countries}
    written = {
        (code, name)
        for language in known_languages()
        for code, names in Locale(language).territories.items()
        if code in codes
        for name in names_in(names)
    }
    return [(COUNTRY, fold(name), code, NameKind.NAME, name) for code, name in sorted(written)]
