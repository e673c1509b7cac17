"""A coding: the figures of some documents as one coder has them, read from seed files that may still be drafts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from marshmallow import Schema, ValidationError

from schema.fields import shown
from schema.records import SCHEMAS
from schema.terms import Hedge
from seeds.entries import Entry, Record
from seeds.problems import Problem, SeedsRefused
from seeds.read import YamlFile, read_file
from seeds.rules.wording import quantity_in
from seeds.validate import problems_of

Span = tuple[int, int]
"""The first code point of some words in a document, and the one behind their last."""

_NEEDED_OF_ARTICLE = ("document", "language")
_NEEDED_OF_ESTIMATE = ("wording", "hedge")
_ARTICLE: Schema = SCHEMAS["articles"](only=_NEEDED_OF_ARTICLE)
_MAY_BE_EMPTY = [name for name, each in SCHEMAS["estimates"]().fields.items() if each.required]
_ESTIMATE: Schema = SCHEMAS["estimates"](partial=[name for name in _MAY_BE_EMPTY if name not in _NEEDED_OF_ESTIMATE])


@dataclass(frozen=True, eq=False)
class CodedFigure:
    """An estimate as a coder has it, settled or not: its record without the keys that are empty, and its language."""

    entry: Entry
    language: str

    @property
    def record(self) -> Record:
        """The record."""
        return self.entry.record

    @property
    def number(self) -> Span | None:
        """Where its number stands in the document; None where its place is not coded."""
        return span_of_number(self.record, self.language)

    def __str__(self) -> str:
        """Return its file, line and words."""
        return f"{self.entry.file.path}:{self.entry.file.line(self.entry.place)}: {shown(self.record['wording'])}"


@dataclass
class Coding:
    """The figures of each document, by the SHA-256 of the document, and the names of these documents."""

    figures: dict[str, list[CodedFigure]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def span_of_number(estimate: Record, language: str) -> Span | None:
    """Return where the number of an estimate stands in its document: the last figure of its wording.

    It is the whole wording where no number can be read in it, and None where the place of the wording is not coded.
    `language` is that of the article.
    """
    start = (estimate.get("evidence") or {}).get("start")
    if start is None:
        return None
    wording = estimate["wording"]
    number = quantity_in(wording, language, vague=estimate["hedge"] is Hedge.VAGUE)
    return (start + number.start, start + number.end) if number else (start, start + len(wording))


def read_coding(path: Path) -> Coding:
    """Return the coding in a file of an article, in a folder of such files, or in a seed folder.

    Estimates may be drafts, of which all but the wording and the hedge may be empty. Raises SeedsRefused with all
    problems.
    """
    folder = path / "articles" if (path / "articles").is_dir() else path
    paths = sorted(folder.glob("*.yaml")) if folder.is_dir() else [path]
    coding, problems = Coding(), []
    if not paths:
        problems.append(Problem(folder, 1, 1, "", "holds no article; expected files named *.yaml"))
    for each in paths:
        file = read_file(each)
        problems.extend([file] if isinstance(file, Problem) else _add_article(file, coding))
    if problems:
        raise SeedsRefused(problems)
    return coding


def _add_article(file: YamlFile, coding: Coding) -> Iterator[Problem]:
    """Add the figures of an article to a coding; yield the problems of those that cannot be read."""
    if not isinstance(file.data, dict) or not isinstance(file.data.get("estimates"), list):
        yield file.problem((), "is no article; expected a mapping with a list of estimates", "form")
        return
    try:
        article = _ARTICLE.load({key: file.data[key] for key in _NEEDED_OF_ARTICLE if key in file.data})
    except ValidationError as error:
        yield from problems_of(error, _ARTICLE, file)
        return
    document = article["document"]
    coding.names[document["sha256"]] = document["name"]
    figures = coding.figures.setdefault(document["sha256"], [])
    for index, data in enumerate(file.data["estimates"]):
        place = ("estimates", index)
        try:
            record = _ESTIMATE.load(_filled(data))
        except ValidationError as error:
            yield from problems_of(error, _ESTIMATE, file, place)
        else:
            figures.append(CodedFigure(Entry(record, file, place), article["language"]))


def _filled(data: Any) -> Any:
    """Return the data of an estimate without the keys that are empty, and without what only a draft has."""
    if not isinstance(data, dict):
        return data
    return {key: value for key, value in data.items() if value is not None and key != "draft"}
