"""Tables that are broken or mean harm: every one a named problem with its line, never a traceback or a wrong number."""

import gzip
import json

import pytest
from tables import ROW, Outcome, write_csv, write_ndjson

HEADER = ",".join(ROW)
LINE = ",".join(ROW.values())


def line(**cells):
    return ",".join({**ROW, **cells}.values())


# What a file named rows.csv holds → (name, line) of what has to be found in it.
BROKEN = {
    "empty": (b"", ("empty-file", 1)),
    "only a header": (HEADER.encode(), ("empty-file", 1)),
    "another table": (b"a,b\n1,2\n", ("missing-column", 1)),
    "one column twice": (f"{HEADER},low\n{LINE},9\n".encode(), ("repeated-column", 1)),
    "too few cells": (f"{HEADER}\n{LINE}\none,two\n".encode(), ("ragged-row", 3)),
    "too many cells": (f"{HEADER}\n{LINE},9\n".encode(), ("ragged-row", 2)),
    "a quote that stays open": (f'{HEADER}\n{LINE}\n"open,{LINE}\n'.encode(), ("malformed-csv", 3)),
    "a quote within": (f'{HEADER}\n"a"b,{LINE}\n'.encode(), ("malformed-csv", 2)),
    "not UTF-8": (f"{HEADER}\n{line(title='caf_')}\n".encode().replace(b"caf_", b"caf\xe9"), ("not-utf-8", 2)),
    "UTF-16": (f"{HEADER}\n{LINE}\n".encode("utf-16"), ("missing-column", 1)),
    "a NUL": (f"{HEADER}\n{line(title='a_b')}\n".encode().replace(b"a_b", b"a\0b"), ("nul-byte", 2)),
    "a huge cell": (f"{HEADER}\n{line(title='x' * 200_000)}\n".encode(), ("cell-too-large", 2)),
    "a line without end": (f"{HEADER}\n".encode() + b"," * 2_000_000, ("line-too-long", 2)),
    "half a gzip file": (gzip.compress(f"{HEADER}\n{LINE}\n".encode())[:-12], ("bad-gzip", 1)),
    "not gzip but for its start": (b"\x1f\x8b\x08 no", ("bad-gzip", 1)),
    "a record over lines": (f"{HEADER}\n{line(title='!')}\n".replace("!", '"x\ny"').encode(), ("not-a-text", 2)),
}


@pytest.mark.slow
@pytest.mark.parametrize(("content", "problem"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_a_named_problem(tmp_path, content, problem):
    file = tmp_path / "rows.csv"
    file.write_bytes(content)
    found = [(finding["name"], finding["line"]) for finding in Outcome(tmp_path, file).findings]
    assert found[-1] == problem
    assert len(found) == 1


NO_NUMBERS = [
    "1_000",
    "1e3",
    "NaN",
    "inf",
    " 5 ",
    "-5",
    "+5",
    "5.",
    ".5",
    "0x10",
    "\u0665",
    "5 000",
    "1,000",
    "007",
    "1e400",
    "9" * 30,
]


@pytest.mark.slow
@pytest.mark.parametrize("cell", NO_NUMBERS)
@pytest.mark.parametrize("kind", ["csv", "ndjson"])
def test_what_is_no_plain_number_is_refused(tmp_path, cell, kind):
    rows = [{**ROW, "low": cell}]
    file = write_csv(tmp_path / "rows.csv", rows) if kind == "csv" else write_ndjson(tmp_path / "rows.ndjson", rows)
    found = Outcome(tmp_path, file)
    assert "not-a-number" in found.named()
    assert found.estimates == {}


def ndjson(tmp_path, text):
    file = tmp_path / "rows.ndjson"
    file.write_text(text)
    return Outcome(tmp_path, file)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("[1]", "not-an-object"),
        ('"x"', "not-an-object"),
        ("{", "malformed-json"),
        ('{"id": 1, "id": 2}', "malformed-json"),
        ("[" * 100_000, "malformed-json"),
        ('{"id": {"a": 1}}', "nested-value"),
        (json.dumps({**ROW, "low": [1]}), "nested-value"),
        (json.dumps({**ROW, "title": "\ud800"}), "not-utf-8"),
        (json.dumps({**ROW, "title": "a\0"}), "nul-byte"),
    ],
)
def test_a_broken_object_is_a_named_problem(tmp_path, written, name):
    found = ndjson(tmp_path, f"{json.dumps(ROW)}\n\n{written}\n")
    assert found.named() == {name: [2]}
    assert found.findings[0]["line"] == 3
    assert list(found.estimates) == ["one"]


@pytest.mark.parametrize("number", ["1e1", "20.5e0", "NaN", "Infinity", "-1", "2E1", "100000000000000000000000"])
def test_a_json_number_is_taken_as_it_is_written(tmp_path, number):
    found = ndjson(tmp_path, json.dumps(ROW).replace('"low": "20"', f'"low": {number}') + "\n")
    assert "not-a-number" in found.named()


def test_json_numbers_and_nulls_are_cells(tmp_path):
    written = json.dumps({**ROW, "low": 20, "best": None})
    assert ndjson(tmp_path, written).estimates["one"]["low"] == 20


def test_an_object_may_leave_out_what_is_empty_but_a_key_that_is_in_none_is_missing(tmp_path):
    short = {key: value for key, value in ROW.items() if key != "best"}
    found = ndjson(tmp_path, f"{json.dumps(ROW)}\n{json.dumps({**short, 'id': 'two'})}\n")
    assert found.estimates.keys() == {"one", "two"}
    assert ndjson(tmp_path, json.dumps(short)).named() == {"missing-column": [0]}


@pytest.mark.parametrize("name", ["rows.xlsx", "rows", "rows.csv.zip"])
def test_a_file_of_another_kind_is_refused(tmp_path, name):
    file = write_csv(tmp_path / "rows.csv", [ROW]).rename(tmp_path / name)
    assert Outcome(tmp_path, file).named() == {"unknown-format": [0]}


def test_a_broken_parquet_file_is_refused(tmp_path):
    pytest.importorskip("pyarrow")
    (tmp_path / "rows.parquet").write_bytes(b"PAR1 no")
    assert Outcome(tmp_path, tmp_path / "rows.parquet").named() == {"malformed-parquet": [0]}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_marks_and_ends_of_lines_do_not_matter(tmp_path, start, end):
    file = tmp_path / "rows.csv"
    file.write_bytes(f"{start}{HEADER}{end}{LINE}{end}{end}{line(id='two')}".encode())
    found = Outcome(tmp_path, file)
    assert (list(found.estimates), found.findings) == (["one", "two"], [])


def test_lines_are_those_where_records_begin(tmp_path):
    quoted = '"Two\nlines"'
    file = tmp_path / "rows.csv"
    file.write_text(f"{HEADER}\n{line(title=quoted)}\n{line(id='two', low='x')}\n")
    assert [(one["row"], one["line"]) for one in Outcome(tmp_path, file).findings] == [(1, 2), (2, 4)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cells", "name"),
    [
        ({"group": "Nobody"}, "not-in-vocabulary"),
        ({"group": ""}, "missing-value"),
        ({"source": "x" * 201}, "not-a-text"),
        ({"hedge": "perhaps"}, "not-a-term"),
        ({"hedge": ""}, "missing-value"),
        ({"as_of": "2020-02-30"}, "not-a-date"),
        ({"as_of": "March"}, "not-a-date"),
        ({"published": ""}, "missing-value"),
        ({"id": "One!"}, "not-in-form"),
        ({"id": ""}, "missing-value"),
        ({"low": "20.5"}, "parts-of-persons"),
        ({"low": ""}, "missing-number"),
        ({"low": "30"}, "numbers-equal"),
        ({"hedge": "at_least"}, "number-against-hedge"),
        ({"hedge": "exact"}, "missing-number"),
        ({"title": "<script>\u202e"}, "not-a-text"),
    ],
)
def test_a_row_passes_the_checks_that_seeds_pass(tmp_path, cells, name):
    found = Outcome(tmp_path, write_csv(tmp_path / "rows.csv", [ROW | cells]))
    assert name in found.named("error")
    assert found.estimates == {}


def test_markup_and_formulas_are_text(tmp_path):
    title = "=1+1 <script>alert(1)</script>"
    found = Outcome(tmp_path, write_csv(tmp_path / "rows.csv", [{**ROW, "title": title}]))
    assert found.articles["article-1"]["title"] == title
