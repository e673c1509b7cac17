"""A verified text as Markdown: the text as it was sent, with a footnote for each of its figures."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from api.explorer.verified_text import Entry, Piece, Report, VerifiedText
from api.formats.phrases import count, figure, when, words

_SPECIAL = re.compile(r"[\\`*_\[\]<>|#]")


def markdown_of(verified: VerifiedText, host: str, dataset: str) -> str:
    """Return a verified text as Markdown; `host` begins the addresses of claims, `dataset` says what was compared."""
    text = "".join(_marked(piece) for piece in verified.pieces).strip("\n")
    notes = "\n".join(line for entry in verified.entries for line in _footnote(entry, host))
    closing = f"Compared with {_plain(dataset)}. It tells who said a number, not whether it is true."
    return "\n\n".join(part for part in (text, notes, closing) if part)


def _marked(piece: Piece) -> str:
    return f"{piece.text}[^headcount-{piece.entry.number}]" if piece.entry else piece.text


def _footnote(entry: Entry, host: str) -> Iterator[str]:
    """Yield the lines of an entry's footnote."""
    finding = entry.finding
    sources = f" {count(finding['sources'], 'independent source')}." if entry.reports else ""
    heading = f"“{_plain(finding['text'])}”: **{words(finding['verdict'])}**."
    yield " ".join([f"[^headcount-{entry.number}]: {heading} {_plain(finding['says'])}{sources}", *entry.untold])
    for report in entry.reports:
        yield f"    - {_reported(report, host)}"


def _reported(report: Report, host: str) -> str:
    """Return a report in one line: the figure, what it is about, who said it, who printed it, and its claim."""
    estimate = report.estimate
    names = [estimate[kind]["name"] for kind in ("indicator", "group", "region")]
    about = ", ".join([*names, f"as of {when(estimate['as_of']['edtf'])}"])
    articles = [_article(article) for article in report.articles]
    if report.more:
        articles.append(f"{report.more:,} more")
    said = f"{_plain(estimate['source']['name'])}: “{_plain(estimate['wording'])}”"
    claim = f"[claim]({host}/claims/{estimate['claim']['id']})"
    return f"{said} ({figure(estimate)}; {_plain(about)}). {'; '.join(articles)}. {claim}"


def _article(article: Mapping[str, Any]) -> str:
    title = f"*{_plain(article['title'])}*"
    address = (article["url"] or "").replace(">", "%3E")
    printed_by = [_plain(name) for name in (article["publisher"], article["agency"]) if name]
    inferred = " (inferred)" if article["published"]["basis"] == "inferred" else ""
    published = when(article["published"]["edtf"]) + inferred
    return ", ".join([f"[{title}](<{address}>)" if address else title, *printed_by, published])


def _plain(text: str) -> str:
    """Return a text in one line, in which Markdown sees no signs of its own."""
    return _SPECIAL.sub(lambda sign: "\\" + sign.group(), " ".join(text.split()))
