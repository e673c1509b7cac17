"""`headcount draft`: from a text to entries that a curator settles, and how many of them are right."""

import json
import shutil

import pytest
from click.testing import CliRunner
from draft_corpus import CORPUS, drafted, measure, read_article, table

from api.cli import main
from seeds import SHIPPED
from seeds.drafts.article import draft_article, short_id
from seeds.drafts.documents import Document, DocumentRefused
from seeds.drafts.vocabulary import read_vocabulary
from seeds.read import read_file

ARTICLE = """\
Up to 2,000 Islamic State fighters hold out in Mosul

By Nadia Example
BAGHDAD, March 4, 2018 (Example Wire) - The Pentagon said on Friday that up to 2,000 Islamic State fighters were still
in Mosul. “We have killed at least 31 militants since Monday,” said General Omar Example, 47, who commands 3,500 police.
"""


@pytest.fixture(scope="module")
def vocabulary():
    return read_vocabulary(SHIPPED, "en")


@pytest.fixture
def seeds(tmp_path):
    """Return a seed folder with the shipped vocabulary and no articles."""
    folder = tmp_path / "seeds"
    shutil.copytree(SHIPPED / "vocabulary", folder / "vocabulary")
    shutil.copy(SHIPPED / "dataset.yaml", folder)
    (folder / "articles").mkdir()
    return folder


def run(*words, answer=None):
    return CliRunner().invoke(main, [str(word) for word in words], input=answer, prog_name="headcount")


def written(name, text, folder):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def figures(sentence, vocabulary):
    """Return the wordings and the indicators that are drafted from a text that names the group first."""
    return [(each["wording"], each["indicator"]) for each in drafted(f"Islamic State.\n\n{sentence}\n", vocabulary)]


@pytest.mark.parametrize(
    "sentence",
    [
        "A teacher of 63 spoke; a 63-year-old nurse, Omar Example, 58, did too.",
        "It happened on 12 March 2018, 25 kilometres from the town, at 6:42, and took 40 minutes.",
        "The parliament voted by 212 to 40 for the budget of $88 billion.",
        "It was the third attack; call 020 7946 0958.",
        "A fighter is paid $60 a month, and a rifle costs $900.",
        "The coalition flew 410 strikes and has 2,500 troops in the country.",
        "The union has 1,300 members.",
        "A 12-man patrol of the federal police passed.",
        "The town has 60,000 inhabitants and 12 schools.",
        "4. The present report is the ninth.",
        "Of Resolution 2254, page 14 was read aloud.",
    ],
)
def test_what_is_no_figure_is_left_out(sentence, vocabulary):
    assert figures(sentence, vocabulary) == []


def test_things_are_figures_where_one_indicator_counts_them(seeds):
    sentence = "It holds 40 square kilometres and has 12 vehicles, said the mayor, who leads 300 families."
    assert figures(sentence, read_vocabulary(seeds, "en")) == []
    with (seeds / "vocabulary" / "indicators.yaml").open("a") as file:
        file.write("\n- {id: land, name: Land held, definition: Land., unit: km2, kind: stock}\n")
        file.write("- {id: vehicles, name: Lorries, definition: Lorries., unit: vehicles, kind: stock}\n")
    assert figures(sentence, read_vocabulary(seeds, "en")) == [
        ("40 square kilometres", "land"),
        ("12 vehicles", "vehicles"),
    ]


def test_a_quarter_is_no_whole_year(vocabulary):
    (entry,) = drafted("It lost 400 fighters in the last quarter of 2016.\n", vocabulary)
    assert entry["as_of"] == {"edtf": "2016-36", "basis": "text"}


@pytest.mark.parametrize("date", ["15 January 2017", "Sunday, 15 January 2017", "January 15, 2017", "15th Jan. 2017"])
def test_a_line_that_is_a_date_is_no_headline(date):
    text = f"Example News\n{date}\n\nMilitants hold out in Mosul\n"
    assert Document.read("a.txt", text.encode(), is_html=False).title == "Militants hold out in Mosul"


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("There are 400 to 500 militants.", [("400 to 500 militants", "fighters")]),
        ("It has between 2,500 and 3,500 active fighters.", [("between 2,500 and 3,500 active fighters", "fighters")]),
        (
            "About 4,000 militants and 3,000 supporters remain.",
            [("About 4,000 militants", "fighters"), ("About 4,000 militants and 3,000 supporters", "supporters")],
        ),
        ("The number of fighters does not exceed 500.", [("not exceed 500", "fighters")]),
        ("Thousands of jihadists and supporters remain.", [("Thousands of jihadists", "members")]),
        ("At least eight worshippers were killed.", [("At least eight worshippers were killed", "fatalities")]),
        ("Five suicide bombers wearing belts came.", [("Five suicide bombers wearing belts", "fighters")]),
        (
            "Soldiers killed 22 jihadists and arrested 14.",
            [("killed 22 jihadists", "killed"), ("arrested 14", "detained")],
        ),
        ("Gunmen killed 12 beekeepers.", [("killed 12 beekeepers", "fatalities")]),
        ("They move in groups of five to ten.", [("five to ten", "cell_size")]),
        ("It holds $25 million to $50 million in cash.", [("$25 million to $50 million", "cash_reserves")]),
        ("It once held almost a third of Iraq.", [("almost a third of Iraq", "territory_share")]),
        (
            "It has 4,000 members, half of whom are fighters.",
            [("4,000 members", "members"), ("half of whom are fighters", "fighters_share")],
        ),
        ("Some 11,000 militants are held in prisons.", [("Some 11,000 militants", "detained")]),
        ("Most fighters were killed or captured.", [("Most fighters were killed or captured", "removed_share")]),
        ("It is active in three or four provinces.", [("three or four provinces", "provinces_present")]),
    ],
)
def test_a_figure_is_found_with_its_indicator(sentence, expected, vocabulary):
    assert figures(sentence, vocabulary) == expected


@pytest.mark.parametrize(
    ("sentence", "speaker"),
    [
        ("Up to 400 fighters remain, said General Omar Example, who commands the police.", "General Omar Example"),
        ("Omar Example, who commands the police, told reporters that 400 fighters remain.", "Omar Example"),
        ("According to a senior official, 400 fighters remain.", "senior official"),
        ("Omar Example spoke on Monday. He said that 400 fighters remain.", None),
        ("The mayor said it was cold. He added that 400 fighters remain.", "mayor"),
        ("Up to 400 fighters remain.", None),
    ],
)
def test_the_speaker_is_told_by_reporting_verbs(sentence, speaker, vocabulary):
    (entry,) = drafted(f"{sentence}\n", vocabulary)
    assert entry["draft"].get("speaker", {}).get("wording") == speaker


@pytest.mark.parametrize(
    ("sentence", "as_of", "stated"),
    [
        ("In July 2017 it had 400 fighters.", ("2017-07", "text"), None),
        ("It had 400 fighters in January.", ("2018-01", "text"), None),
        ("It lost 400 fighters since January.", ("2018-01-01/2018-03-04", "text"), None),
        ("On Friday, 22 fighters were killed.", ("2018-03-02", "text"), None),
        ("The mayor said on Friday that there are 400 fighters.", ("2018-03-02", "statement"), "2018-03-02"),
        ("Some 400 fighters are left, an officer said on Friday.", ("2018-03-02", "statement"), "2018-03-02"),
        ("There are 400 fighters.", ("2018-03-04", "article"), None),
        ("It had 400 fighters.", None, None),
        ("From 2014 to 2017 it had 400 fighters.", None, None),
    ],
)
def test_the_time_is_told_by_the_sentence(sentence, as_of, stated, vocabulary):
    (entry,) = drafted(f"Title of three words\nMarch 4, 2018\n\n{sentence}\n", vocabulary)
    told = (entry["as_of"]["edtf"], entry["as_of"]["basis"]) if entry["as_of"] else None
    assert (told, (entry["stated"] or {}).get("edtf")) == (as_of, stated)


def test_a_draft_holds_what_the_text_tells(tmp_path):
    result = run("draft", written("mosul.txt", ARTICLE, tmp_path), "--json")
    (article,) = json.loads(result.output)
    assert article["title"] == "Up to 2,000 Islamic State fighters hold out in Mosul"
    assert (article["author"], article["agency"], article["language"]) == ("Nadia Example", "Example Wire", "en")
    assert article["published"] == {"edtf": "2018-03-04", "basis": "printed"}
    headline, body, killed = article["estimates"]
    assert (headline["locus"], body["locus"], body["source"], body["region"]) == (
        "headline",
        "body",
        "pentagon",
        "mosul",
    )
    assert (body["high"], body["hedge"], body["group"]) == (2000, "up_to", "islamic-state")
    assert body["claim"] == "pentagon-2018-03-02-mosul-fighters"
    assert (killed["indicator"], killed["quoted"], killed["region"]) == ("killed", True, None)
    assert killed["draft"]["speaker"]["wording"] == "General Omar Example"
    for entry in article["estimates"]:
        assert ARTICLE[entry["evidence"]["start"] : entry["evidence"]["end"]] == entry["wording"]
        assert entry["draft"]["confidence"] in ("high", "medium", "low")


def test_a_headline_is_about_what_its_number_is_about_in_the_body(vocabulary):
    body = "The Pentagon said that up to 2,000 Islamic State fighters and hundreds of civilians were killed."
    numbered, vague = drafted(f"Up to 2,000 and hundreds more die in Mosul\n\n{body}\n", vocabulary)[:2]
    assert (numbered["locus"], numbered["group"], numbered["indicator"]) == ("headline", "islamic-state", "killed")
    assert (vague["locus"], vague["group"]) == ("headline", None)


@pytest.mark.slow
def test_a_draft_is_refused_until_it_is_settled(tmp_path, seeds):
    document = written("mosul.txt", ARTICLE, tmp_path)
    path = seeds / "articles" / "2018-03-unknown-up-to-2-000-islamic-state-fighters-hold-out-in-mosul.yaml"
    assert run("draft", document, "--into", path.parent).output == f"{path}: 3 figures\n"
    again = run("draft", document, "--into", path.parent)
    assert (again.exit_code, "is there already; expected a new file" in again.output) == (1, True)
    refused = run("check", seeds, "--documents", tmp_path)
    assert "estimates[1].draft: 'up-to-2-000-islamic-state-2' is a draft, without summary; expected" in refused.output
    assert (refused.exit_code, "3 problems" in refused.output) == (1, True)
    assert "is a draft" in run("load", seeds).output
    text = path.read_text()
    for old, new in (
        ("claim: null", "claim: c"),
        ("region: null", "region: mosul"),
        ("source: null", "source: pentagon"),
        ("summary: null", "summary: What was said."),
        ("as_of: null", "as_of: {edtf: '2018-03-02', basis: statement}"),
        ("group: null", "group: islamic-state"),
    ):
        text = text.replace(old, new)
    lines = text.splitlines(keepends=True)
    kept = [
        line
        for line in lines
        if not line.startswith(("    draft:", "      confidence:", "      because:", "      speaker:"))
    ]
    claims = iter("abc")
    path.write_text("".join(f"    claim: {next(claims)}\n" if "  claim:" in line else line for line in kept))
    settled = run("check", seeds, "--documents", tmp_path)
    assert settled.output.startswith("1 article with 3 estimates: no problem found"), settled.output


def test_a_draft_is_yaml_that_the_loader_reads(tmp_path, seeds):
    run("draft", written("mosul.txt", ARTICLE, tmp_path), "--into", seeds / "articles")
    (path,) = (seeds / "articles").iterdir()
    assert len(read_file(path).data["estimates"]) == 3
    assert path.read_text().startswith("# yaml-language-server: $schema=../schemas/article.json\n")


def test_the_same_text_gives_the_same_draft(tmp_path):
    document = written("mosul.txt", ARTICLE, tmp_path)
    assert run("draft", document).output == run("draft", document).output


def test_standard_input_has_no_name():
    (article,) = json.loads(run("draft", "-", "--json", answer=ARTICLE).output)
    assert article["document"]["name"] is None


def test_a_page_is_read_without_its_tags(vocabulary):
    page = (
        '<html lang="en"><head><title>At least 40 IS fighters left</title><script>900 fighters</script></head><body>'
        "<h1>At least 40 IS fighters left</h1>\n<p>Caf&eacute; owners say that <b>up to</b> 2,000 &#73;S fighters, said "
        'the mayor, who knows 300 militants remain.</p><meta property="article:published_time" content="2018-03-04T10:00"></body></html>'
    )
    article = draft_article(Document.read("page.html", page.encode(), is_html=True), vocabulary, "en")
    headline, split, whole = article["estimates"]
    assert (article["title"], article["published"]["edtf"]) == ("At least 40 IS fighters left", "2018-03-04")
    assert (headline["locus"], headline["evidence"]["start"]) == ("headline", page.index("At least 40"))
    assert (split["wording"], split["evidence"]) == ("up to 2,000 IS fighters", None)
    assert "a tag of the page stands within the words" in split["draft"]["because"]
    assert whole["evidence"] == {"start": page.index("300"), "end": page.index(" remain.")}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"caf\xe9 400 fighters", "is not UTF-8 at byte 3 (0xe9); expected a text in UTF-8"),
        (b"400\0 fighters", "has a NUL character at 3; expected a text"),
    ],
)
def test_what_is_no_text_is_refused(raw, expected, tmp_path):
    with pytest.raises(DocumentRefused) as refused:
        Document.read("text.txt", raw, is_html=False)
    assert str(refused.value) == expected
    result = run("draft", written("text.txt", raw, tmp_path))
    assert (result.exit_code, f"text.txt: {expected}" in result.output) == (1, True)


def test_a_text_that_is_too_long_is_refused(tmp_path):
    result = run("draft", written("text.txt", "400 fighters of the " * 20_000, tmp_path))
    assert (result.exit_code, "expected at most 200,000" in result.output) == (1, True)


def test_a_text_with_too_many_numbers_is_refused(tmp_path):
    result = run("draft", written("text.txt", "The army said that 40 were left. " * 1_001, tmp_path))
    assert (result.exit_code, "has 1,001 numbers that count something; expected at most 1,000" in result.output) == (
        1,
        True,
    )


def test_a_language_that_is_not_known_has_to_be_told(tmp_path):
    document = written("text.txt", "Okolo 400 bojowników pozostało.", tmp_path)
    assert "its language is not known; expected --language, such as en" in run("draft", document).output
    assert run("draft", document, "--language", "pl").exit_code == 0


def test_another_language_is_drafted_by_the_names_of_indicators(vocabulary):
    text = "Der General sagte, die IS habe noch etwa 400 Kämpfer im Irak und die Stadt 3000 Häuser.\n"
    document = Document.read("text.txt", text.encode(), is_html=False)
    (entry,) = draft_article(document, read_vocabulary(SHIPPED, "de"), document.language)["estimates"]
    assert (entry["best"], entry["hedge"], entry["indicator"]) == (400, "approximately", "fighters")


def test_the_id_of_a_draft_is_cut_between_words():
    assert short_id("Étude: 7,000 “left”, says UN", 16) == "etude-7-000-left"
    assert short_id("…") == "article"


@pytest.mark.slow
def test_the_table_of_the_readme_is_what_is_measured():
    assert table() in (SHIPPED / "README.md").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["learning", "held_out"])
def test_nine_figures_of_ten_are_found_and_right(folder):
    counts = measure(folder)
    assert counts["found"] >= 0.9 * counts["coded"]
    assert counts["found"] >= 0.8 * counts["proposed"]
    assert counts["right"] >= 0.9 * counts["found"]
    wrong = {slot: counts[f"{slot} wrong"] for slot in ("group", "region")}
    assert wrong == {"group": 0, "region": 0}


def test_the_marks_of_the_corpus_are_taken_out():
    for path in CORPUS.rglob("*.txt"):
        text, coded = read_article(path)
        assert coded
        assert not set("{}") & set(text)
