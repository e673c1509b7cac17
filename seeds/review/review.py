"""The review of one article: its files as they were read, the check of a state, and what is saved of it."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from schema.intervals import NUMBERS
from schema.quantities import LONGEST_TEXT, TextTooLong, figure_of
from schema.terms import Locus
from seeds.curated.check import check_article, read_others
from seeds.curated.documents import is_quoted
from seeds.curated.edits import edited
from seeds.curated.fixes import Fix
from seeds.curated.headlines import spans_of_title
from seeds.drafts.article import draft_article
from seeds.drafts.documents import Document, DocumentRefused
from seeds.drafts.vocabulary import read_vocabulary
from seeds.entries import Record, Seeds
from seeds.problems import Problem, SeedsRefused
from seeds.read import Place, YamlFile, read_file, read_text
from seeds.review.claims import Suggestion, suggestions
from seeds.review.fields import ARTICLE, ENTRY_ORDER, ESTIMATE, KEYS, NotFlatError, Values, flat, text_of
from seeds.review.saving import changes_of, saved_data
from seeds.review.state import ReviewedEntry, State, Status
from seeds.rules.wording import quantity_in

_OF_ENTRY = re.compile(r"estimates\[(\d+)\](?:\.(.*))?")


class ReviewRefused(Exception):  # noqa: N818 (named for what happened)
    """A document or an article cannot be reviewed; the text says why, and what was expected."""


class NotSettledError(Exception):
    """Entries were accepted that have problems; nothing was written. `messages` are the problems."""

    def __init__(self, messages: "Messages") -> None:
        super().__init__("entries are accepted that have problems; expected them corrected, or not accepted yet")
        self.messages = messages


@dataclass(frozen=True)
class Message:
    """A problem or a warning of the check, with the flat key that it is about; empty: the record as a whole."""

    key: str
    what: str
    is_warning: bool


@dataclass(frozen=True)
class Messages:
    """What the check says of the article and of each entry of a state; dropped entries have no messages."""

    article: list[Message]
    entries: list[list[Message]]


@dataclass(frozen=True)
class Review:
    """An article with its document, as both were read, and the other records of its seed folder."""

    path: Path
    raw: bytes
    file: YamlFile
    document_path: Path
    document: Document
    others: Seeds

    @classmethod
    def read(cls, document: Path, path: Path) -> "Review":
        """Return the review of an article that stands in a seed folder; raises ReviewRefused, OSError."""
        folder = path.resolve().parent.parent
        try:
            text = Document.read(document.name, document.read_bytes(), is_html=False)
        except DocumentRefused as error:
            raise ReviewRefused(f"{document}: {error}") from error
        raw = path.read_bytes()
        file = read_file(path.resolve())
        if isinstance(file, Problem):
            raise ReviewRefused(str(file))
        data = file.data if isinstance(file.data, dict) else {}
        estimates = data.get("estimates") or []
        if (
            "estimates" not in data
            or not isinstance(estimates, list)
            or not all(isinstance(estimate, dict) for estimate in [data, *estimates])
        ):
            raise ReviewRefused(f"{path}: is no article with a list of estimates; see `headcount check`")
        data["estimates"] = estimates
        digest, coded = hashlib.sha256(text.raw).hexdigest(), data.get("document")
        if not isinstance(coded, dict) or coded.get("sha256") != digest:
            what = f"is not the text that {path} was coded from; expected its hash there, {digest}"
            raise ReviewRefused(f"{document}: {what}; `headcount check --fix` puts it there")
        review = cls(path, raw, file, document, text, read_others(folder, path.resolve()))
        try:
            review.state()
        except NotFlatError as error:
            raise ReviewRefused(f"{path}: {error}; see `headcount check`") from error
        return review

    @property
    def digest(self) -> str:
        """The SHA-256 of the article's file as it was read."""
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def estimates(self) -> list[Record]:
        """The estimates of the file."""
        estimates: list[Record] = self.file.data["estimates"]
        return estimates

    def state(self) -> State:
        """Return the state of the file as it was read."""
        entries = (
            ReviewedEntry(index, Status.DRAFT if "draft" in record else Status.ACCEPTED, flat(record, ESTIMATE))
            for index, record in enumerate(self.estimates)
        )
        return State(flat(self.file.data, ARTICLE), tuple(entries))

    def check(self, state: State) -> Messages:
        """Return what the check says of a state, as if all its drafts were settled."""
        data = saved_data(self.file.data, state)
        for record in data["estimates"]:
            record.pop("draft", None)
        file = YamlFile(self.file.path, data, self._marks(state))
        messages = Messages([], [[] for _ in state.entries])
        numbers = [number for number, entry in enumerate(state.entries) if entry.status is not Status.DROPPED]
        problems, warnings = check_article(file, self.others, self.document_path.parent)
        for problem in (*problems, *warnings):
            of_entry = _OF_ENTRY.fullmatch(problem.place)
            key = (of_entry[2] or "") if of_entry else problem.place
            (messages.entries[numbers[int(of_entry[1])]] if of_entry else messages.article).append(
                Message(key, problem.what, is_warning=problem in warnings)
            )
        return messages

    def _marks(self, state: State) -> dict[Place, tuple[int, int]]:
        """Return the places of the values in the file by their places in a state that leaves out dropped entries."""
        new = {entry.index: index for index, entry in enumerate(state.remaining) if entry.index is not None}
        marks = {}
        for place, mark in self.file.marks.items():
            if len(place) < 2 or place[0] != "estimates":  # noqa: PLR2004 (the list and an index)
                marks[place] = mark
            elif place[1] in new:
                marks["estimates", new[int(place[1])], *place[2:]] = mark
        return marks

    def suggestions(self, state: State) -> list[list[Suggestion]]:
        """Return the claims that each entry of a state may report, the likeliest first."""
        return suggestions(self.others, state)

    def added(self, state: State, start: int, end: int) -> Values:
        """Return the values of a new entry for some words of the document, as far as they tell them.

        They are those of the draft if it has a figure there, else the figure of the words alone.
        """
        language = state.article["language"] or "en"
        ids = {entry.values["id"] for entry in state.entries} | self.others.mentioned["estimates"]
        base = state.article["id"] or "article"
        new_id = next(id_ for number in range(1, len(ids) + 2) if (id_ := f"{base}-{number}") not in ids)
        places = [_place(entry.values) for entry in state.remaining]
        for record in self._drafted:
            place = record["evidence"] or {"start": -1, "end": -1}
            if place["start"] < end and start < place["end"] and (place["start"], place["end"]) not in places:
                return flat(_as_read(record), ESTIMATE) | {"id": new_id}
        words = self.document.text[start:end]
        values = dict.fromkeys(KEYS[ESTIMATE], "")
        titles = spans_of_title(state.article["title"], self.document.text) if state.article["title"] else []
        in_title = any(title.start() <= start and end <= title.end() for title in titles)
        figure: dict[str, Any] = {}
        if len(words) <= LONGEST_TEXT and (quantity := quantity_in(words, language, vague=True)):
            numbers = zip(NUMBERS, figure_of(quantity.hedge, quantity.numbers), strict=True)
            figure = {"hedge": str(quantity.hedge), **{key: number for key, number in numbers if number is not None}}
        return values | {
            **{"id": new_id, "wording": words, "locus": Locus.HEADLINE if in_title else Locus.BODY},
            **{key: text_of(value) for key, value in figure.items()},
            **{"evidence.start": str(start), "evidence.end": str(end)},
            "quoted": "true" if is_quoted(self.document.text, start, end) else "",
        }

    @cached_property
    def _drafted(self) -> list[Record]:
        """The entries of a draft of the document; none where it is too long, or the vocabulary is not valid."""
        language = self.file.data.get("language") or "en"
        try:
            vocabulary = read_vocabulary(self.file.path.parent.parent, language)
            estimates: list[Record] = draft_article(self.document, vocabulary, language)["estimates"]
        except (TextTooLong, SeedsRefused):
            return []
        return estimates

    def fix(self, state: State) -> Fix | None:
        """Return what writes a state into the file; None where nothing has changed.

        Raises NotSettledError where an entry is accepted that was a draft, or is new, and has a problem; ReviewRefused
        where the file cannot be edited so that it says what the state says.
        """
        messages = self.check(state)
        for entry, problems in zip(state.entries, messages.entries, strict=True):
            is_new = entry.index is None or "draft" in self.estimates[entry.index]
            if entry.status is Status.ACCEPTED and is_new and any(not message.is_warning for message in problems):
                raise NotSettledError(messages)
        changes = changes_of(self.file.data, state)
        if not changes:
            return None
        try:
            after = edited(self.raw.decode("utf-8-sig"), changes, ENTRY_ORDER)
        except KeyError:
            after = ""
        written = read_text(self.path, after)
        if isinstance(written, Problem) or written.data != saved_data(self.file.data, state):
            raise ReviewRefused(
                f"{self.path} cannot be edited; expected each entry, and each of its keys, in lines of its own"
            )
        return Fix.of_text(self.path, self.raw, after)


def _place(values: Values) -> tuple[int, int]:
    start, end = values["evidence.start"], values["evidence.end"]
    return (int(start), int(end)) if start.isdecimal() and end.isdecimal() else (-1, -1)


def _as_read(record: Mapping[str, Any]) -> Record:
    """Return a drafted entry as a file has it: every value as a text."""
    return {
        key: _as_read(value) if isinstance(value, Mapping) else text_of(value) or None for key, value in record.items()
    }
