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
    **{name: f"/{name}" for name in ("estimates", "claims", "groups", "conflicts", "dataset", "words")},
    "no page": "/nothing",
}
TEXTS = {
    "all verdicts": {"text": DRAFT},
    "candidates": {"text": "In Iraq and in Syria they fight. Officials spoke of up to 5,000 supporters of IS."},
    "no number": {"text": "Nobody counted them."},
    "faults": {"text": " ", "as_of": "never"},
}
FILES = {"style": "/explorer/style.css", "icon": "/explorer/icon.svg"}
SUFFIXES = {"text/html": ".html", "text/css": ".css", "image/svg+xml": ".svg"}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def axe(folder, node):
    """Return the script of axe-core."""
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text()


@pytest.fixture(scope="module", params=["light", "dark"])
def scheme(request):
    return request.param


@pytest.fixture(params=[1280, 320])
def page(request, browser, scheme):
    """Return a page of this width in this colour scheme."""
    context = browser.new_context(viewport={"width": request.param, "height": 900}, color_scheme=scheme)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_axe_finds_nothing(page, axe, shipped_server, path):
    page.goto(f"{shipped_server}{path}")
    assert_axe_finds_nothing(page, axe)


def assert_axe_finds_nothing(page, axe):
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    page.evaluate(axe)
    found = page.evaluate("rules => axe.run({ runOnly: { type: 'tag', values: rules } })", RULES)
    assert len(found["passes"]) > 10
    assert [(one["id"], one["help"], [node["html"] for node in one["nodes"]]) for one in found["violations"]] == []


@pytest.mark.parametrize("fields", TEXTS.values(), ids=TEXTS)
def test_axe_finds_nothing_where_a_text_is_checked(page, axe, shipped_server, fields):
    page.goto(f"{shipped_server}/verify")
    for name, value in fields.items():
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="Check the numbers").click()
    expect(page.locator(".draft, .fault").first).to_be_visible()
    assert_axe_finds_nothing(page, axe)


def test_axe_finds_nothing_on_the_desk(page, axe, drafted):
    with serving(drafted.document_path, drafted.path) as address:
        page.goto(address)
        expect(page.locator("#entry-summary-says")).to_be_visible()
        assert_axe_finds_nothing(page, axe)
        page.keyboard.press("d")
        page.get_by_role("button", name="Article").click()
        expect(page.locator("#article-title")).to_be_visible()
        assert_axe_finds_nothing(page, axe)
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
