"""How lists and single things are answered, whatever they are: as `data`, `meta` and `links`, or as one stream.

A list is a page of JSON or JSON-LD, or all of it as a stream of CSV or NDJSON.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import orjson
from marshmallow import Schema, fields

from api import context
from api.formats.jsonld import list_jsonld
from api.formats.media_types import ITEM_MEDIA_TYPES, MEDIA_TYPES, PAGED, Format
from api.formats.schema_org import Node
from api.http.answers import Answer, Body, Rendered, answer, chosen_format
from api.query.filters import Parameters
from api.query.parameters import DEFAULT_LIMIT
from api.query.question import Pairs, Question, address
from api.read.pages import Listing, Page, Start
from schema.flat import columns_of, narrowed, write_csv, write_ndjson


class ListMetaSchema(Schema):
    """What a list says of itself."""

    total = fields.Integer(required=True, metadata={"description": "How many records match, on all pages together."})
    limit = fields.Integer(required=True, metadata={"description": "The most records that this page may hold."})
    dataset = fields.String(required=True, metadata={"description": "The version of the dataset that was read."})


class ItemMetaSchema(Schema):
    """What an answer says of itself."""

    dataset = fields.String(required=True, metadata={"description": "The version of the dataset that was read."})


class ItemLinksSchema(Schema):
    """Where an answer is found again: a path without a host."""

    self = fields.String(required=True, metadata={"description": "This very answer."})


class ListLinksSchema(ItemLinksSchema):
    """Where a list goes on: paths without a host."""

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


def answer_list(name: str, record: Schema, question: Question, listing: Listing, also: str = "") -> Answer:
    """Return what a question asks of the list at `/name`.

    `record` is the schema of its records. `listing` reads nothing before it is asked for a page or a stream. `also` is
    what decides the answer beside the question and the dataset's version.
    """
    parameters = question.parameters
    format_ = chosen_format(parameters)
    # What a page holds by default is left out of its address.
    default = ("limit", str(DEFAULT_LIMIT)) if format_ in PAGED else None
    pairs = tuple(pair for pair in question.canonical if pair != default)
    here = address(f"/{name}", pairs)
    wanted = parameters.get("fields")

    start, limit = _start(parameters), parameters.get("limit")

    def render() -> Rendered:
        if format_ in PAGED:
            return render_page(listing.page(start, limit or DEFAULT_LIMIT))
        headers = {"Content-Disposition": f'attachment; filename="headcount-{name}.{format_}"'}
        if limit is None:
            return _written(format_, record, listing.stream(start), wanted), headers
        page = listing.page(start, limit)
        links = _neighbours(f"/{name}", pairs, start, limit, page)
        return _written(format_, record, page.rendered, wanted), headers | _link_header(links)

    def render_page(page: Page) -> Rendered:
        links = _neighbours(f"/{name}", pairs, start, limit or DEFAULT_LIMIT, page)
        rendered = [narrowed(text, wanted) for text in page.rendered] if wanted else page.rendered
        if format_ is Format.JSONLD:
            nodes = list_jsonld(name, list(map(orjson.loads, rendered)), page.total, here)
            return orjson.dumps(nodes), _link_header(links)
        meta = {"total": page.total, "limit": limit or DEFAULT_LIMIT, "dataset": context.release().version}
        rest = b'],"meta":%b,"links":%b}' % (orjson.dumps(meta), orjson.dumps({"self": here, **links}))
        return b"".join((b'{"data":[', b",".join(rendered), rest)), _link_header(links)

    return answer(here, render, MEDIA_TYPES[format_], also)


def answer_one(
    question: Question, path: str, render: Callable[[], bytes], link: Callable[[Any], Node], also: str = ""
) -> Answer:
    """Return one thing in the format that is asked for; `render` gives it as JSON, and `link` makes JSON-LD of it."""
    if chosen_format(question.parameters, ITEM_MEDIA_TYPES) is Format.JSONLD:
        return answer(path, lambda: (orjson.dumps(link(orjson.loads(render()))), {}), MEDIA_TYPES[Format.JSONLD], also)
    return answer_json(path, render, also)


def answer_json(path: str, render: Callable[[], bytes], also: str = "") -> Answer:
    """Return one thing, which `render` gives as JSON, in the envelope of all answers."""

    def enveloped() -> Rendered:
        meta, links = {"dataset": context.release().version}, {"self": path}
        return b'{"data":%b,"meta":%b,"links":%b}' % (render(), orjson.dumps(meta), orjson.dumps(links)), {}

    return answer(path, enveloped, also=also)


def _written(format_: Format, record: Schema, rendered: Iterable[bytes], wanted: Sequence[str] | None) -> Body:
    if format_ is Format.CSV:
        return write_csv(rendered, columns_of(record, wanted))
    return write_ndjson(rendered, wanted)


def _start(parameters: Parameters) -> Start:
    """Return where a list starts: at an offset, or beyond the record that a cursor (`after:ID`, `before:ID`) names."""
    direction, _, id_ = parameters.get("cursor", "").partition(":")
    return Start(parameters["offset"], id_ or None, backwards=direction == "before")


def _neighbours(path: str, pairs: Pairs, start: Start, limit: int, page: Page) -> dict[str, str | None]:
    """Return the addresses of the next and the previous page; None where there is none."""
    following: str | None = None
    preceding: str | None = None
    if page.id_at is None:  # its pages are counted
        after, before = start.offset + limit, max(min(start.offset, page.total) - limit, 0)
        following = f"offset={after}" if after < page.total else None
        preceding = f"offset={before}" if start.offset else None
    elif page.rendered:
        has_next = page.more or start.backwards
        has_previous = page.more if start.backwards else bool(start.id or start.offset)
        following = f"cursor=after:{page.id_at(-1)}" if has_next else None
        preceding = f"cursor=before:{page.id_at(0)}" if has_previous else None
    here = address(path, tuple(pair for pair in pairs if pair[0] not in ("cursor", "offset")))
    joint = "&" if "?" in here else "?"  # ids and numbers follow, so nothing has to be encoded
    links = {"next": following, "prev": preceding}
    return {relation: f"{here}{joint}{step}" if step else None for relation, step in links.items()}


def _link_header(links: dict[str, str | None]) -> dict[str, str]:
    relations = ", ".join(f'<{target}>; rel="{relation}"' for relation, target in links.items() if target)
    return {"Link": relations} if relations else {}
