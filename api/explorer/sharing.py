"""What a page offers to those who pass it on: a description and a picture, a frame, a feed, and texts to copy."""

from collections.abc import Mapping
from typing import Any

from api.endpoints.dataset import describe
from api.explorer.copies import copies_of_list, copies_of_record
from api.explorer.rendering import ABOUT, CARD, FEED, Shared
from api.formats.jsonld import dataset_jsonld, record_jsonld
from api.formats.sentences import tell_claim, told_report
from api.query.question import Pairs, Question, address, without

_CLAIMS, _FRAME, _AS_FEED = "/claims", "/embed", ("format", "atom")
_WITH_LINKED_DATA = ("estimates", "claims")
_OF_A_PAGE = ("sort", "cursor", "offset", "limit")


def of_question(parameters: Pairs, title: str, answer: Mapping[str, Any]) -> Shared:
    """Return what the explorer offers for the parameters of a question, with its title and its answer in sentences."""
    frame, content = frame_of(parameters), without(parameters, "sort", "offset", "scale")
    told = answer["topics"][0]["sentences"][0] if answer["topics"] else answer["nothing"]
    return Shared(
        description=told["text"] if content else ABOUT,
        card=address(CARD, content),
        feed=address(_CLAIMS, (*without(content, "distinct"), _AS_FEED)),
        frame=frame,
        linked=() if content else [dataset_jsonld(describe())],
        copies=copies_of_list(title, address("/", parameters), "/estimates", without(parameters, "scale"), frame),
    )


def frame_of(parameters: Pairs) -> str:
    """Return the address of the page for frames of a question."""
    return address(_FRAME, without(parameters, "sort", "offset"))


def of_list(path: str, question: Question, title: str, about: str) -> Shared:
    """Return what the page of the list at a path offers."""
    if path == "/dataset":
        dataset = describe()
        return Shared(description=dataset["description"], linked=[dataset_jsonld(dataset)])
    feed = address(_CLAIMS, (*without(question.canonical, *_OF_A_PAGE), _AS_FEED)) if path == _CLAIMS else FEED
    copies = copies_of_list(title, address(path, question.canonical), path, question.canonical)
    return Shared(description=about, feed=feed, copies=copies)


def of_record(kind: str, record: Mapping[str, Any], path: str) -> Shared:
    """Return what the page of a record at a path offers; `kind` is the plural name of its resource."""
    name, id_ = kind.removesuffix("s"), record["id"]
    filters = (("claim", record["claim"]["id"]),) if kind == "estimates" else ((name, id_),)
    description, frame = _description(kind, record), address(_FRAME, filters)
    return Shared(
        description=description,
        card=address(CARD, ((name, id_),)),
        feed=address(_CLAIMS, (*filters, _AS_FEED)),
        frame=frame,
        linked=[record_jsonld(kind, record)] if kind in _WITH_LINKED_DATA else (),
        copies=copies_of_record(description, path, frame),
    )


def _description(kind: str, record: Mapping[str, Any]) -> str:
    """Return a record in a sentence."""
    if kind == "claims":
        return tell_claim(record).text
    if kind == "estimates":
        return str(told_report(record))
    if kind == "articles":
        return f"The figures in “{record['title']}”, each with who said it, and in which words."
    if kind == "sources":
        return f"What {record['name']} said, in which words, and who printed it."
    return f"The figures about {record['name']}, each with who said it, and in which words."
