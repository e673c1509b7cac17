"""A verified text as a page shows it: its pieces, an entry for each different figure, and a legend of the verdicts."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from api.formats.phrases import alternatives
from api.read.doubts import UNTOLD
from api.read.verification import Verdict

Record = Mapping[str, Any]
"""A record or a finding, as the API renders it."""
Names = Mapping[str, Mapping[str, str]]
"""The names of records by kind and id."""

MOST_ARTICLES = 5
"""The most articles that are listed for one claim."""

SIGNS: Mapping[Verdict, str] = {
    Verdict.BORNE: "=",
    Verdict.UNSETTLED: "≈",
    Verdict.HEDGE_LOST: "−",  # noqa: RUF001 (a minus)
    Verdict.HEDGE_CHANGED: "~",
    Verdict.BOUND_REVERSED: "⇅",
    Verdict.CONTRADICTED: "×",  # noqa: RUF001 (a multiplication sign)
    Verdict.NUMBER_DIFFERS: "≠",
    Verdict.NOBODY_SAID: "?",
    Verdict.NOT_A_CLAIM: "",
}
"""The sign beside a figure for its verdict, for people who do not see the colours."""

MEANINGS: Mapping[Verdict, str] = {
    Verdict.BORNE: "Somebody said this number, as firmly as the text does.",
    Verdict.UNSETTLED: "Somebody said it, but the text leaves open whether it speaks of the same.",
    Verdict.HEDGE_LOST: "It was said with a hedge, such as “up to”, which the text drops.",
    Verdict.HEDGE_CHANGED: "It was said with another hedge.",
    Verdict.BOUND_REVERSED: "It was said as a ceiling and became a floor, or the other way round.",
    Verdict.CONTRADICTED: "What was said about the same excludes it.",
    Verdict.NUMBER_DIFFERS: "Another number was said about the same.",
    Verdict.NOBODY_SAID: "Nobody in the dataset gives it.",
    Verdict.NOT_A_CLAIM: "It counts nothing that the dataset counts, such as a date or an age.",
}

_UNTOLD = {
    "indicator": ("what this number counts", "all that is counted in the same unit"),
    "group": ("of which group it speaks", "every group"),
    "region": ("of which place it speaks", "every place"),
}
"""What a text does not tell, by kind of record, and what the number is then compared with."""


class Report(NamedTuple):
    """A report behind a verdict: its estimate, and the articles of its claim with what they share.

    `more` is the number of articles that are left out, `wires` are the claim's wires of more than one article.
    """

    estimate: Record
    articles: Sequence[Record]
    more: int
    wires: Sequence[Record]


@dataclass(frozen=True)
class Entry:
    """What is said of one figure, or of several that are written and judged alike.

    `subject` names what it is about, as far as the text tells; `untold` says in sentences what it does not tell.
    `places` are the numbers of the figures in the text, counted from 1.
    """

    number: int
    finding: Record
    subject: str
    untold: Sequence[str]
    reports: Sequence[Report]
    places: list[int] = field(default_factory=list)


class Piece(NamedTuple):
    """A piece of a text: plain where `verdict` is None, else a figure.

    `entry` is None for a figure that is no claim; `place` is the number of a figure that has an entry, else 0.
    """

    text: str
    verdict: Verdict | None = None
    entry: Entry | None = None
    place: int = 0


class Row(NamedTuple):
    """A row of the legend: a verdict, the number of its figures, and the place of the first; 0 if none has an entry."""

    verdict: Verdict
    figures: int
    first: int


@dataclass(frozen=True)
class VerifiedText:
    """The pieces of a text in its order, the entries of its figures, and the legend."""

    pieces: Sequence[Piece]
    entries: Sequence[Entry]
    legend: Sequence[Row]

    @classmethod
    def of(cls, text: str, findings: Iterable[Record], names: Names, claims: Mapping[str, Record]) -> "VerifiedText":
        """Return a text with its findings, which are objects of `FindingSchema` in the order of the text.

        `names` holds the names of the records that the findings name. `claims` holds by id those claims behind them
        that stand in more than one article.
        """
        entries = _Entries(names, claims)
        pieces = list(_pieces(text, findings, entries))
        counts = Counter(piece.verdict for piece in pieces if piece.verdict)
        firsts = {piece.verdict: piece.place for piece in reversed(pieces)}
        legend = [Row(verdict, counts[verdict], firsts[verdict]) for verdict in Verdict if counts[verdict]]
        return cls(pieces, entries.listed(), legend)

    @property
    def total(self) -> int:
        """Return the number of figures."""
        return sum(row.figures for row in self.legend)


def _pieces(text: str, findings: Iterable[Record], entries: "_Entries") -> Iterator[Piece]:
    end, place = 0, 0
    for finding in findings:
        start = max(finding["start"], end)
        yield Piece(text[end:start])
        end = max(finding["end"], start)
        entry = entries.entry_of(finding)
        if entry:
            place += 1
            entry.places.append(place)
        yield Piece(text[start:end], finding["verdict"], entry, place if entry else 0)
    yield Piece(text[end:])


class _Entries:
    """The entries of a text's figures; figures that are written and judged alike share one."""

    def __init__(self, names: Names, claims: Mapping[str, Record]) -> None:
        self._names, self._claims = names, claims
        self._entries: dict[tuple[Any, ...], Entry] = {}

    def entry_of(self, finding: Record) -> Entry | None:
        """Return the entry of a finding, the same for one that is alike; None if it is no claim."""
        if finding["verdict"] == Verdict.NOT_A_CLAIM:
            return None
        subjects = [(tuple(finding[kind]["ids"]), tuple(finding[kind]["candidates"])) for kind in _UNTOLD]
        alike = (
            *("".join(finding["text"].split()).casefold(), finding["verdict"], finding["says"], *subjects),
            *(estimate["id"] for estimate in finding["evidence"]),
        )
        if alike not in self._entries:
            self._entries[alike] = self._entry(len(self._entries) + 1, finding)
        return self._entries[alike]

    def listed(self) -> list[Entry]:
        """Return all entries, in the order of their first figures."""
        return list(self._entries.values())

    def _entry(self, number: int, finding: Record) -> Entry:
        told = [self._named(kind, finding[kind]["ids"]) for kind in _UNTOLD if finding[kind]["ids"]]
        untold = [self._untold(kind, finding[kind]["candidates"]) for kind in _UNTOLD if not finding[kind]["ids"]]
        reports = [self._report(estimate) for estimate in finding["evidence"]]
        # What is untold the page says itself, with the names of the records.
        doubts = [doubt for doubt in finding["unsettled"] if not doubt.startswith(UNTOLD)]
        return Entry(number, finding, ", ".join(told), [*untold, *doubts], reports)

    def _named(self, kind: str, ids: Iterable[str]) -> str:
        return alternatives([self._names[kind].get(id_, id_) for id_ in ids])

    def _untold(self, kind: str, candidates: Sequence[str]) -> str:
        what, everything = _UNTOLD[kind]
        could_be = f"it could be {self._named(kind, candidates)}" if candidates else f"it is compared with {everything}"
        return f"The text does not tell {what}; {could_be}."

    def _report(self, estimate: Record) -> Report:
        """Return a report with the articles of its claim, its own first."""
        articles, wires = [estimate["article"]], []
        if claim := self._claims.get(estimate["claim"]["id"]):
            by_id = {report["article"]["id"]: report["article"] for report in claim["reports"]}
            articles += [article for id_, article in by_id.items() if id_ != estimate["article"]["id"]]
            wires = [wire for wire in claim["wires"] if len(wire["articles"]) > 1]
        return Report(estimate, articles[:MOST_ARTICLES], max(len(articles) - MOST_ARTICLES, 0), wires)
