import pytest

from seeds.rules.numerals import read_magnitude, read_numbers

NUMBERS = {
    "up to 7,000": [7000],
    "an estimated 4,000 militants in addition to 3,000 supporters": [4000, 3000],
    "at least eight": [8],
    "three or four provinces": [3, 4],
    "$25 million to $50 million": [25_000_000, 50_000_000],
    "2.5 million": [2_500_000],
    "about a third of": [33.3],
    "“about half” would": [50],
    "two thirds": [66.7],
    "less than a thousand": [1000],
    "a dozen": [12],
    "two dozen": [24],
    "twenty-two": [22],
    "two hundred fifty": [250],
    "one hundred and fifty": [150],
    "4,000 and 3,000": [4000, 3000],
    "33.3 percent": [33.3],
    "hundreds of men": [],
    "an army": [],
}
MAGNITUDES = {
    "dozens": (True, 10),
    "Thousands Of": (True, 1000),
    "tens of thousands": (True, 10_000),
    "hundreds of thousands": (True, 100_000),
    "Most fighters": (True, None),
    "a thousand": (False, None),
}


@pytest.mark.parametrize(("wording", "numbers"), NUMBERS.items())
def test_numbers_are_read_in_digits_and_words(wording, numbers):
    assert read_numbers(wording) == numbers


@pytest.mark.parametrize(("wording", "magnitude"), MAGNITUDES.items())
def test_vague_words_have_a_magnitude(wording, magnitude):
    assert read_magnitude(wording) == magnitude
