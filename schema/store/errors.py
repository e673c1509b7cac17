"""The errors of reading and writing releases, the same for every database engine."""


class DatabaseError(Exception):
    """A release cannot be read or written; the message says why, and what to do."""


class QueryError(Exception):
    """A query failed.

    `interrupted` says whether its time was over, or its client had gone; `of_damage` whether the release is damaged.
    """

    def __init__(self, message: str, *, interrupted: bool = False, of_damage: bool = False) -> None:
        super().__init__(message)
        self.interrupted = interrupted
        self.of_damage = of_damage


def reason_of(error: BaseException) -> str:
    """Return in one line why something could not be read or written, without the place or the statement."""
    cause = getattr(error, "orig", None) or error  # SQLAlchemy's errors hold that of the engine
    return getattr(cause, "strerror", None) or (str(cause).strip() or type(cause).__name__).splitlines()[0]
