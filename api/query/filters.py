"""The filters: which parameters there are, and which columns each of them compares.

A filter is one row of a table here. Filters compare columns of `estimates`; the other resources take the same filters
and answer with the records that at least one matching estimate refers to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, select

from schema import tables
from schema.terms import Locus, SourceKind, Unit

Parameters = Mapping[str, Any]
"""Validated query parameters: name → value, as the query schema gives them."""

_ESTIMATES = tables.estimates.c


class RegionScope(StrEnum):
    """Which regions a region stands for in a filter."""

    WITHIN = "within"
    EXACT = "exact"
    OVERLAPPING = "overlapping"


class ValueMatch(StrEnum):
    """How a stated interval has to meet the one from value_min to value_max."""

    OVERLAP = "overlap"
    CERTAIN = "certain"


class Distinct(StrEnum):
    """What may stand in a list once only."""

    CLAIM = "claim"


@dataclass(frozen=True)
class VocabularyFilter:
    """A filter whose values are words: names of records, or terms of a closed vocabulary.

    `column` is one of `estimates` or `series_rollup`. It is compared with the words themselves where `of` is the same
    column, else with the positions of the records whose `of` is one of the words. `terms` is the closed vocabulary, if
    it is one; `by_id` says whether the records have ids (publishers have none).
    """

    name: str
    column: Column[Any]
    of: Column[Any]
    meaning: str
    example: str
    terms: type[StrEnum] | None = None
    by_id: bool = True


def _record_filter(name: str, other_names: str, example: str) -> VocabularyFilter:
    """Return the filter of the records that estimates refer to by a position."""
    meaning = f"Id, name, {other_names}in any case. Repeat it, or use commas, for one or the other."
    return VocabularyFilter(name, _ESTIMATES[f"{name}_position"], tables.RESOURCES[f"{name}s"].c.id, meaning, example)


_INDICATORS, _SOURCES, _ARTICLES = tables.indicators.c, tables.sources.c, tables.articles.c
_CLAIM, _HEDGE = "Id of a claim. Repeat it, or use commas.", "Id or name of a hedge; see /hedges."

VOCABULARY_FILTERS = (
    _record_filter("region", "ISO code or alias, ", "iraq"),
    _record_filter("group", "or alias, ", "islamic-state"),
    _record_filter("indicator", "or alias, ", "fighters"),
    _record_filter("source", "or alias, ", "pentagon"),
    _record_filter("article", "(the title) ", "officials-say-7000-affiliates-remain"),
    replace(_record_filter("claim", "", "pentagon-2016-removed"), meaning=_CLAIM),
    VocabularyFilter("hedge", _ESTIMATES.hedge, _ESTIMATES.hedge, _HEDGE, "up_to"),
    VocabularyFilter(
        "source_kind", _ESTIMATES.source_position, _SOURCES.kind, "What kind of speaker.", "military", SourceKind
    ),
    VocabularyFilter(
        *("publisher", _ESTIMATES.article_position, _ARTICLES.publisher),
        *("The publisher's name, in any case.", "InsiderBLM"),
        by_id=False,
    ),
    VocabularyFilter("locus", _ESTIMATES.locus, _ESTIMATES.locus, "Headline or body.", "headline", Locus),
    VocabularyFilter("unit", _ESTIMATES.indicator_position, _INDICATORS.unit, "What is counted.", "persons", Unit),
)


@dataclass(frozen=True)
class PeriodColumns:
    """A filter of dates: the columns of the first and last day, which are null where open, and what it means."""

    start: Column[Any]
    end: Column[Any]
    meaning: str


DATE_FILTERS = {
    "as_of": PeriodColumns(_ESTIMATES.as_of_start, _ESTIMATES.as_of_end, "The time that the number describes"),
    "stated": PeriodColumns(_ESTIMATES.stated_start, _ESTIMATES.stated_end, "When the source said it"),
    "published": PeriodColumns(_ARTICLES.published_start, _ARTICLES.published_end, "When the article appeared"),
}

FLAG_FILTERS = {
    "derived": (_ESTIMATES.derived, "Whether the numbers were worked out and not printed."),
    "disputed": (_ESTIMATES.disputed, "Whether another report in the same article excludes this one."),
    "anonymous": (
        _ESTIMATES.source_position.in_(select(_SOURCES.position).where(_SOURCES.anonymous.is_(True))),
        "Whether the source's name is withheld.",
    ),
}
"""Name → what it asks of `estimates`, and the meaning."""

FILTER_NAMES = frozenset(
    (
        *(f"{negation}{filter_.name}" for filter_ in VOCABULARY_FILTERS for negation in ("", "not_")),
        *(*DATE_FILTERS, *FLAG_FILTERS, "value_min", "value_max", "q", "distinct"),
    )
)
"""The parameters that exclude estimates: not those that only say how others are read, or order a list."""

SINGLE = ("region", "group", "indicator")
"""What the loader counts by, and lists estimates by."""
