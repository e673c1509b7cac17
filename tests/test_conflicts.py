"""Conflicts are what cannot all be true, all of it, and nothing else."""

import json
from datetime import date
from itertools import permutations
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import FLOORS, admitted, matches, questions, report_order, spelled

WITHIN = 92
FIRM_CEILINGS = {"at_most", "fewer_than"}


def is_below(one, other):
    """Say whether what one figure admits ends before what another admits starts."""
    if admitted(one) is None or admitted(other) is None:
        return False
    (_, end, _, end_meant), (start, _, start_meant, _) = admitted(one), admitted(other)
    return end is not None and (end < start or (end == start and not (end_meant and start_meant)))


def open_alike(one, other):
    return all((one["as_of"][side] is None) is (other["as_of"][side] is None) for side in ("start", "end"))


def closed(as_of):
    """Return the days of an as_of; an open one is closed by its other end."""
    return {"start": as_of["start"] or as_of["end"], "end": as_of["end"] or as_of["start"]}


def days_between(one, other):
    one, other = ({"as_of": closed(each["as_of"])} for each in (one, other))
    for a, b in ((one["as_of"], other["as_of"]), (other["as_of"], one["as_of"])):
        if a["end"] < b["start"]:
            return (date.fromisoformat(b["start"]) - date.fromisoformat(a["end"])).days
    return 0


def lies_in(inner, outer):
    a, b = inner["as_of"], outer["as_of"]
    starts = b["start"] is None or (a["start"] is not None and a["start"] >= b["start"])
    return starts and (b["end"] is None or (a["end"] is not None and a["end"] <= b["end"]))


def containment(client):
    """Return, for group, indicator and region, which pairs are whole and part, worked out from the records."""
    found = {}
    for kind in ("groups", "indicators"):
        parents = {one["id"]: one["parents"] for one in client.get(f"/{kind}?limit=1000").json["data"]}

        def above(id_, parents=parents):
            return {id_}.union(*(above(one) for one in parents[id_]))

        found[kind[:-1]] = {(whole, part) for part in parents for whole in above(part)}
    regions = {one["id"]: one for one in client.get("/regions?limit=1000").json["data"]}
    known = {id_ for id_, one in regions.items() if one["kind"] != "unspecified"}

    def around(id_):
        direct = {other for other in known if id_ in regions[other]["members"]} | ({regions[id_]["parent"]} - {None})
        everywhere = {other for other in known if regions[other]["kind"] == "worldwide"}
        return {id_}.union(everywhere, *(around(one) for one in direct))

    found["region"] = {(whole, part) for part in known for whole in around(part)}
    return found


def compared_claims(client, records, meant, within):
    """Yield every pair of claims that is compared, as (kind, whole or lower, part or higher), by plain Python.

    Two figures that may each be a part of the other come in both orders.
    """
    contained = containment(client)
    claims = {one["claim"]["id"] for one in meant}
    first = {}
    for one in sorted(records, key=report_order):
        if admitted(one):
            first.setdefault(one["claim"]["id"], one)
    for lower, higher in permutations(first.values(), 2):
        pairs = [(lower[kind]["id"], higher[kind]["id"]) for kind in contained]
        same = all(whole == part for whole, part in pairs)
        if not all(pair in contained[kind] for kind, pair in zip(contained, pairs, strict=True)):
            continue
        kind = lower["indicator"]["kind"]
        inside = lies_in(higher, lower) and open_alike(lower, higher)
        comparable = inside if kind == "flow" else days_between(lower, higher) <= within
        if comparable and (same or kind != "share") and {lower["claim"]["id"], higher["claim"]["id"]} & claims:
            yield "claims" if same else "parts", lower, higher


def expected_agreements(client, records, meant, within):
    """Return every pair of claims that was compared and agrees, as (kind, id of the lower, id of the higher)."""
    compared = {
        (lower["id"], higher["id"]): (kind, lower, higher)
        for kind, lower, higher in compared_claims(client, records, meant, within)
    }
    found = set()
    for (lower_id, higher_id), (kind, lower, higher) in compared.items():
        either_way = (higher_id, lower_id) in compared
        if is_below(lower, higher) or (either_way and is_below(higher, lower)):
            continue
        if either_way and (admitted(lower)[0], records.index(lower)) > (admitted(higher)[0], records.index(higher)):
            continue
        found.add((kind, lower_id, higher_id))
    return found


def expected_conflicts(client, records, meant, within):
    """Return every conflict as (kind, id of the lower, id of the higher) by plain Python."""
    ids = {one["id"] for one in meant}
    reports = {}
    for one in sorted(records, key=report_order):
        reports.setdefault(one["claim"]["id"], []).append(one)
    found = {
        (kind, lower["id"], higher["id"])
        for kind, lower, higher in compared_claims(client, records, meant, within)
        if is_below(lower, higher)
    }
    for said in reports.values():
        for rank, report in enumerate(said):
            against = []
            for earlier in said[:rank]:
                for lower, higher in ((report, earlier), (earlier, report)):
                    turned = lower["hedge"] in FIRM_CEILINGS and higher["hedge"] in FLOORS
                    if is_below(lower, higher) or (turned and lower["high"] == higher["low"]):
                        against.append((earlier["article"]["id"] != report["article"]["id"], lower["id"], higher["id"]))
            if against and {*min(against, key=lambda one: one[0])[1:]} & ids:
                found.add(("reports", *min(against, key=lambda one: one[0])[1:]))
    return found


@pytest.mark.slow
@given(data=st.data())
def test_conflicts_agree_with_plain_python(dataset, data):
    client, records, below = dataset
    query = data.draw(questions(records, below["exact"]))
    within = data.draw(st.sampled_from([0, 1, 30, WITHIN, 400, 36_525]))
    meant = [one for one in records if matches(one, query, below)]
    expected = expected_conflicts(client, records, meant, within)
    parameters = urlencode(spelled(query) | {"within": within}, doseq=True)
    lines = client.get(f"/conflicts?{parameters}&format=ndjson").text.splitlines()
    found = [json.loads(line) for line in lines]
    assert {(one["kind"], one["lower"]["id"], one["higher"]["id"]) for one in found} == expected
    assert len(found) == len(expected) == client.get(f"/conflicts?{parameters}").json["meta"]["total"]
    by_id = {one["id"]: one for one in records}
    gaps = []
    for one in found:
        lower, higher = one["lower"], one["higher"]
        assert (lower, higher) == (by_id[lower["id"]], by_id[higher["id"]])
        assert one["days"] == days_between(lower, higher)
        assert one["same_scope"] is (lower["scope"] == higher["scope"])
        end, start = admitted(lower)[1], admitted(higher)[0]
        assert one["gap"] == (round(start / end, 6) if end else None)
        gaps.append(float("inf") if one["gap"] is None else one["gap"])
    assert gaps == sorted(gaps, reverse=True)


@pytest.mark.slow
@given(data=st.data())
def test_what_agrees_agrees_with_plain_python(dataset, data):
    client, records, below = dataset
    query = data.draw(questions(records, below["exact"]))
    within = data.draw(st.sampled_from([0, 1, 30, WITHIN, 400, 36_525]))
    meant = [one for one in records if matches(one, query, below)]
    expected = expected_agreements(client, records, meant, within)
    parameters = urlencode(spelled(query) | {"within": within, "compatible": "true"}, doseq=True)
    found = [json.loads(line) for line in client.get(f"/conflicts?{parameters}&format=ndjson").text.splitlines()]
    assert {(one["kind"], one["lower"]["id"], one["higher"]["id"]) for one in found} == expected
    assert len(found) == len(expected) == client.get(f"/conflicts?{parameters}").json["meta"]["total"]
    position = {one["id"]: number for number, one in enumerate(records)}
    for one in found:
        assert one["gap"] is None
        assert one["days"] == days_between(one["lower"], one["higher"])
        assert one["same_scope"] is (one["lower"]["scope"] == one["higher"]["scope"])
    order = [(one["days"], one["kind"], *(position[one[side]["id"]] for side in ("lower", "higher"))) for one in found]
    assert order == sorted(order)
    excluded = expected_conflicts(client, records, meant, within)
    assert not {frozenset(pair) for _, *pair in expected} & {
        frozenset(pair) for kind, *pair in excluded if kind != "reports"
    }


def test_the_data_agree_in_every_way(invented):
    found = invented.get("/conflicts?compatible=true&limit=1000").json["data"]
    assert {(one["kind"], one["lower"]["indicator"]["kind"]) for one in found} >= {
        *(("claims", kind) for kind in ("stock", "flow", "share")),
        *(("parts", kind) for kind in ("stock", "flow")),
    }


def test_the_figure_for_two_countries_goes_with_that_for_one_of_them(shipped):
    question = "compatible=true&kind=parts&claim=mohamadawi-2023-03-iraq-fighters"
    found = shipped.get(f"/conflicts?{question}").json["data"]
    assert ("un-2023-02-fighters", "mohamadawi-2023-03-iraq-fighters") in {
        (one["lower"]["claim"]["id"], one["higher"]["claim"]["id"]) for one in found
    }


def test_what_agrees_can_be_counted_by_kind_and_as_csv(client):
    whole = client.get("/conflicts?compatible=true&limit=1000").json["meta"]["total"]
    kinds = [
        client.get(f"/conflicts?compatible=true&kind={kind}").json["meta"]["total"] for kind in ("claims", "parts")
    ]
    assert sum(kinds) == whole > 0
    rows = client.get("/conflicts?compatible=true&format=csv&fields=kind,gap,days").text.splitlines()
    assert len(rows) == whole + 1
    assert client.get("/conflicts?compatible=false").json == client.get("/conflicts").json


def test_reports_of_one_claim_are_no_claims_that_agree(client):
    assert client.get("/conflicts?compatible=true&kind=reports").json["meta"]["total"] == 0
    both, claims = (
        client.get(f"/conflicts?compatible=true&kind={kinds}").json for kinds in ("claims,reports", "claims")
    )
    assert both["data"] == claims["data"]


def test_the_data_conflict_in_every_way_but_the_documents_in_one(dataset):
    client, records, _ = dataset
    kinds = {one["kind"] for one in client.get("/conflicts?limit=1000&fields=kind").json["data"]}
    assert kinds == ({"reports"} if len(records) == 44 else {"claims", "parts", "reports"})


def test_the_documents_contradict_themselves_once(shipped):
    """A headline makes a floor of what its own body calls a ceiling; nothing else in the documents is contradictory."""
    (found,) = shipped.get("/conflicts").json["data"]
    assert (found["kind"], found["gap"], found["days"], found["same_scope"]) == ("reports", 1, 0, True)
    lower, higher = found["lower"], found["higher"]
    assert (lower["wording"], lower["locus"], lower["high"]) == ("does not exceed 400 to 500", "body", 500)
    assert (higher["wording"], higher["locus"], higher["low"]) == ("500 or more IS fighters", "headline", 500)
    assert lower["article"]["id"] == higher["article"]["id"] == "500-or-more-fighters"
    assert shipped.get("/conflicts?kind=claims,parts").json["meta"]["total"] == 0


def test_up_to_and_the_bare_number_are_one_claim_that_drifted(shipped):
    claim = shipped.get("/claims/iraqi-officials-2017-iraq-members").json["data"]
    assert [(one["wording"], one["drift"]) for one in claim["reports"]] == [
        ("up to 7,000 Daesh group affiliates", None),
        ("7,000 Daesh affiliates", "hedge_lost"),
    ]
    assert shipped.get("/conflicts?claim=iraqi-officials-2017-iraq-members").json["meta"]["total"] == 0


KINDS = {
    "kind=claims&within=0": {("fewer", "about")},
    "kind=claims&claim=fewer": {("fewer", "about"), ("fewer", "derived")},
    "kind=claims&region=chad": {("nearly", "more")},
    "kind=claims&region=chad&within=0": set(),
    "kind=parts&claim=between": {("between", "about"), ("between", "derived")},
    "kind=reports": {("ceiling", "floor"), ("bare", "floor")},
    "kind=reports&locus=body": {("ceiling", "floor")},
    "kind=reports&hedge=none": {("bare", "floor")},
    "q=vague": set(),
}


@pytest.mark.parametrize("query", KINDS)
def test_each_kind_is_found(client, query):
    found = client.get(f"/conflicts?{query}").json["data"]
    assert {(one["lower"]["id"], one["higher"]["id"]) for one in found} == KINDS[query]


def test_csv_has_both_sides(client):
    header, *rows = client.get("/conflicts?format=csv&fields=kind,gap,lower.id,higher.wording").text.splitlines()
    assert header == "kind,gap,lower.id,higher.wording"
    assert len(rows) == client.get("/conflicts").json["meta"]["total"]
