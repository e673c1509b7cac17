"""What the API answers about a release, as plain values that can be compared with those of another release."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from flask.testing import FlaskClient

from api import create_app
from api.cli.differences import KINDS, Answers, Values
from api.config import Config

_TERMS = ("groups", "regions", "indicators", "sources")
_OF_DATASET = ("title", "description", "licence", "creators")


def answers_of(release: Path) -> Answers:
    """Return all that the API answers about a release, by default parameters; raises DatabaseError."""
    config = Config(
        database_url=f"sqlite:///{release.resolve()}",
        cache_bytes=0,
        max_age=0,
        first_request_seconds=10,
        rate_limits=(),
        rate_limit_storage="memory://",
        trusted_proxies=0,
        public_url="",
    )
    app = create_app(config)
    try:
        app.extensions["database"].release()
        return _answers(app.test_client())
    finally:
        app.extensions["database"].close()


def _answers(client: FlaskClient) -> Answers:
    records = {kind: list(_listed(client, f"/{kind}")) for kind in ("estimates", "claims", "articles", *_TERMS)}
    answers = {kind: {record["id"]: _values(record) for record in listed} for kind, listed in records.items()}
    for claim in records["claims"]:
        drifts = {f"drift of {report['id']}": report["drift"] for report in claim["reports"]}
        answers["claims"][claim["id"]] |= drifts
    answers["totals"] = {
        f"{kind.removesuffix('s')} {record['id']}": {
            "estimates": record["estimates"]["count"],
            **{key: record[key] for key in ("sources",) if key in record},
        }
        for kind in _TERMS
        for record in records[kind]
    }
    answers["conflicts"] = {
        f"{record['kind']}: {record['lower']['id']}, {record['higher']['id']}": _values(record)
        for record in _listed(client, "/conflicts")
    }
    answers["series"] = {
        _key_of_point(point): _values(point)
        for indicator in records["indicators"]
        for point in _listed(client, f"/series?indicator={indicator['id']}")
    }
    dataset = orjson.loads(client.get("/dataset").data)["data"]
    answers["dataset"] = {"dataset": {key: dataset[key] for key in _OF_DATASET}}
    return {kind: answers[kind] for kind in KINDS}


def _listed(client: FlaskClient, address: str) -> Iterator[Any]:
    """Yield the records of a list of the API."""
    answer = client.get(address, headers={"Accept": "application/x-ndjson"})
    if answer.status_code != 200:  # noqa: PLR2004
        raise OSError(f"{address}: {answer.status}, {answer.text}")
    yield from map(orjson.loads, answer.data.splitlines())


def _key_of_point(point: dict[str, Any]) -> str:
    """Return the key of a point of a series: what it is about, and its time."""
    about = " ".join(point[kind]["id"] for kind in ("indicator", "group", "region"))
    return f"{about} {point['start'] or '..'}/{point['end'] or '..'}"


def _values(record: dict[str, Any], prefix: str = "") -> Values:
    """Return the values of a record by their dotted names.

    Of a record inside it the id is enough, of a date its EDTF: what else they hold is told of themselves, or follows.
    The numbers of estimates of a term are its totals.
    """
    values: Values = {}
    for key, value in record.items():
        name = prefix + key
        if isinstance(value, list):
            values[name] = sorted(map(_text, value))
        elif not isinstance(value, dict):
            if not (prefix and key in ("start", "end") and "edtf" in record):
                values[name] = value
        elif "id" in value:
            values[name] = value["id"]
        elif key != "estimates":
            values |= _values(value, f"{name}.")
    return values


def _text(item: Any) -> str:
    """Return an item of a list as text: of a record, its id."""
    if isinstance(item, dict):
        return str(item["id"]) if "id" in item else orjson.dumps(item).decode()
    return str(item)
