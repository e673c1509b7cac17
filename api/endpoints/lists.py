"""How a list is answered, whatever it lists, and how one thing is.

A list is a page of JSON or JSON-LD, or all of it as a stream of CSV or NDJSON.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import orjson
from marshmallow import Schema

from api import context
from api.formats.jsonld import linked_list
from api.formats.media_types import ITEM_MEDIA_TYPES, MEDIA_TYPES, PAGED, Format
from api.formats.schema_org import Node
from api.http.answers import Answer, Body, answer, answered_one
from api.http.negotiation import chosen_format
from api.query.parsing import Question
from api.query.schemas import DEFAULT_LIMIT
from api.read.pages import Listing, Page, Step, Window, address
from schema.flat import columns_of, narrowed, write_csv, write_ndjson


def answer_list(  # noqa: PLR0913 (all that a list is, by name)
    *,
    name: str,
    record: Schema,
    schema: Schema,
    query: dict[str, Any],
    listed: Callable[[], Listing],
    also: str = "",
) -> Answer:
    """Return what a validated query asks of the list at `/name`.

    `record` describes its records, `schema` what is asked, and `also` is what decides the answer beside the question
    and the dataset's version.
    """
    format_ = chosen_format(query)
    implied = {"limit": DEFAULT_LIMIT} if format_ in PAGED else {}
    asked = canonical(schema, query, {"format": Format.JSON, **implied})
    here = address(f"/{name}", asked)
    query = {**implied, **query}

    def render() -> tuple[Body, dict[str, str]]:
        listing, wanted = listed(), query.get("fields")
        window = Window(query.get("limit", 0), query["offset"], query.get("cursor"))
        headers = {}
        if format_ not in PAGED:
            headers["Content-Disposition"] = f'attachment; filename="headcount-{name}.{format_}"'
            if "limit" not in query:
                return _written(format_, record, listing.stream(window), wanted), headers
        page = listing.page(window)
        links = {"self": here, **_neighbours(f"/{name}", asked, page)}
        if relations := ", ".join(f'<{links[to]}>; rel="{to}"' for to in ("next", "prev") if links[to]):
            headers["Link"] = relations
        if format_ not in PAGED:
            return _written(format_, record, page.rendered, wanted), headers
        narrow = [narrowed(one, wanted) for one in page.rendered] if wanted else page.rendered
        if format_ is Format.JSONLD:
            return orjson.dumps(linked_list(name, list(map(orjson.loads, narrow)), page.total, here)), headers
        meta = {"total": page.total, "limit": query["limit"], "dataset": context.release().version}
        rest = b'],"meta":%b,"links":%b}' % (orjson.dumps(meta), orjson.dumps(links))
        return b"".join((b'{"data":[', b",".join(narrow), rest)), headers

    return answer(here, render, MEDIA_TYPES[format_], also)


def answer_one(
    query: Mapping[str, Any], path: str, render: Callable[[], bytes], link: Callable[[Any], Node], also: str = ""
) -> Answer:
    """Return one thing, which `render` gives as JSON, in the format that is asked for; `link` makes JSON-LD of it."""
    if chosen_format(query, ITEM_MEDIA_TYPES) is Format.JSONLD:
        return answer(path, lambda: (orjson.dumps(link(orjson.loads(render()))), {}), MEDIA_TYPES[Format.JSONLD], also)
    return answered_one(path, render, also)


def _written(format_: Format, record: Schema, rendered: Iterable[bytes], wanted: Sequence[str] | None) -> Body:
    if format_ is Format.CSV:
        return write_csv(rendered, columns_of(record, wanted))
    return write_ndjson(rendered, wanted)


def canonical(
    schema: Schema, query: Mapping[str, Any], implied: Mapping[str, Any] = MappingProxyType({})
) -> list[tuple[str, str]]:
    """Return a query's parameters in one order and one spelling, without those that say what holds anyway."""
    if isinstance(query, Question):
        spelt = query.spelt.get(key := (schema, *implied.items()))
        if spelt is None:
            spelt = query.spelt[key] = canonical(schema, dict(query), implied)
        return spelt
    found = []
    for name, field in schema.fields.items():
        if name not in query or query[name] == implied.get(name, field.load_default):
            continue
        value = query[name]
        ordered = value if name == "sort" else sorted(value) if isinstance(value, list) else [value]
        for one in ordered:
            found.append((name, str(one).lower() if isinstance(one, bool) else str(one)))
    return found


def _neighbours(path: str, asked: Sequence[tuple[str, str]], page: Page) -> dict[str, str | None]:
    start = address(path, [one for one in asked if one[0] not in ("cursor", "offset")])
    joint = "&" if "?" in start else "?"

    def to(step: Step | None) -> str | None:
        return f"{start}{joint}{step[0]}={step[1]}" if step else None  # an id or a number: nothing to encode

    return {"next": to(page.next), "prev": to(page.prev)}
