"""Fixes of seed files: hashes and offsets that are missing or have moved are those of the documents again.

Nothing else is touched: no number, no hedge, no wording, and no character of the file beside these values.
"""

import difflib
import hashlib
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schema.terms import Locus
from seeds.curated.documents import read_document
from seeds.curated.edits import edited
from seeds.curated.headlines import spans_of_title
from seeds.curated.places import places_of
from seeds.problems import Problem
from seeds.read import Place, read_file
from seeds.rules.as_printed import AS_PRINTED

_BOM = b"\xef\xbb\xbf"


class FileChangedError(Exception):
    """A file is not as it was when its fix was made; nothing was written into it."""


@dataclass(frozen=True)
class Fix:
    """A seed file with its bytes as they are, and as they should be."""

    path: Path
    before: bytes
    after: bytes

    @classmethod
    def of_text(cls, path: Path, before: bytes, after: str) -> "Fix":
        """Return the fix after which a file holds a text, behind the mark of UTF-8 that it begins with, if it does."""
        return cls(path, before, (_BOM if before.startswith(_BOM) else b"") + after.encode())

    def diff(self) -> str:
        """Return the unified diff."""
        before, after = (raw.decode("utf-8-sig").splitlines(keepends=True) for raw in (self.before, self.after))
        return "".join(difflib.unified_diff(before, after, str(self.path), str(self.path)))

    def write(self) -> None:
        """Replace the file in one step; raises FileChangedError, OSError."""
        path = self.path.resolve()
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            try:
                file.write(self.after)
                file.flush()
                os.fsync(file.fileno())
                shutil.copymode(path, file.name)
                if path.read_bytes() != self.before:
                    raise FileChangedError(f"{self.path} was changed meanwhile; expected it as it was; run this again")
                Path(file.name).replace(path)
            except BaseException:
                Path(file.name).unlink()
                raise


def fixes_of(folder: Path, documents: Path, article: Path | None = None) -> list[Fix]:
    """Return a fix for each article of a seed folder whose hash or offsets are missing or have moved.

    `article` is the file of the only one to fix, if not all are; `documents` is the folder of the documents. What
    cannot be fixed is left as it is, for the check to tell: a document or a wording that is not there, and a wording
    that stands in several places of which none is the only right one.
    """
    paths = [article] if article else sorted((folder / "articles").glob("*.yaml"))
    return [fix for path in paths if (fix := _fix(path, documents))]


def _fix(path: Path, documents: Path) -> Fix | None:
    raw = path.read_bytes()
    file = read_file(path)
    if isinstance(file, Problem) or not isinstance(file.data, dict):
        return None
    document = file.data.get("document")
    if not isinstance(document, dict) or not isinstance(document.get("name"), str):
        return None
    try:
        document_raw = read_document(documents, document["name"])
    except (OSError, ValueError):
        return None
    values: dict[Place, str] = {}
    digest = hashlib.sha256(document_raw).hexdigest()
    if document.get("sha256") != digest:
        values["document", "sha256"] = digest
    values |= _offsets(file.data, document_raw.decode("utf-8", "replace"))
    if not values:
        return None
    return Fix.of_text(path, raw, edited(raw.decode("utf-8-sig"), values))


@dataclass(frozen=True)
class _Words:
    """Some words of an estimate, the place of their span in the file, that span as it is, and where they may stand."""

    place: Place
    span: dict[str, Any] | None
    possible: list[tuple[int, int]]

    @property
    def start(self) -> int | None:
        """Return where the words are said to begin; None if that is no number."""
        start = self.span.get("start") if self.span else None
        return int(start) if isinstance(start, str) and start.isascii() and start.isdecimal() else None

    @property
    def is_right(self) -> bool:
        """Return whether the words stand where they are said to stand."""
        spans = [{"start": str(start), "end": str(end)} for start, end in self.possible]
        return self.span is not None and {key: self.span.get(key) for key in ("start", "end")} in spans

    @property
    def shift(self) -> int | None:
        """Return by how much the words have moved; None if that is not known, as they stand in several places."""
        return self.possible[0][0] - self.start if len(self.possible) == 1 and self.start is not None else None


def _offsets(article: Mapping[str, Any], text: str) -> dict[Place, str]:
    """Return the offsets of an article that are missing or wrong, by their places."""
    words = list(_words(article, text))
    shifts = Counter(each.shift for each in words if each.shift)
    shift = shifts.most_common(1)[0][0] if shifts else 0
    values: dict[Place, str] = {}
    for each in words:
        moved = [place for place in each.possible if each.start is not None and place[0] == each.start + shift]
        places = each.possible if len(each.possible) == 1 else moved
        if not places or each.is_right:
            continue
        start, end = places[0]
        if each.span is None:
            values[each.place] = f"{{start: {start}, end: {end}}}"
        else:
            values |= {(*each.place, "start"): str(start), (*each.place, "end"): str(end)}
    return values


def _words(article: Mapping[str, Any], text: str) -> Iterator[_Words]:
    """Yield the words of an article's estimates, with the places where they may stand in its text."""
    title, estimates = article.get("title"), article.get("estimates")
    titles = [match.span() for match in spans_of_title(title, text)] if isinstance(title, str) else []
    for index, estimate in enumerate(estimates if isinstance(estimates, list) else ()):
        if not isinstance(estimate, dict):
            continue
        place = ("estimates", index)
        wording, evidence = estimate.get("wording"), estimate.get("evidence")
        if isinstance(wording, str) and isinstance(evidence, dict | None):
            in_title = estimate.get("locus") == Locus.HEADLINE
            possible = [
                span
                for span in places_of(wording, text)
                if any(start <= span[0] and span[1] <= end for start, end in titles) is in_title
            ]
            yield _Words((*place, "evidence"), evidence, possible[:1] if in_title else possible)
        for key in AS_PRINTED:
            printed = estimate.get(key)
            if isinstance(printed, dict) and isinstance(printed.get("wording"), str):
                yield _Words((*place, key), printed, places_of(printed["wording"], text))
