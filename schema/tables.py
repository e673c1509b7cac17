"""The tables of a release and their indexes, declared here and nowhere else.

Each of the eight resources is one table: a column for every single value of its record (`region.id` → `region_id`;
lists stay in the rendered text), then what serving needs: `position` (its place in the order newest first, or by id),
`text` (what full text finds) and `json` (the record as it is answered). A release is written once and never changed,
so the copies that this makes cannot come apart.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Column, Enum, Float, ForeignKey, Index, Integer, MetaData, String, Table

from schema import terms

metadata = MetaData()

APPLICATION_ID = 0x48434E54  # "HCNT" in the header of the SQLite file


def _term(vocabulary: type[StrEnum]) -> Enum:
    return Enum(vocabulary, native_enum=False, values_callable=list, length=20, create_constraint=True)


def _text(name: str, *, null: bool = False, **more: Any) -> Column[str]:
    return Column(name, String, nullable=null, **more)


def _number(name: str) -> Column[float]:
    return Column(name, Float, nullable=True)


def _period(name: str, basis: type[StrEnum] | None = None, *, null: bool = False) -> list[Column[Any]]:
    columns: list[Column[Any]] = [
        _text(f"{name}_edtf", null=null),
        _text(f"{name}_start", null=True),
        _text(f"{name}_end", null=True),
    ]
    return columns + ([Column(f"{name}_basis", _term(basis), nullable=False)] if basis else [])


def _reference(name: str, target: str) -> Column[str]:
    return Column(name, String, ForeignKey(target), nullable=False, index=True)


def _about() -> list[Column[Any]]:
    """Return the columns of whom, what, where and who says so, which claims and estimates share."""
    return [
        *(_reference("group_id", "groups.id"), _text("group_name")),
        *(_reference("indicator_id", "indicators.id"), _text("indicator_name")),
        Column("indicator_unit", _term(terms.Unit), nullable=False),
        Column("indicator_kind", _term(terms.IndicatorKind), nullable=False),
        *(_reference("region_id", "regions.id"), _text("region_name"), _text("region_iso", null=True)),
        *(_reference("source_id", "sources.id"), _text("source_name")),
        Column("source_kind", _term(terms.SourceKind), nullable=False),
        Column("source_anonymous", Boolean, nullable=False),
        *_period("as_of", terms.AsOfBasis),
    ]


def _usage() -> list[Column[Any]]:
    return [Column("estimates_count", Integer, nullable=False), _text("estimates_url")]


def _resource(name: str, *columns: Column[Any]) -> Table:
    return Table(
        name,
        metadata,
        Column("position", Integer, primary_key=True),
        _text("id", unique=True),
        *columns,
        _text("text"),
        _text("json"),
    )


groups = _resource("groups", _text("url"), _text("name"), *_usage(), _text("definition"))

regions = _resource(
    "regions",
    _text("url"),
    _text("name"),
    *_usage(),
    Column("kind", _term(terms.RegionKind), nullable=False),
    _text("iso", null=True),
    Column("parent", String, ForeignKey("regions.id"), nullable=True),
)

indicators = _resource(
    "indicators",
    _text("url"),
    _text("name"),
    *_usage(),
    _text("definition"),
    Column("unit", _term(terms.Unit), nullable=False),
    Column("kind", _term(terms.IndicatorKind), nullable=False),
)

hedges = _resource(
    "hedges",
    _text("url"),
    _text("name"),
    *_usage(),
    _text("definition"),
    Column("bound", _term(terms.Bound), nullable=False),
    Column("firm", Boolean, nullable=False),
)

sources = _resource(
    "sources",
    _text("url"),
    _text("name"),
    *_usage(),
    Column("kind", _term(terms.SourceKind), nullable=False),
    _text("organisation", null=True),
    Column("anonymous", Boolean, nullable=False),
)

articles = _resource(
    "articles",
    _text("title"),
    *(_text(name, null=True) for name in ("publisher", "author", "agency")),
    *_period("published", terms.PublishedBasis),
    _text("published_note", null=True),
    _text("language"),
    _text("url", null=True),
    *(_text("document_name"), _text("document_sha256")),
    *_usage(),
)

claims = _resource(
    "claims",
    _text("url"),
    *_about(),
    *(_number("envelope_low"), _number("envelope_best"), _number("envelope_high")),
    *_usage(),
    Column("articles", Integer, nullable=False),
)

estimates = _resource(
    "estimates",
    _text("url"),
    *_about(),
    *(_number("low"), _number("best"), _number("high")),
    *(Column("low_inclusive", Boolean), Column("high_inclusive", Boolean)),
    Column("hedge", _term(terms.Hedge), ForeignKey("hedges.id"), nullable=False, index=True),
    _text("wording"),
    _number("granularity"),
    *(_text("summary"), _text("scope", null=True)),
    Column("locus", _term(terms.Locus), nullable=False),
    *(Column("derived_from", String, ForeignKey("estimates.id")), _number("derived_factor")),
    Column("disputed", Boolean, nullable=False),
    *_period("stated", null=True),
    _reference("claim_id", "claims.id"),
    *(Column("claim_reports", Integer, nullable=False), Column("claim_articles", Integer, nullable=False)),
    *(_reference("article_id", "articles.id"), _text("article_title")),
    *(_text("article_publisher", null=True, index=True), _text("article_url", null=True)),
    *_period("article_published", terms.PublishedBasis),
    *(_text("evidence_document"), _text("evidence_sha256")),
    *(Column("evidence_start", Integer, nullable=False), Column("evidence_end", Integer, nullable=False)),
    # What filters compare, worked out at load: the numbers that the figure admits (a null value_low is a vague
    # figure, a null value_high is open), its rank among the reports of its claim, and whether it is the first of them
    # that admits numbers, which stands for the claim where claims are compared.
    *(_number("value_low"), _number("value_high")),
    *(Column("value_low_inclusive", Boolean), Column("value_high_inclusive", Boolean)),
    Column("claim_rank", Integer, nullable=False),
    Column("compared", Boolean, nullable=False),
    # The first and last day of as_of, counted from 0001-01-01 as day 1; null where open.
    *(Column("as_of_first_day", Integer), Column("as_of_last_day", Integer)),
)
# All that comparing claims looks at, so that it reads this index and no row.
Index(
    "estimates_compared",
    *(estimates.c[key] for key in ("compared", "group_id", "indicator_id", "region_id", "value_low", "value_high")),
    *(estimates.c[key] for key in ("value_low_inclusive", "value_high_inclusive", "as_of_first_day", "as_of_last_day")),
    *(estimates.c[key] for key in ("indicator_kind", "scope", "claim_id", "id")),
)

RESOURCES = {table.name: table for table in metadata.sorted_tables if "position" in table.c}
"""The tables that are resources, by name."""

names = Table(
    "names",
    metadata,
    Column("kind", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("why", _term(terms.NameKind), nullable=False),
    _text("written"),
)
"""Every name that a filter takes (folded by `schema.names.fold`), what it stands for, which kind of name it is, and how
it is written."""

region_scopes = Table(
    "region_scopes",
    metadata,
    Column("region_id", String, ForeignKey("regions.id"), primary_key=True),
    Column("scope", String, primary_key=True),
    Column("member_id", String, ForeignKey("regions.id"), primary_key=True),
)
"""For each region and each way to ask for it (within, exact, overlapping), the regions whose estimates are meant."""

parts = Table(
    "parts",
    metadata,
    Column("kind", String, primary_key=True),
    Column("whole_id", String, primary_key=True),
    Column("part_id", String, primary_key=True),
)
"""For each group, indicator and region, itself and what it contains, so that no part can outnumber its whole."""

versions = Table(
    "versions", metadata, Column("number", Integer, primary_key=True, autoincrement=False), _text("version")
)
"""Every dataset version that was loaded into this place, in that order; the last is the one that is here."""

history = Table(
    "history",
    metadata,
    Column("number", Integer, ForeignKey("versions.number"), primary_key=True),
    Column("id", String, primary_key=True),
    _text("json", null=True),
)
"""For each version but the first, the estimates that it changed, as they were before it; null: there was none."""

dataset = Table(
    "dataset",
    metadata,
    Column("version", String, primary_key=True),
    Column("layout", String, nullable=False),
    Column("shipped", Boolean, nullable=False),
    Column("json", String, nullable=False),
)
"""One row: the version (a digest of all records), the layout (a digest of the tables and records that the code knew
that wrote it), and whether the seeds are those that ship with Headcount."""
