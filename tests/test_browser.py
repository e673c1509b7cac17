"""The explorer in a real browser, as somebody uses it: by mouse, by keyboard, on a telephone, and without JavaScript."""

import csv
import io
import json
import re
import urllib.request
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from conftest import run
from hostile import TAG
from playwright.sync_api import expect
from program import HEADCOUNT
from tables import UCDP
from test_accessibility import PAGES
from test_verification_page import DRAFT, VERDICTS

pytestmark = pytest.mark.browser


@pytest.fixture
def visit(browser, shipped_server):
    """Return a function that opens a page; at the end nothing may have gone wrong in any."""
    contexts, wrong = [], []

    def watch(page, server):
        page.on("console", lambda said: said.type in ("warning", "error") and wrong.append(said.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda asked: asked.url.startswith((f"{server}/", "data:")) or wrong.append(asked.url))

    def open_page(path="/", server=shipped_server, **options):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        watch(page, server)
        page.goto(f"{server}{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def asks(page, path):
    """Wait until the address is this, and what it asks for is shown."""
    expect(page).to_have_url(re.compile(f"^https?://[^/]+{re.escape(path)}$"))
    expect(page.locator("#results")).to_have_attribute("aria-busy", "false")


def summary(page):
    return page.locator(".summary")


def claims(page):
    """Return the text of the claims that the page shows."""
    return page.locator(".claim").all_inner_texts()


def box(page, name, value):
    return page.locator(f"input[name={name}][value={value}]")


def test_a_filter_chosen_by_mouse_changes_the_claims_and_the_address(visit):
    page = visit()
    expect(summary(page)).to_have_text("44 reports of 26 claims")
    before = claims(page)
    page.locator("#choice-region label").filter(has_text=re.compile(r"^\s*Iraq\s+19\s*$")).click()
    asks(page, "/?region=iraq")
    expect(summary(page)).to_have_text("19 reports of 9 claims")
    assert claims(page) != before
    assert page.title().startswith("Claims · Iraq ")
    origin = page.evaluate("location.origin")
    curl = page.locator("#copies code").filter(has_text=re.compile("^curl"))
    expect(curl).to_have_text(f"curl '{origin}/estimates?region=iraq'")
    box(page, "region", "iraq").uncheck()
    asks(page, "/")
    assert claims(page) == before


def test_a_view_comes_back_by_reload_and_by_the_back_button(visit):
    page = visit()
    box(page, "region", "iraq").check()
    asks(page, "/?region=iraq")
    box(page, "indicator", "fighters").check()
    asks(page, "/?indicator=fighters&region=iraq")
    both = summary(page).text_content()
    page.reload()
    assert summary(page).text_content() == both
    expect(box(page, "region", "iraq")).to_be_checked()
    expect(box(page, "indicator", "fighters")).to_be_checked()
    expect(page.locator(".panel h2").first).to_contain_text("Fighters, Iraq")
    page.go_back()
    asks(page, "/?region=iraq")
    expect(summary(page)).to_have_text("19 reports of 9 claims")
    expect(box(page, "indicator", "fighters")).not_to_be_checked()
    page.go_back()
    asks(page, "/")
    expect(box(page, "region", "iraq")).not_to_be_checked()
    expect(summary(page)).to_have_text("44 reports of 26 claims")
    page.go_forward()
    asks(page, "/?region=iraq")
    expect(box(page, "region", "iraq")).to_be_checked()


def test_names_are_suggested_as_one_types_and_chosen_by_keyboard(visit):
    page = visit()
    search = page.get_by_label("Search names")
    search.press_sequentially("ira", delay=20)
    options = page.get_by_role("listbox").get_by_role("option")
    expect(options.nth(1)).to_have_text(re.compile(r"^Region\s+Iraq\s+19\s*$"))
    expect(options.last).to_have_text(re.compile(r"^Words\s+“ira”\s*$"))
    expect(search).to_have_attribute("aria-expanded", "true")
    expect(search).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    assert search.get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
    page.keyboard.press("Enter")
    asks(page, "/?region=iraq")
    expect(page.locator(".chips a").first).to_contain_text("Region: Iraq")
    expect(page.get_by_role("listbox")).to_have_count(0)
    search = page.get_by_label("Search names")
    expect(search).to_be_focused()
    expect(search).to_have_value("")
    search.press_sequentially("fighters", delay=20)
    page.get_by_role("listbox").get_by_role("option").filter(has_text="Words").click()
    asks(page, "/?q=fighters&region=iraq")
    page.locator(".chips a").filter(has_text="Region: Iraq").click()
    asks(page, "/?q=fighters")
    page.go_back()
    asks(page, "/?q=fighters&region=iraq")


def test_escape_closes_the_suggestions_and_enter_searches_what_was_typed(visit):
    page = visit()
    search = page.get_by_label("Search names")
    search.press_sequentially("iraq 2023", delay=20)
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(search).to_have_value("iraq 2023")
    page.keyboard.press("Enter")
    asks(page, "/?region=iraq&as_of=2023&typed=iraq+2023")
    expect(page.locator(".understood")).to_contain_text("“iraq 2023” was understood as chosen here.")
    page.get_by_role("link", name="Search these words instead").click()
    asks(page, "/?q=iraq+2023")
    expect(page.locator(".chips")).to_contain_text("Words: iraq 2023")


def test_a_half_typed_name_is_no_filter_of_another_choice(visit):
    page = visit()
    page.get_by_label("Search names").press_sequentially("iraq", delay=20)
    page.keyboard.press("Escape")
    box(page, "indicator", "fighters").check()
    asks(page, "/?indicator=fighters")


def test_a_year_and_a_time_from_and_to_are_chosen(visit):
    page = visit()
    page.locator(".years a").filter(has_text="2017").click()
    asks(page, "/?as_of=2017")
    expect(page.locator("input[name=from]")).to_have_value("2017")
    page.locator("input[name=from]").fill("2016")
    page.locator("input[name=to]").fill("2018")
    page.keyboard.press("Enter")
    asks(page, "/?as_of=2016/2018")
    expect(page.locator(".years [aria-current]")).to_have_count(2)


def test_several_years_are_chosen_by_dragging_over_their_bars(visit):
    page = visit()
    expect(page.locator("#find")).to_have_attribute("role", "combobox")  # the script has run
    years = page.locator(".years a")
    years.filter(has_text="2017").hover()
    page.mouse.down()
    years.filter(has_text="2016").hover()
    expect(page.locator(".years .brushed")).to_have_count(2)
    page.mouse.up()
    asks(page, "/?as_of=2016/2017")
    expect(page.locator(".years [aria-current]")).to_have_count(2)
    years.filter(has_text="2017").click()
    asks(page, "/?as_of=2017")


@pytest.mark.parametrize("width", [320, 500, 700, 1000, 1280])
@pytest.mark.parametrize("path", ["/embed", "/embed?scale=linear", "/?region=iraq"])
def test_the_labels_of_an_axis_stand_apart(visit, path, width):
    page = visit(path, viewport={"width": width, "height": 900})
    axes = page.evaluate("""[...document.querySelectorAll('.axis svg')].map(axis => [axis, ...axis.children]
        .map(one => one.getBoundingClientRect()).filter(box => box.width).map(box => [box.left, box.right]))""")
    assert max(len(labels) for _, *labels in axes) >= 3
    for (left, right), *labels in axes:
        assert all(start >= left - 1 and end <= right + 1 for start, end in labels)
        assert all(end < start for (_, end), (start, _) in pairwise(labels))


def test_the_keyboard_alone_filters_sorts_and_opens(visit):
    page = visit()

    def press_until(selector, key="Tab"):
        for _ in range(80):
            page.keyboard.press(key)
            if page.evaluate("one => document.activeElement.matches(one)", selector):
                return
        pytest.fail(f"the keyboard does not reach {selector}")

    press_until(".skip")
    press_until("input[name=region][value=iraq]")
    page.keyboard.press("Space")
    asks(page, "/?region=iraq")
    expect(box(page, "region", "iraq")).to_be_focused()
    press_until("#choice-source_kind > summary")
    page.keyboard.press("Enter")
    press_until("input[name=source_kind][value=military]")
    page.keyboard.press("Space")
    asks(page, "/?region=iraq&source_kind=military")
    expect(box(page, "source_kind", "military")).to_be_focused()
    press_until("thead a[href*='sort=-high']")
    page.keyboard.press("Enter")
    asks(page, "/?region=iraq&source_kind=military&sort=-high")
    assert page.evaluate("document.activeElement.matches('thead a[href*=sort]')"), "the place in the table is kept"
    press_until("tbody th a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/estimates/*")


REACHABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
FOCUS = """() => {
    const element = document.activeElement;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const { top, bottom } = element.getBoundingClientRect();
    const isNew = element !== document.body && !reached.has(element);
    reached.add(element);
    return {
        isNew,
        isClosed: element.matches("details:not([open]) > summary"),
        isSeen: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && bottom > 0 && top < innerHeight,
        html: element.outerHTML.slice(0, 200),
    };
}"""


@pytest.mark.parametrize(
    ("path", "width"),
    [
        *(("/", 1280), ("/?region=iraq&indicator=fighters", 1280), ("/?region=iraq&indicator=fighters", 360)),
        *(("/estimates/fighters-500-headline", 1280), ("/claims/mohamadawi-2023-03-iraq-fighters", 360)),
    ],
)
def test_the_keyboard_alone_reaches_everything_and_is_seen_everywhere(visit, path, width):
    page = visit(path, viewport={"width": width, "height": 900})
    page.evaluate("window.reached = new Set()")
    while True:  # until the focus leaves the page, or comes back to an element
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if not focus["isNew"]:
            break
        assert focus["isSeen"], focus["html"]
        if focus["isClosed"]:
            page.keyboard.press("Enter")
    unreached = page.evaluate(
        """reachable => [...document.querySelectorAll(reachable)]
            .filter(element => element.checkVisibility({ visibilityProperty: true }) && !reached.has(element))
            .map(element => element.outerHTML.slice(0, 200))""",
        REACHABLE,
    )
    assert unreached == []
    assert page.evaluate("reached.size") > 30


def test_the_skip_link_leads_past_the_head(visit):
    page = visit()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert urlsplit(page.url).fragment == "main"


def test_the_table_sorts_by_a_click_and_pages(visit):
    page = visit()
    rows = page.locator("#estimates tbody tr")
    expect(rows).to_have_count(25)
    page.get_by_role("link", name="Figure").click()
    asks(page, "/?sort=-high")
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Figure")
    largest = rows.first.text_content()
    page.get_by_role("link", name="Figure").click()
    asks(page, "/?sort=high")
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Figure")
    assert rows.first.text_content() != largest
    page.get_by_role("link", name="Next").click()
    asks(page, "/?sort=high&offset=25")
    expect(rows).to_have_count(19)
    expect(page.locator(".pager")).to_contain_text("26 to 44 of 44")
    page.get_by_role("link", name="Previous").click()
    asks(page, "/?sort=high")
    expect(rows).to_have_count(25)


def test_a_choice_leads_back_to_the_first_page_and_keeps_the_order(visit):
    page = visit("/?sort=high&offset=25")
    box(page, "region", "iraq").check()
    asks(page, "/?region=iraq&sort=high")


def test_an_estimate_opens_from_the_table(visit):
    page = visit("/?region=iraq")
    link = page.locator("#estimates tbody th a").first
    figure = link.text_content()
    link.click()
    page.wait_for_url("**/estimates/*")
    expect(page.locator("h1")).to_contain_text(figure)
    page.locator("dd a[href^='/sources/']").first.click()
    page.wait_for_url("**/sources/*")
    page.go_back()
    page.go_back()
    asks(page, "/?region=iraq")


@pytest.mark.parametrize("width", [360, 1280])
def test_a_claim_opens_to_its_reports_by_keyboard_and_leads_to_its_page(visit, width):
    page = visit("/?region=iraq&indicator=fighters", viewport={"width": width, "height": 900})
    claim = page.locator(".claim").filter(has_text="Mohamadawi").first
    figure = claim.locator(".said b").inner_text()
    reports = claim.locator("details.retold li")
    expect(reports.first).to_be_hidden()
    claim.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(reports).to_have_count(7)
    expect(claim).to_contain_text("“at most” became “at least”")
    smallest = page.evaluate("""Math.min(...[...document.querySelectorAll('.panel *')]
        .filter(one => one.textContent.trim()).map(one => parseFloat(getComputedStyle(one).fontSize)))""")
    assert smallest >= 12
    claim.locator(".said a").click()
    page.wait_for_url("**/claims/*")
    expect(page.locator("table tbody th").first).to_have_text(re.compile(re.escape(figure)))


def test_the_csv_is_all_that_matches(visit, tmp_path):
    page = visit("/?region=iraq&sort=high")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "headcount-estimates.csv"
    path = tmp_path / "estimates.csv"
    download.value.save_as(path)
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    assert len(rows) == 19
    highs = [float(row["high"]) for row in rows if row["high"]]
    assert highs == sorted(highs)


def test_without_javascript_there_are_claims_a_table_and_a_form(visit):
    page = visit(java_script_enabled=False)
    expect(page.locator(".claim .drawing").first).to_be_visible()
    expect(page.locator("#estimates tbody tr")).to_have_count(25)
    box(page, "region", "iraq").check()
    page.get_by_label("Search names").fill("fighters")
    page.get_by_role("button", name="Show").click()
    asks(page, "/?region=iraq&indicator=fighters&typed=fighters")
    expect(box(page, "region", "iraq")).to_be_checked()
    expect(box(page, "indicator", "fighters")).to_be_checked()
    page.get_by_role("link", name="Figure").click()
    asks(page, "/?region=iraq&indicator=fighters&sort=-high")
    page.locator(".chips a").filter(has_text="Of what: Fighters").click()
    asks(page, "/?region=iraq&sort=-high")
    expect(page.locator("button[data-copies]").first).to_be_hidden()


@pytest.mark.parametrize("name", ["explorer", "filtered", "estimate", "claim", "claims", "series"])
def test_a_page_holds_the_same_without_javascript(visit, name):
    """Every link, field and button is there without it, but for the buttons that copy."""
    held = """[...document.querySelectorAll("a[href], button:not([data-copies]), input, select, h1, h2, .claim")]
        .map(element => element.href || element.name || element.textContent.trim()).sort()"""
    with_script, without_script = (visit(PAGES[name], java_script_enabled=enabled) for enabled in (True, False))
    assert without_script.evaluate(held) == with_script.evaluate(held) != []


def test_the_form_sends_what_the_address_alone_asks(visit):
    page = visit("/?disputed=true")
    box(page, "region", "iraq").check()
    asks(page, "/?region=iraq&disputed=true")
    box(page, "disputed", "true").click()  # not `uncheck`: the box is gone with the answer
    asks(page, "/?region=iraq")


def test_a_hostile_dataset_stays_text(visit, hostile_server):
    page = visit("/", hostile_server)
    assert TAG in page.locator("#estimates").inner_text()
    assert TAG in "".join(claims(page))
    box(page, "region", "nigeria").check()
    asks(page, "/?region=nigeria")
    for path in ("/estimates/exact", "/claims/strength", "/sources/army", "/articles/first", f"/?q={TAG}"):
        page.goto(f"{hostile_server}{path}")
        expect(page.locator("main")).to_be_visible()
        assert page.locator("main script, main img[onerror]").count() == 0
    assert page.evaluate("[...document.scripts].every(one => new URL(one.src).origin === location.origin)")


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/?as_of=1999", "/estimates", "/claims", "/sources", "/articles", "/groups", "/regions", "/indicators"),
        *("/claims?limit=9", "/articles?q=the", "/series?indicator=fighters", "/conflicts?limit=9"),
    ],
)
def test_long_names_do_not_make_a_telephone_scroll_sideways(visit, hostile_server, path):
    server = hostile_server
    if path[1:] and "?" not in path:
        with urllib.request.urlopen(f"{server}{path}?limit=1", timeout=10) as response:
            path += f"/{json.load(response)['data'][0]['id']}"
    page = visit(path, server, viewport={"width": 320, "height": 640}, is_mobile=True, has_touch=True)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_on_a_telephone_the_head_is_low_and_leads_to_all_pages(visit):
    page = visit("/claims", viewport={"width": 360, "height": 640}, java_script_enabled=False)
    assert page.locator(".top").bounding_box()["height"] <= 60
    expect(page.get_by_role("link", name="Contradictions")).to_be_hidden()
    page.locator(".top summary").click()
    page.get_by_role("link", name="Contradictions").click()
    page.wait_for_url("**/conflicts")


def test_on_a_telephone_the_filters_open_and_choose(visit):
    page = visit(viewport={"width": 320, "height": 640}, has_touch=True)
    expect(box(page, "region", "iraq")).to_be_hidden()
    page.locator("#panel > summary").tap()
    page.locator("#choice-region label").filter(has_text=re.compile(r"^\s*Iraq\s+19\s*$")).tap()
    asks(page, "/?region=iraq")
    expect(box(page, "region", "iraq")).to_be_visible()


def test_the_filters_are_there_when_a_narrow_window_grows(visit):
    page = visit(viewport={"width": 800, "height": 900})
    expect(box(page, "region", "iraq")).to_be_hidden()
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(box(page, "region", "iraq")).to_be_visible()


@pytest.fixture(scope="module")
def imported_server(tmp_path_factory, serve):
    """Return the address of a server on an imported table of events in many places, by many groups."""
    folder = tmp_path_factory.mktemp("imported")
    with UCDP.open(newline="") as file:
        event = next(csv.DictReader(file))
    with (folder / "events.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, event)
        writer.writeheader()
        for number in range(300):
            side, year = f"Front for the liberation of valley {number % 90}", 1990 + number % 30
            day = f"{year}-03-{number % 28 + 1:02}"
            names = {
                "side_b": side,
                "dyad_name": f"Government of Freeland - {side}",
                "date_start": day,
                "date_end": day,
            }
            places = {
                "where_coordinates": f"Village behind the hill {number} village",
                "adm_1": f"Province {number % 40}",
            }
            writer.writerow(event | names | places | {"id": str(number), "source_original": f"Official {number % 100}"})
    database = folder / "headcount.db"
    command = ["import", folder / "events.csv", "--mapping", "ucdp-ged", "--keep-going"]
    run(*HEADCOUNT, *command, cwd=folder, HEADCOUNT_DATABASE_URL=f"sqlite:///{database}")
    return serve(database)[0]


@pytest.mark.parametrize("server", ["shipped_server", "imported_server"])
def test_the_first_view_is_light(visit, request, server):
    page = visit("/", request.getfixturevalue(server))
    page.wait_for_load_state("networkidle")
    sizes = page.evaluate("""[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
        .map(({ name, transferSize }) => [new URL(name).pathname, transferSize])""")
    assert len(sizes) <= 3, sizes
    assert all(size > 0 for _, size in sizes), sizes
    assert sum(size for _, size in sizes) <= 100_000, sizes


def test_the_dark_scheme_is_dark_and_keeps_the_kinds_apart(visit):
    page = visit(color_scheme="dark")
    back = "getComputedStyle(document.body).backgroundColor"
    colours = "[...document.querySelectorAll('.drawing')].map(one => getComputedStyle(one).fill)"
    assert page.evaluate(back) == "rgb(21, 25, 30)"
    in_the_dark = page.evaluate(colours)
    page.emulate_media(color_scheme="light")
    assert page.evaluate(back) == "rgb(255, 255, 255)"
    in_the_light = page.evaluate(colours)
    assert not set(in_the_dark) & set(in_the_light)
    assert len(set(in_the_dark)) == len(set(in_the_light)) > 3


def test_the_copy_button_copies_the_line(visit):
    page = visit("/?q=%22does+not+exceed%22", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_text("Copy or embed").click()
    for name in ("Citation", "curl"):
        button = page.get_by_role("button", name=f"Copy: {name}")
        button.click()
        expect(button).to_have_text("Copied")
        copied = page.locator(button.get_attribute("data-copies")).text_content()
        assert page.evaluate("navigator.clipboard.readText()") == copied


def test_a_question_that_cannot_be_asked_leads_to_its_own_page(browser, shipped_server):
    context = browser.new_context()
    page = context.new_page()
    page.goto(shipped_server)
    page.locator("input[name=from]").fill("2017-13")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?as_of=2017-13/..")
    expect(page.locator("h1")).to_have_text("That cannot be asked")
    context.close()


def check_text(page, text, **fields):
    """Send a text by the form of /verify, and wait for the page that answers it."""
    for name, value in {"text": text, **fields}.items():
        page.locator(f"#{name}").fill(value)
    page.get_by_role("button", name="Check the numbers").click()
    expect(page.locator(".draft, .fault").first).to_be_visible()


@pytest.mark.parametrize("java_script_enabled", [True, False])
def test_a_text_is_checked_with_and_without_javascript(visit, java_script_enabled):
    page = visit("/", java_script_enabled=java_script_enabled)
    page.get_by_role("link", name="check the numbers of a text").click()
    check_text(page, DRAFT)
    expect(page.locator(".draft .mark")).to_have_count(len(VERDICTS))
    expect(page.locator(".draft")).to_contain_text("Another 300")
    page.locator(".markdown > summary").click()
    expect(page.locator("#markdown")).to_have_value(re.compile(r"7,000\[\^headcount-1\]"))
    expect(page.locator(".markdown").get_by_role("button")).to_be_visible(visible=java_script_enabled)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="How this claim was retold").first.click()
    expect(opened.value.locator("h1")).to_be_visible()
    expect(page.locator(".draft")).to_be_visible()
    page.locator(".again > summary").click()
    expect(page.locator("#text")).to_have_value(DRAFT)
    check_text(page, "Nobody counted them.")
    expect(page.locator("h2").first).to_have_text("No number was read in this text")


def test_a_figure_leads_to_its_entry_and_back_by_keyboard(visit):
    page = visit("/verify")
    page.locator("#text").focus()
    page.keyboard.insert_text(DRAFT)
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".draft")).to_be_visible()
    page.locator("#figure-6").focus()
    page.keyboard.press("Tab")
    expect(page.locator("#figure-7")).to_be_focused()
    page.keyboard.press("Enter")
    entry = page.locator("#entry-7")
    expect(entry).to_be_focused()
    expect(entry).to_be_in_viewport()
    expect(entry.locator("h3")).to_contain_text("Up to 7,000")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#figure-7")).to_be_focused()
    expect(page.locator("#figure-7")).to_be_in_viewport()


def test_a_fault_stands_beside_its_field_which_has_the_focus(browser, shipped_server):
    context = browser.new_context()
    refused = context.new_page()
    refused.goto(f"{shipped_server}/verify")
    check_text(refused, DRAFT, as_of="yesterday")
    expect(refused.locator("#as_of")).to_be_focused()
    expect(refused.locator("#as_of")).to_have_accessible_description(re.compile("'yesterday' is refused; expected"))
    expect(refused.locator("#text")).to_have_value(DRAFT)
    context.close()


def test_the_copy_button_copies_the_markdown(visit):
    page = visit("/verify", permissions=["clipboard-read", "clipboard-write"])
    check_text(page, DRAFT)
    page.locator(".markdown > summary").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.locator(".markdown button")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#markdown").input_value()


@pytest.mark.parametrize("text", [DRAFT, f"{'7' * 90} {TAG} " + "Donau" * 60 + " up to 7,000 Daesh affiliates in Iraq"])
def test_a_checked_text_fits_a_telephone(visit, text):
    page = visit("/verify", viewport={"width": 320, "height": 640}, is_mobile=True, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    check_text(page, text)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.locator("#figure-1").tap()
    expect(page.locator("#entry-1")).to_be_in_viewport()
    assert page.locator(".draft img, .draft script").count() == 0


def test_the_marks_are_told_apart_in_both_schemes(visit):
    for scheme in ("light", "dark"):
        page = visit("/verify", color_scheme=scheme)
        check_text(page, DRAFT)
        style = "one => [getComputedStyle(one).backgroundColor, getComputedStyle(one).textDecorationColor].join()"
        colours = {mark.get_attribute("class"): mark.evaluate(style) for mark in page.locator(".draft .mark").all()}
        assert len(set(colours.values())) == len(colours) == 8
