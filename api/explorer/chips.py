"""The chosen filters of a page as chips: each in words, with the address of the same question without it."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from api.formats.phrases import hedge_in_words, unit_in_words, when, words
from api.query.question import Pairs, Question, address, without
from api.read.records import names_of

_RECORDS = {
    **{kind: kind for kind in ("region", "group", "indicator", "source", "article")},
    **{"attributed_to": "source", "place": "region"},
}
"""The filters whose values are ids of records with names, with the kind of these records."""
_LABELS = {
    **{"region": "Region", "group": "Group", "indicator": "Of what", "source": "Said by", "article": "Printed in"},
    **{"attributed_to": "Speaker as printed", "place": "Place as printed", "claim": "Claim", "hedge": "How firmly"},
    **{"source_kind": "Kind of source", "publisher": "Publisher", "agency": "News agency", "unit": "Unit"},
    **{"as_of": "Time", "stated": "Said in", "published": "Published", "q": "Words"},
    **{"value_min": "At least", "value_max": "At most", "kind": "Kind", "change": "Change"},
}
_WORDS: Mapping[str, Callable[[str], str]] = {
    **{"hedge": hedge_in_words, "source_kind": words, "unit": unit_in_words, "kind": words},
    **dict.fromkeys(("as_of", "stated", "published"), when),
}
"""How the values of a filter are put in words, where they are neither names nor numbers."""
_SENTENCES = {
    ("locus", "headline"): "in a headline",
    ("locus", "body"): "not in a headline",
    ("not_locus", "headline"): "not in a headline",
    ("not_locus", "body"): "in a headline",
    ("derived", "true"): "worked out from another figure",
    ("derived", "false"): "not worked out from another figure",
    ("disputed", "true"): "disputed",
    ("disputed", "false"): "not disputed",
    ("anonymous", "true"): "speaker not named",
    ("anonymous", "false"): "speaker named",
    ("compatible", "true"): "figures that agree",
    ("region_scope", "exact"): "the place itself, without places in it",
    ("region_scope", "overlapping"): "also combined places that it is part of",
    ("value_match", "certain"): "certainly within these numbers",
    ("distinct", "claim"): "one report of each claim",
}
"""The chips that need no label."""
_OF_A_PAGE = ("offset", "cursor", "typed")
"""The parameters that no longer hold for another question."""


@dataclass(frozen=True)
class Chip:
    """A chosen filter in words, and the address without it; `is_alternative`: another value of the same filter."""

    text: str
    url: str
    is_alternative: bool


def chips_of(path: str, question: Question, required: frozenset[str] = frozenset()) -> list[Chip]:
    """Return the chips of the page at a path; there is none for a parameter that it cannot do without."""
    parameters = question.canonical
    kept = without(parameters, *_OF_A_PAGE)
    names = _names(kept)
    chips: list[Chip] = []
    before = ""
    for pair in kept:
        name = pair[0]
        if name in required or (pair not in _SENTENCES and name.removeprefix("not_") not in _LABELS):
            continue
        rest = tuple(other for other in kept if other != pair)
        chips.append(Chip(_text(*pair, names), address(path, rest), is_alternative=name == before))
        before = name
    return chips


def _names(parameters: Pairs) -> Mapping[tuple[str, str], str]:
    """Return the names of the records that parameters name, by their kind and id."""
    ids = defaultdict(set)
    for name, value in parameters:
        if kind := _RECORDS.get(name.removeprefix("not_")):
            ids[kind].add(value)
    return {(kind, id_): name for kind, of_kind in ids.items() for id_, name in names_of(kind, of_kind).items()}


def _text(name: str, value: str, names: Mapping[tuple[str, str], str]) -> str:
    """Return a filter in words: `Region: Iraq`, `How firmly: not at most`."""
    if (name, value) in _SENTENCES:
        return _SENTENCES[name, value]
    filter_ = name.removeprefix("not_")
    in_words = _WORDS.get(filter_, str)
    shown: Any = names.get((_RECORDS.get(filter_, ""), value)) or in_words(value)
    return f"{_LABELS[filter_]}: {'not ' if filter_ != name else ''}{shown}"
