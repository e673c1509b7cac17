"""The comparison of the reports of one claim: their rank, whether they are disputed, and their drift."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from schema.intervals import NUMBERS, exclude_each_other
from schema.terms import HEDGES, Bound, Drift, Hedge, Locus
from seeds.release.figures import Figure


@dataclass(frozen=True, slots=True)
class Report:
    """An estimate as a report of its claim; `number` is its number in the staging file."""

    number: int
    id: str
    article: str
    published: str
    locus: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a report compares with the others of its claim.

    `rank` is its place among them, from 0; `compared`: it stands for the claim where claims are compared; `drift` is
    the change since the report `drift_from`.
    """

    rank: int = 0
    compared: bool = False
    disputed: bool = False
    drift: Drift | None = None
    drift_from: str | None = None


def compare_reports(reports: Sequence[Report]) -> Iterator[tuple[Report, Comparison]]:
    """Yield the reports of a claim with their comparisons, by rank: body before headline, earliest published, id."""
    ordered = sorted(reports, key=lambda report: (report.locus == Locus.HEADLINE, report.published, report.id))
    first_in_body: dict[str, Report] = {}
    figures: dict[str, set[Figure]] = defaultdict(set)
    for report in ordered:
        figures[report.article].add(report.figure)
        if report.locus == Locus.BODY:
            first_in_body.setdefault(report.article, report)
    excluded = {article: _excluded(figures_of_article) for article, figures_of_article in figures.items()}
    representative = next((report for report in ordered if report.figure.interval), None)
    for rank, report in enumerate(ordered):
        bases = (first_in_body.get(report.article), ordered[0])
        base = next((base for base in bases if base and base is not report), None)
        yield (
            report,
            Comparison(
                *(rank, report is representative, report.figure in excluded[report.article]),
                *((drift(base.figure, report.figure), base.id) if base else (None, None)),
            ),
        )


def _excluded(figures: set[Figure]) -> set[Figure]:
    """Return the figures that another figure excludes, because both cannot be true."""
    intervals = {figure: (figure.hedge, figure.interval) for figure in figures if figure.interval is not None}
    return {
        figure
        for figure, interval in intervals.items()
        if any(exclude_each_other(other, interval) for other in intervals.values())
    }


def drift(base: Figure, report: Figure) -> Drift:
    """Return the drift between two reports of a claim: of the bound's side, else of the numbers, else of the hedge."""
    before, after = ([getattr(figure, key) for key in NUMBERS] for figure in (base, report))
    if base.hedge is report.hedge and before == after:
        return Drift.SAME
    bounds = {HEDGES[base.hedge].bound, HEDGES[report.hedge].bound}
    if bounds == {Bound.FLOOR, Bound.CEILING}:
        return Drift.BOUND_REVERSED
    if {*before} - {None} != {*after} - {None}:
        return Drift.NUMBER_CHANGED
    if report.hedge is Hedge.NONE:
        return Drift.HEDGE_LOST
    return Drift.HEDGE_ADDED if base.hedge is Hedge.NONE else Drift.HEDGE_CHANGED
