"""Parameters whose values are chosen: records by any of their names, terms, or words that are written just so."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

from marshmallow import ValidationError, fields, validate
from sqlalchemy import Select, select

from api import context
from schema import tables
from schema.fields import Term
from schema.names import fold, nearest

MOST_WORDS = 20
LONGEST_ALLOWED_LIST = 60


class Choices(fields.List[Any]):
    """Words out of a list, repeated or with commas between; each may stand for one value or several.

    `meanings` gives what a word stands for, or nothing; `known` gives what there is to choose from.
    """

    def __init__(
        self,
        thing: str,
        item: fields.Field[Any],
        meanings: Callable[[str], list[str]],
        known: Callable[[], list[str]],
        **kwargs: Any,
    ) -> None:
        """Take what is chosen, in words, and marshmallow's arguments; `most` is how many words may be given."""
        self.thing, self.meanings, self.known = thing, meanings, known
        self.near: Callable[[str], list[str]] = kwargs.pop("near", lambda word: nearest(word, known()))
        self.most = kwargs.pop("most", MOST_WORDS)
        super().__init__(item, validate=validate.Length(1, self.most), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        meanings: dict[str, list[str]] = {}

        def stands_for(word: str) -> list[str]:
            if word not in meanings:
                meanings[word] = self.meanings(word)
            return meanings[word]

        # The whole first: a publisher's name may have a comma of its own.
        words = [
            word
            for given in (value if isinstance(value, list) else [value])
            for word in ([given] if stands_for(given) else given.split(","))
        ]
        if len(words) > self.most:
            raise ValidationError(f"{len(words)} values are refused; expected at most {self.most}")
        if unknown := [word for word in words if not stands_for(word)]:
            raise ValidationError([self._refusal(word) for word in unknown])
        return list(dict.fromkeys(meaning for word in words for meaning in stands_for(word)))

    def _refusal(self, word: str) -> Any:
        known = self.known()
        short = {"allowed": known} if len(known) <= LONGEST_ALLOWED_LIST else {}
        return {"message": f"no {self.thing} is called {word!r}", "did_you_mean": self.near(word)} | short


class Choice(fields.String):
    """One word out of a list, given once; `because` says why there can be no two."""

    def __init__(self, choices: Choices, because: str, **kwargs: Any) -> None:
        """Take the list of which this is one, why it is one, and marshmallow's arguments."""
        self.choices, self.because = choices, because
        super().__init__(
            metadata={
                "description": f"Id, name or alias, in any case: {because}.",
                "example": choices.metadata["example"][0],
            },
            **kwargs,
        )
        self.error_messages["required"] = f"is missing; {because}"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        found = self.choices.deserialize(value, attr, data)
        if len(found) > 1:
            raise ValidationError(f"{', '.join(found)} are {len(found)}; expected one: {self.because}")
        return found[0]


def choose_words(thing: str, words: Sequence[str], **kwargs: Any) -> Choices:
    """Return a field for words that must be written just so."""
    item = fields.String(validate=validate.OneOf(words))
    most = len(words)
    return Choices(thing, item, lambda word: [word] if word in words else [], lambda: list(words), most=most, **kwargs)


def choose_terms(thing: str, vocabulary: type[StrEnum], **kwargs: Any) -> Choices:
    """Return a field for the words of a closed vocabulary, in any case."""
    folded = {fold(term): [str(term)] for term in vocabulary}
    item = Term(vocabulary)
    return Choices(thing, item, lambda word: folded.get(fold(word), []), lambda: list(vocabulary), **kwargs)


def choose_records(thing: str, kind: str, item: fields.Field[Any], **kwargs: Any) -> Choices:
    """Return a field for records of the release, by any of their names."""

    def meanings(word: str) -> list[str]:
        if kind == "claim":
            return list(
                context.connection().scalars(select(tables.claims.c.id).where(tables.claims.c.id == fold(word)))
            )
        found = select(tables.names.c.id).where(tables.names.c.kind == kind, tables.names.c.key == fold(word))
        return list(context.connection().scalars(found.order_by(tables.names.c.id)))

    def near(word: str) -> list[str]:
        """Return the nearest names, one for each record; an alias too is a name that works."""
        rows = context.connection().execute(_names(kind))
        ids: dict[str, str] = {row.key: row.id for row in rows}
        found: dict[str, str] = {}
        for key in nearest(word, list(ids)):
            found.setdefault(ids[key], key)
        return [id_ if nearest(word, [id_]) else key for id_, key in found.items()]

    return Choices(thing, item, meanings, lambda: ids_of(kind), near=near, **kwargs)


def ids_of(kind: str) -> list[str]:
    """Return the ids of all records of a kind in this request's release."""
    return sorted({row.id for row in context.connection().execute(_names(kind))})


def _names(kind: str) -> Select[Any]:
    """Return every name of a kind of record with its id; a claim's is its id."""
    if kind == "claim":
        return select(tables.claims.c.id.label("key"), tables.claims.c.id)
    return select(tables.names.c.key, tables.names.c.id).where(tables.names.c.kind == kind)
