"""The pages for people say what the API answers, as text and links, and run no script but their own."""

import re
import shlex
from collections import defaultdict
from html import unescape
from math import log10
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from hostile import NAME, TAG
from pages import BROWSER, Page, get
from sqlalchemy import event

from api import create_app
from api.explorer import card, charts, sidebar
from api.explorer.axes import Axis
from api.explorer.retellings import retellings
from api.explorer.rows import rows_of
from api.formats.phrases import figure, when
from api.http.headers import IMMUTABLE

TERMS = ("groups", "regions", "indicators")
RECORDS = ("estimates", "claims", "sources", "articles", *TERMS)
OWN_SCRIPT = "/explorer/explorer.js"
SITE = "http://localhost"


def total(client, question):
    return client.get(f"/estimates?{question}").json["meta"]["total"]


@pytest.fixture(scope="module")
def hostile(hostile_database, url_of):
    app = create_app({"DATABASE_URL": url_of(hostile_database)})
    yield app.test_client()
    app.extensions["database"].close()


def check(page):
    """Fail where text of the dataset or of the address has become markup."""
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")]
        if tag == "script" and attributes["type"] != "application/ld+json":
            assert attributes["src"].startswith(OWN_SCRIPT)
        if tag in ("img", "link", "source") and attributes.get("rel") != "icon":
            address = attributes.get("src") or attributes.get("href") or attributes["srcset"]
            assert address.removeprefix(SITE).startswith("/")
    assert not [text for text in page.texts.get("script", []) if "<" in text]
    assert "49" not in page.texts["title"][0]  # no template in a name is worked out


def paths(client):
    """Return the address of every page of a dataset's records."""
    return [f"/{kind}/{record['id']}" for kind in RECORDS for record in client.get(f"/{kind}?limit=1000").json["data"]]


def test_the_index_lists_the_chart_once_however_many_applications_there_are(client, shipped):
    for each in (client, shipped):
        names = [resource["name"] for resource in each.get("/").json["data"]["resources"]]
        assert names.count("chart.svg") == 1
        assert names.index("chart.svg") == names.index("changes") - 1


@pytest.mark.parametrize("path", ["/", "/estimates/exact", "/claims/strength", "/sources/army", "/articles/first"])
def test_a_browser_is_given_a_page_and_a_program_json(client, path):
    assert client.get(path, headers=BROWSER).mimetype == "text/html"
    assert client.get(path, headers={"Accept": "text/html"}).mimetype == "text/html"
    for accept in ("*/*", "application/json", "application/json, text/html;q=0.9", "application/*, text/html;q=0.1"):
        assert client.get(path, headers={"Accept": accept}).mimetype == "application/json"
    assert client.get(path).mimetype == "application/json"


@pytest.mark.parametrize("path", ["/estimates/exact", "/claims/strength", "/sources/army", "/articles/first"])
def test_format_goes_over_what_a_browser_accepts(client, path):
    assert client.get(f"{path}?format=json", headers=BROWSER).mimetype == "application/json"
    assert client.get(f"{path}?format=jsonld", headers=BROWSER).mimetype == "application/ld+json"


@pytest.mark.parametrize("path", ["/facets", "/hedges/none", "/openapi.json"])
def test_where_there_is_no_page_a_browser_reads_json(client, path):
    assert client.get(path, headers=BROWSER).mimetype == "application/json"


@pytest.mark.parametrize("path", ["/", "/?region=NG", "/?as_of=1900", "/estimates/exact", "/sources/army"])
def test_a_page_has_the_headers_of_every_answer_and_a_policy(client, path):
    response = client.get(path, headers=BROWSER)
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert {"Accept", "Accept-Encoding"} <= set(response.vary)
    assert response.headers["X-Dataset-Version"] == client.get("/dataset").json["data"]["version"]
    assert response.headers["Referrer-Policy"] == "no-referrer"
    policy = dict(part.strip().split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    head = client.head(path, headers=BROWSER)
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", response.headers["ETag"])


@pytest.mark.parametrize("path", ["/", "/claims/strength", "/articles/second"])
def test_a_page_that_the_browser_has_is_not_sent_again(client, path):
    etag = client.get(path, headers=BROWSER).headers["ETag"]
    again = client.get(path, headers=BROWSER | {"If-None-Match": etag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 200  # the JSON is another


def test_one_question_in_two_spellings_is_one_page(client):
    tags = {client.get(f"/?{one}", headers=BROWSER).headers["ETag"] for one in ("region=NG", "region=Nigeria")}
    assert len(tags) == 1


@pytest.mark.parametrize(("path", "status"), [("/?region=irak", 400), ("/estimates/nothing", 404)])
def test_a_page_of_a_problem_is_whole_whatever_the_browser_has(client, path, status):
    assert "ETag" not in client.get(path, headers=BROWSER).headers
    assert "Start over" in get(client, path, status, **{"If-None-Match": "*"}).text


def test_what_a_form_leaves_empty_is_left_out_of_the_address(client):
    response = client.get("/?q=&region=nigeria&as_of=&locus=&region=chad&value_min=", headers=BROWSER)
    assert (response.status_code, response.headers["Location"]) == (303, "/?region=nigeria&region=chad")
    response = client.get("/?q=&as_of=", headers=BROWSER)
    assert (response.status_code, response.headers["Location"]) == (303, "/")
    assert client.get("/estimates/exact?utm_source=x", headers=BROWSER).headers["Location"] == "/estimates/exact"


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("region=irak", "region=iraq"),
        ("region=syria,irak&indicator=fighters", "region=syria,iraq&indicator=fighters"),
        ("regoin=iraq", "region=iraq"),
        ("hedge=up-to&hedge=none", "hedge=up_to&hedge=none"),
    ],
)
def test_what_was_not_understood_leads_to_what_was_meant(shipped, wrong, meant):
    page = get(shipped, f"/?{wrong}", 400)
    assert f"/?{meant}" in [link["href"] for link in page.all("a")]
    assert total(shipped, meant) > 0
    get(shipped, f"/?{meant}")


def test_every_fault_of_a_question_is_named(client):
    question = "region=irak&as_of=2017-13&value_min=x&q=a&nonsense=1"
    page = get(client, f"/?{question}", 400)
    assert [text.split(" :")[0] for text in page.texts["li"] if " :" in text] == [
        fault["parameter"] for fault in client.get(f"/estimates?{question}").json["errors"]
    ]


@pytest.mark.parametrize("kind", RECORDS)
def test_a_record_that_is_not_there_is_a_page_that_says_so(client, kind):
    page = get(client, f"/{kind}/nothing", 404)
    assert page.texts["h1"] == [f"There is no {kind.removesuffix('s')} 'nothing'."]


def nearest_of(page):
    """Return the address of the nearest time, which a page without estimates leads to."""
    empty = Page(page.html.partition('<div class="empty">')[2].partition("</div>")[0])
    return empty.link(**{"data-soft": None})


@pytest.mark.slow
@pytest.mark.parametrize(
    "question",
    ["as_of=1999&region=iraq", "as_of=../1990&region=iraq", "as_of=2100/..", "as_of=1999&region=iraq&hedge=up_to"],
)
def test_where_there_is_nothing_the_nearest_time_is_named_and_found(shipped, question):
    page = get(shipped, f"/?{question}")
    assert "0 reports of 0 claims" in page.text
    nearest = nearest_of(page)
    assert total(shipped, nearest.removeprefix("/?")) > 0
    kept = question.split("&", 1)[1:]
    assert all(part in nearest for part in kept)
    asked = re.search("as_of=([^&]+)", nearest).group(1)
    assert f"The nearest in time is as of {when(asked)} ." in page.text


def test_where_nothing_is_near_nothing_is_offered(shipped):
    page = get(shipped, "/?as_of=1999&q=nowhere")
    assert "No claims" in page.text
    assert "nearest" not in page.text


@pytest.mark.slow
def test_no_time_is_nearer_than_the_one_that_is_named(dataset):
    client, estimates, _ = dataset
    page = get(client, "/?as_of=1999")
    if "nearest" in page.text:
        nearest = nearest_of(page)
        first = min(one["as_of"]["start"] or "0000" for one in estimates)
        assert first in [one["as_of"]["start"] for one in client.get(f"/estimates{nearest[1:]}").json["data"]]


@pytest.mark.slow
@pytest.mark.parametrize("question", ["", "region=nigeria", "distinct=claim", "q=between", "locus=headline&hedge=none"])
def test_the_counts_are_those_of_the_api(client, question):
    page = get(client, f"/?{question}".rstrip("?"))
    claims = client.get(f"/claims?{question}".replace("distinct=claim", "")).json["meta"]["total"]
    summary = next(text for text in page.texts["p"] if re.search(" reports? of ", text))
    assert [int(number) for number in re.findall(r"\d+", summary)] == [total(client, question), claims]
    fields = ("group", "region", "indicator", "source", "source_kind", "hedge")
    shown = re.findall(
        r'name="(\w+)" value="([\w-]+)"(?: checked)?> <span>.*?</span> <span class="count">([\d,]+)<',
        client.get(f"/?{question}".rstrip("?"), headers=BROWSER).text,
    )
    for field in fields:
        others = "&".join(part for part in question.split("&") if not part.startswith(f"{field}="))
        counted = client.get(f"/facets?fields={field}&{others}").json["data"][field]
        assert {(value, int(count)) for name, value, count in shown if name == field} == {
            (one["value"], one["count"]) for one in counted
        }


@pytest.mark.parametrize(
    ("left_out", "note"),
    [(1, "1 more has fewer. All of them"), (2, "2 more have fewer. All of them")],
)
def test_values_that_are_left_out_are_counted(client, monkeypatch, left_out, note):
    groups = client.get("/facets?fields=group").json["data"]["group"]
    monkeypatch.setattr(sidebar, "MOST_CHOICES", len(groups) - left_out)
    page = get(client, "/")
    assert note in page.texts["p"]
    assert page.all("input", name="group", id="find-group")
    assert page.all("a", href="/groups")


def within(page, id_):
    """Return a collapsed part of a choice: whether it is open, and the values directly and deeper in it."""
    [attributes] = page.all("details", id=f"within-{id_}")
    start = page.html.index(f'id="within-{id_}"')
    depth, end = 1, start
    while depth:
        opening, closing = (page.html.find(tag, end + 1) for tag in ("<details", "</details>"))
        depth += 1 if -1 < opening < closing else -1
        end = opening if -1 < opening < closing else closing
    return "open" in attributes, set(re.findall('type="checkbox" name="[a-z]+" value="([^"]+)"', page.html[start:end]))


def test_sources_are_chosen_within_their_kind(shipped):
    sources = [source["value"] for source in shipped.get("/facets?fields=source").json["data"]["source"]]
    by_kind = defaultdict(set)
    for source in sources[: sidebar.MOST_CHOICES]:
        by_kind[shipped.get(f"/sources/{source}").json["data"]["kind"]].add(source)
    page = get(shipped, "/")
    assert len(by_kind) > 1
    assert {kind: within(page, f"source-{kind}") for kind in by_kind} == {
        kind: (False, of_kind) for kind, of_kind in by_kind.items()
    }
    page = get(shipped, "/?source=qais-al-mohamadawi")
    assert within(page, "source-military")[0]
    assert not within(page, "source-intergovernmental")[0]


def test_places_are_chosen_within_the_places_that_they_lie_in(shipped):
    page = get(shipped, "/")
    assert within(page, "region-iraq") == (False, {"anbar", "nineveh", "mosul"})
    assert within(page, "region-nineveh") == (False, {"mosul"})
    page = get(shipped, "/?region=mosul")
    assert within(page, "region-iraq")[0]
    assert within(page, "region-nineveh")[0]
    assert not within(page, "region-syria")[0]


def test_the_table_lists_what_estimates_lists(shipped):
    answered = shipped.get("/estimates?limit=25").json["data"]
    page = get(shipped, "/")
    assert page.listed() == [one["url"] for one in answered]
    assert [row.split(" contradict")[0].split(" worked")[0] for row in page.texts["th"][6:]] == [
        figure(one) for one in answered
    ]


def sorting(page):
    """Return the links in the head of the table of all reports."""
    return [link["href"] for link in Page(page.html.partition("<thead>")[2].partition("</thead>")[0]).all("a")]


def test_the_table_sorts_both_ways_by_its_links(shipped):
    page = get(shipped, "/?region=iraq")
    assert page.all("th", **{"aria-sort": "descending"})
    for key in ("high", "indicator", "region", "as_of", "source"):
        ways = {f"/?region=iraq&sort={key}", f"/?region=iraq&sort=-{key}", "/?region=iraq"}
        link = next(link for link in sorting(page) if link.endswith(key))
        assert link in ways
        there = get(shipped, link)
        back = next(link for link in sorting(there) if link.endswith(key))
        assert back in ways - {link}
        [sorted_by] = [has for has in there.all("th") if "aria-sort" in has]
        assert sorted_by["aria-sort"] == ("descending" if "sort=-" in link else "ascending")
        answered = shipped.get(f"/estimates{link[1:]}&limit=25").json["data"]
        assert there.listed() == [one["url"] for one in answered]


def test_the_table_pages_to_its_end_and_back(shipped):
    page, seen = get(shipped, "/"), []
    assert not page.all("a", rel="prev")
    while True:
        seen += page.listed()
        if not page.all("a", rel="next"):
            break
        page = get(shipped, page.link(rel="next"))
    assert seen == [one["url"] for one in shipped.get("/estimates?limit=1000").json["data"]]
    assert "26 to 44 of 44" in page.text
    assert page.link(rel="prev") == "/"


def test_the_form_holds_what_was_asked(shipped):
    question = "region=iraq&as_of=2017&q=fighters&locus=body&value_min=5&scale=linear&distinct=claim&sort=high"
    page = get(shipped, f"/?{question}")
    held = {
        has["name"]: has.get("value", "")
        for has in page.all("input")
        if "checked" in has or has.get("type") != "checkbox"
    }
    asked = dict(part.split("=") for part in question.split("&"))
    year = asked.pop("as_of")
    fields = {"find": "", "from": year, "to": year, "value_max": ""}
    assert held | {"locus": "body", "scale": "linear"} == asked | fields
    assert {has["value"] for has in page.all("option") if "selected" in has} == {"body", "", "linear"}


@pytest.mark.parametrize("question", ["article=first", "stated=2020-01&disputed=true&claim=strength"])
def test_what_the_form_has_no_field_for_stays_asked(client, question):
    page = get(client, f"/?{question}")
    kept = {(has["name"], has["value"]) for has in page.all("input") if "checked" in has}
    assert kept == {tuple(part.split("=")) for part in question.split("&")}
    assert f"{total(client, question)} reports of" in page.text


def test_the_curl_line_asks_for_what_the_page_shows(shipped):
    question = "q=%22does+not+exceed%22+or+nearly&region=iraq&sort=high"
    page = get(shipped, f"/?{question}")
    [line] = [text for text in page.texts["code"] if text.startswith("curl")]
    command, address = shlex.split(line)
    answer = shipped.get(address.removeprefix(SITE))
    assert command == "curl"
    assert f"{answer.json['meta']['total']} reports of" in page.text
    assert [one["url"] for one in answer.json["data"]] == page.listed()


def test_the_downloads_hold_all_that_matches(shipped):
    page = get(shipped, "/?indicator=fighters&scale=linear&offset=5")
    csv, ndjson = (link["href"] for link in page.all("a", download=None))
    assert len(shipped.get(csv).text.splitlines()) - 1 == len(shipped.get(ndjson).text.splitlines())
    assert len(shipped.get(ndjson).text.splitlines()) == total(shipped, "indicator=fighters")


@pytest.mark.parametrize("question", ["", "region=iraq&indicator=fighters", "region=syria&sort=high&offset=3"])
def test_the_page_begins_with_the_answer(shipped, question):
    page = get(shipped, f"/?{question}")
    [address] = [link["href"] for link in page.all("a") if link["href"].startswith("/answer")]
    answered = shipped.get(address).json["data"]
    assert answered["topics"]
    for topic in answered["topics"]:
        assert " ".join(sentence["text"] for sentence in topic["sentences"]) in " ".join(page.text.split())
        assert page.all("a", href=f"/claims/{topic['claim']}", **{"class": "told"})
    assert page.text.index(answered["topics"][0]["sentences"][0]["text"]) < page.text.index("reports of")


def test_the_chart_to_take_away_is_of_the_same_question(shipped):
    page = get(shipped, "/?region=iraq&scale=linear&sort=high&offset=10")
    charts = [link["href"] for link in page.all("a") if link["href"].startswith("/chart")]
    assert charts == [f"/chart.{suffix}?region=iraq&scale=linear" for suffix in ("svg", "png", "vl.json")]


@pytest.mark.parametrize("question", ["region=iraq", "region=iraq&locus=headline", "hedge=vague", "q=nearly"])
def test_a_row_is_a_claim_with_all_that_became_of_it(shipped, question):
    page = get(shipped, f"/?{question}")
    rows = page.html.partition('<table id="estimates">')[0].split('<li class="claim">')[1:]
    claims = {one["id"]: one for one in shipped.get(f"/claims?{question}&limit=1000").json["data"]}
    seen = []
    for row in rows:
        [id_] = re.findall('href="/claims/([^"]+)"', row)
        seen.append(id_)
        reports = claims[id_]["reports"]
        assert re.findall('href="(/estimates/[^"]+)"', row) == (
            [report["url"] for report in reports] if len(reports) > 1 else []
        )
        assert claims[id_]["source"]["name"] in unescape(row)
        assert when(claims[id_]["as_of"]["edtf"]) in unescape(row)
    assert len(seen) == len(set(seen))
    assert set(seen) <= set(claims)
    assert len(seen) == len(claims) or "more places and indicators have" in page.text


@pytest.mark.parametrize("path", ["/?region=iraq", "/embed?region=iraq", "/card.png?region=iraq"])
def test_a_claim_is_read_once_for_a_page(shipped, monkeypatch, path):
    monkeypatch.setattr(card, "renderer", lambda: SimpleNamespace(render=lambda kind, specification: b""))
    positions = []

    def note(connection, cursor, statement, parameters, *rest):
        if "envelope_low" in statement:  # the statement that reads whole claims
            positions.extend(re.findall("[0-9]+", str(parameters)))

    engine = shipped.application.extensions["database"].release().engine
    event.listen(engine, "before_cursor_execute", note)
    assert shipped.get(path, headers=BROWSER).status_code == 200
    event.remove(engine, "before_cursor_execute", note)
    assert len(positions) == len(set(positions)) > 0


def test_a_drawing_stands_where_the_axis_says(shipped, dataset):
    """The place of a dot is read back through the places of two ticks, whose numbers are known."""
    for client in (shipped, dataset[0]):
        for scale in ("log", "linear"):
            with client.application.test_request_context(f"/?scale={scale}"):
                client.application.preprocess_request()
                chart = charts.chart_of({"region_scope": "within", "value_match": "overlap"})
                read = [(panel, Axis.of(panel.numbers, panel.unit, scale)) for panel in chart.panels]
                for (panel, axis), shown in zip(read, rows_of(chart, scale), strict=True):
                    check_drawings(panel, axis, shown)


def check_drawings(panel, axis, shown):
    for mark, row in zip(panel.rows, shown["rows"], strict=True):
        places = dict(zip(mark.numbers, row["dots"], strict=True))
        for number, place in places.items():
            for tick, placed in zip(axis.ticks(), shown["ticks"], strict=True):
                assert (number > tick) == (place > placed["x"]) or number == tick
                if axis.kind == "log" and number != tick and tick != axis.ticks()[0]:
                    first, second = axis.ticks()[0], tick
                    share = log10(number / first) / log10(second / first)
                    expected = shown["ticks"][0]["x"] + share * (placed["x"] - shown["ticks"][0]["x"])
                    assert place == pytest.approx(expected, abs=0.1)
        if row["bar"]:
            assert row["bar"] == (
                places[mark.numbers[0]],
                pytest.approx(places[mark.numbers[-1]] - places[mark.numbers[0]]),
            )
        assert bool(row["fades"]) == bool(mark.open_side)
        if row["fades"]:
            side = [fade["x"] >= row["dots"][-1] - 0.01 for fade in row["fades"]]
            assert all(side) if mark.open_side > 0 else not any(side)


@pytest.mark.parametrize(
    ("drift", "before", "after", "words"),
    [
        ("bound_reversed", "at_most", "at_least", "“at most” became “at least”"),
        ("hedge_added", "none", "up_to", "“up to” was added"),
        ("hedge_lost", "fewer_than", "none", "“fewer than” was dropped"),
        ("number_changed", "none", "none", "another number"),
    ],
)
def test_what_became_of_a_claim_is_said_in_words(drift, before, after, words):
    base = {"id": "a", "drift": None, "drift_from": None, "hedge": before}
    report = {"id": "b", "drift": drift, "drift_from": "a", "hedge": after}
    first, second = retellings({"reports": [base, report]})
    assert (first["base"], first["change"]) == (None, "the first")
    assert (second["base"], second["change"]) == (base, words)


@pytest.mark.slow
def test_every_record_of_the_shipped_data_has_a_page(shipped):
    estimates = {one["url"]: one for one in shipped.get("/estimates?limit=1000").json["data"]}
    for path in paths(shipped):
        page = get(shipped, path)
        record = shipped.get(path).json["data"]
        assert len(page.texts["h1"]) == 1
        if path in estimates:
            assert record["wording"] in page.texts["q"]
            assert page.texts["h1"][0].startswith(figure(record))
            assert record["summary"] in page.text
            assert ("stated without a hedge" in page.text) == (record["hedge"] == "none")
        if path.startswith("/claims/"):
            drifts = {report["drift"] for report in record["reports"]}
            assert ("“at most” became “at least”" in page.text) == ("bound_reversed" in drifts)
            assert ("” was dropped" in page.text) == ("hedge_lost" in drifts)
            assert [one["wording"] for one in record["reports"]] == page.texts["q"]
        if path.startswith(("/sources/", "/articles/")):
            assert record.get("name", record.get("title")) == page.texts["h1"][0]
            count = record["estimates"]["count"]
            assert f"{count} report" in page.text
            claims = shipped.get(f"/claims?{path[1:].replace('s/', '=', 1)}").json["meta"]["total"]
            assert len(page.texts["tr"]) - 1 == min(claims, 25)


@pytest.mark.parametrize("path", ["/regions/iraq", "/groups/islamic-state", "/indicators/fighters"])
def test_the_page_of_a_term_says_what_it_is_and_what_was_said_last(shipped, path):
    page, record = get(shipped, path), shipped.get(path).json["data"]
    kind = path[1:].partition("s/")[0]
    assert all(alias in page.text for alias in record["aliases"])
    assert record.get("definition", "") in page.text
    assert page.all("a", href=f"/?{kind}={record['id']}")
    answered = shipped.get(f"/answer?{kind}={record['id']}").json["data"]
    for topic in answered["topics"]:
        assert topic["sentences"][0]["text"] in page.text
    claims = shipped.get(f"/claims?{kind}={record['id']}&limit=25").json["data"]
    rows = Page(page.html.partition("<tbody>")[2].partition("</tbody>")[0])
    assert [link["href"] for link in rows.all("a") if link["href"].startswith("/claims/")] == [
        claim["url"] for claim in claims
    ]


def test_the_page_of_a_place_leads_to_what_it_lies_in_and_is_made_of(shipped):
    assert get(shipped, "/regions/mosul").all("a", href="/regions/nineveh")
    links = {link["href"] for link in get(shipped, "/regions/iraq-and-syria").all("a")}
    assert {"/regions/iraq", "/regions/syria"} <= links


def test_the_page_of_a_source_counts_how_it_was_retold(shipped):
    source = "qais-al-mohamadawi"
    claims = shipped.get(f"/claims?source={source}").json["data"]
    drifts = [report["drift"] for claim in claims for report in claim["reports"] if report["drift"]]
    page = get(shipped, f"/sources/{source}")
    fared = Page(page.html.partition('<ul class="fared">')[2].partition("</ul>")[0])
    assert sum(map(int, fared.texts["b"])) == len(drifts)
    assert f"{drifts.count('bound_reversed')} with the limit turned around" in fared.text


def test_an_article_stands_beside_its_headline_figure_by_figure(shipped):
    article = "500-or-more-fighters"
    page = get(shipped, f"/articles/{article}")
    rows = page.html.partition("<tbody>")[2].split("<tr>")[1:]
    estimates = shipped.get(f"/estimates?article={article}&limit=1000").json["data"]
    for row in rows:
        headline, body = row.split('data-label="In the text"')
        [claim] = re.findall('href="/claims/([^"]+)"', row)
        for cell, locus in ((headline, "headline"), (body, "body")):
            assert set(re.findall('href="(/estimates/[^"]+)"', cell)) == {
                estimate["url"]
                for estimate in estimates
                if estimate["claim"]["id"] == claim and estimate["locus"] == locus
            }
    assert len(rows) == len({estimate["claim"]["id"] for estimate in estimates})
    assert "“at most” became “at least”, compared with “does not exceed 400 to 500”" in page.text


def test_a_record_says_what_contradicts_it(shipped):
    conflict = shipped.get("/conflicts").json["data"][0]
    page = get(shipped, conflict["lower"]["url"])
    assert conflict["higher"]["url"] in [link["href"] for link in page.all("a")]
    assert "contradict each other" in page.text or "A part is above its whole" in page.text
    sides = {
        side["claim"]["id"] for one in shipped.get("/conflicts").json["data"] for side in (one["lower"], one["higher"])
    }
    other = next(one for one in shipped.get("/claims?limit=1000").json["data"] if one["id"] not in sides)
    assert "Nothing that was coded contradicts it." in get(shipped, f"/claims/{other['id']}").text


def test_the_page_of_a_claim_says_what_was_compared_with_it_and_agrees(shipped):
    page = get(shipped, "/claims/mohamadawi-2023-03-iraq-fighters")
    (question,) = [link["href"] for link in page.all("a") if link["href"].startswith("/conflicts?")]
    listed = shipped.get(question).json["data"]
    assert listed
    assert page.text.count("A part is not above its whole:") == sum(pair["kind"] == "parts" for pair in listed)
    assert page.text.count("Two claims agree:") == sum(pair["kind"] == "claims" for pair in listed)
    for pair in listed:
        assert page.all("a", href=pair["lower"]["url"])
        assert page.all("a", href=pair["higher"]["url"])
    alone = get(shipped, "/claims/mohamadawi-2023-02-26-killed")
    assert "What was compared with it and agrees No other claim." in alone.text


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/", "/?as_of=1900", "/?region=nowhere", f"/?q={TAG}", f"/?{TAG}={TAG}"])
def test_a_page_holds_no_script_but_its_own(hostile, path):
    page = Page(hostile.get(path, headers=BROWSER).text)
    check(page)


@pytest.mark.slow
def test_a_hostile_dataset_shows_as_text_on_every_page(hostile):
    for path in ["/", *paths(hostile)]:
        page = get(hostile, path)
        check(page)
        assert TAG in page.text, path
        assert NAME.strip() in page.text, path


@pytest.mark.slow
def test_a_hostile_dataset_shows_as_text_in_the_chart(hostile):
    for question in ("", "group=alpha-front&region=nigeria"):
        svg = hostile.get(f"/chart.svg?{question}")
        elements = list(ElementTree.fromstring(svg.data).iter())
        assert not {"script", "img", "foreignObject", "b"} & {one.tag.split("}")[1] for one in elements}
        assert any(TAG in (one.text or "") for one in elements)
        assert TAG.encode() not in svg.data
        specification = hostile.get(f"/chart.vl.json?{question}")
        assert specification.mimetype == "application/json"
        assert specification.headers["X-Content-Type-Options"] == "nosniff"
        assert TAG in specification.json["description"]


@pytest.mark.slow
def test_the_files_of_the_pages_are_served_and_no_others(client):
    scripts = dict.fromkeys(("explorer.js", "suggest.js"), "text/javascript")
    for name, media_type in {"style.css": "text/css", **scripts}.items():
        with client.get(f"/explorer/{name}") as response:
            assert (response.status_code, response.mimetype) == (200, media_type)
            assert "max-age=86400" in response.headers["Cache-Control"]
        with client.get(f"/explorer/{name}", headers={"If-None-Match": response.headers["ETag"]}) as again:
            assert (again.status_code, again.data) == (304, b"")
    for name in ("pages.py", "../pages.py", "%2e%2e/pages.py", "templates/base.html", ""):
        assert client.get(f"/explorer/{name}").status_code == 404


def test_a_page_asks_for_nothing_from_elsewhere(shipped):
    for path in ("/", "/estimates/" + shipped.get("/estimates?limit=1").json["data"][0]["id"]):
        page = get(shipped, path)
        for tag, attributes in page.elements:
            if tag in ("script", "link", "img", "source", "form"):
                addresses = [attributes[name] for name in ("src", "srcset", "href", "action") if name in attributes]
                assert all(address.removeprefix(SITE).startswith(("/", "data:")) for address in addresses)


def test_the_page_of_a_claim_tells_which_articles_share_a_wire(shipped):
    text = get(shipped, "/claims/pentagon-2016-fighters").text
    assert "in 2 articles of 2 outlets. 2 of the articles carry one wire, that of The Associated Press." in text
    assert text.count(", from The Associated Press, ") == 2


@pytest.mark.slow
def test_pages_and_charts_tell_caches_as_the_api_does(shipped_database, url_of):
    app = create_app({"DATABASE_URL": url_of(shipped_database), "MAX_AGE": "30"})
    client, for_a_while = app.test_client(), "public, max-age=30, stale-while-revalidate=30"
    version = client.get("/").json["meta"]["dataset"]
    policies = {
        **{"/": for_a_while, f"/?dataset={version}": for_a_while, "/chart.svg": for_a_while},
        **{f"/chart.svg?dataset={version}": IMMUTABLE, f"/chart.vl.json?dataset={version}": IMMUTABLE},
        **{"/verify": "no-store", "/estimates/nothing": "no-store", "/?dataset=x": "no-store"},
    }
    assert {path: client.get(path, headers=BROWSER).headers["Cache-Control"] for path in policies} == policies
    form = client.post("/verify", data={"text": "Up to 7,000 remain."}, headers=BROWSER)
    assert (form.status_code, form.headers["Cache-Control"]) == (200, "no-store")
    app.extensions["database"].close()


def test_a_page_stays_at_its_version_or_says_which_is_live(shipped):
    version, never = shipped.get("/").json["meta"]["dataset"], "0" * 16
    id_ = shipped.get("/estimates?limit=1").json["data"][0]["id"]
    for path, formats in (("/", {"csv", "ndjson"}), (f"/estimates/{id_}", {"json", "jsonld"})):
        hrefs = [attributes["href"] for attributes in get(shipped, f"{path}?dataset={version}").all("a")]
        named = [href for href in hrefs if f"dataset={version}" in href and "format=" in href]
        assert {href.rpartition("format=")[2] for href in named} == formats
        assert [shipped.get(href).headers["Cache-Control"] for href in named] == [IMMUTABLE, IMMUTABLE]
        refused = get(shipped, f"{path}?dataset={never}", 409)
        assert f"version '{never}' is not live" in refused.text
        assert f"{path}?dataset={version}" in [attributes["href"] for attributes in refused.all("a")]
        assert "expected a version of the dataset" in get(shipped, f"{path}?dataset=x", 400).text
    moved = shipped.get(f"/estimates/{id_}?fields=id&dataset={never}", headers=BROWSER)
    assert (moved.status_code, moved.location) == (303, f"/estimates/{id_}?dataset={never}")


def test_pages_name_the_licences_and_the_citation_of_an_article(mixed_licences):
    newest = mixed_licences.get("/articles?sort=-published").json["data"][0]["id"]
    page = get(mixed_licences, f"/articles/{newest}")
    assert "A. Writer (2020). Numbers." in page.text
    assert "Licence of the data: CC0-1.0, LicenseRef-Their-Own; of the program: MIT." in page.text
