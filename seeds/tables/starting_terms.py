"""The terms with which an import starts: the terms of the seeds, if any, and the terms of the mapping."""

from seeds.entries import VOCABULARIES, Entry, Seeds
from seeds.problems import Problem, SeedsRefused
from seeds.rules.code_lists import faults_between_terms
from seeds.staging import Staging, stage
from seeds.tables.mapping import Mapping


def stage_starting_terms(seeds: Seeds | None, mapping: Mapping, staging: Staging) -> None:
    """Stage the seeds, if any, and the terms of a mapping; raises SeedsRefused where these break a rule together.

    Where both have a term of one id, the term of the seeds is taken.
    """
    if seeds:
        stage(seeds, staging)
    elif mapping.data["dataset"]:
        staging.dataset = mapping.data["dataset"]
    else:
        what = "is missing; expected what the dataset is called, its licence, and who made it, as no seeds say it"
        raise SeedsRefused([Problem(mapping.file.path, 1, 1, "dataset", what)])
    terms: dict[str, list[Entry]] = {}
    for kind in VOCABULARIES:
        curated = seeds.entries(kind) if seeds else []
        known = {entry.record["id"] for entry in curated}
        added = [
            Entry(record, mapping.file, ("vocabulary", kind, index))
            for index, record in enumerate(mapping.data["vocabulary"].get(kind, ()))
            if record["id"] not in known
        ]
        terms[kind] = [*curated, *added]
        staging.vocabularies[kind] = {entry.record["id"]: entry.record for entry in terms[kind]}
    ids = {kind: set(records) for kind, records in staging.vocabularies.items()}
    faults = faults_between_terms(terms, ids)
    if problems := [entry.problem(fault.key, fault.what, fault.name) for entry, fault in faults]:
        raise SeedsRefused(problems)
