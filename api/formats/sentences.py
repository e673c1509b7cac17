"""Sentences that tell a claim: its figure, how it was printed, what contradicts it, and who else gives a figure.

A sentence holds no number that nobody said. A figure that was worked out is called so, and one without a number is
told in its own words.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from api.formats.phrases import alternatives, at, count, figure, when, words
from schema.claim_json import CLAIM_KEYS
from schema.terms import Drift, Locus

MOST_TOLD = 3
"""How many reversals, contradictions or other figures are told; of the others, the number."""
MOST_WORDINGS = 5
"""How many wordings of a claim are told."""

_PREPOSITIONS = {"indicator": "of", "group": "about", "region": "for", "source": "by"}

Record = Mapping[str, Any]


class SentenceKind(StrEnum):
    """What a sentence tells."""

    CLAIM = "claim"
    REPORTS = "reports"
    REVERSED = "reversed"
    CONTRADICTION = "contradiction"
    OTHERS = "others"
    ALONE = "alone"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Sentence:
    """A sentence, with the ids of the claims and estimates whose figures it tells."""

    kind: SentenceKind
    text: str
    claims: Sequence[str] = ()
    estimates: Sequence[str] = ()


def tell_claim(claim: Record) -> Sentence:
    """Return who said the figure of a claim, as its first report has it."""
    first = claim["reports"][0]["id"]
    return Sentence(SentenceKind.CLAIM, str(told_claim(claim)), [claim["id"]], [first])


class Told(NamedTuple):
    """A figure as it is told: what it is about, the figure, and its time and who said or printed it."""

    topic: str
    figure: str
    occasion: str

    def __str__(self) -> str:
        """Return it as a sentence."""
        return f"{self.topic}: {self.figure} {self.occasion}."


def told_claim(claim: Record) -> Told:
    """Return the figure of a claim, as its first report has it."""
    estimate = estimates_of(claim)[0]
    return Told(_topic(claim), _figure(estimate), f"{_time(estimate)}, said {_speaker(estimate)}")


def told_report(estimate: Record) -> Told:
    """Return the figure of one report, which may be another than the speaker's."""
    place = "the headline of " if estimate["locus"] == Locus.HEADLINE else ""
    printed = f"as {place}“{estimate['article']['title']}” reports what {_speaker(estimate)} said"
    return Told(_topic(estimate), _figure(estimate), f"{_time(estimate)}, {printed}")


def tell_reports(claim: Record) -> Sentence:
    """Return how often a claim was printed, in which words first, and with which other figures than that."""
    estimates = estimates_of(claim)
    first = estimates[0]
    first_words = "" if _is_told_in_words(first) else f" as “{first['wording']}”,"
    if len(estimates) == 1:
        article, of_headline = first["article"], "the headline of " if first["locus"] == Locus.HEADLINE else ""
        publisher = f" ({article['publisher']})" if article["publisher"] else ""
        text = f"Printed once,{first_words} in {of_headline}“{article['title']}”{publisher}."
        return Sentence(SentenceKind.REPORTS, text, [claim["id"]], [first["id"]])
    others: dict[str, Record] = {}
    for estimate in estimates:
        if figure(estimate) != figure(first):
            others.setdefault(figure(estimate), estimate)
    told = list(others.values())[:MOST_WORDINGS]
    printed = f"Printed in {count(claim['articles'], 'article')}"
    if len(estimates) != claim["articles"]:
        printed += f", {len(estimates):,} times"
    if len(claim["wires"]) == 1 and 1 < claim["articles"] == len(claim["wires"][0]["articles"]):
        printed += f", all of which credit {claim['wires'][0]['agency']}"
    end = f":{first_words} also{_wordings(told)}" if told else f",{first_words} each time with the same figure"
    if len(others) > len(told):
        end += f", and with {count(len(others) - len(told), 'other figure')}"
    ids = [estimate["id"] for estimate in told]
    return Sentence(SentenceKind.REPORTS, f"{printed}{end}.", [claim["id"]], [first["id"], *ids])


def tell_reversals(claim: Record) -> list[Sentence]:
    """Return, for each different way in which reports of a claim turn a bound around, what became of what."""
    estimates = {estimate["id"]: estimate for estimate in estimates_of(claim)}
    reversals: dict[tuple[str, str, str], tuple[str, str]] = {}
    for id_, estimate in estimates.items():
        if estimate["drift"] == Drift.BOUND_REVERSED:
            before = estimates[estimate["drift_from"]]
            reversals.setdefault((estimate["locus"], _figure(before), _figure(estimate)), (before["id"], id_))
    sentences = [
        Sentence(
            SentenceKind.REVERSED,
            f"A {'headline' if locus == Locus.HEADLINE else 'report'} turns it around: {before} became {after}.",
            [claim["id"]],
            ids,
        )
        for (locus, before, after), ids in list(reversals.items())[:MOST_TOLD]
    ]
    return sentences + _more(SentenceKind.REVERSED, claim, len(reversals) - len(sentences), "more reversal")


def tell_contradictions(
    claim: Record, conflicts: Sequence[Record], total: int, reversals: Sequence[Sentence]
) -> list[Sentence]:
    """Return a sentence for each of these conflicts of a claim, but for those that `reversals` tell.

    `total` is the number of all that `/conflicts` has.
    """
    first = claim["reports"][0]["id"]
    reversing = {sentence.estimates[-1] for sentence in reversals if sentence.estimates}
    untold = [
        conflict
        for conflict in conflicts
        if conflict["kind"] != "reports" or reversing.isdisjoint((conflict["lower"]["id"], conflict["higher"]["id"]))
    ]
    sentences = [_contradiction(claim["id"], first, conflict) for conflict in untold]
    return sentences + _more(SentenceKind.CONTRADICTION, claim, total - len(conflicts), "more contradiction")


def tell_others(claim: Record, estimates: Sequence[Record], total: int) -> Sentence:
    """Return the figures of other claims on the same topic for a time that overlaps, or that there are none.

    `estimates` are the first reports of such claims, `total` is the number of all such claims.
    """
    if not total:
        return Sentence(
            SentenceKind.ALONE, "No other source in this dataset gives a figure for that time.", [claim["id"]]
        )
    told = [_statement(estimate) for estimate in estimates]
    if total > len(told):
        told.append(f"and {count(total - len(told), 'more claim')}")
    return Sentence(
        SentenceKind.OTHERS,
        f"Other figures for that time: {'; '.join(told)}.",
        [estimate["claim"]["id"] for estimate in estimates],
        [estimate["id"] for estimate in estimates],
    )


def tell_nothing(
    names: Mapping[str, Sequence[str]], as_of: str | None, nearest: Record | None, *, narrowed: bool
) -> Sentence:
    """Return that nobody gives a figure for a question.

    `names` are those of the question's indicators, groups, regions and sources, by kind. `as_of` is its time, `nearest`
    the estimate nearest to that. `narrowed` tells that the question has other conditions as well.
    """
    inside = {"indicator": _small, "source": _inside}
    spelled = {kind: [inside.get(kind, str)(name) for name in of_kind] for kind, of_kind in names.items()}
    terms = [f"{word} {alternatives(spelled[kind])}" for kind, word in _PREPOSITIONS.items() if spelled.get(kind)]
    text = " ".join(["Nobody said: there is no figure", ", ".join([*terms, *([at(as_of)] if as_of else [])])]).strip()
    text += " that meets all conditions of the question." if narrowed else "."
    if nearest is None:
        return Sentence(SentenceKind.NOTHING, text)
    text += f" The nearest time for which there is one: {when(nearest['as_of']['edtf'])}."
    return Sentence(SentenceKind.NOTHING, text, [nearest["claim"]["id"]], [nearest["id"]])


def estimates_of(claim: Record) -> list[dict[str, Any]]:
    """Return the reports of a claim with the keys that the claim holds for all of them."""
    shared = {key: claim[key] for key in CLAIM_KEYS}
    return [{**shared, "claim": {"id": claim["id"]}, **report} for report in claim["reports"]]


def _contradiction(claim: str, first: str, conflict: Record) -> Sentence:
    """Return what a claim cannot be true together with; `first` is the id of its first report."""
    lower, higher = conflict["lower"], conflict["higher"]
    if conflict["kind"] == "reports":
        printed = " and ".join(_printed(estimate) for estimate in (lower, higher))
        text = f"Two reports of it contradict each other: {printed}."
        return Sentence(SentenceKind.CONTRADICTION, text, [claim], [lower["id"], higher["id"]])
    own, other = (lower, higher) if lower["claim"]["id"] == claim else (higher, lower)
    it = "it" if own["id"] == first else f"its other figure, {_figure(own)},"
    if conflict["kind"] == "claims":
        text = f"{_capital(it)} cannot be true together with {_statement(other)}"
    else:
        relation = "more than what was said of the whole" if own is higher else "less than what was said of a part"
        text = f"{_capital(it)} is {relation}, {_topic(other)}: {_statement(other)}"
    if conflict["days"]:
        text += f", unless the number changed in the {count(conflict['days'], 'day')} between"
    if not conflict["same_scope"]:
        text += "; but the two leave out, or add, different things"
    ids = [own["id"], other["id"]]
    return Sentence(SentenceKind.CONTRADICTION, f"{text}.", [claim, other["claim"]["id"]], ids)


def _more(kind: SentenceKind, claim: Record, number: int, noun: str) -> list[Sentence]:
    """Return the sentence that tells how many more there are than were told; none if all were."""
    if not number:
        return []
    return [Sentence(kind, f"There {'is' if number == 1 else 'are'} {count(number, noun)}.", [claim["id"]])]


def _topic(record: Record) -> str:
    """Return the topic of a claim or an estimate: `Iraq, fighters (Islamic State)`."""
    return f"{record['region']['name']}, {_small(record['indicator']['name'])} ({record['group']['name']})"


def _statement(estimate: Record) -> str:
    """Return the figure of an estimate with its time and speaker: `about 400 in May 2017, said the army (military)`."""
    return f"{_figure(estimate)} {_time(estimate)}, said {_speaker(estimate)}"


def _time(estimate: Record) -> str:
    """Return the time of an estimate, with what it leaves out: `in May 2017 (without the north)`."""
    scope = f" ({_small(estimate['scope'].removesuffix('.'))})" if estimate["scope"] else ""
    return f"{at(estimate['as_of']['edtf'])}{scope}"


def _speaker(estimate: Record) -> str:
    """Return who said an estimate, with the kind of source: `the army (military)`."""
    source = estimate["source"]
    kind = words(source["kind"]) + (", not named" if source["anonymous"] else "")
    return f"{_inside(source['name'])} ({kind})"


def _is_told_in_words(estimate: Record) -> bool:
    """Return whether the figure of an estimate is told with its words: it was worked out, or is none."""
    return estimate["derived"] or estimate["granularity"] is None


def _figure(estimate: Record) -> str:
    """Return the figure of an estimate, with its words where `_is_told_in_words`."""
    phrase, wording = figure(estimate), f"“{estimate['wording']}”"
    if estimate["derived"]:
        return f"{phrase}, worked out from {wording},"
    return phrase if estimate["granularity"] is not None else f"{phrase}, but {wording},"


def _printed(estimate: Record) -> str:
    return _figure(estimate) + (" in a headline" if estimate["locus"] == Locus.HEADLINE else "")


def _wordings(estimates: Iterable[Record]) -> str:
    """Return the wordings of estimates, those of headlines last: ` as “up to 5” and, in a headline, as “over 5”`."""
    by_locus: dict[str, list[str]] = {Locus.BODY: [], Locus.HEADLINE: []}
    for estimate in estimates:
        by_locus[estimate["locus"]].append(f"“{estimate['wording']}”")
    body, headline = (", ".join(by_locus[locus]) for locus in (Locus.BODY, Locus.HEADLINE))
    if not headline:
        return f" as {body}"
    return f" as {body} and, in a headline, as {headline}" if body else f", in a headline, as {headline}"


def _inside(name: str) -> str:
    """Return a name as it stands inside a sentence: with a small article."""
    article, space, rest = name.partition(" ")
    if article in ("A", "An", "The"):
        return f"{article.lower()}{space}{rest}"
    return name


def _small(name: str) -> str:
    """Return words as they stand inside a sentence, with a small first letter, but not that of `US dollars`."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
