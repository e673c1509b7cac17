"""Everybody can use the pages, as far as axe-core can tell, and their HTML and CSS are valid."""

import os
import shutil
import urllib.error
import urllib.request
from urllib.parse import urlencode

import pytest
from conftest import run
from desks import serving
from playwright.sync_api import expect
from test_verification_page import DRAFT

pytestmark = pytest.mark.npm

PAGES = {
    "explorer": "/",
    "filtered": "/?region=iraq&article=500-or-more-fighters&sort=high&scale=linear",
    "paged": "/?offset=25",
    "empty": "/?as_of=1999&q=fighters",
    "error": "/?region=irak&regoin=iraq",
    "estimate": "/estimates/fighters-500-headline",
    "derived": "/estimates/fighters-500-un-fighters",
    "claim": "/claims/mohamadawi-2023-03-iraq-fighters",
    "source": "/sources/qais-al-mohamadawi",
    "article": "/articles/500-or-more-fighters",
    "understood": "/?region=iraq&region=syria&as_of=2017&typed=iraq+syria+2017",
    "place": "/regions/iraq",
    "group": "/groups/islamic-state",
    "indicator": "/indicators/fighters",
    "claims": "/claims?region=iraq&not_hedge=up_to",
    "places": "/regions?q=iraq",
    "series": "/series?indicator=fatalities",
    "conflicts": "/conflicts",
    "missing": "/estimates/nothing",
    "frame": "/embed?region=iraq",
    "refused frame": "/embed?region=irak",
    "verify": "/verify",
    **{name: f"/{name}" for name in ("estimates", "sources", "articles", "groups", "changes", "dataset", "words")},
    "no page": "/nothing",
}
TEXTS = {
    "all verdicts": {"text": DRAFT},
    "candidates": {"text": "In Iraq and in Syria they fight. Officials spoke of up to 5,000 supporters of IS."},
    "no number": {"text": "Nobody counted them."},
    "faults": {"text": " ", "as_of": "never"},
}
FILES = {"style": "/explorer/style.css"}
SUFFIXES = {"text/html": ".html", "text/css": ".css"}
WIDTHS = (320, 768, 1280)
SCHEMES = {
    "light": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "dark": ["color-contrast", "link-in-text-block"],
}
"""The tags of axe-core's rules by the scheme of colours: the dark one has the same elements in other colours."""


@pytest.fixture(scope="module")
def axe(folder, node):
    """Return the script of axe-core."""
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text()


@pytest.fixture
def page(browser):
    """Return a page; in the end its console has to be clean, but for the address itself, which may be refused."""
    context = browser.new_context()
    page, wrong = context.new_page(), []
    page.on("console", lambda said: said.location.get("url") == page.url or wrong.append(said.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    context.close()
    assert wrong == []


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_axe_finds_nothing(page, axe, shipped_server, path):
    page.goto(f"{shipped_server}{path}")
    assert_all_can_use(page, axe)


@pytest.mark.parametrize("fields", TEXTS.values(), ids=TEXTS)
def test_axe_finds_nothing_where_a_text_is_checked(page, axe, shipped_server, fields):
    page.goto(f"{shipped_server}/verify")
    for name, value in fields.items():
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="Check the numbers").click()
    expect(page.locator(".draft, .fault").first).to_be_visible()
    assert_all_can_use(page, axe)


def test_axe_finds_nothing_in_the_open_menu(page, axe, shipped_server):
    page.goto(f"{shipped_server}/words")
    page.locator("header summary").click()
    assert_all_can_use(page, axe, "header")


def assert_all_can_use(page, axe, part="html"):
    """Let axe-core judge a page at each width, in the dark by its colours; nothing may lie beside the screen."""
    page.evaluate(axe)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("document.querySelectorAll('main details').forEach(details => { details.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for scheme, rules in SCHEMES.items():
            page.emulate_media(color_scheme=scheme)
            judged = page.evaluate("([part, rules]) => axe.run(part, { runOnly: rules })", [part, rules])
            assert judged["passes"], (width, scheme)
            violations = [
                (rule["id"], rule["help"], [node["html"] for node in rule["nodes"]]) for rule in judged["violations"]
            ]
            assert violations == [], (width, scheme)


def test_axe_finds_nothing_on_the_desk(page, axe, drafted):
    with serving(drafted.document_path, drafted.path) as address:
        page.goto(address)
        expect(page.locator("#entry-summary-says")).to_be_visible()
        assert_all_can_use(page, axe)
        page.keyboard.press("d")
        page.get_by_role("button", name="Article").click()
        expect(page.locator("#article-title")).to_be_visible()
        assert_all_can_use(page, axe)
        page.close()


def test_html_css_and_icon_are_valid(folder, node, shipped_server, drafted):
    if shutil.which("java") is None and not os.environ.get("CI"):
        pytest.skip("needs Java")
    written = folder / "pages"
    written.mkdir()
    asked_for = [(name, path, None) for name, path in (*PAGES.items(), *FILES.items())]
    asked_for += [(f"checked {name}", "/verify", urlencode(fields).encode()) for name, fields in TEXTS.items()]
    for name, path, form in asked_for:
        asked = urllib.request.Request(f"{shipped_server}{path}", form, {"Accept": "text/html, */*;q=0.5"})
        try:
            response = urllib.request.urlopen(asked, timeout=30)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            suffix = SUFFIXES[response.headers.get_content_type()]
            (written / f"{name}{suffix}").write_bytes(response.read())
    with serving(drafted.document_path, drafted.path) as address:
        for name, path in (("desk.html", ""), ("desk.css", "desk.css")):
            with urllib.request.urlopen(f"{address}{path}", timeout=30) as response:
                (written / name).write_bytes(response.read())
    jar = folder / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
    assert (
        run("java", "-jar", jar, "--Werror", "--stdout", "--also-check-css", "--also-check-svg", written, cwd=folder)
        == ""
    )
