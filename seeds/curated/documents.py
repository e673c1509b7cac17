"""The check of curated files against the documents: hashes, titles, the place of each wording, and words beside it."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from schema.fields import shown
from seeds.curated.headlines import problems_with_headline
from seeds.curated.places import places_of
from seeds.entries import Entry, Record, Seeds
from seeds.problems import Problem
from seeds.read import YamlFile
from seeds.rules.as_printed import AS_PRINTED
from seeds.rules.wording import fault_beside


def problems_with_documents(seeds: Seeds, documents: Path) -> Iterator[Problem]:
    """Yield a problem where a document is missing, has another hash, or does not hold a title or a wording.

    Words beside a wording that change what it says, such as a hedge that was cut off, are a problem too.
    `documents` is the folder of the documents.
    """
    estimates_of: dict[Path, list[Entry]] = defaultdict(list)
    for entry in seeds.estimates:
        estimates_of[entry.file.path].append(entry)
    for article in seeds.articles:
        document = article.record["document"]
        try:
            raw = read_document(documents, document["name"])
        except (OSError, ValueError):
            what = f"{shown(document['name'])} is not there; expected it in {documents}"
            yield article.problem("document.name", what, "no-document")
            continue
        digest = hashlib.sha256(raw).hexdigest()
        if digest != document["sha256"]:
            what = f"{document['sha256']} is another document's; expected {digest}"
            yield article.problem("document.sha256", what, "document-changed")
            continue
        text = raw.decode("utf-8", "replace")
        yield from problems_with_headline(article, estimates_of[article.file.path], text)
        for entry in estimates_of[article.file.path]:
            if None not in (entry.record["evidence"]["start"], entry.record["evidence"]["end"]):
                yield from _problems_with_place(entry, text, article.record["language"])


def read_document(documents: Path, name: str) -> bytes:
    """Return the bytes of a document; raises OSError or ValueError where the folder has none of this name."""
    if Path(name).name != name:
        raise FileNotFoundError
    return (documents / name).read_bytes()


def problems_with_hash(file: YamlFile, documents: Path) -> Iterator[Problem]:
    """Yield a problem with the hash of a document that is there, in the file of an article that is not valid."""
    document = file.data.get("document") if isinstance(file.data, dict) else None
    if not isinstance(document, dict) or not isinstance(document.get("name"), str):
        return
    try:
        digest = hashlib.sha256(read_document(documents, document["name"])).hexdigest()
    except (OSError, ValueError):
        return
    if document.get("sha256") != digest:
        what = f"{shown(document.get('sha256'))} is not the hash of the document; expected {digest}"
        yield file.problem(("document", "sha256"), what, "document-changed")


def _problems_with_place(entry: Entry, text: str, language: str) -> Iterator[Problem]:
    """Yield a problem where words of an estimate do not stand where it says, or are not quoted as it says."""
    record, evidence = entry.record, entry.record["evidence"]
    misplaced = list(_problems_with_words(entry, "evidence", record["wording"], evidence, text))
    yield from misplaced
    if not misplaced and (fault := fault_beside(record, text, evidence["start"], language)):
        yield entry.problem(fault.key, fault.what, fault.name)
    for key in AS_PRINTED:
        if printed := record[key]:
            yield from _problems_with_words(entry, key, printed["wording"], printed, text)
    if record["quoted"] and not is_quoted(text, evidence["start"], evidence["end"]):
        what = "'true' is not so, as no quotation marks stand around the wording; expected false"
        yield entry.problem("quoted", what, "not-quoted")


def _problems_with_words(entry: Entry, key: str, wording: str, span: Record, text: str) -> Iterator[Problem]:
    """Yield a problem where words do not stand at a span of the text; `key` is that of the span in the estimate."""
    if text[span["start"] : span["end"]] == wording:
        return
    places = [start for start, _ in places_of(wording, text)]
    if not places:
        what = f"{shown(wording)} is not in the document; expected words that it bears"
        place = "wording" if key == "evidence" else f"{key}.wording"
        yield entry.problem(place, what, "wording-not-in-document")
        return
    start = min(places, key=lambda place: abs(place - span["start"]))
    for end, position in (("start", start), ("end", start + len(wording))):
        if span[end] != position:
            what = f"{shown(span[end])} is not where the wording stands; expected {position}"
            yield entry.problem(f"{key}.{end}", what, "wording-moved")


_OPENING, _CLOSING, _STRAIGHT = "\u201c\u201e\u00ab", "\u201d\u201c\u00bb", '"'
_MARK = re.compile(f"[{_OPENING}{_CLOSING}{_STRAIGHT}]")


def is_quoted(text: str, start: int, end: int) -> bool:
    """Return whether a quotation is open before a span and closed after it, in the same line."""
    before, after = text[:start].rpartition("\n")[2], text[end:].partition("\n")[0]
    opening = _MARK.findall(before)
    closing = mark[0] if (mark := _MARK.search(after)) else ""
    if closing == _STRAIGHT:
        return opening.count(_STRAIGHT) % 2 == 1
    return bool(opening and closing) and opening[-1] in _OPENING and closing in _CLOSING
