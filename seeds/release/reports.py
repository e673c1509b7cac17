"""The comparison of the reports of one claim: their rank, whether they are disputed, and their drift."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from schema.intervals import NUMBERS, exclude_each_other
from schema.terms import Drift, Hedge, Locus, are_opposite
from seeds.release.figures import Figure


@dataclass(frozen=True, slots=True)
class Report:
    """An estimate as a report of its claim.

    `number` is that in the staging file, `start` its place in the text, `place` the region that the text names.
    """

    figure: Figure
    number: int
    id: str
    article: str
    published: str
    locus: str
    quoted: int
    start: int
    place: str
    scope: str | None

    @property
    def order(self) -> tuple[bool, str, bool, str, int, str]:
        """Return the sort key of reports of a claim.

        Body before headline, earliest published, quotation before paraphrase, first in the text of its article.
        """
        return self.locus == Locus.HEADLINE, self.published, not self.quoted, self.article, self.start, self.id


class Comparison(NamedTuple):
    """How a report compares with the others of its claim; the fields are columns of `estimates`.

    `claim_rank` is its place among them, from 0; `compared`: it stands for the claim where claims are compared;
    `in_body_too`: it is a headline, and the body of its article reports the claim too; `drift` is the change since the
    report `drift_from`.
    """

    claim_rank: int = 0
    compared: bool = False
    in_body_too: bool = False
    disputed: bool = False
    drift: Drift | None = None
    drift_from: str | None = None


def compare_reports(reports: Sequence[Report]) -> Iterator[tuple[Report, Comparison]]:
    """Yield the reports of a claim with their comparisons, by rank; see `Report.order`."""
    ordered = sorted(reports, key=attrgetter("order"))
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
                claim_rank=rank,
                compared=report is representative,
                in_body_too=report.locus == Locus.HEADLINE and report.article in first_in_body,
                disputed=report.figure in excluded[report.article],
                drift=drift(base, report) if base else None,
                drift_from=base.id if base else None,
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


def drift(base: Report, report: Report) -> Drift:
    """Return the drift between two reports of a claim: of the figure, else of its place, else of its scope."""
    if figure_drift := _drift_of_figure(base.figure, report.figure):
        return figure_drift
    if base.place != report.place:
        return Drift.PLACE_CHANGED
    return Drift.SCOPE_LOST if base.scope and not report.scope else Drift.SAME


def _drift_of_figure(base: Figure, report: Figure) -> Drift | None:
    """Return the drift of the bound's side, else of the numbers, else of the hedge; None where the figure is the same.

    No number changed where all numbers of the report are among those of its base: "up to 500" after "400 to 500".
    """
    if are_opposite(base.hedge, report.hedge):
        return Drift.BOUND_REVERSED
    before, after = _numbers(base), _numbers(report)
    if report.hedge is Hedge.VAGUE and base.hedge is not Hedge.VAGUE:
        return Drift.VAGUER if _is_magnitude_of(before, report.granularity) else Drift.NUMBER_CHANGED
    if not after <= before or (report.hedge is Hedge.VAGUE and report.granularity != base.granularity):
        return Drift.NUMBER_CHANGED
    if base.hedge is report.hedge and before == after:
        return None
    if report.hedge is Hedge.NONE:
        return Drift.HEDGE_LOST
    return Drift.HEDGE_ADDED if base.hedge is Hedge.NONE else Drift.HEDGE_CHANGED


def _numbers(figure: Figure) -> set[float]:
    return {number for key in NUMBERS if (number := getattr(figure, key)) is not None}


def _is_magnitude_of(numbers: set[float], magnitude: float | None) -> bool:
    """Return whether a vague word fits one of the numbers: "hundreds" fits 100 to 999, "most" has no magnitude."""
    return magnitude is None or any(magnitude <= number < 10 * magnitude for number in numbers)
