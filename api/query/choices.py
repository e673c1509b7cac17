"""Fields of parameters with a choice of values: records by any of their names, terms of a vocabulary, fixed words."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

from marshmallow import ValidationError, fields, validate
from sqlalchemy import Select, bindparam, select

from api import context
from schema import tables
from schema.fields import Term
from schema.names import fold, nearest
from schema.store.queries import Statement

MOST_WORDS = 20
"""The most values that a parameter takes."""
LONGEST_ALLOWED_LIST = 60
"""A refusal lists the allowed values if there are at most so many."""


_NAMES, _CLAIMS = tables.names.c, tables.claims.c
_IDS = Statement(
    select(_NAMES.id).where(_NAMES.kind == bindparam("kind"), _NAMES.key == bindparam("key")).order_by(_NAMES.id)
)
_CLAIM_IDS = Statement(select(_CLAIMS.id).where(_CLAIMS.id == bindparam("key")))


class Choices(fields.List[Any]):
    """A list of words, repeated or separated by commas; each word means one value or several.

    `thing` is the noun for error messages. `meanings` returns the values that a word means, none if it is unknown;
    `known` returns all values; `near` returns the values nearest to an unknown word. At most `most` words may be given.
    """

    def __init__(
        self,
        thing: str,
        item: fields.Field[Any],
        meanings: Callable[[str], list[str]],
        known: Callable[[], list[str]],
        **kwargs: Any,
    ) -> None:
        self.thing, self.meanings, self.known = thing, meanings, known
        self.near: Callable[[str], list[str]] = kwargs.pop("near", lambda word: nearest(word, known()))
        self.most = kwargs.pop("most", MOST_WORDS)
        super().__init__(item, validate=validate.Length(1, self.most), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        meanings: dict[str, list[str]] = {}

        def meanings_of(word: str) -> list[str]:
            if word not in meanings:
                meanings[word] = self.meanings(word)
            return meanings[word]

        # The whole text is tried first, because a publisher's name may contain a comma.
        words = [
            word
            for text in (value if isinstance(value, list) else [value])
            for word in ([text] if meanings_of(text) else text.split(","))
        ]
        if len(words) > self.most:
            raise ValidationError(f"{len(words)} values are refused; expected at most {self.most}")
        if unknown := [word for word in words if not meanings_of(word)]:
            raise ValidationError([self._refusal(word) for word in unknown])
        return list(dict.fromkeys(meaning for word in words for meaning in meanings_of(word)))

    def _refusal(self, word: str) -> Any:
        """Return the error for an unknown word, with suggestions."""
        known = self.known()
        allowed = {"allowed": known} if len(known) <= LONGEST_ALLOWED_LIST else {}
        return {"message": f"no {self.thing} is called {word!r}", "did_you_mean": self.near(word)} | allowed


class Choice(fields.String):
    """A parameter that takes exactly one word; its value is a list of one. `because` says why there cannot be two."""

    def __init__(self, choices: Choices, because: str, **kwargs: Any) -> None:
        self.choices, self.because = choices, because
        metadata = {
            "description": f"Id, name or alias, in any case: {because}.",
            "example": choices.metadata["example"][0],
        }
        super().__init__(metadata=metadata, **kwargs)
        self.error_messages["required"] = f"is missing; {because}"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        values = self.choices.deserialize(value, attr, data)
        if len(values) > 1:
            raise ValidationError(f"{', '.join(values)} are {len(values)}; expected one: {self.because}")
        return values


def choose_words(thing: str, words: Sequence[str], **kwargs: Any) -> Choices:
    """Return a field for fixed words, which must be written exactly like that."""
    item = fields.String(validate=validate.OneOf(words))
    most = len(words)
    return Choices(thing, item, lambda word: [word] if word in words else [], lambda: list(words), most=most, **kwargs)


def choose_terms(thing: str, vocabulary: type[StrEnum], **kwargs: Any) -> Choices:
    """Return a field for the terms of a closed vocabulary, in upper or lower case."""
    terms = {fold(term): [str(term)] for term in vocabulary}
    item = Term(vocabulary)
    return Choices(thing, item, lambda word: terms.get(fold(word), []), lambda: list(vocabulary), **kwargs)


def choose_records(thing: str, kind: str, item: fields.Field[Any], **kwargs: Any) -> Choices:
    """Return a field for records of the request's release, by any of their names; its values are their ids."""

    def meanings(word: str) -> list[str]:
        ids = _CLAIM_IDS if kind == "claim" else _IDS
        return [id_ for (id_,) in ids.rows(context.connection(), kind=kind, key=fold(word))]

    def near(word: str) -> list[str]:
        """Return the nearest names, one for each record; its id if that is near enough."""
        ids: dict[str, str] = {row.key: row.id for row in context.connection().execute(_names(kind))}
        key_by_id: dict[str, str] = {}
        for key in nearest(word, list(ids)):
            key_by_id.setdefault(ids[key], key)
        return [id_ if nearest(word, [id_]) else key for id_, key in key_by_id.items()]

    return Choices(thing, item, meanings, lambda: ids_of(kind), near=near, **kwargs)


def ids_of(kind: str) -> list[str]:
    """Return the ids of all records of a kind in the request's release, sorted."""
    return sorted({row.id for row in context.connection().execute(_names(kind))})


def _names(kind: str) -> Select[Any]:
    """Return the SELECT of every folded name (`key`) of a kind of record, with its `id`; a claim has its id only."""
    if kind == "claim":
        return select(tables.claims.c.id.label("key"), tables.claims.c.id)
    return select(tables.names.c.key, tables.names.c.id).where(tables.names.c.kind == kind)
