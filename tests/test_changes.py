"""What changed between two versions is kept by the loader, whatever lay between them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FIRST, SECOND = "articles/2020-01-day-first.yaml", "articles/2020-03-unknown-second.yaml"


def replace(file, old, new):
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def summarised(client, query):
    return {one["id"]: one["change"] for one in client.get(f"/changes?{query}").json["data"]}


@pytest.mark.slow
def test_changes_are_kept_across_releases(place):
    seeds, load, client = place
    one = load()
    assert summarised(client, f"since={one}") == {}
    replace(seeds / FIRST, "summary: An invented figure, nearly.", "summary: Another invented figure, nearly.")
    two = load()
    assert summarised(client, f"since={one}") == {"nearly": "updated"}
    first = (seeds / FIRST).read_text()
    (seeds / FIRST).unlink()
    three = load()
    gone = {"exact", "about", "nearly", "between", "ceiling", "up-to", "floor"}
    assert summarised(client, f"since={two}") == dict.fromkeys(gone, "deleted") | {"bare": "updated"}
    assert summarised(client, f"since={one}") == dict.fromkeys(gone, "deleted") | {"bare": "updated"}
    (seeds / FIRST).write_text(first)
    assert load() == two
    assert summarised(client, f"since={three}") == dict.fromkeys(gone, "inserted") | {"bare": "updated"}
    assert summarised(client, f"since={one}") == {"nearly": "updated"}
    assert summarised(client, f"since={two}") == {}
    assert client.get("/dataset").json["data"]["versions"] == [one, two, three, two]


@pytest.mark.slow
def test_changes_can_begin_with_those_of_the_latest_version(place):
    seeds, load, client = place
    versions = [load()]
    replace(seeds / FIRST, "best: 4000", "best: 5000")
    replace(seeds / FIRST, "about 4,000 men", "about 5,000 men")
    versions.append(load())
    replace(seeds / FIRST, "summary: An invented figure, nearly.", "summary: Another invented figure, nearly.")
    versions.append(load())
    listed = {
        sort: [
            (change["id"], change["version"])
            for change in client.get(f"/changes?since={versions[0]}&sort={sort}").json["data"]
        ]
        for sort in ("id", "-version")
    }
    assert listed == {
        "id": [("about", versions[1]), ("nearly", versions[2])],
        "-version": [("nearly", versions[2]), ("about", versions[1])],
    }


@pytest.mark.slow
def test_an_update_names_each_value_that_changed(place):
    seeds, load, client = place
    before = load()
    replace(seeds / FIRST, "best: 4000", "best: 5000")
    replace(seeds / FIRST, "about 4,000 men", "about 5,000 men")
    replace(seeds / FIRST, "    stated: {edtf: 2020-01-06}\n    evidence: {start: 47", "    evidence: {start: 47")
    load()
    about, exact = client.get(f"/changes?since={before}").json["data"]
    assert about["changed"] == [
        {"field": "best", "old": 4000, "new": 5000},
        {"field": "wording", "old": "about 4,000 men", "new": "about 5,000 men"},
    ]
    assert about["estimate"] == client.get("/estimates/about").json["data"]
    assert exact["changed"] == [
        {"field": "stated.edtf", "old": "2020-01-06", "new": None},
        {"field": "stated.start", "old": "2020-01-06", "new": None},
        {"field": "stated.end", "old": "2020-01-06", "new": None},
    ]


@pytest.mark.slow
def test_a_deleted_estimate_is_shown_as_it_was(place):
    seeds, load, client = place
    before = load()
    known = client.get("/estimates/fewer").json["data"]
    replace(seeds / SECOND, "id: fewer\n", "id: fewer-still\n")
    load()
    answer = client.get(f"/changes?since={before}").json
    assert [(one["id"], one["change"]) for one in answer["data"]] == [("fewer", "deleted"), ("fewer-still", "inserted")]
    assert answer["data"][0]["estimate"] == known
    assert answer["data"][0]["changed"] == answer["data"][1]["changed"] == []
    assert summarised(client, f"since={before}&change=deleted") == {"fewer": "deleted"}
    lines = client.get(f"/changes?since={before}&format=ndjson").text.splitlines()
    assert [json.loads(line) for line in lines] == answer["data"]


@pytest.mark.slow
def test_an_unknown_version_is_404_and_names_those_there_are(place):
    seeds, load, client = place
    one = load()
    replace(seeds / FIRST, "high: 7000", "high: 7001")
    replace(seeds / FIRST, "up to 7,000", "up to 7,001")
    two = load()
    answer = client.get("/changes?since=0123456789abcdef")
    assert answer.status_code == 404
    assert answer.json["detail"].endswith(f"there are, oldest first: {one}, {two}.")
    assert client.get("/changes").status_code == 400
    assert "expected a version" in client.get("/changes?since=yesterday").json["detail"]


@pytest.mark.slow
def test_the_answer_has_another_validator_once_there_is_more_history(place):
    seeds, load, client = place
    one = load()
    tag = client.get(f"/changes?since={one}").headers["ETag"]
    text = (seeds / SECOND).read_text()
    replace(seeds / SECOND, "scope: Without the islands.", "scope: Without islands.")
    load()
    (seeds / SECOND).write_text(text)
    assert load() == one
    assert client.get(f"/changes?since={one}").headers["ETag"] != tag


@pytest.mark.slow
def test_a_release_that_cannot_be_read_ends_the_history(place, caplog):
    seeds, load, client = place
    one = load()
    path = seeds.parent / "live.db"
    damaged = bytearray(path.read_bytes())
    damaged[-1] ^= 1
    path.write_bytes(damaged)
    replace(seeds / FIRST, "summary: An invented figure, nearly.", "summary: Changed.")
    two = load()
    assert client.get("/dataset").json["data"]["versions"] == [two] != [one]
    assert "the history of its estimates cannot be carried on" in caplog.text


@pytest.mark.slow
def test_loads_at_once_lose_no_version(place, url_of):
    seeds, load, client = place
    versions = {load()}
    text = (seeds / SECOND).read_text()
    loads = []
    for number in range(3):
        other = seeds.with_name(f"seeds-{number}")
        shutil.copytree(seeds, other)
        (other / SECOND).write_text(text.replace("Without the islands.", f"Without {number} islands."))
        command = [Path(sys.executable).with_name("headcount"), "load", other]
        environment = {"HEADCOUNT_DATABASE_URL": f"sqlite:///{seeds.parent / 'live.db'}"}
        loads.append(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True))
    for one in loads:
        said, _ = one.communicate(timeout=60)
        versions.add(said.split()[-1])
    url_of(seeds.parent / "live.db")
    assert len(versions) == 4
    assert set(client.get("/dataset").json["data"]["versions"]) == versions
