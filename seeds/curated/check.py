"""A seed folder → its entries, or every problem at once.

First each file is validated alone by its schemas, then the rules look at all records together, and, where the documents
are at hand, each wording is looked up at its place in its document.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from marshmallow import Schema, ValidationError

from schema.dataset import DatasetSchema
from schema.fields import shown
from schema.records import ArticleSchema, EstimateSchema
from schema.vocabulary import GroupSchema, IndicatorSchema, RegionSchema, SourceSchema
from seeds.curated.between import problems_between
from seeds.curated.documents import problems_with_documents
from seeds.entries import VOCABULARIES, Entry, Seeds
from seeds.problems import Problem, SeedsRefused
from seeds.progress import Progress, unseen
from seeds.read import Place, YamlFile, read_file
from seeds.validate import problems_of

_SCHEMAS: dict[str, Schema] = {
    "dataset": DatasetSchema(),
    "groups": GroupSchema(),
    "regions": RegionSchema(),
    "indicators": IndicatorSchema(),
    "sources": SourceSchema(),
    "articles": ArticleSchema(),
    "estimates": EstimateSchema(),
}


def check_seeds(folder: Path, documents: Path | None = None, progress: Progress = unseen) -> Seeds:
    """Return the records of a seed folder; raises SeedsRefused with all problems.

    `documents` is a folder of the documents, where wordings are to be checked against them.
    """
    problems: list[Problem] = []
    seeds = Seeds()
    paths = _paths(folder, problems)
    for path in progress("Reading", paths, len(paths)):
        file = read_file(path)
        if isinstance(file, Problem):
            problems.append(file)
        elif path.parent == folder:
            problems.extend(_add("dataset", file.data, file, (), seeds))
        elif path.parent.name == "vocabulary":
            problems.extend(_add_vocabulary(file, seeds))
        else:
            problems.extend(_add_article(file, seeds))
    problems.extend(problems_between(seeds))
    if documents:
        problems.extend(problems_with_documents(seeds, documents))
    if problems:
        raise SeedsRefused(problems)
    return seeds


def _paths(folder: Path, problems: list[Problem]) -> list[Path]:
    """Return the files to read; any other file beside them is a problem, so that no article is overlooked."""
    dataset = folder / "dataset.yaml"
    if not dataset.exists():
        problems.append(_at(dataset, "is missing; expected what the dataset is called, its licence, and who made it"))
    vocabularies = {folder / "vocabulary" / f"{kind}.yaml" for kind in VOCABULARIES}
    listed = _listed(folder / "vocabulary", problems)
    if listed is not None:
        problems.extend(_at(path, "is missing; expected a vocabulary") for path in vocabularies - listed)
        expected = ", ".join(f"{kind}.yaml" for kind in VOCABULARIES)
        problems.extend(_at(path, f"is not read; expected only {expected}") for path in listed - vocabularies)
    articles: set[Path] = set()
    beside = _listed(folder / "articles", problems)
    if beside is not None:
        articles = {path for path in beside if path.suffix == ".yaml"}
        problems.extend(_at(path, "is not read; expected articles named *.yaml") for path in beside - articles)
        if not articles:
            problems.append(_at(folder / "articles", "holds no article; expected files named *.yaml"))
    return [dataset] * dataset.exists() + sorted(vocabularies & (listed or set())) + sorted(articles)


def _listed(folder: Path, problems: list[Problem]) -> set[Path] | None:
    """Return the files in a folder, hidden ones apart; None where it cannot be read."""
    try:
        return {path for path in folder.iterdir() if not path.name.startswith(".")}
    except OSError as error:
        problems.append(_at(folder, f"cannot be read ({error.strerror}); expected a folder of YAML files"))
        return None


def _at(path: Path, what: str) -> Problem:
    return Problem(path, 1, 1, "", what)


def _add_vocabulary(file: YamlFile, seeds: Seeds) -> Iterator[Problem]:
    kind = file.path.stem
    if not isinstance(file.data, list) or not file.data:
        yield file.problem((), f"{shown(file.data)} is refused; expected a list of {kind}")
        return
    for index, data in enumerate(file.data):
        yield from _add(kind, data, file, (index,), seeds)


def _add_article(file: YamlFile, seeds: Seeds) -> Iterator[Problem]:
    if not isinstance(file.data, dict):
        yield file.problem((), f"{shown(file.data)} is refused; expected an article")
        return
    article = {key: value for key, value in file.data.items() if key != "estimates"}
    yield from _add("articles", article, file, (), seeds)
    estimates = file.data.get("estimates")
    if not isinstance(estimates, list) or not estimates:
        yield file.problem(("estimates",), f"{shown(estimates)} is refused; expected a list of estimates")
        return
    for index, data in enumerate(estimates):
        yield from _add("estimates", data, file, ("estimates", index), seeds)


def _add(kind: str, data: Any, file: YamlFile, place: Place, seeds: Seeds) -> Iterator[Problem]:
    """Add the record of some data to the seeds, or yield what is wrong with them."""
    if isinstance(data, dict) and isinstance(data.get("id"), str):
        seeds.mentioned[kind].add(data["id"])
    try:
        seeds.entries(kind).append(Entry(_SCHEMAS[kind].load(data), file, place))
    except ValidationError as error:
        yield from problems_of(error, _SCHEMAS[kind], file, place)
