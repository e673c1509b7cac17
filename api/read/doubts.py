"""Doubts: what in a text keeps a number from being taken for what somebody said.

Each rule looks for one kind of doubt, and tells the words that raise it. The words of a language stand in its file in
`schema/quantities/languages/`; a rule knows none.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from schema.mentions import Mention
from schema.quantities import Kind, Quantity
from schema.subjects.names import Indicator
from schema.subjects.numbered_text import NumberedText, Subject
from schema.terms import IndicatorKind, Unit, is_currency

_SHARES = frozenset([Kind.PERCENT, Kind.FRACTION])
UNTOLD = "the text does not tell the "
"""How a doubt begins about a kind of record that the text does not tell."""
_QUESTION_MARKS = "?\u061f"


@dataclass(frozen=True)
class Figure:
    """A number in its text.

    `counted` is the mention right behind it, `subjects` what it is about by kind, and `indicators` are those that it
    may count. `nameless` are the kinds that the reports behind it do not name either.
    """

    text: NumberedText
    quantity: Quantity
    counted: Mention | None
    subjects: Mapping[str, Subject]
    indicators: Sequence[Indicator]
    nameless: frozenset[str]

    @property
    def start(self) -> int:
        """Where the number begins, with the words of its hedge."""
        return min([self.quantity.start, *(words.start for words in self.quantity.hedges)])

    @property
    def end(self) -> int:
        """Where it ends, with the words of its hedge."""
        return max([self.quantity.end, *(words.end for words in self.quantity.hedges)])


def doubts_about(figure: Figure) -> list[str]:
    """Return what is in doubt about a number, with the words of the text that raise it; empty: nothing is."""
    return [doubt for rule in _RULES for doubt in rule(figure)]


def _unknown_names(figure: Figure) -> Iterator[str]:
    """Doubt a name beside the number that is not the dataset's, or only a part of what is: "northern Syria"."""
    for kind, subject in figure.subjects.items():
        for words in subject.unknown_names:
            yield f"{words}: is no {kind} of the dataset, or only a part of one"


def _denial(figure: Figure) -> Iterator[str]:
    """Doubt a sentence that denies, asks or supposes: "if 7,000 fighters remain"."""
    text, start, end = figure.text, figure.start, figure.end
    first, last = text.sentence(start, end)
    begins, ends = text.clauses.clause(start, end)
    words = (
        text.words.within("suppositions", first, last)
        or text.words.within("denials", begins, start)
        or text.words.within("denials", end, ends)
        or next((mark for mark in _QUESTION_MARKS if text.text.find(mark, first, last) >= 0), None)
    )
    if words:
        yield f"{words}: the sentence may deny it, ask or suppose"


def _narrowing(figure: Figure) -> Iterator[str]:
    """Doubt a word between the number and what it counts that is not known to be harmless: "400 former fighters"."""
    if not figure.counted:
        return
    place = figure.quantity.end, figure.counted.start
    word = figure.text.narrowing(*place) or figure.text.words.article(*place)  # "400 of the fighters"
    if word:
        yield f"{word}: may be only a part"


def _event(figure: Figure) -> Iterator[str]:
    """Doubt where more is said of those who are counted than that they are there: "400 fighters were wounded"."""
    if any(indicator.kind == IndicatorKind.FLOW for indicator in figure.indicators):
        return
    is_money = any(is_currency(indicator.unit) for indicator in figure.indicators)  # who holds money has it
    begins, ends = figure.text.clauses.part(figure.start, figure.end)
    behind = max(figure.end, figure.counted.end if figure.counted else 0)
    for name in ("events",) if is_money else ("events", "holding"):
        words = figure.text.words.within(name, begins, figure.start) or figure.text.words.within(name, behind, ends)
        if words:
            yield f"{words}: may be an event"
    happened = figure.text.words.following("be", behind, ends)
    if happened and figure.text.narrowing(*happened):  # "400 fighters were banished"
        yield f"{figure.text.text[slice(*happened)]}: may be an event"


def _untold(figure: Figure) -> Iterator[str]:
    """Doubt what the text does not tell and the reports do, such as the group: "7,000 fighters remain"."""
    for kind, subject in figure.subjects.items():
        if not subject.ids and (subject.candidates or kind not in figure.nameless):
            could_be = f"; it could be {' or '.join(subject.candidates)}" if subject.candidates else ""
            yield f"{UNTOLD}{kind}{could_be}"


def _share(figure: Figure) -> Iterator[str]:
    """Doubt a share or an amount without a word for what it is of: "half of Iraq's oil is in their hands"."""
    text, quantity = figure.text, figure.quantity
    names = {id_ for mention in text.near("indicator", figure.start, figure.end) for id_ in mention.ids}
    if (quantity.unit == Unit.PERCENT or is_currency(quantity.unit)) and names.isdisjoint(
        figure.subjects["indicator"].ids
    ):
        yield "the text does not tell what the number counts"
    groups = text.near("group", figure.start, figure.end)
    if quantity.kind in _SHARES and all(
        text.clauses.between(group.start, group.end, figure.start, figure.end) for group in groups
    ):
        yield "the text does not tell whose share it is"


def _misread(figure: Figure) -> Iterator[str]:
    """Doubt a number of which the reader of quantities is not sure: "arround 400"."""
    for unsettled in figure.quantity.unsettled:
        yield f"{unsettled.words.text}: {unsettled.why}"


def _unknown_language(figure: Figure) -> Iterator[str]:
    """Doubt all numbers of a language whose words are not known: "400 krigare finns kvar", in Swedish."""
    if not figure.text.words.known:
        yield "of this language only numbers in digits are read"


_RULES: Sequence[Callable[[Figure], Iterator[str]]] = (
    _unknown_names,
    _denial,
    _narrowing,
    _event,
    _share,
    _misread,
    _untold,
    _unknown_language,
)
