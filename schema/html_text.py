"""The text of an HTML page, and where each part of it stands in the page."""

import re
from bisect import bisect_right
from html import unescape

_UNSEEN = frozenset({"script", "style", "template", "head", "noscript", "title"})
_INLINE = frozenset(
    ["a", "abbr", "b", "bdi", "cite", "em", "font", "i", "mark", "q", "s", "small", "span", "strong", "u"]
)
_TAG_NAME = re.compile("[a-zA-Z][a-zA-Z0-9-]*")
_CHARACTER = re.compile("&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")


class HtmlText:
    """The text of a page: without tags, comments and scripts, with a line break for each tag that is not inline.

    It is read in one pass, so that no page takes longer than its length: html.parser takes minutes for a page of
    200,000 characters that opens tags and closes none.
    """

    def __init__(self, page: str) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._places: list[tuple[int, int]] = []
        self._lower = page.lower()
        self._read(page)
        self.text = "".join(self._parts)

    def place(self, position: int) -> int:
        """Return the place in the page of a position in the text, both in code points."""
        index = bisect_right(self._places, (position, len(self.text))) - 1
        in_text, in_page = self._places[max(index, 0)]
        return in_page + position - in_text

    def _read(self, page: str) -> None:
        place = 0
        while place < len(page):
            tag = page.find("<", place)
            if tag < 0:
                tag = len(page)
            self._add_text(page, place, tag)
            place = self._behind_tag(page, tag)

    def _behind_tag(self, page: str, place: int) -> int:
        """Return where the tag or the comment at a place ends, with all of an element that is not seen."""
        if page.startswith("<!--", place):
            return _behind(page, "-->", place)
        closes = page.startswith("</", place)
        name = _TAG_NAME.match(page, place + 2 if closes else place + 1)
        if not name and not page.startswith(("<!", "<?", "</"), place):
            self._add(page[place : place + 1], place)  # a "less than"
            return place + 1
        word = name.group().lower() if name else ""
        if word not in _INLINE:
            self._add("\n", place)
        if word in _UNSEEN and not closes:
            place = _behind(self._lower, f"</{word}", place)
        return _behind(page, ">", place)

    def _add_text(self, page: str, start: int, end: int) -> None:
        for character in _CHARACTER.finditer(page, start, end):
            self._add(page[start : character.start()], start)
            self._add(unescape(character.group()), character.start())
            start = character.end()
        self._add(page[start:end], start)

    def _add(self, text: str, place: int) -> None:
        if text:
            self._places.append((self._length, place))
            self._parts.append(text)
            self._length += len(text)


def _behind(page: str, mark: str, place: int) -> int:
    """Return where a mark ends that follows a place; the end of the page where none does."""
    found = page.find(mark, place)
    return len(page) if found < 0 else found + len(mark)
