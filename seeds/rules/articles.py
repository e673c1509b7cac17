"""The rules of one article."""

from collections.abc import Iterator

from schema.terms import PublishedBasis
from seeds.entries import Record
from seeds.rules.faults import Fault


def faults_of_article(article: Record) -> Iterator[Fault]:
    """Yield a fault where the date of an article is inferred without a note."""
    if article["published"]["basis"] is PublishedBasis.INFERRED and not article["published"]["note"]:
        yield Fault("missing-value", "published.note", "is missing; expected the reasoning behind an inferred date")
