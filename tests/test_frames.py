"""A page for frames, and oEmbed: read by a client that others wrote."""

import re
from html import unescape
from urllib.parse import quote
from xml.etree import ElementTree

import micawber
import pytest
from pages import BROWSER, get

SITE = "http://localhost"
PAGES = {
    "/": "/embed",
    "/?region=iraq&sort=high&offset=3&scale=linear": "/embed?region=iraq&scale=linear",
    "/embed?region=IQ": "/embed?region=iraq",
    "/claims/mohamadawi-2023-03-iraq-fighters": "/embed?claim=mohamadawi-2023-03-iraq-fighters",
    "/estimates/fighters-500-headline": "/embed?claim=mohamadawi-2023-03-iraq-fighters",
    "/sources/qais-al-mohamadawi": "/embed?source=qais-al-mohamadawi",
    "/articles/500-or-more-fighters": "/embed?article=500-or-more-fighters",
}


def oembed(client, url, **parameters):
    return client.get("/oembed", query_string={"url": url, **parameters})


def policy(response):
    return dict(part.strip().split(" ", 1) for part in response.headers["Content-Security-Policy"].split(";"))


def test_a_frame_has_the_answer_and_the_chart_and_no_more(shipped):
    page = get(shipped, "/embed?region=iraq")
    whole = get(shipped, "/?region=iraq")
    answer = shipped.get("/answer?region=iraq").json["data"]["answer"].splitlines()
    assert all(line in page.text for line in answer if not line.startswith("Not told here"))
    drawings = [html.count('<svg class="drawing') for html in (page.html, whole.html)]
    assert drawings[0] == drawings[1] > 0
    assert not page.all("header") + page.all("form") + page.all("footer") + page.all("script")
    assert page.all("a", href=f"{SITE}/?region=iraq")
    assert page.all("base") == [{"target": "_blank"}]  # a link must not open in the frame


@pytest.mark.parametrize(("path", "status"), [("/embed?region=iraq", 200), ("/embed?region=irak", 400)])
def test_only_the_page_for_frames_may_stand_in_one(shipped, path, status):
    framed = shipped.get(path)
    assert (framed.status_code, framed.mimetype) == (status, "text/html")
    assert policy(framed)["frame-ancestors"] == "*"
    assert policy(shipped.get("/?region=iraq", headers=BROWSER))["frame-ancestors"] == "'none'"
    assert policy(framed)["script-src"] == "'self'"


def test_a_question_without_an_answer_is_said_to_be_so(shipped):
    assert "Nobody said" in get(shipped, "/embed?q=nowhere").text


@pytest.mark.parametrize(("path", "frame"), PAGES.items())
def test_every_page_that_can_be_embedded_leads_to_its_frame(shipped, path, frame):
    page = get(shipped, path)
    if not path.startswith("/embed"):
        (link,) = page.all("link", type="application/json+oembed")
        assert link["href"].startswith(f"{SITE}/oembed?url=")
        embedded = shipped.get(link["href"]).json
    else:
        embedded = oembed(shipped, f"{SITE}{path}").json
    assert (embedded["version"], embedded["type"], embedded["provider_name"]) == ("1.0", "rich", "Headcount")
    (source,) = re.findall(r'src="([^"]+)"', embedded["html"])
    assert unescape(source) == f"{SITE}{frame}"
    get(shipped, unescape(source))
    root = ElementTree.fromstring(oembed(shipped, f"{SITE}{path}", format="xml").data)
    assert {child.tag: child.text for child in root} == {name: str(value) for name, value in embedded.items()}


def test_a_frame_is_no_larger_than_was_asked_for(shipped):
    plain = oembed(shipped, f"{SITE}/").json
    assert (plain["width"], plain["height"]) == (700, 600)
    assert (plain["thumbnail_width"], plain["thumbnail_height"]) == (1200, 630)
    small = oembed(shipped, f"{SITE}/", maxwidth="320", maxheight="9999").json
    assert (small["width"], small["height"]) == (320, 600)
    assert 'width="320" height="600"' in small["html"]
    assert "thumbnail_url" not in small


@pytest.mark.parametrize(
    "url",
    [
        *(
            "https://example.org/",
            "http://localhost.example.org/",
            "//localhost/",
            "localhost",
            "http://[",
            "ftp://localhost/",
        ),
        *(
            "http://localhost@example.org/",
            "http://localhost:81/",
            f"{SITE}/dataset",
            f"{SITE}/claims",
            f"{SITE}/nowhere",
        ),
        *(f"{SITE}/claims/nothing", f"{SITE}/?region=irak", f"{SITE}/?dataset={'0' * 16}", f"{SITE}/estimates/x/y"),
    ],
)
def test_what_is_no_page_of_ours_is_404(shipped, url):
    refused = oembed(shipped, url)
    assert (refused.status_code, refused.mimetype) == (404, "application/problem+json")


def test_what_is_wrong_is_told(shipped):
    assert "expected json or xml" in oembed(shipped, f"{SITE}/", format="yaml").json["detail"]
    assert oembed(shipped, f"{SITE}/", format="yaml").status_code == 501
    missing = shipped.get("/oembed")
    assert (missing.status_code, missing.json["detail"][:15]) == (400, "url: is missing")
    for width in ("0", "-1", "x", "1.5", "9" * 50):
        wrong = oembed(shipped, f"{SITE}/", maxwidth=width)
        assert (wrong.status_code, wrong.json["detail"][:9]) == (400, "maxwidth:")


@pytest.mark.server
def test_another_program_reads_it(shipped_server):
    provider = micawber.Provider(f"{shipped_server}/oembed")
    embedded = provider.request(f"{shipped_server}/?region=iraq", maxwidth=500)
    assert (embedded["type"], embedded["width"]) == ("rich", 500)
    assert f'src="{shipped_server}/embed?region=iraq"' in embedded["html"]
    with pytest.raises(micawber.ProviderException):
        provider.request(quote("https://example.org/", safe=":/"))
