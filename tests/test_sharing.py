"""What a page offers to those who pass it on: head, picture, linked data, texts to copy, icons."""

import json
import re
import shlex
import shutil
import struct
import subprocess
import sys
from html import unescape
from urllib.parse import urlsplit

import icons
import pytest
from hostile import TAG
from pages import BROWSER, Page, get

from api import create_app
from api.explorer.card import CARD_QUERY, card_of
from api.query.question import Question

HEADLINE, CLAIM = "/estimates/fighters-500-headline", "/claims/mohamadawi-2023-03-iraq-fighters"
PAGES = {
    "/": "/card.png",
    "/?region=iraq&sort=high&scale=linear": "/card.png?region=iraq",
    HEADLINE: "/card.png?estimate=fighters-500-headline",
    CLAIM: "/card.png?claim=mohamadawi-2023-03-iraq-fighters",
    "/sources/qais-al-mohamadawi": "/card.png?source=qais-al-mohamadawi",
    "/articles/500-or-more-fighters": "/card.png?article=500-or-more-fighters",
    "/claims?region=iraq": "/card.png",
    "/dataset": "/card.png",
    "/words": "/card.png",
}


def metas(page):
    """Return the contents of the elements `meta` by their names."""
    named = [(meta.get("property") or meta.get("name"), meta.get("content")) for meta in page.all("meta")]
    contents = {name: content for name, content in named if name}
    assert len(contents) == sum(1 for name, _ in named if name)  # none is told twice
    return contents


def copies(page):
    """Return the texts to copy by what they are."""
    part = page.html.partition('id="copies">')[2].partition("</details>")[0]
    return dict(zip(Page(part).texts["b"], map(unescape, re.findall("<code.*?>(.*?)</code>", part, re.S)), strict=True))


def scripts(html):
    """Return the contents of the elements with JSON-LD."""
    return re.findall('<script type="application/ld.json">(.*?)</script>', html, re.S)


@pytest.mark.parametrize(("path", "card"), PAGES.items())
def test_every_page_has_a_title_a_description_and_a_picture(shipped, path, card):
    page = get(shipped, path, Host="example.org")
    told, site = metas(page), "http://example.org"
    assert told["og:title"] == told["twitter:title"] == page.texts["title"][0][: -len(" - Headcount")]
    assert told["description"] == told["og:description"] == told["twitter:description"] != ""
    assert told["og:image"] == told["twitter:image"] == f"{site}{card}"
    assert told["twitter:card"] == "summary_large_image"
    (canonical,) = page.all("link", rel="canonical")
    assert canonical["href"] == told["og:url"] == f"{site}{path}"
    (feed,) = page.all("link", type="application/atom+xml")
    assert shipped.get(feed["href"]).mimetype == "application/atom+xml"


@pytest.mark.parametrize("path", ["/?region=iraq", "/?q=nowhere", CLAIM])
def test_a_question_and_a_claim_are_described_by_their_first_sentence(shipped, path):
    question = path.partition("?")[2] or f"claim={path.rpartition('/')[2]}"
    answer = shipped.get(f"/answer?{question}").json["data"]
    first = answer["topics"][0]["sentences"][0] if answer["topics"] else answer["nothing"]
    assert metas(get(shipped, path))["description"] == first["text"]


def test_a_report_is_not_told_as_what_its_speaker_said(shipped):
    """The headline says at least 500; the general said at most 400 to 500."""
    told = metas(get(shipped, HEADLINE))["description"]
    assert told == (
        "Iraq, fighters (Islamic State): at least 500 on about 12 March 2023, as the headline of “Military: 500 or "
        "more IS fighters are still present in Iraq” reports what General Qais al-Mohamadawi (military) said."
    )


def test_absolute_addresses_begin_as_the_configuration_says(shipped_database, url_of):
    app = create_app({"DATABASE_URL": url_of(shipped_database), "PUBLIC_URL": "https://example.org/headcount/"})
    page = get(app.test_client(), "/?region=iraq")
    app.extensions["database"].close()
    assert metas(page)["og:image"] == "https://example.org/headcount/card.png?region=iraq"
    assert copies(page)["Link"] == "https://example.org/headcount/?region=iraq"


def test_each_host_has_a_page_of_its_own(shipped):
    pages = [shipped.get("/", headers=BROWSER | {"Host": host}) for host in ("first.example", "second.example")]
    assert pages[0].headers["ETag"] != pages[1].headers["ETag"]
    assert "first.example" in pages[0].text
    assert "first.example" not in pages[1].text


def test_a_hostile_host_stays_text(client):
    page = get(client, "/", Host="x.example';reboot\"><script>")
    assert len(page.all("script")) == len(get(client, "/").all("script"))
    assert "reboot" not in shlex.split(copies(page)["curl"])


def cards(client, *questions):
    """Return the texts of the cards of questions."""
    with client.application.test_request_context("/"):
        client.application.preprocess_request()
        return [card_of(Question.of(CARD_QUERY, CARD_QUERY.load(question))) for question in questions]


def test_a_card_tells_what_the_answer_tells_first(shipped):
    question, claim, nothing, front = cards(
        shipped, {"region": "iraq"}, {"claim": CLAIM.rpartition("/")[2]}, {"q": "nowhere"}, {}
    )
    for card, asked in ((question, "region=iraq"), (claim, f"claim={CLAIM.rpartition('/')[2]}")):
        answer = shipped.get(f"/answer?{asked}").json["data"]
        assert str(card.told) == answer["topics"][0]["sentences"][0]["text"]
        told = answer["topics"][0]["sentences"][1:]
        others = len(answer["topics"]) - 1 + answer["more"]
        more = [f"The same question finds {others} other topics."] if others else []
        assert sorted(card.sentences) == sorted([sentence["text"] for sentence in told] + more)
        assert card.sentences[0] == next(one["text"] for one in told if one["kind"] in ("reversed", "contradiction"))
    assert (nothing.told.figure, nothing.sentences) == ("Nobody said", ())
    assert front.told.figure == "Who said how many?"


def test_a_card_of_an_estimate_tells_its_words_and_that_it_is_disputed(shipped):
    (card,) = cards(shipped, {"estimate": "fighters-500-headline"})
    assert (card.told.figure, card.sentences[0]) == ("at least 500", "In these words: “500 or more IS fighters”.")
    assert card.sentences[1] == "Another report in the same article contradicts it."


@pytest.mark.slow
@pytest.mark.parametrize("question", ["", "?region=iraq", "?estimate=fighters-500-headline", "?q=nowhere"])
def test_a_card_is_a_png_of_the_size_that_pages_name(shipped, question):
    response = shipped.get(f"/card.png{question}", headers={"Accept": "text/html"})
    assert (response.status_code, response.mimetype) == (200, "image/png")
    assert struct.unpack(">II", response.data[16:24]) == (1200, 630)
    assert response.headers["ETag"]


@pytest.mark.slow
def test_a_hostile_dataset_can_be_drawn(hostile_database, url_of):
    app = create_app({"DATABASE_URL": url_of(hostile_database)})
    client = app.test_client()
    for estimate in client.get("/estimates?limit=3").json["data"]:
        assert client.get(f"/card.png?estimate={estimate['id']}").status_code == 200
    page = get(client, f"/claims/{client.get('/claims').json['data'][0]['id']}")
    app.extensions["database"].close()
    (content,) = scripts(page.html)
    assert TAG in json.dumps(json.loads(content))
    assert "<" not in content


def test_a_card_of_nothing_known_is_refused(shipped):
    assert shipped.get("/card.png?estimate=nothing").status_code == 404
    both = shipped.get("/card.png?estimate=fighters-500-headline&region=iraq")
    assert (both.status_code, both.json["detail"][:9]) == (400, "estimate:")
    assert shipped.get("/card.png?region=irak").json["errors"][0]["did_you_mean"] == ["iraq"]


@pytest.mark.parametrize(
    ("path", "endpoint"), [("/", "/dataset"), ("/dataset", "/dataset"), (HEADLINE, HEADLINE), (CLAIM, CLAIM)]
)
def test_a_page_holds_its_json_ld(shipped, path, endpoint):
    (content,) = scripts(shipped.get(path, headers=BROWSER).text)
    assert json.loads(content) == shipped.get(f"{endpoint}?format=jsonld").json


def test_nobody_is_said_to_have_rated_a_claim(shipped):
    text = shipped.get(CLAIM, headers=BROWSER).text
    assert "ClaimReview" not in text
    assert "Rating" not in text


def test_a_citation_has_version_date_and_link(shipped):
    dataset = shipped.get("/dataset").json["data"]
    citation = copies(get(shipped, "/?region=iraq"))["Citation"]
    assert citation.startswith(dataset["citation"])
    assert dataset["built"][:4] in citation
    assert citation.endswith("“Claims · Iraq”. http://localhost/?region=iraq")


QUESTIONS = {
    "/?region=iraq&offset=5&sort=high": "/estimates?region=iraq&sort=high",
    '/?q="does+not"+or+nearly': "/estimates?q=%22does+not%22+or+nearly",
    "/sources?region=iraq&limit=2": "/sources?region=iraq",
    CLAIM: CLAIM,
}


def printed(client, path):
    """Return what the code for a page prints: how many records there are, or the id of the one."""
    answer = client.get(path).json
    return str(answer["meta"]["total"] if "total" in answer["meta"] else answer["data"]["id"])


@pytest.mark.server
@pytest.mark.parametrize(("path", "asked"), QUESTIONS.items())
def test_the_code_to_copy_runs(shipped, shipped_server, path, asked):
    page = get(shipped, path, Host=urlsplit(shipped_server).netloc)
    code = copies(page)
    expected = printed(shipped, asked)
    python = subprocess.run(
        [sys.executable, "-c", code["Python"]], capture_output=True, text=True, timeout=30, check=False
    )
    assert python.stdout.strip() == expected, python.stderr
    command, address = shlex.split(code["curl"])
    assert (command, address.startswith(shipped_server)) == ("curl", True)
    in_json = shipped.get(address.removeprefix(shipped_server)).json
    assert in_json["data"] if asked == CLAIM else in_json["meta"]["total"] == int(expected)
    assert code["R"].splitlines()[0].startswith(("records <- read.csv(", "record <- jsonlite::fromJSON("))
    if node := shutil.which("node"):
        arguments = [node, "--input-type=module", "-e", code["JavaScript"]]
        script = subprocess.run(arguments, capture_output=True, text=True, timeout=30, check=False)
        assert script.stdout.strip() == expected, script.stderr


def test_r_reads_the_list_as_csv(shipped):
    address = copies(get(shipped, "/?region=iraq&offset=5"))["R"].partition('("')[2].partition('")')[0]
    response = shipped.get(address.removeprefix("http://localhost"))
    assert response.mimetype == "text/csv"
    assert len(response.text.splitlines()) - 1 == shipped.get("/estimates?region=iraq").json["meta"]["total"]


@pytest.mark.parametrize("name", icons.icons())
def test_icons_of_pixels_are_drawn_from_the_one_that_is_text(client, name):
    with client.get(f"/{name}") as response:
        assert response.data == icons.icons()[name]
        assert response.mimetype in ("image/png", "image/vnd.microsoft.icon", "image/x-icon")
