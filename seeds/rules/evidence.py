"""The rule of evidence: the place of words in a text is a span of their length."""

from collections.abc import Iterator

from schema.fields import shown
from schema.grammar import counted
from seeds.entries import Record
from seeds.rules.faults import Fault


def faults_of_evidence(record: Record) -> Iterator[Fault]:
    """Yield faults where the evidence of an estimate from a text is not a span of the length of its wording."""
    evidence = record["evidence"]
    if evidence["row"] is not None:
        what = f"{shown(evidence['row'])} is refused; expected null, as it is a table's"
        yield Fault("row-of-text", "evidence.row", what)
    missing = [key for key in ("start", "end") if evidence[key] is None]
    for key in missing:
        what = "is missing; expected where the wording stands in the text"
        yield Fault("missing-evidence", f"evidence.{key}", what)
    if not missing:
        yield from faults_of_span(evidence, record["wording"], "evidence.end")


def faults_of_span(span: Record, wording: str, end_key: str) -> Iterator[Fault]:
    """Yield faults where a span has another length than its words; `end_key` is the key of its end."""
    start, end, length = span["start"], span["end"], len(wording)
    if end <= start:
        what = f"{shown(end)} is not after start {start}; expected {start + length}, as the wording has {length}"
        yield Fault("evidence-against-wording", end_key, f"{what} characters")
    elif end - start != length:
        what = f"spans {counted(end - start, 'character')}; expected {length}, as the wording has"
        yield Fault("evidence-against-wording", end_key, what)
        what = f"has {counted(length, 'character')}; expected {end - start}, as start and end span"
        yield Fault("wording-against-evidence", "wording", what)
