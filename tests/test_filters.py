"""Each filter of the contract, on the invented dataset: query → the ids that come back."""

import pytest

ALL = "about at-least bare base between ceiling derived exact fewer floor half more nearly third up-to vague".split()
BORNO = {"bare", "ceiling", "exact", "floor"}
NIGERIA = BORNO | {"about", "at-least", "base", "derived", "fewer", "half", "third", "up-to"}
CHAD = {"more", "nearly"}

EXPECTED = {
    # names: id, name, ISO code, alias, in any case; commas and repetition are alternatives
    "region=borno": BORNO | {"at-least"},
    "region=NG-BO": BORNO | {"at-least"},
    "region=nigeria": NIGERIA,
    "region=NG": NIGERIA,
    "region=naIJA": NIGERIA,
    "region=Lake%20Chad%20countries": NIGERIA | CHAD | {"between"},
    "region=lake-chad&region_scope=exact": {"between"},
    "region=chad": CHAD,
    "region=chad&region_scope=overlapping": CHAD | {"between"},
    "region=maiduguri&region_scope=overlapping": {"at-least", "between"},
    "region=nigeria&region_scope=exact": NIGERIA - BORNO - {"at-least"},
    "region=chad,unspecified": CHAD | {"vague"},
    "region=chad&region=unspecified": CHAD | {"vague"},
    "not_region=nigeria": CHAD | {"between", "vague"},
    "not_region=nigeria&region_scope=exact": set(ALL) - (NIGERIA - BORNO - {"at-least"}),
    "region=nigeria&not_region=borno": NIGERIA - BORNO - {"at-least"},
    "group=beta-front": {"bare", "ceiling", "floor"},
    "group=AF&region=borno": {"at-least", "exact"},
    "indicator=Militants,killed&source=witness": {"about", "between", "nearly"},
    "indicator=killed": {"exact"},
    "source=A%20trader%20from%20the%20lake": {"about", "between", "nearly"},
    "not_source=military": {"about", "between", "nearly"},
    # as printed: where an article's own text calls the speaker or the place nothing else, as the claim has it
    "attributed_to=witness": {"about", "between", "floor", "nearly"},
    "attributed_to=A%20trader%20from%20the%20lake&not_source=witness": {"floor"},
    "not_attributed_to=army": {"about", "between", "floor", "nearly"},
    "place=lake-chad&region_scope=exact": {"between", "exact"},
    "place=lake-chad&region=NG-BO&region_scope=exact": {"exact"},
    "place=NG-BO": (BORNO | {"at-least"}) - {"exact"},
    "place=borno&region_scope=overlapping": BORNO | {"at-least", "between"},
    "not_place=nigeria": CHAD | {"between", "exact", "vague"},
    "attributed_to=witness&anonymous=false": {"floor"},
    "article=Strength+put+at+500&hedge=none": {"bare"},
    "claim=strength": {"bare", "ceiling", "floor"},
    "hedge=Fewer%20than,vague": {"fewer", "vague"},
    "source_kind=Analyst": {"about", "between", "nearly"},
    "publisher=day,%20night%20%26%20co&hedge=up_to": {"up-to"},
    "not_publisher=Day,%20Night%20%26%20Co&hedge=none": {"bare"},  # no publisher is not that publisher
    "agency=lake%20WIRE&indicator=fighters&region=borno": {"at-least", "bare"},
    "not_agency=Lake%20Wire&region=borno": {"ceiling", "exact", "floor"},  # no agency is not that agency
    "locus=headline": {"bare", "floor"},
    "unit=PERCENT": {"half", "third"},
    # dates overlap, ends included; open ends are open
    "as_of=2018": {"between", "third", "vague"},
    "as_of=2019-08": {"between", "up-to", "vague"},
    "as_of=2019-08-31": {"between", "up-to", "vague"},
    "as_of=2019-09": {"between", "vague"},
    "as_of=2020-02-29": {"about", "base", "derived", "half", "nearly"},
    "as_of=2031/..": {"fewer"},
    "as_of=../1999": {"between"},
    "as_of=2020-03-01/2020-03-02": {"about", "at-least", "fewer", "more"},
    "stated=2020-01-06": {"bare", "ceiling", "exact", "floor", "up-to"},
    "stated=../2020-01-05": set(),
    "published=2020-01-10": {"about", "between", "ceiling", "exact", "floor", "nearly", "up-to"},
    "published=2020-03-15/..&unit=percent": {"half", "third"},
    # values: the stated interval overlaps, or lies wholly inside; open sides are open; vague never matches
    "value_min=8000": {"at-least", "floor", "more"},
    "value_min=7000": {"at-least", "base", "floor", "more", "up-to"},
    "value_max=7&unit=persons": {"ceiling", "fewer", "nearly", "up-to"},
    "value_max=8&unit=persons": {"ceiling", "at-least", "fewer", "nearly", "up-to"},
    "value_min=4500&value_max=4600": {"about", "at-least", "floor", "more", "up-to"},
    "value_min=4501&value_max=4600": {"at-least", "floor", "more", "up-to"},
    "value_min=400&value_max=400": {"at-least", "between", "ceiling", "fewer", "up-to"},
    "value_min=1000&value_max=1000": {"at-least", "floor", "more", "up-to"},
    "value_min=400&value_match=certain": {"about", "bare", "base", "between", "derived", "floor", "more"},
    "value_max=500&value_match=certain&unit=persons": {"bare", "between", "ceiling", "exact", "nearly"},
    "value_min=400&value_max=500&value_match=certain": {"bare", "between"},
    "value_min=33.25&value_max=33.26": {"ceiling", "at-least", "fewer", "nearly", "third", "up-to"},
    "value_min=33.35&unit=percent": {"half", "third"},
    "value_min=38.3&unit=percent": {"half", "third"},
    "value_min=38.4&unit=percent": {"half"},
    "value_min=33&value_match=certain&unit=percent": {"half"},
    "value_min=2500&value_match=certain": {"about", "base"},
    "derived=true": {"derived"},
    "derived=false&indicator=fighters_share": {"half", "third"},
    "disputed=true": {"ceiling", "floor"},
    "disputed=false&claim=strength": {"bare"},
    "anonymous=true": {"about", "between", "nearly"},
    # full text over summary, wording, scope, titles, names
    "q=islands": {"fewer"},
    "q=island": {"fewer"},
    "q=Maiduguri": {"at-least"},
    'q="does not exceed"': {"ceiling"},
    'q="exceed does"': set(),
    "q=trader -nearly": {"about", "between"},
    "q=islands or trader": {"about", "between", "fewer", "nearly"},
    "q=trader nearly OR between": {"between", "nearly"},
    "q=-invented": set(),
    "q=islands or -invented": {"fewer"},
    "q=nearly or -trader&article=first": {"ceiling", "exact", "floor", "nearly", "up-to"},
    "q=AF": set(),  # an alias that no article prints
    "q=-trader&article=first": {"ceiling", "exact", "floor", "up-to"},
    "q=7,000&locus=body": {"base", "up-to"},
    "q=": set(),
    "q=!!!": set(),
    'q="': set(),
    "q=NEAR(a": set(),
    "q=or": set(),
    "q=text:invented": set(),
    "q=a%00b": set(),
    # one estimate for each claim: body before headline, then the earliest published
    "distinct=claim&claim=strength": {"ceiling"},
    "distinct=claim&claim=strength&locus=headline": {"floor"},
    "distinct=claim": set(ALL) - {"bare", "floor"},
    # known values without data are no error
    "region=maiduguri&hedge=vague": set(),
    "": set(ALL),
}


@pytest.mark.parametrize("query", EXPECTED)
def test_a_filter_finds_just_these(client, query):
    answer = client.get(f"/estimates?{query}&limit=1000".replace("?&", "?")).json
    assert sorted(one["id"] for one in answer["data"]) == sorted(EXPECTED[query])
    assert answer["meta"]["total"] == len(EXPECTED[query])


# Other resources: the records that a matching estimate carries.
CARRIED = {
    "/sources?region=chad": ["army", "witness"],
    "/sources?q=trader": ["witness"],
    "/articles?hedge=vague": ["second"],
    "/articles?q=lake": ["second"],
    "/claims?locus=headline": ["strength"],
    "/claims?q=islands": ["fewer"],
    "/groups?region=chad": ["alpha-front"],
    "/regions?indicator=killed": ["borno"],
    "/regions?q=naija": ["nigeria"],
    "/indicators?as_of=2018": ["fighters", "fighters_share"],
    "/hedges?source=witness": ["approximately", "between", "nearly"],
    "/groups": ["alpha-front", "beta-front"],
    "/sources?group=beta-front&region=chad": [],
}


@pytest.mark.parametrize(("path", "ids"), CARRIED.items())
def test_filters_reach_every_resource(client, path, ids):
    assert [one["id"] for one in client.get(path).json["data"]] == ids


# parameter=value → what is said of it, and what is offered instead
REFUSED = {
    "regoin=iraq": ("regoin", "no parameter is called 'regoin'", ["region"]),
    "region=nigerai": ("region", "no region is called 'nigerai'", ["nigeria"]),
    "region=niger": ("region", "no region is called 'niger'", ["nigeria"]),
    "region=zz": ("region", "no region is called 'zz'", []),
    "region=": ("region", "no region is called ''", []),
    "region=chad,": ("region", "no region is called ''", []),
    "region=chad,zz": ("region", "no region is called 'zz'", []),
    "not_group=gamma": ("not_group", "no group is called 'gamma'", []),
    "group=alfas": ("group", "no group is called 'alfas'", ["alphas"]),
    "hedge=up-to": ("hedge", "no hedge is called 'up-to'", ["up_to"]),
    "source_kind=army": ("source_kind", "no source kind is called 'army'", []),
    "agency=Lake": ("agency", "no agency is called 'Lake'", []),
    "region_scope=inside": ("region_scope", "'inside' is refused; expected one of within, exact, overlapping", []),
    "region_scope=exat": ("region_scope", "'exat' is refused; expected one of within, exact, overlapping", ["exact"]),
    "as_of=2017-02-30": ("as_of", "'2017-02-30' is refused; expected an EDTF date", []),
    "stated=2018/2017": ("stated", "'2018/2017' is refused; expected an EDTF date", []),
    "published=": ("published", "'' is refused; expected an EDTF date", []),
    "value_min=-1": ("value_min", "'-1' is refused; expected a number from 0", []),
    "value_max=1_000": ("value_max", "'1_000' is refused; expected a number", []),
    "value_max=nan": ("value_max", "'nan' is refused; expected a number", []),
    "derived=1": ("derived", "'1' is refused; expected true or false", []),
    "disputed=True": ("disputed", "'True' is refused; expected true or false", []),
    "limit=0": ("limit", "'0' is refused; expected a whole number from 1 to 1000", []),
    "limit=1001": ("limit", "'1001' is refused; expected a whole number from 1 to 1000", []),
    "limit=\u0665": ("limit", "'\u0665' is refused; expected a whole number", []),
    "limit=+5": ("limit", "' 5' is refused; expected a whole number", []),
    "limit=1&limit=2": ("limit", "given 2 times; expected once", []),
    "q=a&q=b": ("q", "given 2 times; expected once", []),
    "offset=10001": ("offset", "'10001' is refused; expected a whole number from 0 to 10000", []),
    "cursor=../../etc/passwd": ("cursor", "'../../etc/passwd' is refused; expected a cursor from `links`", []),
    "sort=as_fo": ("sort", "no order is called 'as_fo'", ["as_of", "-as_of"]),
    "fields=id,regio": ("fields", "no field is called 'regio'", ["region"]),
    "distinct=article": ("distinct", "'article' is refused; expected one of claim", []),
    "format=xml": ("format", "'xml' is refused; expected one of json", []),
    f"q={'x' * 201}": ("q", "is refused; expected one text of at most 200 characters", []),
    f"region={'chad,' * 20}chad": ("region", "21 values are refused; expected at most 20", []),
}


@pytest.mark.parametrize("query", REFUSED)
def test_what_is_wrong_is_refused_with_what_would_be_right(client, query):
    parameter, message, offered = REFUSED[query]
    response = client.get(f"/estimates?{query}")
    assert (response.status_code, response.mimetype) == (400, "application/problem+json")
    problem = response.json
    assert (problem["type"], problem["title"], problem["status"]) == ("about:blank", "Bad Request", 400)
    (fault,) = problem["errors"]
    assert fault["parameter"] == parameter
    assert message in fault["message"]
    assert f"{parameter}: {fault['message']}" == problem["detail"]
    assert fault["did_you_mean"][: len(offered)] == offered
    assert bool(offered) == bool(fault["did_you_mean"])


@pytest.mark.parametrize(
    "path", ["/estimates", "/answer", "/facets", "/claims", "/conflicts", "/series?indicator=fighters"]
)
def test_a_smallest_value_above_the_largest_is_refused_and_both_are_named(client, path):
    response = client.get(f"{path}{'&' if '?' in path else '?'}value_min=5&value_max=4.5")
    assert response.status_code == 400
    faults = {fault["parameter"]: (fault["value"], fault["message"]) for fault in response.json["errors"]}
    assert faults == {
        "value_min": ("5", "5 is above value_max 4.5; expected value_min ≤ value_max"),
        "value_max": ("4.5", "4.5 is below value_min 5; expected value_min ≤ value_max"),
    }


def test_everything_that_is_wrong_is_said_at_once(client):
    problem = client.get("/estimates?regoin=x&region=zz,yy&limit=0&as_of=x").json
    assert [fault["parameter"] for fault in problem["errors"]] == ["region", "region", "as_of", "limit", "regoin"]
    assert "chad" in problem["errors"][0]["allowed"]


def test_a_name_is_never_a_part_of_a_name(client):
    assert client.get("/estimates?region=chad").json["meta"]["total"] == 2
    for part in ("cha", "lake", "borno%25", "_had", "iger"):
        assert client.get(f"/estimates?region={part}").status_code == 400
