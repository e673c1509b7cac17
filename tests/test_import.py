"""Tables as users import them: the UCDP mapping with every flaw of its data, the command, seeds and tables together."""

import csv
import json
import re

import pytest
from click.testing import CliRunner
from conftest import GOOD, make_release
from tables import MAPPING, ROW, UCDP, Outcome, write_csv, write_ndjson

from api import cli, create_app
from schema.store.sqlite import Identity
from schema.store.urls import open_database
from seeds import workers
from seeds.tables.findings import Finding, FindingLog, Grade


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function that runs `headcount` with a database of its own."""
    monkeypatch.setenv("HEADCOUNT_DATABASE_URL", f"sqlite:///{tmp_path}/data/headcount.db")
    return lambda *words: CliRunner().invoke(cli.main, [str(word) for word in words], prog_name="headcount")


@pytest.fixture(scope="module")
def ucdp(tmp_path_factory):
    return Outcome(tmp_path_factory.mktemp("ucdp"), UCDP, mapping="ucdp-ged")


@pytest.fixture(scope="module")
def imported(tmp_path_factory, url_of):
    """Return a client of the UCDP table, imported."""
    path = tmp_path_factory.mktemp("imported") / "headcount.db"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HEADCOUNT_DATABASE_URL", f"sqlite:///{path}")
        arguments = ["import", str(UCDP), "--mapping", "ucdp-ged", "--keep-going"]
        assert CliRunner().invoke(cli.main, arguments).exit_code == 0
    app = create_app({"DATABASE_URL": url_of(path)})
    yield app.test_client()
    app.extensions["database"].close()


REFUSED = {
    **{"low-above-best": [2], "best-above-high": [3], "not-a-number": [16], "id-collision": [13], "id-taken": [14]},
}
NOTED = {
    **{"zero-best": [4], "report-without-date": [5, 8], "reports-not-counted": [5, 8], "report-not-named": [8]},
    **{"report-before-event": [6, 7], "report-date-not-possible": [7], "several-reports": [9], "several-lines": [9]},
    **{"several-groups": [10], "not-ascii": [10], "dead-of-unknown-side": [10], "source-not-named": [5]},
    **{"cut-short": [15], "same-name": [18]},
}


def test_every_flaw_of_the_ucdp_table_is_named(ucdp):
    assert ucdp.named("error") == REFUSED
    noted = ucdp.named("warning")
    assert set(range(1, 19)) - set(noted.pop("not-a-group")) == {10}
    assert noted == NOTED
    assert (ucdp.imported.rows, ucdp.imported.left_out) == (18, 5)


def test_refused_rows_make_nothing(ucdp):
    rows = {estimate["evidence"]["row"] for estimate in ucdp.estimates.values()}
    assert rows == set(range(1, 19)) - {row for rows in REFUSED.values() for row in rows}
    assert all(region["name"] != "Bridge-district" for region in ucdp.vocabularies["regions"].values())


def numbers(estimate):
    return [estimate[key] for key in ("low", "best", "high", "hedge", "wording")]


def test_numbers_are_those_of_the_cells(ucdp):
    assert numbers(ucdp.estimates["ucdp-1-deaths"]) == [4, 4, 4, "none", "4,4,4"]
    assert numbers(ucdp.estimates["ucdp-1-side-b"]) == [3, 3, 3, "none", "3"]
    assert numbers(ucdp.estimates["ucdp-1-civilians"]) == [1, 1, 1, "none", "1"]
    assert numbers(ucdp.estimates["ucdp-12-deaths"]) == [3, 4, 9, "between", "3,4,9"]
    assert numbers(ucdp.estimates["ucdp-12-side-b"]) == [None, 3, None, "approximately", "3"]
    assert numbers(ucdp.estimates["ucdp-17-deaths"]) == [4, 4, 9, "between", "4,4,9"]
    # A best of 0 below a high is UCDP's word for "not confirmed", and no count of nobody.
    assert numbers(ucdp.estimates["ucdp-4-deaths"]) == [0, None, 5, "between", "0,0,5"]


def test_whom_figures_are_about(ucdp):
    groups = {id_: estimate["group"] for id_, estimate in ucdp.estimates.items()}
    assert groups["ucdp-1-deaths"] == "government-of-freeland-red-column"
    assert groups["ucdp-1-side-b"] == "red-column"
    assert "ucdp-1-side-a" not in groups  # a government is no group
    together = ucdp.vocabularies["groups"][groups["ucdp-10-side-a"]]
    assert together["name"] == "Blue Front, Green Front"
    victims = ucdp.estimates["ucdp-11-victims"]
    assert (victims["group"], victims["indicator"], victims["low"]) == ("red-column", "fatalities", 4)
    assert all(group["name"] != "Civilians" for group in ucdp.vocabularies["groups"].values())


def test_places_lie_in_each_other_and_keep_their_names(ucdp):
    regions = ucdp.vocabularies["regions"]
    place = regions[ucdp.estimates["ucdp-10-deaths"]["region"]]
    assert place["id"] == "freeland-north-province-bridge-district-al-hamra-village"
    assert (place["name"], place["kind"]) == ("Al Ḩamrā\u2019 village", "city")
    chain = []
    while place["parent"]:
        place = regions[place["parent"]]
        chain.append((place["name"], place["kind"]))
    assert chain == [("Bridge district", "area"), ("North province", "admin1"), ("Freeland", "country")]
    assert ucdp.estimates["ucdp-17-deaths"]["region"] == "freeland"  # the event is known to lie in the country


def article_of(ucdp, title):
    (found,) = [article for article in ucdp.articles.values() if article["title"].startswith(title)]
    return found


def test_articles_say_what_is_known_of_the_reports(ucdp):
    several = article_of(ucdp, "Column loses three at the bridge;Three dead")
    assert several["publisher"] == "The Daily Invention; The Evening Invention"
    assert several["published"] == {"edtf": "2015-03-02/2015-03-03", "basis": "printed", "note": None}
    assert article_of(ucdp, "An invented wire")["published"]["edtf"] == "2015-03-01/.."
    assert article_of(ucdp, "No report is named")["published"]["basis"] == "inferred"
    assert article_of(ucdp, "A headline that does not end")["title"].endswith("…")
    dates = {article["published"]["edtf"] for article in ucdp.articles.values()}
    assert "2014-03-02?" in dates
    assert not any("1753" in date for date in dates)


def test_times_are_as_exact_as_the_table_says(ucdp):
    assert ucdp.estimates["ucdp-1-deaths"]["as_of"] == {"edtf": "2015-03-01", "basis": "text"}
    assert ucdp.estimates["ucdp-9-deaths"]["as_of"]["edtf"] == "2015-03-01/2015-03-02"
    assert ucdp.estimates["ucdp-17-deaths"]["as_of"]["edtf"] == "2015-01-01/2015-12-31"


def test_the_evidence_is_the_row_of_the_file(imported):
    record = imported.get("/estimates/ucdp-9-deaths").json["data"]
    evidence = record["evidence"]
    assert (evidence["row"], evidence["start"], evidence["end"], evidence["document"]) == (9, None, None, "ucdp.csv")
    linked = imported.get("/estimates/ucdp-9-deaths?format=jsonld").json
    quote, fragment = linked["annotation"]["hasTarget"]["hasSelector"]
    assert quote["exact"] == "4,4,4"
    # RFC 7111 counts the header as the first row.
    assert fragment == {
        **{"@type": "FragmentSelector", "conformsTo": "http://tools.ietf.org/rfc/rfc7111", "fragment": "row=10"},
    }
    page = imported.get("/estimates/ucdp-9-deaths", headers={"Accept": "text/html"}).text
    assert "row 9 of <code>ucdp.csv</code>" in page
    narrowed = imported.get("/estimates/ucdp-9-deaths?fields=evidence.row,evidence.start&format=jsonld").json
    assert "annotation" not in narrowed


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/series?indicator=event-deaths", "/conflicts", "/claims", "/estimates?format=csv"])
def test_an_imported_dataset_answers_as_any(imported, path):
    assert imported.get(path).status_code == 200


def test_a_refused_row_keeps_all_from_being_written(run, tmp_path):
    file = write_csv(tmp_path / "rows.csv", [ROW, {**ROW, "id": "two", "low": "40"}])
    result = run("import", file, "--mapping", MAPPING)
    assert result.exit_code == 1
    assert f"{file}:3: low: '40' is above high 30; expected low ≤ best ≤ high" in result.output
    assert "1 error      low-above-high" in result.output
    assert result.output.splitlines()[-1].endswith("nothing was written")
    assert list((tmp_path / "data").iterdir()) == []


def test_keep_going_loads_the_good_rows_and_says_so(run, tmp_path):
    file = write_csv(tmp_path / "rows.csv.gz", [ROW, {**ROW, "id": "two", "low": "40"}])
    problems = tmp_path / "problems.csv"
    result = run("import", file, "--mapping", MAPPING, "--keep-going", "--problems", problems)
    assert result.exit_code == 0
    assert "1 left out: 1 article with 1 estimate loaded into" in result.output
    with problems.open(newline="") as found:
        (row,) = csv.DictReader(found)
    assert (row["name"], row["grade"], row["line"], row["row"]) == ("low-above-high", "error", "3", "2")
    again = run("import", file, "--mapping", MAPPING, "--keep-going")
    assert "1 article with 1 estimate already in" in again.output


def test_where_no_row_is_left_nothing_is_written(run, tmp_path):
    file = write_csv(tmp_path / "rows.csv", [{**ROW, "low": "40"}])
    result = run("import", file, "--mapping", MAPPING, "--keep-going")
    assert result.exit_code == 1
    assert re.match(r"1 row in [0-9]+ s \(.*\); nothing was written$", result.output.splitlines()[-1])


@pytest.mark.slow
def test_a_release_is_replaced_whole_and_its_history_carried_on(run, tmp_path):
    path = tmp_path / "data" / "headcount.db"
    path.parent.mkdir()
    make_release(GOOD, path)
    before = Identity.of(path)
    assert run("import", write_csv(tmp_path / "rows.csv", [ROW]), "--mapping", MAPPING).exit_code == 0
    assert Identity.of(path) != before
    database = open_database(f"sqlite:///{path}")
    assert database.release().dataset["counts"]["estimates"] == 1
    assert database.release().dataset["title"] == "Invented"
    database.close()


def test_seeds_and_a_table_are_one_dataset(tmp_path):
    both = Outcome(tmp_path, write_csv(tmp_path / "rows.csv", [ROW]), seeds=GOOD)
    assert {"one", "exact"} <= both.estimates.keys()
    assert {"article-1", "first"} <= both.articles.keys()
    assert both.estimates["exact"]["evidence"] == {"start": 47, "end": 62, "row": None}


def test_a_table_takes_no_id_of_the_seeds(tmp_path):
    taken = Outcome(tmp_path, write_csv(tmp_path / "rows.csv", [{**ROW, "id": "exact"}, ROW]), seeds=GOOD)
    assert taken.named() == {"id-taken": [1]}
    assert taken.estimates["exact"]["evidence"]["start"] == 47


def test_claims_have_to_agree(tmp_path):
    rows = [{**ROW, "claim": "c"}, {**ROW, "id": "two", "claim": "c", "as_of": "2019", "source": "Another"}]
    found = Outcome(tmp_path, write_csv(tmp_path / "rows.csv", rows))
    assert found.named() == {"claim-disagrees": [2, 2]}
    assert [finding["place"] for finding in found.findings] == ["source", "as_of"]
    assert [finding["what"] for finding in found.findings] == [
        f"'another' is not what claim 'c' has in {tmp_path}/rows.csv:2; expected a-watch",
        f"'2019, text' is not what claim 'c' has in {tmp_path}/rows.csv:2; expected 2020-01, text",
    ]
    assert (found.imported.left_out, list(found.estimates)) == (1, ["one"])
    assert list(found.vocabularies["sources"]) == [
        "a-watch"
    ]  # what only a row that was left out refers to is not there


def test_one_article_has_one_title(tmp_path):
    rows = [ROW, {**ROW, "id": "two", "title": "Another"}, {**ROW, "id": "three"}]
    found = Outcome(tmp_path, write_csv(tmp_path / "rows.csv", rows))
    assert found.named() == {"article-disagrees": [2]}


def test_formats_hold_the_same(tmp_path):
    rows = [ROW, {**ROW, "id": "two", "group": "The Reds", "region": "ML"}]
    plain = Outcome(tmp_path, write_csv(tmp_path / "rows.csv", rows))
    assert plain.estimates["two"]["group"] == "red"
    for file in (write_csv(tmp_path / "rows.csv.gz", rows), write_ndjson(tmp_path / "rows.ndjson", rows)):
        assert Outcome(tmp_path, file).estimates == plain.estimates


def test_parquet_holds_the_same(tmp_path):
    parquet, pyarrow = pytest.importorskip("pyarrow.parquet"), pytest.importorskip("pyarrow")
    rows = [ROW, {**ROW, "id": "two"}]
    table = pyarrow.Table.from_pylist([{**row, "low": int(row["low"]), "best": None} for row in rows])
    parquet.write_table(table, tmp_path / "rows.parquet")
    plain = Outcome(tmp_path, write_csv(tmp_path / "rows.csv", rows))
    assert len(plain.estimates) == 2
    assert Outcome(tmp_path, tmp_path / "rows.parquet").estimates == plain.estimates


def test_parquet_without_pyarrow_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    (tmp_path / "rows.parquet").write_bytes(b"PAR1")
    assert Outcome(tmp_path, tmp_path / "rows.parquet").named() == {"no-pyarrow": [0]}


@pytest.mark.slow
def test_workers_give_what_one_process_gives(tmp_path, monkeypatch):
    rows = [{**ROW, "id": f"e-{number}", "low": str(number % 40)} for number in range(5000)]
    file = write_csv(tmp_path / "rows.csv", rows)
    alone = Outcome(tmp_path, file)
    monkeypatch.setattr(workers, "SMALL", 0)
    helped = Outcome(tmp_path, file)
    assert (alone.imported.rows, alone.imported.left_out) == (5000, 5000 // 40 * 10)
    assert helped.estimates == alone.estimates
    assert helped.findings == alone.findings
    assert helped.imported == alone.imported


def test_a_report_of_another_kind_is_refused(run, tmp_path):
    file = write_csv(tmp_path / "rows.csv", [ROW])
    result = run("import", file, "--mapping", MAPPING, "--problems", tmp_path / "problems.xlsx")
    assert result.exit_code == 2
    assert ".ndjson or *.csv" in result.output


def test_the_worst_is_shown_first_and_the_rest_counted():
    with FindingLog() as log:
        log.add(Finding("bad", Grade.ERROR, "f", one, one, "", "x") for one in range(30))
        log.add([Finding("end", Grade.FATAL, "f", 9, 0, "", "y"), Finding("odd", Grade.WARNING, "f", 1, 1, "", "")])
    lines = log.lines()
    assert lines[0] == "f:9: y"
    assert lines[21] == "… and 10 more: --problems FILE lists all"
    assert [line.split() for line in lines[-3:]] == [
        *(["1", "fatal", "end"], ["30", "error", "bad"], ["1", "warning", "odd"])
    ]


def test_problems_are_written_in_one_line_of_utf_8(tmp_path):
    with FindingLog(tmp_path / "p.ndjson") as log:
        log.add([Finding("bad", Grade.ERROR, "f", 1, 1, "", "\udcff\n=1")])
    assert json.loads((tmp_path / "p.ndjson").read_text())["what"] == "\\udcff\n=1"
    assert str(log.shown[0]) == "f:1: \\udcff\\n=1"


def test_problems_in_csv_hold_no_formula(tmp_path):
    with FindingLog(tmp_path / "p.csv") as log:
        log.add(
            [Finding("bad", Grade.ERROR, "+f", 1, 1, "@x", "=1+1"), Finding("bad", Grade.ERROR, "f", 2, 2, "", "1=1")]
        )
    with (tmp_path / "p.csv").open(newline="") as written:
        first, second = csv.DictReader(written)
    assert (first["file"], first["place"], first["what"]) == ("'+f", "'@x", "'=1+1")
    assert (second["file"], second["what"]) == ("f", "1=1")
