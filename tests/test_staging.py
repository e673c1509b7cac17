"""Records on their way into a release: held in a file, placed, rendered, and counted exactly."""

import random
import sqlite3
from collections import Counter
from itertools import product

import orjson
import pytest
from conftest import GOOD
from invented import write_seeds

from schema import tables
from schema.claim_json import Carriers, RenderedReport, render_claim
from schema.dataset import DatasetSchema
from schema.envelopes import Envelope
from schema.records import ArticleSchema, ClaimSchema, EstimateSchema, ReportSchema
from schema.store.errors import DatabaseError
from schema.terms import AsOfBasis, Hedge, Locus
from seeds import SHIPPED, workers
from seeds.curated.check import check_seeds
from seeds.release.publish import WrittenRelease, write_release
from seeds.release.render import renderer_of
from seeds.staging import Staging, stage


@pytest.fixture(scope="module")
def release(invented_database):
    """Return a connection to the release of the generated seeds."""
    connection = sqlite3.connect(invented_database)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def regions_above(release):
    """Return which regions an estimate of a region counts for: that region and all that it lies in."""
    above = {}
    for region, member in release.execute(
        "SELECT whole_position, part_position FROM closures WHERE kind = 'region' AND relation = 'within'"
    ):
        above.setdefault(member, set()).add(region)
    return above


def test_a_staging_file_is_gone_whatever_happens(tmp_path):
    with Staging(tmp_path) as staging:
        assert list(tmp_path.iterdir()) == [staging.path]
    with pytest.raises(DatabaseError, match="nothing was written"), Staging(tmp_path) as staging:
        staging.connection.execute("INSERT INTO nowhere VALUES (1)")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("a file where the folder would be")
    with pytest.raises(DatabaseError, match="nothing was written"):
        Staging(tmp_path / "file")


@pytest.mark.slow
def test_the_order_of_the_records_makes_no_difference(tmp_path):
    seeds = check_seeds(write_seeds(tmp_path / "seeds", claims=40))
    with Staging(tmp_path) as staging:
        stage(seeds, staging)
        one = write_release(staging, tmp_path / "one.db")
    for kind in ("groups", "regions", "indicators", "sources", "articles", "estimates"):
        random.Random(3).shuffle(getattr(seeds, kind))  # noqa: S311 (the same each time)
    with Staging(tmp_path) as staging:
        stage(seeds, staging)
        other = write_release(staging, tmp_path / "other.db")
    assert one == other
    assert (tmp_path / "one.db").read_bytes() == (tmp_path / "other.db").read_bytes()


@pytest.mark.slow
def test_other_processes_write_the_same_bytes(tmp_path, monkeypatch):
    seeds = check_seeds(SHIPPED)
    for name, small in (("here.db", workers.SMALL), ("there.db", 0)):
        monkeypatch.setattr(workers, "SMALL", small)
        with Staging(tmp_path) as staging:
            stage(seeds, staging)
            write_release(staging, tmp_path / name)
    assert (tmp_path / "here.db").read_bytes() == (tmp_path / "there.db").read_bytes()


def test_what_is_there_already_is_not_replaced(tmp_path):
    path = tmp_path / "live.db"
    found = []
    for _ in range(2):
        with Staging(tmp_path) as staging:
            stage(check_seeds(GOOD), staging)
            found.append((write_release(staging, path), path.stat().st_ino))
    (first, inode), (second, same) = found
    assert (first.is_new, second, same) == (True, WrittenRelease(first.version, is_new=False), inode)
    assert list(tmp_path.iterdir()) == [path]


def random_estimate(chance):
    """Return an estimate as the loader gives it to its schema, with the strangest values that are allowed."""

    def text():
        return "".join(chance.choice("aZ é\u00a0\"\\/<&'=+-@٣中😀{}[]:,") for _ in range(chance.randint(1, 20)))

    def number():
        return chance.choice([None, 0, 7, 2500.0, 33.3, 0.1, 1e15, 10**15, 5e-7])

    def date():
        start, end = chance.choice([("2017-01-01", "2017-12-31"), (None, "2018-01-01"), ("2018-01-01", None)])
        return {"edtf": chance.choice(["2017", "../2018", "2018/.."]), "start": start, "end": end}

    def flag():
        return chance.choice([None, True, False])

    def as_printed(term, more):
        words = {"wording": text(), "start": 3, "end": 9, "basis": "text", "note": chance.choice([None, text()])}
        return {**words, term: {"id": "h", "name": text(), **more}}

    return {
        **{key: text() for key in ("id", "url", "wording", "summary")},
        **{"scope": chance.choice([None, text()]), "disputed": flag(), "granularity": number()},
        "quoted": flag(),
        **{"low": number(), "best": number(), "high": number(), "low_inclusive": flag(), "high_inclusive": flag()},
        **{
            "group": {"id": "a", "name": text()},
            "region": {"id": "b", "name": text(), "iso": chance.choice([None, "IQ"])},
        },
        "indicator": {"id": "c", "name": text(), "unit": "persons", "kind": "stock", "definition": "Not in the stub."},
        "source": {"id": "d", "name": text(), "kind": "ngo", "anonymous": flag()},
        **{"hedge": chance.choice(list(Hedge)), "locus": chance.choice(list(Locus))},
        "derived": chance.choice([None, {"from": "e", "factor": chance.choice([0.5, 2.0, 1 / 3])}]),
        **{
            "as_of": {**date(), "basis": chance.choice(list(AsOfBasis))},
            "stated": chance.choice([None, {**date(), "note": None}]),
        },
        "attributed_to": chance.choice([None, as_printed("source", {"kind": "ngo", "anonymous": flag()})]),
        "place": chance.choice([None, as_printed("region", {"iso": "IQ"})]),
        "claim": {"id": "f", "reports": 3, "articles": 2},
        "article": {
            **{
                "id": "g",
                "title": text(),
                "publisher": chance.choice([None, text()]),
                "agency": "Far Wire",
                "url": None,
            },
            "licence": "CC0-1.0",
            "published": {**date(), "basis": "printed", "note": "Not in the stub."},
        },
        "evidence": {"document": text(), "sha256": "0" * 64, "start": 3, "end": 9, "row": chance.choice([None, 7])},
    }


def with_terms(record, schema):
    """Return a record with its words as the terms that its schema's `dump` wants."""
    terms = {}
    for key, field in schema.fields.items():
        if isinstance(record[key], dict):
            terms[key] = with_terms(record[key], field.schema)
        elif hasattr(field, "enum"):
            terms[key] = field.enum(record[key])
    return {**record, **terms}


@pytest.mark.slow
def test_the_renderer_writes_what_the_schema_dumps():
    chance = random.Random(11)  # noqa: S311 (the same each time)
    render, schema = renderer_of(EstimateSchema()), EstimateSchema()
    for _ in range(500):
        record = random_estimate(chance)
        assert orjson.dumps(render(record)) == orjson.dumps(schema.dump(with_terms(record, schema)))
    rendered = orjson.dumps({"id": "a", "name": "Alpha"})
    record = random_estimate(chance)
    as_fragment = render({**record, "group": orjson.Fragment(rendered)})
    assert orjson.dumps(as_fragment) == orjson.dumps(render({**record, "group": orjson.loads(rendered)}))


def test_a_claim_made_of_its_reports_is_what_the_schema_says():
    chance = random.Random(12)  # noqa: S311 (the same each time)
    render = renderer_of(EstimateSchema())
    keys, of_report = list(ClaimSchema().fields), list(ReportSchema().fields)
    for _ in range(200):
        said = [random_estimate(chance) for _ in range(chance.randint(1, 3))]
        said[0]["summary"] = 'Says: ","group":{"low":,"as_of":\\","article":'
        said = [orjson.loads(orjson.dumps(render(one))) for one in said]
        drifts = [(None, None), ("same", "first"), ("hedge_lost", "first")][: len(said)]
        envelope = Envelope(2.0, None, 33.3, low_inclusive=True, high_inclusive=False)
        shown = {"low": 2, "best": None, "high": 33.3, "low_inclusive": True, "high_inclusive": False}
        reports = [RenderedReport(orjson.dumps(one), *drift) for one, drift in zip(said, drifts, strict=True)]
        claim = {
            **{"id": "c", "url": "/claims/c", "envelope": shown},
            **{"articles": 1, "outlets": 1, "agencies": 1, "wires": [{"agency": "Far Wire", "articles": ["g"]}]},
            **{key: said[0][key] for key in ("group", "indicator", "region", "source", "as_of")},
            "estimates": {"count": len(said), "url": "/estimates?claim=c"},
            "reports": [
                {key: {**one, "drift": drift[0], "drift_from": drift[1]}[key] for key in of_report}
                for one, drift in zip(said, drifts, strict=True)
            ],
        }
        carriers = Carriers(articles=1, outlets=1, agencies=1)
        assert render_claim("c", envelope, carriers, reports) == orjson.dumps({key: claim[key] for key in keys})


def test_every_field_of_the_records_has_a_renderer():
    renderer_of(ArticleSchema())
    with pytest.raises(TypeError, match="has no renderer"):
        renderer_of(DatasetSchema())


def test_counts_of_estimates_are_exact(release, regions_above):
    dates = [day for row in release.execute("SELECT as_of_start, as_of_end FROM estimates") for day in row if day]
    first, last = int(min(dates)[:4]), int(max(dates)[:4])
    expected = Counter()
    found = release.execute(
        "SELECT region_position, group_position, indicator_position, as_of_start, as_of_end FROM estimates"
    )
    for region, group, indicator, start, end in found:
        years = range(int(start[:4]) if start else first, (int(end[:4]) if end else last) + 1)
        for key in product([*regions_above[region], tables.ANY], [group, tables.ANY], [indicator, tables.ANY]):
            expected[*key, tables.ANY_YEAR] += 1
            if tables.ANY in key:
                expected.update((*key, year) for year in years)
    assert {tuple(key): count for *key, count in release.execute("SELECT * FROM estimate_counts")} == expected


def test_counts_of_words_are_exact(release):
    counts = release.execute("SELECT word, estimates FROM word_counts").fetchall()
    assert len(counts) > 20
    release.execute("CREATE VIRTUAL TABLE temp.instances USING fts5vocab('main', 'estimates_fts', 'instance')")
    assert counts == release.execute("SELECT term, count(DISTINCT doc) FROM temp.instances GROUP BY 1").fetchall()


def test_estimates_of_a_region_are_those_of_all_regions_within_it(release, regions_above):
    expected = {
        (above, indicator_or_any, position)
        for position, region, indicator in release.execute(
            "SELECT position, region_position, indicator_position FROM estimates"
        )
        for above in regions_above[region]
        for indicator_or_any in (tables.ANY, indicator)
    }
    found = release.execute("SELECT region_position, indicator_position, position FROM region_estimates").fetchall()
    assert (set(found), len(found)) == (expected, len(expected))


@pytest.mark.slow
def test_a_claim_with_very_many_reports_is_loaded_in_time(tmp_path):
    seeds = check_seeds(GOOD)
    with Staging(tmp_path) as staging:
        stage(seeds, staging)
        entry = next(one for one in seeds.estimates if one.record["id"] == "exact")
        article = next(one.record["id"] for one in seeds.articles if one.file is entry.file)
        staging.add_estimates((article, {**entry.record, "id": f"more-{one}"}, "here", 1) for one in range(5_000))
        write_release(staging, tmp_path / "headcount.db")
    connection = sqlite3.connect(tmp_path / "headcount.db")
    found = connection.execute("SELECT estimates_count FROM claims WHERE id = ?", (entry.record["claim"],)).fetchone()
    ranks = connection.execute(
        "SELECT count(DISTINCT claim_rank), sum(compared) FROM estimates JOIN claims ON claims.position = claim_position"
        " WHERE claims.id = ?",
        (entry.record["claim"],),
    ).fetchone()
    assert (found, ranks) == ((5_001,), (5_001, 1))
    connection.close()
