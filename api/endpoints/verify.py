"""/verify: what the dataset holds about each number of a text that is sent, and who said it.

The text is neither stored nor logged.
"""

import re
from typing import Any

import orjson
from flask import Response, request
from marshmallow import Schema, ValidationError, fields
from sqlalchemy.exc import DatabaseError as QueryError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from api import context
from api.endpoints.endpoint import Blueprint
from api.http.limits import LONGEST_BODY
from api.query.question import QuerySchema, bad_request, check_version, question_of_request
from api.read.verification import Finding, Verdict, verify
from schema.fields import Edtf, Language, ListOf, Number, Part, Term, Whole
from schema.html_text import HtmlText
from schema.intervals import read_period
from schema.quantities import Kind, TextTooLong
from schema.records import EstimateSchema
from schema.store.errors import DatabaseError
from schema.terms import Hedge
from schema.vocabulary import about

JSON, PLAIN, MARKDOWN, HTML = "application/json", "text/plain", "text/markdown", "text/html"
_MARKS = re.compile("^[ >\t]+|[*]+", re.MULTILINE)
"""Marks of Markdown: of a quotation, which are no "more than", and around words that stand out."""
_CODE = re.compile("```.*?```|`[^`\n]+`", re.DOTALL)
"""Code in Markdown, which many write in plain text too: its numbers are no claims."""
_CHARSETS = ("utf-8", "utf8", "us-ascii")
MEDIA_TYPES = (JSON, PLAIN, MARKDOWN, HTML)


class VerificationError(Exception):
    """An unforeseen exception while a text is verified; it has the name of its class, and nothing of the text."""


class TextSchema(QuerySchema):
    """A text to verify."""

    text = fields.String(
        required=True,
        error_messages=dict.fromkeys(("required", "null", "invalid"), "is no text; expected a string"),
        metadata=about("The text.", "Up to 7,000 remain."),
    )
    language = Language(load_default="en", metadata=about("BCP 47 tag of the text's language.", "en"))
    as_of = Edtf(
        load_default=None,
        allow_none=True,
        metadata=about(
            "The time that the text describes; without it, numbers are compared with those of any time.", "2023-03"
        ),
    )


_text, _parameters = TextSchema(), TextSchema(exclude=["text"])
"""The body in JSON; the parameters in the address of a request with another body."""


class SubjectSchema(Schema):
    """What a number is about, of one kind."""

    ids = ListOf(fields.String(), metadata=about("The records that the text tells; empty: it does not tell.", ["iraq"]))
    candidates = ListOf(fields.String(), metadata=about("Where it does not tell: the records that it could be.", []))
    unknown_names = ListOf(
        fields.String(), metadata=about("Words that name what the dataset does not know, or only a part.", [])
    )


class FindingSchema(Schema):
    """A number of a text, and what the dataset holds about it."""

    start = Whole(metadata=about("Where the number begins in the text as it was sent, in code points.", 6))
    end = Whole(metadata=about("Where it ends.", 11))
    text = fields.String(metadata=about("The number as it is written, with its hedge.", "Up to 7,000"))
    kind = Term(Kind, metadata=about("What kind of number it is.", "count"))
    low = Number(allow_none=True, metadata=about("The lower number; null: not said.", 400))
    best = Number(allow_none=True, metadata=about("The central number; null: not said."))
    high = Number(allow_none=True, metadata=about("The upper number; null: not said.", 7000))
    hedge = Term(Hedge, metadata=about("How firmly it is said; see /hedges.", "up_to"))
    unsettled = ListOf(
        fields.String(), metadata=about("What the text leaves open, or could not be read with certainty.", [])
    )
    verdict = Term(
        Verdict,
        metadata=about(
            "borne: an estimate says this, with this hedge. unsettled: one does, but the text leaves open whether it "
            "is about the same; `unsettled` says why. hedge_lost: the hedge is dropped. hedge_changed: it is another "
            "one. bound_reversed: a ceiling became a floor, or a floor a ceiling. contradicted: a claim about "
            "the same excludes it. number_differs: a claim about the same has another number. nobody_said: nothing in "
            "the dataset is about this. not_a_claim: it counts nothing that the dataset counts, such as a date. No "
            "verdict says that a number is true.",
            "borne",
        ),
    )
    says = fields.String(metadata=about("The verdict as a sentence.", "The Pentagon said “about 15,000”."))
    group = Part(SubjectSchema, allow_none=True, metadata=about("Whom it is about; null: not a claim."))
    region = Part(SubjectSchema, allow_none=True, metadata=about("Where; null: not a claim."))
    indicator = Part(SubjectSchema, allow_none=True, metadata=about("What it counts; null: not a claim."))
    sources = Whole(metadata=about("How many distinct sources are behind the verdict; retellings count once.", 1))
    evidence = ListOf(
        fields.Nested(EstimateSchema), metadata=about("One report of each claim behind the verdict, five at most.")
    )


class VerifyMetaSchema(Schema):
    """The `meta` of a verification."""

    total = fields.Integer(required=True, metadata={"description": "How many numbers the text has."})
    dataset = fields.String(required=True, metadata={"description": "The version of the dataset that was read."})


class VerificationSchema(Schema):
    """The numbers of a text with their verdicts."""

    data = fields.List(fields.Nested(FindingSchema), required=True)
    meta = fields.Nested(VerifyMetaSchema, required=True)


_finding = FindingSchema()
blueprint = Blueprint("verify", __name__, description="The numbers of a text, and who said them.")

_BODY = {"required": True, "content": {JSON: {"schema": TextSchema}}}
"""The body in OpenAPI: only JSON, since client generators know no others; the description tells of text."""


@blueprint.route("/verify", methods=["POST"])
@blueprint.response(200, VerificationSchema)
@blueprint.alt_response(400, response="BadRequest")
@blueprint.alt_response(409, response="AnotherVersion")
@blueprint.alt_response(413, response="TooLarge")
@blueprint.alt_response(415, response="UnsupportedMediaType")
@blueprint.alt_response(429, response="TooManyRequests")
@blueprint.alt_response(500, response="InternalError")
@blueprint.alt_response(503, response="Unavailable")
@blueprint.doc(operationId="verify_text", requestBody=_BODY)
def verify_text() -> Response:
    """Verify the numbers of a text.

    Each number of the text is compared with the estimates of the group, the region and the indicator that the text
    tells. The answer says for each who said it, in which words, or that nobody did; it never says that a number is
    true. Send JSON, or the text itself as text/plain, text/markdown or text/html with `language`, `as_of` and
    `dataset` in the address. It is neither stored nor logged.
    """
    text, language, as_of = _text_of_request()
    try:
        data = findings_in(text, request.mimetype, language, as_of)
    except TextTooLong as error:
        raise RequestEntityTooLarge(str(error)) from error
    meta = {"total": len(data), "dataset": context.release().version}
    return Response(orjson.dumps({"data": data, "meta": meta}), mimetype=JSON)


def findings_in(text: str, media_type: str, language: str, as_of: str | None) -> list[dict[str, Any]]:
    """Return the findings in a text as objects of `FindingSchema`; raises TextTooLong.

    `media_type` is one of MEDIA_TYPES, `language` a BCP 47 tag, `as_of` an EDTF date.
    """
    page = HtmlText(text) if media_type == HTML else None
    read = page.text if page else text
    for marks in (_CODE, _MARKS) if media_type == MARKDOWN else (_CODE,):
        read = marks.sub(lambda match: " " * len(match.group()), read)  # as long, so that places stay
    try:
        findings = verify(read, language, read_period(as_of) if as_of else None)
    except (TextTooLong, DatabaseError, QueryError):
        raise
    except Exception as error:
        # What it says may quote the text, which is not to be logged.
        raise VerificationError(type(error).__name__).with_traceback(error.__traceback__) from None
    return [_rendered(finding, text, page) for finding in findings]


def _text_of_request() -> tuple[str, str, str | None]:
    """Return the text of the request, its language and the time that it describes; raises an HTTPException."""
    body = request.get_data()
    if len(body) > LONGEST_BODY:
        raise RequestEntityTooLarge(f"The text has more than {LONGEST_BODY:,} bytes; expected at most so many.")
    if request.mimetype not in MEDIA_TYPES:
        raise UnsupportedMediaType(f"A text is {', '.join(MEDIA_TYPES)}; expected one of these as Content-Type.")
    if request.mimetype_params.get("charset", "utf-8").lower() not in _CHARSETS:
        raise UnsupportedMediaType("The text has another charset; expected charset=utf-8, or none.")
    try:
        decoded = body.decode()
    except UnicodeDecodeError as error:
        raise BadRequest(f"The text is not UTF-8 at byte {error.start}; expected UTF-8.") from error
    parameters = question_of_request(_parameters).parameters
    if request.mimetype != JSON:
        return decoded, parameters["language"], parameters["as_of"]
    if request.query_string:
        raise BadRequest("With a JSON body, all parameters stand in it; expected none in the address.")
    try:
        sent = orjson.loads(decoded.removeprefix("\ufeff"))
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"The body is no JSON: {error}; expected an object with `text`.") from error
    if not isinstance(sent, dict):
        raise BadRequest("The body is no object; expected an object with `text`.")
    check_version(sent)
    try:
        loaded = _text.load(sent)
    except ValidationError as error:
        arguments = MultiDict({key: value for key, value in sent.items() if isinstance(value, str)})
        raise bad_request(error, arguments, _text) from error
    return loaded["text"], loaded["language"], loaded["as_of"]


def _rendered(finding: Finding, text: str, page: HtmlText | None) -> dict[str, Any]:
    """Return a finding as JSON's objects; `page` is the page that `text` is, if it is HTML."""
    quantity = finding.quantity
    start = min([quantity.start, *(words.start for words in quantity.hedges if not quantity.shared)])
    end = max([quantity.end, *(words.end for words in quantity.hedges if not quantity.shared)])
    if page:
        start, end = page.place(start), page.place(end - 1) + 1
    subjects = {kind: subject._asdict() for kind, subject in finding.subjects.items()}
    return {
        "start": start,
        "end": end,
        "text": text[start:end],
        "kind": quantity.kind,
        "low": quantity.low,
        "best": quantity.best,
        "high": quantity.high,
        "hedge": quantity.hedge,
        "unsettled": list(finding.doubts),
        "verdict": finding.verdict,
        "says": finding.says,
        **{kind: subjects.get(kind) for kind in ("group", "region", "indicator")},
        "sources": finding.sources,
        "evidence": finding.evidence,
    }
