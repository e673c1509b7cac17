"""The tables of a release and their indexes, declared here and nowhere else.

**Records.** Each of the eight resources is one table in the order in which it is listed: `position` is a record's place
in that order (estimates newest first, articles and all others by id), and other tables refer to a record by it. Its
columns are those that queries compare and sort by; its JSON, rendered once by the loader, is the answer. The JSON of
estimates is a table of its own, so that a scan of columns does not read it. The JSON of claims is not stored: it is
made of the JSON of their estimates (`schema.claim_json`).

**Serving tables.** They repeat data of the other tables in the order in which common queries read it:
`region_estimates` (the estimates of each region, newest first), `first_pages` (the first page of these lists),
`estimate_counts`, `series_rollup` and `word_counts` (numbers of estimates), and `closures` (which term contains which).
A release never changes, so no copy becomes stale.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import Boolean, Column, Enum, Float, ForeignKey, Index, Integer, MetaData, String, Table

from schema import terms

metadata = MetaData()

APPLICATION_ID = 0x48434E54  # "HCNT" in the header of the SQLite file
FORMAT = 6
"""The version of these tables and of the keys of their records; `user_version` of a release's file."""
PAGE_SIZE = 16_384
"""Bytes of a page of the file: about ten rendered estimates, so that little of a page stays empty."""


def _term(vocabulary: type[StrEnum]) -> Enum:
    return Enum(vocabulary, native_enum=False, values_callable=list, length=20, create_constraint=True)


def _text(name: str, *, null: bool = False, **more: Any) -> Column[str]:
    return Column(name, String, nullable=null, **more)


def _number(name: str, **more: Any) -> Column[float]:
    return Column(name, Float, nullable=True, **more)


def _whole(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


def _period(name: str) -> list[Column[Any]]:
    """Return the columns of a date's first and last day; both are null where there is no date, one where it is open."""
    return [_text(f"{name}_start", null=True), _text(f"{name}_end", null=True)]


def _reference(table: str, name: str = "", *, indexed: bool = True) -> Column[int]:
    """Return the column that refers to a record of another table by its position there."""
    name = f"{name or table.removesuffix('s')}_position"
    return Column(name, Integer, ForeignKey(f"{table}.position"), nullable=False, index=indexed)


def _resource(name: str, *columns: Column[Any], rendered: bool = True) -> Table:
    all_columns: list[Column[Any]] = [
        Column("position", Integer, primary_key=True),
        _text("id", unique=True, index=True),
        *columns,
    ]
    return Table(name, metadata, *all_columns, *([_text("json")] if rendered else []))


def _named(name: str, *columns: Column[Any]) -> Table:
    return _resource(name, _text("name"), _whole("estimates_count"), *columns)


groups = _named("groups", _whole("sources"))

regions = _named(
    "regions",
    Column("kind", _term(terms.RegionKind), nullable=False),
    _text("iso", null=True),
    Column("parent", String, ForeignKey("regions.id"), nullable=True),
    _whole("sources"),
)

indicators = _named(
    "indicators",
    *(_text("unit"), Column("kind", _term(terms.IndicatorKind), nullable=False)),
    _whole("sources"),
)

hedges = _named("hedges", Column("bound", _term(terms.Bound), nullable=False), Column("firm", Boolean, nullable=False))

sources = _named(
    "sources", Column("kind", _term(terms.SourceKind), nullable=False), Column("anonymous", Boolean, nullable=False)
)

articles = _resource(
    "articles",
    _text("title"),
    *(_text(name, null=True, index=True) for name in ("publisher", "agency")),
    *(*_period("published"), _whole("estimates_count"), _whole("sources")),
    *(_text("licence"), _text("cite", null=True)),
)


def _shared(*, indexed: bool) -> list[Column[Any]]:
    """Return the columns that claims and estimates share: group, indicator, region, source and as_of."""
    kinds = ("groups", "indicators", "regions", "sources")
    return [*(_reference(kind, indexed=indexed) for kind in kinds), *_period("as_of")]


claims = _resource(
    "claims",
    *_shared(indexed=False),
    *(_number(f"envelope_{name}") for name in ("low", "best", "high")),
    *(Column(f"envelope_{end}_inclusive", Boolean) for end in ("low", "high")),
    *(_whole(name) for name in ("estimates_count", "articles", "outlets", "agencies")),
    # That of the latest article which carries it.
    _text("published_start", null=True),
    rendered=False,
)
# Finds the claims that were printed last, and covers what their order compares, since an import may have one day only.
Index("claims_published", claims.c.published_start, claims.c.id)

estimates = _resource(
    "estimates",
    *_shared(indexed=True),
    *(_reference(kind) for kind in ("articles", "claims")),
    # What the report's own text calls the speaker and the place; those of the claim where it says nothing else.
    *(_reference("sources", "attributed_to"), _reference("regions", "place")),
    Column("hedge", _term(terms.Hedge), ForeignKey("hedges.id"), nullable=False, index=True),
    Column("locus", _term(terms.Locus), nullable=False, index=True),
    Column("quoted", Boolean, nullable=False),
    *(_number(name, index=True) for name in ("low", "best", "high", "granularity")),
    *(Column("low_inclusive", Boolean), Column("high_inclusive", Boolean)),
    _text("scope", null=True),
    *(Column(name, Boolean, nullable=False, index=True) for name in ("derived", "disputed")),
    *_period("stated"),
    _text("published_start", null=True, index=True),
    # The drift since another report of its claim, and the id of that report; null where there is none to compare with.
    *(Column("drift", _term(terms.Drift)), _text("drift_from", null=True)),
    # Computed at load, for filters: the numbers that the figure admits (a null value_low is a vague
    # figure, a null value_high is open), its rank among the reports of its claim, whether it is the first of them that
    # admits numbers, which stands for the claim where claims are compared, and whether it is a headline whose body
    # reports the claim too: it never narrows what the body says.
    *(_number("value_low"), _number("value_high")),
    *(Column("value_low_inclusive", Boolean), Column("value_high_inclusive", Boolean)),
    _whole("claim_rank"),
    *(Column(name, Boolean, nullable=False) for name in ("compared", "in_body_too")),
    # The first and last day of as_of, counted from 0001-01-01 as day 1; null where open.
    *(Column("as_of_first_day", Integer), Column("as_of_last_day", Integer)),
    rendered=False,
)
# Finds the estimates of a series, and covers all columns that the comparison of claims reads.
Index(
    "estimates_compared",
    *(estimates.c[f"{kind}_position"] for kind in ("group", "indicator", "region")),
    *(estimates.c[key] for key in ("value_low", "value_high", "value_low_inclusive", "value_high_inclusive")),
    *(estimates.c[key] for key in ("as_of_first_day", "as_of_last_day", "scope", "claim_position", "compared")),
)

for _name in ("low", "best", "high"):
    # Finds the estimates that print a number, by what they are about.
    _about = (estimates.c[f"{kind}_position"] for kind in ("indicator", "group", "region"))
    Index(f"estimates_{_name}", estimates.c[_name], *_about)

for _dated, _name in ((articles, "published"), (claims, "as_of"), (estimates, "as_of"), (estimates, "stated")):
    Index(f"{_dated.name}_{_name}", _dated.c[f"{_name}_start"], _dated.c[f"{_name}_end"])

estimates_rendered = Table(
    "estimates_rendered",
    metadata,
    *(Column("position", Integer, ForeignKey("estimates.position"), primary_key=True), _text("json")),
)
"""The JSON of each estimate, stored in the order of the list, newest first."""

RESOURCES = {table.name: table for table in metadata.sorted_tables if "id" in table.c and "position" in table.c}
"""The tables that are resources, by name."""
SEARCHED = tuple(name for name in RESOURCES if name != "claims")
"""The resources that full text finds; a claim is found by its estimates."""


ANY, ANY_YEAR = 0, -1
"""In a serving table, in place of a position or of a year: all positions, all years."""


def _clustered(name: str, *columns: Column[Any]) -> Table:
    """Return a table whose rows are stored in the order of its key."""
    return Table(name, metadata, *columns, sqlite_with_rowid=False)


def _key(name: str) -> Column[int]:
    return Column(name, Integer, primary_key=True, autoincrement=False)


region_estimates = _clustered(
    "region_estimates", *(_key(name) for name in ("region_position", "indicator_position", "position"))
)
"""For each region, the estimates of it and of all regions within it, newest first: all (ANY), and by indicator."""

FIRST_PAGE, LEAST_LISTED = 50, 200
"""The number of estimates on a first page, and the number of estimates that a list with a first page exceeds."""

first_pages = _clustered(
    "first_pages",
    *(_key(name) for name in ("region_position", "indicator_position")),
    _text("json"),
)
"""The first page of each long list of `region_estimates`: the JSON of its estimates, a line each.

It is read in one piece; otherwise each estimate is read from another page of the file. Shorter lists have none, because
their copies together would be nearly as large as all records."""

estimate_counts = _clustered(
    "estimate_counts",
    *(_key(name) for name in ("region_position", "group_position", "indicator_position", "year")),
    _whole("estimates"),
)
"""The number of estimates by region (with all regions within it), group, indicator and year; each may be ANY.
An estimate counts in each year that its as_of overlaps; an open side reaches the first or the last year of the dataset.
Rows with region, group and indicator at once are of ANY_YEAR only. There are no rows of zero."""

Index(
    "estimate_counts_by_group", *(estimate_counts.c[name] for name in ("group_position", "indicator_position", "year"))
)

word_counts = _clustered("word_counts", Column("word", String, primary_key=True), _whole("estimates"))
"""The number of estimates that full text finds by each word, which is written as the index holds it."""

BEFORE_ALL, AFTER_ALL = -1, 1_000_000
"""In place of the year (or quarter, or month) of the open start, or the open end, of an as_of."""

series_rollup = _clustered(
    "series_rollup",
    *(_key(name) for name in ("indicator_position", "region_position", "group_position", "first_year", "last_year")),
    *(_whole(name) for name in ("estimates", "numbered", "claims")),
)
"""The number of estimates by indicator, region (without those within it), group, and first and last year of as_of.

`numbered` counts those that print a number, `claims` the claims that they report; each claim is in one row."""

names = _clustered(
    "names",
    *(Column(name, String, primary_key=True) for name in ("kind", "key", "id")),
    Column("why", _term(terms.NameKind), nullable=False),
    _text("written"),
)
"""Every name that a filter takes, except of claims: `key` is the name folded by `schema.names.fold`, `id` the record
that it stands for, `why` the kind of name, and `written` how it is written.

The names of the world's countries in the languages that are read have a kind of their own, which no filter takes."""

COUNTRY = "country"
"""The kind of the names of countries; their `id` is the code of ISO 3166."""

closures = _clustered(
    "closures",
    *(Column(name, String, primary_key=True) for name in ("kind", "relation")),
    *(_key(name) for name in ("whole_position", "part_position")),
)
"""The transitive closures of groups, indicators and regions (`kind`): every pair of a record and one that it contains.

`relation` is PART where the part cannot outnumber the whole. Of regions it is also each `region_scope` of a filter
(exact, within, overlapping): the parts are the regions that the filter means. A record is a part of itself."""
Index("closures_by_part", *(closures.c[name] for name in ("kind", "relation", "part_position")))

PART = "part"

versions = Table(
    "versions", metadata, Column("number", Integer, primary_key=True, autoincrement=False), _text("version")
)
"""Every version of the dataset that was loaded into this path, in order; the last is the present one."""

history = Table(
    "history",
    metadata,
    Column("number", Integer, ForeignKey("versions.number"), primary_key=True),
    Column("id", String, primary_key=True),
    _text("json", null=True),
)
"""For each version but the first, the estimates that it changed, as they were before; null: it added the estimate."""

dataset = Table(
    "dataset",
    metadata,
    *(Column("version", String, primary_key=True), Column("shipped", Boolean, nullable=False), _text("json")),
)
"""One row: the version (a digest of all records), and whether the seeds are those that ship with Headcount."""

seal = Table("seal", metadata, _text("checksum"))
"""One row: the checksum of the file, which `schema.store.seal` writes and reads."""
