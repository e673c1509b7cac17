"""How SQLite goes about the questions: it searches where an index can serve, and does not go through all estimates."""

import sqlite3

import pytest

from api import create_app
from api.query.parameters import filter_fields
from api.read.resources import RESOURCES

SEARCHED = {
    **{"region": "mali", "group": "beta", "indicator": "killed", "source": "source-1", "claim": "claim-7"},
    **{"article": "article-3", "hedge": "vague", "source_kind": "ngo", "publisher": "The Night", "unit": "percent"},
    **{"attributed_to": "source-1", "place": "mali"},
    "agency": "Far Wire",
    **{"as_of": "2018", "stated": "2019", "published": "2020-01", "q": "hundreds"},
    **{"locus": "headline", "derived": "false", "disputed": "true"},
}
"""A value of each filter for which an index leads to the estimates."""

WITHOUT_INDEX = {"anonymous", "value_min", "value_max"}
"""Filters that leave so much that an index would be the longer way, or, with others, the rest to look at."""

UNSORTED = {"publisher"}
"""What is sorted by without an index, since it is the article's: every estimate found is sorted."""

ESTIMATES = next(resource for resource in RESOURCES if resource.name == "estimates")


@pytest.fixture(scope="module")
def plans(many_database):
    """Return a function that gives how SQLite goes about all that a question makes it do."""
    app = create_app({"DATABASE_URL": f"sqlite:///{many_database}"})
    client, release = app.test_client(), app.extensions["database"].release()
    asked = []
    release.connection().connection.dbapi_connection.set_trace_callback(asked.append)
    other = sqlite3.connect(many_database)

    def of(url, **body):
        asked.clear()
        answer = client.post(url, **body) if body else client.get(url)
        assert answer.status_code == 200, answer.text
        assert answer.json["data"], url
        # Full text asks its own tables as it goes along.
        selects = [text for text in asked if text.startswith(("SELECT", "WITH")) and "'main'." not in text]
        return [(text, row[3]) for text in selects for row in other.execute(f"EXPLAIN QUERY PLAN {text}")]

    yield of
    other.close()
    app.extensions["database"].close()


def gone_through(plan):
    """Return the steps that look at every estimate, but where they are in order and a page of them is enough."""
    page = "ORDER BY estimates.position"
    return [step for text, step in plan if step == "SCAN estimates" and not (page in text and "LIMIT" in text)]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "value"), SEARCHED.items())
def test_a_filter_is_searched_for(plans, name, value):
    assert not gone_through(plans(f"/estimates?{name}={value}"))


@pytest.mark.slow
def test_every_filter_is_looked_at():
    known = {name for name in filter_fields() if not name.startswith("not_")}
    assert known == {*SEARCHED, *WITHOUT_INDEX, "region_scope", "value_match"}


@pytest.mark.slow
@pytest.mark.parametrize("sort", sorted(set(ESTIMATES.sorts) - UNSORTED))
@pytest.mark.parametrize("sign", ["", "-"])
def test_a_list_is_read_in_the_order_of_an_index(plans, sign, sort):
    steps = [step for _, step in plans(f"/estimates?sort={sign}{sort}&limit=3")]
    assert "USE TEMP B-TREE FOR ORDER BY" not in steps


@pytest.mark.slow
@pytest.mark.parametrize(
    "url",
    [
        "/estimates",
        "/estimates?region=mali",
        "/estimates?region=mali&indicator=killed",
        "/estimates?q=hundreds",
        "/estimates/estimate-7-0",
        "/claims/claim-7",
        "/facets?fields=region,group,indicator,as_of_year",
        "/facets?fields=group,indicator,as_of_year&region=mali",
    ],
)
def test_common_questions_are_read_from_serving_tables(plans, url):
    plan = plans(url)
    assert not gone_through(plan)
    assert "claims" in url or not [step for _, step in plan if "USE TEMP B-TREE" in step]


@pytest.mark.slow
@pytest.mark.parametrize("query", ["", "region=mali", "region=mali&indicator=killed", "group=beta", "claim=claim-7"])
def test_an_answer_in_sentences_is_found_by_indexes(plans, query):
    assert not gone_through(plans(f"/answer?{query}"))


@pytest.mark.slow
def test_points_are_found_by_an_index(plans):
    plan = plans("/series?indicator=killed&region=mali&limit=3")
    assert not gone_through(plan)
    assert any(step.startswith("SEARCH series_rollup USING PRIMARY KEY (indicator_position=?") for _, step in plan)
    assert any(step.startswith("SEARCH estimates USING INDEX estimates_compared (group_position=?") for _, step in plan)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", ["Of Beta, 7 were killed in Mali.", "In Mali 7 were killed.", "Of Beta, 7 were killed.", "7 killed."]
)
def test_the_numbers_of_a_text_are_found_by_an_index(plans, text):
    plan = plans("/verify", json={"text": text})
    steps = [step for _, step in plan]
    assert not gone_through(plan)
    for number in ("low", "best", "high"):
        expected = f"SEARCH estimates USING COVERING INDEX estimates_{number} ({number}=? AND indicator_position=?"
        assert any(step.startswith(expected) for step in steps), steps
    assert not [step for step in steps if step.startswith("SEARCH estimates USING INDEX ix_estimates_")]
