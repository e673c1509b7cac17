"""/answer: sentences made of the data, for any question about estimates.

A topic is one indicator of one group in one region. Its newest claim is told: who said it, how it was printed, what
contradicts it, and who else gives a figure. The question chooses the topics and their claims; what is told of a claim
is the whole claim, since a filter that leaves only a headline must not make its figure that of the speaker, and since
"no other source" has to be true without the question.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from marshmallow import Schema, fields

from api import context
from api.endpoints.conflicts import conflicts_of
from api.endpoints.endpoint import Blueprint
from api.endpoints.envelope import ItemLinksSchema
from api.formats import sentences
from api.formats.phrases import count
from api.formats.sentences import MOST_TOLD, Sentence, SentenceKind
from api.http.answers import Answer, Rendered, answer
from api.query.filters import DATE_FILTERS, Distinct, Parameters, RegionScope
from api.query.parameters import distinct_parameter, filter_fields
from api.query.question import QuerySchema, Question, active_filters, address
from api.read.newest import read_newest
from api.read.records import claims_by_id
from api.read.topics import KINDS, names_of_terms, nearest_estimate, number_of_topics
from schema.fields import Id, ListOf, Part, Term, Whole
from schema.records import GroupStub, IndicatorStub, RegionStub
from schema.vocabulary import about

MOST_TOPICS = 3
_PAGES = ((0, 50), (50, 150))
"""Offset and size of the pages of estimates in which topics are looked for; the first is stored ready."""
_NAMED = {*KINDS, "source", "as_of", "distinct"}
"""The filters that need no mention beside their terms where a question finds nothing."""


class SentenceSchema(Schema):
    """A sentence, with what it was made of."""

    kind = Term(
        SentenceKind,
        metadata=about(
            "claim: who said what. reports: how often it was printed, and how. reversed: a report that turns the "
            "bound around. contradiction: what contradicts it. others: other figures for that time. "
            "alone: there are none. nothing: the question finds no estimate.",
            "claim",
        ),
    )
    text = fields.String(metadata=about("The sentence, as plain text.", "Printed in 2 articles."))
    claims = ListOf(Id(), metadata=about("The claims whose figures it tells."))
    estimates = ListOf(Id(), metadata=about("The estimates whose figures it tells."))


class TopicSchema(Schema):
    """One indicator of one group in one region, with the sentences about its newest claim."""

    indicator = Part(IndicatorStub, metadata=about("What is counted."))
    group = Part(GroupStub, metadata=about("Whom the figures are about."))
    region = Part(RegionStub, metadata=about("Where they hold: just there, not in regions below."))
    claim = Id(metadata=about("The newest claim."))
    sentences = ListOf(fields.Nested(SentenceSchema), metadata=about("What is told of it."))


class AnswerSchema(Schema):
    """The answer in sentences."""

    answer = fields.String(metadata=about("All sentences, as plain text; a line for each topic."))
    topics = ListOf(fields.Nested(TopicSchema), metadata=about(f"At most {MOST_TOPICS}, those of the newest claims."))
    nothing = Part(
        SentenceSchema, allow_none=True, metadata=about("That nobody said anything; null where somebody did.")
    )
    more = Whole(metadata=about("How many other topics the question finds.", 4))


class AnswerMetaSchema(Schema):
    """The `meta` of the answer in sentences."""

    total = fields.Integer(required=True, metadata={"description": "How many estimates match."})
    dataset = fields.String(required=True, metadata={"description": "The version of the dataset that was read."})


_sentence = SentenceSchema()
_enveloped = Schema.from_dict(
    {
        "data": fields.Nested(AnswerSchema, required=True),
        "meta": fields.Nested(AnswerMetaSchema, required=True),
        "links": fields.Nested(ItemLinksSchema, required=True),
    },
    name="AnswerItemSchema",
)
_schema = QuerySchema.from_dict({"distinct": distinct_parameter(), **filter_fields()}, name="AnswerQuerySchema")()
blueprint = Blueprint("answer", __name__, description="The answer in sentences.")


@blueprint.endpoint("/answer", schema=_schema, body=_enveloped)
def get_answer(question: Question) -> Answer:
    """Get the answer in sentences.

    Under the same filters as /estimates: for each of at most three topics (one indicator of one group in one region)
    its newest claim, how it was printed, which reports reverse it, what contradicts it, and who else gives a figure for
    that time; each sentence with the claims and estimates that it is made of. The filters choose the topics and their
    claims; of a claim all reports are told, and every claim that contradicts it or is of the same time. Nothing is
    averaged or summed, and no number is told that nobody said.
    """
    path = address("/answer", question.canonical)

    def render() -> Rendered:
        answered = answer_of(question.parameters)
        meta = {"total": answered.total, "dataset": context.release().version}
        return orjson.dumps({"data": answered.data, "meta": meta, "links": {"self": path}}), {}

    return answer(path, render)


class Answered(NamedTuple):
    """The answer to a query: `data` is as `AnswerSchema` describes it.

    `total` is the number of estimates that the query finds, `claims` are the claims that are told, in their order.
    """

    data: dict[str, Any]
    total: int
    claims: Sequence[Mapping[str, Any]]


def answer_of(query: Parameters) -> Answered:
    """Return the answer to a query."""
    claims, more, total = _newest_claims(query)
    topics = [
        {
            **{kind: claim[kind] for kind in KINDS},
            "claim": claim["id"],
            "sentences": [_sentence.dump(sentence) for sentence in _tell(claim)],
        }
        for claim in claims
    ]
    nothing = None if total else _sentence.dump(_tell_nothing(query))
    lines = [" ".join(sentence["text"] for sentence in topic["sentences"]) for topic in topics]
    if nothing:
        lines.append(nothing["text"])
    if more:
        lines.append(f"Not told here: {count(more, 'other topic')}.")
    data = {"answer": "\n".join(lines), "topics": topics, "nothing": nothing, "more": more}
    return Answered(data, total, claims)


def _newest_claims(query: Parameters) -> tuple[list[dict[str, Any]], int, int]:
    """Return the newest claim of each topic that is told, the numbers of other topics, and of estimates.

    Topics are looked for in the first pages of estimates, so where these are all of one topic, fewer are told.
    """
    claims: dict[tuple[str, ...], str] = {}
    read = total = 0
    for offset, limit in _PAGES:
        estimates, total = read_newest(query, offset, limit)
        read += len(estimates)
        for estimate in estimates:
            claims.setdefault(tuple(estimate[kind]["id"] for kind in KINDS), estimate["claim"]["id"])
        if len(claims) >= MOST_TOPICS or read == total:
            break
    topics = len(claims) if read == total else number_of_topics(query)
    told = list(claims.values())[:MOST_TOPICS]
    return list(claims_by_id(told).values()), topics - len(told), total


def _tell(claim: Mapping[str, Any]) -> list[Sentence]:
    """Return the sentences about a claim."""
    conflicts, all_conflicts = conflicts_of(claim["id"], MOST_TOLD)
    others, all_others = read_newest(_others(claim), 0, MOST_TOLD)
    reversals = sentences.tell_reversals(claim)
    return [
        sentences.tell_claim(claim),
        sentences.tell_reports(claim),
        *reversals,
        *sentences.tell_contradictions(claim, conflicts, all_conflicts, reversals),
        sentences.tell_others(claim, others, all_others),
    ]


def _others(claim: Mapping[str, Any]) -> Parameters:
    """Return the filters of the other claims on the topic of a claim whose time overlaps."""
    return {
        **{kind: [claim[kind]["id"]] for kind in KINDS},
        "region_scope": RegionScope.EXACT,
        "as_of": claim["as_of"]["edtf"],
        "not_claim": [claim["id"]],
        "distinct": Distinct.CLAIM,
    }


def _tell_nothing(query: Parameters) -> Sentence:
    """Return the sentence that says that a query finds nothing, with the nearest time where only `as_of` bars it."""
    filters = active_filters(query)
    narrowed = bool(filters.keys() - _NAMED) or query["region_scope"] is not RegionScope.WITHIN
    nearest = nearest_estimate(query) if filters.keys() & DATE_FILTERS.keys() == {"as_of"} else None
    return sentences.tell_nothing(names_of_terms(query), query.get("as_of"), nearest, narrowed=narrowed)
