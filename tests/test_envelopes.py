"""What figures admit: an open side stays open in every number that is computed from them."""

from typing import Any

import pytest

from schema.envelopes import Envelope, Reported, envelope_of_reports

SEVEN_THOUSAND = Reported(False, False, "none", 7000, 7000, 7000, True, True, 7000, 7000)
UP_TO = Reported(False, False, "up_to", None, None, 7000, None, True, 0, 7000)
ABOUT = Reported(False, False, "approximately", None, 4000, None, None, None, 3500, 4500)
BETWEEN = Reported(False, False, "between", 400, None, 500, True, True, 400, 500)
AT_LEAST = Reported(False, False, "at_least", 500, None, None, True, None, 500, None)
MORE = Reported(False, False, "more_than", 400, None, None, False, None, 400, None)
VAGUE = Reported(False, False, "vague", None, None, None, None, None, None, None)

ENVELOPES: dict[str, tuple[list[Reported], Envelope]] = {
    "nothing": ([], Envelope()),
    "a vague figure": ([VAGUE], Envelope()),
    "one number": ([SEVEN_THOUSAND], Envelope(7000, 7000, 7000, True, True)),
    "a headline without the ceiling of its body": (
        [UP_TO, SEVEN_THOUSAND._replace(in_body_too=True)],
        Envelope(None, None, 7000, None, True),
    ),
    "a headline whose body does not say it": ([UP_TO, SEVEN_THOUSAND], Envelope(None, 7000, 7000, None, True)),
    "a derived figure": ([UP_TO, SEVEN_THOUSAND._replace(derived=True)], Envelope(None, None, 7000, None, True)),
    "a floor and a range": ([AT_LEAST, BETWEEN], Envelope(400, None, None, True, None)),
    "a floor that is itself excluded": ([MORE], Envelope(400, None, None, False, None)),
    "the same floor, excluded and included": ([MORE, BETWEEN], Envelope(400, None, None, True, None)),
    "a margin that nobody stated": ([ABOUT], Envelope(None, 4000, None)),
    "a margin within what was stated": (
        [ABOUT, BETWEEN._replace(low=3000, value_low=3000, high=5000, value_high=5000)],
        Envelope(3000, 4000, 5000, True, True),
    ),
    "a margin beyond what was stated": (
        [ABOUT, BETWEEN._replace(low=4000, value_low=4000, high=5000, value_high=5000)],
        Envelope(None, 4000, 5000, None, True),
    ),
    "two numbers": ([SEVEN_THOUSAND, ABOUT], Envelope(None, None, 7000, None, True)),
}


@pytest.mark.parametrize(("reports", "envelope"), ENVELOPES.values(), ids=ENVELOPES)
def test_an_envelope_is_the_union_of_what_was_stated(reports, envelope):
    assert envelope_of_reports(reports) == envelope
    assert envelope_of_reports(reports[::-1]) == envelope


def test_up_to_7000_and_its_headline_are_no_7000(shipped):
    shown: dict[str, Any] = {"low": None, "best": None, "high": 7000, "low_inclusive": None, "high_inclusive": True}
    assert shipped.get("/claims/iraqi-officials-2017-iraq-members").json["data"]["envelope"] == shown
    (point,) = shipped.get("/series?indicator=members&region=iraq&as_of=2017").json["data"]
    assert {key: point[key] for key in shown} == shown


def test_a_headline_without_its_body_is_no_best_either(shipped):
    points = shipped.get("/series?indicator=members&region=iraq&as_of=2017&locus=headline").json["data"]
    assert [(point["best"], point["high"]) for point in points] == [(None, 7000)]


def test_a_range_under_a_ceiling_is_no_floor(shipped):
    ceiling = "claim=mohamadawi-2023-03-iraq-fighters&hedge=at_most"
    assert shipped.get(f"/estimates?{ceiling}").json["meta"]["total"] > 0
    assert shipped.get(f"/estimates?{ceiling}&value_min=400&value_match=certain").json["meta"]["total"] == 0
    below = shipped.get(f"/estimates?{ceiling}&value_max=399").json["meta"]["total"]
    assert below == shipped.get(f"/estimates?{ceiling}").json["meta"]["total"]


def test_half_of_a_range_is_no_certain_number(shipped):
    derived = shipped.get("/estimates?derived=true").json
    assert derived["meta"]["total"] > 0
    assert shipped.get("/estimates?derived=true&value_min=2500&value_match=certain").json["meta"]["total"] == 0
