"""The review of an article: what a state changes in its file, what the check says of it, and what an audit plants."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import DOCUMENTS, GOOD, MOSUL

from seeds.curated.fixes import FileChangedError
from seeds.read import read_file, read_text
from seeds.review.audit import corrected, let_through, planted, plants_of
from seeds.review.fields import ESTIMATE, KEYS
from seeds.review.review import NotSettledError, Review, ReviewRefused
from seeds.review.saving import saved_data, yaml_scalar
from seeds.review.state import ReviewedEntry, Status

SETTLED = {
    "claim": "pentagon-2018-03-05-mosul-fighters",
    "source": "pentagon",
    "summary": "It's as many as 900: so they say.",
    "as_of.edtf": "2018-03-05",
    "as_of.basis": "statement",
}


@pytest.fixture
def seeds(tmp_path):
    """Return a copy of the good seeds."""
    return shutil.copytree(GOOD, tmp_path / "coded")


@pytest.fixture
def second(seeds):
    """Return the review of an article that is coded."""
    return Review.read(DOCUMENTS / "second.txt", seeds / "articles" / "2020-03-unknown-second.yaml")


def changed(state, number, status=None, **values):
    """Return a state in which one entry is another; keys are written with two underscores for the dot."""
    entries = list(state.entries)
    entry = entries[number]
    values = {key.replace("__", "."): value for key, value in values.items()}
    entries[number] = replace(entry, status=status or entry.status, values=entry.values | values)
    return replace(state, entries=tuple(entries))


def settled(state):
    """Return the state of the draft with the headline settled as the body is, and the third dropped."""
    values = {key.replace(".", "__"): value for key, value in SETTLED.items()}
    state = changed(state, 0, Status.ACCEPTED, **values)
    state = changed(state, 1, Status.ACCEPTED, **values)
    return changed(state, 2, Status.DROPPED)


def test_what_was_not_changed_is_not_written(second, drafted):
    assert second.fix(second.state()) is None
    assert drafted.fix(drafted.state()) is None


def test_a_change_leaves_every_other_character(second):
    fix = second.fix(changed(second.state(), 0, summary="Another: summary", scope="women"))
    before, after = fix.before.decode().splitlines(), fix.after.decode().splitlines()
    assert [line for line in after if line not in before] == ["    summary: 'Another: summary'", "    scope: women"]
    assert [line for line in before if line not in after] == ["    summary: An invented figure, bare."]


def test_all_that_a_form_can_change_is_read_back_as_it_was_meant(second):
    """The text that is saved says what the state says: every key set, every key emptied, entries dropped and added."""
    state = second.state()
    new = ReviewedEntry(None, Status.DRAFT, {key: f"new {key}" for key in KEYS[ESTIMATE]})
    states = [
        replace(state, entries=(*state.entries[1:], new), article=state.article),
        replace(state, entries=tuple(replace(each, values=dict.fromkeys(each.values, "")) for each in state.entries)),
        replace(
            state,
            entries=tuple(replace(each, values={key: f"'{key}: #" for key in each.values}) for each in state.entries),
        ),
        replace(state, article=dict.fromkeys(state.article, "")),
        replace(state, entries=tuple(replace(each, status=Status.DROPPED) for each in state.entries)),
    ]
    states[0] = replace(state, entries=(replace(state.entries[0], status=Status.DROPPED), *states[0].entries))
    for each in states:
        fix = second.fix(each)
        assert read_text(second.path, fix.after.decode()).data == saved_data(second.file.data, each)


@pytest.mark.parametrize(
    "text",
    [
        "500",
        "null",
        "a: b",
        "it's",
        "- a",
        "#a",
        "a #b",
        "a, b]",
        "{",
        "",
        "@a",
        "&a",
        "!a",
        "a\u202eb",
        'a"b',
        "~",
        " a",
    ],
)
def test_a_text_is_written_so_that_it_is_read_again(text):
    for line in (f"a: {yaml_scalar(text)}\n", f"a: {{b: {yaml_scalar(text)}, c: d}}\n"):
        data = read_text(Path("a"), line).data["a"]
        assert (data["b"] if isinstance(data, dict) else data) == text


def test_a_draft_is_settled_without_its_reasons(drafted):
    fix = drafted.fix(settled(drafted.state()))
    fix.write()
    file = read_file(drafted.path)
    assert [("draft" in estimate, estimate["source"]) for estimate in file.data["estimates"]] == [
        (False, "pentagon")
    ] * 2
    assert file.data["estimates"][0]["as_of"] == {"edtf": "2018-03-05", "basis": "statement"}
    again = Review.read(drafted.document_path, drafted.path)
    assert again.fix(again.state()) is None
    problems = [message.what for messages in again.check(again.state()).entries for message in messages]
    assert problems == []


def test_an_entry_with_an_empty_slot_is_not_accepted(drafted):
    with pytest.raises(NotSettledError) as refused:
        drafted.fix(changed(drafted.state(), 0, Status.ACCEPTED))
    keys = {message.key for message in refused.value.messages.entries[0]}
    assert {"claim", "source", "summary"} <= keys
    assert "draft" in read_file(drafted.path).data["estimates"][0]


def test_the_check_says_what_the_loader_says(second):
    state = changed(second.state(), 0, high="600", region="nowhere")
    messages = {message.key: message.what for message in second.check(state).entries[0]}
    assert messages["high"] == "'600' is not what the wording bears, which is 500; expected the wording's numbers"
    assert "'nowhere'" in messages["region"]
    other = second.check(changed(state, 1, Status.DROPPED))
    assert other.entries[1] == []
    assert other.entries[0]


def test_a_claim_is_suggested_to_a_draft_that_retells_it(drafted):
    first, body, other = drafted.suggestions(changed(drafted.state(), 2, claim=""))
    assert [suggestion.claim for suggestion in first] == ["pentagon-2018-03-05-mosul-fighters"]
    assert first[0].values["source"] == "pentagon"
    assert "The Pentagon: “up to 900 Islamic State fighters”" in first[0].says
    assert body == []
    assert [(suggestion.claim, suggestion.values) for suggestion in other] == [
        ("pentagon-2018-02-syria-killed", {"claim": "pentagon-2018-02-syria-killed"})
    ]


def test_words_are_added_as_the_draft_has_them_or_by_their_own_figure(drafted):
    state = changed(drafted.state(), 1, Status.DROPPED)
    start = MOSUL.index("up to 900 Islamic")
    added = drafted.added(state, start + 6, start + 9)
    assert (added["wording"], added["high"], added["source"]) == ("up to 900 Islamic State fighters", "900", "pentagon")
    assert added["id"] not in {entry.values["id"] for entry in state.entries}
    start = MOSUL.index("March 6")
    alone = drafted.added(state, start, start + 7)
    assert (alone["wording"], alone["evidence.start"], alone["locus"]) == ("March 6", str(start), "body")


def test_a_file_that_was_changed_meanwhile_is_not_overwritten(drafted):
    fix = drafted.fix(settled(drafted.state()))
    drafted.path.write_text("other: true\n")
    with pytest.raises(FileChangedError):
        fix.write()
    assert drafted.path.read_text() == "other: true\n"


@pytest.mark.parametrize("call", ["os.fsync", "pathlib.Path.replace"])
def test_a_crash_in_the_middle_of_saving_loses_nothing(drafted, monkeypatch, call):
    fix, before = drafted.fix(settled(drafted.state())), drafted.path.read_bytes()

    def crash(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(call, crash)
        with pytest.raises(KeyboardInterrupt):
            fix.write()
    assert (drafted.path.read_bytes(), [path.name for path in drafted.path.parent.iterdir()]) == (
        before,
        [drafted.path.name],
    )
    fix.write()
    assert drafted.path.read_bytes() == fix.after


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"a\0b", "has a NUL character at 1"),
        ("für".encode("latin-1"), "is not UTF-8 at byte 1 (0xfc)"),
        (b"another text", "is not the text that"),
    ],
)
def test_a_document_that_is_none_of_the_articles_is_refused(second, tmp_path, raw, what):
    document = tmp_path / "second.txt"
    document.write_bytes(raw)
    with pytest.raises(ReviewRefused) as refused:
        Review.read(document, second.path)
    assert what in str(refused.value)


def test_an_article_that_is_no_list_of_entries_is_refused(second):
    for text, what in (("estimates: 3\n", "is no article"), ("- a\n", "is no article"), ("a: [", "expected")):
        second.path.write_text(text)
        with pytest.raises(ReviewRefused, match=what):
            Review.read(second.document_path, second.path)


def test_a_file_that_cannot_be_edited_is_left_alone(drafted):
    lines = drafted.path.read_text().replace("estimates:", "estimates: [{id: a, draft: x}]\nrest:")
    drafted.path.write_text(lines)
    review = Review.read(drafted.document_path, drafted.path)
    start = MOSUL.index("more than 40")
    added = ReviewedEntry(None, Status.DRAFT, review.added(review.state(), start, start + 12))
    with pytest.raises(ReviewRefused, match="cannot be edited; expected each entry"):
        review.fix(replace(review.state(), entries=(*review.state().entries, added)))
    assert drafted.path.read_text() == lines


def as_accepted(shown, right):
    """Return an entry as a curator accepts it who overlooks what is wrong with it, and leaves the others."""
    return shown if shown == right else replace(shown, status=Status.ACCEPTED)


def test_what_an_audit_plants_is_wrong_in_one_field_and_is_never_saved(drafted):
    state = drafted.state()
    kinds = set()
    for seed in range(30):
        plants = plants_of(state, drafted.others, seed)
        assert plants == plants_of(state, drafted.others, seed)
        (plant,) = plants
        kinds.add(plant.kind)
        shown = planted(state, plants)
        assert [a == b for a, b in zip(shown.entries, state.entries, strict=True)].count(False) == 1
        assert corrected(shown, plants) == state
        accepted = replace(shown, entries=tuple(replace(entry, status=Status.ACCEPTED) for entry in shown.entries))
        (told,) = let_through(accepted, plants)
        assert all(value in told for value in plant.wrong.values())
        back = corrected(accepted, plants, to_save=True)
        assert back.entries[plant.index] == state.entries[plant.index]
        assert not let_through(settled(state), plants)
        assert corrected(settled(state), plants, to_save=True) == settled(state)
        only = replace(shown, entries=tuple(map(as_accepted, shown.entries, state.entries)))
        assert let_through(only, plants) == [told]
        assert drafted.fix(corrected(only, plants, to_save=True)) is None
    assert kinds == {"number", "hedge", "region", "speaker"}
