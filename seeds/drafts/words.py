"""The words of one text by their roles, as the lists in `languages/` have them."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from operator import attrgetter

from ruamel.yaml import YAML

from schema.mentions import Mention, MentionedText, NameFinder

_FOLDER = files(__package__) / "languages"
_start = attrgetter("start")


@lru_cache(maxsize=8)
def _finders(language: str) -> Mapping[str, NameFinder]:
    """Return what finds the words of each role in a language; none in one that has no file."""
    file = _FOLDER / f"{language}.yaml"
    lists = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return {role: NameFinder((role, "", str(words)) for words in phrases) for role, phrases in lists.items()}


LONGEST_SENTENCE = 600
"""Characters on each side of a number that are looked at; a text may be one sentence of thousands."""


def sentence_around(text: MentionedText, start: int, end: int) -> tuple[int, int]:
    """Return the sentence in which a part of a text stands, as far as it is looked at."""
    first, last = text.sentence(start, end)
    return max(first, start - LONGEST_SENTENCE), min(last, end + LONGEST_SENTENCE)


class RoleWords:
    """The words of one text that have a role; a word may have several. `language` is the text's BCP 47 tag."""

    def __init__(self, text: str, language: str) -> None:
        self._text, self._finders = text, _finders(language.split("-", maxsplit=1)[0].lower())
        self._of_role: dict[str, list[Mention]] = {}

    def within(self, start: int, end: int, *roles: str) -> list[Mention]:
        """Return the words of some roles that stand wholly in a part of the text, in its order."""
        mentions: list[Mention] = []
        for role in roles:
            of_role = self._all(role)
            first, last = bisect_left(of_role, start, key=_start), bisect_right(of_role, end, key=_start)
            mentions += [mention for mention in of_role[first:last] if mention.end <= end]
        return sorted(mentions, key=lambda mention: (mention.start, -mention.end))

    def any_within(self, start: int, end: int, *roles: str) -> bool:
        """Return whether a word of some roles stands in a part of the text."""
        return bool(self.within(start, end, *roles))

    def _all(self, role: str) -> list[Mention]:
        """Return all words of a role, which are looked for once."""
        if role not in self._of_role:
            finder = self._finders.get(role)
            self._of_role[role] = finder.find(self._text) if finder else []
        return self._of_role[role]
