"""Seeds that mean harm: the good ones with markup, quotes, letters from right to left, and names as long as can be."""

import json
from pathlib import Path

from ruamel.yaml import YAML

GOOD = Path(__file__).parent / "data" / "good"

TAG = "<script>alert(1)</script>"
"""What stands in every text."""

NAME = f"{TAG}\"'`&amp;</title></textarea>--><img src=x onerror=alert(2)>{{{{7*7}}}}${{7*7}} שלום العربية 12 "
"""What names begin with; marks that turn the direction of text are no letters, and the loader refuses them."""


def long(name: str, longest: int) -> str:
    """Return a name that begins with all that is hostile and fills what room there is."""
    return f"{NAME}{name} ".ljust(longest, "W")


def write_hostile(folder: Path) -> Path:
    """Write a seed folder whose every free text is hostile."""
    for source in sorted(GOOD.rglob("*.yaml")):
        data = YAML(typ="safe").load(source)
        if source.parent.name == "vocabulary":
            for record in data:
                record["name"] = long(record["name"], 200)
                for key in ("definition", "organisation"):
                    if record.get(key):
                        record[key] = f"{TAG} {record[key]}"
                record["aliases"] = [f"{alias} {TAG}" for alias in record.get("aliases", ())]
        elif source.parent.name == "articles":
            data["title"] = f"{data['title']} {NAME}".ljust(300, "W")
            for key in ("publisher", "author", "agency"):
                data[key] = long(data[key] or "nobody", 200)
            data["url"] = "https://example.org/?a=1&b='\"><script>alert(3)</script>"
            for estimate in data["estimates"]:
                estimate["summary"] = f"{TAG} {estimate['summary']}"
                estimate["scope"] = long("scope", 300)
                if estimate["locus"] == "body":
                    estimate["wording"] = f"<b onclick=alert()>\"'{estimate['wording']}"
                    estimate["evidence"]["end"] = estimate["evidence"]["start"] + len(estimate["wording"])
        else:
            data |= {"title": long("dataset", 200), "creators": [long("creator", 200)]}
        path = folder / source.relative_to(GOOD)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(data, default=str))  # JSON is YAML
    return folder
