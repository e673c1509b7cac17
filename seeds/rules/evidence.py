"""The rule of evidence: the place of a wording in a text is a span of its length."""

from collections.abc import Iterator

from schema.fields import shown
from schema.grammar import counted
from seeds.entries import Record
from seeds.rules.faults import Fault


def faults_of_evidence(record: Record) -> Iterator[Fault]:
    """Yield faults where the evidence of an estimate from a text is not a span of the length of its wording."""
    evidence, length = record["evidence"], len(record["wording"])
    if evidence["row"] is not None:
        what = f"{shown(evidence['row'])} is refused; expected null, as it is a table's"
        yield Fault("row-of-text", "evidence.row", what)
    missing = [key for key in ("start", "end") if evidence[key] is None]
    for key in missing:
        what = "is missing; expected where the wording stands in the text"
        yield Fault("missing-value", f"evidence.{key}", what)
    if missing:
        return
    start, end = evidence["start"], evidence["end"]
    if end <= start:
        what = f"{shown(end)} is not after start {start}; expected {start + length}, as the wording has {length}"
        yield Fault("evidence-against-wording", "evidence.end", f"{what} characters")
    elif end - start != length:
        what = f"spans {counted(end - start, 'character')}; expected {length}, as the wording has"
        yield Fault("evidence-against-wording", "evidence.end", what)
        what = f"has {counted(length, 'character')}; expected {end - start}, as its evidence spans"
        yield Fault("wording-against-evidence", "wording", what)
