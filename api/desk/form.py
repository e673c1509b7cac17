"""The fields of the desk's forms: their keys, labels and choices."""

from collections.abc import Mapping
from typing import NamedTuple

from api.formats import phrases
from schema.terms import AsOfBasis, Hedge, Locus, PublishedBasis, ResolvedBasis
from seeds.entries import Seeds
from seeds.review.fields import ARTICLE, ESTIMATE

_TERMS = {"group": "groups", "indicator": "indicators", "region": "regions", "source": "sources"}
_CLOSED = {
    "hedge": Hedge,
    "locus": Locus,
    "as_of.basis": AsOfBasis,
    "published.basis": PublishedBasis,
    **dict.fromkeys(("attributed_to.basis", "place.basis"), ResolvedBasis),
}
_ENTRY = {
    "wording": "Words of the text",
    **{"hedge": "Hedge", "low": "Low", "best": "Best", "high": "High"},
    **{"indicator": "What is counted", "group": "Group", "region": "Where", "source": "Who said it"},
    **{"as_of.edtf": "As of", "as_of.basis": "As of, known from"},
    **{"claim": "Claim", "summary": "What was said, in our words"},
}
_ENTRY_MORE = {
    **{"id": "Id", "locus": "Stands in the", "quoted": "In quotation marks", "scope": "What it leaves out"},
    **{"stated.edtf": "Said on", "stated.note": "Why that day"},
    **{"evidence.start": "Begins at", "evidence.end": "Ends at"},
    **{"attributed_to.wording": "Words for the speaker", "attributed_to.source": "These words mean"},
    **{"attributed_to.start": "They begin at", "attributed_to.end": "They end at"},
    **{"attributed_to.basis": "Known from", "attributed_to.note": "Why"},
    **{"place.wording": "Words for the place", "place.region": "They mean"},
    **{"place.start": "They begin at", "place.end": "They end at", "place.basis": "Known from", "place.note": "Why"},
    **{"derived.from": "Worked out from", "derived.factor": "Times"},
}
_ARTICLE = {
    **{"title": "Title", "publisher": "Published by", "author": "Author", "agency": "News agency"},
    **{"language": "Language", "published.edtf": "Published on", "published.basis": "That day is"},
    **{"published.note": "Why that day", "url": "Address", "id": "Id"},
}
_WIDTHS = {
    **dict.fromkeys(("wording", "claim", "summary", "title", "url", "id", "scope"), "full"),
    **dict.fromkeys(("stated.note", "published.note", "attributed_to.note", "place.note"), "full"),
    **{"hedge": "hedge", "low": "number", "best": "number", "high": "number"},
}
"""The classes of fields in the style sheet that are not half as wide as the form."""

Choice = tuple[str, str]
"""A value, and how it is called."""


class Field(NamedTuple):
    """A field of a form; one without choices is a text. `width` names its class in the style sheet."""

    key: str
    label: str
    meaning: str
    choices: list[Choice] | None
    width: str


def fields_of_entry(vocabulary: Seeds) -> tuple[list[Field], list[Field]]:
    """Return the fields of an entry, and those that are seldom needed."""
    return _fields(_ENTRY, vocabulary), _fields(_ENTRY_MORE, vocabulary)


def fields_of_article(vocabulary: Seeds) -> list[Field]:
    """Return the fields of an article."""
    return _fields(_ARTICLE, vocabulary, of_article=True)


def _fields(labels: Mapping[str, str], vocabulary: Seeds, *, of_article: bool = False) -> list[Field]:
    return [
        Field(
            key,
            label,
            _meaning(key, of_article=of_article),
            _choices(key, vocabulary),
            _WIDTHS.get(key, ""),
        )
        for key, label in labels.items()
    ]


def _meaning(key: str, *, of_article: bool) -> str:
    schema = ARTICLE if of_article else ESTIMATE
    first, _, below = key.partition(".")
    field = schema.fields[first]
    field = field.schema.fields[below] if below else field  # type: ignore[attr-defined]
    return str(field.metadata["description"])


def _choices(key: str, vocabulary: Seeds) -> list[Choice] | None:
    if key == "quoted":
        return [("true", "yes"), ("false", "no")]
    if key in _CLOSED:
        return [(str(term), phrases.words(str(term))) for term in _CLOSED[key]]
    kind = _TERMS.get(key.rpartition(".")[2])
    if kind is None:
        return None
    names = {id_: record["name"] for id_, record in vocabulary.records(kind).items()}
    return sorted(names.items(), key=lambda item: item[1].casefold())
