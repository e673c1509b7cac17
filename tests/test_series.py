"""Points hold just what was said of their time, each estimate once; only flows that lie apart are summed."""

import shutil
from urllib.parse import urlencode

import pytest
from conftest import GOOD, make_release
from hypothesis import given
from hypothesis import strategies as st
from reference import at, envelope, matches, questions, report_order, spelled

from api import create_app

KEYS = {
    "region": ("region", "group"),
    "group": ("group", "region"),
    "source": ("source", "region", "group"),
    "claim": ("claim",),
}
NUMBERS = ("low", "best", "high")


def first_day(day, interval):
    """Return the first day of the year, quarter or month of a day."""
    year, month, _ = day.split("-")
    starts = {"year": "01", "quarter": ["01", "04", "07", "10"][(int(month) - 1) // 3], "month": month}
    return f"{year}-{starts[interval]}-01"


def last_day(day, interval):
    """Return the last day of the year, quarter or month of a day."""
    year, month, _ = day.split("-")
    ends = {"year": "12", "quarter": ["03", "06", "09", "12"][(int(month) - 1) // 3], "month": month}
    leap = int(year) % 4 == 0 and (int(year) % 100 != 0 or int(year) % 400 == 0)
    days = {"02": "29" if leap else "28", **dict.fromkeys(("04", "06", "09", "11"), "30")}
    return f"{year}-{ends[interval]}-{days.get(ends[interval], '31')}"


def expected_points(records, by, interval):
    """Return the points of some estimates by plain Python: key, start and end → members."""
    points = {}
    for one in records:
        start, end = one["as_of"]["start"], one["as_of"]["end"]
        start = start and first_day(start, interval)
        end = end and last_day(end, interval)
        points.setdefault((*(one[name]["id"] for name in KEYS[by]), start, end), []).append(one)
    return points


def expected_sum(members):
    """Return the rule and the sum of a point by plain Python."""
    claims = {}
    for one in sorted(members, key=report_order):
        claims.setdefault(one["claim"]["id"], one)
    said = list(claims.values())
    if said[0]["indicator"]["kind"] != "flow":
        return "not_a_flow", None
    for one in said:
        for other in said:
            a, b = one["as_of"], other["as_of"]
            if one is not other and (a["start"] or "") <= (b["end"] or "9") and (b["start"] or "") <= (a["end"] or "9"):
                return "overlapping", None
    if len({one["scope"] for one in said}) > 1:
        return "other_scopes", None
    numbers = {name: [None if one["derived"] else one[name] for one in said] for name in NUMBERS}
    rounded = [one["granularity"] for one in said if one["granularity"] is not None]
    total = {name: None if None in given else sum(given) for name, given in numbers.items()}
    for name in ("low", "high"):
        meant = all(one[f"{name}_inclusive"] for one in said)
        total[f"{name}_inclusive"] = None if total[name] is None else meant
    return "apart", total | {"granularity": max(rounded, default=None)}


@given(data=st.data())
def test_series_agree_with_plain_python(dataset, data):
    client, records, below = dataset
    query = data.draw(questions(records, below["exact"]))
    query = {name: value for name, value in query.items() if name not in ("indicator", "not_indicator")}
    query["indicator"] = data.draw(st.sampled_from(sorted({one["indicator"]["id"] for one in records})))
    by, interval = data.draw(st.sampled_from(sorted(KEYS))), data.draw(st.sampled_from(["year", "quarter", "month"]))
    meant = [one for one in records if matches(one, query | {"indicator": [query["indicator"]]}, below)]
    points = expected_points(meant, by, interval)
    parameters = urlencode(spelled(query) | {"by": by, "interval": interval, "limit": 1000}, doseq=True)
    answer = client.get(f"/series?{parameters}").json
    assert answer["meta"]["total"] == len(points) == len(answer["data"])
    for point in answer["data"]:
        ids = [point[name] if name == "claim" else point[name]["id"] for name in KEYS[by]]
        members = points.pop((*ids, point["start"], point["end"]))
        assert [one["id"] for one in point["members"]] == [one["id"] for one in members]
        for shown, one in zip(point["members"], members, strict=True):
            assert (shown["claim"], shown["source"]) == (one["claim"]["id"], one["source"]["id"])
            assert all(shown[key] == one[key] for key in (*NUMBERS, "low_inclusive", "high_inclusive", "hedge"))
            assert shown["derived"] is (one["derived"] is not None)
        expected = envelope(members)
        assert {key: point[key] for key in expected} == expected
        counts = [len({at(one, path) for one in members}) for path in (("id",), ("claim", "id"), ("source", "id"))]
        assert [point[key] for key in ("estimates", "claims", "sources")] == counts
        assert (point["sum_rule"], point["sum"]) == expected_sum(members)
    assert not points


def test_the_invented_data_have_flows_that_add_up_and_flows_that_do_not(invented):
    answers = [
        invented.get(f"/series?indicator={indicator}&interval={interval}&limit=1000")
        for indicator in ("killed", "removed", "fighters")
        for interval in ("year", "quarter", "month")
    ]
    points = [point for answer in answers for point in answer.json["data"]]
    assert {one["sum_rule"] for one in points} == {"not_a_flow", "apart", "overlapping"}
    assert any(one["sum"] and one["claims"] > 1 for one in points)


DEAD = """
  - id: {id}
    claim: {id}
    group: alpha-front
    indicator: killed
    region: chad
    source: army
    low: 400
    hedge: {hedge}
    wording: over 400
    summary: An invented figure.
    scope: {scope}
    locus: body
    as_of: {{edtf: {day}, basis: text}}
    evidence: {{start: 0, end: 8}}
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scopes", "expected"),
    {
        ("null", "null"): {"low": 800, "best": None, "high": None, "low_inclusive": False, "high_inclusive": None},
        ("Without the islands.", "null"): None,
    }.items(),
)
def test_flows_are_summed_only_within_one_scope(tmp_path, scopes, expected, url_of):
    seeds, database = tmp_path / "seeds", tmp_path / "one.db"
    shutil.copytree(GOOD, seeds)
    file = seeds / "articles" / "2020-03-unknown-second.yaml"
    added = (
        DEAD.format(id=f"dead-{day[-1]}", day=day, scope=scope, hedge="more_than")
        for day, scope in zip(("2020-02-01", "2020-02-03"), scopes, strict=True)
    )
    file.write_text(file.read_text() + "".join(added))
    make_release(seeds, database)
    app = create_app({"DATABASE_URL": url_of(database)})
    (point,) = app.test_client().get("/series?indicator=killed&region=chad").json["data"]
    assert point["sum_rule"] == ("apart" if expected else "other_scopes")
    assert point["sum"] == (expected and expected | {"granularity": 100})
    assert (point["low"], point["low_inclusive"]) == (400, False)
    app.extensions["database"].close()


def test_a_combined_region_is_a_series_of_its_own(client):
    points = client.get("/series?indicator=fighters&region=lake-chad").json["data"]
    assert {one["region"]["id"] for one in points} == {"lake-chad", "nigeria", "chad", "borno", "maiduguri"}
    of_countries = client.get("/series?indicator=fighters&region=chad").json["data"]
    assert {one["region"]["id"] for one in of_countries} == {"chad"}


def test_a_figure_for_several_intervals_stands_in_one_point_that_spans_them(client):
    (point,) = client.get("/series?indicator=fighters&claim=nearly&interval=month").json["data"]
    assert (point["start"], point["end"]) == ("2019-12-01", "2020-02-29")
    (point,) = client.get("/series?indicator=fighters&claim=fewer&interval=quarter").json["data"]
    assert (point["start"], point["end"]) == ("2020-01-01", None)


def test_series_come_in_the_order_of_what_they_are_by_and_of_time(client):
    def order(by):
        points = client.get(f"/series?indicator=fighters&by={by}").json["data"]
        keys = [(one["group"]["id"], one["region"]["id"], one["start"] or "", one["end"] or "9") for one in points]
        assert len(set(keys)) == len(keys)
        return keys

    assert order("group") == sorted(order("group"))
    assert order("region") == sorted(order("region"), key=lambda key: (key[1], key[0], *key[2:]))


REFUSED = {
    "": "indicator: is missing; a series is of one indicator",
    "indicator=fighters,killed": "fighters, killed are 2; expected one: a series is of one indicator",
    "indicator=fighters&indicator=killed": "given 2 times; expected once: a series is of one indicator",
    "indicator=fihgters": "no indicator is called 'fihgters'",
    "indicator=fighters&not_indicator=killed": "no parameter is called 'not_indicator'",
    "indicator=fighters&interval=week": "expected one of year, quarter, month",
    "indicator=fighters&by=publisher": "expected one of region, group, source, claim",
}


@pytest.mark.parametrize(("query", "why"), REFUSED.items())
def test_a_mix_is_refused_and_says_why(client, query, why):
    answer = client.get(f"/series?{query}")
    assert answer.status_code == 400
    assert why in answer.json["detail"]


def test_pages_are_counted_and_streams_hold_all(client):
    whole = client.get("/series?indicator=fighters").json
    total = whole["meta"]["total"]
    paged, page = [], "/series?indicator=Militants&limit=3"
    while page:
        answer = client.get(page).json
        paged += answer["data"]
        page = answer["links"]["next"]
    assert paged == whole["data"]
    last = client.get(f"/series?indicator=fighters&limit=3&offset={total - 1}")
    assert last.json["links"]["prev"] == f"/series?indicator=fighters&limit=3&offset={total - 4}"
    assert 'rel="prev"' in last.headers["Link"]
    assert len(client.get("/series?indicator=fighters&format=ndjson").text.splitlines()) == total
    assert len(client.get("/series?indicator=fighters&format=csv&offset=2").text.splitlines()) == total - 1
