"""The reader of quantities against tables of phrases, in each language: right codings pass, wrong ones are refused."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from schema.terms import Hedge
from seeds.rules.wording import faults_of_figure

FOLDER = Path(__file__).parent / "data" / "quantities"
TABLES = {file.stem: YAML(typ="safe", pure=True).load(file.read_text()) for file in sorted(FOLDER.glob("*.yaml"))}
RIGHT = [
    (language, str(phrase), coding) for language, table in TABLES.items() for phrase, coding in table["right"].items()
]
WRONG = [
    (language, str(phrase), coding)
    for language, table in TABLES.items()
    for phrase, codings in table["wrong"].items()
    for coding in codings
]
KEYS = {
    "none": ("low", "best", "high"),
    "approximately": ("best",),
    "at_least": ("low",),
    "more_than": ("low",),
    "between": ("low", "high"),
}


def record_of(coding, wording):
    """Return the record of an estimate that is coded as "between 400 500"."""
    hedge, *numbers = coding.split()
    values = [float(number) if "." in number else int(number) for number in numbers]
    keys = KEYS.get(hedge, ("low", "high")[2 - len(values) :])
    values = values * 3 if hedge == "none" else values
    record = dict.fromkeys(("low", "best", "high", "derived")) | dict(zip(keys, values, strict=False))
    return {**record, "hedge": Hedge(hedge), "wording": wording}


def faults(language, wording, coding, unit=None):
    return [fault.what for fault in faults_of_figure(record_of(coding, wording), unit, language)]


@pytest.mark.parametrize(("language", "phrase", "coding"), RIGHT)
def test_a_right_coding_passes(language, phrase, coding):
    assert faults(language, phrase, coding) == []


@pytest.mark.parametrize(("language", "phrase", "coding"), WRONG)
def test_a_wrong_coding_is_refused_with_what_is_expected(language, phrase, coding):
    found = faults(language, phrase, coding)
    assert found
    assert all("; expected " in what for what in found)
