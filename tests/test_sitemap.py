"""The map of the pages: every address in it is a page, and no file is longer than search engines read."""

from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from pages import BROWSER

from api import create_app
from api.explorer import sitemap

SITE = "https://example.org/headcount"
NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(scope="module")
def client(shipped_database, url_of):
    """Return a client of an application behind a proxy, which adds a prefix."""
    app = create_app({"DATABASE_URL": url_of(shipped_database), "PUBLIC_URL": f"{SITE}/"})
    yield app.test_client()
    app.extensions["database"].close()


def addresses(client, address, root, element):
    """Return the addresses in a map, which has the elements that sitemaps.org asks for and no others."""
    response = client.get(address.removeprefix(SITE))
    assert (response.status_code, response.mimetype) == (200, "application/xml")
    tree = ElementTree.fromstring(response.data)
    assert tree.tag == f"{NAMESPACE}{root}"
    assert {(child.tag, *(part.tag for part in child)) for child in tree} == {
        (f"{NAMESPACE}{element}", f"{NAMESPACE}loc")
    }
    return [location.text for location in tree.iter(f"{NAMESPACE}loc")]


def test_robots_are_told_where_the_map_is(client):
    response = client.get("/robots.txt")
    assert response.mimetype == "text/plain"
    assert response.text == f"User-agent: *\nAllow: /\nSitemap: {SITE}/sitemap.xml\n"


@pytest.mark.slow
def test_the_map_leads_to_every_page_of_claims_sources_and_articles_once(client):
    parts = addresses(client, f"{SITE}/sitemap.xml", "sitemapindex", "sitemap")
    listed = [address for part in parts for address in addresses(client, part, "urlset", "url")]
    assert len(listed) == len(set(listed))
    paths = [address.removeprefix(SITE) for address in listed]
    for kind in ("claims", "sources", "articles"):
        ids = [f"/{kind}/{record['id']}" for record in client.get(f"/{kind}?limit=1000").json["data"]]
        assert sorted(path for path in paths if path.startswith(f"/{kind}/")) == sorted(ids)
    assert not [path for path in paths if path.startswith("/estimates/")]
    for path in paths:
        response = client.get(path, headers=BROWSER, buffered=True)
        assert (response.status_code, response.mimetype) == (200, "text/html"), path


def test_a_long_map_is_parted(client, monkeypatch):
    monkeypatch.setattr(sitemap, "MOST_ADDRESSES", 10)
    parts = [urlsplit(part).path for part in addresses(client, "/sitemap.xml", "sitemapindex", "sitemap")]
    claims = client.get("/claims?limit=1000&sort=id").json["data"]
    named = [part for part in parts if "/claims-" in part]
    assert len(named) == -(-len(claims) // 10)
    listed = [addresses(client, f"https://example.org{part}", "urlset", "url") for part in named]
    assert [len(part) for part in listed[:-1]] == [10] * (len(named) - 1)
    assert [address for part in listed for address in part] == [f"{SITE}{claim['url']}" for claim in claims]


@pytest.mark.parametrize("name", ["claims-0", "claims-2", "estimates-1", "nothing", "claims", "-1"])
def test_a_part_that_is_not_listed_is_not_there(client, name):
    assert client.get(f"/sitemaps/{name}.xml").status_code == 404
