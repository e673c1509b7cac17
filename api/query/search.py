"""Full-text search: search texts as conditions and expressions of SQLite's FTS5."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, Table, TableClause, column, false, not_, or_, select
from sqlalchemy import table as named_table

_WORD_OR_PHRASE = re.compile(r'(-?)(?:"([^"]*)"?|(\S+))')


class _Clause(NamedTuple):
    """Words joined by `or`, quoted for FTS5: one of `words` occurs, or one of `excluded` does not."""

    words: list[str]
    excluded: list[str]


def search_conditions(resource: Table, text: str | None) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions of a search text on a resource: each word occurs, `or` joins two, `-` excludes one.

    Every word is quoted before it reaches FTS5, so that no text is a syntax error. A word without a letter or digit is
    skipped; a text of such words alone finds nothing.
    """
    if text is None:
        return
    clauses = _clauses(text)
    if not clauses:
        yield false()
    required = [clause.words for clause in clauses if not clause.excluded]
    if required:
        yield _matches(resource, _and_expression(required))
    for words, excluded in clauses:
        if excluded:
            alternatives = [_matches(resource, " OR ".join(words))] if words else []
            yield or_(*alternatives, *(not_(_matches(resource, word)) for word in excluded))


@lru_cache(maxsize=4096)
def match_expression(text: str) -> str | None:
    """Return one FTS5 expression for a search text, or None if it needs several: where a word is excluded."""
    clauses = _clauses(text)
    if not clauses or any(clause.excluded for clause in clauses):
        return None
    return _and_expression([clause.words for clause in clauses])


def full_text_table(resource: Table) -> TableClause:
    """Return the full-text index of a resource; a row's `rowid` is the record's position."""
    return named_table(f"{resource.name}_fts", column("rowid"), column(f"{resource.name}_fts"))


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
        (clauses[-1].excluded if minus else clauses[-1].words).append(f'"{words}"')
        after_or = False
    return clauses


def _and_expression(clauses: list[list[str]]) -> str:
    return " AND ".join(f"({' OR '.join(words)})" for words in clauses)


def _matches(resource: Table, expression: str) -> ColumnElement[bool]:
    full_text = full_text_table(resource)
    positions = select(full_text.c.rowid).where(full_text.c[f"{resource.name}_fts"].match(expression))
    return resource.c.position.in_(positions)
