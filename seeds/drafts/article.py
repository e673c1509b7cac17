"""A draft of an article: what its document tells of it, and an entry for each figure, with what is known of it."""

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from schema.intervals import NUMBERS
from schema.names import without_marks
from schema.quantities import Kind, Quantity, TextTooLong, read_quantities
from schema.subjects.numbered_text import NumberedText
from schema.terms import Locus, PublishedBasis
from seeds.curated.documents import is_quoted
from seeds.drafts.counting import Figure, figures_of
from seeds.drafts.documents import Document
from seeds.drafts.speakers import Speaker, speaker_of
from seeds.drafts.times import Times
from seeds.drafts.vocabulary import Vocabulary
from seeds.drafts.wordings import span_of_wording
from seeds.drafts.words import RoleWords

Record = dict[str, Any]
_MOST_NUMBERS = 1_000
_LONGEST_ID, _LONGEST_PREFIX = 60, 30
_NAMELESS = "article"
"""The id of an article that has neither a title nor a document with a name."""
_NOT_OF_GROUP = frozenset({"fatalities"})
"""Indicators of which the only group in a text may not be the one that did it."""


def draft_article(document: Document, vocabulary: Vocabulary, language: str) -> Record:
    """Return the draft of an article, as its file has it; what the document does not tell is null.

    `language` is the BCP 47 tag of the document. Raises schema.quantities.TextTooLong, also above 1,000 numbers that
    count something.
    """
    return _Drafter(document, vocabulary, language).article()


@dataclass(frozen=True)
class _Drafter:
    """Drafts one article."""

    document: Document
    vocabulary: Vocabulary
    language: str

    def article(self) -> Record:
        """Return the article with its estimates."""
        document, published = self.document, self._times.published
        return {
            "id": short_id(document.title or document.name or _NAMELESS),
            "title": document.title,
            "publisher": None,
            "author": document.author,
            "agency": document.agency,
            "published": {"edtf": published, "basis": PublishedBasis.PRINTED} if published else None,
            "language": self.language,
            "url": None,
            "document": {"name": document.name, "sha256": hashlib.sha256(document.raw).hexdigest()},
            "estimates": self._estimates(),
        }

    @cached_property
    def _quantities(self) -> list[Quantity]:
        quantities = read_quantities(self.document.seen, self.language)
        counting = sum(quantity.counts for quantity in quantities)
        if counting > _MOST_NUMBERS:
            what = f"the text has {counting:,} numbers that count something"
            raise TextTooLong(f"{what}; expected at most {_MOST_NUMBERS:,}")
        return quantities

    @cached_property
    def _text(self) -> NumberedText:
        return NumberedText(self.document.seen, self.language, self._quantities, self.vocabulary.names)

    @cached_property
    def _groups(self) -> dict[tuple[str, ...], int]:
        """The groups that the text names, each with its first place."""
        mentions = self._text.mentions("group")
        return {mention.ids: mention.start for mention in reversed(mentions)}

    @cached_property
    def _words(self) -> RoleWords:
        return RoleWords(self.document.seen, self.language)

    @cached_property
    def _times(self) -> Times:
        dates = [quantity for quantity in self._quantities if quantity.edtf and quantity.kind is Kind.DATE]
        return Times(self._text, self._words, dates, self.language, self.document.published(dates))

    def _estimates(self) -> list[Record]:
        """Return an entry for each figure, those of a headline that stands there twice only once."""
        figures = figures_of(self._text, self._words, self._quantities, self.vocabulary.names.indicators)
        repeats = self.document.titles[1:]
        single = [
            figure
            for figure in figures
            if not any(first <= figure.quantity.start and figure.quantity.end <= last for first, last in repeats)
        ]
        name = short_id(self.document.title or self.document.name or _NAMELESS, _LONGEST_PREFIX)
        estimates = [self._estimate(figure, f"{name}-{number}") for number, figure in enumerate(single, 1)]
        body = [estimate for estimate in estimates if estimate["locus"] is Locus.BODY]
        for headline in (estimate for estimate in estimates if estimate["locus"] is Locus.HEADLINE):
            numbers = _numbers(headline)
            _fill_from_body(headline, [each for each in body if numbers and _numbers(each) == numbers])
        return estimates

    def _estimate(self, figure: Figure, id_: str) -> Record:
        """Return the entry of a figure."""
        quantity, indicator = figure.quantity, figure.counted.indicator
        span = span_of_wording(figure, self._quantities, self.document.seen, self.language)
        start, end = span or (quantity.start, quantity.end)
        place = self.document.place(start, end)
        (group, why_group), (region, why_region) = (self._subject(kind, figure) for kind in ("group", "region"))
        speaker = speaker_of(self._text, self._words, self.vocabulary.sources, start, end)
        source = speaker.source if speaker else None
        as_of, stated = self._times.of(quantity.start, quantity.end)
        reasons = [figure.counted.because, why_group, why_region, _why_speaker(speaker)]
        reasons += [f"{unsettled.words.text!r} {unsettled.why}" for unsettled in quantity.unsettled]
        reasons += [] if span else ["no words beside it say the same by themselves"]
        reasons += [] if place else ["a tag of the page stands within the words; expected the page saved as a text"]
        is_quotation = place is not None and is_quoted(self.document.text, *place)
        in_title = any(first <= start and end <= last for first, last in self.document.titles)
        return {
            "id": id_,
            "claim": claim_id(source, as_of.edtf if as_of else None, region, indicator),
            "group": group,
            "indicator": indicator,
            "region": region,
            "source": source,
            **{key: _plain(getattr(quantity, key)) for key in NUMBERS if getattr(quantity, key) is not None},
            "hedge": quantity.hedge,
            "wording": self.document.seen[start:end],
            **({"quoted": True} if is_quotation else {}),
            "summary": None,
            "locus": Locus.HEADLINE if in_title else Locus.BODY,
            "as_of": as_of._asdict() if as_of else None,
            "stated": {"edtf": stated} if stated else None,
            "evidence": {"start": place[0], "end": place[1]} if place else None,
            "draft": {
                "confidence": _confidence(figure, is_worded=span is not None),
                "because": "; ".join(filter(None, reasons)),
                **({"speaker": self._words_of(speaker)} if speaker else {}),
            },
        }

    def _words_of(self, speaker: Speaker) -> Record:
        """Return the words for a speaker with their place, as `attributed_to` has them."""
        place = self.document.place(speaker.start, speaker.end)
        return {"wording": speaker.wording, **({"start": place[0], "end": place[1]} if place else {})}

    def _subject(self, kind: str, figure: Figure) -> tuple[str | None, str]:
        """Return the group or the region of a figure, and why; None where the text does not tell it.

        A region has to be named in the sentence. A group may also be the one in the sentence before, or the only one
        that is named so far.
        """
        start, end = figure.quantity.start, figure.end
        subject = self._text.subject(kind, start, end)
        if self._text.near(kind, start, end):
            if len(subject.ids) == 1 and subject.ids[0]:
                return subject.ids[0], f"{kind} as named"
        elif kind == "group":
            first, _ = self._text.sentence(start, end)
            before = {mention.ids for mention in self._text.near(kind, max(0, first - 2), max(0, first - 2))}
            named = {ids for ids, place in self._groups.items() if place < first}
            for ids, why in ((before, "group as named in the sentence before"), (named, "the only group named so far")):
                is_likely = ids is before or figure.counted.indicator not in _NOT_OF_GROUP
                if is_likely and len(ids) == 1 and len(only := next(iter(ids))) == 1:
                    return only[0], why
        others = list(filter(None, [*subject.ids, *subject.candidates, *subject.unknown_names]))
        return None, f"{kind} could be {' or '.join(others)}" if others else f"{kind} is not named"


def short_id(text: str, longest: int = _LONGEST_ID) -> str:
    """Return the beginning of a text as an id: letters and digits in ASCII, joined by hyphens, cut between words."""
    words = re.findall(r"[a-z0-9]+", without_marks(text).lower())
    joined = words[0][:longest] if words else _NAMELESS
    for word in words[1:]:
        if len(joined) + 1 + len(word) > longest:
            break
        joined += f"-{word}"
    return joined


def _numbers(estimate: Record) -> set[float]:
    """Return the numbers that an entry prints."""
    return {estimate[key] for key in NUMBERS if key in estimate}


def _fill_from_body(headline: Record, body: list[Record]) -> None:
    """Give an entry of a headline the group and the indicator that the entries of the body with its numbers have."""
    for key in ("group", "indicator"):
        values = {estimate[key] for estimate in body}
        if headline[key] is None and len(values) == 1 and (value := values.pop()):
            headline[key] = value
            headline["draft"]["because"] += f"; {key} as of the same number below"


def claim_id(source: str | None, as_of: str | None, region: str | None, indicator: str | None) -> str | None:
    """Return an id for the claim, if the text tells what makes one; figures that share all of these share a claim."""
    if not (source and as_of and region and indicator):
        return None
    return short_id(f"{source} {as_of} {region} {indicator}", 2 * _LONGEST_ID)


def _plain(number: float) -> float:
    return int(number) if number == int(number) else number


def _why_speaker(speaker: Speaker | None) -> str:
    if speaker is None:
        return "nobody is named who says it"
    return "" if speaker.sure else "the speaker is named in a sentence before"


def _confidence(figure: Figure, *, is_worded: bool) -> str:
    """Return how sure it is that this is a figure, and of what: high, medium or low."""
    if figure.quantity.unsettled or not is_worded or figure.counted.indicator is None:
        return "low"
    return "high" if figure.counted.sure else "medium"
