"""Differences between two releases as Markdown: a table of how many, and the first of each kind.

All that comes from the seeds stands in code, where GitHub sees no Markdown, no HTML and no mention of a person.
"""

import re
from collections.abc import Iterator
from typing import Any

from api.cli.differences import KINDS, Difference, Differences
from api.endpoints.changes import Change
from schema.intervals import NUMBERS

_TITLES = {"totals": "totals of terms", "series": "points of series, by year"}
_SHOWN = {
    "estimates": ("wording", *NUMBERS, "hedge", "indicator", "group", "region", "source", "as_of.edtf", "article"),
    "claims": ("source", "indicator", "group", "region", "as_of.edtf", *(f"envelope.{name}" for name in NUMBERS)),
    "totals": ("estimates",),
    "conflicts": ("gap",),
    "series": (*NUMBERS, "members"),
    "articles": ("title", "publisher", "published.edtf"),
}
"""What is shown of a record that was inserted or deleted; of a term, its name."""
_NUMBERS = {"hedge", *NUMBERS, *(f"envelope.{name}" for name in NUMBERS)}
_MOST_VALUES, _MOST_ITEMS, _LONGEST_VALUE, _KEPT_BEFORE = 10, 5, 60, 20


def markdown_of(differences: Differences, most: int) -> str:
    """Return differences as Markdown, at most so many of each kind."""
    if not differences.changes:
        return "The data stays as it is.\n"
    lines = ["| | before | after | inserted | updated | deleted |", "|---|---:|---:|---:|---:|---:|"]
    for kind in KINDS:
        changes = differences.counts(kind)
        if changes:
            numbers = [differences.before[kind], differences.after[kind], *(changes[change] for change in Change)]
            lines.append(f"| {_TITLES.get(kind, kind)} | {' | '.join(f'{number:,}' for number in numbers)} |")
    for kind in KINDS:
        if changed := sorted(differences.of(kind), key=_rank):
            more = [f"- and {len(changed) - most:,} more"] if len(changed) > most else []
            lines += ["", f"#### {_TITLES.get(kind, kind).capitalize()}", "", *map(_line, changed[:most]), *more]
    return "\n".join(lines) + "\n"


def _rank(difference: Difference) -> int:
    """Return what a difference is sorted by: other numbers first, then what is new or gone, then other updates."""
    if difference.change is not Change.UPDATED:
        return 1
    return 0 if _NUMBERS & difference.values.keys() else 2


def _line(difference: Difference) -> str:
    """Return a difference in one line."""
    if difference.change is Change.UPDATED:
        parts = [_updated(name, old, new) for name, (old, new) in difference.values.items()]
    else:
        parts = list(_shown(difference))
    if len(parts) > _MOST_VALUES:
        parts[_MOST_VALUES:] = [f"and {len(parts) - _MOST_VALUES:,} more"]
    return f"- **{difference.change}** {_code(difference.key)}: {'; '.join(parts)}"


def _shown(difference: Difference) -> Iterator[str]:
    """Yield the values that tell what a record is that was inserted or deleted."""
    for name in _SHOWN.get(difference.kind, ("name",)):
        old, new = difference.values.get(name, (None, None))
        value = new if difference.change is Change.INSERTED else old
        if value is not None:
            yield f"{name} {_value(value)}"


def _updated(name: str, old: Any, new: Any) -> str:
    """Return what became of a value; of a list, which items came and which went."""
    if isinstance(old, str) and isinstance(new, str):
        old, new = _without_same_beginning(old, new)
    if not isinstance(old, list) or not isinstance(new, list):
        return f"{_code(name)} {_value(old)} → {_value(new)}"
    came, went = ([item for item in one if item not in other] for one, other in ((new, old), (old, new)))
    signed = [f"{sign} {_value(items)}" for sign, items in (("+", came), ("−", went)) if items]  # noqa: RUF001
    return f"{_code(name)} {' '.join(signed)}"


def _without_same_beginning(old: str, new: str) -> tuple[str, str]:
    """Return two texts from shortly before the place where they begin to differ, if that would be cut off."""
    same = next((place for place, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    if max(len(old), len(new)) <= _LONGEST_VALUE or same <= _KEPT_BEFORE:
        return old, new
    return f"…{old[same - _KEPT_BEFORE :]}", f"…{new[same - _KEPT_BEFORE :]}"


def _value(value: Any) -> str:
    """Return a value as code."""
    if isinstance(value, list):
        more = [f"and {len(value) - _MOST_ITEMS:,} more"] if len(value) > _MOST_ITEMS else []
        return ", ".join([*map(_code, value[:_MOST_ITEMS]), *more]) or "nothing"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return _code(str(value).lower())
    return _code(f"{value:,}" if isinstance(value, int | float) else value)


def _code(text: str) -> str:
    """Return a text in one line as code; what stands in it has no meaning of its own."""
    line = " ".join(text.split())
    short = line if len(line) <= _LONGEST_VALUE else f"{line[:_LONGEST_VALUE]}…"
    fence = "`" * (max(map(len, re.findall("`+", short)), default=0) + 1)
    space = " " if "`" in short else ""
    return f"{fence}{space}{short}{space}{fence}"
