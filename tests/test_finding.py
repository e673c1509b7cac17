"""What is typed into the explorer becomes filters or words, and the page says which, with a way back."""

from urllib.parse import urlencode

import pytest
from pages import BROWSER, Page, get

from api.explorer import years


def location(client, path):
    """Return where a page sends the browser."""
    response = client.get(path, headers=BROWSER)
    assert response.status_code == 303, response.text[:300]
    return response.headers["Location"]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Iraq", "region=iraq"),
        ("iraq 2023", "region=iraq&as_of=2023"),
        ("DAESH fighters in Iraq and Syria", "group=islamic-state&indicator=fighters&region=iraq-and-syria"),
        ("fighters iraq, syria", "indicator=fighters&region=iraq&region=syria"),
        ("fighters in Iraq in March 2023", "indicator=fighters&region=iraq&as_of=2023-03"),
        ("12 march 2023", "as_of=2023-03-12"),
        ("2016-2018", "as_of=2016/2018"),
        ("2017-07", "as_of=2017-07"),
        ("the pentagon", "source=pentagon"),
        ("iraq iraq", "region=iraq"),
    ],
)
def test_names_and_times_become_filters(shipped, text, question):
    address = location(shipped, f"/?{urlencode({'find': text})}")
    assert address == f"/?{question}&{urlencode({'typed': text}, safe=',')}"
    assert f"“{text}” was understood as chosen here." in get(shipped, address).text


@pytest.mark.parametrize(
    "text", ["does not exceed", '"iraq"', "iraq -military", "iraq 2016 2018", "in", "x" * 200, "iraq nowhere", "'%\\"]
)
def test_what_is_no_name_is_searched_for(shipped, text):
    response = shipped.get("/", query_string={"find": text}, headers=BROWSER)
    assert response.status_code == 303
    page = get(shipped, response.headers["Location"])
    assert page.all("input", name="q", value=text)
    assert "understood" not in page.text
    assert shipped.get(f"/estimates{response.headers['Location'][1:]}").status_code == 200


def test_what_is_found_is_added_to_what_was_chosen(shipped):
    assert location(shipped, "/?region=iraq&q=present&as_of=2017&find=fighters+2023") == (
        "/?region=iraq&q=present&indicator=fighters&as_of=2023&typed=fighters+2023"
    )
    assert location(shipped, "/?region=iraq&q=present&find=still") == "/?region=iraq&q=present+still"


def test_the_words_can_be_searched_for_instead(shipped):
    page = get(shipped, "/?source_kind=military&region=iraq&as_of=2023&typed=iraq+2023")
    assert page.all("a", href="/?source_kind=military&q=iraq+2023")


@pytest.mark.parametrize("typed", ["syria", "anything", "", "iraq 2017", "%3Cb%3E"])
def test_a_page_claims_to_have_understood_only_what_it_did(shipped, typed):
    answer = shipped.get(f"/?region=iraq&typed={typed}", headers=BROWSER, follow_redirects=True)
    assert "was understood" not in answer.text


@pytest.mark.parametrize(
    ("fields", "as_of"),
    [
        ("from=2016&to=2018", "2016/2018"),
        ("from=2016", "2016/.."),
        ("to=2018-07", "../2018-07"),
        ("from=2017&to=2017", "2017"),
        ("from=2016-22&to=2016-22", "2016-22"),
    ],
)
def test_two_times_become_one_and_come_back(shipped, fields, as_of):
    assert location(shipped, f"/?region=iraq&{fields}") == f"/?region=iraq&as_of={as_of}"
    page = get(shipped, f"/?region=iraq&as_of={as_of}")
    held = {has["name"]: has["value"] for has in page.all("input") if has["name"] in ("from", "to")}
    assert {name: value for name, value in held.items() if value} == dict(part.split("=") for part in fields.split("&"))


def test_a_time_that_does_not_exist_is_refused(shipped):
    page = get(shipped, location(shipped, "/?from=2017-13"), 400)
    assert "2017-13" in page.text


QUESTION = "region=iraq,syria&not_source=pentagon&hedge=none&as_of=2016/2018&value_min=5&locus=body&distinct=claim"


def test_a_chip_lets_go_of_one_filter(shipped):
    page = get(shipped, f"/?{QUESTION}&sort=high&scale=linear&offset=0")
    chips = Page(page.html.partition('<ul class="chips"')[2].partition("</ul>")[0])
    texts = [text.removesuffix(", remove").strip(" \u00d7") for text in chips.texts["a"]]
    assert sorted(texts) == sorted(
        [
            *("Region: Iraq", "Region: Syria", "Said by: not The Pentagon", "How firmly: stated without a hedge"),
            *("not in a headline", "Time: 2016 to 2018", "At least: 5", "one report of each claim", "Clear all"),
        ]
    )
    links = [link["href"] for link in chips.all("a")]
    assert links.pop() == "/"
    for link in links:
        there = get(shipped, link)
        fewer = Page(there.html.partition('<ul class="chips"')[2].partition("</ul>")[0])
        assert len(fewer.texts["a"]) == len(texts) - 1
        assert "scale=linear" in link
        assert "sort=high" in link
    assert "or Region: Syria" in page.text


def test_without_filters_there_are_no_chips(shipped):
    assert 'class="chips"' not in get(shipped, "/?sort=high&scale=linear").html
    assert get(shipped, "/?region=iraq").texts["a"].count("Clear all") == 0


def bars(page):
    """Return the years of a page with their counts, and those that are marked."""
    years = Page(page.html.partition('<ol class="years">')[2].partition("</ol>")[0])
    counted = {text.split()[0]: int(text.split()[-1].replace(",", "")) for text in years.texts["a"]}
    marked = [link["href"] for link in years.all("a", **{"aria-current": "true"})]
    return counted, marked, [link["href"] for link in years.all("a")]


@pytest.mark.parametrize("question", ["", "region=iraq", "source_kind=military&q=fighters"])
def test_the_years_are_counted_as_the_api_does_and_lead_to_each(shipped, question):
    counted, marked, links = bars(get(shipped, f"/?{question}&as_of=2017".replace("?&", "?")))
    facets = shipped.get(f"/facets?fields=as_of_year&{question}").json["data"]["as_of_year"]
    assert counted == {year["value"]: year["count"] for year in facets}
    assert list(counted) == sorted(counted, reverse=True)
    assert len(marked) == (1 if "2017" in counted else 0)
    for link, count in zip(links, counted.values(), strict=True):
        assert shipped.get(f"/estimates{link[1:]}").json["meta"]["total"] == count


def test_only_the_newest_years_have_a_bar(shipped, monkeypatch):
    counted, _, _ = bars(get(shipped, "/"))
    monkeypatch.setattr(years, "MOST_YEARS", 2)
    page = get(shipped, "/")
    assert list(bars(page)[0]) == list(counted)[:2]
    assert f"{len(counted) - 2} earlier years: say from when to when." in page.text
