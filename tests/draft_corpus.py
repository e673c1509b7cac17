"""Invented articles whose figures are coded by hand, and how `headcount draft` does on them: `python tests/draft_corpus.py`.

They stand in `data/draft_corpus/` with marks in their texts: `learning` are those that the rules were written by,
`held_out` those that they are judged by; who changes the rules does not look at these. A mark is
`{words|hedge|numbers|indicators|group|region}`: the words that bear a number with its hedge, the numbers that are printed,
all indicators that a coder could choose, and the ids of the group and the region, `-` where the vocabulary has none. What
is left out is not judged. `{words|?}` is a number that a coder may take or leave out.
"""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schema.fields import shown
from schema.intervals import NUMBERS
from schema.quantities import figure_of
from schema.terms import Hedge
from seeds import SHIPPED
from seeds.curated.codings import span_of_number
from seeds.drafts.article import draft_article
from seeds.drafts.documents import Document
from seeds.drafts.vocabulary import Vocabulary, read_vocabulary
from seeds.rules.wording import fault_beside, faults_of_figure

CORPUS = Path(__file__).parent / "data" / "draft_corpus"
_MARK = re.compile(r"\{([^{}|]+)\|([^{}]*)\}")
_SLOTS = ("indicator", "group", "region")


@dataclass(frozen=True)
class Coded:
    """A figure as it is coded by hand, with its place; `hedge` is None where a coder may leave it out."""

    start: int
    end: int
    hedge: Hedge | None
    numbers: tuple[float | None, float | None, float | None]
    slots: dict[str, frozenset[str]]


def read_article(path: Path) -> tuple[str, list[Coded]]:
    """Return the text of an article of the corpus without its marks, and its figures."""
    marked = path.read_text(encoding="utf-8")
    text, figures, place = "", [], 0
    for mark in _MARK.finditer(marked):
        text += marked[place : mark.start()]
        hedge, numbers, *slots = [*mark[2].split("|"), "", "", "", ""][:5]
        coded = None if hedge == "?" else Hedge(hedge)
        values = figure_of(coded, tuple(map(float, numbers.split()))) if coded else (None, None, None)
        kept = {slot: frozenset(filter(None, ids.split(","))) for slot, ids in zip(_SLOTS, slots, strict=True)}
        figures.append(Coded(len(text), len(text) + len(mark[1]), coded, values, kept))
        text += mark[1]
        place = mark.end()
    return text + marked[place:], figures


def drafted(text: str, vocabulary: Vocabulary) -> list[dict[str, Any]]:
    """Return the entries that are drafted from a text."""
    document = Document.read("article.txt", text.encode(), is_html=False)
    entries: list[dict[str, Any]] = draft_article(document, vocabulary, "en")["estimates"]
    return entries


def _stands_at(entry: dict[str, Any], coded: Coded) -> bool:
    """Return whether the number of an entry stands in the words that are coded."""
    number = span_of_number(entry, "en")
    return number is not None and number[0] < coded.end and number[1] > coded.start


def _is_right(entry: dict[str, Any], coded: Coded, text: str) -> bool:
    """Return whether an entry has the numbers and the hedge that are coded, and words at its place that bear them."""
    start, end = entry["evidence"]["start"], entry["evidence"]["end"]
    record = {**dict.fromkeys(("derived", *NUMBERS)), **entry}
    is_borne = text[start:end] == entry["wording"] and not list(faults_of_figure(record, None, "en"))
    is_borne &= fault_beside(record, text, start, "en") is None
    return is_borne and entry["hedge"] is coded.hedge and tuple(map(entry.get, NUMBERS)) == coded.numbers


def measure(folder: str, *, details: bool = False) -> Counter[str]:
    """Return how the figures of a folder of the corpus are drafted: numbers of figures by what became of them."""
    vocabulary = read_vocabulary(SHIPPED, "en")
    counts: Counter[str] = Counter()
    for path in sorted((CORPUS / folder).glob("*.txt")):
        text, figures = read_article(path)
        entries = drafted(text, vocabulary)
        counts["articles"] += 1
        for entry in entries:
            matches = [coded for coded in figures if _stands_at(entry, coded)]
            if any(coded.hedge for coded in matches) or not matches:
                counts["proposed"] += 1
            if details and not matches:
                print(f"{path.name}: no figure: {shown(entry['wording'])}, {entry['draft']['because']}")
        for coded in figures:
            if coded.hedge:
                _count(coded, [entry for entry in entries if _stands_at(entry, coded)], text, counts)
    return counts


def _count(coded: Coded, entries: list[dict[str, Any]], text: str, counts: Counter[str]) -> None:
    counts["coded"] += 1
    if not entries:
        return
    entry = entries[0]
    counts["found"] += 1
    counts["right"] += _is_right(entry, coded, text)
    for slot in _SLOTS:
        if expected := coded.slots[slot]:
            value = entry[slot]
            is_right = value in expected or (value is None and expected == {"-"})
            counts[f"{slot} {'right' if is_right else 'empty' if value is None else 'wrong'}"] += 1


def table() -> str:
    """Return the table of seeds/README.md."""
    learning, held_out = measure("learning"), measure("held_out")
    both = (learning, held_out)
    rows = [
        ["figures that were coded", *(str(counts["coded"]) for counts in both)],
        ["of these, found", *(_share(counts, "found", "coded") for counts in both)],
        ["of what is proposed, figures", *(_share(counts, "found", "proposed") for counts in both)],
        ["of those found: number, hedge and place right", *(_share(counts, "right", "found") for counts in both)],
    ]
    for slot in _SLOTS:
        ends = [[str(counts[f"{slot} {end}"]) for end in ("right", "empty", "wrong")] for counts in both]
        rows.append([f"{slot}: right, empty, wrong", *map(", ".join, ends)])
    heads = [f"{learning['articles']} articles that the rules were written by", f"{held_out['articles']} others"]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [["", *heads], ["---", "---:", "---:"], *rows])


def _share(counts: Counter[str], part: str, whole: str) -> str:
    return f"{counts[part]} of {counts[whole]}, {counts[part] / counts[whole]:.0%}"


if __name__ == "__main__":
    print(table())
