"""Curated data → records, or every problem at once.

First each file alone against its schema, then what only the files together show: references, names, claims, derived
figures; and, where the documents are at hand, that each of them bears the wording where it is said to stand.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from marshmallow import Schema, ValidationError
from rapidfuzz import process

from schema.dataset import DatasetSchema
from schema.fields import shown
from schema.records import ArticleSchema, EstimateSchema
from schema.vocabulary import GroupSchema, IndicatorSchema, RegionSchema, SourceSchema
from seeds.curated.documents import problems_with_documents
from seeds.entries import Entry, Seeds
from seeds.problems import Problem, SeedsRefused
from seeds.progress import Progress, unseen
from seeds.read import Place, Source, read_file
from seeds.rules.records import VOCABULARIES, problems_between

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
    """Return the records of a seed folder; raises SeedsRefused with all problems that there are.

    `documents` is a folder that holds the documents, where wordings are to be checked against them.
    """
    problems: list[Problem] = []
    seeds = Seeds()
    files = _files(folder, problems)
    for file in progress("Reading", files, len(files)):
        source = read_file(file)
        if isinstance(source, Problem):
            problems.append(source)
        elif file.parent == folder:
            problems.extend(_take("dataset", source.data, source, (), seeds))
        elif file.parent.name == "vocabulary":
            problems.extend(_take_vocabulary(source, seeds))
        else:
            problems.extend(_take_article(source, seeds))
    problems.extend(problems_between(seeds))
    if documents:
        problems.extend(problems_with_documents(seeds, documents))
    if problems:
        raise SeedsRefused(problems)
    return seeds


def _files(folder: Path, problems: list[Problem]) -> list[Path]:
    """Return the files to read; whatever else lies beside them is a problem, so that no article is lost unnoticed."""
    about = folder / "dataset.yaml"
    if not about.exists():
        problems.append(_at(about, "is missing; expected what the dataset is called, its licence, and who made it"))
    vocabularies = {folder / "vocabulary" / f"{kind}.yaml" for kind in VOCABULARIES}
    there = _listed(folder / "vocabulary", problems)
    if there is not None:
        problems.extend(_at(file, "is missing; expected a vocabulary") for file in vocabularies - there)
        expected = ", ".join(f"{kind}.yaml" for kind in VOCABULARIES)
        problems.extend(_at(file, f"is not read; expected only {expected}") for file in there - vocabularies)
    articles = _listed(folder / "articles", problems)
    if articles is not None:
        found = {file for file in articles if file.suffix == ".yaml"}
        problems.extend(_at(file, "is not read; expected articles named *.yaml") for file in articles - found)
        if not found:
            problems.append(_at(folder / "articles", "holds no article; expected files named *.yaml"))
    named = [about] * about.exists() + sorted(vocabularies & (there or set()))
    return named + sorted(file for file in articles or () if file.suffix == ".yaml")


def _listed(folder: Path, problems: list[Problem]) -> set[Path] | None:
    """Return what lies in a folder, hidden files apart; None where it cannot be read."""
    try:
        return {file for file in folder.iterdir() if not file.name.startswith(".")}
    except OSError as error:
        problems.append(_at(folder, f"cannot be read ({error.strerror}); expected a folder of YAML files"))
        return None


def _at(file: Path, what: str) -> Problem:
    return Problem(file, 1, 1, "", what)


def _take_vocabulary(source: Source, seeds: Seeds) -> Iterator[Problem]:
    kind = source.file.stem
    if not isinstance(source.data, list) or not source.data:
        yield source.problem((), f"{shown(source.data)} is refused; expected a list of {kind}")
        return
    for index, data in enumerate(source.data):
        yield from _take(kind, data, source, (index,), seeds)


def _take_article(source: Source, seeds: Seeds) -> Iterator[Problem]:
    if not isinstance(source.data, dict):
        yield source.problem((), f"{shown(source.data)} is refused; expected an article")
        return
    article = {key: value for key, value in source.data.items() if key != "estimates"}
    yield from _take("articles", article, source, (), seeds)
    estimates = source.data.get("estimates")
    if not isinstance(estimates, list) or not estimates:
        yield source.problem(("estimates",), f"{shown(estimates)} is refused; expected a list of estimates")
        return
    for index, data in enumerate(estimates):
        yield from _take("estimates", data, source, ("estimates", index), seeds)


def _take(kind: str, data: Any, source: Source, place: Place, seeds: Seeds) -> Iterator[Problem]:
    """Add the record that data stand for, or yield what is wrong with them."""
    schema = _SCHEMAS[kind]
    if isinstance(data, dict) and isinstance(data.get("id"), str):
        seeds.mentioned[kind].add(data["id"])
    try:
        getattr(seeds, kind).append(Entry(schema.load(data), source, place))
    except ValidationError as error:
        for below, message in messages_of(error.messages):
            yield source.problem(place + below, with_known_keys(message, schema, below))


def messages_of(messages: Any, place: Place = ()) -> Iterator[tuple[Place, str]]:
    """Yield marshmallow's messages, each with its place."""
    if isinstance(messages, Mapping):
        for key, below in messages.items():
            yield from messages_of(below, place if key == "_schema" else (*place, key))
    else:
        yield from ((place, str(message)) for message in messages)


def with_known_keys(message: str, schema: Schema, place: Place) -> str:
    """Return a message; of a key that is unknown, it names those that are known."""
    if message != schema.error_messages["unknown"]:
        return message
    known = schema
    for part in place[:-1]:
        nested: Any = known.fields.get(str(part))
        known = getattr(getattr(nested, "inner", nested), "schema", known)
    keys = [key for key, item in known.fields.items() if not item.dump_only]
    near = process.extractOne(str(place[-1]), keys, score_cutoff=70)
    return f"{message}; expected {near[0] if near else 'one of ' + ', '.join(keys)}"
