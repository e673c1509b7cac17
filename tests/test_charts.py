"""The chart of a question: it shows what /estimates answers to it, at numbers that were said and nowhere else."""

import json
import shutil
import struct
from collections import Counter, defaultdict
from itertools import product
from urllib.parse import quote
from xml.etree import ElementTree

import jsonschema
import pytest
import vl_convert
from conftest import GOOD, make_release
from invented import GROUPS, INDICATORS, REGIONS

from api import create_app
from api.explorer import charts, marks
from api.explorer.description import describe
from api.explorer.marks import Chart, Panel, Year
from api.explorer.renderer import VEGA_LITE
from api.formats.phrases import figure, when

NUMBERS = ("low", "best", "high")
QUESTIONS = {
    "all": "",
    "a filter": "indicator=fighters",
    "one of each claim": "distinct=claim",
    "a time": "as_of=2017/2019",
    "open times": "as_of=../2018",
    "shares": "unit=percent",
    "nothing": "q=nowhere",
    "only vague ones": "hedge=vague",
}
OPTIONS = ["width=200", "width=2000&theme=dark", "scale=linear", "scale=linear&theme=dark&width=200"]


def specification(client, question=""):
    response = client.get(f"/chart.vl.json?{question}")
    assert response.status_code == 200, response.text
    return response.json


def estimates_of(client, question):
    return client.get(f"/estimates?{question}&limit=1000").json["data"]


def numbers(estimate):
    return sorted({estimate[name] for name in NUMBERS if estimate[name] is not None})


def panel_of(estimate):
    return tuple(estimate[name]["id"] for name in ("indicator", "group", "region"))


def drawn(spec, kind):
    """Return the data of one kind of marks: dots, bars, fades, rings or words, in all panels."""
    kinds = {
        "dots": lambda mark, encoding: mark == "point" and "shape" in encoding,
        "rings": lambda mark, encoding: mark == "point" and "shape" not in encoding,
        "bars": lambda mark, encoding: mark == "rule" and "opacity" not in encoding,
        "fades": lambda mark, encoding: mark == "rule" and "opacity" in encoding,
        "words": lambda mark, encoding: mark == "text" and "text" in encoding,
    }
    return [
        row | {"label": labels_of(view)[row["row"]]}
        for view in spec["vconcat"]
        for layer in view.get("layer", ())
        if kinds[kind](layer["mark"]["type"], layer["encoding"])
        for row in layer["data"]["values"]
    ]


def labels_of(view):
    """Return the labels of a panel's rows."""
    expression = view["encoding"]["y"]["axis"]["labelExpr"]
    return json.loads(expression.removesuffix("[datum.value]"))


def by_estimate(rows):
    rows_of = defaultdict(list)
    for row in rows:
        rows_of[row["estimate"]].append(row)
    return rows_of


@pytest.mark.slow
@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_every_question_can_be_drawn_with_all_options(dataset, question):
    client = dataset[0]
    for options in OPTIONS:
        spec = specification(client, f"{question}&{options}")
        svg = ElementTree.fromstring(vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE))
        assert svg.tag.endswith("svg")
        assert "NaN" not in ElementTree.tostring(svg, encoding="unicode")


@pytest.fixture(scope="module")
def vega_lite(folder, node):
    """Return Vega-Lite's own schema."""
    schema = json.loads((folder / "node_modules" / "vega-lite" / "build" / "vega-lite-schema.json").read_text())
    return jsonschema.Draft7Validator(schema)


@pytest.fixture
def limit_marks(monkeypatch):
    """Return a function that sets how many marks a chart may have."""

    def limit(most):
        monkeypatch.setattr(marks, "MOST_MARKS", most)
        charts.chart_of_filters.cache_clear()

    yield limit
    charts.chart_of_filters.cache_clear()


@pytest.mark.npm
def test_a_chart_is_what_vega_lite_says_it_is(vega_lite, dataset, limit_marks):
    client = dataset[0]
    for most in (marks.MOST_MARKS, 0):
        limit_marks(most)
        for question in QUESTIONS.values():
            for options in OPTIONS:
                vega_lite.validate(specification(client, f"{question}&{options}"))
    assert not vega_lite.is_valid(specification(client) | {"spacing": "wide"})


@pytest.mark.slow
@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_a_dot_stands_at_each_number_said_and_nowhere_else(dataset, question):
    client = dataset[0]
    spec, matching = specification(client, question), {one["id"]: one for one in estimates_of(client, question)}
    dots = by_estimate(drawn(spec, "dots"))
    assert set(dots) <= set(matching)
    for id_, rows in dots.items():
        assert sorted(row["x"] for row in rows) == numbers(matching[id_])
        assert {row["figure"] for row in rows} == {figure(matching[id_])}
        assert {row["said"] for row in rows} == {matching[id_]["wording"]}


@pytest.mark.slow
@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_an_interval_is_a_bar_and_an_open_side_fades(dataset, question):
    client = dataset[0]
    spec = specification(client, question)
    shown, bars, fades = (by_estimate(drawn(spec, kind)) for kind in ("dots", "bars", "fades"))
    for estimate in estimates_of(client, question):
        if (id_ := estimate["id"]) not in shown:
            continue
        stated = [name for name in NUMBERS if estimate[name] is not None]
        ends = [(row["x"], row["x2"]) for row in bars[id_]]
        assert ends == ([(estimate["low"], estimate["high"])] if len(numbers(estimate)) > 1 else [])
        assert bool(fades[id_]) == (stated in (["low"], ["high"])), estimate["hedge"]
        for row, following in zip(fades[id_], fades[id_][1:], strict=False):
            assert row["x2"] == following["x"]
            assert row["solid"] > following["solid"]
        if fades[id_]:
            assert fades[id_][0]["x"] == numbers(estimate)[0]
            assert (fades[id_][-1]["x2"] < fades[id_][0]["x"]) == (stated == ["high"])


def test_an_up_to_has_no_floor_and_an_at_least_no_ceiling(client):
    spec = specification(client)
    bars, fades = (set(by_estimate(drawn(spec, kind))) for kind in ("bars", "fades"))
    assert {"up-to", "nearly", "fewer", "more", "floor"} & set(by_estimate(drawn(spec, "dots"))) <= fades - bars
    assert {"ceiling"} <= bars - fades


def test_what_is_derived_from_an_open_side_is_open_on_it_too(tmp_path, url_of):
    seeds = shutil.copytree(GOOD, tmp_path / "seeds")
    article = seeds / "articles" / "2020-03-unknown-second.yaml"
    low, open_ = "low: 5000\n    high: 7000\n    hedge: between\n", "high: 7000\n    hedge: up_to\n"
    wording = ("wording: 5,000 to 7,000 members", "wording: up to 7,000 people too")
    article.write_text(article.read_text().replace(low, open_).replace(*wording))
    make_release(seeds, tmp_path / "headcount.db")
    app = create_app({"DATABASE_URL": url_of(tmp_path / "headcount.db")})
    spec = specification(app.test_client(), "indicator=fighters&region=nigeria&region_scope=exact")
    app.extensions["database"].close()
    assert {row["figure"] for row in drawn(spec, "dots") if row["estimate"] == "derived"} == {"up to about 3,500"}
    assert "derived" in by_estimate(drawn(spec, "fades"))


def test_the_panels_are_the_commonest_and_have_a_row_for_every_claim(dataset):
    client, estimates, _ = dataset
    spec = specification(client)
    rows = Counter(panel_of(one) for one in estimates)
    with_number = Counter(panel_of(one) for one in estimates if numbers(one))
    shown = sorted(rows, key=lambda key: (-with_number[key], -rows[key], key))[: marks.MOST_PANELS]
    names = {panel_of(one): (one["indicator"]["name"], one["region"]["name"]) for one in estimates}
    for view, key in zip(spec["vconcat"], shown, strict=True):
        assert view["title"]["text"].startswith(", ".join(names[key]))
        assert len(labels_of(view)) == len({one["claim"]["id"] for one in estimates if panel_of(one) == key})
    others = len(rows) - marks.MOST_PANELS
    more = f"{others} more places and indicators have" if others > 1 else "1 more place or indicator has"
    assert f"{more} fewer reports" in spec["description"]


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_no_mark_stands_at_a_time_that_its_claim_does_not_describe(dataset, question):
    client = dataset[0]
    spec = specification(client, question)
    drawn_claims = claims_at_their_time(client, question, spec)
    assert drawn_claims == claims_of(client, question).keys() or len(spec["vconcat"]) > 1


@pytest.mark.slow
def test_every_one_of_1500_claims_stands_at_the_time_that_it_describes(many_database, url_of):
    app = create_app({"DATABASE_URL": url_of(many_database)})
    client, seen = app.test_client(), set()
    for indicator, group, region in product(INDICATORS, GROUPS, REGIONS):
        question = f"indicator={indicator['id']}&group={group['id']}&region={region['id']}&region_scope=exact"
        seen |= claims_at_their_time(client, question, specification(client, question))
    assert len(seen) == client.get("/claims").json["meta"]["total"] == 1500
    app.extensions["database"].close()


def claims_of(client, question):
    """Return the matching estimates of each claim."""
    claims = defaultdict(list)
    for estimate in estimates_of(client, question):
        claims[estimate["claim"]["id"]].append(estimate)
    return claims


def claims_at_their_time(client, question, spec):
    """Read back each mark's row: one row a claim, labelled with the claim's time, newest first; return the claims."""
    claims = claims_of(client, question)
    rows = [row for kind in ("dots", "bars", "fades", "rings", "words") for row in drawn(spec, kind)]
    for row in rows:
        claim = client.get(row["href"]).json["data"]
        said = next(one for one in claims[claim["id"]] if one["id"] == row["estimate"])
        assert row["as_of"] == said["as_of"]["edtf"]
        headline = " in a headline" if said["locus"] == "headline" else ""
        assert row["label"] == f"{figure(said)}{headline}, {when(said['as_of']['edtf'])}, {said['source']['name']}"
        is_body = [one["locus"] == "body" for one in claims[claim["id"]]]
        assert (said["locus"] == "body") == any(is_body)
    for view in spec["vconcat"]:
        in_view = {row["row"]: row for layer in view.get("layer", ()) for row in layer["data"]["values"]}
        ends = [as_of_end(client, in_view[index]["estimate"]) for index in sorted(in_view)]
        assert ends == sorted(ends, reverse=True)
        assert len({row["href"] for row in in_view.values()}) == len(in_view)
    return {row["href"].removeprefix("/claims/") for row in rows}


def as_of_end(client, estimate):
    return client.get(f"/estimates/{estimate}").json["data"]["as_of"]["end"] or "9999-12-31"


def test_what_says_no_number_has_its_words_and_no_mark(dataset):
    client, estimates, _ = dataset
    only = specification(client, "hedge=vague")
    assert drawn(only, "dots") == drawn(only, "bars") == []
    vague = {one["id"] for one in estimates if one["hedge"] == "vague"}
    words = by_estimate(drawn(only, "words"))
    assert set(words) <= vague
    assert bool(words) == bool(vague)
    assert "without a number" in only["description"] or not vague


def test_what_is_disputed_is_marked_and_nothing_else(dataset):
    client, estimates, _ = dataset
    disputed = {one["id"] for one in estimates if one["disputed"]}
    spec = specification(client, "disputed=true")
    assert set(by_estimate(drawn(spec, "rings"))) == set(by_estimate(drawn(spec, "dots"))) <= disputed
    assert drawn(specification(client, "disputed=false"), "rings") == []


def test_the_shipped_dispute_is_marked(shipped):
    rings = by_estimate(drawn(specification(shipped, "indicator=fighters"), "rings"))
    disputed = estimates_of(shipped, "disputed=true&locus=body")
    assert set(rings) == {one["id"] for one in disputed} != set()


@pytest.mark.slow
def test_the_head_says_what_is_shown_and_from_which_dataset(shipped):
    dataset = shipped.get("/dataset").json["data"]
    question = "group=islamic-state&indicator=fighters&region=iraq"
    title = "Claims about fighters · Islamic State · Iraq"
    for width in (200, 760):
        spec = specification(shipped, f"{question}&width={width}")
        notes = " ".join(spec["title"]["subtitle"])
        assert spec["description"].startswith(f"{title}. Fighters, Iraq")
        total, claims = (
            shipped.get(f"/{name}?{question}&limit=1").json["meta"]["total"] for name in ("estimates", "claims")
        )
        assert notes.startswith(f"{total} reports of {claims} claims.")
        assert notes.endswith(f"Source: {dataset['title']}, dataset {dataset['version']}")
        svg = ElementTree.fromstring(shipped.get(f"/chart.svg?{question}&width={width}").data)
        text = " ".join("".join(one.itertext()) for one in svg.iter("{http://www.w3.org/2000/svg}text"))
        assert all(word in text for word in (*title.split(), dataset["version"]))


def chart(number, numbers, *, aggregated):
    """Return a chart of one panel, in which everything that is counted is there so many times."""
    years = [Year("2017", number, numbers)]
    panel = Panel("Fighters, Iraq", "persons", number, number, years)
    return Chart([panel], number, number, number, number, aggregated=aggregated)


@pytest.mark.parametrize(
    ("number", "numbers", "description"),
    [
        (
            1,
            [500],
            "T. Fighters, Iraq: 1 claim, with the number 500. 1 report of 1 claim. Not drawn: 1 says no number "
            "(dozens, hundreds, thousands); 1 more place or indicator has fewer reports.",
        ),
        (
            1200,
            [500, 7000],
            "T. Fighters, Iraq: 1,200 claims, with numbers from 500 to 7,000. 1,200 reports of 1,200 claims. "
            "Not drawn: 1,200 say no number (dozens, hundreds, thousands); 1,200 more places and indicators have "
            "fewer reports.",
        ),
    ],
)
def test_a_description_counts_one_and_many(number, numbers, description):
    too_many = " Too many to draw each: a bar spans the lowest to the highest number said of a year."
    assert describe(chart(number, numbers, aggregated=True), "T").replace(too_many, "") == description


def test_the_description_rounds_no_number(shipped):
    description = specification(shipped, "indicator=cash_reserves")["description"]
    assert "numbers from $25,000,000 to $50,000,000" in description


@pytest.mark.slow
def test_a_png_is_the_svg_twice_as_large(client):
    for width in (200, 760):
        svg = ElementTree.fromstring(client.get(f"/chart.svg?width={width}").data)
        png = client.get(f"/chart.png?width={width}")
        assert png.mimetype == "image/png"
        assert png.data.startswith(b"\x89PNG\r\n\x1a\n")
        size = struct.unpack(">II", png.data[16:24])
        assert size == pytest.approx([2 * float(svg.get(name)) for name in ("width", "height")], abs=2)
        assert float(svg.get("width")) >= width


@pytest.mark.slow
@pytest.mark.parametrize("most", [0, 5])
@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_too_many_to_draw_each_are_drawn_by_the_year_and_it_says_so(dataset, limit_marks, question, most):
    client = dataset[0]
    limit_marks(most)
    spec = specification(client, question)
    vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE)
    matching = estimates_of(client, question)
    counts, rows = Counter(panel_of(one) for one in matching if numbers(one)), Counter(map(panel_of, matching))
    shown = sorted(rows, key=lambda key: (-counts[key], -rows[key], key))[: marks.MOST_PANELS]
    aggregated = len({one["claim"]["id"] for one in matching if panel_of(one) in shown}) > most
    shown = [key for key in shown if counts[key]][: marks.MOST_PANELS_OF_YEARS]
    assert ("Too many to draw each: a bar spans the lowest to the highest" in spec["description"]) == aggregated
    if not aggregated:
        return
    assert shown or "There is nothing to draw" in json.dumps(spec["vconcat"])
    for view, key in zip(spec["vconcat"], shown, strict=False):
        years = defaultdict(list)
        for one in matching:
            if panel_of(one) == key and numbers(one):
                years[(one["as_of"]["start"] or one["as_of"]["end"])[:4]] += numbers(one)
        bars = next(layer for layer in view["layer"] if layer["mark"]["type"] == "rule")["data"]["values"]
        ends = {row["year"]: [row["x"], row["x2"]] for row in bars}
        assert ends == {year: [min(stated), max(stated)] for year, stated in years.items()}
        assert sum(row["reports"] for row in bars) == counts[key]


@pytest.mark.slow
@pytest.mark.parametrize("scale", ["log", "linear"])
def test_a_zero_can_be_drawn(tmp_path, scale, url_of):
    seeds = shutil.copytree(GOOD, tmp_path / "seeds")
    article = seeds / "articles" / "2020-01-day-first.yaml"
    text = article.read_text().replace("low: 22\n    best: 22\n    high: 22", "low: 0\n    best: 0\n    high: 0")
    article.write_text(text.replace("counted 22 dead", "counted 0 dead").replace("end: 62", "end: 61"))
    make_release(seeds, tmp_path / "headcount.db")
    app = create_app({"DATABASE_URL": url_of(tmp_path / "headcount.db")})
    view = specification(app.test_client(), f"indicator=killed&scale={scale}")["vconcat"][0]
    app.extensions["database"].close()
    low, high = view["encoding"]["x"]["scale"]["domain"]
    assert low == 0 < high


@pytest.mark.parametrize("path", ["/chart.svg", "/chart.png", "/chart.vl.json"])
def test_a_chart_refuses_what_estimates_refuses(client, path):
    for wrong in ("region=irak", "as_of=2017-13", "width=199", "width=2001", "theme=blue", "scale=sqrt", "sort=high"):
        assert client.get(f"{path}?{wrong}").status_code == 400, wrong
    assert client.get(path, headers={"Accept": "text/plain"}).status_code == 406


@pytest.mark.slow
def test_a_chart_that_the_client_has_is_not_drawn_again(client):
    first = client.get(f"/chart.svg?region={quote('NG')}")
    again = client.get("/chart.svg?region=nigeria", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.slow
def test_an_svg_says_in_words_what_it_shows(shipped):
    question = "indicator=fighters&region=iraq"
    svg = ElementTree.fromstring(shipped.get(f"/chart.svg?{question}").data)
    title, described = (svg.findtext(f"{{http://www.w3.org/2000/svg}}{name}") for name in ("title", "desc"))
    assert (svg.get("role"), title) == ("img", "Claims about fighters · Iraq")
    assert described == shipped.get(f"/chart.vl.json?{question}").json["description"]
