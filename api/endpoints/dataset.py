"""The dataset as a whole: what it is, how to cite it, and as which files it can be had."""

from collections.abc import Iterator
from typing import Any

import orjson
from flask import Response
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from api import context
from api.endpoints.blueprint import Blueprint
from api.endpoints.datapackage import DataPackageSchema, data_package
from api.endpoints.lists import answer_one
from api.endpoints.openapi import documented, envelope_of
from api.formats.jsonld import linked_dataset
from api.formats.media_types import ITEM_MEDIA_TYPES, MEDIA_TYPES, Format
from api.http.answers import Answer, answered
from api.http.negotiation import negotiate
from api.query.schemas import QuerySchema, item_format
from api.read.pages import read_stream
from api.read.records import reader_of
from api.read.resources import RESOURCES
from schema.dataset import SQLITE_FILE, DatasetSchema, cite
from schema.flat import columns_of, write_csv, write_ndjson
from schema.store.release import Release

SQLITE_TYPE = "application/vnd.sqlite3"

blueprint = Blueprint("dataset", __name__, description="The dataset as a whole, and its files.")


def describe() -> dict[str, Any]:
    """Return what `/dataset` tells of the live release."""
    release = context.release()
    files = [{**one, "url": f"/dataset/{one['name']}"} for one in release.dataset["downloads"]]
    database = {
        **{"name": SQLITE_FILE, "url": f"/dataset/{SQLITE_FILE}", "media_type": SQLITE_TYPE},
        **{"bytes": release.size, "sha256": release.sha256},
    }
    return {
        **release.dataset,
        "citation": cite(release.dataset),
        "built": release.built,
        "versions": release.versions,
        "downloads": [database, *files],
    }


_schema = DatasetSchema()
_query = QuerySchema.from_dict({"format": item_format()}, name="DatasetQuerySchema")()


@blueprint.route("/dataset")
@negotiate(*ITEM_MEDIA_TYPES.values())
@blueprint.arguments(_query, location="query", error_status_code=400)
@documented(
    blueprint,
    envelope_of(_schema),
    operation="get_dataset",
    summary="Get the dataset's version, licence, citation and downloads",
    description=(
        "Its version is a digest of all records: the same seeds give the same version. The downloads are the whole "
        "dataset as an SQLite file, and each resource as CSV and NDJSON; /dataset/datapackage.json describes the CSV "
        "files as a Frictionless data package."
    ),
    formats=ITEM_MEDIA_TYPES.values(),
)
def get_dataset(query: dict[str, Any]) -> Answer:
    """Get the dataset's version, licence, citation and downloads."""
    return answer_one(query, "/dataset", lambda: orjson.dumps(_schema.dump(describe())), linked_dataset, _when())


@blueprint.route("/dataset/datapackage.json")
@negotiate("application/json")
@blueprint.arguments(QuerySchema, location="query", error_status_code=400)
@documented(
    blueprint,
    DataPackageSchema,
    operation="get_data_package",
    summary="Get the dataset as a data package",
    description="The CSV files with their columns, types, keys and checksums, as a Frictionless data package.",
)
def get_data_package(_: object) -> Response:
    """Get the dataset as a data package."""
    return _package("/dataset/datapackage.json", folder="")


@blueprint.route("/datapackage.json")
@negotiate("application/json")
@blueprint.arguments(QuerySchema, location="query", error_status_code=400)
@documented(
    blueprint,
    DataPackageSchema,
    operation="get_data_package_at_root",
    summary="Get the dataset as a data package, where tools look for one",
    description="As /dataset/datapackage.json, with the paths of the files as they are seen from here.",
)
def get_data_package_at_root(_: object) -> Response:
    """Get the dataset as a data package, where tools look for one."""
    return _package("/datapackage.json", folder="dataset/")


def _package(path: str, folder: str) -> Response:
    """Return the descriptor; `folder` is where the files are, seen from its own address."""
    about = {**context.release().dataset, "built": context.release().built}
    return answered(path, lambda: (orjson.dumps(data_package(about, folder)), {}), also=_when())


@blueprint.route("/dataset/<string:name>")
@blueprint.arguments(QuerySchema, location="query", error_status_code=400)
@documented(
    blueprint,
    None,
    operation="get_download",
    summary="Download the dataset, or one resource of it",
    description="One of the files that /dataset lists, with all records; its size and checksum stand there.",
    formats=[MEDIA_TYPES[Format.CSV], MEDIA_TYPES[Format.NDJSON], SQLITE_TYPE],
)
def get_download(_: object, name: str) -> Response:
    """Download the dataset, or one resource of it."""
    release = context.release()
    files = {one["name"]: one for one in release.dataset["downloads"]}
    if name == SQLITE_FILE:
        saved_as, size, media_type, also = name, release.size, SQLITE_TYPE, _when()
    elif name in files:
        saved_as, size, media_type, also = f"headcount-{name}", files[name]["bytes"], files[name]["media_type"], ""
    else:
        raise NotFound(f"There is no file {name!r}; there are {', '.join((SQLITE_FILE, *files))}.")
    headers = {"Content-Disposition": f'attachment; filename="{saved_as}"', "Content-Length": str(size)}
    return answered(f"/dataset/{name}", lambda: (_written(release, name), headers), media_type, also)


def _written(release: Release, name: str) -> Iterator[bytes]:
    """Return the bytes of a download: the release's own file, or all records of a resource."""
    if name == SQLITE_FILE:
        return release.read()
    kind, _, suffix = name.partition(".")
    (resource,) = (one for one in RESOURCES if one.name == kind)
    position = resource.table.c.position
    rendered = read_stream(release, select(position).order_by(position), reader_of(resource.table))
    return write_csv(rendered, columns_of(resource.record())) if suffix == Format.CSV else write_ndjson(rendered)


def _when() -> str:
    """Return what decides how the release's file looks beside its version: when it was written, and over what."""
    release = context.release()
    return "\n".join((release.built, *release.versions))
