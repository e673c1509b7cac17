"""Seeds that nobody coded: many invented claims with reports that agree, drift and contradict, the same for a number."""

import json
import random
from collections import defaultdict
from pathlib import Path

from seeds.read import YamlFile

GROUPS = [
    {"id": "alpha", "name": "Alpha", "definition": "Invented.", "aliases": ["A Front"]},
    {"id": "alpha-north", "name": "Alpha North", "definition": "Invented.", "parents": ["alpha"]},
    {"id": "beta", "name": "Beta", "definition": "Invented."},
]
REGIONS = [
    {"id": "mali", "name": "Mali", "kind": "country", "iso": "ML"},
    {"id": "gao", "name": "Gao", "kind": "admin1", "iso": "ML-7", "parent": "mali"},
    {"id": "niger", "name": "Niger", "kind": "country", "iso": "NE"},
    {"id": "sahel", "name": "Mali and Niger", "kind": "combined", "iso": None, "members": ["mali", "niger"]},
    {"id": "worldwide", "name": "Worldwide", "kind": "worldwide", "iso": None},
    {"id": "unspecified", "name": "Unspecified", "kind": "unspecified", "iso": None},
]
INDICATORS = [
    {"id": "members", "name": "Members", "definition": "Invented.", "unit": "persons", "kind": "stock"},
    {
        **{"id": "fighters", "name": "Fighters", "definition": "Invented.", "unit": "persons", "kind": "stock"},
        "parents": ["members"],
    },
    {"id": "removed", "name": "Removed", "definition": "Invented.", "unit": "persons", "kind": "flow"},
    {
        **{"id": "killed", "name": "Killed", "definition": "Invented.", "unit": "persons", "kind": "flow"},
        "parents": ["removed"],
    },
    {"id": "land", "name": "Land", "definition": "Invented.", "unit": "percent", "kind": "share"},
]
KINDS = ["government", "military", "ngo", "analyst"]
DATES = [
    *("2018", "2019", "2019-03", "2019-04", "2019-22", "2019-05-10", "2019-05-11", "2019-06", "2019-12", "2020-01"),
    *("2019-05-10/2019-05-20", "2019-11/2020-02", "2019-10/..", "../2018", "201X", "2020-01-15~"),
]
AGENCIES = [None, "Far Wire", "Near Wire"]
NUMBERS = [8, 20, 45, 90, 400, 500, 1000, 3500, 4000, 7000]


def figure(chance, unit):
    """Return a hedge with its numbers and its wording."""
    scale = [8, 20, 30, 45, 50, 90] if unit == "percent" else NUMBERS
    low, high = sorted(chance.sample(scale, 2))
    end = " percent" if unit == "percent" else " people"
    figures = {
        "none": ({"low": high, "best": high, "high": high}, f"{high:,}"),
        "approximately": ({"best": high}, f"about {high:,}"),
        "nearly": ({"high": high}, f"nearly {high:,}"),
        "between": ({"low": low, "high": high}, f"between {low:,} and {high:,}"),
        "at_most": ({"high": high}, f"no more than {high:,}"),
        "up_to": ({"high": high}, f"up to {high:,}"),
        "fewer_than": ({"high": high}, f"fewer than {high:,}"),
        "at_least": ({"low": low}, f"at least {low:,}"),
        "more_than": ({"low": low}, f"more than {low:,}"),
        "vague": ({}, "hundreds"),
    }
    hedge = chance.choice(list(figures if unit == "persons" else list(figures)[:-1]))
    numbers, words = figures[hedge]
    return {"hedge": hedge, **numbers, "wording": words + ("" if hedge == "vague" else end)}


def write_seeds(folder: Path, claims: int, seed: int = 7) -> Path:
    """Write a seed folder with that many claims, about twice as many estimates, and an article for every five."""
    chance = random.Random(seed)  # noqa: S311 (the same seeds each time)
    printed = random.Random(seed)  # noqa: S311 (the same)

    def as_printed(key: str, term: str, terms: list):
        """Return words of an article's own for a term, or none."""
        words = {"wording": "as printed", "start": 3, "end": 13, "basis": "text", term: printed.choice(terms)["id"]}
        return {key: words} if printed.random() < 0.2 else {}

    sources = [
        {
            **{"id": f"source-{one}", "name": f"Source {one}", "kind": KINDS[one % 4], "organisation": None},
            "anonymous": one % 3 == 0,
        }
        for one in range(6)
    ]
    units = {one["id"]: one["unit"] for one in INDICATORS}
    articles = [
        {
            **{"id": f"article-{one}", "title": f"Invented report {one}", "language": "en", "author": None},
            **{"publisher": chance.choice([None, "Day & Co", "The Night"]), "agency": AGENCIES[one % 3], "url": None},
            "published": {
                "edtf": chance.choice(["2020-01-31", "2020-01", "2020-02-01", "2020-03"]),
                "basis": "printed",
            },
            "document": {"name": f"{one}.txt", "sha256": f"{one:064x}"},
            "estimates": [],
        }
        for one in range(max(2, claims // 5))
    ]
    for number in range(claims):
        claim = {
            **{"claim": f"claim-{number}", "group": chance.choice(GROUPS)["id"]},
            **{"indicator": chance.choice(INDICATORS)["id"], "region": chance.choice(REGIONS)["id"]},
            **{"source": chance.choice(sources)["id"], "as_of": {"edtf": chance.choice(DATES), "basis": "text"}},
        }
        said = figure(chance, units[claim["indicator"]])
        for report in range(chance.choice([1, 1, 2, 3])):
            retold = said if chance.random() < 0.5 else figure(chance, units[claim["indicator"]])
            article = chance.choice(articles)
            start = 100 * len(article["estimates"])
            headline = chance.random() < 0.2
            if headline:
                article["title"] += f", {retold['wording']}"
            article["estimates"].append(
                {
                    **{
                        "id": f"estimate-{number}-{report}",
                        **claim,
                        **retold,
                        "summary": f"Invented, number {number}.",
                    },
                    **as_printed("attributed_to", "source", sources),
                    **as_printed("place", "region", REGIONS),
                    "quoted": printed.random() < 0.5,
                    **({"scope": "Without the north."} if chance.random() < 0.2 else {}),
                    **({"stated": {"edtf": "2019-05-12"}} if chance.random() < 0.5 else {}),
                    **{
                        "locus": "headline" if headline else "body",
                        "evidence": {"start": start, "end": start + len(retold["wording"])},
                    },
                }
            )
    about = {"title": "Invented", "description": "Invented.", "licence": "CC0-1.0", "creators": ["Nobody"]}
    _write(folder / "dataset.yaml", about)
    for name, records in {
        **{"groups": GROUPS, "regions": REGIONS, "indicators": INDICATORS, "sources": sources},
    }.items():
        _write(folder / "vocabulary" / f"{name}.yaml", records)
    for article in articles:
        if article["estimates"]:
            _write(folder / "articles" / f"{article['id']}.yaml", article)
    return folder


def _write(path: Path, data) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=1))  # JSON is YAML


def read_seed_file(file: Path) -> YamlFile:
    """Return what the product's own reader returns for a file of `write_seeds`, without the lines, much sooner."""
    return YamlFile(
        file, _as_text(json.loads(file.read_text(), parse_int=str, parse_float=str)), marks=defaultdict(lambda: (1, 1))
    )


def _as_text(value):
    """Return data in which booleans are text too."""
    if isinstance(value, dict):
        return {key: _as_text(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_as_text(each) for each in value]
    return str(value).lower() if isinstance(value, bool) else value
