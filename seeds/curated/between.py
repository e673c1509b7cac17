"""The rules applied to entries: each fault becomes a problem with its file, line and column."""

from collections import defaultdict
from collections.abc import Iterator

from seeds.entries import VOCABULARIES, Entry, Seeds
from seeds.problems import Problem
from seeds.read import YamlFile
from seeds.rules.agreement import fault_of_repeated_id, faults_of_claim, faults_of_derived, with_first
from seeds.rules.articles import faults_of_article
from seeds.rules.as_printed import faults_as_printed
from seeds.rules.code_lists import faults_between_terms, faults_of_references
from seeds.rules.evidence import faults_of_evidence
from seeds.rules.faults import Fault
from seeds.rules.repeats import (
    fault_of_repeated_article,
    fault_of_repeated_estimate,
    figure_key,
    print_key,
    text_key,
)
from seeds.rules.times import faults_of_times
from seeds.rules.wording import faults_of_figure, faults_of_headline, warnings_of_wording

_REFERENCES = {kind.removesuffix("s"): kind for kind in VOCABULARIES}
"""The keys of an estimate that refer to terms, and the kind of each."""

_LANGUAGE = "en"
"""That of an article whose own is not known, because it is not valid."""


def problems_between(seeds: Seeds, only: YamlFile | None = None) -> Iterator[Problem]:
    """Yield the problems of entries that break a rule, which no schema of one record can find.

    `only` is the file whose problems are looked for, the last of the seeds; None: those of all files.
    """
    for entry, fault in _faults(seeds, only):
        if only is None or entry.file is only:
            yield entry.problem(fault.key, fault.what, fault.name)


def warnings_of_wordings(seeds: Seeds) -> Iterator[Problem]:
    """Yield a warning where an unknown word beside a number may hedge it; the seeds have no problems."""
    languages = {entry.file.path: entry.record["language"] for entry in seeds.articles}
    for entry in seeds.estimates:
        for fault in warnings_of_wording(entry.record, languages[entry.file.path]):
            yield entry.problem(fault.key, fault.what, fault.name)


def _faults(seeds: Seeds, only: YamlFile | None) -> Iterator[tuple[Entry, Fault]]:
    if only is None:
        yield from faults_between_terms({kind: seeds.entries(kind) for kind in VOCABULARIES}, seeds.mentioned)
    for kind in ("articles", "estimates"):
        for later, first in with_first(seeds.entries(kind), lambda record: record["id"]):
            yield later, fault_of_repeated_id(later, first)
    for article in seeds.articles:
        for fault in faults_of_article(article.record):
            yield article, fault
    yield from _repeats(seeds)
    for later, first in with_first(seeds.estimates, lambda record: record["claim"]):
        unknown = {
            fault.key
            for entry in (later, first)
            for fault in faults_of_references(entry.record, _REFERENCES, seeds.mentioned)
        }
        for fault in faults_of_claim(later, first):
            if fault.key not in unknown:  # else the id itself is a problem, and says nothing of the other report
                yield later, fault
    yield from _faults_of_estimates(seeds, only)


def _repeats(seeds: Seeds) -> Iterator[tuple[Entry, Fault]]:
    """Yield the articles, and the estimates in other articles, that an earlier one is under another id."""
    printed = [entry for entry in seeds.articles if print_key(entry.record)]
    repeated = {
        later.file.path: (later, first)
        for later, first in (*with_first(printed, print_key), *with_first(seeds.articles, text_key))
    }
    for article, first in repeated.values():
        yield article, fault_of_repeated_article(first)
    documents = {entry.file.path: entry.record["document"]["sha256"] for entry in seeds.articles}
    estimates: dict[str, list[Entry]] = defaultdict(list)
    for entry in seeds.estimates:
        if entry.file.path in documents.keys() - repeated.keys():
            estimates[documents[entry.file.path]].append(entry)
    for entries in estimates.values():
        for later, first in with_first(entries, figure_key):
            if later.record["id"] != first.record["id"]:  # else the id is a problem
                yield later, fault_of_repeated_estimate(first)


def _faults_of_estimates(seeds: Seeds, only: YamlFile | None) -> Iterator[tuple[Entry, Fault]]:
    units = {id_: indicator["unit"] for id_, indicator in seeds.records("indicators").items()}
    articles = {entry.file.path: entry.record for entry in seeds.articles}
    by_id = {entry.record["id"]: entry for entry in seeds.estimates}
    for entry in seeds.estimates:
        if only is not None and entry.file is not only:
            continue
        record, article = entry.record, articles.get(entry.file.path)
        language = article["language"] if article else _LANGUAGE  # an article that is not valid has its own problem
        faults = [
            *faults_of_references(record, _REFERENCES, seeds.mentioned),
            *faults_of_figure(record, units.get(record["indicator"]), language),
            *faults_of_evidence(record),
            *faults_as_printed(record, seeds.mentioned),
        ]
        if article:
            faults += faults_of_headline(record, article["title"], language)
            faults += faults_of_times(record, article["published"]["edtf"])
        if record["derived"]:
            base = by_id.get(record["derived"]["from"])
            if base or record["derived"]["from"] not in seeds.mentioned["estimates"]:  # else the base has a problem
                same_article = base is not None and base.file is entry.file
                faults += faults_of_derived(record, base.record if base else None, units, same_article=same_article)
        for fault in faults:
            yield entry, fault
