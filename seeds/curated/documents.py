"""The documents that the articles were coded from, where they are at hand: hash, position, verbatim wording."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from schema.fields import shown
from seeds.entries import Entry, Seeds
from seeds.problems import Problem


def problems_with_documents(seeds: Seeds, documents: Path) -> Iterator[Problem]:
    """Yield where a document is missing, is another one, or does not bear a wording at its place."""
    of_file: dict[Path, list[Entry]] = defaultdict(list)
    for entry in seeds.estimates:
        of_file[entry.source.file].append(entry)
    for article in seeds.articles:
        document = article.record["document"]
        try:
            if Path(document["name"]).name != document["name"]:
                raise FileNotFoundError
            raw = (documents / document["name"]).read_bytes()
        except (OSError, ValueError):
            yield article.problem(
                "document.name", f"{shown(document['name'])} is not there; expected it in {documents}"
            )
            continue
        digest = hashlib.sha256(raw).hexdigest()
        if digest != document["sha256"]:
            yield article.problem("document.sha256", f"{document['sha256']} is another document's; expected {digest}")
            continue
        text = raw.decode("utf-8", "replace")
        for entry in of_file[article.source.file]:
            if None not in (entry.record["evidence"]["start"], entry.record["evidence"]["end"]):
                yield from _wording_elsewhere(entry, text)


def _wording_elsewhere(entry: Entry, text: str) -> Iterator[Problem]:
    wording, evidence = entry.record["wording"], entry.record["evidence"]
    if text[evidence["start"] : evidence["end"]] == wording:
        return
    places = [match.start() for match in re.finditer(re.escape(wording), text)]
    if not places:
        yield entry.problem("wording", f"{shown(wording)} is not in the document; expected words that it bears")
        return
    start = min(places, key=lambda place: abs(place - evidence["start"]))
    for key, right in (("start", start), ("end", start + len(wording))):
        if evidence[key] != right:
            yield entry.problem(
                f"evidence.{key}", f"{shown(evidence[key])} is not where the wording stands; expected {right}"
            )
