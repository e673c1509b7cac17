"""Names in a text: which are found, in which sentence they stand, and which is nearest to a number."""

import pytest

from schema.mentions import MentionedText, NameFinder, nearest

FINDER = NameFinder(
    [
        *(("group", "alpha", "Alpha Front"), ("group", "alpha", "AF"), ("group", "alphas", "Alpha")),
        *(("group", "da-esh", "Da'esh"), ("group", "long", "ALPHABET")),
        *(("region", "north", "Al-North"), ("region", "city", "Port"), ("region", "port", "PORT")),
        *(("region", "front", "front"), ("region", "none", "!")),
    ]
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("the alpha front's men", [("group", ("alpha",), "alpha front")]),
        ("Alpha  \n  Front", [("group", ("alpha",), "Alpha  \n  Front")]),
        ("Alpha, the front", [("group", ("alphas",), "Alpha"), ("region", ("front",), "front")]),
        ("Alphas at AFs", []),
        ("AF, not af, nor Af", [("group", ("alpha",), "AF")]),
        ("alphabet", [("group", ("long",), "alphabet")]),
        ("daesh, Da\u2019esh", [("group", ("da-esh",), "Da\u2019esh")]),
        ("al north and Al-North", [("region", ("north",), "al north"), ("region", ("north",), "Al-North")]),
        ("the port", [("region", ("city",), "port")]),
        ("PORT", [("region", ("city", "port"), "PORT")]),
        ("\uff30\uff4f\uff52\uff54", [("region", ("city",), "\uff30\uff4f\uff52\uff54")]),
    ],
)
def test_a_name_is_found_as_it_may_be_written(text, names):
    assert [(mention.kind, mention.ids, text[mention.start : mention.end]) for mention in FINDER.find(text)] == names


def test_the_mentions_of_a_sentence_are_those_in_it():
    text = "AF left the port. Alpha took 400 in Al-North, said AF.\nThe front fell."
    mentioned, start = MentionedText(text, FINDER), text.index("400")
    groups = mentioned.in_sentence("group", start, start + 3)
    assert [mention.ids for mention in groups] == [("alphas",), ("alpha",)]
    assert nearest(groups, start, start + 3).ids == ("alphas",)
    assert [mention.ids for mention in mentioned.in_sentence("region", start, start + 3)] == [("north",)]
    assert mentioned.ids("region") == ("city", "north", "front")
    assert (mentioned.ids("indicator"), mentioned.in_sentence("indicator", 0, 1)) == ((), ())


@pytest.mark.parametrize(
    "text",
    [
        "It ended. |Some 400 stayed.| Others left.",
        "It ended.\n|Some 400 stayed|\nOthers left.",
        "“It ended.” |“Some 400 stayed,” he said, of 1.5 million vs. them.| Others left.",
        "|Some 400 stayed; 3 left?|",
        "It ended… |Some 400 stayed (“all ours.”)| Others left.",
        "انتهى؟ |بقي 400 هناك.| غادر",
    ],
)
def test_a_sentence_ends_at_a_full_stop_or_a_line(text):
    before, sentence, _ = text.split("|")
    plain = text.replace("|", "")
    start = plain.index("400")
    assert MentionedText(plain, NameFinder([])).sentence(start, start + 3) == (len(before), len(before) + len(sentence))
