"""The reader of quantities against tables of phrases, in each language: right codings pass, wrong ones are refused."""

import contextlib
import random
import re
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from schema import quantities
from schema.quantities import COUNTED, LONGEST_TEXT, Kind, TextTooLong, known_languages, read_quantities
from schema.quantities.language import Language, language_of
from schema.terms import Hedge, Unit
from seeds.rules.wording import fault_beside, faults_of_figure, quantity_in, warnings_of_wording

FOLDER = Path(__file__).parent / "data" / "quantities"
LANGUAGES = Path(quantities.__file__).parent / "languages"
TABLES = {file.stem: YAML(typ="safe", pure=True).load(file.read_text()) for file in sorted(FOLDER.glob("*.yaml"))}
RIGHT = [
    (language, str(phrase), coding) for language, table in TABLES.items() for phrase, coding in table["right"].items()
]
WRONG = [
    (language, str(phrase), coding)
    for language, table in TABLES.items()
    for phrase, codings in table["wrong"].items()
    for coding in codings
]
DOUBTFUL = [
    (language, phrase, coding)
    for language, table in TABLES.items()
    for phrase, coding in table.get("doubtful", {}).items()
]
SENTENCES = [
    (language, sentence, codings)
    for language, table in YAML(typ="safe", pure=True).load((FOLDER.parent / "sentences.yaml").read_text()).items()
    for sentence, codings in table.items()
]
KEYS = {
    "none": ("low", "best", "high"),
    "approximately": ("best",),
    "at_least": ("low",),
    "more_than": ("low",),
    "between": ("low", "high"),
}
SEPARATORS = {"en": (",", "."), "fr": (".", ","), "es": (".", ","), "de": (".", ","), "ar": (",", ".")}


def coding_of(coding):
    """Return the hedge and the numbers of a coding such as "between 400 500"."""
    hedge, *numbers = coding.split()
    return hedge, [float(number) if "." in number else int(number) for number in numbers]


def record_of(hedge, numbers, wording):
    """Return the record of an estimate that is coded so."""
    keys = KEYS.get(hedge, ("low", "high")[2 - len(numbers) :])
    numbers = numbers * 3 if hedge == "none" else numbers
    record = dict.fromkeys(("low", "best", "high", "derived")) | dict(zip(keys, numbers, strict=True))
    return {**record, "hedge": Hedge(hedge), "wording": wording}


def faults(language, wording, hedge, numbers, unit=None):
    return [fault.what for fault in faults_of_figure(record_of(hedge, numbers, wording), unit, language)]


def warnings(language, wording, hedge, numbers):
    return [fault.what for fault in warnings_of_wording(record_of(hedge, numbers, wording), language)]


@pytest.mark.parametrize("language", SEPARATORS)
def test_a_sentence_says_these_figures_and_no_others(language):
    read = {
        sentence: [
            (each.hedge, [*each.numbers]) for each in read_quantities(sentence, language) if each.kind in COUNTED
        ]
        for tongue, sentence, _ in SENTENCES
        if tongue == language
    }
    assert read == {
        sentence: [coding_of(coding) for coding in codings]
        for tongue, sentence, codings in SENTENCES
        if tongue == language
    }


def test_the_tables_are_broad():
    phrases = {language: len({*table["right"], *table["wrong"]}) for language, table in TABLES.items()}
    assert phrases.keys() == known_languages() == SEPARATORS.keys()
    assert phrases["en"] >= 250
    assert sum(phrases.values()) - phrases["en"] >= 150


@pytest.mark.parametrize("language", SEPARATORS)
def test_right_codings_pass(language):
    refused = {
        (phrase, coding): found
        for tongue, phrase, coding in RIGHT
        if tongue == language and (found := faults(language, phrase, *coding_of(coding)))
    }
    assert refused == {}


@pytest.mark.parametrize("language", SEPARATORS)
def test_wrong_codings_are_refused_with_what_is_expected(language):
    found = {
        (phrase, coding): faults(language, phrase, *coding_of(coding))
        for tongue, phrase, coding in WRONG
        if tongue == language
    }
    assert found
    assert {key: faults for key, faults in found.items() if not any("; expected " in what for what in faults)} == {}
    assert all("; expected " in what for faults in found.values() for what in faults)


@pytest.mark.parametrize(("language", "phrase", "coding"), DOUBTFUL)
def test_a_coding_beside_an_unknown_word_passes_with_a_warning(language, phrase, coding):
    assert faults(language, phrase, *coding_of(coding)) == []
    (warning,) = warnings(language, phrase, *coding_of(coding))
    assert re.fullmatch(r"'[\w-]+' is no hedge that is known; expected [\w ]+ \([a-z_]+\), or a hedge of .+", warning)


@pytest.mark.parametrize("language", SEPARATORS)
def test_right_codings_are_without_warnings(language):
    assert [case for case in RIGHT if case[0] == language and warnings(*case[:2], *coding_of(case[2]))] == []


def mutants_of(language, phrase, hedge, numbers):
    """Yield each right coding with one fault: the wording, the hedge and the numbers."""
    for factor in (1_000, 1_000_000):
        if numbers and all(number >= factor for number in numbers):  # the scale dropped
            yield phrase, hedge, [number // factor for number in numbers]
    if len(numbers) == 2:
        yield phrase, hedge, numbers[::-1]  # bounds swapped
        for other in ("none", "at_least", "up_to", "approximately"):  # an end lost
            yield from ((phrase, other, [number]) for number in numbers)
        if numbers[1] >= 1_000:  # the scale on one end alone
            yield phrase, hedge, [numbers[0] // 1_000, numbers[1]]
    elif numbers:
        turned = set(Hedge) - {Hedge(hedge), Hedge.BETWEEN, Hedge.VAGUE}
        yield from ((phrase, str(other), numbers) for other in sorted(turned))
        yield phrase, hedge, [numbers[0] + 1]
        yield phrase, "vague", []
    else:
        yield from ((phrase, other, [100]) for other in ("none", "approximately", "more_than", "at_least"))
    quantity = [each for each in read_quantities(phrase, language) if each.counts][-1]
    if quantity.hedges and hedge not in ("none", "between", "vague") and quantity.kind is not Kind.FRACTION:
        without = phrase  # the hedge removed
        for words in sorted(quantity.hedges, key=lambda words: -words.start):
            without = without[: words.start] + without[words.end :]
        yield without, hedge, numbers
    group, other = SEPARATORS[language]
    foreign = re.sub(rf"(?<=\d)\{group}(?=\d\d\d)", other, phrase)
    if foreign != phrase:
        yield foreign, hedge, numbers


def test_mutants_of_right_codings_are_refused():
    mutants = [
        (language, *mutant)
        for language, phrase, coding in RIGHT
        for mutant in mutants_of(language, phrase, *coding_of(coding))
    ]
    random.Random(3).shuffle(mutants)  # noqa: S311 (the same order each time)
    assert len(mutants) >= 1_000
    assert [mutant for mutant in mutants if not faults(*mutant) and not warnings(*mutant)] == []


@pytest.mark.parametrize(
    ("wording", "hedge", "number", "unit", "passes"),
    [
        ("$300m", "none", 300_000_000, "USD", True),
        ("$300m", "none", 300_000_000, Unit.PERSONS, False),
        ("€300m", "none", 300_000_000, "USD", False),
        ("30 percent", "none", 30, Unit.PERCENT, True),
        ("30 percent", "none", 30, Unit.PERSONS, False),
        ("about a third", "approximately", 33.3, Unit.PERCENT, True),
        ("30 fighters", "none", 30, Unit.PERSONS, True),
        ("30 vehicles", "none", 30, Unit.VEHICLES, True),
        ("30 vehicles", "none", 30, Unit.PERSONS, False),
        ("€300m", "none", 300_000_000, "EUR", True),
        ("30.5 square kilometres", "none", 30.5, Unit.KM2, True),
        ("30 km", "none", 30, Unit.KM2, False),
    ],
)
def test_a_unit_is_that_of_the_words(wording, hedge, number, unit, passes):
    assert (faults("en", wording, hedge, [number], unit) == []) is passes


@pytest.mark.parametrize(
    ("text", "wording", "hedge", "numbers", "passes"),
    [
        ("There were no more than 400 men.", "more than 400 men", "more_than", [400], False),
        ("There were no more than 400 men.", "no more than 400 men", "at_most", [400], True),
        ("There were up to 7,000 of them.", "7,000 of them", "none", [7000], False),
        ("There were 400 to 500 men.", "500 men", "none", [500], False),
        ("There were 400 to 500 men.", "400", "none", [400], False),
        ("There were 7,000 men or so.", "7,000 men", "none", [7000], False),
        ("There were 7,500 men.", "500 men", "none", [500], False),
        ("About 500 men and 300 women.", "300 women", "none", [300], False),
        ("There were arround 400 men.", "400 men", "none", [400], False),
        ("At least two died. There were 400 men.", "400 men", "none", [400], True),
        ("<b>400 men</b>", "400 men", "none", [400], True),
        ("There were > 400 men", "400 men", "none", [400], False),
        ("In 2014 there were 400 men, and up to 20 women.", "400 men", "none", [400], True),
    ],
)
def test_words_cut_off_beside_a_wording_are_found(text, wording, hedge, numbers, passes):
    record = record_of(hedge, numbers, wording)
    fault = fault_beside(record, text, text.index(wording), "en")
    assert (fault is None) is passes


@pytest.mark.parametrize(
    ("wording", "language", "magnitude"),
    [
        ("dozens", "en", 10),
        ("Thousands Of", "en", 1000),
        ("tens of thousands", "en", 10_000),
        ("hundreds of thousands", "en", 100_000),
        ("hundreds, possibly thousands", "en", 1000),
        ("Most fighters", "en", None),
        ("des centaines d'hommes", "fr", 100),
        ("Zehntausende", "de", 10_000),
        ("decenas de miles", "es", 10_000),
    ],
)
def test_vague_words_have_a_magnitude(wording, language, magnitude):
    quantity = quantity_in(wording, language, vague=True)
    assert quantity
    assert quantity.granularity == magnitude


@pytest.mark.parametrize(
    ("text", "granularity"),
    [("about 4,000", 1000), ("400 to 550", 10), ("33.3 percent", 0.1), ("a third", 10), ("1 in 4", 10), ("\u00bd", 10)],
)
def test_a_quantity_is_rounded_to_a_power_of_ten(text, granularity):
    (quantity,) = read_quantities(text, "en")
    assert quantity.granularity == granularity


@pytest.mark.parametrize(
    ("text", "language", "unit"),
    [
        ("22 people were killed", "en", Unit.PERSONS),
        ("hundreds of people", "en", Unit.PERSONS),
        ("22 people smugglers", "en", None),
        ("22 fighters", "en", None),
        ("14 Provinzen", "de", Unit.PROVINCES),
        ("un tiers des hommes", "fr", Unit.PERCENT),
        ("5 000 hommes", "fr", Unit.PERSONS),
        ("300 families", "en", Unit.HOUSEHOLDS),
        ("12 boats", "en", Unit.VESSELS),
        ("40 km² of desert", "en", Unit.KM2),
        ("40 square kilometres east of it", "en", Unit.KM2),
        ("40 square miles", "en", None),
    ],
)
def test_a_noun_may_be_a_word_for_a_unit(text, language, unit):
    (quantity,) = read_quantities(text, language)
    assert quantity.unit == unit


KINDS = {
    "on July 10, 2017": ["date", "date"],
    "in 2014, 22 men": ["date", "count"],
    "the 2014 offensive": ["date"],
    "2014-2017": ["date"],
    "the 1990s": ["date"],
    "2017-07-10": ["date"],
    "at 10:30": ["time"],
    "at 5 p.m.": ["time"],
    "the 22-year-old": ["age"],
    "Omar Example, 45, said": ["age"],
    "for three years": ["duration"],
    "30 km south": ["distance"],
    "300m away": ["distance"],
    "a 500-kilo bomb": ["weight"],
    "three times": ["times"],
    "an AK-47": ["name"],
    "M23 rebels": ["name"],
    "resolution 2254": ["name"],
    "the 3rd division": ["ordinal"],
    "http://example.org/400": ["name"],
    "2000 fighters": ["count"],
    "3-1": ["name", "name"],
    "+1 555 0137": ["name", "name"],
    "on June 5-7": ["date"],
    "on 5 to 7 June": ["date", "date"],
    "aged 3 and 5": ["age", "age"],
    "in his 30s": ["age"],
    "a thirty-something": ["age"],
    "from 5 km to 10 km": ["distance"],
    "Ward 3": ["name"],
    "12 Harbour Street": ["name"],
    "by 2,013 fighters": ["count"],
    "no one was hurt": [],
    "at the most": [],
    "the second half of the year": [],
}


@pytest.mark.parametrize(("text", "kinds"), KINDS.items())
def test_what_counts_nothing_is_told_apart(text, kinds):
    assert [quantity.kind for quantity in read_quantities(text, "en")] == kinds


def test_places_are_those_of_the_text():
    text = "ﬁrst 🦆 straße: no more than \u200f7,000 men – or 12 % of 1½ million."
    seven, twelve, million = read_quantities(text, "en")
    assert text[seven.start : seven.end] == "7,000"
    assert [words.text for words in seven.hedges] == ["no more than"]
    assert (seven.noun.text, text[seven.noun.start : seven.noun.end]) == ("men", "men")
    assert (text[twelve.start : twelve.end], twelve.unit, twelve.kind) == ("12 %", "percent", Kind.PERCENT)
    assert text[million.start : million.end] == "1½ million"


@pytest.mark.parametrize(
    ("text", "word", "closest"),
    [
        ("arround 400 men", "arround", "around"),
        ("aproximately 400 men", "aproximately", "approximately"),
        ("purportedly 400 men", "purportedly", None),
        ("≲400 men", "≲", "~"),
    ],
)
def test_an_unknown_word_beside_a_number_is_flagged_with_the_closest_hedge(text, word, closest):
    (quantity,) = read_quantities(text, "en")
    (unsettled,) = quantity.unsettled
    assert (quantity.hedge, unsettled.words.text) == (Hedge.NONE, word)
    assert closest in (None, unsettled.closest)
    assert isinstance(unsettled.hedge, Hedge)


@pytest.mark.parametrize(
    ("text", "hedge"),
    [
        ("400 jobs over three years", Hedge.NONE),
        ("for over three years", Hedge.MORE_THAN),
        ("over the past 10 days", Hedge.NONE),
        ("more than three years", Hedge.MORE_THAN),
    ],
)
def test_over_a_duration_is_mostly_during_it(text, hedge):
    assert read_quantities(text, "en")[-1].hedge is hedge


@pytest.mark.parametrize(
    ("text", "words", "why"),
    [
        ("In 2000 fighters joined the front", "2000", "may be the year 2000 as well"),
        ("7.000 men", "7.000", "may mean 7,000 as well"),
        ("not 400 men", "not", "negates the number"),
        ("several hundred to 1,000 men", "1,000", "ends a range that begins with a vague word"),
    ],
)
def test_words_that_can_be_read_in_two_ways_are_flagged(text, words, why):
    quantity = read_quantities(text, "en")[-1]
    assert [(unsettled.words.text, unsettled.why) for unsettled in quantity.unsettled] == [(words, why)]


@pytest.mark.parametrize(
    "text",
    [
        "killed 25 people",
        "officials say 7,000 affiliates remain",
        "the reportedly 400 fighters",
        "in total 300 dead",
        "Italy 400 men",
        "a family of 5 people",
        "Daesh 7,000 strong",
        "they number 400",
        "recently 400 men",
    ],
)
def test_ordinary_words_are_not_flagged(text):
    (quantity,) = read_quantities(text, "en")
    assert (quantity.hedge, quantity.unsettled) == (Hedge.NONE, ())


def test_numbers_of_other_languages_are_read_in_digits_alone():
    (quantity,) = read_quantities("omkring 7.000 soldater eller tusind", "da")
    assert quantity.numbers == (7000,)
    assert faults("da", "omkring 7.000 soldater", "approximately", [7000]) == []
    assert faults("da", "~7.000 soldater", "none", [7000])
    found = faults("da", "omkring 7.000 soldater", "none", [7])
    assert any("words in 'da' are not read" in what for what in found)


@pytest.mark.parametrize(
    ("tag", "text", "number"),
    [
        ("en-US", "7,000", 7000),
        ("en-IN", "12,34,567", 1_234_567),
        ("es-MX", "7,000", 7000),
        ("es-419", "1.5", 1.5),
        ("es-ES", "7.000", 7000),
        ("de-CH", "7'000", 7000),
        ("de-CH", "7’000", 7000),
        ("fr-FR", "7\u202f000", 7000),
        ("fr-FR", "7\u00a0000", 7000),
        ("ar", "٧٬٠٠٠", 7000),
        ("ar-MA", "7.000", 7000),
        ("sv", "7 000", 7000),
    ],
)
def test_separators_are_the_languages(tag, text, number):
    (quantity,) = read_quantities(text, tag)
    assert (quantity.numbers, quantity.unsettled) == ((number,), ())


def test_every_key_of_a_language_is_read():
    other_keys = {"language", "regions", "hedges", "plain_before", "far_hedges", "and", "currencies", "percent"}
    other_keys |= {"measures", "units", "suffixes", "money_suffixes", "group", "decimal", "elided", "units_first"}
    other_keys |= {"compound", "lone_halves", "and_between_tens", "grouped_in_twos", "plural_endings", "bare_years"}
    other_keys |= {"adverb_endings", "months", "context"}
    for tag in known_languages():
        tables = YAML(typ="safe", pure=True).load((LANGUAGES / f"{tag}.yaml").read_text())
        assert tables.keys() <= Language.__annotations__.keys() | other_keys
        assert tables["language"] == tag


def test_every_language_has_the_same_lists_of_words_around_numbers():
    lists = {tag: language_of(tag).context for tag in known_languages()}
    assert {tuple(of_language) for of_language in lists.values()} == {tuple(lists["en"])}
    for of_language in lists.values():
        assert all(isinstance(words, str) for listed in of_language.values() for words in listed)


@pytest.mark.parametrize(
    ("tag", "text", "edtf"),
    [
        ("en", "on 5 December 2017", "2017-12-05"),
        ("en", "by the 5th of December, 2017", "2017-12-05"),
        ("en", "on July 10, 2017", "2017-07-10"),
        ("en", "in July 2017", "2017-07"),
        ("en", "in the summer of 2016", "2016"),
        ("en", "in 2014-2017", "2014/2017"),
        ("en", "on 2017-12-05", "2017-12-05"),
        ("en", "on 31 February 2017", None),
        ("en", "on 5 December", None),
        ("en", "with 2,017 men", None),
        ("de", "am 14. Juli 2017", "2017-07-14"),
        ("fr", "le 1er mars 2020", "2020-03-01"),
        ("es", "el 3 de mayo de 2019", "2019-05-03"),
        ("ar", "في 5 ديسمبر 2017", "2017-12-05"),
        ("ar", "في كانون 2017", "2017"),
    ],
)
def test_a_date_has_its_edtf(tag, text, edtf):
    assert read_quantities(text, tag)[-1].edtf == edtf


HOSTILE = {
    "digits": "1" * LONGEST_TEXT,
    "NUL": "\0" * LONGEST_TEXT,
    "marks": "\u200f5" * (LONGEST_TEXT // 2),
    "spaces": "5 " * (LONGEST_TEXT // 2),
    "ranges": "5 to " * (LONGEST_TEXT // 5),
    "negations": "not " * (LONGEST_TEXT // 4 - 1) + "400",
    "articles": "a " * (LONGEST_TEXT // 2),
    "brackets": "(" * (LONGEST_TEXT - 1) + "5",
    "lists": "at least " + "5, " * 4_990 + "5 and 5",
    "phone numbers": "5 " * 4_990,
    "capitals": "Mr Seven " * 4_990,
    "scales": "million " * (LONGEST_TEXT // 8),
    "halves": "half of a " * (LONGEST_TEXT // 10),
    "words": "one hundred and " * (LONGEST_TEXT // 16),
    "newlines": "\n " * (LONGEST_TEXT // 2),
    "surrogate": "\ud800 400 men",
}


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_are_read_or_refused(text):
    quantities = []
    with contextlib.suppress(TextTooLong):
        quantities = read_quantities(text, "en")
    assert all(text[each.start : each.end] for each in quantities)


def test_a_text_that_is_too_long_is_refused():
    with pytest.raises(TextTooLong, match=r"^the text has 10,000,000 characters; expected at most 200,000$"):
        read_quantities("a" * 10_000_000, "en")


def test_the_work_grows_with_the_length_of_the_text():
    def calls(times):
        count = 0

        def profile(_frame, event, _argument):
            nonlocal count
            count += event in ("call", "c_call")

        text = "The army counted 22 dead and up to 7,000 men, as it had said before. " * times
        sys.setprofile(profile)
        try:
            read_quantities(text, "en")
        finally:
            sys.setprofile(None)
        return count

    calls(1)
    assert calls(160) < 8.5 * calls(20)
