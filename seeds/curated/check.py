"""The check of a seed folder: returns its entries, or raises all problems at once.

First each file is validated by its schemas, then the rules are applied to all records together. Where a folder of
documents is given, each wording is also compared with its place in its document.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from marshmallow import Schema, ValidationError

from schema.dataset import DatasetSchema
from schema.fields import shown
from schema.records import SCHEMAS
from seeds.curated.between import problems_between, warnings_of_wordings
from seeds.curated.documents import problems_with_documents, problems_with_hash
from seeds.curated.names_nearby import warnings_of_names
from seeds.entries import VOCABULARIES, Entry, Seeds
from seeds.problems import Problem, SeedsRefused
from seeds.progress import Progress, no_progress
from seeds.read import Place, YamlFile, read_file
from seeds.validate import problems_of

_SCHEMAS: dict[str, Schema] = {
    "dataset": DatasetSchema(),
    **{kind: SCHEMAS[kind]() for kind in (*VOCABULARIES, "articles", "estimates")},
}


def check_seeds(
    folder: Path, documents: Path | None = None, progress: Progress = no_progress, *, article: Path | None = None
) -> Seeds:
    """Return the records of a seed folder; raises SeedsRefused with all problems.

    `documents` is a folder of the documents, where wordings are to be checked against them; with `article`, the file of
    one, only its document is. Warnings are in the seeds that are returned.
    """
    problems: list[Problem] = []
    seeds = Seeds()
    paths = _paths(folder, problems)
    for path in progress("Reading", paths, len(paths)):
        file = read_file(path)
        if isinstance(file, Problem):
            problems.append(file)
            continue
        problems.extend(_add_file(file, folder, seeds))
        is_compared = path.parent.name == "articles" and article in (None, path)
        if documents and is_compared and (not seeds.articles or seeds.articles[-1].file is not file):
            problems.extend(problems_with_hash(file, documents))
    problems.extend(problems_between(seeds))
    compared = _only(seeds, article) if article else seeds
    if documents:
        problems.extend(problems_with_documents(compared, documents))
    if problems:
        raise SeedsRefused(problems)
    warnings = [*warnings_of_wordings(seeds), *(warnings_of_names(compared, documents) if documents else ())]
    seeds.warnings = sorted(warnings)
    return seeds


def check_vocabulary(folder: Path, **changed: YamlFile) -> Seeds:
    """Return the groups, regions, indicators and sources of a seed folder; raises SeedsRefused with all problems.

    `changed` are files that stand for those of the folder, by kind.
    """
    seeds = Seeds()
    problems: list[Problem] = []
    for kind in VOCABULARIES:
        file = changed.get(kind) or read_file(folder / "vocabulary" / f"{kind}.yaml")
        problems.extend([file] if isinstance(file, Problem) else _add_vocabulary(file, seeds))
    if problems:
        raise SeedsRefused(problems)
    return seeds


def read_others(folder: Path, article: Path) -> Seeds:
    """Return the valid records of a seed folder without those of one article's file; their problems are not told."""
    seeds = Seeds()
    for path in _paths(folder, []):
        if path != article and isinstance(file := read_file(path), YamlFile):
            list(_add_file(file, folder, seeds))
    return seeds


def check_article(file: YamlFile, others: Seeds, documents: Path) -> tuple[list[Problem], list[Problem]]:
    """Return the problems and the warnings of one article's file among the other records of its seed folder.

    They are those that `check_seeds` tells of this file, but for what is wrong between two other files.
    """
    seeds = others.copy()
    problems = list(_add_article(file, seeds))
    own = _only(seeds, file.path)
    if not own.articles:
        problems += problems_with_hash(file, documents)
    problems += [*problems_between(seeds, file), *problems_with_documents(own, documents)]
    warnings = [*warnings_of_wordings(own), *warnings_of_names(own, documents)] if not problems else []
    return sorted(set(problems)), sorted(warnings)


def _only(seeds: Seeds, article: Path) -> Seeds:
    """Return seeds with one article and its estimates alone."""
    articles, estimates = (
        [entry for entry in seeds.entries(kind) if entry.file.path == article] for kind in ("articles", "estimates")
    )
    return replace(seeds, articles=articles, estimates=estimates)


def _paths(folder: Path, problems: list[Problem]) -> list[Path]:
    """Return the files to read. Any other file in these folders is a problem, so that no article is overlooked."""
    dataset = folder / "dataset.yaml"
    if not dataset.exists():
        problems.append(
            _problem_of_file(dataset, "is missing; expected what the dataset is called, its licence, and who made it")
        )
    vocabularies = {folder / "vocabulary" / f"{kind}.yaml" for kind in VOCABULARIES}
    in_vocabulary = _files_in(folder / "vocabulary", problems)
    if in_vocabulary is not None:
        problems.extend(
            _problem_of_file(path, "is missing; expected a vocabulary") for path in vocabularies - in_vocabulary
        )
        expected = ", ".join(f"{kind}.yaml" for kind in VOCABULARIES)
        problems.extend(
            _problem_of_file(path, f"is not read; expected only {expected}") for path in in_vocabulary - vocabularies
        )
    articles: set[Path] = set()
    in_articles = _files_in(folder / "articles", problems)
    if in_articles is not None:
        articles = {path for path in in_articles if path.suffix == ".yaml"}
        problems.extend(
            _problem_of_file(path, "is not read; expected articles named *.yaml") for path in in_articles - articles
        )
        if not articles:
            problems.append(_problem_of_file(folder / "articles", "holds no article; expected files named *.yaml"))
    return [dataset] * dataset.exists() + sorted(vocabularies & (in_vocabulary or set())) + sorted(articles)


def _files_in(folder: Path, problems: list[Problem]) -> set[Path] | None:
    """Return the files in a folder except hidden ones; None, with a problem, where it cannot be read."""
    try:
        return {path for path in folder.iterdir() if not path.name.startswith(".")}
    except OSError as error:
        problems.append(_problem_of_file(folder, f"cannot be read ({error.strerror}); expected a folder of YAML files"))
        return None


def _problem_of_file(path: Path, what: str) -> Problem:
    return Problem(path, 1, 1, "", what, "folder")


def _add_file(file: YamlFile, folder: Path, seeds: Seeds) -> Iterator[Problem]:
    """Validate a file of a seed folder and add its records to the seeds; yield its problems."""
    if file.path.parent == folder:
        yield from _add("dataset", file.data, file, (), seeds)
    elif file.path.parent.name == "vocabulary":
        yield from _add_vocabulary(file, seeds)
    else:
        yield from _add_article(file, seeds)


def _add_vocabulary(file: YamlFile, seeds: Seeds) -> Iterator[Problem]:
    kind = file.path.stem
    if not isinstance(file.data, list) or not file.data:
        yield file.problem((), f"{shown(file.data)} is refused; expected a list of {kind}", "form")
        return
    for index, data in enumerate(file.data):
        yield from _add(kind, data, file, (index,), seeds)


def _add_article(file: YamlFile, seeds: Seeds) -> Iterator[Problem]:
    if not isinstance(file.data, dict):
        yield file.problem((), f"{shown(file.data)} is refused; expected an article", "form")
        return
    article = {key: value for key, value in file.data.items() if key != "estimates"}
    yield from _add("articles", article, file, (), seeds)
    estimates = file.data.get("estimates")
    if not isinstance(estimates, list) or not estimates:
        what = f"{shown(estimates)} is refused; expected a list of estimates"
        yield file.problem(("estimates",), what, "form")
        return
    for index, data in enumerate(estimates):
        if isinstance(data, dict) and "draft" in data:
            seeds.mentioned["estimates"].add(str(data.get("id")))
            yield _problem_of_draft(data, file, index)
            continue
        yield from _add("estimates", data, file, ("estimates", index), seeds)


def _problem_of_draft(data: dict[str, Any], file: YamlFile, index: int) -> Problem:
    """Return the problem of an estimate that is still a draft."""
    empty = [key for key, value in data.items() if value is None and key != "stated"]  # the day may stay unknown
    missing = f", without {', '.join(empty)}" if empty else ""
    what = (
        f"{shown(data.get('id'))} is a draft{missing}; expected it settled: compared with the text, and without draft"
    )
    return file.problem(("estimates", index, "draft"), what, "draft")


def _add(kind: str, data: Any, file: YamlFile, place: Place, seeds: Seeds) -> Iterator[Problem]:
    """Validate the data of a record and add it to the seeds; yield the problems of invalid data instead."""
    if isinstance(data, dict) and isinstance(data.get("id"), str):
        seeds.mentioned[kind].add(data["id"])
    try:
        seeds.entries(kind).append(Entry(_SCHEMAS[kind].load(data), file, place))
    except ValidationError as error:
        yield from problems_of(error, _SCHEMAS[kind], file, place)
