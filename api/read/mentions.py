"""The groups, indicators and regions of the release that a text names, and which of them a number is about."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import select

from api import context
from api.read.reported_numbers import KINDS
from schema import tables
from schema.mentions import MentionedText, NameFinder, nearest
from schema.terms import NameKind


def mentioned_in(text: str) -> MentionedText:
    """Return a text with its mentions of the names of the request's release."""
    return MentionedText(text, _finder(context.release().fingerprint))


@lru_cache(maxsize=4)
def _finder(_release: bytes) -> NameFinder:
    """Return the finder of a release's names; codes such as `IN` are no names of a text."""
    names = tables.names.c
    rows = context.connection().execute(
        select(names.kind, names.id, names.written).where(names.kind.in_(KINDS), names.why != NameKind.CODE)
    )
    return NameFinder(each for row in rows for each in _in_both_numbers(*row))


def _in_both_numbers(kind: str, id_: str, written: str) -> Iterator[tuple[str, str, str]]:
    """Yield a name; that of an indicator also without its plural's `s`: "fighters", "fighter"."""
    yield kind, id_, written
    if kind == "indicator" and written.endswith("s"):
        yield kind, id_, written.removesuffix("s")


class Subject(NamedTuple):
    """What a number is about, of one kind: `ids` if the text tells it, or else the `candidates` that the text names."""

    ids: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()


def subject_of(text: MentionedText, kind: str, start: int, end: int) -> Subject:
    """Return what the number at a place is about: the nearest mention in its sentence.

    Where the sentence has none, it is the only record of this kind that the text names. Of several none is chosen: they
    are candidates.
    """
    if mentions := text.in_sentence(kind, start, end):
        return Subject(nearest(mentions, start, end).ids)
    named = text.ids(kind)
    return Subject(named) if len(named) == 1 else Subject((), named)
