"""Languages: how numbers are written in each, and the words that hedge them, read from the files in `languages/`."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, Generic, NamedTuple, TypeVar, get_type_hints

from ruamel.yaml import YAML

from schema.terms import Hedge

_FOLDER = files(__package__) / "languages"
_ARABIC_LETTERS = str.maketrans({"ى": "ي", "ـ": None, "ک": "ك", "ی": "ي"})
_PIECE = re.compile(r"\d+|(?:[^\W\d_]\.){2,}|[^\W\d_]+(?:['’][^\W\d_]*)?|[^\s\w-]")
_ELIDED = re.compile(r"\d+|(?:[^\W\d_]\.){2,}|[^\W\d_]+['’]|[^\W\d_]+|[^\s\w-]")
_NUMBER_LISTS = ("numbers", "scales", "dozens", "approximate_numbers")

Value = TypeVar("Value")
Phrase = tuple[str, ...]
WordSet = frozenset[str]


class Token(NamedTuple):
    """A word, a number in digits, a symbol or the end of a sentence, and its place in the text in code points.

    `norm` is the word without case and accents. `glued`: nothing stands between it and the token before. `capital`: the
    word begins with a capital letter.
    """

    kind: str
    norm: str
    start: int
    end: int
    glued: bool
    capital: bool = False


def fold(word: str) -> str:
    """Return a word without case, accents, vowel marks and typographic apostrophes."""
    if word.isascii():
        return word.lower()
    folded = unicodedata.normalize("NFKD", word.casefold()).replace("’", "'")
    return "".join(char for char in folded if not unicodedata.combining(char)).translate(_ARABIC_LETTERS)


class Phrases(Generic[Value]):
    """Phrases of a language, each with a value, found at or before a token; of several, the longest.

    Hyphens between the words of a phrase do not matter.
    """

    def __init__(self, phrases: Mapping[Phrase, Value]) -> None:
        self._by_first: dict[str, list[tuple[Phrase, Value]]] = {}
        self._by_last: dict[str, list[tuple[Phrase, Value]]] = {}
        for phrase, value in sorted(phrases.items(), key=lambda item: -len(item[0])):
            self._by_first.setdefault(phrase[0], []).append((phrase, value))
            self._by_last.setdefault(phrase[-1], []).append((phrase, value))
        self.words = {word for phrase in phrases for word in phrase}
        self.phrases = phrases

    def at(self, tokens: list[Token], index: int) -> tuple[Value, int] | None:
        """Return the value of the phrase that starts at a token, and the index of the token after it, or None."""
        for phrase, value in self._by_first.get(tokens[index].norm, ()):
            place = index + 1
            for word in phrase[1:]:
                while tokens[place].norm == "-":
                    place += 1
                if tokens[place].norm != word:
                    break
                place += 1
            else:
                return value, place
        return None

    def before(self, tokens: list[Token], index: int) -> tuple[Value, int] | None:
        """Return the value of the phrase that ends before a token, and the index of its first token, or None."""
        if not index:
            return None
        for phrase, value in self._by_last.get(tokens[index - 1].norm, ()):
            place = index - 1
            for word in phrase[-2::-1]:
                place -= 1
                while place > 0 and tokens[place].norm == "-":
                    place -= 1
                if place < 0 or tokens[place].norm != word:
                    break
            else:
                return value, place
        return None


class Language:
    """The tables of one language; `known` is false where it has no file, and only its digits are read.

    Each attribute is the key of the same name in the file, where schema/README.md explains it: a set of words, phrases,
    or phrases with a value.
    """

    of: WordSet
    articles: WordSet
    definite: WordSet
    half: WordSet
    lone_fractions: WordSet
    fraction_followers: WordSet
    not_a_fraction_after: WordSet
    not_a_fraction_before: WordSet
    ones: WordSet
    not_one_before: WordSet
    speech: WordSet
    no_quantifier_after: WordSet
    ordinals: WordSet
    ordinal_suffixes: WordSet
    abbreviations: WordSet
    year_after: WordSet
    year_perhaps_after: WordSet
    year_determiners: WordSet
    plurals: WordSet
    o_clock: WordSet
    labels: WordSet
    measure_gap: WordSet
    metres_after: WordSet
    change: WordSet
    during: WordSet
    lasting: WordSet
    change_by: WordSet
    negations: WordSet
    negation_gap: WordSet
    loose_negations: WordSet
    negation_stops: WordSet
    far_links: WordSet
    marks: WordSet
    verbs: WordSet
    stops: WordSet
    than: WordSet
    after_pronouns: WordSet
    plain: WordSet
    prefixes: WordSet

    not_one_after: Phrases[bool]
    ratios: Phrases[bool]
    weak_ratios: Phrases[bool]
    vague_before: Phrases[bool]
    quantifiers: Phrases[bool]
    ages_before: Phrases[bool]
    ages_after: Phrases[bool]
    titles: Phrases[bool]
    streets: Phrases[bool]
    range_open: Phrases[bool]
    range_between: Phrases[bool]
    range_to: Phrases[bool]
    range_and: Phrases[bool]
    range_or: Phrases[bool]
    glue: Phrases[bool]
    no_article: Phrases[bool]
    coordinators: Phrases[bool]

    numbers: Phrases[float]
    scales: Phrases[float]
    dozens: Phrases[float]
    couples: Phrases[float]
    approximate_numbers: Phrases[float]
    fractions: Phrases[float]
    vague: Phrases[float]

    def __init__(self, tag: str, tables: Mapping[str, Any], symbols: Mapping[str, Any], *, known: bool) -> None:
        self.tag, self.known = tag, known
        self.elided: dict[str, str] = tables.get("elided", {})
        self.lone_halves: bool = tables.get("lone_halves", False)
        self.and_between_tens: bool = tables.get("and_between_tens", False)
        self.bare_years: bool = tables.get("bare_years", False)
        self.units_first: bool = tables.get("units_first", False)
        self.grouped_in_twos: bool = tables.get("grouped_in_twos", False)
        self.group = frozenset(tables["group"]) | set("'’٬")
        self.decimal = frozenset(tables["decimal"]) | set("٫")
        self.plural_endings = tuple(tables.get("plural_endings", ()))
        self.adverb_endings = tuple(tables.get("adverb_endings", ()))
        for key, kind in get_type_hints(type(self)).items():
            if kind == WordSet:
                setattr(self, key, frozenset(map(self.norm, tables.get(key, ()))))
            elif kind == Phrases[bool]:
                setattr(self, key, Phrases({self.phrase(text): True for text in tables.get(key, ())}))
            else:
                setattr(self, key, self._valued(tables.get(key, {})))
        self.months: dict[str, int] = {self.norm(name): month for name, month in tables.get("months", {}).items()}
        self.context: dict[str, list[str]] = tables.get("context", {})
        self.and_: WordSet = frozenset(map(fold, tables.get("and", ())))
        self.suffixes: dict[str, int] = {**symbols["suffixes"], **tables.get("suffixes", {})}
        self.money_suffixes: dict[str, int] = tables.get("money_suffixes", {})
        self.currency_signs: dict[str, str] = symbols["currency_signs"]
        self.dollars: dict[str, str] = symbols["dollars"]
        self.codes = {code.lower(): code for code in symbols["codes"]}
        self.currencies: Phrases[str] = self._valued(tables.get("currencies", {}))
        self.percent: Phrases[bool] = self._valued(
            dict.fromkeys([*tables.get("percent", ()), *symbols["percent"]], True)
        )
        self.measures, self.units = (self._listed(tables.get(key, {})) for key in ("measures", "units"))
        self.hedges_before = self._hedges(tables, symbols, "before", plain=tables.get("plain_before", ()))
        self.hedges_after = self._hedges(tables, symbols, "after")
        self.far_hedges = self._valued(
            {text: Hedge(name) for name, texts in tables.get("far_hedges", {}).items() for text in texts}
        )
        self.compound = self._compound(tables)
        self.vocabulary = self._vocabulary()
        self.starts = self._starts()
        self.before_or_in_number = self.starts.union(self.articles, self.dollars)

    def norm(self, word: str) -> str:
        """Return a word as the tables hold it: folded, and whole where it was elided ("d'" is "de")."""
        folded = word.lower() if word.isascii() else fold(word)
        return self.elided.get(folded, folded) if self.elided else folded

    def phrase(self, text: str) -> Phrase:
        """Return a phrase of a file as the norms of its tokens."""
        pieces = (_ELIDED if self.elided else _PIECE).findall(text)
        return tuple(map(self.norm, pieces)) if any(piece[0].isalnum() for piece in pieces) else (text,)

    def _valued(self, values: Mapping[Any, Value]) -> Phrases[Value]:
        return Phrases({self.phrase(str(text)): value for text, value in values.items()})

    def _listed(self, lists: Mapping[str, Iterable[str]]) -> Phrases[str]:
        """Return the phrases of some lists, each with the name of its list."""
        return self._valued({text: name for name, texts in lists.items() for text in texts})

    def _hedges(
        self, tables: Mapping[str, Any], symbols: Mapping[str, Any], side: str, plain: Iterable[str] = ()
    ) -> Phrases[Hedge]:
        """Return the hedges before or behind a number; `plain` phrases stand there too and hedge nothing."""
        phrases = {self.phrase(text): Hedge.NONE for text in plain}
        for table in (tables.get("hedges", {}), symbols["hedges"]):
            for name, texts in table.get(side, {}).items():
                phrases.update((self.phrase(text), Hedge(name)) for text in texts)
        return Phrases(phrases)

    def _compound(self, tables: Mapping[str, Any]) -> re.Pattern[str] | None:
        """Return a pattern of the parts of compound number words ("dreihundertfünfzig"), or None without `compound`."""
        if not tables.get("compound"):
            return None
        words = {fold(str(word)) for key in _NUMBER_LISTS for word in tables.get(key, {})} | self.and_
        return re.compile("|".join(sorted(words, key=len, reverse=True)))

    def _vocabulary(self) -> WordSet:
        """Return the words of numbers and hedges, from which prefixes are cut, and which are no names."""
        tables: tuple[Phrases[Any], ...] = (
            *(self.numbers, self.scales, self.dozens, self.approximate_numbers, self.fractions, self.vague),
            *(self.hedges_before, self.range_open, self.range_to, self.range_and),
        )
        return self.and_.union(*(phrases.words for phrases in tables))

    def _starts(self) -> WordSet:
        """Return the words and signs that a number may start with.

        Of articles, only those that are numbers too: of "a handful", the second word.
        """
        tables: tuple[Phrases[Any], ...] = (
            *(self.numbers, self.scales, self.dozens, self.couples, self.approximate_numbers, self.fractions),
            *(self.vague, self.vague_before, self.quantifiers),
        )
        articles = self.articles - self.numbers.words
        words = (phrase[phrase[0] in articles and len(phrase) > 1] for table in tables for phrase in table.phrases)
        return frozenset(words).union(self.currency_signs, self.codes)


def _read(name: str) -> dict[str, Any]:
    """Return the tables of a file in `languages/`."""
    tables: dict[str, Any] = YAML(typ="safe", pure=True).load((_FOLDER / name).read_text(encoding="utf-8"))
    return tables


@lru_cache(maxsize=1)
def _symbols() -> dict[str, Any]:
    return _read("symbols.yaml")


@lru_cache(maxsize=1)
def known_languages() -> frozenset[str]:
    """Return the languages whose number words and hedges are read: the names of the files."""
    names = {file.name.removesuffix(".yaml") for file in _FOLDER.iterdir() if file.name.endswith(".yaml")}
    return frozenset(names - {"symbols"})


def language_of(tag: str) -> Language:
    """Return the tables of a language by its BCP 47 tag; of one without a file, those for numbers in digits."""
    subtags = tag.split("-")
    region = next((subtag.upper() for subtag in subtags[1:] if len(subtag) == 2 or subtag.isdigit()), "")  # noqa: PLR2004
    return _language(subtags[0].lower(), region)


@lru_cache(maxsize=64)
def _language(primary: str, region: str) -> Language:
    symbols = _symbols()
    if primary in known_languages():
        tables = _read(f"{primary}.yaml")
        return Language(primary, {**tables, **tables.get("regions", {}).get(region, {})}, symbols, known=True)
    comma = primary in symbols["comma_decimal"]
    return Language(
        primary, {"group": ["."] if comma else [","], "decimal": [","] if comma else ["."]}, symbols, known=False
    )
