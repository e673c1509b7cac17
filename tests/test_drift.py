"""What became of a claim in each of its reports: its order, the report that it is compared with, and the change."""

import sqlite3
from itertools import groupby

import pytest
from reference import CEILINGS, FLOORS, as_printed, report_order

from seeds.release.figures import CodedFigure, figure_of
from seeds.release.reports import Report, compare_reports, drift

HUNDREDS = ("vague", None, None, None, "hundreds")
RANGE = ("between", 400, None, 500, "between 400 and 500")
CEILING = ("at_most", 400, None, 500, "does not exceed 400 to 500")
BARE = ("none", 500, 500, 500, "500")
UP_TO = ("up_to", None, None, 500, "up to 500")

FIGURES = [
    (RANGE, RANGE, "same"),
    (CEILING, HUNDREDS, "vaguer"),
    (("none", 60, 60, 60, "60 percent"), ("vague", None, None, None, "most"), "vaguer"),
    (BARE, ("vague", None, None, None, "thousands"), "number_changed"),
    (HUNDREDS, ("vague", None, None, None, "thousands"), "number_changed"),
    (HUNDREDS, BARE, "number_changed"),
    (HUNDREDS, HUNDREDS, "same"),
    (RANGE, UP_TO, "hedge_changed"),
    (CEILING, UP_TO, "hedge_changed"),
    (CEILING, ("at_most", None, None, 500, "at most 500"), "hedge_changed"),
    (UP_TO, CEILING, "number_changed"),
    (RANGE, BARE, "hedge_lost"),
    (UP_TO, BARE, "hedge_lost"),
    (BARE, ("approximately", None, 500, None, "about 500"), "hedge_added"),
    (BARE, ("none", 600, 600, 600, "600"), "number_changed"),
    (CEILING, ("at_least", 500, None, None, "500 or more"), "bound_reversed"),
    (("more_than", 500, None, None, "over 500"), ("up_to", None, None, 900, "up to 900"), "bound_reversed"),
]  # fmt: skip


STAGED = sqlite3.connect(":memory:")
STAGED.executescript("""CREATE TABLE articles (id, record); INSERT INTO articles VALUES ('a', '{"language": "en"}')""")


def report(coded, id_="report", **more):
    figure = figure_of(CodedFigure("a", *coded, None, None), STAGED)
    about = {"article": "article", "published": "2020-01-01", "locus": "body", "quoted": False, "start": 0}
    about |= {"place": "here", "scope": None}
    return Report(number=0, id=id_, figure=figure, **about | more)


@pytest.mark.parametrize(("base", "later", "expected"), FIGURES)
def test_a_drift_is_the_first_that_holds(base, later, expected):
    assert drift(report(base), report(later)) == expected


def test_a_scope_that_is_lost_shows_only_where_the_figure_is_the_same():
    whole, part = report(RANGE), report(RANGE, scope="Without the islands.")
    assert [drift(part, whole), drift(whole, part), drift(part, part)] == ["scope_lost", "same", "same"]
    assert drift(part, report(BARE)) == "hedge_lost"


def test_another_place_shows_before_a_scope_that_is_lost_and_after_the_figure():
    here, there = report(RANGE, scope="Without the islands."), report(RANGE, place="there")
    assert [drift(here, there), drift(there, here), drift(there, there)] == ["place_changed", "place_changed", "same"]
    assert drift(here, report(UP_TO, place="there")) == "hedge_changed"


def test_a_quotation_goes_before_its_paraphrase():
    reports = [report(UP_TO, "a", start=10), report(CEILING, "b", start=90, quoted=True)]
    compared = [(one.id, comparison.drift, comparison.drift_from) for one, comparison in compare_reports(reports)]
    assert compared == [("b", None, None), ("a", "hedge_changed", "b")]


def test_the_first_in_the_body_is_the_first_in_the_text():
    reports = [
        report(UP_TO, "a", start=90),
        report(CEILING, "b", start=10),
        report(BARE, "c", locus="headline", start=0),
        report(RANGE, "d", article="later", published="2020-01-02", start=5),
    ]
    compared = [(one.id, comparison.drift, comparison.drift_from) for one, comparison in compare_reports(reports)]
    assert compared == [
        *(("b", None, None), ("a", "hedge_changed", "b")),
        *(("d", "hedge_changed", "b"), ("c", "hedge_lost", "b")),
    ]


def test_a_headline_is_marked_where_its_own_body_reports_the_claim_too():
    reports = [
        report(CEILING, "body"),
        report(BARE, "headline", locus="headline"),
        report(BARE, "alone", locus="headline", article="another"),
    ]
    assert {one.id for one, comparison in compare_reports(reports) if comparison.in_body_too} == {"headline"}


def numbers(one):
    return {one[key] for key in ("low", "best", "high")} - {None}


def expected_drift(base, one):
    hedges, before, after = {base["hedge"], one["hedge"]}, numbers(base), numbers(one)
    size = one["granularity"]
    if hedges & CEILINGS and hedges & FLOORS:
        return "bound_reversed"
    if one["hedge"] == "vague" != base["hedge"]:
        fits = size is None or any(len(str(int(number))) == len(str(size)) for number in before)
        return "vaguer" if fits else "number_changed"
    if after - before or (one["hedge"] == "vague" and size != base["granularity"]):
        return "number_changed"
    if one["hedge"] != base["hedge"] or before != after:
        changed = "hedge_added" if base["hedge"] == "none" else "hedge_changed"
        return "hedge_lost" if one["hedge"] == "none" else changed
    if as_printed(base, "place", "region") != as_printed(one, "place", "region"):
        return "place_changed"
    return "scope_lost" if base["scope"] and not one["scope"] else "same"


def test_every_drift_agrees_with_plain_python(dataset):
    client, records, _ = dataset
    reports = {one["id"]: one for claim in client.get("/claims?limit=1000").json["data"] for one in claim["reports"]}
    expected = {}
    for _, of_claim in groupby(
        sorted(records, key=lambda one: (one["claim"]["id"], *report_order(one))), lambda one: one["claim"]["id"]
    ):
        ordered = list(of_claim)
        for one in ordered:
            own = next(
                (
                    other
                    for other in ordered
                    if other["locus"] == "body" and other["article"]["id"] == one["article"]["id"]
                ),
                None,
            )
            base = next((other for other in (own, ordered[0]) if other and other is not one), None)
            expected[one["id"]] = (base and expected_drift(base, one), base and base["id"])
    assert {id_: (one["drift"], one["drift_from"]) for id_, one in reports.items()} == expected
