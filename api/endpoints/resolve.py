"""/resolve: the groups, regions, sources and indicators that a name could mean; exact matches first."""

from collections.abc import Sequence
from enum import StrEnum
from functools import partial
from typing import Any

import orjson
from marshmallow import Schema, fields
from rapidfuzz import fuzz, process
from rapidfuzz.utils import default_process
from sqlalchemy import Row, select

from api import context
from api.endpoints.endpoint import Blueprint
from api.endpoints.envelope import answer_list, envelope_of
from api.formats.media_types import MEDIA_TYPES
from api.http.answers import Answer
from api.query.choices import choose_terms
from api.query.parameters import SearchText, field_names, list_fields
from api.query.question import QuerySchema, Question, address
from api.read.pages import ComputedList
from schema import tables
from schema.fields import Id, Term, Whole
from schema.names import fold
from schema.terms import NameKind
from schema.vocabulary import about

LEAST_LIKENESS = 70
"""Names that are less alike, in percent, do not match."""


class Meant(StrEnum):
    """The kinds of records that have names."""

    GROUP = "group"
    REGION = "region"
    SOURCE = "source"
    INDICATOR = "indicator"


class Why(StrEnum):
    """Why a record matches: which of its names equals the text, the surest first; NEAR: a name is only like it."""

    ID = NameKind.ID.value
    CODE = NameKind.CODE.value
    NAME = NameKind.NAME.value
    ALIAS = NameKind.ALIAS.value
    NEAR = "near"


class MeaningSchema(Schema):
    """A record that a name could mean."""

    kind = Term(Meant, metadata=about("What it is; also the filter that takes it.", "region"))
    id = Id(metadata=about("The record's id.", "iraq"))
    name = fields.String(metadata=about("Its name.", "Iraq"))
    url = fields.String(metadata=about("Where it is.", "/regions/iraq"))
    estimates = fields.String(metadata=about("Where its estimates are.", "/estimates?region=iraq"))
    why = Term(Why, metadata=about("Which of its names was given; near: one of them is like it.", "code"))
    matched = fields.String(metadata=about("That name, as it is written.", "IQ"))
    likeness = Whole(0, 100, metadata=about("How like it is to what was given, in percent.", 100))


_meaning = MeaningSchema()
_Q_MEANING = "A name, id, code or alias, in any case."
_schema = QuerySchema.from_dict(
    {
        "q": SearchText(required=True, metadata=about(_Q_MEANING, "daesh")),
        "kind": choose_terms("kind", Meant, metadata=about("What it may be; by default any of these.", ["group"])),
        **list_fields(field_names(_meaning)),
    },
    name="ResolveQuerySchema",
)()

blueprint = Blueprint("resolve", __name__, description="What a name could mean.")


@blueprint.endpoint("/resolve", schema=_schema, body=envelope_of(_meaning, many=True), media_types=MEDIA_TYPES.values())
def list_meanings(question: Question) -> Answer:
    """List what a name could mean.

    Groups, regions, sources and indicators that are called so, then those that are called nearly so, the likest first.
    Filters take exact names only; this tells which there are.
    """
    listing = ComputedList(partial(meanings, question.parameters["q"], question.parameters.get("kind")))
    return answer_list("resolve", _meaning, question, listing)


def meanings(name: str, kinds: list[str] | None) -> list[bytes]:
    """Return the records that a name could mean as JSON, the likest first, each by the best of its names."""
    names = tables.names.c
    all_names = select(tables.names).where(names.kind.in_(kinds or list(Meant)))
    rows = context.connection().execute(all_names.order_by(names.kind, names.id, names.key)).all()
    ranked = sorted(_alike(fold(name), rows), key=lambda match: (-match[0], list(Why).index(match[1])))
    best: dict[tuple[str, str], dict[str, Any]] = {}
    for likeness, why, row in ranked:
        record = {
            "kind": Meant(row.kind),
            "id": row.id,
            "url": f"/{row.kind}s/{row.id}",
            "why": why,
            "matched": row.written,
        }
        record["estimates"] = address("/estimates", ((row.kind, row.id),))
        best.setdefault((row.kind, row.id), record | {"likeness": likeness})
    for record in best.values():
        table = tables.RESOURCES[f"{record['kind']}s"]
        record["name"] = context.connection().scalar(select(table.c.name).where(table.c.id == record["id"]))
    return [orjson.dumps(_meaning.dump(record)) for record in best.values()]


def _alike(key: str, rows: Sequence[Row[Any]]) -> list[tuple[int, Why, Row[Any]]]:
    """Return the rows of names that are like a folded name, each with its likeness in percent and its reason."""
    if not key:
        return []
    matches = process.extract(key, [row.key for row in rows], scorer=_likeness, limit=None, score_cutoff=LEAST_LIKENESS)
    return [
        (100, Why(rows[index].why), rows[index]) if match == key else (min(int(score), 99), Why.NEAR, rows[index])
        for match, score, index in matches
    ]


def _likeness(name: str, other: str, *, score_cutoff: float | None = None) -> float:
    """Return how like two names are, in percent: compared by letters, or by common words, which counts for less.

    Punctuation is ignored.
    """
    return max(
        fuzz.ratio(name, other, processor=default_process),
        0.9 * fuzz.token_set_ratio(name, other, processor=default_process),
    )
