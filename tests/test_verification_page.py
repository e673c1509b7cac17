"""The page /verify: a text that is sent by its form comes back with its figures marked, each with who said it."""

import logging
import re
import urllib.error
import urllib.request
from urllib.parse import urlencode

import pytest
from hostile import TAG
from test_explorer import BROWSER, Page, check

from api.explorer.verification_markdown import markdown_of
from api.explorer.verified_text import MEANINGS, SIGNS, VerifiedText
from api.formats.phrases import alternatives
from api.http.limits import LONGEST_BODY, LONGEST_FORM
from api.read.verification import Verdict

DRAFT = """Two years on, officials put the Daesh affiliates in Iraq at 7,000.

At least 500 IS fighters are in Iraq. The coalition counted about 1,000 IS militants in Iraq and Syria.
More than 60,000 IS fighters remain in Iraq, it was claimed, and up to 6,000 IS supporters in Syria.
Another 300 IS fighters are detained in Homs. "Up to 7,000 Daesh affiliates remain in Iraq", somebody said.
Elsewhere, too: up to 7,000 Daesh affiliates remain in Iraq."""
VERDICTS = [
    *("not_a_claim", "hedge_lost", "bound_reversed", "hedge_changed", "contradicted", "number_differs", "nobody_said"),
    *("borne", "borne"),
]
"""The verdicts of the draft's figures, in its order."""


def send(client, text, status=200, **fields):
    response = client.post("/verify", data={"text": text, **fields}, headers=BROWSER)
    assert (response.status_code, response.mimetype) == (status, "text/html"), response.text[:500]
    return Page(response.text)


def marks(page):
    """Return the figures that are marked in the text, with their attributes, in its order."""
    classes = [has.get("class", "") for _, has in page.elements]
    begin = classes.index("draft") if "draft" in classes else len(classes)
    return [has for _, has in page.elements[begin:] if has.get("class", "").startswith("mark ")]


def of_class(page, tag, name):
    return [has for has in page.all(tag) if name in has.get("class", "").split()]


def test_the_form_is_a_page_for_browsers(shipped):
    response = shipped.get("/verify", headers=BROWSER)
    assert (response.status_code, response.mimetype) == (200, "text/html")
    page = Page(response.text)
    (form,) = page.all("form")
    assert (form["action"], form["method"]) == ("/verify", "post")
    names = {has["name"] for tag in ("textarea", "select", "input") for has in page.all(tag)}
    assert names == {"text", "language", "as_of"}
    labelled = {has["for"] for has in page.all("label")}
    assert labelled == {"text", "language", "as_of"}
    options = page.all("option")
    assert {"en", "fr", "es", "de", "ar", "und"} == {has["value"] for has in options}
    assert [has["value"] for has in options if "selected" in has] == ["en"]
    assert not page.all("a", **{"class": "mark"})


def test_there_are_links_to_it(shipped):
    page = Page(shipped.get("/", headers=BROWSER).text)
    assert len(page.all("a", href="/verify")) == 2


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/json, text/html;q=0.9"])
def test_to_a_program_there_is_only_post(shipped, accept):
    answer = shipped.get("/verify", headers={"Accept": accept})
    assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
    assert answer.headers["Allow"] == shipped.options("/verify").headers["Allow"] == "OPTIONS, POST"
    form = shipped.post("/verify", data={"text": "Up to 7,000"}, headers={"Accept": accept})
    assert (form.status_code, form.content_type) == (415, "application/problem+json")
    assert list(shipped.get("/openapi.json").json["paths"]["/verify"]) == ["post"]


def test_a_browser_that_sends_json_is_answered_with_json(shipped):
    answer = shipped.post("/verify", json={"text": "Up to 7,000"}, headers=BROWSER)
    assert (answer.status_code, answer.mimetype) == (200, "application/json")


def test_an_address_with_parameters_leads_to_the_page(shipped):
    answer = shipped.get("/verify?text=7", headers=BROWSER)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/verify")


@pytest.mark.parametrize("fields", [None, {"text": DRAFT}, {"text": ""}])
def test_nobody_keeps_the_page(shipped, fields):
    if fields is None:
        response = shipped.get("/verify", headers=BROWSER)
    else:
        response = shipped.post("/verify", data=fields, headers=BROWSER)
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    policy = dict(part.strip().split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["form-action"] == "'self'"


def test_the_figures_of_a_text_are_marked_with_their_verdicts(shipped):
    page = send(shipped, DRAFT)
    assert [has["class"].removeprefix("mark ") for has in marks(page)] == VERDICTS
    assert page.texts["textarea"][0] == " ".join(DRAFT.split())
    assert "9 numbers in the text" in page.text
    words = " ".join(page.text.split())
    assert "at 7,000 (hedge lost) − 1 ." in words  # noqa: RUF001 (a minus)
    assert "Two (not a claim) years on," in words


def test_each_figure_leads_to_its_entry_and_back(shipped):
    page = send(shipped, DRAFT)
    ids = [has["id"] for _, has in page.elements if "id" in has]
    assert len(ids) == len(set(ids))
    figures = {has["id"]: has["href"] for has in marks(page) if "href" in has}
    entries = of_class(page, "li", "entry")
    assert {f"#{has['id']}" for has in entries} == set(figures.values())
    assert all(has["tabindex"] == "-1" for has in entries)
    links = [has["href"] for has in page.all("a")]
    assert {f"#{id_}" for id_ in figures} <= set(links)
    assert all(link.removeprefix("#") in [*ids, "main"] for link in links if link.startswith("#"))


def test_figures_that_are_alike_share_an_entry(shipped):
    page = send(shipped, DRAFT)
    entries = [has["href"] for has in marks(page) if "href" in has]
    assert len(entries) == 8
    assert entries[-1] == entries[-2]
    assert len(set(entries)) == 7
    assert "It stands 2 times in the text: place 1 place 2" in page.text


def test_the_legend_counts_the_verdicts_that_occur(shipped):
    page = send(shipped, DRAFT)
    legend = page.text.partition("numbers in the text")[2].partition("Compared with claims")[0]
    for verdict in Verdict:
        count = VERDICTS.count(verdict)
        assert (f"{count} {verdict.replace('_', ' ')}" in legend) is (count > 0)
        assert (MEANINGS[verdict] in legend) is (count > 0)
    assert "nobody said" not in send(shipped, "Up to 7,000 Daesh affiliates remain in Iraq.").text


def test_verdicts_differ_without_colours(shipped):
    assert set(SIGNS) == set(MEANINGS) == set(Verdict)
    assert len(set(SIGNS.values())) == len(Verdict)
    with shipped.get("/explorer/style.css") as response:
        style = response.text
    rules = dict(re.findall(r"^\.mark\.(\w+) \{ (.*) \}$", style, re.MULTILINE))
    shapes = {verdict: re.sub(r"var\(.*?\)", "", rule) for verdict, rule in rules.items()}
    assert {"borne", *shapes} == {str(verdict) for verdict in Verdict}
    assert len(set(shapes.values())) == len(shapes)


def test_the_evidence_is_that_of_the_api(shipped):
    page = send(shipped, DRAFT)
    addresses = {has["href"] for has in page.all("a")}
    for finding in shipped.post("/verify", json={"text": DRAFT}).json["data"]:
        if finding["verdict"] == "not_a_claim":
            continue
        assert finding["says"] in page.text
        for estimate in finding["evidence"]:
            assert estimate["wording"] in page.texts["q"]
            assert {
                estimate["url"],
                f"/claims/{estimate['claim']['id']}",
                f"/sources/{estimate['source']['id']}",
            } <= addresses
            claim = shipped.get(f"/claims/{estimate['claim']['id']}").json["data"]
            articles = {report["article"]["id"]: report["article"] for report in claim["reports"]}
            assert {f"/articles/{id_}" for id_ in articles} <= addresses
            assert {article["url"] for article in articles.values() if article["url"]} <= addresses
    assert "low not said best not said high 7,000 hedge up to" in page.text
    assert "1 independent source; retellings count once." in page.text
    records = [
        has for has in page.all("a") if has["href"].startswith(("/claims/", "/sources/", "/articles/", "/est", "http"))
    ]
    assert records
    assert all(has["target"] == "_blank" for has in records)  # back would ask to send the text again


def test_articles_that_share_a_wire_are_told(shipped):
    page = send(shipped, "About 15,000 Daesh fighters were left in Iraq and Syria.")
    assert "2 of the articles carry one wire, that of The Associated Press." in page.text
    assert "1 independent source;" in page.text


def test_what_the_text_does_not_tell_is_said(shipped):
    page = send(shipped, "They fight in Iraq, and in Syria too. Officials spoke of up to 5,000 supporters of IS.")
    assert "The text does not tell of which place it speaks; it could be Iraq or Syria." in page.text
    assert "Read as: Supporters, Islamic State" in page.text
    page = send(shipped, "Officials spoke of up to 5,000 supporters.")
    assert "The text does not tell of which group it speaks; it is compared with every group." in page.text


def test_the_time_of_the_text_is_kept_and_told(shipped):
    text = "Fewer than 1,000 IS militants are in Iraq and Syria."
    page = send(shipped, text, as_of="2017-12", language="en")
    assert page.all("input", name="as_of")[0]["value"] == "2017-12"
    assert "Compared with claims as of December 2017" in page.text
    assert [has["class"] for has in marks(page)] == ["mark borne"]
    assert [has["class"] for has in marks(send(shipped, text, as_of="2023"))] != ["mark borne"]


def test_the_language_is_that_of_the_form(shipped):
    text = "Bis zu 7.000 Daesh affiliates, Iraq."
    page = send(shipped, text, language="de")
    assert [has["class"] for has in marks(page)] == ["mark borne"]
    assert [has["value"] for has in page.all("option") if "selected" in has] == ["de"]
    assert page.all("div", lang="de")
    page = send(shipped, "7.000 Daesh affiliates", language="da")
    assert [has["value"] for has in page.all("option") if "selected" in has] == ["da"]
    assert "only numbers in digits are read" in page.text


def test_a_text_without_numbers_says_so(shipped):
    page = send(shipped, "Nobody counted them.")
    assert "No number was read in this text" in page.text
    assert not page.all("textarea", id="markdown")


@pytest.mark.parametrize("text", ["", " \r\n "])
def test_a_form_without_a_text_is_refused(shipped, text):
    page = send(shipped, text, 400)
    assert "There is no text; expected a text with numbers." in page.text
    assert page.all("textarea")[0]["aria-describedby"].split() == ["text-fault"]


@pytest.mark.parametrize(("name", "value"), [("as_of", "yesterday"), ("as_of", "2017-13"), ("language", "English!")])
def test_a_wrong_field_is_told_beside_it_and_all_is_kept(shipped, name, value):
    page = send(shipped, DRAFT, 400, **{name: value})
    assert page.texts["textarea"] == [" ".join(DRAFT.split())]
    (field,) = [has for tag in ("input", "select") for has in page.all(tag) if has["name"] == name]
    assert field["aria-invalid"] == "true"
    assert "autofocus" in field
    fault = f"{name}-fault"
    assert fault in field["aria-describedby"].split()
    assert page.all("p", id=fault)
    assert f"'{value}' is refused; expected" in page.text
    if name == "as_of":
        assert field["value"] == value


def test_all_faults_are_told_at_once(shipped):
    page = send(shipped, "", 400, as_of="never")
    assert len(of_class(page, "p", "fault")) == 2
    assert len([1 for _, has in page.elements if "autofocus" in has]) == 1


@pytest.mark.slow
def test_the_limit_is_that_of_the_text_however_it_is_encoded(shipped):
    arabic = "سأل الصحفيون عن العدد " * 4_900 + "7000"
    assert 190_000 < len(arabic.encode()) < LONGEST_BODY < 3 * 190_000 < LONGEST_FORM
    assert len(marks(send(shipped, arabic, language="ar"))) == 1
    fitting = "a" * LONGEST_BODY
    send(shipped, fitting)
    page = send(shipped, fitting + "é", 413)
    assert "The text has 200,002 bytes; expected at most 200,000." in page.text
    assert page.texts["textarea"] == [fitting + "é"]
    send(shipped, "a\r\n" * (LONGEST_BODY // 2))  # two bytes each, although a form sends seven


def test_a_form_that_is_longer_than_any_text_is_refused(shipped):
    page = send(shipped, "a" * LONGEST_FORM, 413)
    assert "more than 200,000 bytes" in page.text
    assert page.texts["textarea"] == [""]


def test_too_many_numbers_are_refused(shipped):
    page = send(shipped, "7 men, " * 6_000, 413)
    assert "5,000 numbers" in page.text
    assert page.texts["textarea"][0].startswith("7 men, 7 men,")


HOSTILE = [
    *(TAG, "</textarea><script>alert(7)</script>", '"><img src=x onerror=alert(7)> 7,000', "{{ 7 * 7 }} {% raw %}"),
    *("\u202e7,000\u202c \u200f400\u200e", "7\x000 men\x1b[31m", "\n\n  7,000", "&lt;b&gt; 7,000 &amp;"),
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_that_means_harm_stays_text(shipped, text, caplog):
    with caplog.at_level(logging.DEBUG):
        page = send(shipped, f"{text} Up to 7,000 {text} IS affiliates remain in Iraq.")
    check(page)
    assert " ".join(text.split()) in page.texts["textarea"][0]
    assert text not in caplog.text


@pytest.mark.parametrize("text", ["\nUp to 7,000", "  Up to 7,000", "\n\n\nUp to 7,000\n"])
def test_the_beginning_of_a_text_is_kept(shipped, text):
    response = shipped.post("/verify", data={"text": text}, headers=BROWSER)
    (kept,) = re.findall(r'<textarea id="text".*?>\n(.*?)</textarea>', response.text, re.DOTALL)
    assert kept == text


def test_the_markdown_is_the_text_with_footnotes(shipped):
    page = send(shipped, DRAFT)
    response = shipped.post("/verify", data={"text": DRAFT}, headers=BROWSER).text
    (markdown,) = re.findall(r'<textarea id="markdown".*?>\n(.*?)</textarea>', response, re.DOTALL)
    text, _, notes = markdown.partition("\n\n[^headcount-1]:")
    assert re.sub(r"\[\^headcount-\d+\]", "", text) == DRAFT.replace('"', "&#34;")
    assert "at 7,000[^headcount-1].\n" in text
    labels = re.findall(r"^\[\^(headcount-\d+)\]:", f"[^headcount-1]:{notes}", re.MULTILINE)
    assert labels == [f"headcount-{number}" for number in range(1, 8)]
    assert set(re.findall(r"\[\^(headcount-\d+)\]", text)) == set(labels)
    assert "“7,000”: **hedge lost**. " in notes
    assert "[claim](http://localhost/claims/mohamadawi-2023-03-iraq-fighters)" in notes
    assert "It tells who said a number, not whether it is true." in notes
    assert [has for has in page.all("textarea") if has["id"] == "markdown" and "readonly" in has]


def article(id_, title, url=None):
    published = {"edtf": "2020", "basis": "inferred"}
    return {"id": id_, "title": title, "publisher": title, "agency": None, "published": published, "url": url}


def finding_of(name, **article_of):
    """Return a finding at the figure of "In 7,000 days", whose evidence calls everything by this name."""
    named, untold = {"name": name}, {"ids": [], "candidates": []}
    estimate = {
        **{"id": "e", "wording": name, "hedge": "up_to", "low": None, "best": None, "high": 7000, "source": named},
        **{"indicator": {"name": name, "unit": "persons"}, "group": named, "region": named, "as_of": {"edtf": "2020"}},
        **{"claim": {"id": "c", "articles": 1}, "article": article("a", name, **article_of)},
    }
    return {
        **{"start": 3, "end": 8, "text": "7,000", "verdict": Verdict.HEDGE_LOST, "says": name, "sources": 1},
        **{"unsettled": [], "evidence": [estimate], "group": untold, "region": untold, "indicator": untold},
    }


def test_a_name_is_no_markdown():
    text = VerifiedText.of("In 7,000 days", [finding_of("A](http://x.example) *b* <i>#|`")], {}, {})
    markdown = markdown_of(text, "http://localhost", "Invented")
    assert markdown.startswith("In 7,000[^headcount-1] days\n\n[^headcount-1]: “7,000”: **hedge lost**. A\\]")
    assert markdown.count("A\\](http://x.example) \\*b\\* \\<i\\>\\#\\|\\`") == markdown.count("x.example") == 8
    assert len(markdown.splitlines()) == 6


def test_the_markdown_leads_to_the_articles():
    text = VerifiedText.of("In 7,000 days", [finding_of("A", url="https://x.example/a_(b)")], {}, {})
    line = "[*A*](<https://x.example/a_(b)>), A, 2020 (inferred). [claim](http://localhost/claims/c)"
    assert line in markdown_of(text, "http://localhost", "Invented")


def test_of_many_articles_the_first_are_listed_and_the_others_counted():
    reports = [{"article": article(id_, "A")} for id_ in "bcadefgb"]
    claims = {"c": {"reports": reports, "wires": [{"agency": "W", "articles": ["b"]}]}}
    (entry,) = VerifiedText.of("In 7,000 days", [finding_of("A")], {}, claims).entries
    (report,) = entry.reports
    assert [listed["id"] for listed in report.articles] == ["a", "b", "c", "d", "e"]
    assert (report.more, list(report.wires)) == (2, [])


def test_figures_that_overlap_are_cut():
    overlapping = {**finding_of("A"), "start": 0, "end": 6}
    text = VerifiedText.of("In 7,000 days", [overlapping, finding_of("A")], {}, {})
    assert "".join(piece.text for piece in text.pieces) == "In 7,000 days"
    assert [piece.text for piece in text.pieces if piece.entry] == ["In 7,0", "00"]


ENCODED = {
    "as long as it may be": ("سأل الصحفيون عن العدد " * 4_900, 200, "No number was read in this text"),
    "longer than any text": ("a" * (LONGEST_FORM + 1), 413, "more than 200,000 bytes"),
}


@pytest.mark.server
@pytest.mark.parametrize(("text", "status", "told"), ENCODED.values(), ids=ENCODED)
def test_a_server_reads_the_form(shipped_server, text, status, told):
    body = urlencode({"text": text, "language": "ar"}).encode()
    request = urllib.request.Request(f"{shipped_server}/verify", body, BROWSER)
    try:
        response = urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        assert (response.status, told in response.read().decode()) == (status, True)


@pytest.mark.parametrize(
    ("names", "choice"),
    [(["Iraq"], "Iraq"), (["Iraq", "Syria"], "Iraq or Syria"), (["Homs", "Iraq", "Syria"], "Homs, Iraq or Syria")],
)
def test_alternatives_are_joined_by_or(names, choice):
    assert alternatives(names) == choice
