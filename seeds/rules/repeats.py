"""The rules of what stands twice under two ids: one article, or one estimate of it."""

from collections.abc import Hashable

from schema.claim_json import CLAIM_KEYS
from schema.intervals import NUMBERS, read_period
from schema.names import fold
from seeds.entries import Record
from seeds.rules.faults import Fault, Located

_FIGURE_KEYS = ("hedge", *NUMBERS)


def text_key(article: Record) -> Hashable:
    """Return what no two articles share: the document and the title, since one document may hold two articles."""
    return article["document"]["sha256"], fold(article["title"])


def print_key(article: Record) -> Hashable | None:
    """Return what no two articles of one publisher share: title and day; None where publisher or day is not known."""
    published = read_period(article["published"]["edtf"])
    if article["publisher"] is None or published.start is None or published.start != published.end:
        return None
    return fold(article["title"]), fold(article["publisher"]), published.edtf


def figure_key(estimate: Record) -> Hashable:
    """Return what no two estimates of a document share: their place in it, what is counted, and the figure.

    The place is the span of the wording, or a row. It may say several things, such as a figure for each of two regions,
    or of two sources; and two rows may say the same of two events.
    """
    place, derived = estimate["evidence"], estimate["derived"] or {}
    return (
        *(place["start"], place["end"], place["row"]),
        *(estimate[key] for key in CLAIM_KEYS if key != "as_of"),
        *(estimate["as_of"]["edtf"], *(estimate[key] for key in _FIGURE_KEYS)),
        *(derived.get("from"), derived.get("factor")),
    )


def fault_of_repeated_article(first: Located) -> Fault:
    """Return the fault of an article that an earlier one is, under another id."""
    what = f"is the article {first.record['id']!r} again, in {first.where('id')}; expected each article once"
    return Fault("article-repeated", "id", what)


def fault_of_repeated_estimate(first: Located) -> Fault:
    """Return the fault of an estimate that an earlier one of its document is, under another id."""
    what = f"is the estimate {first.record['id']!r} again, in {first.where('id')}; expected each figure once"
    return Fault("estimate-repeated", "id", what)
