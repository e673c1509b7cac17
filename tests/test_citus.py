"""Citus: which tables it distributes, by which statements, and that no query asks what it does not run across shards.

No test here runs a Citus: the statements are read, and the queries are checked by `shards`.
"""

import shutil
import sqlite3
from contextlib import closing

import pytest
from conftest import GOOD, make_release
from shards import in_words, is_distributed, refusals
from sqlalchemy import Engine, Select, event, exists, func, select, text
from sqlalchemy.sql.selectable import CompoundSelect

from api import create_app
from api.endpoints.facets import FIELDS
from api.query.parameters import filter_fields
from api.read.resources import RESOURCES
from schema import tables
from schema.store.files import open_release
from schema.store.published import CHUNK_OF_FILE
from schema.store.queries import Statement
from seeds.release.citus import DISTRIBUTED, placement
from seeds.release.copied_tables import copied_tables

CHANGED = "articles/2020-01-day-first.yaml"
VALUES = {
    **{"region": "nigeria", "group": "alpha-front", "indicator": "fighters", "source": "army", "claim": "exact"},
    **{
        "place": "nigeria",
        "attributed_to": "army",
        "article": "first",
        "hedge": "vague",
        "q": "fighters",
        "unit": "persons",
    },
    **{"source_kind": "military", "locus": "body", "publisher": "Day,%20Night%20%26%20Co", "agency": "Lake Wire"},
    **{"derived": "true", "disputed": "true", "anonymous": "true", "value_min": "5", "value_max": "5000"},
    **{"as_of": "2020", "stated": "2020", "published": "2020", "region_scope": "overlapping", "value_match": "certain"},
}
"""A value of each filter."""
FILES = {"/docs/<path:name>", "/explorer/<path:name>", "/favicon.ico", "/apple-touch-icon.png"}
WITHOUT_QUERIES = {*FILES, "/words", "/chart.png", "/card.png"}
"""Files, a page of text, and the pictures that another process draws of what /chart.svg and /answer read."""


@pytest.fixture(scope="module")
def selects(tmp_path_factory):
    """Return the SELECTs of requests to all endpoints, each with the addresses that lead to it."""
    folder = tmp_path_factory.mktemp("citus")
    seeds, database = folder / "seeds", folder / "headcount.db"
    shutil.copytree(GOOD, seeds)
    first = make_release(seeds, database)
    changed = (seeds / CHANGED).read_text().replace("An invented figure, nearly", "Another invented figure, nearly")
    (seeds / CHANGED).write_text(changed)
    assert make_release(seeds, database) != first
    app = create_app({"DATABASE_URL": f"sqlite:///{database}"})
    client = app.test_client()
    ids = {resource.name: client.get(f"/{resource.name}").json["data"][0]["id"] for resource in RESOURCES}
    found, matched, address = {}, set(), ""

    def record(statement):
        if isinstance(statement, Select | CompoundSelect):
            found.setdefault(in_words(statement), (statement, set()))[1].add(address)

    @event.listens_for(Engine, "before_execute")
    def before_execute(_connection, statement, *_):
        record(statement)

    rows = Statement.rows
    with pytest.MonkeyPatch.context() as patch:

        def recorded_rows(self, connection, **values):
            record(self.select)
            return rows(self, connection, **values)

        patch.setattr(Statement, "rows", recorded_rows)
        for address in _addresses(ids, first):
            is_page = address in ("/", "/verify") or address in _pages(ids)
            with client.get(address, headers={"Accept": "text/html" if is_page else "*/*"}) as answer:
                assert answer.status_code == 200, (address, answer.text)
                assert answer.data
            matched.add(app.url_map.bind("localhost").match(answer.request.path)[0])
        address = "POST /verify"
        sentence = "In Nigeria the Alpha Front has about 4,000 fighters, and hundreds of fighters are in Borno."
        assert client.post("/verify", json={"text": sentence}).json["data"]
        matched.add("verify.verify_text")
    event.remove(Engine, "before_execute", before_execute)
    app.extensions["database"].close()
    rules = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule not in WITHOUT_QUERIES}
    assert rules <= matched
    return [*found.values(), (CHUNK_OF_FILE.select, {"/dataset/headcount.db"})]


def _pages(ids):
    """Return the addresses of pages that ask what no endpoint asks."""
    return (
        *("/?region=borno,chad&not_source=army&typed=borno+chad", "/?article=first"),
        *(f"/{name}/{ids[name]}" for name in ("sources", "articles", "groups", "regions", "indicators")),
    )


def _addresses(ids, version):
    yield from _pages(ids)
    yield from (
        "/",
        "/docs",
        "/openapi.json",
        "/metrics",
        "/health/live",
        "/health/ready",
        "/verify",
        "/datapackage.json",
        "/words",
    )
    yield from ("/dataset", "/dataset/datapackage.json", "/dataset/headcount.db", "/dataset/estimates.csv")
    yield from (
        "/dataset/claims.ndjson",
        f"/changes?since={version}",
        f"/changes?since={version}&change=updated&sort=-version&format=csv",
    )
    yield from (
        "/resolve?q=irak",
        "/resolve?q=bor&begins=true",
        "/conflicts",
        "/conflicts?compatible=true",
        "/conflicts?format=ndjson",
    )
    yield from ("/answer", "/answer?region=nigeria&indicator=fighters", "/answer?as_of=1900&group=alpha-front")
    yield from (
        "/chart.svg",
        "/chart.vl.json",
        "/chart.svg?region=nigeria",
        "/facets?fields=region,group,source,as_of_year",
    )
    yield from ("/claims?format=atom", "/embed", "/embed?region=nigeria", "/oembed?url=http://localhost/claims/exact")
    yield from ("/robots.txt", "/sitemap.xml", "/sitemaps/pages.xml", "/sitemaps/claims-1.xml")
    fields = ",".join(FIELDS)
    for resource in RESOURCES:
        path = f"/{resource.name}"
        yield from (path, f"{path}/{ids[resource.name]}", f"{path}?limit=2&offset=1&q=a", f"{path}?format=csv")
        yield from (f"{path}?format=jsonld", f"{path}?limit=1&cursor=after:{ids[resource.name]}")
        yield from (f"{path}?sort={sort}&limit=2" for sort in resource.sorts)
        yield f"{path}?sort=-{list(resource.sorts)[-1]}&limit=1&cursor=before:{ids[resource.name]}"
    filters = [f"{name}={value}" for name, value in VALUES.items()]
    negated = {f"not_{name}" for name in VALUES} & set(filter_fields())
    filters += [f"{name}={VALUES[name.removeprefix('not_')]}" for name in negated]
    filters += ["region=borno,chad", "region=nigeria&indicator=fighters", "q=fighters+-lake", "q=fighters+or+-lake"]
    for filter_ in [*filters, "region=nigeria&group=alpha-front&indicator=killed", "q=fighters&distinct=claim"]:
        yield from (f"/estimates?{filter_}", f"/facets?{filter_}&fields={fields}", f"/answer?{filter_}")
        if "distinct" not in filter_:
            yield from (f"/{name}?{filter_}" for name in ("claims", "articles", "conflicts"))
        if "indicator" not in filter_:
            yield from (f"/series?indicator=fighters&by={by}&{filter_}" for by in ("region", "claim"))
    yield from ("/estimates?distinct=claim", f"/facets?distinct=claim&fields={fields}", "/series?indicator=fighters")
    yield from ("/series?indicator=fighters&interval=month&format=csv", "/series?indicator=fighters&limit=1&offset=1")


def test_every_filter_is_asked():
    assert {name for name in filter_fields() if not name.startswith("not_")} == set(VALUES)


@pytest.mark.slow
def test_no_query_asks_what_is_not_run_across_shards(selects):
    refused = [(reasons, addresses) for statement, addresses in selects if (reasons := refusals(statement))]
    assert refused == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "part",
    ["/estimates?", "/estimates/", "/claims?", "/claims/", "q=", "format=", "/conflicts?", "/changes?", ".svg", ".db"],
)
def test_json_is_read_from_a_distributed_table(selects, part):
    assert any(
        part in address for statement, addresses in selects if is_distributed(statement) for address in addresses
    )


_RENDERED, _HISTORY, _ESTIMATES = tables.estimates_rendered, tables.history, tables.estimates
_OTHER = _RENDERED.alias("other")
REFUSED = {
    "GROUPING SETS over a distributed table": select(func.count())
    .select_from(_RENDERED)
    .group_by(text("GROUPING SETS (())")),
    "count(DISTINCT) over a distributed table": select(func.count(_RENDERED.c.json.distinct())),
    "a correlated subquery over a distributed table": select(_RENDERED.c.json).where(
        exists().where(_ESTIMATES.c.claim_position == _RENDERED.c.position)
    ),
    "two distributed tables are joined": select(_RENDERED.c.json).join(_OTHER, _OTHER.c.json == _RENDERED.c.json),
    "an outer join of a reference table with a distributed table": select(_ESTIMATES.c.id, _RENDERED.c.json).outerjoin(
        _RENDERED, _RENDERED.c.position == _ESTIMATES.c.position
    ),
    "a distributed table is read in a condition or column": select(_HISTORY.c.id).where(
        _HISTORY.c.json.in_(select(_RENDERED.c.json))
    ),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_is_not_run_across_shards_is_seen(reason):
    assert refusals(REFUSED[reason]) == [reason]


def test_what_reads_reference_tables_alone_may_ask_anything():
    lower, higher = _ESTIMATES.alias("lower"), _ESTIMATES.alias("higher")
    claims = func.count(lower.c.claim_position.distinct())
    joined = lower.join(higher, lower.c.region_position == higher.c.region_position)
    assert refusals(select(claims).select_from(joined).where(exists().where(_HISTORY.c.id == lower.c.id))) == []


def test_each_table_is_placed():
    distributed = placement("release_1", "estimates_rendered").as_string(None)
    assert distributed == "SELECT create_distributed_table('release_1.estimates_rendered', 'position')"
    assert placement("release_1", "claims").as_string(None) == "SELECT create_reference_table('release_1.claims')"


def test_every_unique_index_of_a_distributed_table_holds_its_column(database):
    with closing(sqlite3.connect(database)) as file:
        copied = {table.name: table for table in copied_tables(open_release(database), file)}
    for name, column in DISTRIBUTED.items():
        unique = [index.columns for index in copied[name].indexes if index.unique]
        assert copied[name].primary
        assert all(column in columns for columns in (copied[name].key, *unique))
