"""The rules applied to entries: each fault becomes a problem with its file, line and column."""

from collections.abc import Iterator

from seeds.entries import VOCABULARIES, Entry, Seeds
from seeds.problems import Problem
from seeds.rules.agreement import fault_of_repeated_id, faults_of_claim, faults_of_derived, with_first
from seeds.rules.articles import faults_of_article
from seeds.rules.as_printed import faults_as_printed
from seeds.rules.code_lists import faults_between_terms, faults_of_references
from seeds.rules.faults import Fault
from seeds.rules.wording import faults_of_evidence, faults_of_figure, faults_of_headline


def problems_between(seeds: Seeds) -> Iterator[Problem]:
    """Yield the problems of entries that break a rule, which no schema of one record can find."""
    for entry, fault in _faults(seeds):
        yield entry.problem(fault.key, fault.what)


def _faults(seeds: Seeds) -> Iterator[tuple[Entry, Fault]]:
    yield from faults_between_terms({kind: seeds.entries(kind) for kind in VOCABULARIES}, seeds.mentioned)
    for kind in ("articles", "estimates"):
        for later, first in with_first(seeds.entries(kind), lambda record: record["id"]):
            yield later, fault_of_repeated_id(later, first)
    for article in seeds.articles:
        for fault in faults_of_article(article.record):
            yield article, fault
    for later, first in with_first(seeds.estimates, lambda record: record["claim"]):
        for fault in faults_of_claim(later, first):
            yield later, fault
    yield from _faults_of_estimates(seeds)


def _faults_of_estimates(seeds: Seeds) -> Iterator[tuple[Entry, Fault]]:
    kinds = {key: f"{key}s" for key in ("group", "region", "indicator", "source")}
    units = {id_: indicator["unit"] for id_, indicator in seeds.records("indicators").items()}
    titles = {entry.file.path: entry.record["title"] for entry in seeds.articles}
    by_id = {entry.record["id"]: entry for entry in seeds.estimates}
    for entry in seeds.estimates:
        record = entry.record
        faults = [
            *faults_of_references(record, kinds, seeds.mentioned),
            *faults_of_figure(record, units.get(record["indicator"])),
            *faults_of_evidence(record),
            *faults_as_printed(record, seeds.mentioned),
        ]
        if entry.file.path in titles:  # else the article has a problem of its own
            faults += faults_of_headline(record, titles[entry.file.path])
        if record["derived"]:
            base = by_id.get(record["derived"]["from"])
            if base or record["derived"]["from"] not in seeds.mentioned["estimates"]:  # else the base has a problem
                same_article = base is not None and base.file is entry.file
                faults += faults_of_derived(record, base.record if base else None, units, same_article=same_article)
        for fault in faults:
            yield entry, fault
