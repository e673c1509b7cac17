"""A name leads to what it could mean, the surest first, and says why."""

import pytest

MEANINGS = {
    "iraq": [
        ("region", "iraq", "id", 100),
        ("group", "islamic-state", "near", 90),
        ("region", "iraq-and-syria", "near", 90),
    ],
    "IQ": [("region", "iraq", "code", 100), ("region", "anbar", "near", 90), ("region", "nineveh", "near", 90)],
    "ISIL/Daesh": [("group", "islamic-state", "near", 90)],
    "isis": [("group", "islamic-state", "alias", 100)],
    "DAESH": [("group", "islamic-state", "alias", 100), ("source", "global-coalition", "near", 90)],
    "Islamic State group": [("group", "islamic-state", "alias", 100)],
    "Hims": [("region", "homs", "alias", 100), ("region", "homs-governorate", "near", 90)],
    "UN": [("source", "united-nations", "alias", 100), ("source", "article-un-chief-homs-attack", "near", 90)],
    "Islamic State": [("group", "islamic-state", "name", 100)],
    "irak": [("region", "iraq", "near", 75)],
    "combatants": [("indicator", "fighters", "alias", 100)],
    "Qais": [("source", "qais-al-mohamadawi", "near", 90)],
    "nobody at all": [],
    "": [],
    "%": [],
}


@pytest.mark.parametrize("name", MEANINGS)
def test_a_name_leads_to_what_it_could_mean(shipped, name):
    found = shipped.get("/resolve", query_string={"q": name}).json
    keys = ("kind", "id", "why", "likeness")
    assert [tuple(one[key] for key in keys) for one in found["data"]] == MEANINGS[name]
    assert found["meta"]["total"] == len(MEANINGS[name])


def test_one_name_can_mean_several_things(shipped):
    found = shipped.get("/resolve?q=iraqi military").json["data"]
    assert [one["id"] for one in found][:2] == ["iraqi-military", "senior-iraqi-military-official"]
    found = shipped.get("/resolve?q=iraq&kind=group").json["data"]
    assert [(one["kind"], one["id"]) for one in found] == [("group", "islamic-state")]


def test_a_meaning_leads_on(shipped):
    (found,) = shipped.get("/resolve?q=pentagon&kind=source").json["data"]
    assert (found["name"], found["matched"]) == ("The Pentagon", "pentagon")
    assert shipped.get(found["url"]).json["data"]["id"] == "pentagon"
    assert shipped.get(found["estimates"]).json["meta"]["total"] == 4


def test_a_name_that_is_half_typed_leads_to_those_that_begin_so_the_most_frequent_first(shipped):
    answered = shipped.get("/resolve?q=ira&begins=true").json["data"]
    assert [(meaning["id"], meaning["why"]) for meaning in answered[:2]] == [
        ("iraq-and-syria", "begins"),
        ("iraq", "begins"),
    ]
    begin = [meaning for meaning in answered if meaning["why"] == "begins"]
    order = [(not meaning["matched"].lower().startswith("ira"), -meaning["count"]) for meaning in begin]
    assert order == sorted(order)
    assert {later for later, _ in order} == {False, True}
    assert "qais-al-mohamadawi" in [
        meaning["id"] for meaning in shipped.get("/resolve?q=moha&begins=true").json["data"]
    ]
    assert [meaning["why"] for meaning in shipped.get("/resolve?q=iraq&begins=true").json["data"]][:2] == [
        "id",
        "begins",
    ]
    assert [meaning["why"] for meaning in shipped.get("/resolve?q=irak&begins=true").json["data"]] == ["near"]
    assert "begins" not in [meaning["why"] for meaning in shipped.get("/resolve?q=iraq").json["data"]]


def test_a_meaning_has_the_number_of_its_estimates(shipped):
    for meaning in shipped.get("/resolve?q=i&begins=true&limit=1000").json["data"]:
        assert meaning["count"] == shipped.get(meaning["estimates"]).json["meta"]["total"]


def test_no_name_is_refused(shipped):
    assert shipped.get("/resolve").json["detail"] == "q: is missing; expected one text of at most 200 characters"
