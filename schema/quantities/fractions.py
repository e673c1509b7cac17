"""Fractions and ratios: "a third", "two-thirds", "half a million", "one in four"."""

from schema.quantities.digits import in_percent, whole
from schema.quantities.language import Language, Token
from schema.quantities.number import Kind, Number
from schema.quantities.tokens import NUMBER, WORD
from schema.quantities.words import spelled

_ROUND = (10, 100)
_THOUSAND = 1_000


class FractionReader:
    """Finds the fractions among the tokens of one text."""

    def __init__(self, tokens: list[Token], language: Language) -> None:
        self.tokens, self.language = tokens, language

    def at(self, index: int) -> Number | None:
        """Return the fraction at a token: "a third", "two-thirds", "half of", "half a million", "one in four"."""
        tokens, language = self.tokens, self.language
        if ratio := self.ratio_at(index):
            return ratio
        place, count = index, 0.0
        article = False
        if word := language.numbers.at(tokens, index):
            count, place = word
            place += tokens[place].norm == "-"
        elif tokens[index].norm in language.articles:
            place, article = index + 1, True
        elif hedge := language.hedges_before.before(tokens, index):  # "a good third"
            article = tokens[hedge[1]].norm in language.articles
        part = language.fractions.at(tokens, place)
        if not part:
            return None
        denominator, last = part
        if count and count >= denominator:
            return None
        if number := self._part_of_scale(index, last, (count or 1) / denominator):
            return number
        if not count and not article and tokens[place].norm not in language.lone_fractions:
            return None
        if not self._is_share(index, place, last, sure=bool(count) or tokens[place].norm in language.half):
            return None
        return Number(index, last, in_percent((count or 1) / denominator), Kind.FRACTION, share=True)

    def _part_of_scale(self, index: int, last: int, part: float) -> Number | None:
        """Return a part of a scale as a count: "half a million", "a quarter of a million", "half-dozen"."""
        tokens, language = self.tokens, self.language
        place = last
        while tokens[place].norm in language.of or tokens[place].norm in language.articles or tokens[place].norm == "-":
            place += 1
        if place > last and (percent := language.percent.at(tokens, place)):  # half a percent
            return Number(index, percent[1], part, Kind.PERCENT, unit="percent")
        scale = language.scales.at(tokens, place) or language.dozens.at(tokens, place)
        if not scale or place - last > 3:  # noqa: PLR2004 ("of a", or "a" between hyphens)
            return None
        return Number(index, scale[1], whole(part * scale[0]), scale=scale[0], mantissa=part)

    def _is_share(self, index: int, place: int, last: int, *, sure: bool) -> bool:
        """Return whether a fraction word is a share, not the third attack or the first half."""
        tokens, language = self.tokens, self.language
        before = tokens[index - 1].norm if index else ""
        after = tokens[last]
        joint = index - 1 - (before in language.articles)
        if joint > 0 and tokens[joint].norm in language.and_ and language.measures.before(tokens, joint):
            return False  # an hour and a half
        if before in language.not_a_fraction_after or after.norm in language.not_a_fraction_before:
            return False
        if after.norm == "-":
            return tokens[last + 1].norm not in language.not_a_fraction_before and tokens[last + 1].kind != WORD
        if sure or tokens[place].norm in language.lone_fractions or language.hedges_before.before(tokens, index):
            return True
        return after.kind != WORD or after.norm in language.fraction_followers

    def ratio_at(self, index: int) -> Number | None:
        """Return a ratio as a share: "one in four", "two out of three"."""
        tokens, language = self.tokens, self.language
        first = self._small(index)
        if not first:
            return None
        link = language.ratios.at(tokens, first[1])
        if not link:
            link = language.weak_ratios.at(tokens, first[1])
            second = self._small(link[1]) if link else None
            verb = index > 0 and tokens[index - 1].norm in language.verbs
            if first[0] != 1 and (not second or second[0] not in _ROUND or verb):  # "8 in 10", not "killed 8 in 10"
                return None
        second = self._small(link[1]) if link else None
        if not second or not 0 < first[0] < second[0] <= _THOUSAND:
            return None
        if tokens[second[1]].norm in language.months or language.measures.at(tokens, second[1]):
            return None
        return Number(index, second[1], in_percent(first[0] / second[0]), Kind.FRACTION, share=True)

    def _small(self, index: int) -> tuple[float, int] | None:
        """Return the small whole number at a token in digits or in words, and the index behind it."""
        tokens, language = self.tokens, self.language
        token = tokens[index]
        if token.kind == NUMBER and len(token.norm) <= 3 and token.norm.isdecimal():  # noqa: PLR2004
            return int(token.norm), index + 1
        in_words = spelled(tokens, index, language) if token.kind == WORD else None
        return (in_words[0], in_words[1]) if in_words else None
