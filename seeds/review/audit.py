"""The audit of a review: wrong values are planted among the drafts, and at the end it is told which were accepted.

The check and the save see the right value wherever a planted one still stands. So no message gives it away, and it can
never be saved.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from random import Random

from schema.intervals import NUMBERS
from schema.terms import Hedge
from seeds.entries import Seeds
from seeds.review.fields import Values
from seeds.review.state import ReviewedEntry, State, Status

_ONE_IN = 3
"""Of so many drafts one is planted, and at least one of all."""
_ALIKE = (
    (Hedge.UP_TO, Hedge.AT_MOST, Hedge.FEWER_THAN, Hedge.NEARLY),
    (Hedge.AT_LEAST, Hedge.MORE_THAN),
    (Hedge.BETWEEN, Hedge.AT_MOST),
)
"""Hedges that are said with the same numbers."""


@dataclass(frozen=True)
class Plant:
    """A wrong value in a draft: the entry's index, what is wrong with it, and the right and the wrong values."""

    index: int
    kind: str
    right: Values
    wrong: Values

    def stands_in(self, entry: ReviewedEntry) -> bool:
        """Return whether an entry still has one of the wrong values."""
        return entry.index == self.index and any(entry.values[key] == value for key, value in self.wrong.items())

    def told(self, entry: ReviewedEntry) -> str:
        """Return what was planted, in one line."""
        values = ", ".join(f"{key} {value} instead of {self.right[key]}" for key, value in self.wrong.items())
        return f"{entry.values['wording']}: {values}"


def plants_of(state: State, vocabulary: Seeds, seed: int) -> list[Plant]:
    """Return what is planted in a state; the same seed plants the same."""
    random = Random(seed)  # noqa: S311 (no secret)
    makers: dict[str, Callable[[Values], Values | None]] = {
        "number": _other_number,
        "hedge": lambda values: _other_hedge(values, random),
        "region": lambda values: _other_term("region", values, vocabulary.records("regions"), random),
        "speaker": lambda values: _other_term("source", values, vocabulary.records("sources"), random),
    }
    drafts = [entry for entry in state.entries if entry.status is Status.DRAFT and entry.index is not None]
    random.shuffle(drafts)
    kinds = random.sample([*makers], len(makers))
    plants: list[Plant] = []
    for entry in drafts:
        if len(plants) >= max(1, len(drafts) // _ONE_IN):
            break
        for kind in kinds:
            if entry.index is not None and (wrong := makers[kind](entry.values)):
                plants.append(Plant(entry.index, kind, {key: entry.values[key] for key in wrong}, wrong))
                kinds = [*(each for each in kinds if each != kind), kind]  # each kind in its turn
                break
    return plants


def _other_number(values: Values) -> Values | None:
    """Return the numbers with another first digit: 2,000 becomes 3,000."""
    numbers = {key: values[key] for key in NUMBERS if values[key]}
    if not numbers or not all(number[0].isdecimal() for number in numbers.values()):
        return None
    if any(number[0] in "09" for number in numbers.values()):
        return {key: f"1{number}" for key, number in numbers.items()}
    return {key: f"{int(number[0]) + 1}{number[1:]}" for key, number in numbers.items()}


def _other_hedge(values: Values, random: Random) -> Values | None:
    others = [hedge for alike in _ALIKE if values["hedge"] in alike for hedge in alike if hedge != values["hedge"]]
    return {"hedge": str(random.choice(others))} if others else None


def _other_term(key: str, values: Values, terms: Iterable[str], random: Random) -> Values | None:
    others = sorted({*terms} - {values[key]})
    return {key: random.choice(others)} if values[key] and others else None


def planted(state: State, plants: Iterable[Plant]) -> State:
    """Return a state with the wrong values."""
    wrong = {plant.index: plant.wrong for plant in plants}
    return replace(
        state,
        entries=tuple(
            replace(entry, values=entry.values | wrong.get(entry.index, {})) if entry.index is not None else entry
            for entry in state.entries
        ),
    )


def corrected(state: State, plants: Iterable[Plant], *, to_save: bool = False) -> State:
    """Return a state with the right values where planted ones still stand.

    `to_save`: an entry in which one stands, or that was dropped with it, is a draft again.
    """
    by_index = {plant.index: plant for plant in plants}
    entries = []
    for entry in state.entries:
        plant = by_index.get(entry.index) if entry.index is not None else None
        if plant and plant.stands_in(entry):
            status = Status.DRAFT if to_save else entry.status
            right = {key: plant.right[key] for key, value in plant.wrong.items() if entry.values[key] == value}
            entries.append(replace(entry, status=status, values=entry.values | right))
        else:
            entries.append(entry)
    return replace(state, entries=tuple(entries))


def let_through(state: State, plants: Iterable[Plant]) -> list[str]:
    """Return what was planted and accepted, one line for each."""
    return [
        plant.told(entry)
        for plant in plants
        for entry in state.entries
        if plant.stands_in(entry) and entry.status is Status.ACCEPTED
    ]
