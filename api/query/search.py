"""Full-text search: search texts as conditions."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, Table, false, not_, or_, select

from schema.store.queries import Search, full_text_index, indexed_position, matches

_WORD_OR_PHRASE = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')


class _Clause(NamedTuple):
    """Words and phrases joined by `or`: one of `words` occurs, or one of `excluded` does not."""

    words: list[str]
    excluded: list[str]


def search_conditions(resource: Table, text: str | None) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions of a search text on a resource: each word occurs, `or` joins two, `-` excludes one.

    No text is a syntax error. A word without a letter or digit is skipped; a text of such words alone finds nothing.
    """
    if text is None:
        return
    clauses = _clauses(text)
    if not clauses:
        yield false()
    required = tuple(tuple(clause.words) for clause in clauses if not clause.excluded)
    if required:
        yield _matches(resource, required)
    for words, excluded in clauses:
        if excluded:
            alternatives = [_matches(resource, (tuple(words),))] if words else []
            yield or_(*alternatives, *(not_(_matches(resource, ((word,),))) for word in excluded))


@lru_cache(maxsize=4096)
def single_search(text: str) -> Search | None:
    """Return the one search of a search text, or None if it needs several: where a word is excluded."""
    clauses = _clauses(text)
    if not clauses or any(clause.excluded for clause in clauses):
        return None
    return tuple(tuple(clause.words) for clause in clauses)


def _clauses(text: str) -> list[_Clause]:
    """Return the clauses of a search text; all of them have to hold."""
    clauses: list[_Clause] = []
    after_or = False
    for minus, phrase, word in _WORD_OR_PHRASE.findall(text):
        if word.casefold() == "or" and not minus and clauses:
            after_or = True
            continue
        words = re.sub(r"[\W_]+", " ", phrase or word).strip()
        if not words:
            continue
        if not after_or:
            clauses.append(_Clause([], []))
        (clauses[-1].excluded if minus else clauses[-1].words).append(words)
        after_or = False
    return clauses


def _matches(resource: Table, search: Search) -> ColumnElement[bool]:
    index = full_text_index(resource)
    return resource.c.position.in_(select(indexed_position(index)).where(matches(index, search=search)))
