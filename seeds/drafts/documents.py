"""A document to be drafted: its bytes, its text, and what its header tells of the article."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from schema.html_text import HtmlText
from schema.quantities import Quantity
from seeds.curated.headlines import spans_of_title

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LONGEST_TITLE, _LONGEST_HEADER_LINE, _LINES_OF_HEADER, _FEWEST_WORDS = 200, 130, 12, 3
_DATELINE = re.compile(r"^.{0,70}?(?:\s[-\u2013\u2014]+\s|\s?[\u2013\u2014]\s?|\)\s)")
_FURNITURE = re.compile(
    r"^(?:for immediate release|press release|transcript|published|updated|last updated|by\s|\d+ min|share|file photo|"
    r"photo|font size|source|release no|summary|executive summary|\[|\()|\bread\b|\|",
    re.I,
)
"""How lines of a header begin that are no headline."""
_DATE_LINE = re.compile(r"(?:[^\W\d_]+,? )?(?:\d{1,2}(?:st|nd|rd|th|\.)? [^\W\d_]+\.?|[^\W\d_]+\.? \d{1,2}),? \d{4}")
"""A line of a header that is a date alone: "Sunday, 15 January 2017"."""
_AGENCY = re.compile(r"^[^()\n]{2,50}\((?P<name>[A-Z][\w .&'-]{1,40})\)\s*[-\u2013\u2014]", re.MULTILINE)
_CREDIT = re.compile(r"^Source:\s+(?P<name>\S.{1,80})$", re.MULTILINE)
_AUTHOR = re.compile(r"^By\s+(?P<name>[^\W\d_]\S*(?:\s+\S+){1,4})$", re.MULTILINE)
_HEADING = re.compile(r"<h1\b[^>]*>(.*?)</h1\s*>", re.I | re.S)
_PAGE_TITLE = re.compile(r"<title\b[^>]*>(.*?)</title\s*>", re.I | re.S)
_PAGE_LANGUAGE = re.compile(r"<html\b[^>]*\blang\s*=\s*[\"']?([a-zA-Z-]+)", re.I)
_PAGE_DAY = re.compile(
    r"(?:article:published_time|datePublished|datetime)[\"']?\s*(?:content\s*)?[=:]\s*[\"'](\d{4}-\d{2}-\d{2})", re.I
)
_SMALL_WORDS = {
    "en": {"the", "of", "and", "to", "in", "that", "was", "were", "is", "for", "with", "by", "from"},
    "ar": {"في", "من", "على", "أن", "إلى", "عن", "التي", "مع"},
    "de": {"der", "die", "das", "und", "von", "den", "ist", "mit", "nicht", "im", "zu", "ein", "eine", "sind"},
    "es": {"el", "los", "las", "y", "del", "que", "de", "la", "en", "por", "un", "una", "con", "al"},
    "fr": {"le", "les", "des", "et", "du", "que", "de", "la", "dans", "par", "un", "une", "aux", "est"},
}
_LEAST_SHARE = 0.1
"""The part of its words by which a text is known to be in a language."""


class DocumentRefused(Exception):  # noqa: N818 (named for what happened)
    """A document cannot be read; the text says why, and what was expected."""


@dataclass(frozen=True)
class Document:
    """A document: its name (None if it has none), its bytes, and its text as `check --documents` reads it."""

    name: str | None
    raw: bytes
    text: str
    is_html: bool

    @classmethod
    def read(cls, name: str | None, raw: bytes, *, is_html: bool) -> "Document":
        """Return a document; raises DocumentRefused where its bytes are no text in UTF-8."""
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            what = f"is not UTF-8 at byte {error.start} (0x{raw[error.start]:02x}); expected a text in UTF-8"
            raise DocumentRefused(what) from error
        if "\0" in text:
            raise DocumentRefused(f"has a NUL character at {text.index(chr(0))}; expected a text")
        return cls(name, raw, text, is_html)

    @cached_property
    def _page(self) -> HtmlText | None:
        return HtmlText(self.text) if self.is_html else None

    @property
    def seen(self) -> str:
        """The text that a reader sees: without the tags of a page."""
        return self._page.text if self._page else self.text

    @cached_property
    def title(self) -> str | None:
        """The headline; None where no line looks like one."""
        if self.is_html:
            match = _HEADING.search(self.text) or _PAGE_TITLE.search(self.text)
            return " ".join(HtmlText(match[1]).text.split())[:_LONGEST_TITLE] or None if match else None
        lines = [line.strip(" \t\r\ufeff") for line in self.text.splitlines()]
        filled = [line for line in lines if line]
        titles = [line for line in filled[:_LINES_OF_HEADER] if _is_title(line)]
        later = [line for line in filled[_LINES_OF_HEADER:] + filled[1:_LINES_OF_HEADER] if _is_title(line)]
        if filled and len(filled[0]) > _LONGEST_HEADER_LINE:  # the text begins at once: a headline stands below, twice
            return next((line for line in later if filled.count(line) > 1), None)
        return titles[0] if titles else None

    @cached_property
    def header(self) -> str:
        """What stands before the text of the article: short lines, and the dateline of the first long one."""
        lines: list[str] = []
        for line in self.seen.splitlines()[: 3 * _LINES_OF_HEADER]:
            if len(line) > _LONGEST_HEADER_LINE:
                dateline = _DATELINE.match(line)
                lines.append(dateline[0] if dateline else "")
                break
            lines.append(line)
        return "\n".join(lines)

    def published(self, dates: Sequence[Quantity]) -> str | None:
        """Return the day of publication that the header prints; `dates` are the quantities of `seen` that are dates."""
        if self.is_html and (match := _PAGE_DAY.search(self.text)):
            return match[1]
        end = len(self.header)
        days = [each.edtf for each in dates if each.edtf and each.start < end and _DAY.fullmatch(each.edtf)]
        return days[0] if days else None

    @property
    def agency(self) -> str | None:
        """The news agency that the dateline or the last lines credit."""
        match = _AGENCY.search(self.seen[:1000]) or _CREDIT.search(self.seen)
        return match["name"].strip() if match else None

    @property
    def author(self) -> str | None:
        """Who is named in a line that begins with "By"."""
        match = _AUTHOR.search(self.header)
        return match["name"] if match else None

    @cached_property
    def language(self) -> str | None:
        """The language, by the page's own word or by its small words; None if it is none of those that are read."""
        if self.is_html and (match := _PAGE_LANGUAGE.search(self.text)):
            return match[1].lower() if len(match[1]) <= 3 else match[1]  # noqa: PLR2004 (a code without a country)
        words = re.findall(r"[^\W\d_]+", self.seen[:20_000].lower())
        shares = {tag: sum(word in small_words for word in words) for tag, small_words in _SMALL_WORDS.items()}
        best = max(shares, key=lambda tag: shares[tag])
        return best if words and shares[best] >= _LEAST_SHARE * len(words) else None

    @cached_property
    def titles(self) -> list[tuple[int, int]]:
        """Where the title stands in `seen`, the first place first."""
        return [match.span() for match in spans_of_title(self.title, self.seen)] if self.title else []

    def place(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the place in `text` of a place in `seen`; None if a tag of the page stands within."""
        if self._page is None:
            return start, end
        words = self.seen[start:end]
        if self.title and self.titles and self.titles[0][0] <= start and end <= self.titles[0][1]:
            in_page = [match.start() for match in spans_of_title(self.title, self.text)]
            first = in_page[0] + start - self.titles[0][0] if in_page else self._page.place(start)
        else:
            first = self._page.place(start)
        return (first, first + len(words)) if self.text[first : first + len(words)] == words else None


def _is_title(line: str) -> bool:
    """Return whether a line looks like a headline."""
    words = line.split()
    return (
        len(words) >= _FEWEST_WORDS
        and len(line) <= _LONGEST_TITLE
        and not _DATE_LINE.fullmatch(line)
        and not line.endswith((".", ":", ";"))
        and not _FURNITURE.search(line)
        and any(letter.isalpha() for letter in line)
    )
