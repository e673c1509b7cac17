import pytest

from schema.grammar import counted, with_article


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 problems"), (1, "1 problem"), (2, "2 problems"), (2_000, "2,000 problems")]
)
def test_a_noun_agrees_with_its_number(count, text):
    assert counted(count, "problem") == text


@pytest.mark.parametrize(("noun", "text"), [("group", "a group"), ("indicator", "an indicator"), ("Area", "an Area")])
def test_an_article_agrees_with_its_noun(noun, text):
    assert with_article(noun) == text
