"""The terms that an import starts from: those of the seeds, where there are any, and those of the mapping."""

from seeds.entries import Entry, Seeds
from seeds.problems import Problem, SeedsRefused
from seeds.rules.records import VOCABULARIES, problems_between
from seeds.staging import Staging, stage
from seeds.tables.mapping import Mapping


def start_from(seeds: Seeds | None, mapping: Mapping, staging: Staging) -> None:
    """Stage the seeds, and the terms of a mapping beside them; raises SeedsRefused where they do not fit together.

    Where both have a term of one id, it is the seeds'.
    """
    if seeds:
        stage(seeds, staging)
    elif mapping.data["dataset"]:
        staging.about = mapping.data["dataset"]
    else:
        what = "is missing; expected what the dataset is called, its licence, and who made it, as no seeds say it"
        raise SeedsRefused([Problem(mapping.file, 1, 1, "dataset", what)])
    terms = Seeds()
    for kind in VOCABULARIES:
        entries: list[Entry] = getattr(terms, kind)
        if seeds:
            entries += getattr(seeds, kind)
        known = {entry.record["id"] for entry in entries}
        entries += [
            Entry(record, mapping.source, ("vocabulary", kind, index))
            for index, record in enumerate(mapping.data["vocabulary"].get(kind, ()))
            if record["id"] not in known
        ]
        terms.mentioned[kind] = {entry.record["id"] for entry in entries}
        staging.vocabularies[kind] = terms.records(kind)
    if problems := list(problems_between(terms)):
        raise SeedsRefused(problems)
