"""Invented articles whose figures are coded by hand: they stand in `data/draft_corpus/` with marks in their texts.

A mark is `{words|hedge|numbers|indicators|group|region}`: the words that bear a number with its hedge, the numbers that
are printed, all indicators that a coder could choose, and the ids of the group and the region; `-` where the vocabulary
has none. What is left out is not judged. `{words|?}` is a number that a coder may leave out or take.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from schema.quantities import figure_of
from schema.terms import Hedge

CORPUS = Path(__file__).parent / "data" / "draft_corpus"
_MARK = re.compile(r"\{([^{}|]+)\|([^{}]*)\}")


@dataclass(frozen=True)
class Coded:
    """A figure as it is coded by hand, with its place; `hedge` is None where a coder may leave it out."""

    start: int
    end: int
    hedge: Hedge | None
    numbers: tuple[float | None, float | None, float | None]
    indicators: frozenset[str]
    group: str
    region: str


def read_article(path: Path) -> tuple[str, list[Coded]]:
    """Return the text of an article of the corpus without its marks, and its figures."""
    marked = path.read_text(encoding="utf-8")
    text, figures, place = "", [], 0
    for mark in _MARK.finditer(marked):
        text += marked[place : mark.start()]
        hedge, numbers, indicators, group, region = [*mark[2].split("|"), "", "", "", ""][:5]
        coded = None if hedge == "?" else Hedge(hedge)
        values = tuple(float(number) for number in numbers.split())
        figures.append(
            Coded(
                len(text),
                len(text) + len(mark[1]),
                coded,
                figure_of(coded, values) if coded else (None, None, None),
                frozenset(filter(None, indicators.split(","))),
                group,
                region,
            )
        )
        text += mark[1]
        place = mark.end()
    return text + marked[place:], figures
