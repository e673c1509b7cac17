"""The filters: their parameters, and the columns that they compare.

A filter is one row of a table here. Filters compare columns of `estimates`; the other resources take the same filters
and answer with the records that at least one matching estimate refers to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, select

from schema import tables
from schema.terms import Locus, SourceKind

Parameters = Mapping[str, Any]
"""Validated query parameters, from a query schema: name → value."""

_ESTIMATES = tables.estimates.c


class RegionScope(StrEnum):
    """The regions that a filter by region finds: with those below it, it alone, or also combined regions with it."""

    WITHIN = "within"
    EXACT = "exact"
    OVERLAPPING = "overlapping"


class ValueMatch(StrEnum):
    """Whether a stated interval overlaps the one from value_min to value_max, or certainly lies in it."""

    OVERLAP = "overlap"
    CERTAIN = "certain"


class Distinct(StrEnum):
    """The kinds of records for which a list holds one estimate each."""

    CLAIM = "claim"


@dataclass(frozen=True)
class VocabularyFilter:
    """A filter whose values are words: names of records, or terms of a closed vocabulary.

    `column` is a column of `estimates` or `series_rollup`, `word_column` the column that holds the words. If both are
    the same, it is compared with the words; else `column` holds positions of the records in `word_column`'s table.
    `terms` is the closed vocabulary, if there is one. `by_id` says whether the words are ids (publishers, agencies
    and units have none). `kind` is the kind of the records that the words name, where the filter has another name.
    """

    name: str
    column: Column[Any]
    word_column: Column[Any]
    meaning: str
    example: str
    terms: type[StrEnum] | None = None
    by_id: bool = True
    kind: str = ""


def _record_filter(name: str, other_names: str, example: str) -> VocabularyFilter:
    """Return the filter of the records that estimates refer to by a position."""
    meaning = f"Id, name, {other_names}in any case. Repeat it, or use commas, for one or the other."
    return VocabularyFilter(name, _ESTIMATES[f"{name}_position"], tables.RESOURCES[f"{name}s"].c.id, meaning, example)


_INDICATORS, _SOURCES, _ARTICLES = tables.indicators.c, tables.sources.c, tables.articles.c
_PRINTED = (
    "What the report's own text calls {}: id, name, {}in any case; without words of its own, that of its claim. "
    "Repeat it, or use commas."
)


def _as_printed_filter(name: str, kind: str, meaning: str, example: str) -> VocabularyFilter:
    """Return the filter of the records of a kind that the words in an estimate's `name` stand for."""
    word_column = tables.RESOURCES[f"{kind}s"].c.id
    return VocabularyFilter(name, _ESTIMATES[f"{name}_position"], word_column, meaning, example, kind=kind)


_CLAIM, _HEDGE = "Id of a claim. Repeat it, or use commas.", "Id or name of a hedge; see /hedges."

VOCABULARY_FILTERS = (
    _record_filter("region", "ISO code or alias, ", "iraq"),
    _record_filter("group", "or alias, ", "islamic-state"),
    _record_filter("indicator", "or alias, ", "fighters"),
    _record_filter("source", "or alias, ", "pentagon"),
    _as_printed_filter("attributed_to", "source", _PRINTED.format("the speaker", "or alias, "), "pentagon"),
    _as_printed_filter("place", "region", _PRINTED.format("the place", "ISO code or alias, "), "iraq"),
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
    VocabularyFilter(
        *("agency", _ESTIMATES.article_position, _ARTICLES.agency),
        *("The name of the news agency that the article credits, in any case.", "The Associated Press"),
        by_id=False,
    ),
    VocabularyFilter("locus", _ESTIMATES.locus, _ESTIMATES.locus, "Headline or body.", "headline", Locus),
    VocabularyFilter(
        *("unit", _ESTIMATES.indicator_position, _INDICATORS.unit),
        *("What is counted: a unit that an indicator of the dataset has.", "persons"),
        by_id=False,
    ),
)


@dataclass(frozen=True)
class PeriodColumns:
    """A filter by dates: the columns of the first and the last day, null where open, and the filter's description."""

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
        "Whether the name of the source is withheld: of the claim's, whatever the report's own text calls it.",
    ),
}
"""Name → the condition on `estimates`, and the description."""

FILTER_NAMES = frozenset(
    (
        *(f"{negation}{filter_.name}" for filter_ in VOCABULARY_FILTERS for negation in ("", "not_")),
        *(*DATE_FILTERS, *FLAG_FILTERS, "value_min", "value_max", "q", "distinct"),
    )
)
"""The parameters that exclude estimates. The others say how these are read, or how a list is ordered and written."""

SINGLE = ("region", "group", "indicator")
"""The kinds of records for which the loader stores counts of estimates."""
