"""The rules of `attributed_to` and `place`: the words of an article's own text for a speaker and for a place."""

from collections.abc import Iterator, Mapping, Set

from schema.terms import ResolvedBasis
from seeds.entries import Record
from seeds.rules.code_lists import faults_of_references
from seeds.rules.evidence import faults_of_span
from seeds.rules.faults import Fault

AS_PRINTED = {"attributed_to": ("source", "sources"), "place": ("region", "regions")}
"""The keys of an estimate that hold such words; for each, the key of the term that they stand for, and its kind."""


def faults_as_printed(record: Record, ids: Mapping[str, Set[str]]) -> Iterator[Fault]:
    """Yield faults of these words: a term that does not exist, a span of another length, no note where inferred.

    `ids` holds the ids of terms by kind.
    """
    for key, (term, kind) in AS_PRINTED.items():
        if printed := record[key]:
            for fault in (*faults_of_references(printed, {term: kind}, ids), *_faults_of_words(printed)):
                yield fault._replace(key=f"{key}.{fault.key}")


def _faults_of_words(printed: Record) -> Iterator[Fault]:
    yield from faults_of_span(printed, printed["wording"], "end")
    if printed["basis"] is ResolvedBasis.INFERRED and not printed["note"]:
        yield Fault("missing-note", "note", "is missing; expected why these words mean what the claim says")
