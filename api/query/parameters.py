"""The filters, as rows of a table.

A filter is one row here. What it compares is a column of `estimates`; the other resources take the same filters and
answer with the records that have at least one estimate that matches.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from marshmallow import fields, validate
from sqlalchemy import Column, select

from api.query.choices import Choices, choose_records, choose_terms
from api.query.parsing import Question
from schema import tables
from schema.fields import Edtf, Flag, Id, Number, Strict, Term, Text
from schema.terms import Locus, SourceKind, Unit
from schema.vocabulary import about

LONGEST_SEARCH = 200


class RegionScope(StrEnum):
    """Which regions a region stands for in a filter."""

    WITHIN = "within"
    EXACT = "exact"
    OVERLAPPING = "overlapping"


class ValueMatch(StrEnum):
    """How a stated interval has to meet the one that is asked for."""

    OVERLAP = "overlap"
    CERTAIN = "certain"


class Distinct(StrEnum):
    """What may stand in a list once only."""

    CLAIM = "claim"


class SearchText(Strict, fields.String):
    """Words to search for; any text will do."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or len(value) > LONGEST_SEARCH:
            raise self.refused(value)
        return value

    expected = f"one text of at most {LONGEST_SEARCH} characters"


_ESTIMATES = tables.estimates.c


@dataclass(frozen=True)
class VocabularyFilter:
    """A filter whose values are words: records by any of their names, or terms of a closed vocabulary.

    `column` is the column of `estimates`, or of `series`, that is compared, with the words themselves where `of` is the
    same, else with the positions of the records whose `of` they are.
    """

    name: str
    column: Column[Any]
    of: Column[Any]
    meaning: str
    example: str
    terms: type[StrEnum] | None = None
    by_id: bool = True

    def field(self, *, exclude: bool = False) -> Choices:
        """Return the parameter's field, or that of its `not_` twin."""
        thing = self.name.replace("_", " ")
        meaning = f"Without those whose {self.name} is one of these." if exclude else self.meaning
        about = {"description": meaning, "example": [self.example]}
        if self.terms:
            return choose_terms(thing, self.terms, metadata=about)
        return choose_records(thing, self.name, Id() if self.by_id else Text(200), metadata=about)


_BY_NAME = "Id, name, {}in any case. Repeat it, or use commas, for one or the other."

VOCABULARY_FILTERS = (
    VocabularyFilter(
        "region", _ESTIMATES.region_position, tables.regions.c.id, _BY_NAME.format("ISO code or alias, "), "iraq"
    ),
    VocabularyFilter(
        "group", _ESTIMATES.group_position, tables.groups.c.id, _BY_NAME.format("or alias, "), "islamic-state"
    ),
    VocabularyFilter(
        "indicator", _ESTIMATES.indicator_position, tables.indicators.c.id, _BY_NAME.format("or alias, "), "fighters"
    ),
    VocabularyFilter(
        "source", _ESTIMATES.source_position, tables.sources.c.id, _BY_NAME.format("or alias, "), "pentagon"
    ),
    VocabularyFilter(
        "article",
        _ESTIMATES.article_position,
        tables.articles.c.id,
        _BY_NAME.format("(the title) "),
        "officials-say-7000-affiliates-remain",
    ),
    VocabularyFilter(
        "claim",
        _ESTIMATES.claim_position,
        tables.claims.c.id,
        "Id of a claim. Repeat it, or use commas.",
        "pentagon-2016-removed",
    ),
    VocabularyFilter("hedge", _ESTIMATES.hedge, _ESTIMATES.hedge, "Id or name of a hedge; see /hedges.", "up_to"),
    VocabularyFilter(
        "source_kind",
        _ESTIMATES.source_position,
        tables.sources.c.kind,
        "What kind of speaker.",
        "military",
        SourceKind,
    ),
    VocabularyFilter(
        "publisher",
        _ESTIMATES.article_position,
        tables.articles.c.publisher,
        "The publisher's name, in any case.",
        "InsiderBLM",
        by_id=False,
    ),
    VocabularyFilter("locus", _ESTIMATES.locus, _ESTIMATES.locus, "Headline or body.", "headline", Locus),
    VocabularyFilter(
        "unit", _ESTIMATES.indicator_position, tables.indicators.c.unit, "What is counted.", "persons", Unit
    ),
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
    "published": PeriodColumns(
        tables.articles.c.published_start, tables.articles.c.published_end, "When the article appeared"
    ),
}

FLAG_FILTERS = {
    "derived": (_ESTIMATES.derived, "Whether the numbers were worked out and not printed."),
    "disputed": (
        _ESTIMATES.disputed,
        "Whether another report in the same article excludes this one.",
    ),
    "anonymous": (
        _ESTIMATES.source_position.in_(select(tables.sources.c.position).where(tables.sources.c.anonymous.is_(True))),
        "Whether the source's name is withheld.",
    ),
}
"""Name → what it asks of `estimates`, and the meaning."""


SEARCH = (
    'Full text: every word must occur, in any form; "a phrase" in quotes, -without, this or that. '
    "A text without a word finds nothing."
)


def narrowing(query: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what of a query leaves estimates out."""
    if isinstance(query, Question):
        if query.narrowing is None:
            query.narrowing = narrowing(dict(query))
        return query.narrowing
    return {name: value for name, value in query.items() if name in _NARROWING and value is not None}


def filter_fields() -> dict[str, fields.Field[Any]]:
    """Return the parameters that every list takes, in the order in which they are documented."""
    found: dict[str, fields.Field[Any]] = {}
    for filter_ in VOCABULARY_FILTERS:
        found[filter_.name] = filter_.field()
        found[f"not_{filter_.name}"] = filter_.field(exclude=True)
    scope = (
        "How `region` and `not_region` are read: the region and all below it, the region alone, or also the combined "
        "regions that contain it."
    )
    found["region_scope"] = Term(RegionScope, load_default=RegionScope.WITHIN, metadata=about(scope, "exact"))
    for name, columns in DATE_FILTERS.items():
        text = f"{columns.meaning}: an EDTF date or interval that it overlaps, ends included."
        found[name] = Edtf(metadata=about(text, "2017-07/.."))
    lowest = (
        "The stated interval reaches this number or lies above it. An open side is open; a vague figure never matches."
    )
    found["value_min"] = Number(metadata=about(lowest, 500))
    highest = "The stated interval reaches this number or lies below it. A ceiling may be any number from 0."
    found["value_max"] = Number(metadata=about(highest, 5000))
    match = "Whether the stated interval has to overlap the one from value_min to value_max, or to lie wholly in it."
    found["value_match"] = Term(ValueMatch, load_default=ValueMatch.OVERLAP, metadata=about(match, "certain"))
    for name, (_, meaning) in FLAG_FILTERS.items():
        found[name] = Flag(metadata=about(meaning, True))
    found["q"] = SearchText(metadata=about(SEARCH, "militants"), validate=validate.Length(max=LONGEST_SEARCH))
    return found


_NARROWING = (filter_fields().keys() | {"distinct"}) - {"region_scope", "value_match"}
