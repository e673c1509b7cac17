"""What is said of the numbers in a text that somebody sends: nothing is borne that nobody said."""

import json
import logging
import urllib.error
import urllib.request

import pytest

DRAFTS = {
    # faithful
    "Iraqi officials put the number of Islamic State affiliates in Iraq at up to 7,000.": "borne",
    "In Iraq there are an estimated 4,000 Daesh militants, officials say.": "borne",
    "As many as 7,000 militants of the Islamic State are in Syria.": "borne",
    "The coalition counted fewer than 1,000 IS militants in Iraq and Syria.": "borne",
    "Fewer than 3,000 fighters of Daesh were left in Syria and Iraq.": "borne",
    "The general's figure for IS fighters in Iraq: it does not exceed 400 to 500.": "borne",
    "Between Iraq and Syria the United Nations sees 5,000 to 7,000 members of ISIS.": "borne",
    "About 15,000 Daesh fighters were left in Iraq and Syria, the Pentagon said.": "borne",
    "ISIS holds between $25 million and $50 million in cash.": "borne",
    "Cells of the Islamic State in Syria have 15 to 30 people.": "borne",
    # the hedge is lost
    "Officials say 7,000 Daesh affiliates are still in Iraq.": "hedge_lost",
    "There are 7,000 IS militants in Syria today.": "hedge_lost",
    "The coalition says 1,000 IS militants remain in Iraq and Syria.": "hedge_lost",
    "In Syria and Iraq, 3,000 IS fighters remained in early December.": "hedge_lost",
    "IS has 5,000 supporters in Syria, the officials say.": "hedge_lost",
    # another hedge
    "Nearly 7,000 Daesh affiliates remain in Iraq.": "hedge_changed",
    "About 1,000 IS militants remain in Iraq and Syria.": "hedge_changed",
    "At most 7,000 militants of Daesh are in Syria.": "hedge_changed",
    # the bound is reversed
    "More than 7,000 Daesh affiliates remain in Iraq.": "bound_reversed",
    "At least 1,000 IS militants are still in Iraq and Syria.": "bound_reversed",
    "The general sees at least 500 IS fighters in Iraq.": "bound_reversed",
    "At least 7,000 IS militants remain in Syria.": "bound_reversed",
    # another number
    "Some 9,000 Daesh affiliates remain in Iraq.": "contradicted",
    "In Syria up to 6,000 IS supporters remain.": "number_differs",
    "More than 60,000 IS fighters remain in Iraq.": "contradicted",
    # of another region, or invented
    "Up to 7,000 Daesh affiliates remain in Mosul.": "nobody_said",
    "Fewer than 1,000 IS militants remain in Damascus.": "nobody_said",
    "The Saraya Ansar al-Sunna has about 4,000 fighters in Iraq.": "nobody_said",
    "Some 300 IS fighters are detained in Homs.": "nobody_said",
    # no claims
    "ISIS holds between €25 million and €50 million in cash.": "not_a_claim",
    "Three officials spoke on 12 March 2023.": "not_a_claim",
    "The officer, 63, has served for 40 years.": "not_a_claim",
}


def verify(client, text, **more):
    answer = client.post("/verify", json={"text": text, **more})
    assert answer.status_code == 200, answer.text
    return answer.json["data"]


@pytest.mark.parametrize(("draft", "verdict"), DRAFTS.items())
def test_a_draft_is_labelled_as_it_was_made(shipped, draft, verdict):
    findings = verify(shipped, draft)
    claims = [finding for finding in findings if finding["verdict"] != "not_a_claim"] or findings
    assert claims
    assert {finding["verdict"] for finding in claims} == {verdict}
    for finding in claims:
        assert draft[finding["start"] : finding["end"]] == finding["text"]
        assert bool(finding["evidence"]) is (finding["sources"] > 0) is (verdict not in ("nobody_said", "not_a_claim"))


def test_what_the_text_does_not_tell_is_not_chosen(shipped):
    text = "They fight in Iraq, and in Syria too. Officials spoke of up to 5,000 supporters of IS."
    (finding,) = [each for each in verify(shipped, text) if each["verdict"] != "not_a_claim"]
    assert finding["region"] == {"ids": [], "candidates": ["iraq", "syria"], "unknown_names": []}
    assert finding["group"] == {"ids": ["islamic-state"], "candidates": [], "unknown_names": []}
    assert {estimate["region"]["id"] for estimate in finding["evidence"]} == {"syria"}


def test_the_time_of_the_text_restricts_what_it_is_compared_with(shipped):
    text = "Fewer than 1,000 IS militants are in Iraq and Syria."
    assert [each["verdict"] for each in verify(shipped, text, as_of="2017-12")] == ["borne"]
    assert [each["verdict"] for each in verify(shipped, text, as_of="2023")] != ["borne"]


@pytest.mark.parametrize(("share", "verdict"), [("a quarter", "number_differs"), ("25 percent", "contradicted")])
def test_a_fraction_admits_what_would_be_called_so(client, share, verdict):
    (finding,) = verify(client, f"In Nigeria, {share} of the members of Alpha Front are fighters.", as_of="2018")
    assert [finding["verdict"], *(estimate["wording"] for estimate in finding["evidence"])] == [verdict, "a third"]


@pytest.mark.parametrize(
    ("text", "language"),
    [("Of IS, 5 people were killed in Iraq", "en"), ("5 Männer wurden getötet: IS killed, Iraq", "de")],
)
def test_words_for_persons_do_not_say_what_they_are(shipped, text, language):
    (finding,) = verify(shipped, text, language=language)
    assert finding["indicator"]["candidates"] == ["fatalities", "killed", "removed"]


def test_retellings_count_as_one_source(shipped):
    (finding,) = verify(shipped, "In Iraq there are about 4,000 fighters of IS.")
    assert (finding["verdict"], finding["sources"], len(finding["evidence"])) == ("borne", 1, 1)


TEXTS = {
    "text/plain": "\u00bbUp to 7,000 Daesh affiliates\u00ab remain in Iraq.",
    "text/markdown": "# Iraq\n\n> Up to 7,000 *Daesh* affiliates remain in Iraq.",
    "text/html": "<STYLE>p {margin: 12px}</style><!-- 8 --><p>Up to 7&#44;000&nbsp;<b>Daesh</b> affiliates remain in "
    "Iraq.</p><script>9 < 10</script>",
}


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_wrapped_line_is_one_sentence(shipped, mark, end):
    text = f"{mark}Up to 7,000 Daesh{end}militants are{end}in Syria.{end}"
    assert [finding["verdict"] for finding in verify(shipped, text)] == ["borne"]


@pytest.mark.parametrize(("media_type", "text"), TEXTS.items())
def test_places_are_those_of_the_text_as_it_was_sent(shipped, media_type, text):
    answer = shipped.post("/verify?language=en", data=text.encode(), content_type=media_type)
    findings = [each for each in answer.json["data"] if each["verdict"] != "not_a_claim"]
    (finding,) = findings
    assert (finding["verdict"], finding["high"], finding["region"]["ids"]) == ("borne", 7000, ["iraq"])
    assert finding["text"] == text[finding["start"] : finding["end"]]
    assert finding["text"].replace("&#44;", ",") == "Up to 7,000"


@pytest.mark.server
@pytest.mark.parametrize(
    ("text", "status"), [("Up to 7,000 IS affiliates remain in Iraq. " * 500, 200), ("a" * 999_999, 413)]
)
def test_a_server_reads_the_text_that_is_sent(shipped_server, text, status):
    request = urllib.request.Request(f"{shipped_server}/verify", text.encode(), {"Content-Type": "text/plain"})
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            answered, verdicts = response.status, {each["verdict"] for each in json.load(response)["data"]}
    except urllib.error.HTTPError as error:
        answered, verdicts = error.code, set()
    assert (answered, verdicts) == (status, {"borne"} if status == 200 else set())


REFUSED = {
    "too long": (b"a" * 200_001, "text/plain", "", 413, "200,000"),
    "too many numbers": (b"400 fighters, " * 1_001, "text/plain", "", 413, "1,001 numbers that count something"),
    "another charset": (b"7,000 \xe9", "text/plain; charset=latin-1", "", 415, "charset=utf-8"),
    "a lone surrogate": (b'{"text": "\\ud800"}', "application/json", "", 400, "JSON"),
    "no UTF-8": (b"up to \xff7,000", "text/plain", "", 400, "byte 6"),
    "another media type": (b"7,000", "application/pdf", "", 415, "text/plain"),
    "no JSON": (b"{", "application/json", "", 400, "JSON"),
    "no text": (b"{}", "application/json", "", 400, "text"),
    "an unknown key": (b'{"text": "7", "lang": "en"}', "application/json", "", 400, "no parameter is called 'lang'"),
    "a text that is a number": (b'{"text": 7}', "application/json", "", 400, "text: is no text; expected"),
    "a language that is a list": (b'{"text": "7", "language": ["en"]}', "application/json", "", 400, "language: "),
    "no object": (b'["7"]', "application/json", "", 400, "object"),
    "a parameter beside JSON": (b'{"text": "7"}', "application/json", "?language=en", 400, "address"),
    "an unknown parameter": (b"7", "text/plain", "?lang=en", 400, "lang"),
    "no date": (b"7", "text/plain", "?as_of=yesterday", 400, "EDTF"),
}


@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED)
def test_what_is_no_text_is_refused(shipped, refused):
    body, media_type, query, status, named = refused
    answer = shipped.post(f"/verify{query}", data=body, content_type=media_type)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert named in answer.json["detail"]


def test_nothing_of_a_text_is_in_the_log_of_an_unforeseen_exception(shipped, monkeypatch, caplog):
    def fail(text, *_):
        raise ValueError(text)

    monkeypatch.setattr("api.endpoints.verify.verify", fail)
    answer = shipped.post("/verify", json={"text": "Up to 7,000 secrets"})
    assert answer.status_code == 500
    assert "ValueError" in caplog.text
    assert "secrets" not in caplog.text + answer.text


HOSTILE = {
    "digits": "1" * 199_000,
    "separated digits": "1,111" * 39_000,
    "one line": "up to 7,000 men in Iraq " * 8_000,
    "right to left": "\u202e7,000\u202c \u200f400\u200e " * 5_000,
    "null characters": "7\x000 " * 40_000,
    "open tags": "<p" * 90_000,
    "open comments": "<!--" * 50_000,
    "open scripts": "<script>" * 25_000,
    "a name": "IS " * 60_000,
    "regions": "Syria, " * 28_000,
    "places": "in Aaa " * 28_000,
    "words that raise doubts": "not if wounded " * 13_000,
    "one sentence": "7,000 IS fighters in Iraq and " * 4_000,
    "quotation marks": "\u201c" * 60_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("media_type", ["text/plain", "text/html"])
def test_a_hostile_text_gets_an_answer_or_a_clear_error(shipped, text, media_type, caplog):
    with caplog.at_level(logging.DEBUG):
        answer = shipped.post("/verify", data=text.encode()[:200_000], content_type=media_type)
    assert answer.status_code in (200, 413)
    assert json.loads(answer.text)
    assert text[:20] not in caplog.text
