"""The words of full text, which SQLite finds for all engines, so that all of them find the same."""

import sqlite3
from contextlib import closing
from functools import lru_cache

from schema.store.queries import Search


def full_text_sql(name: str) -> str:
    """Return the SQL that creates the full-text index of a resource; its rowid is the record's position."""
    return f"CREATE VIRTUAL TABLE {name}_fts USING fts5(text, content='', tokenize='porter unicode61')"


@lru_cache(maxsize=4096)
def indexed_words(text: str) -> tuple[str, ...]:
    """Return the words under which a full-text index holds a text, in the order of the text."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(full_text_sql("one"))
        connection.execute("CREATE VIRTUAL TABLE words USING fts5vocab('one_fts', 'instance')")
        connection.execute("INSERT INTO one_fts (rowid, text) VALUES (1, ?)", [text])
        return tuple(word for (word,) in connection.execute("SELECT term FROM words ORDER BY offset"))


def only_word(search: Search) -> str | None:
    """Return the word under which an index holds what is searched for; None if that is not one word."""
    phrases = [phrase for phrases in search for phrase in phrases]
    words = indexed_words(phrases[0]) if len(phrases) == 1 else ()
    return words[0] if len(words) == 1 else None
