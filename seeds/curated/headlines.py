"""The check of titles and headlines against the documents: the title stands there, and `locus` says what is in it."""

import re
from collections.abc import Iterable, Iterator

from rapidfuzz import fuzz, process

from schema.fields import shown
from schema.terms import Locus
from seeds.entries import Entry
from seeds.problems import Problem

_LIKE = 80
"""The likeness, of 100, from which a line of the document is taken for the title, written in another way."""


def problems_with_headline(article: Entry, estimates: Iterable[Entry], text: str) -> Iterator[Problem]:
    """Yield a problem where the title is not in the document, or a `locus` is not where the wording stands.

    `text` is the document of the article. Wordings that are not at their place in it have a problem of their own.
    """
    title = article.record["title"]
    spans = spans_of_title(title, text)
    if not spans:
        line = process.extractOne(title, text.splitlines(), scorer=fuzz.ratio, score_cutoff=_LIKE)
        expected = shown(line[0]) if line else "the headline as it is printed there"
        what = f"{shown(title)} is not in the document; expected {expected}"
        yield article.problem("title", what, "title-not-in-document")
        return
    for entry in estimates:
        start, end = entry.record["evidence"]["start"], entry.record["evidence"]["end"]
        if None in (start, end) or text[start:end] != entry.record["wording"]:
            continue
        in_title = any(span.start() <= start and end <= span.end() for span in spans)
        if in_title and entry.record["locus"] is Locus.BODY:
            what = "'body' is refused, as the wording stands in the title; expected headline"
            yield entry.problem("locus", what, "in-headline")
        elif not in_title and entry.record["locus"] is Locus.HEADLINE:
            what = "'headline' is refused, as the evidence is outside the title"
            at = " or ".join(f"{span.start()} to {span.end()}" for span in spans)
            yield entry.problem("locus", f"{what}; expected body, or evidence within {at}", "not-in-headline")


def spans_of_title(title: str, text: str) -> list[re.Match[str]]:
    """Return where a title stands in a text: the lines that it fills, otherwise its first place."""
    words = r"\s+".join(map(re.escape, title.split()))
    lines = list(re.finditer(rf"^[^\S\n]*{words}[^\S\n]*$", text, re.MULTILINE))
    return lines or list(re.finditer(words, text))[:1]
