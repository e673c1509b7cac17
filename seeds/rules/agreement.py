"""The rules of records that have to agree: unique ids, reports of one claim, derived estimates and their bases."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from schema.claim_json import CLAIM_KEYS
from schema.fields import shown
from schema.terms import Hedge
from seeds.entries import Record
from seeds.rules.faults import Fault, Located

T = TypeVar("T", bound=Located)


def with_first(entries: Iterable[T], key_of: Callable[[Record], Hashable]) -> Iterator[tuple[T, T]]:
    """Yield each entry that has the same key as an earlier one, with the first of that key."""
    first: dict[Hashable, T] = {}
    for entry in entries:
        earliest = first.setdefault(key_of(entry.record), entry)
        if earliest is not entry:
            yield entry, earliest


def fault_of_repeated_id(later: Located, first: Located) -> Fault:
    """Return the fault of a record whose id an earlier one has."""
    what = f"{later.record['id']!r} is taken, by {first.where('id')}; expected an id of its own"
    return Fault("id-taken", "id", what)


def faults_of_claim(later: Located, first: Located) -> Iterator[Fault]:
    """Yield a fault for each key in which a report differs from the first report of its claim."""
    for key in CLAIM_KEYS:
        value, expected = later.record[key], first.record[key]
        if value != expected:
            claim = f"claim {later.record['claim']!r} has in {first.where(key)}"
            what = f"{shown(_text(value))} is not what {claim}; expected {_text(expected)}"
            yield Fault("claim-disagrees", key, what)


def _text(value: Any) -> str:
    """Return the text of a value: an id unchanged, a date with its basis (`2017-07, text`)."""
    return f"{value['edtf']}, {value['basis']}" if isinstance(value, dict) else value


def faults_of_derived(
    record: Record, base: Record | None, units: Mapping[str, str], *, same_article: bool
) -> Iterator[Fault]:
    """Yield a fault where a derived estimate cannot be computed from its base, which is None where it does not exist.

    `units` are the units of the indicators by id.
    """
    base_id = record["derived"]["from"]
    if base is None or base["derived"] or base["hedge"] is Hedge.VAGUE:
        what = f"{shown(base_id)} has no numbers of its own; expected an estimate that does"
        yield Fault("derived-from-nothing", "derived.from", what)
        return
    differing = [key for key in ("source", "group", "region", "as_of") if base[key] != record[key]]
    if units.get(base["indicator"]) != units.get(record["indicator"]):
        differing.append("unit")
    if not same_article:
        differing.append("article")
    if differing:
        what = f"{shown(base_id)} differs in {', '.join(differing)}; expected an estimate of the same"
        yield Fault("derived-from-another", "derived.from", what)
