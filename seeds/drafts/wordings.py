"""The wording of a figure: the few words of the text that bear the number with its hedge."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from operator import attrgetter

from schema.quantities import Kind, Quantity
from schema.records import LONGEST_WORDING
from schema.terms import Hedge
from seeds.drafts.counting import Figure
from seeds.rules.wording import fault_beside, quantity_in

Span = tuple[int, int]

_start = attrgetter("start")

_WORD_BEFORE = re.compile(r"\S+\s+$")
_MOST_WORDS_BEFORE = 3
"""The most words before a number that its wording may need too, such as "between"."""


def span_of_wording(figure: Figure, quantities: Sequence[Quantity], text: str, language: str) -> Span | None:
    """Return where the wording of a figure stands, in code points; None if no words bear it as it was read.

    It begins with the hedge, which may stand at the number before, and ends with the noun; it holds the verb that tells
    what happened, if it can. `quantities` are all those of the text. The words have to say the same by themselves as
    they do in the text, so others are tried until the check of seeds agrees.
    """
    quantity = figure.quantity
    beside = [(quantity.end, figure.end), *([figure.event] if figure.event else [])]
    begin = min([quantity.start, *(hedge.start for hedge in quantity.hedges)])
    end = max([quantity.end, *(hedge.end for hedge in quantity.hedges)])
    if quantity.shared:
        begin = min(begin, quantities[bisect_left(quantities, quantity.start, key=_start) - 1].start)
    for start, stop in _spans((begin, end), beside, text):
        if (
            stop - start <= LONGEST_WORDING
            and "\n" not in text[start:stop]
            and _bears(quantity, start, stop, text, language)
        ):
            return start, stop
    return None


def _spans(number: Span, beside: Sequence[Span], text: str) -> Iterator[Span]:
    """Yield the places that a wording may have: with all words beside it, with fewer, and with words before it."""
    begins = [number[0]]
    for _ in range(_MOST_WORDS_BEFORE):
        word = _WORD_BEFORE.search(text, max(0, begins[-1] - 40), begins[-1])
        begins.append(word.start() if word else begins[-1])
    for begin in begins:
        for count in range(len(beside), -1, -1):
            yield (
                min([begin, *(start for start, _ in beside[:count])]),
                max([number[1], *(end for _, end in beside[:count])]),
            )


def _bears(quantity: Quantity, start: int, end: int, text: str, language: str) -> bool:
    """Return whether the words of a place say by themselves what a quantity says, as the check of seeds will ask."""
    wording = text[start:end]
    vague = quantity.hedge is Hedge.VAGUE or quantity.kind is Kind.QUANTIFIER
    alone = quantity_in(wording, language, vague=vague)
    if alone is None or (alone.numbers, alone.hedge) != (quantity.numbers, quantity.hedge):
        return False
    return fault_beside({"wording": wording, "hedge": quantity.hedge}, text, start, language) is None
