"""The warnings of a check against documents: a number may be about another group or region than it is coded for."""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from schema.mentions import MentionedText, NameFinder
from schema.terms import NameKind, RegionKind
from seeds.curated.documents import read_document
from seeds.entries import Entry, Seeds, names_of, reachable
from seeds.problems import Problem
from seeds.rules.code_lists import directly_above

_UNATTRIBUTED = "unattributed"
"""The id of the group of figures for which no group is named."""
_NAMELESS = (RegionKind.WORLDWIDE, RegionKind.UNSPECIFIED)


def warnings_of_names(seeds: Seeds, documents: Path) -> Iterator[Problem]:
    """Yield a warning where the sentence of a wording does not name the group or the region of its estimate.

    There is none where the one that is named last before it is the same, or lies within it, and the sentence names no
    other; nor where the document names none at all. The seeds have no problems; `documents` is the folder of their
    documents.
    """
    articles = {entry.file.path: entry.record for entry in seeds.articles}
    terms_by_kind = [_Terms(kind, seeds.entries(f"{kind}s")) for kind in ("group", "region")]
    for path, entries in groupby(seeds.estimates, attrgetter("file.path")):
        estimates = list(entries)
        text = read_document(documents, articles[path]["document"]["name"]).decode("utf-8", "replace")
        for terms in terms_by_kind:
            yield from terms.warnings(estimates, text)


class _Terms:
    """The groups or the regions of the seeds, whose names are looked for in texts."""

    def __init__(self, kind: str, entries: list[Entry]) -> None:
        self._kind = kind
        self._records = {entry.record["id"]: entry.record for entry in entries}
        self._above = directly_above(entries)
        self._finder = NameFinder(
            (kind, id_, name)
            for id_, record in self._records.items()
            for name, name_kind in names_of(record).items()
            if name_kind in (NameKind.NAME, NameKind.ALIAS)
        )

    def warnings(self, estimates: list[Entry], text: str) -> Iterator[Problem]:
        """Yield a warning for each estimate of a text whose number may be about another term."""
        mentioned = MentionedText(text, self._finder)
        for entry in estimates:
            if seen := self._doubt(entry, mentioned):
                what = f"{entry.record[self._kind]!r} is not named in the sentence of the wording, and {seen}"
                yield entry.problem(self._kind, f"{what}; expected the {self._kind} of the number", "another-named")

    def _doubt(self, entry: Entry, text: MentionedText) -> str | None:
        """Return what makes it doubtful that a number is about the term of its estimate; None where nothing does."""
        id_, evidence = entry.record[self._kind], entry.record["evidence"]
        record = self._records[id_]
        if id_ == _UNATTRIBUTED or record.get("kind") in _NAMELESS:
            return None
        in_sentence = text.in_sentence(self._kind, evidence["start"], evidence["end"])
        named = [other for mention in in_sentence for other in mention.ids]
        members = set(record.get("members", ()))
        if id_ in named or (members and members <= set(named)):
            return None
        others = [other for other in named if not self._is_within(other, id_)]
        if others:
            return f"the sentence names {others[0]!r}"
        mentions = text.mentions(self._kind)
        before = [mention for mention in mentions if mention.start < evidence["start"]]
        if before and not any(self._is_within(last, id_) for last in before[-1].ids):
            return f"{before[-1].ids[0]!r} is named last before it"
        if not before and mentions:
            return f"{mentions[0].ids[0]!r} is named first after it"
        return None

    def _is_within(self, other: str, id_: str) -> bool:
        """Return whether a term is another one, or lies in it."""
        return id_ in reachable(self._above, [other])
