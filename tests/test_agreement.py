"""What is computed from the admitted numbers agrees with a plain evaluation, on 2,000 random questions.

The evaluation below is written from the documents alone (the tables of hedges and the rules in `schema/README.md` and
`api/README.md`); it reads nothing but what `/estimates` serves. The dataset is invented, and has what is hard: open
intervals, ranges under ceilings, vague words, worded fractions, derived figures, headlines beside bodies, days of which
one is meant, and open times.
"""

import json
import random
from collections import defaultdict
from datetime import date
from itertools import combinations, permutations
from urllib.parse import urlencode

import pytest
from invented import read_seed_file

from api import create_app
from seeds.curated import check

QUESTIONS = 2000
CEILINGS = {"nearly", "at_most", "up_to", "fewer_than"}
FIRM_CEILINGS = {"at_most", "fewer_than"}
FLOORS = {"at_least", "more_than"}
HALF_OF_A_FRACTION = 0.05
"""How far from half, a third or a quarter of its base a derived figure may be that is called so."""

GROUPS = {"east-front": [], "east-guard": ["east-front"], "west-front": []}
REGIONS = {
    "avalia": {"kind": "country", "parent": None},
    "avalia-north": {"kind": "admin1", "parent": "avalia"},
    "northport": {"kind": "city", "parent": "avalia-north"},
    "boralia": {"kind": "country", "parent": None},
    "avalia-and-boralia": {"kind": "combined", "parent": None, "members": ["avalia", "boralia"]},
    "unspecified": {"kind": "unspecified", "parent": None},
}
INDICATORS = {
    "members": ("persons", "stock", []),
    "fighters": ("persons", "stock", ["members"]),
    "removed": ("persons", "flow", []),
    "killed": ("persons", "flow", ["removed"]),
    "land_share": ("percent", "share", []),
}
TIMES = [
    *("2018", "2018-03", "2018-22", "2018-06-05", "2018-06-05", "2018-06-30~", "2018-07", "2019-01", "2019-01-10"),
    *("[2018-06-05..2018-06-09]", "2018-06-01/2018-07-15", "../2018-22", "../2018-06-05", "2018-03/..", "2018-XX"),
]
AMOUNTS = [8, 22, 40, 45, 100, 130, 400, 450, 500, 1000, 1500, 4000, 7000]
FRACTIONS = {"half": (50, 0.5), "a third": (33.3, 0.333), "a quarter": (25, 0.25)}


# The dataset


def figure(chance, unit):
    """Return a hedge with its numbers, and a wording that bears them."""
    if unit == "percent" and chance.random() < 0.4:
        words = chance.choice(list(FRACTIONS))
        return {"hedge": "approximately", "best": FRACTIONS[words][0]}, f"about {words} of it"
    low, high = sorted(chance.sample([5, 20, 25, 33, 40, 60] if unit == "percent" else AMOUNTS, 2))
    noun = "percent" if unit == "percent" else "men"
    numbers, words = chance.choice(
        [
            ({"hedge": "none", "low": high, "best": high, "high": high}, f"{high:,}"),
            ({"hedge": "approximately", "best": high}, f"about {high:,}"),
            ({"hedge": "nearly", "high": high}, f"nearly {high:,}"),
            ({"hedge": "between", "low": low, "high": high}, f"{low:,} to {high:,}"),
            ({"hedge": "at_most", "high": high}, f"at most {high:,}"),
            ({"hedge": "at_most", "low": low, "high": high}, f"does not exceed {low:,} to {high:,}"),
            ({"hedge": "up_to", "high": high}, f"up to {high:,}"),
            ({"hedge": "fewer_than", "high": high}, f"fewer than {high:,}"),
            ({"hedge": "at_least", "low": low}, f"at least {low:,}"),
            ({"hedge": "more_than", "low": low}, f"more than {low:,}"),
            ({"hedge": "vague"}, "hundreds of"),
        ][: 10 if unit == "percent" else 11]
    )
    return numbers, f"{words} {noun}"


def write_dataset(folder):
    """Write seeds of 150 claims with up to three reports each, and figures that are derived from some."""
    chance = random.Random(13)  # noqa: S311 (the same dataset each time)
    articles = [
        {
            **{"id": f"paper-{number}", "title": f"Invented paper {number}", "language": "en"},
            **{"author": None, "publisher": f"Paper {number % 4}", "agency": None, "url": None},
            "published": {"edtf": chance.choice(["2020-01", "2020-01-20", "2020-02-03"]), "basis": "printed"},
            "document": {"name": f"{number}.txt", "sha256": f"{number:064x}"},
            "estimates": [],
        }
        for number in range(36)
    ]
    sources = [
        {
            "id": f"speaker-{number}",
            "name": f"Speaker {number}",
            "kind": "ngo",
            "organisation": None,
            "anonymous": False,
        }
        for number in range(5)
    ]

    def add(article, claim, numbers, words, **more):
        start = 200 * len(article["estimates"]) + 100
        id_ = f"{claim['claim']}-report-{sum(len(each['estimates']) for each in articles)}"
        report = {"id": id_, **claim, **numbers, "wording": words, "summary": "Invented.", "locus": "body", **more}
        report["evidence"] = {"start": start, "end": start + len(words)}
        if report["locus"] == "headline":
            article["title"] += f", {words}"
        article["estimates"].append(report)
        return id_

    for number in range(150):
        indicator = chance.choice(list(INDICATORS))
        claim = {
            **{"claim": f"claim-{number}", "group": chance.choice(list(GROUPS)), "indicator": indicator},
            **{"region": chance.choice(list(REGIONS)), "source": chance.choice(sources)["id"]},
            "as_of": {"edtf": chance.choice(TIMES), "basis": "text"},
        }
        if chance.random() < 0.3:
            claim["scope"] = "Without the coast."
        numbers, words = figure(chance, INDICATORS[indicator][0])
        for _ in range(chance.choice([1, 1, 2, 3])):
            article = chance.choice(articles)
            if any(each["claim"] == claim["claim"] for each in article["estimates"]):
                continue  # one report in an article's body, and one in its headline below
            id_ = add(article, claim, numbers, words, quoted=chance.random() < 0.3)
            if chance.random() < 0.4:
                add(article, claim, *figure(chance, INDICATORS[indicator][0]), locus="headline")
            if indicator == "members" and chance.random() < 0.5 and numbers["hedge"] != "vague":
                fraction = chance.choice(list(FRACTIONS))
                part = claim | {"claim": f"derived-{number}", "indicator": "fighters"}
                if not any(each["claim"] == part["claim"] for paper in articles for each in paper["estimates"]):
                    derived = {"derived": {"from": id_, "factor": FRACTIONS[fraction][1]}, "hedge": "approximately"}
                    add(article, part, derived, f"about {fraction} of them")
            if chance.random() < 0.6:
                numbers, words = figure(chance, INDICATORS[indicator][0])
    no_definition = {"definition": "Invented."}
    regions = [
        {"id": id_, "name": id_.replace("-", " ").title(), "iso": None, **region} for id_, region in REGIONS.items()
    ]
    vocabulary = {
        "groups": [{"id": id_, "name": id_, "parents": parents, **no_definition} for id_, parents in GROUPS.items()],
        "regions": regions,
        "indicators": [
            {"id": id_, "name": id_, "unit": unit, "kind": kind, "parents": parents, **no_definition}
            for id_, (unit, kind, parents) in INDICATORS.items()
        ],
        "sources": sources,
    }
    files = {f"vocabulary/{name}.yaml": records for name, records in vocabulary.items()}
    files |= {f"articles/{article['id']}.yaml": article for article in articles if article["estimates"]}
    files["dataset.yaml"] = {"title": "Invented", "description": "Invented.", "licence": "CC0-1.0", "creators": ["No"]}
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content))  # JSON is YAML
    return folder


# The plain evaluation


class Evaluation:
    """What the documents say of some estimates, worked out anew for each question."""

    def __init__(self, estimates):
        self.by_id = {estimate["id"]: estimate for estimate in estimates}
        self.claims = defaultdict(list)
        for estimate in sorted(estimates, key=self._report_order):
            self.claims[estimate["claim"]["id"]].append(estimate)

    @staticmethod
    def _report_order(estimate):
        """Body before headline, then the earliest published, then quotations, then as they stand in the article."""
        published = estimate["article"]["published"]["start"]
        is_headline, is_paraphrase = estimate["locus"] == "headline", not estimate["quoted"]
        place = estimate["evidence"]["start"]
        return is_headline, published, is_paraphrase, estimate["article"]["id"], place, estimate["id"]

    def admitted(self, estimate):
        """Return (lowest, highest or None, whether each is itself meant); None for a vague figure."""
        hedge = estimate["hedge"]
        if hedge == "vague":
            return None
        if estimate["derived"]:
            low, high, low_meant, high_meant = self.admitted(self.by_id[estimate["derived"]["from"]])
            factor = estimate["derived"]["factor"]
            high = None if high is None else round(high * (factor + HALF_OF_A_FRACTION), 6)
            return round(low * (factor - HALF_OF_A_FRACTION), 6), high, low_meant, high_meant
        if hedge == "approximately":
            half = estimate["granularity"] / 2
            return max(0, round(estimate["best"] - half, 6)), round(estimate["best"] + half, 6), True, True
        if hedge in CEILINGS:
            return 0, estimate["high"], True, estimate["high_inclusive"]
        if hedge in FLOORS:
            return estimate["low"], None, estimate["low_inclusive"], True
        return estimate["low"], estimate["high"], True, True

    def matches(self, estimate, query):
        """Return whether value_min, value_max, value_match and as_of leave an estimate in the list."""
        if "as_of" in query and not overlaps(estimate["as_of"], query["as_of"]):
            return False
        least, most = query.get("value_min"), query.get("value_max")
        if least is None and most is None:
            return True
        interval = self.admitted(estimate)
        if interval is None:
            return False
        low, high, low_meant, high_meant = interval
        if query.get("value_match") == "certain":
            return (least is None or low >= least) and (most is None or (high is not None and high <= most))
        from_below = least is None or high is None or high > least or (high == least and high_meant)
        return from_below and (most is None or low < most or (low == most and low_meant))

    def below(self, lower, higher):
        """Return whether all that one figure admits lies below all that another admits."""
        (_, end, _, end_meant), (start, _, start_meant, _) = self.admitted(lower), self.admitted(higher)
        return end is not None and (end < start or (end == start and not (end_meant and start_meant)))

    def exclude(self, one, other):
        """Return whether two reports of a claim exclude each other."""
        if "vague" in (one["hedge"], other["hedge"]):
            return False
        if self.below(one, other) or self.below(other, one):
            return True
        return any(
            floor["hedge"] in FLOORS
            and ceiling["hedge"] in FIRM_CEILINGS
            and self.admitted(floor)[0] == self.admitted(ceiling)[1]
            for floor, ceiling in permutations((one, other))
        )

    def disputed(self, estimate):
        """Return whether another report of the same claim in the same article excludes an estimate."""
        return any(
            other["id"] != estimate["id"]
            and other["article"]["id"] == estimate["article"]["id"]
            and self.exclude(estimate, other)
            for other in self.claims[estimate["claim"]["id"]]
        )

    def envelope(self, estimates):
        """Return the union of what figures admit; an end that is open, or that nobody stated, is None."""
        stated = [each for each in estimates if each["hedge"] != "vague" and not each["derived"]]
        in_body = {(each["claim"]["id"], each["article"]["id"]) for each in stated if each["locus"] == "body"}
        own = [
            each
            for each in stated
            if each["locus"] == "body" or (each["claim"]["id"], each["article"]["id"]) not in in_body
        ]
        bests = {each["best"] for each in own if each["best"] is not None}
        envelope = {"best": bests.pop() if len(bests) == 1 else None}
        for side, index, widest, opening in (("low", 0, min, CEILINGS), ("high", 1, max, FLOORS)):
            end, meant = None, None
            if stated and not any(each["hedge"] in opening for each in stated):
                end = widest(self.admitted(each)[index] for each in stated)
                stating = [each[f"{side}_inclusive"] for each in stated if each[side] == end]
                end, meant = (end, any(stating)) if stating else (None, None)
            envelope |= {side: end, f"{side}_inclusive": meant}
        return envelope

    def conflicts(self, within, *, compatible):
        """Return the pairs of /conflicts as (kind, lower id, higher id)."""
        first = {}
        for claim, reports in self.claims.items():
            with_number = [each for each in reports if each["hedge"] != "vague"]
            if with_number and with_number[0]["region"]["id"] != "unspecified":
                first[claim] = with_number[0]
        pairs = set()
        for one, other in combinations(first.values(), 2):
            for lower, higher in ((one, other), (other, one)):
                kind = self.compared(lower, higher, within)
                if kind is None:
                    continue
                both_ways = self.compared(higher, lower, within) is not None
                if not compatible and self.below(lower, higher):
                    pairs.add((kind, lower["id"], higher["id"]))
                if compatible and not self.below(lower, higher) and not (both_ways and self.below(higher, lower)):
                    pairs.add((kind, lower["id"], higher["id"]))
        return pairs if compatible else pairs | self._between_reports()

    def concerns(self, pair, query):
        """Return whether a filter leaves a pair: of reports one of both matches, of claims a report of either."""
        kind, *ids = pair
        sides = [self.by_id[id_] for id_ in ids]
        if kind != "reports":
            sides = [report for side in sides for report in self.claims[side["claim"]["id"]]]
        return any(self.matches(report, query) for report in sides)

    def compared(self, lower, higher, within):
        """Return "claims" or "parts" if a higher figure may not be above a lower one; else None."""
        same = all(lower[key]["id"] == higher[key]["id"] for key in ("group", "indicator", "region"))
        is_part = (
            higher["group"]["id"] in GROUP_PARTS[lower["group"]["id"]]
            and higher["indicator"]["id"] in INDICATOR_PARTS[lower["indicator"]["id"]]
            and higher["region"]["id"] in REGION_PARTS[lower["region"]["id"]]
        )
        kind = lower["indicator"]["kind"]
        if not is_part or (kind == "share" and not same):
            return None
        times = [(days(each["as_of"]["start"]), days(each["as_of"]["end"])) for each in (lower, higher)]
        if kind == "flow":
            (start, end), (inner_start, inner_end) = times
            alike = (start is None) == (inner_start is None) and (end is None) == (inner_end is None)
            inside = alike and (start is None or start <= inner_start) and (end is None or inner_end <= end)
            return ("claims" if same else "parts") if inside else None
        # An open time is compared at the end that is known.
        (start, end), (other_start, other_end) = ((a if a else b, b if b else a) for a, b in times)
        return ("claims" if same else "parts") if max(start - other_end, other_start - end, 0) <= within else None

    def _between_reports(self):
        """Return each report that contradicts an earlier report of its claim, beside the nearest of these."""
        pairs = set()
        for reports in self.claims.values():
            for index, later in enumerate(reports):
                against = [earlier for earlier in reports[:index] if self.exclude(earlier, later)]
                if against:
                    own = [each for each in against if each["article"]["id"] == later["article"]["id"]]
                    nearest = (own or against)[0]
                    ends = [self.admitted(each) for each in (nearest, later)]
                    nearest_is_lower = ends[0][1] is not None and ends[0][1] <= ends[1][0]
                    lower, higher = (nearest, later) if nearest_is_lower else (later, nearest)
                    pairs.add(("reports", lower["id"], higher["id"]))
        return pairs

    def points(self, indicator, interval):
        """Return the points of /series by their group, region, and first and last interval of time."""
        members = defaultdict(list)
        for estimate in self.by_id.values():
            if estimate["indicator"]["id"] == indicator:
                first, last = (number(estimate["as_of"][side], interval) for side in ("start", "end"))
                members[estimate["group"]["id"], estimate["region"]["id"], first, last].append(estimate)
        return members

    def sum_of(self, estimates):
        """Return the low, best and high of the claims of a flow that are apart; None if they do not add up."""
        first = {}
        for estimate in sorted(estimates, key=self._report_order):
            first.setdefault(estimate["claim"]["id"], estimate)
        reports = list(first.values())
        if reports[0]["indicator"]["kind"] != "flow" or len({each["scope"] for each in reports}) > 1:
            return None
        if any(overlaps(one["as_of"], other["as_of"]) for one, other in combinations(reports, 2)):
            return None
        values = {side: [each[side] for each in reports] for side in ("low", "best", "high")}
        return {side: None if None in numbers else sum(numbers) for side, numbers in values.items()}


def with_parts(id_, parents):
    """Return a term and all that is a part of it."""
    parts = {id_}
    while more := {part for part, wholes in parents.items() if not parts.isdisjoint(wholes)} - parts:
        parts |= more
    return parts


GROUP_PARTS = {id_: with_parts(id_, GROUPS) for id_ in GROUPS}
INDICATOR_PARTS = {
    id_: with_parts(id_, {part: parents for part, (_, _, parents) in INDICATORS.items()}) for id_ in INDICATORS
}
REGION_PARENTS = {
    id_: [region["parent"], *(other for other, each in REGIONS.items() if id_ in each.get("members", ()))]
    for id_, region in REGIONS.items()
}
REGION_PARTS = {id_: with_parts(id_, REGION_PARENTS) for id_ in REGIONS}


def days(day):
    return None if day is None else date.fromisoformat(day).toordinal()


def overlaps(one, other):
    """Return whether two times have a day in common."""
    starts, ends = [each["start"] or "0000" for each in (one, other)], [each["end"] or "9999" for each in (one, other)]
    return max(starts) <= min(ends)


def number(day, interval):
    """Return the year, quarter or month of a day."""
    if day is None:
        return None
    year, month, _ = map(int, day.split("-"))
    return {"year": (year,), "quarter": (year, (month - 1) // 3), "month": (year, month)}[interval]


# The questions


ASKED_TIMES = {
    "2018": ("2018-01-01", "2018-12-31"),
    "2018-06": ("2018-06-01", "2018-06-30"),
    "2018-06-05": ("2018-06-05", "2018-06-05"),
    "2018-07-10/2019-01": ("2018-07-10", "2019-01-31"),
    "2019-02/..": ("2019-02-01", None),
    "../2018-02": (None, "2018-02-28"),
}


@pytest.fixture(scope="module")
def agreement(make_once, url_of):
    """Return a client of the invented dataset, and the plain evaluation of what it serves."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check, "read_file", read_seed_file)
        database = make_once("agreement", write_dataset)
    app = create_app({"DATABASE_URL": url_of(database)})
    client = app.test_client()
    evaluation = Evaluation(everything(client, "/estimates?"))
    yield client, evaluation
    app.extensions["database"].close()


def everything(client, path):
    """Return all records of a list."""
    records, path = [], f"{path}&limit=1000"
    while path:
        answer = client.get(path)
        assert answer.status_code == 200, answer.text
        records += answer.json["data"]
        path = answer.json["links"]["next"]
    return records


def test_the_dataset_has_what_is_hard(agreement):
    _, evaluation = agreement
    estimates = list(evaluation.by_id.values())
    assert len(estimates) > 250
    assert {estimate["hedge"] for estimate in estimates} >= CEILINGS | FLOORS | {"none", "between", "vague"}
    for hard in (
        lambda estimate: estimate["derived"],
        lambda estimate: estimate["disputed"],
        lambda estimate: estimate["best"] == 33.3,
        lambda estimate: estimate["hedge"] == "at_most" and estimate["low"],
        lambda estimate: estimate["as_of"]["start"] is None,
        lambda estimate: estimate["as_of"]["end"] is None,
        lambda estimate: estimate["as_of"]["edtf"].startswith("["),
    ):
        assert any(map(hard, estimates))


@pytest.mark.slow
def test_values_and_times_agree(agreement):
    """1,500 questions to /estimates."""
    client, evaluation = agreement
    chance = random.Random(1)  # noqa: S311 (the same questions each time)
    for _ in range(QUESTIONS * 3 // 4):
        query = {}
        for name in ("value_min", "value_max"):
            if chance.random() < 0.7:
                query[name] = chance.choice([0, 4.5, 8, 20, 28.3, 33.3, 38.3, 45, 50, *AMOUNTS, 3350, 6650.5])
        if {"value_min", "value_max"} <= query.keys():
            query["value_min"], query["value_max"] = sorted(query.values())
        if query and chance.random() < 0.5:
            query["value_match"] = chance.choice(["certain", "overlap"])
        asked = dict(query)
        if chance.random() < 0.5:
            asked["as_of"] = chance.choice(list(ASKED_TIMES))
            query["as_of"] = dict(zip(("start", "end"), ASKED_TIMES[asked["as_of"]], strict=True))
        expected = {id_ for id_, estimate in evaluation.by_id.items() if evaluation.matches(estimate, query)}
        answer = client.get("/estimates", query_string={**asked, "limit": 1000, "fields": "id"}).json
        assert {estimate["id"] for estimate in answer["data"]} == expected, asked
        assert answer["meta"]["total"] == len(expected)


def test_disputes_agree(agreement):
    client, evaluation = agreement
    disputed = {estimate["id"] for estimate in everything(client, "/estimates?disputed=true")}
    assert disputed == {id_ for id_, estimate in evaluation.by_id.items() if evaluation.disputed(estimate)}


@pytest.mark.slow
def test_envelopes_agree(agreement):
    """A question for each claim."""
    client, evaluation = agreement
    for claim, reports in evaluation.claims.items():
        served = client.get(f"/claims/{claim}").json["data"]["envelope"]
        assert served == evaluation.envelope(reports), claim


@pytest.mark.slow
def test_conflicts_agree(agreement):
    """200 questions to /conflicts, half of them for what is compatible."""
    client, evaluation = agreement
    chance, known, kinds = random.Random(2), {}, set()  # noqa: S311 (the same questions each time)
    for number_ in range(QUESTIONS // 10):
        within = chance.choice([0, 5, 26, 30, 92, 181, 365])
        compatible = number_ % 2 == 1
        asked = {"within": within, "compatible": str(compatible).lower()}
        query = {"value_min": chance.choice(AMOUNTS), "value_match": "certain"} if chance.random() < 0.5 else {}
        served = everything(client, f"/conflicts?{urlencode(asked | query)}")
        pairs = [(pair["kind"], pair["lower"]["id"], pair["higher"]["id"]) for pair in served]
        key = within, compatible
        if key not in known:
            known[key] = evaluation.conflicts(within, compatible=compatible)
        expected = known[key]
        kinds |= {(pair["kind"], compatible) for pair in served}
        if query:
            expected = {pair for pair in expected if evaluation.concerns(pair, query)}
        if compatible:
            pairs, expected = ([unordered(pair) for pair in each] for each in (pairs, expected))
        assert len(pairs) == len(set(pairs))
        assert set(pairs) == set(expected), asked | query
    assert kinds == {("claims", False), ("parts", False), ("reports", False), ("claims", True), ("parts", True)}


def unordered(pair):
    """Return a pair without its order: which of two that agree is the lower says little."""
    return pair[0], frozenset(pair[1:])


@pytest.mark.slow
@pytest.mark.parametrize("interval", ["year", "quarter", "month"])
def test_series_agree(agreement, interval):
    """A question for each indicator, and one for each of its groups in each region."""
    client, evaluation = agreement
    for indicator in INDICATORS:
        expected = evaluation.points(indicator, interval)
        served = everything(client, f"/series?indicator={indicator}&interval={interval}")
        for group in GROUPS:
            for region in REGIONS:
                path = f"/series?indicator={indicator}&interval={interval}&group={group}&region={region}"
                narrowed = everything(client, f"{path}&region_scope=exact")
                own = [point for point in served if (point["group"]["id"], point["region"]["id"]) == (group, region)]
                if GROUP_PARTS[group] == {group}:
                    assert narrowed == own
        assert len(served) == len(expected)
        for point in served:
            first, last = (number(point[side], interval) for side in ("start", "end"))
            members = expected[point["group"]["id"], point["region"]["id"], first, last]
            assert {member["id"] for member in point["members"]} == {member["id"] for member in members}
            envelope = evaluation.envelope(members)
            assert {key: point[key] for key in envelope} == envelope
            total = evaluation.sum_of(members)
            assert (point["sum"] and {key: point["sum"][key] for key in total}) == total
