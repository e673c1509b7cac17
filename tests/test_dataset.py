"""The dataset can be cited, taken whole, and checked: every file is what its checksum says, and what the API answers."""

import csv
import hashlib
import io
import json
import sqlite3
import tomllib
from datetime import datetime
from pathlib import Path

import pytest
from conftest import make_release
from frictionless import Package, Resource
from ruamel.yaml import YAML

from api import create_app
from api.read.resources import RESOURCES
from seeds import SHIPPED

ROOT = Path(__file__).parents[1]


def test_it_says_what_it_is_and_how_to_cite_it(shipped):
    answer = shipped.get("/dataset").json
    about = answer["data"]
    assert about["version"] == answer["meta"]["dataset"] == about["versions"][-1]
    assert about["counts"]["estimates"] == shipped.get("/estimates").json["meta"]["total"]
    curated = YAML(typ="safe").load(SHIPPED / "dataset.yaml")
    assert {key: about[key] for key in curated} == curated
    assert about["citation"] == f"The Headcount contributors. {about['title']}, version {about['version']}."


def test_built_is_when_its_file_was_written(client, database):
    built = datetime.fromisoformat(client.get("/dataset").json["data"]["built"])
    assert built.timestamp() == int(database.stat().st_mtime)


@pytest.mark.parametrize("which", ["client", "shipped"])
def test_every_download_is_what_its_checksum_says(request, which):
    client = request.getfixturevalue(which)
    files = client.get("/dataset").json["data"]["downloads"]
    names = {one["name"] for one in files}
    assert names == {"headcount.db"} | {f"{one.name}.{format_}" for one in RESOURCES for format_ in ("csv", "ndjson")}
    for one in files:
        response = client.get(one["url"])
        assert response.mimetype == one["media_type"]
        assert one["name"] in response.headers["Content-Disposition"]
        assert len(response.data) == one["bytes"]
        assert hashlib.sha256(response.data).hexdigest() == one["sha256"]
        assert client.get(one["url"], headers={"If-None-Match": response.headers["ETag"]}).status_code == 304


def test_the_files_hold_what_the_lists_answer(shipped):
    for resource in RESOURCES:
        listed = {one["id"]: one for one in shipped.get(f"/{resource.name}?limit=1000").json["data"]}
        lines = shipped.get(f"/dataset/{resource.name}.ndjson").text.splitlines()
        assert {one["id"]: one for one in map(json.loads, lines)} == listed
        rows = list(csv.DictReader(io.StringIO(shipped.get(f"/dataset/{resource.name}.csv").text, newline="")))
        assert [row["id"] for row in rows] == [json.loads(line)["id"] for line in lines]


@pytest.mark.slow
def test_the_sqlite_file_is_the_release_that_is_read(tmp_path):
    path, copy = tmp_path / "live.db", tmp_path / "copy.db"
    version = make_release(SHIPPED, path)
    app = create_app({"DATABASE_URL": f"sqlite:///{path}"})
    with app.test_client().get("/dataset/headcount.db") as response:
        path.unlink()  # whatever becomes of the name
        copy.write_bytes(response.data)
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT version FROM dataset").fetchall() == [(version,)]
        assert connection.execute("SELECT count(*) FROM estimates").fetchone() == (44,)
    connection.close()
    app.extensions["database"].close()


def test_a_file_that_is_none_is_404_and_names_those_there_are(client):
    for name in ("estimates.xlsx", "headcount.db-journal", "..%2Fpyproject.toml"):
        answer = client.get(f"/dataset/{name}")
        assert answer.status_code == 404
    assert "estimates.csv" in client.get("/dataset/estimates.xlsx").json["detail"]


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/dataset/datapackage.json", "/datapackage.json"])
@pytest.mark.parametrize("which", ["client", "shipped", "invented"])
def test_the_data_package_is_valid_to_its_last_row(request, which, path, tmp_path, monkeypatch):
    client = request.getfixturevalue(which)
    descriptor = client.get(path).json
    folder = Path(path).parent.relative_to("/")
    for one in descriptor["resources"]:
        (tmp_path / folder / one["path"]).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / one["path"]).write_bytes(client.get(f"/{folder / one['path']}").data)
    monkeypatch.chdir(tmp_path / folder)
    report = Package(descriptor).validate()
    assert report.valid, report.flatten(["title", "rowNumber", "fieldName", "message"])
    rows = {task.name: task.stats["rows"] for task in report.tasks}
    assert rows == client.get("/dataset").json["data"]["counts"]


def test_the_data_package_would_show_a_wrong_row(shipped, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (described,) = [one for one in shipped.get("/datapackage.json").json["resources"] if one["name"] == "hedges"]
    text = shipped.get("/dataset/hedges.csv").text.replace(",point,", ",spot,")
    (tmp_path / "hedges.csv").write_text(text, newline="")
    without_sums = {key: value for key, value in described.items() if key not in ("bytes", "hash")}
    report = Resource(without_sums | {"path": "hedges.csv"}).validate()
    assert [error.type for task in report.tasks for error in task.errors] == ["constraint-error"]


def test_the_repository_is_cited_as_the_dataset_is(shipped):
    citation = YAML(typ="safe").load(ROOT / "CITATION.cff")
    about = shipped.get("/dataset").json["data"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert citation["title"] == about["title"]
    assert [one["name"] for one in citation["authors"]] == about["creators"]
    assert citation["version"] == project["version"]
    (data,) = citation["references"]
    assert (data["title"], data["authors"], data["license"]) == (about["title"], citation["authors"], about["licence"])
    assert project["license"] == f"{citation['license']} AND {about['licence']}"


def test_a_dataset_may_mix_licences(mixed_licences):
    client = mixed_licences
    own, other = (
        {"licence": "CC0-1.0", "cite": None},
        {"licence": "LicenseRef-Their-Own", "cite": "A. Writer (2020). Numbers."},
    )
    articles = client.get("/articles?sort=published").json["data"]
    assert [{key: article[key] for key in own} for article in articles] == [own, other]
    rows = list(csv.DictReader(io.StringIO(client.get("/articles?format=csv&sort=published").text)))
    assert [{key: row[key] for key in own} for row in rows] == [own | {"cite": ""}, other]
    licences = {one["article"]["id"]: one["article"]["licence"] for one in client.get("/estimates").json["data"]}
    assert licences == {article["id"]: article["licence"] for article in articles}
    rows = list(csv.DictReader(io.StringIO(client.get("/dataset/estimates.csv").text)))
    assert {row["article.id"]: row["article.licence"] for row in rows} == licences
    about = client.get("/dataset").json["data"]
    assert about["licence"] == "CC0-1.0"
    assert about["licences"] == [
        {"licence": "CC0-1.0", "articles": 1, "cite": []},
        {"licence": other["licence"], "articles": 1, "cite": [other["cite"]]},
    ]
    package = client.get("/datapackage.json").json
    assert package["licenses"] == [{"name": "CC0-1.0"}, {"name": other["licence"]}]
    assert package["sources"] == [{"title": other["cite"]}]
    linked = client.get("/dataset?format=jsonld").json
    theirs = {"@type": "CreativeWork", "name": other["licence"]}
    assert linked["license"] == ["https://spdx.org/licenses/CC0-1.0", theirs]
    assert linked["creditText"] == [about["citation"], other["cite"]]
    linked = client.get(f"/articles/{articles[1]['id']}?format=jsonld").json
    assert linked["subjectOf"] == {"@type": "CreativeWork", "license": theirs, "creditText": other["cite"]}
