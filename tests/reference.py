"""What the filters mean, in plain Python over the records; and random questions to compare by."""

from hypothesis import strategies as st

VOCABULARY = {
    "group": ("group", "id"),
    "indicator": ("indicator", "id"),
    "source": ("source", "id"),
    "attributed_to": (("attributed_to", "source"), "id"),
    "article": ("article", "id"),
    "claim": ("claim", "id"),
    "hedge": ("hedge",),
    "source_kind": ("source", "kind"),
    "publisher": ("article", "publisher"),
    "agency": ("article", "agency"),
    "locus": ("locus",),
    "unit": ("indicator", "unit"),
}
DATES = {"as_of": ("as_of",), "stated": ("stated",), "published": ("article", "published")}
FLAGS = {
    "derived": lambda one: one["derived"] is not None,
    "disputed": lambda one: one["disputed"],
    "anonymous": lambda one: one["source"]["anonymous"],
}
SORTS = {
    "as_of": ("as_of", "start"),
    "published": ("article", "published", "start"),
    "stated": ("stated", "start"),
    "low": ("low",),
    "high": ("high",),
    "hedge": ("hedge",),
    "publisher": ("article", "publisher"),
    "claim": ("claim", "id"),
}
PERIODS = {
    "2017": ("2017-01-01", "2017-12-31"),
    "2019-08": ("2019-08-01", "2019-08-31"),
    "2020-01-06": ("2020-01-06", "2020-01-06"),
    "2017-12-05/2020-01-05": ("2017-12-05", "2020-01-05"),
    "2020-02/..": ("2020-02-01", None),
    "../2017-07": (None, "2017-07-31"),
}
VALUES = [0, 8, 22, 33.35, 50, 400, 500, 1000, 4500, 7000, 25_000_000]
OPTIONAL = {
    "region_scope": ["within", "exact", "overlapping"],
    **{name: list(PERIODS) for name in DATES},
    **{name: [True, False] for name in FLAGS},
    **{"value_min": VALUES, "value_max": VALUES, "value_match": ["overlap", "certain"]},
}
"""What a question may ask beside words of a vocabulary."""


def at(record, path):
    for key in path:
        record = None if record is None else as_printed(record, *key) if isinstance(key, tuple) else record[key]
    return record


def as_printed(one, words, term):
    """Return whom or what a report's own text names: what its words stand for, else the term of its claim."""
    return (one[words] or one)[term]


BASES = {}
"""Every estimate by id, for those that are derived from one, and for headlines; `read_dataset` fills it."""
HALF_OF_A_WORDED_FRACTION = 0.05
"""How far from a fraction in words a number may be that is called so."""
CEILINGS, FLOORS = {"nearly", "at_most", "up_to", "fewer_than"}, {"at_least", "more_than"}


def admitted(one):
    """Return the numbers that a figure admits: lowest, highest, and whether each is meant itself."""
    if one["hedge"] == "vague":
        return None
    if one["derived"]:
        low, high, low_meant, high_meant = admitted(BASES[one["derived"]["from"]])
        least, most = (one["derived"]["factor"] + side * HALF_OF_A_WORDED_FRACTION for side in (-1, 1))
        return round(low * least, 9), None if high is None else round(high * most, 9), low_meant, high_meant
    if one["hedge"] == "approximately":
        margin = one["granularity"] / 2
        return max(round(one["best"] - margin, 9), 0), round(one["best"] + margin, 9), True, True
    if one["hedge"] in CEILINGS:
        return 0, one["high"], True, one["high_inclusive"]
    return one["low"], one["high"], one["low_inclusive"], one["high_inclusive"] is not False


def envelope(reports):
    """Return the union of what reports admit, open where one is open, as far as its ends were stated."""
    figures = [one for one in reports if not one["derived"] and one["hedge"] != "vague"]
    union = {}
    for name, side, widest, open_with in (("low", 0, min, CEILINGS), ("high", 1, max, FLOORS)):
        end = None
        if figures and not any(one["hedge"] in open_with for one in figures):
            end = widest(admitted(one)[side] for one in figures)
        stating = [one[f"{name}_inclusive"] for one in figures if end is not None and one[name] == end]
        union |= {name: end if stating else None, f"{name}_inclusive": any(stating) if stating else None}
    in_body = {(one["claim"]["id"], one["article"]["id"]) for one in BASES.values() if one["locus"] == "body"}
    bests = {
        one["best"]
        for one in figures
        if one["locus"] == "body" or (one["claim"]["id"], one["article"]["id"]) not in in_body
    } - {None}
    return union | {"best": bests.pop() if len(bests) == 1 else None}


def matches_value(one, query):
    smallest, largest = query.get("value_min"), query.get("value_max")
    if smallest is None and largest is None:
        return True
    interval = admitted(one)
    if interval is None:
        return False
    low, high, low_meant, high_meant = interval
    if query.get("value_match") == "certain":
        above = smallest is None or low >= smallest
        return above and (largest is None or (high is not None and high <= largest))
    reaches_up = smallest is None or high is None or high > smallest or (high == smallest and high_meant)
    reaches_down = largest is None or low < largest or (low == largest and low_meant)
    return reaches_up and reaches_down


def overlaps(period, asked):
    """Say whether a date, or none, has a day in common with one of PERIODS."""
    start, end = PERIODS[asked]
    if period is None or (end and (period["start"] or "") > end):
        return False
    return not (start and period["end"] is not None and period["end"] < start)


def matches(one, query, below):
    for name, path in VOCABULARY.items():
        value = at(one, path)
        if (name in query and value not in query[name]) or value in query.get(f"not_{name}", ()):
            return False
    scope = query.get("region_scope", "within")
    for name, region in (("region", one["region"]), ("place", as_printed(one, "place", "region"))):
        for parameter, wanted in ((name, True), (f"not_{name}", False)):
            meant = {region for asked in query.get(parameter, ()) for region in below[scope][asked]}
            if parameter in query and (region["id"] in meant) is not wanted:
                return False
    if not all(overlaps(at(one, path), query[name]) for name, path in DATES.items() if name in query):
        return False
    flags = all(test(one) is query[name] for name, test in FLAGS.items() if name in query)
    return flags and matches_value(one, query)


def in_order(records, keys):
    """Return records in the order of some keys: ties by id, what has no value last."""
    found = sorted(records, key=lambda one: one["id"])
    for key in reversed(keys):
        path = SORTS.get(key.removeprefix("-"), ("id",))
        known = [one for one in found if at(one, path) is not None]
        known.sort(key=lambda one: at(one, path), reverse=key.startswith("-"))
        found = known + [one for one in found if at(one, path) is None]
    return found


def regions_below(client):
    """Return for each region_scope and region the regions that are meant, worked out from the records of /regions."""
    return meant_by({one["id"]: one for one in client.get("/regions?limit=1000").json["data"]})


def meant_by(regions):
    """Return for each region_scope and region the regions that are meant, worked out from all records by id."""

    def within(id_):
        below = {other for other, one in regions.items() if one["parent"] == id_} | set(regions[id_]["members"])
        return {id_}.union(*(within(other) for other in below))

    inside = {id_: within(id_) for id_ in regions}
    around = {
        id_: {other for other, one in regions.items() if one["kind"] == "combined" and id_ in inside[other]}
        for id_ in regions
    }
    return {
        "exact": {id_: {id_} for id_ in regions},
        "within": inside,
        "overlapping": {id_: inside[id_] | around[id_] for id_ in regions},
    }


@st.composite
def questions(draw, records, regions):
    query = {}
    for name, path in VOCABULARY.items():
        values = sorted({at(one, path) for one in records} - {None})
        for parameter, odds in ((name, 6), (f"not_{name}", 9)):
            if draw(st.integers(0, odds)) == 0:
                query[parameter] = draw(st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True))
    for parameter, odds in (("region", 3), ("not_region", 7), ("place", 5), ("not_place", 9)):
        if draw(st.integers(0, odds)) == 0:
            query[parameter] = draw(st.lists(st.sampled_from(sorted(regions)), min_size=1, max_size=2, unique=True))
    for parameter, values in OPTIONAL.items():
        if draw(st.integers(0, 4)) == 0:
            query[parameter] = draw(st.sampled_from(values))
    return in_right_order(query)


def in_right_order(query):
    """Return a question whose value_min is not above its value_max, which would be refused."""
    if {"value_min", "value_max"} <= query.keys():
        query["value_min"], query["value_max"] = sorted((query["value_min"], query["value_max"]))
    return query


def spelled(query):
    """Return a question as its parameters are written."""
    return {key: str(value).lower() if isinstance(value, bool) else value for key, value in query.items()}


def report_order(one):
    """Return what the reports of a claim are sorted by."""
    published, start = one["article"]["published"]["start"] or "", one["evidence"]["start"] or 0
    return one["locus"] == "headline", published, not one["quoted"], one["article"]["id"], start, one["id"]
