"""Figures and times read as somebody would say them, and never as more than was said."""

import pytest

from api.formats.phrases import at, bounds, count, figure, span, unit_in_words, when, words
from schema.terms import HEDGES, Hedge

FIGURES = {
    (Hedge.NONE, 22, 22, 22): "22",
    (Hedge.NONE, 1234567, 1234567, 1234567): "1,234,567",
    (Hedge.NONE, 400.0, 400.0, 400.0): "400",
    (Hedge.NONE, 0, 0, 0): "0",
    (Hedge.APPROXIMATELY, None, 4000, None): "about 4,000",
    (Hedge.APPROXIMATELY, 2500, None, 3500): "about 2,500 to 3,500",
    (Hedge.APPROXIMATELY, 11, 11, 11): "about 11",
    (Hedge.APPROXIMATELY, None, None, 3500): "up to about 3,500",
    (Hedge.APPROXIMATELY, 250, None, None): "at least about 250",
    (Hedge.NEARLY, None, None, 400): "nearly 400",
    (Hedge.BETWEEN, 400, None, 500): "400 to 500",
    (Hedge.BETWEEN, 3, 5, 9): "3 to 9, best 5",
    (Hedge.AT_MOST, None, None, 500): "at most 500",
    (Hedge.AT_MOST, 400, None, 500): "at most 400 to 500",
    (Hedge.UP_TO, None, None, 7000): "up to 7,000",
    (Hedge.FEWER_THAN, None, None, 1000): "fewer than 1,000",
    (Hedge.AT_LEAST, 8, None, None): "at least 8",
    (Hedge.MORE_THAN, 400, None, None): "more than 400",
}
MAGNITUDES = {10: "dozens", 100: "hundreds", 1000: "thousands", None: "no number"}
TIMES = {
    "2017": "2017",
    "0456": "0456",
    "2017-07": "July 2017",
    "2017-07-01": "1 July 2017",
    "2020-02-29": "29 February 2020",
    "2017~": "about 2017",
    "2017-07?": "perhaps July 2017",
    "2023-03-12~": "about 12 March 2023",
    "2023-03-12%": "perhaps about 12 March 2023",
    "2016-21": "spring 2016",
    "2016-22": "summer 2016",
    "2016-33": "the first quarter of 2016",
    "2016-36": "the last quarter of 2016",
    "2016-23": "autumn 2016",
    "201X": "some time in 2010 to 2019",
    "19XX": "some time in 1900 to 1999",
    "2017-XX": "some time in 2017",
    "2017-07-XX": "some day in July 2017",
    "2017-07/2017-12": "July 2017 to December 2017",
    "2014/2017-07-10": "2014 to 10 July 2017",
    "2017~/2018-01?": "about 2017 to perhaps January 2018",
    "2017-07/..": "from July 2017 on",
    "2017-07-10~/..": "from about 10 July 2017 on",
    "../2017": "until 2017",
    "../2017-12-31?": "until perhaps 31 December 2017",
}


WITH_PREPOSITIONS = {
    "2017": "in 2017",
    "2017-07": "in July 2017",
    "2016-22": "in summer 2016",
    "2016-34": "in the second quarter of 2016",
    "2017-07-01": "on 1 July 2017",
    "2023-03-12~": "on about 12 March 2023",
    "2017~": "in about 2017",
    "2017-07?": "perhaps in July 2017",
    "2023-03-12%": "perhaps on about 12 March 2023",
    "201X": "some time in 2010 to 2019",
    "2017-07-XX": "some day in July 2017",
    "2017-07/2017-12": "from July 2017 to December 2017",
    "2017-07/..": "from July 2017 on",
    "../2016-22": "until summer 2016",
    "2016-35/..": "from the third quarter of 2016 on",
    "[2017-12-27..2017-12-31]": "on one day of 27 December 2017 to 31 December 2017",
}


def estimate_of(hedge, *numbers, unit="persons", granularity=None):
    named = dict(zip(("low", "best", "high"), numbers or (None, None, None), strict=True))
    return {"hedge": hedge.value, **named, "granularity": granularity, "indicator": {"unit": unit}}


@pytest.mark.parametrize(("numbers", "phrase"), FIGURES.items())
def test_a_figure_is_its_numbers_with_their_hedge(numbers, phrase):
    assert figure(estimate_of(*numbers)) == phrase


def test_every_hedge_has_a_phrase():
    assert {hedge for hedge, *_ in FIGURES} == set(HEDGES) - {Hedge.VAGUE}


@pytest.mark.parametrize(("granularity", "phrase"), MAGNITUDES.items())
def test_a_vague_figure_is_its_magnitude(granularity, phrase):
    assert figure(estimate_of(Hedge.VAGUE, granularity=granularity)) == phrase


def test_each_number_stands_in_its_unit():
    assert figure(estimate_of(Hedge.APPROXIMATELY, None, 33.3, None, unit="percent")) == "about 33.3%"
    assert figure(estimate_of(Hedge.BETWEEN, 30, None, 40.5, unit="percent")) == "30% to 40.5%"
    assert figure(estimate_of(Hedge.UP_TO, None, None, 300_000_000, unit="USD")) == "up to $300,000,000"
    assert figure(estimate_of(Hedge.AT_LEAST, 3, None, None, unit="provinces")) == "at least 3"
    assert figure(estimate_of(Hedge.UP_TO, None, None, 300_000_000, unit="EUR")) == "up to EUR 300,000,000"
    assert figure(estimate_of(Hedge.MORE_THAN, 40, None, None, unit="km2")) == "more than 40 km²"
    assert [unit_in_words(unit) for unit in ("persons", "km2", "USD", "EUR", "vehicles")] == [
        *("people", "km²", "US dollars", "EUR", "vehicles")
    ]


def test_the_figures_of_a_dataset_lack_no_number(dataset):
    _, estimates, _ = dataset
    for estimate in estimates:
        numbers = {f"{estimate[name]:,}" for name in ("low", "best", "high") if estimate[name] is not None}
        assert all(number in figure(estimate) for number in numbers)
        assert bool(numbers) == (estimate["hedge"] != "vague")


def test_a_count_is_of_one_or_of_several():
    assert [count(number, "claim") for number in (0, 1, 2, 1200)] == ["0 claims", "1 claim", "2 claims", "1,200 claims"]


@pytest.mark.parametrize(("edtf", "phrase"), TIMES.items())
def test_a_time_is_said_in_words(edtf, phrase):
    assert when(edtf) == phrase


@pytest.mark.parametrize(("edtf", "phrase"), WITH_PREPOSITIONS.items())
def test_a_time_is_said_with_its_preposition(edtf, phrase):
    assert at(edtf) == phrase


def test_a_term_is_words():
    assert [words(term) for term in ("armed_group", "up_to", "ngo", "a-b")] == ["armed group", "up to", "ngo", "a b"]


@pytest.mark.parametrize(
    ("start", "end", "phrase"),
    [
        ("2017-01-01", "2017-12-31", "2017"),
        ("2016-01-01", "2017-12-31", "2016 to 2017"),
        ("2017-04-01", "2017-06-30", "April 2017 to June 2017"),
        ("2020-02-01", "2020-02-29", "February 2020"),
        ("2021-02-01", "2021-02-27", "1 February 2021 to 27 February 2021"),
        ("2021-02-01", "2021-02-01", "1 February 2021"),
        (None, "2016-12-31", "until 31 December 2016"),
        ("2016-01-01", None, "from 1 January 2016 on"),
        (None, None, "at any time"),
        ("9999-01-01", "9999-12-31", "9999"),
    ],
)
def test_a_time_between_two_days_is_named_as_what_it_is(start, end, phrase):
    assert span(start, end) == phrase


@pytest.mark.parametrize(
    ("low", "high", "inclusive", "phrase"),
    [
        (400, 500, True, "400 to 500"),
        (22, 22, True, "22"),
        (None, 7000, True, "up to 7,000"),
        (None, 1000, False, "fewer than 1,000"),
        (8, None, True, "at least 8"),
        (400, None, False, "more than 400"),
        (0, None, True, "at least 0"),
        (None, None, None, "no bound"),
    ],
)
def test_an_open_side_stays_open_in_words(low, high, inclusive, phrase):
    numbers = {"low": low, "high": high, "low_inclusive": inclusive, "high_inclusive": inclusive}
    assert bounds(numbers, "persons") == phrase
