"""The desk in a browser: from a text to a file that the check passes, by keyboard alone; and with hostile texts."""

import re
import shutil
from contextlib import ExitStack

import pytest
from click.testing import CliRunner
from conftest import HERE
from desks import serving
from playwright.sync_api import expect

from api.cli import main

pytestmark = pytest.mark.browser

ARTICLE = HERE / "data" / "desk" / "river-town.txt"
UN = {"as_of.edtf": "2018-02", "as_of.basis": "statement"}
SAID = {"as_of.edtf": "2018-03-03", "as_of.basis": "statement"}
TITLE = "up to 1,200 fighters"
DECISIONS = {
    TITLE: {
        "source": "The Pentagon",
        "as_of.edtf": "2018-03-05",
        "as_of.basis": "statement",
        "claim": "nineveh-strength",
    },
    "up to 1,200 Islamic State fighters": {"claim": "nineveh-strength"},
    "at least 85 Islamic State militants had been killed": {},
    "between 3,000 and 4,000 members": {**UN, "claim": "un-iraq-members"},
    "about 600 Islamic State supporters": {**UN, "claim": "un-mosul-supporters"},
    "more than 2,500 fighters": {**UN, "claim": "un-syria-fighters"},
    "14 Islamic State militants had been killed": {
        **{"region": "Homs Governorate", "claim": "homs-killed"},
        **{"as_of.edtf": "2018-03-03", "as_of.basis": "text"},
    },
    "fewer than 500 Islamic State fighters": {**SAID, "claim": "anbar-fighters"},
    "nearly 900 Islamic State suspects": {"as_of.edtf": "2018-03-05", "as_of.basis": "statement", "claim": "iraq-held"},
    "at least 60 beds": {
        **{"indicator": "Fighters", "group": "Islamic State", "region": "Nineveh", "source": "The Iraqi military"},
        **{"claim": "nineveh-beds", **SAID},
    },
}
"""What a curator fills in or corrects in each entry; a summary is written for each."""


@pytest.fixture
def work(empty_seeds):
    """Return a seed folder and the folder of its documents, with the article."""
    documents = empty_seeds.parent / "documents"
    documents.mkdir()
    shutil.copy(ARTICLE, documents)
    return empty_seeds, documents


def run(*words):
    return CliRunner().invoke(main, [str(word) for word in words], prog_name="headcount")


@pytest.fixture
def open_desk(browser, work):
    """Return a function that opens the desk on a document; at the end nothing may have gone wrong on any page."""
    seeds, documents = work
    wrong = []

    def watch(page, address):
        page.on("console", lambda said: said.type in ("warning", "error") and wrong.append(said.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda asked: asked.url.startswith(address) or wrong.append(asked.url))

    def open_page(document="river-town.txt", more="", **options):
        path = documents / document
        result = run("draft", path, "--into", seeds / "articles", "--language", "en")
        assert result.exit_code == 0, result.output
        (article,) = (seeds / "articles").iterdir()
        if more:  # behind what was drafted, as a draft has its limit
            path.write_bytes(path.read_bytes() + more.encode())
            assert run("check", seeds, "--documents", documents, "--fix", "--yes").exit_code == 1
        address = stack.enter_context(serving(path, article))
        context = stack.enter_context(browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | options))
        context.set_default_timeout(60_000)  # a megabyte in one line takes its time
        page = context.new_page()
        watch(page, address)
        page.goto(address)
        expect(page.locator("#progress")).to_contain_text("settled")
        return page

    with ExitStack() as stack:
        yield open_page
    assert [said for said in wrong if "status of 409" not in said] == []


def focused(page):
    """Return the key of the field that has the focus."""
    return page.evaluate("document.activeElement.dataset.key ?? null")


def fill(page, key, text):
    """Go from the heading of the entry to a field by Tab, fill it in, and go back, by keyboard alone."""
    for _ in range(20):
        page.keyboard.press("Tab")
        if focused(page) == key:
            break
    assert focused(page) == key
    if page.evaluate("document.activeElement.tagName") != "SELECT":
        page.keyboard.press("Control+a")
    page.keyboard.type(text)
    page.keyboard.press("Escape")


def test_from_a_text_to_a_checked_file_by_keyboard_alone(open_desk, work):
    seeds, documents = work
    page = open_desk()
    status, progress = page.locator("#status"), page.locator("#progress")
    expect(progress).to_have_text("0 of 9 settled, saved")
    page.keyboard.press("w")
    page.keyboard.type("at least 60 beds")
    page.keyboard.press("Enter")
    expect(progress).to_have_text("0 of 10 settled, not saved")
    expect(status).to_have_text("Added: at least 60 beds")
    page.keyboard.press("n")  # to the article
    page.keyboard.press("n")  # to the first figure
    for number in range(10):
        expect(page.locator("#entry-title")).to_contain_text("of 10: draft")
        wording = page.locator("#entry-wording").input_value()
        for key, text in DECISIONS[wording].items():
            fill(page, key, text)
        fill(page, "summary", f"Figure {number} of the invented article.")
        page.keyboard.press("a")
        expect(progress).to_have_text(f"{number + 1} of 10 settled, not saved")
    expect(page.locator("#entry-title")).to_have_text("The article")
    page.keyboard.press("s")
    expect(status).to_have_text("Saved")
    expect(progress).to_have_text("10 of 10 settled, saved")
    result = run("check", seeds, "--documents", documents)
    assert (result.exit_code, "1 article with 10 estimates: no problem found" in result.output) == (0, True)
    (article,) = (seeds / "articles").iterdir()
    written = article.read_bytes()
    page.keyboard.press("s")
    expect(status).to_have_text("Nothing to save: the file says this already")
    assert article.read_bytes() == written


def test_an_entry_is_refused_corrected_dropped_and_all_of_it_undone(open_desk):
    page = open_desk()
    status, title = page.locator("#status"), page.locator("#entry-title")
    page.keyboard.press("a")
    expect(status).to_contain_text("Not accepted: ")
    expect(status).to_contain_text("summary")
    assert focused(page) == "source"
    page.keyboard.type("The Pentagon")
    page.keyboard.press("Escape")
    expect(page.locator("#entry-source-says")).to_be_hidden()
    expect(page.locator("#entry-summary-says")).to_contain_text("null is refused; expected text in one line")
    page.keyboard.press("d")
    expect(title).to_have_text("Figure 2 of 9: draft")
    expect(page.locator("#entries .is-dropped")).to_have_count(1)
    expect(page.locator("[data-number='0']")).to_have_count(0)
    page.keyboard.press("u")
    expect(title).to_have_text("Figure 1 of 9: draft")
    expect(page.locator("#entry-source")).to_have_value("pentagon")
    page.keyboard.press("u")
    expect(page.locator("#entry-source")).to_have_value("")
    page.keyboard.press("u")
    expect(status).to_have_text("There is nothing to undo")
    expect(page.locator("#progress")).to_have_text("0 of 9 settled, saved")


def test_single_keys_can_be_switched_off_and_do_nothing_in_a_field(open_desk):
    page = open_desk()
    page.locator("#entry-summary").fill("")
    page.locator("#entry-summary").press_sequentially("add and drop")
    expect(page.locator("#entry-summary")).to_have_value("add and drop")
    expect(page.locator("#entry-title")).to_have_text("Figure 1 of 9: draft")
    page.keyboard.press("Escape")
    page.get_by_label("Single keys work").uncheck()
    page.locator("#entry-title").focus()
    page.keyboard.press("d")
    expect(page.locator("#entry-title")).to_have_text("Figure 1 of 9: draft")
    page.get_by_role("button", name="Drop").click()
    expect(page.locator("#entry-title")).to_have_text("Figure 2 of 9: draft")


def test_a_suggested_claim_fills_what_is_empty(open_desk):
    page = open_desk()
    suggestion = page.locator(".suggestion").first
    expect(suggestion).to_contain_text("This looks like a retelling of pentagon-2018-03-05-nineveh-fighters")
    suggestion.get_by_role("button").click()
    expect(page.locator("#entry-source")).to_have_value("pentagon")
    expect(page.locator("#entry-claim")).to_have_value("pentagon-2018-03-05-nineveh-fighters")


def test_words_that_are_selected_are_added(open_desk):
    page = open_desk()
    page.evaluate(
        """() => {
        const walker = document.createTreeWalker(document.getElementById("text"), NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          const start = node.data.indexOf("at least 60 beds");
          if (start < 0) continue;
          getSelection().setBaseAndExtent(node, start - 1, node, start + 16);
        }
      }"""
    )
    expect(page.locator("#words")).to_have_value("at least 60 beds")
    page.get_by_role("button", name="Add figure").click()
    expect(page.locator("#entry-title")).to_have_text("Figure 10 of 10: draft")
    expect(page.locator("#entry-low")).to_have_value("60")
    expect(page.locator(".mark[aria-current]")).to_have_text("at least 60 beds")


def test_a_file_that_was_changed_is_offered_anew(open_desk, work):
    seeds, _ = work
    page = open_desk()
    (article,) = (seeds / "articles").iterdir()
    changed = article.read_text().replace("author: Nadia Example", "author: Another Name")
    article.write_text(changed)
    page.keyboard.press("d")
    page.keyboard.press("s")
    expect(page.locator("#status")).to_contain_text("was changed on disk meanwhile, and was not overwritten")
    assert article.read_text() == changed
    page.get_by_role("button", name="Reload the file").click()
    page.get_by_role("button", name="Article").click()
    expect(page.locator("#article-author")).to_have_value("Another Name")
    expect(page.locator("#progress")).to_have_text("0 of 9 settled, saved")


def test_a_hostile_text_is_shown_as_text(open_desk, work):
    _, documents = work
    text = (
        "Islamic State has up to 90 fighters in Mosul\n\n<script>alert(1)</script><img src=x onerror=alert(2)>\n"
        "The Pentagon said that \u202eup to 700 Islamic State\u2066 fighters\u202c were in Syria.\r\n"
        "🦆 The Pentagon said that at least 40 Islamic State fighters were in Homs.\n"
    )
    (documents / "hostile.txt").write_bytes(text.encode())
    page = open_desk("hostile.txt", more="500 men " * 130_000)
    expect(page.locator("#text")).to_contain_text("<script>alert(1)</script><img src=x onerror=alert(2)>")
    assert page.locator("#text script, #text img").count() == 0
    assert page.locator(".hidden-sign").evaluate_all("signs => signs.map(sign => sign.dataset.name)") == [
        *("U+202E", "U+2066", "U+202C"),
    ]
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", page.locator("#text").text_content())
    marks = page.locator(".mark").all_text_contents()
    assert "at least 40 Islamic State fighters" in marks
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [1280, 768, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_desk_fits(open_desk, width, scheme):
    page = open_desk(viewport={"width": width, "height": 900}, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator(".tools button").first).to_be_visible()
