"""The schemas of articles, of the estimates in them, and of the claims that estimates report."""

from marshmallow import Schema, fields

from schema.fields import (
    Day,
    Edtf,
    Flag,
    Id,
    Language,
    Licence,
    ListOf,
    Number,
    Part,
    Pattern,
    Reference,
    Sha256,
    Term,
    Text,
    Whole,
)
from schema.terms import AsOfBasis, Drift, Hedge, Locus, PublishedBasis, ResolvedBasis
from schema.vocabulary import (
    GroupSchema,
    HedgeSchema,
    IndicatorSchema,
    Record,
    RegionSchema,
    SourceSchema,
    UsageSchema,
    about,
    stub_of,
)

LONGEST_WORDING = 80
"""Characters."""


class PeriodSchema(Record):
    """An EDTF date with its first and last day."""

    edtf = Edtf(required=True, metadata=about("The date in EDTF (ISO 8601-2).", "2017-07"))
    start = Day(dump_only=True, allow_none=True, metadata=about("First day, included; null where open."))
    end = Day(dump_only=True, allow_none=True, metadata=about("Last day, included; null where open."))


class AsOfSchema(PeriodSchema):
    """The time that a number describes."""

    basis = Term(AsOfBasis, required=True, metadata=about("From what that time is known."))


class StatedSchema(PeriodSchema):
    """The time at which a source said a number."""

    note = Text(
        load_default=None,
        allow_none=True,
        metadata=about("The reasoning behind a date that the text does not give, in a sentence."),
    )


class PublishedSchema(PeriodSchema):
    """The date of publication of an article."""

    basis = Term(PublishedBasis, required=True, metadata=about("Whether the date was printed or inferred."))
    note = Text(
        load_default=None,
        allow_none=True,
        metadata=about("The reasoning behind an inferred date, in a sentence."),
    )


class DocumentSchema(Record):
    """The text that an article was coded from. Only its name and hash are published, not the text."""

    name = Text(120, required=True, metadata=about("The document's file name."))
    sha256 = Sha256(required=True, metadata=about("SHA-256 of the document's bytes."))


class ArticleSchema(Record):
    """An article that reports estimates."""

    id = Id(required=True, metadata=about("What the record is called, for ever."))
    title = Text(300, required=True, metadata=about("The headline, as printed."))
    publisher = Text(200, required=True, allow_none=True, metadata=about("Who published it; null: not known."))
    author = Text(200, required=True, allow_none=True, metadata=about("Who wrote it; null: not said."))
    agency = Text(
        200,
        required=True,
        allow_none=True,
        metadata=about("The news agency that the article itself credits."),
    )
    published = Part(PublishedSchema, required=True, metadata=about("When it appeared."))
    language = Language(required=True, metadata=about("BCP 47 tag of the language it is in.", "en"))
    url = Pattern(
        "^https?://[!-~]+$",
        "an address that begins with http:// or https://",
        500,
        required=True,
        allow_none=True,
        metadata=about("Where it was published; null: not known."),
    )
    licence = Licence(
        load_default=None,
        allow_none=False,  # in answers: the loader fills it in
        metadata=about("The licence of what is coded from it (SPDX); by default that of the dataset.", "CC-BY-4.0"),
    )
    cite = Text(
        load_default=None,
        allow_none=True,
        metadata=about("How those who gave the data ask to be cited; null: as the dataset."),
    )
    document = Part(DocumentSchema, required=True, metadata=about("The text that was coded."))
    estimates = Part(UsageSchema, dump_only=True, metadata=about("The estimates that it reports."))
    sources = Whole(dump_only=True, metadata=about("Number of different sources of these estimates.", 3))


class ClaimStubSchema(Record):
    """A claim as estimates show it: its id, and the numbers of its reports and articles."""

    id = Id(metadata=about("What the claim is called, for ever."))
    reports = Whole(metadata=about("Number of estimates that report this claim."))
    articles = Whole(metadata=about("Number of articles that they stand in."))


class EvidenceSchema(Record):
    """The place of a wording in its document: a Web Annotation TextPositionSelector, or the row of a table."""

    document = Text(dump_only=True, metadata=about("The document's file name."))
    sha256 = Sha256(dump_only=True, metadata=about("SHA-256 of the document's bytes."))
    start = Whole(
        load_default=None,
        allow_none=True,
        metadata=about("First code point of the wording, counted from 0; null where the document is a table."),
    )
    end = Whole(
        load_default=None,
        allow_none=True,
        metadata=about("The code point after its last; null where the document is a table."),
    )
    row = Whole(
        1,
        load_default=None,
        allow_none=True,
        metadata=about("Of a table: which record of it, counted from 1; null where the document is a text."),
    )


DerivedSchema = Record.from_dict(
    {
        "from": Id(required=True, metadata=about("The estimate that this one is worked out from.")),
        "factor": Number(required=True, metadata=about("What its numbers are multiplied by, as worded.", 0.5)),
    },
    name="DerivedSchema",
)


class AsPrintedSchema(Record):
    """Words by which a report's own text calls what the claim's source or region is resolved to."""

    wording = Text(LONGEST_WORDING, required=True, metadata=about("These words, verbatim."))
    start = Whole(required=True, metadata=about("Their first code point in the document, counted from 0."))
    end = Whole(required=True, metadata=about("The code point after their last."))
    basis = Term(
        ResolvedBasis,
        required=True,
        metadata=about("Whether the text itself says that they mean the source or region of the claim."),
    )
    note = Text(
        load_default=None,
        allow_none=True,
        metadata=about("The reasoning where that is inferred, in a sentence."),
    )


GroupStub = stub_of(GroupSchema, "id", "name", name="GroupStubSchema")
IndicatorStub = stub_of(IndicatorSchema, "id", "name", "unit", "kind", name="IndicatorStubSchema")
RegionStub = stub_of(RegionSchema, "id", "name", "iso", name="RegionStubSchema")
SourceStub = stub_of(SourceSchema, "id", "name", "kind", "anonymous", name="SourceStubSchema")
STUBS: dict[str, type[Schema]] = {
    "group": GroupStub,
    "indicator": IndicatorStub,
    "region": RegionStub,
    "source": SourceStub,
}
"""What other records show of a term, by the key that refers to it."""


class AttributedToSchema(AsPrintedSchema):
    """What a report's own text calls the speaker."""

    source = Reference(SourceStub, required=True, metadata=about("Whom the words by themselves stand for."))


class PlaceSchema(AsPrintedSchema):
    """What a report's own text calls the place."""

    region = Reference(RegionStub, required=True, metadata=about("Which region the words by themselves stand for."))


PublishedStub = stub_of(PublishedSchema, "edtf", "start", "end", "basis", name="PublishedStubSchema")
ArticleStub = stub_of(
    ArticleSchema,
    "id",
    "title",
    "publisher",
    "agency",
    "published",
    "url",
    "licence",
    name="ArticleStubSchema",
    published=Part(PublishedStub, metadata=about("When it appeared.")),
)


class EstimateSchema(Record):
    """An estimate: the report of a claim by one article, with the figure as printed, its source and its region."""

    id = Id(required=True, metadata=about("What the record is called, for ever."))
    url = fields.String(dump_only=True, metadata=about("Where this record is."))
    group = Reference(GroupStub, required=True, metadata=about("Whom the figure is about."))
    indicator = Reference(IndicatorStub, required=True, metadata=about("What is counted."))
    region = Reference(RegionStub, required=True, metadata=about("Where the figure holds."))
    low = Number(load_default=None, allow_none=True, metadata=about("The lower number; null: not said.", 400))
    best = Number(load_default=None, allow_none=True, metadata=about("The central number; null: not said."))
    high = Number(load_default=None, allow_none=True, metadata=about("The upper number; null: not said.", 500))
    low_inclusive = Flag(
        dump_only=True, allow_none=True, metadata=about("Whether low itself is meant; null where low is.")
    )
    high_inclusive = Flag(
        dump_only=True, allow_none=True, metadata=about("Whether high itself is meant; null where high is.")
    )
    hedge = Term(Hedge, required=True, metadata=about("How firmly it was said; see /hedges."))
    wording = Text(
        LONGEST_WORDING,
        required=True,
        metadata=about("The words that bear the number and its hedge, verbatim.", "does not exceed 400 to 500"),
    )
    quoted = Flag(
        load_default=False,
        metadata=about("Whether the wording stands inside quotation marks, as the source's own words."),
    )
    granularity = Number(
        dump_only=True,
        allow_none=True,
        metadata=about("The power of ten that the figure is rounded to.", 100),
    )
    summary = Text(required=True, metadata=about("What was said, in our words."))
    scope = Text(load_default=None, allow_none=True, metadata=about("What the figure leaves out."))
    locus = Term(Locus, required=True, metadata=about("Where in the article the figure stands."))
    derived = Part(
        DerivedSchema,
        load_default=None,
        allow_none=True,
        metadata=about("Where the numbers were worked out and not printed: from which estimate, and how."),
    )
    disputed = Flag(
        dump_only=True,
        metadata=about("Whether the same article reports the same claim with a number that excludes this one."),
    )
    as_of = Part(AsOfSchema, required=True, metadata=about("The time that the number describes."))
    stated = Part(
        StatedSchema,
        load_default=None,
        allow_none=True,
        metadata=about("When the source said it; null: not known."),
    )
    claim = Reference(ClaimStubSchema, required=True, metadata=about("The claim that this reports."))
    source = Reference(
        SourceStub, required=True, metadata=about("Who said it, as resolved for all reports of the claim.")
    )
    attributed_to = Part(
        AttributedToSchema,
        load_default=None,
        allow_none=True,
        metadata=about("What this report's own text calls the speaker; null: it names the source of the claim."),
    )
    place = Part(
        PlaceSchema,
        load_default=None,
        allow_none=True,
        metadata=about("What this report's own text calls the place; null: it names the region of the claim."),
    )
    article = Part(ArticleStub, dump_only=True, metadata=about("Who printed it."))
    evidence = Part(EvidenceSchema, required=True, metadata=about("Where its document bears it."))


class EnvelopeSchema(Record):
    """The union of the numbers that the reports of a claim admit, derived estimates left out; nothing is averaged.

    An end is null where one report leaves it open ("up to 7,000" has no low), or where nobody stated it.
    """

    low = Number(
        dump_only=True, allow_none=True, metadata=about("The lowest number admitted; null: open, or unstated.")
    )
    best = Number(
        dump_only=True,
        allow_none=True,
        metadata=about(
            "The best, where all reports that give one give the same; a headline's counts only without its body."
        ),
    )
    high = Number(dump_only=True, allow_none=True, metadata=about("The highest number; null: open, or unstated.", 7000))
    low_inclusive = Flag(
        dump_only=True, allow_none=True, metadata=about("Whether low itself is meant; null where low is.")
    )
    high_inclusive = Flag(
        dump_only=True, allow_none=True, metadata=about("Whether high itself is meant; null where high is.", True)
    )


ReportSchema = stub_of(
    EstimateSchema,
    *("id", "url", "low", "best", "high", "low_inclusive", "high_inclusive", "hedge", "wording", "quoted"),
    *("granularity", "summary", "scope", "locus", "derived", "disputed", "stated", "attributed_to", "place", "article"),
    "evidence",
    name="ReportSchema",
    drift=Term(
        Drift,
        dump_only=True,
        allow_none=True,
        metadata=about("What changed since the report that it is compared with; null for the first."),
    ),
    drift_from=Id(
        dump_only=True,
        allow_none=True,
        metadata=about("That report: the first in the body of its own article, else the claim's first; null: neither."),
    ),
)


class WireSchema(Record):
    """The articles of a claim that carry the copy of one news agency: however many they are, they are one wire."""

    agency = Text(200, metadata=about("The agency that they credit."))
    articles = ListOf(Id(), metadata=about("Their ids."))


class ClaimSchema(Record):
    """A claim: the figure that a source gave on one occasion, with every report of it."""

    id = Id(metadata=about("What the record is called, for ever."))
    url = fields.String(metadata=about("Where this record is."))
    group = Part(GroupStub, metadata=about("Whom the figure is about."))
    indicator = Part(IndicatorStub, metadata=about("What is counted."))
    region = Part(RegionStub, metadata=about("Where the figure holds."))
    source = Part(SourceStub, metadata=about("Who said it."))
    as_of = Part(AsOfSchema, metadata=about("The time that the number describes."))
    envelope = Part(EnvelopeSchema, metadata=about("The widest numbers said in all reports."))
    estimates = Part(UsageSchema, metadata=about("The reports as estimates."))
    articles = Whole(metadata=about("Number of articles that the reports stand in."))
    outlets = Whole(
        metadata=about("Number of publishers of these articles; one without a known publisher counts as an outlet.")
    )
    agencies = Whole(metadata=about("Number of news agencies that these articles credit.", 1))
    wires = ListOf(
        fields.Nested(WireSchema),
        metadata=about("Which articles share a wire: each agency with those that credit it. They retell one text."),
    )
    reports = ListOf(
        fields.Nested(ReportSchema),
        metadata=about("Every report: body before headline, the earliest published, quoted ones, then as in its text."),
    )


SCHEMAS: dict[str, type[Schema]] = {
    "groups": GroupSchema,
    "regions": RegionSchema,
    "indicators": IndicatorSchema,
    "sources": SourceSchema,
    "articles": ArticleSchema,
    "hedges": HedgeSchema,
    "claims": ClaimSchema,
    "estimates": EstimateSchema,
}
"""The schema of each resource, in the order in which a release lists them."""
