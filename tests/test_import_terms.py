"""Terms that an import makes of rows keep the rules of the code lists, as curated ones do."""

import csv

import pytest
from tables import MAPPING, Outcome

from seeds import workers

REGION = {
    'region: "{region}"': """region:
      path:
        - make: {name: "{country}", kind: "{kind}", iso: "{iso}"}
        - make: {name: "{town}", kind: city}""",
    'id: "article-{article}"': 'id: "article"',
    'title: "{title}"': "title: A report",
    'published: {edtf: "{published}"}': 'published: {edtf: "2020"}',
    '\n    claim: "{claim}"': "",
    'group: "{group}"': 'group: {make: {name: "{group}", definition: "{definition}"}}',
    'make: {name: "{source}", kind: ngo': "make: {name: A watch, kind: ngo",
    'best: "{best}"\n    high: "{high}"\n    hedge: "{hedge}"': "hedge: at_least",
    'as_of: {edtf: "{as_of}"}': 'as_of: {edtf: "2020"}',
    "  hedge:\n    recode: {exact: none, approx: approximately}": "  country: {trim: true}",
}
ROW = {
    **{"id": "one", "group": "Blue", "definition": "Invented.", "country": "Chad", "kind": "country", "iso": "TD"},
    **{"town": "", "low": "5"},
}


@pytest.fixture
def outcome(tmp_path):
    """Return a function that imports rows, each given by the cells in which it differs, by a mapping that makes terms."""

    def imported(*rows):
        text = MAPPING.read_text()
        for old, new in REGION.items():
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "mapping.yaml").write_text(text)
        with (tmp_path / "rows.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, list(ROW))
            writer.writeheader()
            writer.writerows({**ROW, "id": f"row-{number}", **row} for number, row in enumerate(rows, start=1))
        return Outcome(tmp_path, tmp_path / "rows.csv", mapping=tmp_path / "mapping.yaml")

    return imported


def texts(outcome):
    return [(finding["row"], finding["place"], finding["what"]) for finding in outcome.findings]


def test_terms_are_made_of_rows(outcome):
    made = outcome({}, {"town": "Faya"})
    assert made.findings == []
    assert {id_: region["parent"] for id_, region in made.vocabularies["regions"].items()} == {
        **{"mali": None, "chad": None, "chad-faya": "chad"},
    }


def test_a_combined_region_needs_members_which_no_row_can_give(outcome):
    found = outcome({"kind": "combined"}, {"country": "Niger", "iso": "NE"})
    assert found.named("error") == {"members-against-kind": [1]}
    what = "stand with the kind combined, and with no other; expected both or neither"
    assert texts(found) == [(1, "region.members", what)]
    assert list(found.vocabularies["regions"]) == ["mali", "niger"]


def test_two_regions_made_with_one_code_are_refused(outcome):
    found = outcome({}, {"country": "Tchad"}, {"country": "Tchad", "town": "Faya"}, {"country": "Tchad"}, {})
    assert found.named() == {"code-taken": [2, 3, 4]}
    assert set(texts(found)[1:]) == {
        *((row, "region.iso", "'TD' also stands for 'chad'; expected a name of its own") for row in (3, 4)),
    }
    assert list(found.estimates) == ["row-1", "row-5"]
    assert list(found.vocabularies["regions"]) == ["mali", "chad"]
    assert found.imported.left_out == 3


def test_a_region_made_with_the_code_of_a_curated_one_is_refused(outcome):
    found = outcome({"country": "Republic of Mali", "iso": "ML"})
    assert found.named() == {"code-taken": [1]}
    assert texts(found) == [(1, "region.iso", "'ML' also stands for 'mali'; expected a name of its own")]
    assert found.estimates == {}
    assert found.articles == {}


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"iso": "NE"}, "region.iso"),
        ({"iso": ""}, "region.iso"),
        ({"kind": "area"}, "region.kind"),
        ({"definition": "Else."}, "group.definition"),
    ],
)
def test_a_later_row_gives_a_term_no_other_values(outcome, tmp_path, change, key):
    found = outcome({}, change, {})
    assert found.named() == {"term-disagrees": [2]}
    name = "Blue" if key.startswith("group") else "Chad"
    what = f"{name!r} has another {key.partition('.')[2]} in {tmp_path}/rows.csv:2; expected rows that agree on it"
    assert texts(found) == [(2, key, what)]
    assert list(found.estimates) == ["row-1", "row-3"]
    assert found.vocabularies["regions"]["chad"]["iso"] == "TD"


def test_a_term_may_be_written_in_capitals_and_is_the_same(outcome):
    found = outcome({}, {"country": "CHAD", "group": "BLUE"})
    assert found.findings == []
    assert found.vocabularies["regions"]["chad"]["name"] == "Chad"


def test_places_may_share_a_name_with_a_warning(outcome):
    found = outcome({"town": "Bridge"}, {"country": "Niger", "iso": "NE", "town": "Bridge"})
    assert found.named() == {"same-name": [2]}
    assert found.findings[0]["grade"] == "warning"
    assert texts(found) == [(2, "region.name", "'Bridge' also stands for 'chad-bridge'; expected a name of its own")]
    assert len(found.estimates) == 2


def test_a_row_that_is_left_out_leaves_no_warning_about_its_terms(outcome):
    found = outcome({"town": "Bridge"}, {"country": "Tchad", "town": "Bridge"})
    assert found.named() == {"code-taken": [2]}


@pytest.mark.slow
def test_terms_are_compared_over_batches_and_processes(outcome, monkeypatch):
    rows = [{"low": str(number + 1)} for number in range(4_500)] + [{"iso": "NE"}, {"country": "Tchad"}]
    alone = outcome(*rows)
    monkeypatch.setattr(workers, "SMALL", 0)
    helped = outcome(*rows)
    assert alone.named() == {"term-disagrees": [4_501], "code-taken": [4_502]}
    assert (helped.findings, helped.imported) == (alone.findings, alone.imported)
    assert helped.estimates == alone.estimates
