import re

import pytest

from schema.intervals import EDTF_PATTERN, Interval, day_number, exclude_each_other, granularity_of, read_period
from schema.terms import Hedge

PERIODS = {
    "2017": ("2017-01-01", "2017-12-31"),
    "2017-07": ("2017-07-01", "2017-07-31"),
    "2016-02": ("2016-02-01", "2016-02-29"),
    "2017-07-10": ("2017-07-10", "2017-07-10"),
    "2016-02-29": ("2016-02-29", "2016-02-29"),
    "2000-02-29": ("2000-02-29", "2000-02-29"),
    "2016-22": ("2016-06-01", "2016-08-31"),
    "2016-33": ("2016-01-01", "2016-03-31"),
    "2016-36": ("2016-10-01", "2016-12-31"),
    "2023-03-12~": ("2023-03-12", "2023-03-12"),
    "2023-03?": ("2023-03-01", "2023-03-31"),
    "201X": ("2010-01-01", "2019-12-31"),
    "2017-XX": ("2017-01-01", "2017-12-31"),
    "2017-12-27/2017-12-31": ("2017-12-27", "2017-12-31"),
    "2017/2017-05": ("2017-01-01", "2017-05-31"),
    "2017-05/2017": ("2017-05-01", "2017-12-31"),
    "2017-07/..": ("2017-07-01", None),
    "../2017": (None, "2017-12-31"),
    "../2016-22": (None, "2016-08-31"),
    "2016-34/..": ("2016-04-01", None),
    "2016-21/..": ("2016-03-01", None),
    "[2017-12-27..2017-12-31]": ("2017-12-27", "2017-12-31"),
}
NO_PERIODS = (
    *("", " ", "17", "2017-7", "2017-13", "2017-02-29", "1900-02-29", "2017-04-31", "2017-07-10T10:00:00Z"),
    *("2018/2017", "2017-08/2017-07", "2017-07-02/2017-07-01", "../..", "2017/", "/2017", "2016-24", "Y17000"),
    *(
        "٢٠١٧",
        "2017\n",
        "2017 ",
        "[2016,2017]",
        "[2017-12-31..2017-12-27]",
        "[2017-12-27..2017-12-31",
        "2017-12-27..2017-12-31",
        "yesterday",
        "2017-07/2017-07/2017-07",
    ),
)


@pytest.mark.parametrize(("edtf", "days"), PERIODS.items())
def test_edtf_is_read_as_its_first_and_last_day(edtf, days):
    period = read_period(edtf)
    assert (period.edtf, period.start, period.end) == (edtf, *days)


@pytest.mark.parametrize("text", NO_PERIODS)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError, match="an EDTF date"):
        read_period(text)


def test_the_published_pattern_refuses_every_reversed_interval():
    years = [str(year) for year in range(1995, 2025, 3)]
    for first in years:
        for second in years:
            assert bool(re.match(EDTF_PATTERN, f"{first}/{second}")) == (first <= second)


INTERVALS = {
    (Hedge.NONE, 22, 22, 22): Interval(22, 22),
    (Hedge.APPROXIMATELY, None, 4000, None): Interval(3500, 4500),
    (Hedge.APPROXIMATELY, 2500, None, 3500): Interval(2500, 3500),
    (Hedge.NEARLY, None, None, 400): Interval(0, 400, True, False),
    (Hedge.BETWEEN, 400, None, 500): Interval(400, 500),
    (Hedge.AT_MOST, 400, None, 500): Interval(0, 500),
    (Hedge.AT_MOST, None, None, 500): Interval(0, 500),
    (Hedge.UP_TO, None, None, 7000): Interval(0, 7000),
    (Hedge.FEWER_THAN, None, None, 1000): Interval(0, 1000, True, False),
    (Hedge.AT_LEAST, 8, None, None): Interval(8, None),
    (Hedge.MORE_THAN, 400, None, None): Interval(400, None, False, True),
    (Hedge.VAGUE, None, None, None): None,
}


@pytest.mark.parametrize(("said", "interval"), INTERVALS.items())
def test_a_figure_admits_these_numbers(said, interval):
    assert Interval.of(*said, granularity_of(*said[1:])) == interval


GRANULARITIES = {(400,): 100, (4000,): 1000, (15000,): 1000, (400, 500): 100, (15, 30): 1, (33.3,): 0.1, (22,): 1}


@pytest.mark.parametrize(("numbers", "power"), [*GRANULARITIES.items(), ((0,), 1), ((None, 50), 10), ((None,), None)])
def test_granularity_is_the_finest_power_of_ten(numbers, power):
    assert granularity_of(*numbers) == power


EXCLUSIONS = [
    ((Hedge.AT_LEAST, 500, None), (Hedge.AT_MOST, 400, 500), True),  # a ceiling turned into a floor
    ((Hedge.AT_LEAST, 500, None), (Hedge.UP_TO, None, 500), False),  # a soft ceiling can be broken
    ((Hedge.AT_LEAST, 800, None), (Hedge.UP_TO, None, 500), True),
    ((Hedge.AT_LEAST, 1000, None), (Hedge.FEWER_THAN, None, 1000), True),
    ((Hedge.NONE, 500, 500), (Hedge.AT_MOST, 400, 500), False),
    ((Hedge.NONE, 501, 501), (Hedge.AT_MOST, 400, 500), True),
    ((Hedge.BETWEEN, 400, 500), (Hedge.BETWEEN, 500, 600), False),
    ((Hedge.MORE_THAN, 400, None), (Hedge.NEARLY, None, 400), True),
    ((Hedge.MORE_THAN, 400, None), (Hedge.AT_LEAST, 8, None), False),
]


@pytest.mark.parametrize(("one", "other", "excluded"), EXCLUSIONS)
def test_figures_of_one_claim_exclude_each_other(one, other, excluded):
    figures = [(hedge, Interval.of(hedge, low, None, high, None)) for hedge, low, high in (one, other)]
    assert exclude_each_other(*figures) is excluded
    assert exclude_each_other(*reversed(figures)) is excluded


def test_days_are_numbered_without_a_gap():
    days = ["0000-02-29", "0000-03-01", "0000-12-31", "0001-01-01", "2020-02-28", "2020-02-29", "2020-03-01"]
    assert [day_number(day) for day in days] == [-306, -305, 0, 1, 737483, 737484, 737485]
    assert day_number(None) is None
