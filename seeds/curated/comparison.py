"""Two codings of the same documents compared: which figures both have, and how far their fields agree."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from schema.intervals import NUMBERS
from seeds.curated.codings import CodedFigure, Coding

Level = Literal["nominal", "ratio"]
"""How far two values are apart: they are the same or not, or by their ratio."""

NOMINAL: Level = "nominal"
RATIO: Level = "ratio"
LEVELS: dict[str, Level] = {
    **dict.fromkeys(("group", "indicator", "region", "source", "hedge"), NOMINAL),
    **dict.fromkeys(NUMBERS, RATIO),
    **dict.fromkeys(("locus", "quoted", "as_of", "stated"), NOMINAL),
}
"""The fields that are compared, and the level of measurement of each."""

Pair = tuple[CodedFigure, CodedFigure]


@dataclass(frozen=True)
class FieldAgreement:
    """How far the figures that both have agree in one field.

    `compared` is the number of those of which both give a value, `same` of these; `only_a` and `only_b` have a value
    from one only. `alpha` is Krippendorff's; None: it cannot be told, as there is nothing to compare, or all values are
    the same.
    """

    field: str
    level: Level
    compared: int
    same: int
    alpha: float | None
    only_a: int
    only_b: int


@dataclass(frozen=True)
class Comparison:
    """The figures of the documents that both codings have; the `documents` of which only one does are not compared."""

    pairs: list[Pair]
    only_a: list[CodedFigure]
    only_b: list[CodedFigure]
    documents: int
    documents_only_a: list[str]
    documents_only_b: list[str]

    @property
    def share(self) -> float | None:
        """The share of all figures that both have; None where there is no figure."""
        figures = len(self.pairs) + len(self.only_a) + len(self.only_b)
        return len(self.pairs) / figures if figures else None

    @property
    def same_figures(self) -> int:
        """The number of pairs with the same hedge and the same numbers."""
        return sum(not {"hedge", *NUMBERS} & differing(pair).keys() for pair in self.pairs)

    def fields(self) -> list[FieldAgreement]:
        """Return the agreement in each field; imports the package `krippendorff`."""
        return [_agreement(field, self.pairs) for field in LEVELS]


def compare(a: Coding, b: Coding) -> Comparison:
    """Return the comparison of two codings, document by document."""
    pairs, only_a, only_b = [], [], []
    shared = [document for document in a.figures if document in b.figures]
    for document in shared:
        matches = _matches(a.figures[document], b.figures[document])
        taken = {figure for pair in matches for figure in pair}
        pairs += matches
        only_a += [figure for figure in a.figures[document] if figure not in taken]
        only_b += [figure for figure in b.figures[document] if figure not in taken]
    others = [[name for key, name in coding.names.items() if key not in shared] for coding in (a, b)]
    return Comparison(pairs, only_a, only_b, len(shared), *others)


def differing(pair: Pair) -> dict[str, tuple[Any, Any]]:
    """Return the fields in which a pair differs, with both values; None is an empty one."""
    values = {field: tuple(_value(figure, field) for figure in pair) for field in LEVELS}
    return {field: (a, b) for field, (a, b) in values.items() if a != b}


def contradicting(pair: Pair) -> dict[str, tuple[Any, Any]]:
    """Return the fields in which a pair differs, but for those that one leaves empty; an empty number is none said."""
    differ = differing(pair).items()
    return {field: values for field, values in differ if field in NUMBERS or None not in values}


def _value(figure: CodedFigure, field: str) -> Any:
    """Return the value of a field; of a date, its EDTF."""
    value = figure.record.get(field)
    return value["edtf"] if isinstance(value, dict) else value


def _matches(a: list[CodedFigure], b: list[CodedFigure]) -> list[Pair]:
    """Return the figures of a document that both have: first those at one place, then those of the same wording.

    Where one figure could be several others, it is the one with which it agrees in most fields.
    """
    pairs: dict[CodedFigure, CodedFigure] = {}
    tests: tuple[Callable[[Pair], bool], ...] = (_at_one_place, _of_one_wording)
    for is_match in tests:
        taken = set(pairs.values())
        possible = [(x, y) for x in a if x not in pairs for y in b if y not in taken and is_match((x, y))]
        for x, y in sorted(possible, key=lambda pair: len(differing(pair))):
            if x not in pairs and y not in taken:
                pairs[x] = y
                taken.add(y)
    return [(figure, pairs[figure]) for figure in a if figure in pairs]


def _at_one_place(pair: Pair) -> bool:
    """Return whether the numbers of two figures share a character of the document."""
    a, b = pair[0].number, pair[1].number
    return a is not None and b is not None and a[0] < b[1] and b[0] < a[1]


def _of_one_wording(pair: Pair) -> bool:
    a, b = (" ".join(figure.record["wording"].split()).casefold() for figure in pair)
    return a == b


def _agreement(field: str, pairs: Sequence[Pair]) -> FieldAgreement:
    values = [(_value(a, field), _value(b, field)) for a, b in pairs]
    both = [(a, b) for a, b in values if a is not None and b is not None]
    return FieldAgreement(
        field,
        LEVELS[field],
        compared=len(both),
        same=sum(a == b for a, b in both),
        alpha=_alpha(both, LEVELS[field]),
        only_a=sum(a is not None and b is None for a, b in values),
        only_b=sum(a is None and b is not None for a, b in values),
    )


def _alpha(values: Sequence[tuple[Any, Any]], level: Level) -> float | None:
    """Return Krippendorff's alpha of the values of two coders; None where all are the same, or there are none."""
    different = sorted({value for pair in values for value in pair})
    if len(different) < 2:  # noqa: PLR2004 (chance could not have made them differ)
        return None
    import krippendorff  # noqa: PLC0415 (only installed with headcount[curate])

    coders: Iterator[tuple[Any, ...]] = zip(*values, strict=True)
    numbers = [[value if level == RATIO else different.index(value) for value in coder] for coder in coders]
    return float(krippendorff.alpha(reliability_data=numbers, level_of_measurement=level))
