"""/dataset: the description of the dataset, its citation, and its files for download."""

from collections.abc import Iterator
from http import HTTPStatus
from itertools import chain
from typing import Any

import orjson
from flask import Response, request
from sqlalchemy import select
from werkzeug.exceptions import NotFound, RequestedRangeNotSatisfiable

from api import context
from api.endpoints.datapackage import DataPackageSchema, data_package
from api.endpoints.endpoint import Blueprint
from api.endpoints.envelope import answer_one, envelope_of
from api.formats.jsonld import dataset_jsonld
from api.formats.media_types import ITEM_MEDIA_TYPES, MEDIA_TYPES, Format, ItemFormat
from api.http.answers import Answer, answer, respond
from api.query.parameters import format_parameter
from api.query.question import QuerySchema, Question, address
from api.read.pages import read_stream
from api.read.records import reader_of
from api.read.resources import RESOURCES
from schema.dataset import SQLITE_FILE, DatasetSchema, cite
from schema.flat import columns_of, write_csv, write_ndjson
from schema.store.release import Release

SQLITE_TYPE = "application/vnd.sqlite3"

blueprint = Blueprint("dataset", __name__, description="The dataset as a whole, and its files.")


def describe() -> dict[str, Any]:
    """Return the `data` of `/dataset` for the request's release."""
    release = context.release()
    files = [{**file, "url": f"/dataset/{file['name']}"} for file in release.dataset["downloads"]]
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
_query = QuerySchema.from_dict({"format": format_parameter(ItemFormat)}, name="DatasetQuerySchema")()


@blueprint.endpoint("/dataset", schema=_query, body=envelope_of(_schema), media_types=ITEM_MEDIA_TYPES.values())
def get_dataset(question: Question) -> Answer:
    """Get the dataset's version, licence, citation and downloads.

    Its version is a digest of all records: the same seeds give the same version. The downloads are the whole dataset as
    an SQLite file, and each resource as CSV and NDJSON; /dataset/datapackage.json describes the CSV files as a
    Frictionless data package.
    """
    path = address("/dataset", question.canonical)
    return answer_one(question, path, lambda: orjson.dumps(_schema.dump(describe())), dataset_jsonld, _file_history())


@blueprint.endpoint("/dataset/datapackage.json", body=DataPackageSchema)
def get_data_package(question: Question) -> Answer:
    """Get the dataset as a data package.

    The CSV files with their columns, types, keys and checksums, as a Frictionless data package.
    """
    return _data_package("/dataset/datapackage.json", question, folder="")


@blueprint.endpoint("/datapackage.json", body=DataPackageSchema)
def get_data_package_at_root(question: Question) -> Answer:
    """Get the dataset as a data package, where tools look for one.

    As /dataset/datapackage.json, with the paths of the files as they are seen from here.
    """
    return _data_package("/datapackage.json", question, folder="dataset/")


def _data_package(path: str, question: Question, folder: str) -> Answer:
    """Return the answer with the descriptor of the data package; `folder` is the relative path of its files."""
    dataset = {**context.release().dataset, "built": context.release().built}
    own_address = address(path, question.canonical)
    return answer(own_address, lambda: (orjson.dumps(data_package(dataset, folder)), {}), also=_file_history())


@blueprint.endpoint(
    "/dataset/<string:name>",
    body=None,
    media_types=(MEDIA_TYPES[Format.CSV], MEDIA_TYPES[Format.NDJSON], SQLITE_TYPE),
    negotiated=False,
)
def get_download(question: Question, name: str) -> Response:
    """Download the dataset, or one resource of it.

    One of the files that /dataset lists, with all records; its size and checksum stand there.
    """
    release = context.release()
    files = {file["name"]: file for file in release.dataset["downloads"]}
    if name == SQLITE_FILE:
        saved_as, size, media_type, also = name, release.size, SQLITE_TYPE, _file_history()
    elif name in files:
        saved_as, size, media_type, also = f"headcount-{name}", files[name]["bytes"], files[name]["media_type"], ""
    else:
        raise NotFound(f"There is no file {name!r}; there are {', '.join((SQLITE_FILE, *files))}.")
    headers = {
        "Content-Disposition": f'attachment; filename="{saved_as}"',
        "Content-Length": str(size),
        "Accept-Ranges": "bytes",
    }
    path = address(f"/dataset/{name}", question.canonical)
    download = answer(path, lambda: (_content(release, name, 0), headers), media_type, also)
    response = respond(download, is_versioned=question.is_versioned)
    if response.status_code == HTTPStatus.OK:
        # A strong ETag stands for the same bytes, so that a download can be resumed; compression makes it weak again.
        response.set_etag(response.get_etag()[0] or "")
        _apply_range(response, release, name, size)
    return response


def _apply_range(response: Response, release: Release, name: str, size: int) -> None:
    """Change a response to the one range of bytes that the request asks for, if it asks for one (RFC 9110, 14.2).

    The response stays the whole file if the request asks for several ranges, or if the file has changed since
    (`If-Range`). Raises RequestedRangeNotSatisfiable.
    """
    if_range = request.headers.get("If-Range")
    if request.range is None or len(request.range.ranges) != 1 or request.range.units != "bytes":
        return
    if if_range is not None and if_range != response.headers["ETag"]:
        return
    first_and_end = request.range.range_for_length(size)
    if first_and_end is None:
        raise RequestedRangeNotSatisfiable(length=size)
    first, end = first_and_end
    response.status_code = HTTPStatus.PARTIAL_CONTENT
    response.headers["Content-Range"] = f"bytes {first}-{end - 1}/{size}"
    response.headers["Content-Length"] = str(end - first)
    response.response = _shortened(_content(release, name, first), end - first)


def _shortened(chunks: Iterator[bytes], length: int) -> Iterator[bytes]:
    """Yield the first `length` bytes of the chunks."""
    for chunk in chunks:
        yield chunk[:length]
        length -= len(chunk)
        if length <= 0:
            return


def _content(release: Release, name: str, first: int) -> Iterator[bytes]:
    """Return the bytes of a download from the byte `first` on: the database file, or a resource's records."""
    if name == SQLITE_FILE:
        return release.read(first)
    kind, _, suffix = name.partition(".")
    (resource,) = (resource for resource in RESOURCES if resource.name == kind)
    position = resource.table.c.position
    rendered = read_stream(release, select(position).order_by(position), reader_of(resource.table))
    is_csv = suffix == Format.CSV
    return _skipped(write_csv(rendered, columns_of(resource.record())) if is_csv else write_ndjson(rendered), first)


def _skipped(chunks: Iterator[bytes], first: int) -> Iterator[bytes]:
    """Return the chunks without their `first` bytes at the start."""
    if not first:
        return chunks
    for chunk in chunks:
        if len(chunk) > first:
            return chain((chunk[first:],), chunks)
        first -= len(chunk)
    return chunks


def _file_history() -> str:
    """Return when the release's file was written, and all versions in it: both change the file, but not its version."""
    release = context.release()
    return "\n".join((release.built, *release.versions))
