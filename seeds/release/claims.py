"""The reports of one claim → what each is beside the others: its rank, whether it is disputed, what drifted."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from schema.intervals import NUMBERS, exclude_each_other
from schema.terms import HEDGES, Bound, Drift, Hedge, Locus
from seeds.release.figures import Figure


@dataclass(frozen=True, slots=True)
class Report:
    """One estimate as a report of its claim."""

    number: int
    id: str
    article: str
    published: str
    locus: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Standing:
    """What a report is beside the others of its claim."""

    rank: int = 0
    compared: bool = False
    disputed: bool = False
    drift: Drift | None = None
    drift_from: str | None = None


def standings(reports: Sequence[Report]) -> Iterator[tuple[Report, Standing]]:
    """Yield the reports of a claim, body before headline, then the earliest published, with what each of them is."""
    ordered = sorted(reports, key=lambda one: (one.locus == Locus.HEADLINE, one.published, one.id))
    first_in_body: dict[str, Report] = {}
    figures: dict[str, set[Figure]] = defaultdict(set)
    for one in ordered:
        figures[one.article].add(one.figure)
        if one.locus == Locus.BODY:
            first_in_body.setdefault(one.article, one)
    excluded = {article: _excluded(found) for article, found in figures.items()}
    standing = next((one for one in ordered if one.figure.interval), None)
    for rank, one in enumerate(ordered):
        base = next(
            (other for other in (first_in_body.get(one.article), ordered[0]) if other and other is not one), None
        )
        yield (
            one,
            Standing(
                *(rank, one is standing, one.figure in excluded[one.article]),
                *((drift(base.figure, one.figure), base.id) if base else (None, None)),
            ),
        )


def _excluded(figures: set[Figure]) -> set[Figure]:
    """Return the figures that another one excludes: both cannot be true."""
    firm = [(one, (one.hedge, one.interval)) for one in figures if one.interval is not None]
    return {
        one
        for one, (hedge, interval) in firm
        if any(exclude_each_other((other_hedge, other), (hedge, interval)) for _, (other_hedge, other) in firm)
    }


def drift(last: Figure, report: Figure) -> Drift:
    """Return what changed between two reports of a claim: the side of the bound, else the number, else the hedge."""
    numbers = [[getattr(one, key) for key in NUMBERS] for one in (last, report)]
    if last.hedge is report.hedge and numbers[0] == numbers[1]:
        return Drift.SAME
    bounds = {HEDGES[last.hedge].bound, HEDGES[report.hedge].bound}
    if bounds == {Bound.FLOOR, Bound.CEILING}:
        return Drift.BOUND_REVERSED
    if {*numbers[0]} - {None} != {*numbers[1]} - {None}:
        return Drift.NUMBER_CHANGED
    if report.hedge is Hedge.NONE:
        return Drift.HEDGE_LOST
    return Drift.HEDGE_ADDED if last.hedge is Hedge.NONE else Drift.HEDGE_CHANGED
