"""The answer in sentences: exact ones over the five documents, and rules that hold for every sentence of any dataset."""

import re
from itertools import product

import pytest
from hostile import TAG

from api import create_app
from api.formats.phrases import at, figure, when
from api.formats.sentences import MOST_TOLD
from api.read.topics import KINDS

MOST_STATEMENTS = 40
"""The most statements that an answer runs, however many estimates there are."""

NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
COUNT = re.compile(r"\b[\d,]+ (?:articles?|times|other figures?|more [a-z]+|days?)\b")

COALITION = "the US-led international coalition against Daesh (coalition)"
OFFICIALS = "Iraqi intelligence and defense officials (intelligence, not named)"
SENTENCES = {
    "region=iraq&indicator=fighters&source=qais-al-mohamadawi": [
        "Iraq, fighters (Islamic State): at most 400 to 500 on about 12 March 2023, said General Qais al-Mohamadawi "
        "(military).",
        "Printed in 2 articles, 7 times: as “does not exceed 400 to 500”, also as “up to 500 active fighters”, “Hundreds "
        "of IS fighters”, “between 400 and 500 active fighters” and, in a headline, as “500 or more IS fighters”.",
        "A headline turns it around: at most 400 to 500 became at least 500.",
        "No other source in this dataset gives a figure for that time.",
    ],
    "claim=un-2023-02-fighters": [
        "Iraq and Syria, fighters (Islamic State): about 2,500 to 3,500, worked out from “roughly half of whom are "
        "fighters”, in February 2023, said United Nations (intergovernmental).",
        "Printed in 2 articles, each time with the same figure.",
        "No other source in this dataset gives a figure for that time.",
    ],
    "claim=iraqi-officials-2017-iraq-members": [
        f"Iraq, members (Islamic State): up to 7,000 in July 2017, said {OFFICIALS}.",
        "Printed in 1 article, 2 times: as “up to 7,000 Daesh group affiliates”, also, in a headline, as “7,000 Daesh "
        "affiliates”.",
        "No other source in this dataset gives a figure for that time.",
    ],
    "claim=coalition-2017-12-fighters": [
        "Iraq and Syria, fighters (Islamic State): fewer than 1,000 on one day of 27 December 2017 to 31 December 2017 "
        "(without the part of western Syria that the Syrian government and its allies hold), "
        f"said {COALITION}.",
        "Printed in 1 article, 2 times, as “Fewer than 1,000 Daesh militants”, each time with the same figure.",
        "No other source in this dataset gives a figure for that time.",
    ],
    "indicator=removed": [
        "Iraq and Syria, removed (Islamic State): 45,000 until summer 2016, said the Pentagon (military).",
        "Printed in 2 articles, all of which credit The Associated Press: as “taken 45,000 enemy combatants off the "
        "battlefield”, also as “about 45,000 individuals”.",
        "No other source in this dataset gives a figure for that time.",
    ],
    "indicator=removed_share": [
        "Unspecified, share removed (Islamic State): no number, but “Most fighters of the extremist organization”, "
        f"from December 2014 to December 2017, said {COALITION}.",
        "Printed once, in “{title}”.",
        "No other source in this dataset gives a figure for that time.",
    ],
    "indicator=cash_reserves": [
        "Unspecified, cash reserves (Islamic State): $25,000,000 to $50,000,000 in February 2023, said United Nations "
        "(intergovernmental).",
        "Printed once, as “$25 million to $50 million”, in “{title}” (InsiderBLM).",
        "No other source in this dataset gives a figure for that time.",
    ],
    "region=mosul": [
        "Mosul, fighters (Islamic State): thousands in July 2017, said Article of July 2017, in its own voice (media).",
        "Printed once, as “Thousands Of ISIS Fighters”, in the headline of “{title}”.",
        "No other source in this dataset gives a figure for that time.",
    ],
    "indicator=territory_share": [
        "Iraq, share of territory (Islamic State): about 33.3% in 2014, said National Iraqi News Agency (media).",
        "Printed once, as “about a third of Iraq’s territory”, in “{title}”.",  # noqa: RUF001 (as it was printed)
        "Other figures for that time: nearly 33.3% from 2014 to 2017, said Article of March 2023, in its own voice "
        "(media).",
    ],
}
"""The sentences of questions that find one topic; {title} is that of the article."""

NOTHING = {
    "region=iraq&as_of=2030": (
        "Nobody said: there is no figure for Iraq, in 2030. The nearest time for which there is one: about 12 March "
        "2023."
    ),
    "indicator=fighters,members&group=daesh&region=homs,mosul&as_of=2030-05-01": (
        "Nobody said: there is no figure of fighters or members, about Islamic State, for Homs or Mosul, on 1 May "
        "2030. The nearest time for which there is one: July 2017."
    ),
    "region=homs&source=pentagon": "Nobody said: there is no figure for Homs, by the Pentagon.",
    "region=homs&hedge=nearly": "Nobody said: there is no figure for Homs that meets all conditions of the question.",
    "region=iraq-and-syria&indicator=killed&region_scope=exact": (
        "Nobody said: there is no figure of killed, for Iraq and Syria that meets all conditions of the question."
    ),
    "q=zzzz&distinct=claim": "Nobody said: there is no figure that meets all conditions of the question.",
}


def ask(client, query):
    """Return the data and the total of the answer to a query."""
    answer = client.get(f"/answer?{query}").json
    assert answer["meta"].keys() == {"total", "dataset"}
    return answer["data"], answer["meta"]["total"]


def record(client, kind, id_):
    return client.get(f"/{kind}/{id_}").json["data"]


def questions(client):
    """Return a question for each region, group and indicator, for pairs of these, and for all."""
    ids = {kind: [one["id"] for one in client.get(f"/{kind}s?limit=1000").json["data"]] for kind in KINDS}
    singles = [f"{kind}={id_}" for kind in KINDS for id_ in ids[kind]]
    pairs = [f"region={region}&indicator={indicator}" for region, indicator in product(ids["region"], ids["indicator"])]
    others = ["as_of=2019", "locus=headline", "hedge=vague", "anonymous=true", "disputed=true", "distinct=claim"]
    return ["", *singles, *pairs, *others]


def topic_of(estimate):
    return tuple(estimate[kind]["id"] for kind in KINDS)


def unsaid_numbers(text, estimates):
    """Return the numbers in a sentence that none of its estimates says, and that count nothing and date nothing."""
    known = {figure(estimate) for estimate in estimates}
    for estimate in estimates:
        names = [estimate[kind]["name"] for kind in (*KINDS, "source")]
        article = [estimate["article"]["title"], f"({estimate['article']['publisher']})"]
        words = [f"“{estimate['wording']}”", *article, at(estimate["as_of"]["edtf"]), *names]
        for word in sorted(words, key=len, reverse=True):
            text = text.replace(word, " ")
    said = {number for phrase in known for number in NUMBER.findall(phrase)}
    return set(NUMBER.findall(COUNT.sub(" ", text))) - said


@pytest.mark.parametrize(("query", "expected"), SENTENCES.items())
def test_the_five_documents_are_told_exactly(shipped, query, expected):
    data, total = ask(shipped, query)
    (topic,) = data["topics"]
    title = record(shipped, "claims", topic["claim"])["reports"][0]["article"]["title"]
    texts = [text.format(title=title) for text in expected]
    assert [sentence["text"] for sentence in topic["sentences"]] == texts
    assert (data["answer"], data["nothing"], data["more"]) == (" ".join(texts), None, 0)
    assert total == shipped.get(f"/estimates?{query}").json["meta"]["total"]


def test_a_filter_that_leaves_a_headline_does_not_make_it_the_claim(shipped):
    query = "region=iraq&indicator=fighters&as_of=2023-03"
    headlines, all_reports = ask(shipped, f"{query}&locus=headline"), ask(shipped, query)
    assert headlines[0] == all_reports[0]
    assert headlines[1] < all_reports[1]


@pytest.mark.parametrize(("query", "text"), NOTHING.items())
def test_where_nobody_said_anything_that_is_said(shipped, query, text):
    data, total = ask(shipped, query)
    assert (data["answer"], data["nothing"]["text"], data["nothing"]["kind"]) == (text, text, "nothing")
    assert (data["topics"], data["more"], total) == ([], 0, 0)
    for id_ in data["nothing"]["estimates"]:
        estimate = record(shipped, "estimates", id_)
        assert when(estimate["as_of"]["edtf"]) in text
        assert data["nothing"]["claims"] == [estimate["claim"]["id"]]
    assert bool(data["nothing"]["estimates"]) == ("nearest" in text)


@pytest.mark.slow
def test_topics_are_those_of_the_newest_claims_and_the_others_are_counted(dataset):
    client, _, _ = dataset
    for query in questions(client):
        estimates = client.get(f"/estimates?{query}&limit=1000").json["data"]
        newest, topics = {}, {topic_of(estimate) for estimate in estimates}
        for estimate in estimates[:200]:
            newest.setdefault(topic_of(estimate), estimate["claim"]["id"])
        data, total = ask(client, query)
        told = {topic_of(topic): topic["claim"] for topic in data["topics"]}
        assert list(told.items()) == list(newest.items())[:3], query
        assert (data["more"], total) == (len(topics) - len(told), len(estimates)), query
        ending = f"Not told here: {data['more']} other topic{'' if data['more'] == 1 else 's'}."
        assert data["answer"].endswith(ending) == bool(data["more"])
        sentences = [sentence["text"] for topic in data["topics"] for sentence in topic["sentences"]]
        assert all(text in data["answer"] for text in sentences)


@pytest.mark.slow
def test_no_sentence_has_a_number_that_its_estimates_do_not_say(dataset):
    client, estimates, _ = dataset
    by_id = {estimate["id"]: estimate for estimate in estimates}
    kinds = set()
    for query in questions(client):
        for topic in ask(client, query)[0]["topics"]:
            claim = record(client, "claims", topic["claim"])
            for sentence in topic["sentences"]:
                behind = [by_id[id_] for id_ in sentence["estimates"]]
                assert unsaid_numbers(sentence["text"], behind) == set(), sentence
                assert {estimate["claim"]["id"] for estimate in behind} <= set(sentence["claims"])
                kinds.add(sentence["kind"])
                if sentence["kind"] == "reports":
                    counts = {"article": claim["articles"], "times": len(claim["reports"])}
                    stated = {noun: number for number, noun in re.findall(r"(\d+) (article|times)", sentence["text"])}
                    assert all(int(number) == counts[noun] for noun, number in stated.items())
                    assert stated or len(claim["reports"]) == 1
                else:
                    assert all(figure(estimate) in sentence["text"] for estimate in told_of(sentence, behind)), sentence
    assert {"claim", "reports", "alone"} <= kinds


def told_of(sentence, estimates):
    """Return the estimates whose figures a sentence spells out: a contradiction calls the claim's own figure "it"."""
    own_is_spelled = sentence["kind"] != "contradiction" or len(sentence["claims"]) == 1
    return estimates if own_is_spelled or "other figure" in sentence["text"] else estimates[1:]


def test_a_number_that_nobody_said_would_be_noticed(shipped):
    (topic,) = ask(shipped, "indicator=cash_reserves")[0]["topics"]
    sentence = topic["sentences"][0]
    behind = [record(shipped, "estimates", id_) for id_ in sentence["estimates"]]
    assert unsaid_numbers(sentence["text"], behind) == set()
    assert unsaid_numbers(sentence["text"].replace("$50,000,000", "$37,500,000"), behind) == {"37,500,000"}


def overlap(one, other):
    """Return whether two periods have a day in common; an open side has no end."""
    return all(
        first["start"] is None or last["end"] is None or first["start"] <= last["end"]
        for first, last in ((one, other), (other, one))
    )


@pytest.mark.slow
def test_reversals_contradictions_and_others_are_all_there(invented):
    claims = invented.get("/claims?limit=1000").json["data"]
    kinds = set()
    for claim in claims:
        (topic,) = ask(invented, f"claim={claim['id']}")[0]["topics"]
        texts = {}
        for sentence in topic["sentences"]:
            kinds.add(sentence["kind"])
            texts.setdefault(sentence["kind"], []).append(sentence)
        assert list(texts)[:2] == ["claim", "reports"]
        reversed_ = {report["id"] for report in claim["reports"] if report["drift"] == "bound_reversed"}
        assert bool(reversed_) == ("reversed" in texts)
        assert {sentence["estimates"][1] for sentence in texts.get("reversed", ())} <= reversed_
        conflicts = invented.get(f"/conflicts?claim={claim['id']}&limit={MOST_TOLD}").json
        told_before = {sentence["estimates"][1] for sentence in texts.get("reversed", ()) if sentence["estimates"]}
        pairs = [
            (conflict["kind"], {conflict[side]["id"] for side in ("lower", "higher")}) for conflict in conflicts["data"]
        ]
        untold = [pair for kind, pair in pairs if kind != "reports" or not pair & told_before]
        told = texts.get("contradiction", [])
        assert [set(sentence["estimates"]) for sentence in told if sentence["estimates"]] == untold
        more = conflicts["meta"]["total"] - len(pairs)
        assert [sentence["text"] for sentence in told if not sentence["estimates"]] == [
            f"There {'is' if more == 1 else 'are'} {more} more contradiction{'' if more == 1 else 's'}."
        ] * bool(more)
        others = {
            other["id"]
            for other in claims
            if other != claim and topic_of(other) == topic_of(claim) and overlap(other["as_of"], claim["as_of"])
        }
        (last,) = texts["others" if others else "alone"]
        assert topic["sentences"][-1] == last
        if others:
            assert set(last["claims"]) <= others
            assert len(last["claims"]) == min(len(others), MOST_TOLD)
            assert (f"; and {len(others) - MOST_TOLD} more claim" in last["text"]) == (len(others) > MOST_TOLD)
    assert kinds == {"claim", "reports", "reversed", "contradiction", "others", "alone"}


def test_hostile_names_stay_text(hostile_database, url_of):
    app = create_app({"DATABASE_URL": url_of(hostile_database)})
    data, _ = ask(app.test_client(), "")
    app.extensions["database"].close()
    assert all(TAG in topic["sentences"][0]["text"] for topic in data["topics"])
    assert len(data["answer"].split("\n")) == len(data["topics"]) + bool(data["more"])


@pytest.mark.parametrize("query", ["region=irak", "regoin=iraq", "as_of=2017-13", "value_min=5&value_max=4"])
def test_what_is_wrong_is_refused_as_by_estimates(shipped, query):
    problems = [shipped.get(f"/{path}?{query}").json["errors"] for path in ("answer", "estimates")]
    for errors in problems:
        for error in errors:
            error.pop("allowed", None)
    assert problems[0] == problems[1]


@pytest.mark.parametrize("parameter", ["sort", "offset", "limit", "fields", "cursor", "format"])
def test_what_orders_or_writes_a_list_is_no_parameter(shipped, parameter):
    (error,) = shipped.get(f"/answer?{parameter}=1").json["errors"]
    assert error["message"] == f"no parameter is called '{parameter}'"


@pytest.mark.slow
def test_no_statement_is_run_for_each_estimate(many_database):
    app = create_app({"DATABASE_URL": f"sqlite:///{many_database}"})
    statements = []
    app.extensions["database"].release().connection().connection.dbapi_connection.set_trace_callback(statements.append)
    for query in ("", "region=mali", "indicator=killed&region=mali", "q=hundreds", "as_of=2019", "distinct=claim"):
        statements.clear()
        data, total = ask(app.test_client(), query)
        assert len(data["topics"]) == 3
        assert len(statements) <= MOST_STATEMENTS < total
    app.extensions["database"].close()
