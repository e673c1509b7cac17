"""The warnings of a check against documents: a number may be about another group or region than it is coded for."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from schema.names import fold
from schema.terms import NameKind, RegionKind
from seeds.curated.documents import read_document
from seeds.entries import Entry, Record, Seeds, names_of
from seeds.problems import Problem

UNATTRIBUTED = "unattributed"
"""The id of the group of figures for which no group is named."""
_NAMELESS = (RegionKind.WORLDWIDE, RegionKind.UNSPECIFIED)
_STOP, _CLOSING, _OPENING = r"[.!?\u061f]", r"[\"\u201d\u2019\u00bb)]", r"[\"\u201c\u2018\u00ab(]"
_SENTENCE_END = re.compile(
    rf"(?:(?<={_STOP})|(?<={_STOP}{_CLOSING}))\s+(?={_OPENING}?[^\Wa-z_])|(?<=[\u3002\uff01\uff1f])|\n+"
)
"""The end of a sentence: a full stop and the like before a space and a capital or a digit, or the end of a line."""


class Mention(NamedTuple):
    """A place in a text at which a term is named, and the id of the term."""

    start: int
    id: str


def warnings_of_names(seeds: Seeds, documents: Path) -> Iterator[Problem]:
    """Yield a warning where the sentence of a wording does not name the group or the region of its estimate.

    There is none where the one that is named last before it is the same, or lies within it, and the sentence names no
    other; nor where the document names none at all. The seeds have no problems; `documents` is the folder of their
    documents.
    """
    articles = {entry.file.path: entry.record for entry in seeds.articles}
    terms = {kind: _Terms(seeds.records(f"{kind}s")) for kind in ("group", "region")}
    for entry in seeds.estimates:
        text = read_document(documents, articles[entry.file.path]["document"]["name"]).decode("utf-8", "replace")
        for kind, terms_of_kind in terms.items():
            if what := terms_of_kind.doubt(entry, kind, text):
                yield entry.problem(kind, what)


class _Terms:
    """The groups or the regions of the seeds by id, which finds their names in texts."""

    def __init__(self, records: Mapping[str, Record]) -> None:
        self._records = records
        self._ids = {
            name if name.isupper() else fold(name): id_
            for id_, record in records.items()
            for name, kind in names_of(record).items()
            if kind in (NameKind.NAME, NameKind.ALIAS)
        }
        longest_first = sorted(self._ids, key=len, reverse=True)
        names = "|".join(r"\s+".join(map(re.escape, name.split())) for name in longest_first)
        self._named = re.compile(rf"(?<!\w)(?:{names})(?!\w)", re.IGNORECASE)

    def doubt(self, entry: Entry, kind: str, text: str) -> str | None:
        """Return the text of a warning where a number may be about another term than the estimate's; else None."""
        id_, evidence = entry.record[kind], entry.record["evidence"]
        record = self._records[id_]
        if id_ == UNATTRIBUTED or record.get("kind") in _NAMELESS:
            return None
        start, end = sentence_of(text, evidence["start"], evidence["end"])
        mentions = list(self._mentions(text))
        in_sentence = [mention.id for mention in mentions if start <= mention.start < end]
        members = set(record.get("members", ()))
        if id_ in in_sentence or (members and members <= set(in_sentence)):
            return None
        within = self._within(id_)
        before = [mention.id for mention in mentions if mention.start < evidence["start"]]
        others = [other for other in in_sentence if other not in within]
        if others:
            seen = f"the sentence names {others[0]!r}"
        elif before and before[-1] not in within:
            seen = f"{before[-1]!r} is named last before it"
        elif not before and mentions:
            seen = f"{mentions[0].id!r} is named first after it"
        else:
            return None
        return f"{id_!r} is not named in the sentence of the wording, and {seen}; expected the {kind} of the number"

    def _mentions(self, text: str) -> Iterator[Mention]:
        """Yield the names in a text in their order. A name in capitals, such as IS, is found in capitals only."""
        for match in self._named.finditer(text):
            words = " ".join(match[0].split())
            if id_ := self._ids.get(words) or self._ids.get(fold(words)):
                yield Mention(match.start(), id_)

    def _within(self, id_: str) -> set[str]:
        """Return the ids of a term, its members, and all terms that lie in these."""
        within: set[str] = set()
        queue = [id_]
        while queue:
            above = queue.pop()
            if above not in within:
                within.add(above)
                queue += self._records[above].get("members", ())
                queue += [
                    other
                    for other, record in self._records.items()
                    if above == record.get("parent") or above in record.get("parents", ())
                ]
        return within


def sentence_of(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the start and the end of the sentence, or the sentences, in which a span of a text stands."""
    ends = [0, *(place for match in _SENTENCE_END.finditer(text) for place in match.span()), len(text)]
    return max(place for place in ends if place <= start), min(place for place in ends if place >= end)
