"""The map of the pages for search engines: /robots.txt names /sitemap.xml, and this the parts (sitemaps.org).

It has every page that needs no question, and those of all records but estimates: the page of their claim tells the
same. Views of the explorer are left out, since there is no end of them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil
from xml.etree.ElementTree import Element

from flask import Flask, Response
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from api import context
from api.formats.xml import add, document
from api.http.answers import answer, respond
from schema import tables

MOST_ADDRESSES = 50_000
"""The most addresses that a site map may have."""
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_LEFT_OUT = "estimates"


def _robots() -> Response:
    """Return what robots may read, everything, and where the map is."""
    lines = ("User-agent: *", "Allow: /", f"Sitemap: {context.site()}/sitemap.xml", "")
    return _answer("/robots.txt", "text/plain", "\n".join(lines).encode)


@dataclass(frozen=True)
class SiteMap:
    """The map: `pages` are the paths of pages that are no record's, `kinds` the resources whose records have a page."""

    pages: tuple[str, ...]
    kinds: tuple[str, ...]

    def index(self) -> Response:
        """Return the addresses of all parts."""
        return _answer("/sitemap.xml", "application/xml", lambda: _written("sitemapindex", "sitemap", self._parts()))

    def part(self, name: str) -> Response:
        """Return one part: `pages`, or a piece of the records of one kind, such as `claims-1`."""
        path = f"/sitemaps/{name}.xml"
        if path not in self._parts():
            raise NotFound(f"There is no part {name!r}; /sitemap.xml lists those there are.")
        kind, _, number = name.rpartition("-")
        return _answer(
            path,
            "application/xml",
            lambda: _written("urlset", "url", _records(kind, int(number)) if kind else self.pages),
        )

    def _parts(self) -> list[str]:
        counts = context.release().dataset["counts"]
        parts = [f"{kind}-{part + 1}" for kind in self.kinds for part in range(ceil(counts[kind] / MOST_ADDRESSES))]
        return [f"/sitemaps/{name}.xml" for name in ("pages", *parts)]


def _records(kind: str, part: int) -> Iterable[str]:
    """Return the paths of the records of a part, counted from 1."""
    table, first = tables.RESOURCES[kind].c, (part - 1) * MOST_ADDRESSES
    ids = select(table.id).order_by(table.position).limit(MOST_ADDRESSES).offset(first)
    return (f"/{kind}/{id_}" for id_ in context.connection().scalars(ids))


def _written(root: str, element: str, paths: Iterable[str]) -> bytes:
    written = Element(root, {"xmlns": _NAMESPACE})
    for path in paths:
        add(add(written, element), "loc", f"{context.site()}{path}")
    return document(written)


def _answer(path: str, media_type: str, write: Callable[[], bytes]) -> Response:
    return respond(answer(path, lambda: (write(), {}), media_type, also=context.site()))


def init_app(app: Flask, routes: Iterable[str]) -> None:
    """Add the map of the pages at these routes; those of records end with `<…>`."""
    paths = [route.partition("/<") for route in routes]
    kinds = (path.removeprefix("/") for path, is_record, _ in paths if is_record)
    site_map = SiteMap(
        tuple(path for path, is_record, _ in paths if not is_record),
        tuple(kind for kind in kinds if kind != _LEFT_OUT),
    )
    app.add_url_rule("/robots.txt", "robots", _robots)
    app.add_url_rule("/sitemap.xml", "sitemap", site_map.index)
    app.add_url_rule("/sitemaps/<string:name>.xml", "sitemap_part", site_map.part)
