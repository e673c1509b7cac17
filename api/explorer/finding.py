"""What people type into the form of `/`: names, times and words, turned into the parameters of a question."""

import re
from typing import Any

from sqlalchemy import select

from api import context
from api.formats.phrases import MONTHS
from api.query.parameters import LONGEST_SEARCH
from api.query.question import Pairs, address, without
from schema import tables
from schema.names import fold

FIND, TYPED = "find", "typed"
"""The parameters of a text to be understood, and of one that was understood as filters."""
_FROM, _TO = "from", "to"
"""The fields of the form that together are `as_of`."""
MOST_WORDS = 20
"""A text of more words is not taken for names."""
_SMALL_WORDS = frozenset(("in", "of", "by", "the", "from", "on"))
"""Words between names that ask for nothing, though "IN" is also the code of a country."""
_KINDS = ("region", "group", "indicator", "source")
"""The kinds of records in whose order a name is understood that several have."""

_YEARS = re.compile(r"([0-9]{4})[-\u2013/]([0-9]{4})")
_EDTF = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")
_DATE = re.compile(rf"(?:([0-9]{{1,2}}) )?({'|'.join(MONTHS).lower()}) ([0-9]{{4}})")


def asked(sent: Pairs) -> Pairs:
    """Return the parameters of a question that a form has sent.

    Empty fields are left out, the fields of two times become one `as_of`, and what was typed becomes filters or words.
    """
    filled = tuple((name, value) for name, value in sent if value)
    form = dict(filled)
    parameters = without(filled, _FROM, _TO, FIND)
    if _FROM in form or _TO in form:
        start, end = form.get(_FROM, ".."), form.get(_TO, "..")
        parameters = (*without(parameters, "as_of"), ("as_of", start if start == end else f"{start}/{end}"))
    for name, text in filled:
        if name == FIND:
            parameters = _with_typed(parameters, text)
    return parameters


def _with_typed(parameters: Pairs, text: str) -> Pairs:
    """Return parameters with a text added: as filters and as the text that they were understood from, or as words."""
    filters = understand(text)
    if filters is None:
        return _with_words(parameters, text)
    replaced = {TYPED, *(name for name, _ in filters if name == "as_of")}
    return (*without(parameters, *replaced), *filters, (TYPED, text))


def _with_words(parameters: Pairs, text: str) -> Pairs:
    """Return parameters with a text added to the words that are searched for."""
    words = " ".join(value for name, value in (*parameters, ("q", text)) if name == "q")
    return (*without(parameters, "q"), ("q", words))


def understand(text: str) -> Pairs | None:
    """Return the filters that a text consists of: names and a time; None if a part of it is neither."""
    tokens = fold(text).split()
    if len(tokens) > MOST_WORDS or len(text) > LONGEST_SEARCH:
        return None
    filters: list[tuple[str, str]] = []
    names = _names(tokens)
    start = 0
    while start < len(tokens):
        for end in range(len(tokens), start, -1):
            phrase = _phrase(tokens[start:end])
            if filters_of_phrase := names.get(phrase) or _time(phrase):
                filters += filters_of_phrase
                start = end
                break
        else:
            if tokens[start] not in _SMALL_WORDS:
                return None
            start += 1
    several_times = sum(name == "as_of" for name, _ in filters) > 1
    return None if several_times or not filters else tuple(dict.fromkeys(filters))


def _phrase(tokens: list[str]) -> str:
    return " ".join(tokens).strip(",")


def _names(tokens: list[str]) -> dict[str, list[tuple[str, str]]]:
    """Return the filters of each run of words that is a name, by these words."""
    ends = range(1, len(tokens) + 1)
    phrases = {_phrase(tokens[start:end]) for end in ends for start in range(end)} - _SMALL_WORDS
    columns = tables.names.c
    rows = select(columns.kind, columns.key, columns.id).where(columns.kind.in_(_KINDS), columns.key.in_(phrases))
    by_kind: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for row in context.connection().execute(rows.order_by(columns.id)):
        by_kind.setdefault(row.key, {}).setdefault(row.kind, []).append((row.kind, row.id))
    return {key: next(kinds[kind] for kind in _KINDS if kind in kinds) for key, kinds in by_kind.items()}


def _time(phrase: str) -> list[tuple[str, str]]:
    """Return the filter of a phrase that is a time (`2023`, `2016-2018`, `2023-03`, `march 2023`); else none."""
    if years := _YEARS.fullmatch(phrase):
        return [("as_of", f"{years[1]}/{years[2]}")]
    if _EDTF.fullmatch(phrase):
        return [("as_of", phrase)]
    if date := _DATE.fullmatch(phrase):
        month = [name.lower() for name in MONTHS].index(date[2]) + 1
        return [("as_of", f"{date[3]}-{month:02}" + (f"-{date[1]:0>2}" if date[1] else ""))]
    return []


def ends_of(as_of: str | None) -> tuple[str, str]:
    """Return the texts of the two fields that give an `as_of`: where it starts and ends, empty where it is open."""
    start, slash, end = (as_of or "").partition("/")
    end = end if slash else start
    return "" if start == ".." else start, "" if end == ".." else end


def understood(parameters: Pairs) -> dict[str, Any] | None:
    """Return the text that a page's filters were understood from, with the address that searches its words instead.

    None if nothing was typed, or if the text does not mean the filters of the page.
    """
    text = dict(parameters).get(TYPED)
    filters = understand(text) if text else None
    if text is None or filters is None or not set(filters) <= set(parameters):
        return None
    others = tuple(pair for pair in without(parameters, TYPED) if pair not in filters)
    return {"text": text, "words_url": address("/", _with_words(others, text))}
