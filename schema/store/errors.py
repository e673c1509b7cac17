"""The errors of reading and writing releases, the same for every database engine."""


class DatabaseError(Exception):
    """A release cannot be read or written; the message says why, and what to do."""


class QueryError(Exception):
    """A query failed. `interrupted` says whether its time was over, or its client had gone."""

    def __init__(self, message: str, *, interrupted: bool = False) -> None:
        super().__init__(message)
        self.interrupted = interrupted
