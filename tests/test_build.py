"""What the loader works out, and that nothing but the seeds decides it."""

import pytest
from conftest import GOOD, make_release

from schema.store.errors import DatabaseError
from schema.store.seal import is_intact
from seeds import SHIPPED
from seeds.release import publish


@pytest.mark.slow
def test_the_same_seeds_give_the_same_bytes(tmp_path):
    one, other = tmp_path / "one.db", tmp_path / "other.db"
    assert make_release(GOOD, one) == make_release(GOOD, other)
    assert one.read_bytes() == other.read_bytes()
    assert make_release(SHIPPED, one) != make_release(GOOD, other)


def test_a_derived_figure_is_worked_out(client):
    found = client.get("/estimates/derived").json["data"]
    assert [found[key] for key in ("low", "best", "high")] == [2500, None, 3500]
    assert found["derived"] == {"from": "base", "factor": 0.5}
    assert found["granularity"] == 100


BOUNDS = {
    "exact": (22, 22, 22, True, True, 1),
    "about": (None, 4000, None, None, None, 1000),
    "nearly": (None, None, 400, None, False, 100),
    "ceiling": (400, None, 500, True, True, 100),
    "fewer": (None, None, 1000, None, False, 1000),
    "more": (400, None, None, False, None, 100),
    "third": (None, 33.3, None, None, None, 10),
    "vague": (None, None, None, None, None, 100),
}


@pytest.mark.parametrize(("id_", "bounds"), BOUNDS.items())
def test_a_figure_holds_what_was_said_and_no_more(client, id_, bounds):
    found = client.get(f"/estimates/{id_}").json["data"]
    keys = ("low", "best", "high", "low_inclusive", "high_inclusive", "granularity")
    assert tuple(found[key] for key in keys) == bounds


def test_a_claim_holds_all_its_reports_and_how_they_drifted(client):
    claim = client.get("/claims/strength").json["data"]
    drifts = [(report["id"], report["drift"], report["drift_from"]) for report in claim["reports"]]
    assert drifts == [
        ("ceiling", None, None),
        ("floor", "bound_reversed", "ceiling"),
        ("bare", "hedge_lost", "ceiling"),
    ]
    # The ceiling has no low, and the floor no high.
    ends = dict.fromkeys(("low", "high", "low_inclusive", "high_inclusive"))
    assert claim["envelope"] == {**ends, "best": 500}
    assert (claim["articles"], claim["estimates"]) == (2, {"count": 3, "url": "/estimates?claim=strength"})


def test_a_report_keeps_what_its_own_text_says(client):
    exact, floor = (client.get(f"/estimates/{id_}").json["data"] for id_ in ("exact", "floor"))
    assert exact["place"] == {
        **{"wording": "near the lake", "start": 63, "end": 76, "basis": "inferred", "note": "The army has it."},
        "region": {"id": "lake-chad", "name": "Lake Chad countries", "iso": None},
    }
    assert (exact["region"]["id"], exact["attributed_to"], exact["quoted"]) == ("borno", None, False)
    assert floor["attributed_to"]["source"] == {
        **{"id": "witness", "name": "A trader from the lake", "kind": "analyst", "anonymous": True},
    }
    assert floor["source"]["anonymous"] is False
    reports = client.get("/claims/strength").json["data"]["reports"]
    assert [one["attributed_to"] and one["attributed_to"]["wording"] for one in reports] == [None, "army hears", None]
    columns = "fields=attributed_to.source.id,place.wording,quoted,stated.note"
    header, *rows = client.get(f"/estimates?claim=strength,exact&sort=id&format=csv&{columns}").text.splitlines()
    assert header == "quoted,stated.note,attributed_to.source.id,place.wording"
    assert rows == ["false,,,", "false,,,", "false,,,near the lake", "false,,witness,"]


def test_counts_are_those_of_the_filtered_lists(client, shipped):
    for one in (client, shipped):
        for name in ("groups", "regions", "indicators", "hedges", "sources", "articles", "claims"):
            for record in one.get(f"/{name}?limit=1000").json["data"]:
                found = one.get(record["estimates"]["url"]).json["meta"]["total"]
                assert found == record["estimates"]["count"], record["id"]


def test_the_documents_five_articles_and_a_sixth_are_all_there(shipped):
    assert shipped.get("/dataset").json["data"]["counts"] == {
        **{"articles": 6, "claims": 26, "estimates": 44, "groups": 3},
        **{"hedges": 10, "indicators": 15, "regions": 12, "sources": 12},
    }
    about = [one["publisher"] for one in shipped.get("/articles").json["data"]]
    assert [publisher for publisher in about if publisher] == ["InsiderBLM"]


def test_the_shipped_retellings_share_their_claims(shipped):
    claims = {one["id"]: one for one in shipped.get("/claims?limit=100").json["data"]}
    shared = {id_ for id_, claim in claims.items() if claim["articles"] == 2}
    assert shared == {
        *("iraqi-officials-2017-iraq-fighters", "iraqi-officials-2017-iraq-supporters"),
        *("iraqi-officials-2017-syria-fighters", "iraqi-officials-2017-syria-supporters"),
        *("pentagon-2016-fighters", "pentagon-2016-removed", "mohamadawi-2023-03-iraq-fighters"),
        *("mohamadawi-2023-02-26-killed", "un-2023-02-members", "un-2023-02-fighters", "un-2023-02-fighters-share"),
    }
    drift = {report["id"]: report["drift"] for claim in claims.values() for report in claim["reports"]}
    assert drift["coalition-1000-headline"] == "scope_lost"
    assert drift["fighters-500-hundreds"] == "vaguer"
    assert drift["fighters-500-up-to"] == drift["jihadists-400-500-between"] == "hedge_changed"
    assert drift["jihadists-400-500-killed"] == "place_changed"
    assert "number_changed" not in drift.values()
    assert drift["officials-7000-headline"] == "hedge_lost"
    assert drift["thousands-remain-remaining"] == "hedge_lost"
    assert drift["thousands-remain-removed"] == "hedge_added"
    assert drift["thousands-remain-syria-fighters"] == "hedge_changed"
    disputed = [one["id"] for one in shipped.get("/estimates?disputed=true&sort=id").json["data"]]
    assert disputed == ["fighters-500-ceiling", "fighters-500-headline"]


def test_a_write_that_fails_leaves_everything_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "live.db"
    make_release(GOOD, path)
    before = path.read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publish, "seal", full)
    with pytest.raises(DatabaseError, match="No space left on device; nothing was written"):
        make_release(SHIPPED, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
    assert is_intact(path)


def test_a_headline_is_compared_with_the_body_below_it(shipped):
    reports = shipped.get("/claims/mohamadawi-2023-03-iraq-fighters").json["data"]["reports"]
    (headline,) = [one for one in reports if one["id"] == "fighters-500-headline"]
    assert (headline["drift"], headline["drift_from"]) == ("bound_reversed", "fighters-500-ceiling")


def test_what_was_worked_out_is_no_bound_of_what_was_said(shipped):
    claim = shipped.get("/claims/un-2023-02-fighters").json["data"]
    assert [one["low"] for one in claim["reports"]] == [2500, 2500]
    assert set(claim["envelope"].values()) == {None}


def test_who_said_it_and_where_is_kept_as_the_documents_print_it(shipped):
    as_printed = {
        (key, one["id"]): (one[key]["wording"], one[key]["basis"], bool(one[key]["note"]))
        for one in shipped.get("/estimates?limit=100").json["data"]
        for key in ("attributed_to", "place")
        if one[key]
    }
    official = "a senior Iraqi military official"
    assert as_printed == {
        ("attributed_to", "fighters-500-headline"): ("Military", "inferred", True),
        ("attributed_to", "fighters-500-up-to"): ("A senior military official", "inferred", True),
        ("attributed_to", "jihadists-400-500-headline"): (official, "inferred", True),
        ("attributed_to", "jihadists-400-500-between"): (official, "inferred", True),
        ("place", "jihadists-400-500-killed"): ("western Iraqi desert", "inferred", True),
    }
    asked = {
        "attributed_to=senior-iraqi-military-official": 3,
        "attributed_to=qais-al-mohamadawi&claim=mohamadawi-2023-03-iraq-fighters": 3,
        "source=qais-al-mohamadawi&claim=mohamadawi-2023-03-iraq-fighters": 7,
        "place=anbar": 1,
        "region=anbar": 2,
        "place=iraq&region=anbar": 2,
        "source=UN": 8,
        "source=unattributed": None,
    }
    for query, total in asked.items():
        assert shipped.get(f"/estimates?{query}").json.get("meta", {}).get("total") == total, query


def test_the_quoted_words_of_the_documents_are_known(shipped):
    quoted = {one["id"] for one in shipped.get("/estimates?limit=100").json["data"] if one["quoted"]}
    assert quoted == {
        *("coalition-1000-fighters", "coalition-1000-ratio", "coalition-1000-removed-share"),
        *("fighters-500-ceiling", "fighters-500-un-members", "fighters-500-un-share", "fighters-500-un-fighters"),
        *("jihadists-400-500-ceiling", "jihadists-400-500-provinces", "jihadists-400-500-un-members"),
        *("jihadists-400-500-un-share", "jihadists-400-500-un-fighters"),
    }


def test_times_of_the_documents_are_in_order_and_inferred_ones_have_their_note(shipped):
    published = {one["id"]: one["published"] for one in shipped.get("/articles").json["data"]}
    assert published["thousands-of-fighters-remain"]["start"] > "2017-07-10"
    for one in shipped.get("/estimates?limit=100").json["data"]:
        article = published[one["article"]["id"]]
        assert article["note"]
        assert one["stated"]["note"]
        assert one["stated"]["start"] <= article["start"], one["id"]
        assert (one["as_of"]["start"] or "") <= article["end"], one["id"]
        assert one["scope"] is None or one["scope"].startswith("Without "), one["id"]
    totals = shipped.get("/estimates?claim=pentagon-2016-removed&fields=as_of.edtf,as_of.start").json["data"]
    assert totals == [{"as_of": {"edtf": "../2016-22", "start": None}}] * 2
