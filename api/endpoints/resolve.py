"""/resolve: the groups, regions, sources and indicators that a name could mean; exact matches first."""

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import partial
from typing import Any

import orjson
from marshmallow import Schema, fields
from rapidfuzz import fuzz, process
from rapidfuzz.utils import default_process
from sqlalchemy import ColumnElement, Row, Select, select, union_all

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
from schema.fields import Flag, Id, Term, Whole
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
    """Why a record matches, the surest first: which of its names equals the text.

    BEGINS: a word of a name begins with it. NEAR: a name is only like it.
    """

    ID = NameKind.ID.value
    CODE = NameKind.CODE.value
    NAME = NameKind.NAME.value
    ALIAS = NameKind.ALIAS.value
    BEGINS = "begins"
    NEAR = "near"


_ORDER = list(Why)
Match = tuple[int, Why, Row[Any]]
"""A name with its likeness in percent, and why it matches."""


class MeaningSchema(Schema):
    """A record that a name could mean."""

    kind = Term(Meant, metadata=about("What it is; also the filter that takes it.", "region"))
    id = Id(metadata=about("The record's id.", "iraq"))
    name = fields.String(metadata=about("Its name.", "Iraq"))
    url = fields.String(metadata=about("Where it is.", "/regions/iraq"))
    estimates = fields.String(metadata=about("Where its estimates are.", "/estimates?region=iraq"))
    count = Whole(metadata=about("How many estimates it has.", 19))
    why = Term(
        Why,
        metadata=about(
            "Which of its names was given; begins: a word of one begins with what was given; near: one is like it.",
            "code",
        ),
    )
    matched = fields.String(metadata=about("That name, as it is written.", "IQ"))
    likeness = Whole(0, 100, metadata=about("How like it is to what was given, in percent.", 100))


_meaning = MeaningSchema()
_Q_MEANING = "A name, id, code or alias, in any case."
_schema = QuerySchema.from_dict(
    {
        "q": SearchText(required=True, metadata=about(_Q_MEANING, "daesh")),
        "kind": choose_terms("kind", Meant, metadata=about("What it may be; by default any of these.", ["group"])),
        "begins": Flag(
            load_default=False,
            metadata=about("true: names with a word that begins with it, to be suggested as one types.", True),
        ),
        **list_fields(field_names(_meaning)),
    },
    name="ResolveQuerySchema",
)()

blueprint = Blueprint("resolve", __name__, description="What a name could mean.")


@blueprint.endpoint("/resolve", schema=_schema, body=envelope_of(_meaning, many=True), media_types=MEDIA_TYPES.values())
def list_meanings(question: Question) -> Answer:
    """List what a name could mean.

    Groups, regions, sources and indicators that are called so, then those that are called nearly so, the likest first.
    With begins=true those with a word that begins so, first names that do, then by their estimates; similar ones only
    where there are none. Filters take exact names only; this tells which there are.
    """
    parameters = question.parameters
    listing = ComputedList(partial(meanings, parameters["q"], parameters.get("kind"), begins=parameters["begins"]))
    return answer_list("resolve", _meaning, question, listing)


def meanings(name: str, kinds: list[str] | None, *, begins: bool) -> list[bytes]:
    """Return the records that a name could mean as JSON, the surest first, each by the best of its names.

    With `begins` it is those with a word that begins so, and those that are like the name only where there are none.
    """
    key, kinds = fold(name), kinds or list(Meant)
    matches = _beginning(key, kinds) if begins and key else []
    if key and not matches:
        matches = _alike(key, context.connection().execute(_select_names(kinds)).all())
    best: dict[tuple[str, str], dict[str, Any]] = {}
    for likeness, why, row in matches:
        if (row.kind, row.id) not in best:
            best[row.kind, row.id] = {
                **{"kind": row.kind, "id": row.id, "name": row.name, "url": f"/{row.kind}s/{row.id}"},
                **{"estimates": address("/estimates", ((row.kind, row.id),)), "count": row.estimates},
                **{"why": why, "matched": row.written, "likeness": likeness},
            }
    return [orjson.dumps(record) for record in best.values()]


def _select_names(kinds: Sequence[str], *conditions: ColumnElement[bool]) -> Select[Any]:
    """Return the SELECT of the names of some kinds of records, each with the record's name and number of estimates."""
    names = tables.names.c
    selects = []
    for kind in kinds:
        table = tables.RESOURCES[f"{kind}s"]
        columns = select(tables.names, table.c.name, table.c.estimates_count.label("estimates"))
        selects.append(columns.join(table, table.c.id == names.id).where(names.kind == kind, *conditions))
    named = union_all(*selects).subquery()
    return select(named).order_by(named.c.kind, named.c.id, named.c.key)


def _beginning(key: str, kinds: Sequence[str]) -> list[Match]:
    """Return the names that are a folded name, then those that begin with it, then those with a later word that does.

    Those that begin so are ordered by the estimates of their records.
    """
    word = re.compile(rf"\b{re.escape(key)}")
    rows = context.connection().execute(_select_names(kinds, tables.names.c.key.contains(key, autoescape=True)))
    matches = [
        (100 * len(key) // len(row.key), Why(row.why) if row.key == key else Why.BEGINS, row)
        for row in rows
        if word.search(row.key)
    ]
    return sorted(
        matches, key=lambda match: (_ORDER.index(match[1]), not match[2].key.startswith(key), -match[2].estimates)
    )


def _alike(key: str, rows: Sequence[Row[Any]]) -> list[Match]:
    """Return the rows of names that are like a folded name, the likest first."""
    alike = process.extract(key, [row.key for row in rows], scorer=_likeness, limit=None, score_cutoff=LEAST_LIKENESS)
    matches = [
        (100, Why(rows[index].why), rows[index]) if match == key else (min(int(score), 99), Why.NEAR, rows[index])
        for match, score, index in alike
    ]
    return sorted(matches, key=lambda match: (-match[0], _ORDER.index(match[1])))


def _likeness(name: str, other: str, *, score_cutoff: float | None = None) -> float:
    """Return how like two names are, in percent: compared by letters, or by common words, which counts for less.

    Punctuation is ignored.
    """
    return max(
        fuzz.ratio(name, other, processor=default_process),
        0.9 * fuzz.token_set_ratio(name, other, processor=default_process),
    )
