"""The rules of one article."""

from collections.abc import Iterator

from schema.terms import PublishedBasis
from seeds.entries import Record
from seeds.rules.faults import Fault
from seeds.rules.registries import fault_of_language


def faults_of_article(article: Record) -> Iterator[Fault]:
    """Yield faults where the date of an article is inferred without a note, or its language is not registered."""
    if article["published"]["basis"] is PublishedBasis.INFERRED and not article["published"]["note"]:
        yield Fault("missing-note", "published.note", "is missing; expected the reasoning behind an inferred date")
    if fault := fault_of_language(article["language"]):
        yield fault
