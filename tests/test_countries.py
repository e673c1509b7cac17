"""The names of countries that a text may be about are those of ISO 3166, in five languages."""

import gettext
import re

import pycountry
import pytest

from api.read.countries import country_names

MORE = {"America", "Britain", "Burma", "Turkey", "USA", "سوريا"}
"""Names of daily use that ISO 3166 does not have."""


def test_each_country_of_iso_3166_has_names():
    assert set(country_names()) == {country.alpha_2 for country in pycountry.countries}


@pytest.mark.parametrize("code", ["IQ", "LY", "NG", "SY", "TR"])
def test_names_are_those_of_iso_3166(code):
    country = pycountry.countries.get(alpha_2=code)
    written = {country.name, getattr(country, "common_name", country.name)}
    names = set(MORE)
    for language in ("en", "de", "fr", "es", "ar"):
        translation = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language], fallback=True)
        names |= {re.split(r",| \(", translation.gettext(name))[0] for name in written}
    assert set(country_names()[code]) <= names
