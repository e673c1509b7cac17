"""The connection to PostgreSQL of those who read: its values are binary, and its queries end when they must.

PostgreSQL does not ask `schema.store.queries.must_stop` while a query runs, as SQLite does. So who waits for it asks.
"""

import select
import time
from contextlib import suppress
from math import inf
from typing import Any, Self, TypeVar

import psycopg
from psycopg.abc import Buffer, PQGen
from psycopg.types.numeric import NumericBinaryLoader
from psycopg.types.string import StrDumperUnknown

from schema.store.queries import continue_query, must_stop, seconds_left

T = TypeVar("T")

MATCH = "@@"
"""PostgreSQL's operator of full text."""
LOOK_SECONDS = 0.1
"""Seconds between two looks at whether a query that runs has to end."""
CANCEL_SECONDS = 3
"""Seconds that PostgreSQL may take to cancel a query; then the connection is given up."""


class _SumLoader(NumericBinaryLoader):
    """Reads PostgreSQL's numeric, which here is the sum of a column of integers and nothing else."""

    def load(self, data: Buffer) -> int:  # type: ignore[override]
        """Return the sum."""
        return int(super().load(data))


class _TextDumper(StrDumperUnknown):
    """Sends texts to PostgreSQL, none of whose own texts has a NUL.

    A text that has one would be refused. It is sent with U+FFFF, which is no character, and so is equal to none.
    """

    def dump(self, obj: str) -> Buffer | None:
        """Return the text as it is sent."""
        return super().dump(obj.replace("\0", "\uffff"))


class ReaderCursor(psycopg.Cursor[tuple[Any, ...]]):
    """Reads values in binary, since bytes as text are twice as long, and has each search planned for its own words.

    One plan for the words of all searches would look into the words of every estimate.
    """

    def execute(
        self, query: Any, params: Any = None, *, prepare: bool | None = None, binary: bool | None = True
    ) -> Self:
        """Run a statement; psycopg prepares what is run often, but never a search."""
        is_search = isinstance(query, str) and MATCH in query
        return super().execute(query, params, prepare=False if is_search else prepare, binary=binary)


class GivenUpError(psycopg.errors.QueryCanceled):
    """A query has not ended although it was cancelled, so its connection is closed."""


class ReaderConnection(psycopg.Connection[tuple[Any, ...]]):
    """A connection whose queries are cancelled when `must_stop` says so, and given up if the server hangs even then."""

    @classmethod
    def connect(cls, *arguments: Any, **settings: Any) -> Self:
        """Return a new connection; takes what psycopg's takes."""
        connection = super().connect(*arguments, **settings)
        connection.cursor_factory = ReaderCursor
        connection.adapters.register_loader("numeric", _SumLoader)
        connection.adapters.register_dumper(str, _TextDumper)
        return connection

    @property
    def has_unread(self) -> bool:
        """Whether the server has sent something, or has closed its end, since the last query."""
        poll = select.poll()
        poll.register(self.fileno(), select.POLLIN)
        return bool(poll.poll(0))

    def wait(self, gen: PQGen[T], interval: float = LOOK_SECONDS, *more: Any, **settings: Any) -> T:
        """Return what a generator of psycopg returns that talks with the server; raises GivenUpError.

        What else psycopg passes (from 3.3 on, a `timeout`) is left as it is.
        """
        continue_query()  # a ROLLBACK, say, long after the last query
        shortest = min(interval, seconds_left() + 0.001)  # psycopg waits for whole milliseconds
        return super().wait(self._until_must_stop(gen), shortest, *more, **settings)

    def _until_must_stop(self, gen: PQGen[T]) -> PQGen[T]:
        gives_up_at = inf
        try:
            waits_for = next(gen)
            while True:
                ready = yield waits_for
                if not ready and must_stop():
                    if gives_up_at == inf:
                        gives_up_at = time.monotonic() + CANCEL_SECONDS
                        with suppress(psycopg.Error):  # the server does not answer
                            self.cancel_safe(timeout=CANCEL_SECONDS)  # then it ends the query with an error
                    elif time.monotonic() > gives_up_at:
                        self.close()
                        raise GivenUpError("interrupted, and the server does not answer")
                waits_for = gen.send(ready)
        except StopIteration as finished:
            return finished.value  # type: ignore[no-any-return]
