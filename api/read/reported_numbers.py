"""Reported numbers: the estimates that print a number, and the estimates of a topic at a time.

A headline is left out where the body of its article reports the same claim, in more words.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Self

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, union

from api import context
from schema import tables
from schema.intervals import NUMBERS, Interval, Period, day_number
from schema.store.queries import Statement
from schema.subjects.names import KINDS
from schema.terms import Hedge

Topic = Mapping[str, tuple[str, ...]]
"""What a number is about: ids of records by kind. A kind that is missing may be any."""

_MOST_STATEMENTS = 128
"""The most statements of one kind that are kept: texts about one thing, about two of three, and so on."""

_ESTIMATES = tables.estimates.c


class Number(NamedTuple):
    """The number of an estimate, as printed and as admitted."""

    hedge: str
    granularity: float | None
    low: float | None
    best: float | None
    high: float | None
    value_low: float | None
    value_high: float | None
    value_low_inclusive: bool | None
    value_high_inclusive: bool | None

    @property
    def printed(self) -> set[float]:
        """The numbers that are printed; none in a vague word."""
        return {number for number in (self.low, self.best, self.high) if number is not None}

    @property
    def admitted(self) -> Interval | None:
        """The numbers that it admits; None for a vague word."""
        if self.value_low is None:
            return None
        return Interval(
            self.value_low, self.value_high, bool(self.value_low_inclusive), bool(self.value_high_inclusive)
        )


class ReportedNumber(NamedTuple):
    """The number of an estimate, with the estimate's place in the list, its claim and its source."""

    position: int
    claim_position: int
    claim_rank: int
    source_position: int
    number: Number


_Shape = tuple[tuple[str, int], ...]
"""The kinds that a topic has, and how many ids of each."""


def _shape(topic: Topic) -> _Shape:
    return tuple((kind, len(topic[kind])) for kind in KINDS if kind in topic)


def _is_among(column: ColumnElement[Any], name: str, count: int) -> ColumnElement[bool]:
    """Return the condition that a column is one of so many parameters, of which `_values` returns the values.

    Since their number is known, SQLite looks up all columns of an index, and not the first alone.
    """
    return column.in_([bindparam(f"{name}_{number}") for number in range(count)])


def _values(name: str, values: Sequence[float]) -> dict[str, float]:
    return {f"{name}_{number}": value for number, value in enumerate(values)}


def _is_about(shape: _Shape) -> list[ColumnElement[bool]]:
    return [_is_among(_ESTIMATES[f"{kind}_position"], kind, count) for kind, count in shape]


_FIRST_DAY, _LAST_DAY = _ESTIMATES.as_of_first_day, _ESTIMATES.as_of_last_day
_AT_THE_TIME = and_(
    or_(_FIRST_DAY.is_(None), bindparam("last_day") >= _FIRST_DAY),
    or_(_LAST_DAY.is_(None), bindparam("first_day") <= _LAST_DAY),
)
_COLUMNS = (*ReportedNumber._fields[:-1], *Number._fields)
_ROWS = select(*(_ESTIMATES[name] for name in _COLUMNS)).where(~_ESTIMATES.in_body_too, _AT_THE_TIME)


@lru_cache(_MOST_STATEMENTS)
def _printing(shape: _Shape, numbers: int) -> Statement:
    """Return the statement of the estimates about a topic that print one of so many numbers.

    Each part of the union reads one index; with OR, SQLite would read all estimates of a group or of an indicator.
    """
    positions = union(
        *(
            select(_ESTIMATES.position).where(_is_among(_ESTIMATES[name], "number", numbers), *_is_about(shape))
            for name in NUMBERS
        )
    )
    return Statement(_ROWS.where(_ESTIMATES.position.in_(positions)))


@lru_cache(_MOST_STATEMENTS)
def _vague(shape: _Shape) -> Statement:
    """Return the statement of the estimates about a topic that say a vague word of one magnitude."""
    is_vague = and_(_ESTIMATES.hedge == bindparam("hedge"), _ESTIMATES.granularity == bindparam("granularity"))
    return Statement(_ROWS.where(is_vague, *_is_about(shape)))


@lru_cache(_MOST_STATEMENTS)
def _about(shape: _Shape) -> Statement:
    """Return the statement of the estimates about a topic at a time.

    The index of the inner SELECT holds the time, too, so that few rows of the table are read.
    """
    positions = select(_ESTIMATES.position).where(_AT_THE_TIME, *_is_about(shape))
    return Statement(_ROWS.where(_ESTIMATES.position.in_(positions)))


@lru_cache(_MOST_STATEMENTS)
def _newest_day(shape: _Shape) -> Statement:
    """Return the statement of the newest day that an estimate about a topic tells."""
    return Statement(select(func.max(func.coalesce(_FIRST_DAY, _LAST_DAY))).where(*_is_about(shape)))


_BEFORE_ALL, _AFTER_ALL = -1_000_000, 10_000_000
"""In place of an open side: a day before, and a day after, all of the years 0 to 9999."""


class Days(NamedTuple):
    """The first and the last day of a time, counted as in the table."""

    first_day: int = _BEFORE_ALL
    last_day: int = _AFTER_ALL

    @classmethod
    def of(cls, period: Period | None) -> Self:
        """Return the days of a period; None is any time."""
        if period is None:
            return cls()
        first, last = day_number(period.start), day_number(period.end)
        return cls(_BEFORE_ALL if first is None else first, _AFTER_ALL if last is None else last)


def that_print(numbers: Sequence[float], topic: Topic, days: Days) -> list[ReportedNumber]:
    """Return the estimates about a topic that print one of some numbers."""
    return _read(_printing(_shape(topic), len(numbers)), topic, days, **_values("number", numbers))


def that_say_vaguely(magnitude: float | None, topic: Topic, days: Days) -> list[ReportedNumber]:
    """Return the estimates about a topic that say a vague word of a magnitude ("hundreds": 100)."""
    return _read(_vague(_shape(topic)), topic, days, hedge=Hedge.VAGUE.value, granularity=magnitude)


def about(topic: Topic, period: Period | None) -> list[ReportedNumber]:
    """Return the estimates about a topic of all kinds at a time; None is the newest that there is."""
    shape = _shape(topic)
    if period is not None:
        return _read(_about(shape), topic, Days.of(period))
    newest = _newest_day(shape).value(context.connection(), **_positions(topic))
    return [] if newest is None else _read(_about(shape), topic, Days(newest, newest))


def _read(statement: Statement, topic: Topic, days: Days, **values: Any) -> list[ReportedNumber]:
    rows = statement.rows(context.connection(), **_positions(topic), **days._asdict(), **values)
    return [
        ReportedNumber(position, claim_position, claim_rank, source_position, Number(*number))
        for position, claim_position, claim_rank, source_position, *number in rows
    ]


def _positions(topic: Topic) -> dict[str, float]:
    """Return the positions of the records of a topic, as values of the parameters of `_is_about`."""
    values: dict[str, float] = {}
    for kind, ids in topic.items():
        position_of = _position_of(context.release().fingerprint, kind)
        values |= _values(kind, [position_of[id_] for id_ in ids])
    return values


@lru_cache(maxsize=2 * len(KINDS))
def _position_of(_release: bytes, kind: str) -> dict[str, int]:
    """Return the position of each record of a kind."""
    table = tables.RESOURCES[f"{kind}s"].c
    rows = context.connection().execute(select(table.id, table.position))
    return {row.id: row.position for row in rows}
