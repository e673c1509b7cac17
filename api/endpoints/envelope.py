"""The envelope of answers: `data`, `meta` and `links`, and the formats of lists and of single records.

A list is answered as one page of JSON, JSON-LD or Atom, or whole as a stream of CSV or NDJSON.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import orjson
from marshmallow import Schema, fields

from api import context
from api.formats.jsonld import list_jsonld
from api.formats.media_types import FEED_MEDIA_TYPES, ITEM_MEDIA_TYPES, MEDIA_TYPES, PAGED, Format
from api.formats.schema_org import Node
from api.http.answers import Answer, Body, Rendered, answer, chosen_format
from api.query.filters import Parameters
from api.query.parameters import DEFAULT_LIMIT
from api.query.question import Pairs, Question, address
from api.read.pages import Listing, Page, Start
from schema.flat import columns_of, narrowed, write_csv, write_ndjson


class ListMetaSchema(Schema):
    """The `meta` of a list."""

    total = fields.Integer(required=True, metadata={"description": "How many records match, on all pages together."})
    limit = fields.Integer(required=True, metadata={"description": "The most records that this page may hold."})
    dataset = fields.String(required=True, metadata={"description": "The version of the dataset that was read."})


class ItemMetaSchema(Schema):
    """The `meta` of a single record."""

    dataset = fields.String(required=True, metadata={"description": "The version of the dataset that was read."})


class ItemLinksSchema(Schema):
    """The `links` of a single record, without a host."""

    self = fields.String(required=True, metadata={"description": "This very answer."})


class ListLinksSchema(ItemLinksSchema):
    """The `links` of a list, without a host."""

    next = fields.String(required=True, allow_none=True, metadata={"description": "The next page; null: none."})
    prev = fields.String(required=True, allow_none=True, metadata={"description": "The page before; null: none."})


def envelope_of(record: Schema, *, many: bool = False) -> type[Schema]:
    """Return the schema of an answer that holds one record, or a list of `many`."""
    name = type(record).__name__.removesuffix("Schema")
    item: fields.Field[Any] = fields.Nested(type(record), required=True)
    links = ListLinksSchema if many else ItemLinksSchema
    parts = {
        "data": fields.List(item, required=True) if many else item,
        "meta": fields.Nested(ListMetaSchema if many else ItemMetaSchema, required=True),
        "links": fields.Nested(links, required=True),
    }
    return Schema.from_dict(parts, name=f"{name}{'List' if many else 'Item'}Schema")


WriteFeed = Callable[[Question, Page, Mapping[str, str | None]], bytes]
"""Writes a page of a list as Atom, with the addresses of the page itself, the next and the previous one."""


def answer_list(  # noqa: PLR0913 (the last two are for one list each)
    name: str,
    record: Schema,
    question: Question,
    listing: Listing,
    *,
    also: str = "",
    write_feed: WriteFeed | None = None,
) -> Answer:
    """Return the answer to a question about the list at `/name`.

    `record` is the schema of its records. `listing` reads nothing until its `page` or `stream` is called. `also` is as
    in `api.http.answers.answer`. A list that is a feed too has `write_feed`.
    """
    parameters = question.parameters
    format_ = chosen_format(parameters)
    # The default limit is left out of the address.
    default = ("limit", str(DEFAULT_LIMIT)) if format_ in PAGED else None
    pairs = tuple(pair for pair in question.canonical if pair != default)
    own_address = address(f"/{name}", pairs)
    keys = parameters.get("fields")
    start, limit = _start(parameters), parameters.get("limit")

    def render() -> Rendered:
        if format_ in PAGED:
            return render_page(listing.page(start, limit or DEFAULT_LIMIT))
        headers = {"Content-Disposition": f'attachment; filename="headcount-{name}.{format_}"'}
        if limit is None:
            return _written(format_, record, listing.stream(start), keys), headers
        page = listing.page(start, limit)
        links = _neighbours(f"/{name}", pairs, start, limit, page)
        return _written(format_, record, page.rendered, keys), headers | _link_header(links)

    def render_page(page: Page) -> Rendered:
        links = _neighbours(f"/{name}", pairs, start, limit or DEFAULT_LIMIT, page)
        if format_ is Format.ATOM and write_feed:
            return write_feed(question, page, {"self": own_address, **links}), _link_header(links)
        rendered = [narrowed(json, keys) for json in page.rendered] if keys else page.rendered
        if format_ is Format.JSONLD:
            nodes = list_jsonld(name, list(map(orjson.loads, rendered)), page.total, own_address)
            return orjson.dumps(nodes), _link_header(links)
        meta = {"total": page.total, "limit": limit or DEFAULT_LIMIT, "dataset": context.release().version}
        after_data = b'],"meta":%b,"links":%b}' % (orjson.dumps(meta), orjson.dumps({"self": own_address, **links}))
        return b"".join((b'{"data":[', b",".join(rendered), after_data)), _link_header(links)

    return answer(own_address, render, FEED_MEDIA_TYPES[format_], also)


def answer_one(
    question: Question, path: str, render: Callable[[], bytes], to_jsonld: Callable[[Any], Node], also: str = ""
) -> Answer:
    """Return the answer with one record, which `render` returns as JSON, in the format that the question asks for."""
    if chosen_format(question.parameters, ITEM_MEDIA_TYPES) is Format.JSONLD:
        return answer(
            path, lambda: (orjson.dumps(to_jsonld(orjson.loads(render()))), {}), MEDIA_TYPES[Format.JSONLD], also
        )
    return answer_json(path, render, also)


def answer_json(path: str, render: Callable[[], bytes], also: str = "") -> Answer:
    """Return the answer with one record, which `render` returns as JSON, in the envelope."""

    def enveloped() -> Rendered:
        meta, links = {"dataset": context.release().version}, {"self": path}
        return b'{"data":%b,"meta":%b,"links":%b}' % (render(), orjson.dumps(meta), orjson.dumps(links)), {}

    return answer(path, enveloped, also=also)


def _written(format_: Format, record: Schema, rendered: Iterable[bytes], keys: Sequence[str] | None) -> Body:
    """Return records, given as JSON, in CSV or NDJSON; `keys` are those to keep, None for all."""
    if format_ is Format.CSV:
        return write_csv(rendered, columns_of(record, keys))
    return write_ndjson(rendered, keys)


def _start(parameters: Parameters) -> Start:
    """Return the start of a page: an offset, or the record that a cursor (`after:ID`, `before:ID`) names."""
    direction, _, id_ = parameters.get("cursor", "").partition(":")
    return Start(parameters["offset"], id_ or None, backwards=direction == "before")


def _neighbours(path: str, pairs: Pairs, start: Start, limit: int, page: Page) -> dict[str, str | None]:
    """Return the addresses of the next and the previous page; None if there is no such page."""
    following: str | None = None
    preceding: str | None = None
    if page.id_at is None:  # a list whose pages start at an offset
        after, before = start.offset + limit, max(min(start.offset, page.total) - limit, 0)
        following = f"offset={after}" if after < page.total else None
        preceding = f"offset={before}" if start.offset else None
    elif page.rendered:
        has_next = page.more or start.backwards
        has_previous = page.more if start.backwards else bool(start.id or start.offset)
        following = f"cursor=after:{page.id_at(-1)}" if has_next else None
        preceding = f"cursor=before:{page.id_at(0)}" if has_previous else None
    base = address(path, tuple(pair for pair in pairs if pair[0] not in ("cursor", "offset")))
    separator = "&" if "?" in base else "?"  # ids and numbers follow, so nothing has to be encoded
    links = {"next": following, "prev": preceding}
    return {relation: f"{base}{separator}{place}" if place else None for relation, place in links.items()}


def _link_header(links: dict[str, str | None]) -> dict[str, str]:
    """Return the `Link` header (RFC 8288) with the pages that exist; no header if there are none."""
    relations = ", ".join(f'<{target}>; rel="{relation}"' for relation, target in links.items() if target)
    return {"Link": relations} if relations else {}
