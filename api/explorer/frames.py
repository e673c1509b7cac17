"""The page for frames, /embed, and /oembed (oembed.com), where other sites find the frame of a page by its address."""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit
from xml.etree.ElementTree import Element

import orjson
from flask import Flask, Response, request
from marshmallow import ValidationError
from werkzeug import exceptions
from werkzeug.exceptions import BadRequest, Conflict, HTTPException, NotFound

from api import context
from api.endpoints.answer import answer_of
from api.explorer import reading, sharing
from api.explorer.charts import OPTIONS, chart_of, title_of
from api.explorer.copies import FRAME, iframe
from api.explorer.description import notes
from api.explorer.finding import TYPED
from api.explorer.problems import refusal
from api.explorer.rendering import CARD, CARD_SIZE, page
from api.explorer.rows import rows_of
from api.formats.xml import add, document
from api.http.answers import guard_page
from api.query.parameters import distinct_parameter, filter_fields
from api.query.question import QuerySchema, Question, address, parse_question, question_of_request, without

EMBED, OEMBED = "/embed", "/oembed"
_SIZE = re.compile("[1-9][0-9]{0,5}", re.ASCII)
_schema = QuerySchema.from_dict(
    {"distinct": distinct_parameter(), **filter_fields(), "scale": OPTIONS["scale"]}, name="EmbedQuerySchema"
)()


def _embed() -> Response:
    """Return the answer and the chart of a question, without the head and the filters, for a frame on any site."""
    try:
        question = question_of_request(_schema)
    except HTTPException as error:
        return _framed(refusal(error, _schema, EMBED, tuple(request.args.items(multi=True))))
    return _framed(page("embed.html", address(EMBED, question.canonical), lambda: _variables(question)))


def _variables(question: Question) -> dict[str, Any]:
    query, chart = question.parameters, chart_of(question.parameters)
    answered = answer_of(query)
    return {
        "title": title_of(query),
        "answer": answered.data,
        "panels": rows_of(chart, query["scale"], answered.claims),
        "notes": notes(chart),
        "whole": address("/", question.canonical),
    }


def _framed(response: Response) -> Response:
    """Let any site show a page in a frame."""
    return guard_page(response, form_action="'self'", frame_ancestors="*")


def _oembed(kinds: Sequence[str]) -> Response:
    """Return how a page can be embedded, as JSON or XML; `kinds` are the resources whose records have a page."""
    format_ = request.args.get("format", "json")
    if format_ not in ("json", "xml"):
        raise exceptions.NotImplemented(f"format: {format_!r} is not there; expected json or xml.")
    width, height = (_size(name, usual) for name, usual in zip(("maxwidth", "maxheight"), FRAME, strict=True))
    title, frame, picture = _page_at(request.args.get("url", ""), kinds)
    embedded: dict[str, str | int] = {
        "version": "1.0",
        "type": "rich",
        "title": title,
        "provider_name": "Headcount",
        "provider_url": f"{context.site()}/",
        "html": iframe(title, frame, width, height),
        "width": width,
        "height": height,
    }
    if not request.args.keys() & {"maxwidth", "maxheight"}:  # a picture, too, must not be larger than these
        size = dict(zip(("thumbnail_width", "thumbnail_height"), CARD_SIZE, strict=True))
        embedded |= {"thumbnail_url": f"{context.site()}{picture}", **size}
    if format_ == "json":
        return Response(orjson.dumps(embedded), mimetype="application/json")
    return Response(_as_xml(embedded), mimetype="text/xml")


def _as_xml(embedded: Mapping[str, str | int]) -> bytes:
    root = Element("oembed")
    for name, value in embedded.items():
        add(root, name, str(value))
    return document(root)


def _size(name: str, usual: int) -> int:
    """Return the smaller of a parameter and the usual size; raises BadRequest."""
    text = request.args.get(name, str(usual))
    if not _SIZE.fullmatch(text):
        raise BadRequest(f"{name}: {text[:20]!r} is no number of pixels; expected, say, {usual}.")
    return min(int(text), usual)


def _page_at(url: str, kinds: Sequence[str]) -> tuple[str, str, str]:
    """Return the title of the page at an absolute address, and the addresses of its frame and of its picture.

    Raises BadRequest where there is no address, and NotFound where it is none of a page that can be embedded.
    """
    own = urlsplit(context.site())
    if not url:
        raise BadRequest(f"url: is missing; expected the address of a page, such as {context.site()}/?region=iraq.")
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = SplitResult("", "", "", "", "")
    is_own = parts.scheme in ("http", "https") and parts.netloc.lower() == own.netloc.lower()
    path = parts.path.removeprefix(own.path) or "/"
    kind, _, id_ = path.removeprefix("/").partition("/")
    if is_own and path in ("/", EMBED):
        return _page_of_question(parts.query)
    if is_own and kind in kinds:
        shared = sharing.of_record(kind, reading.record_of(kind, unquote(id_)), path)
        return shared.description, shared.frame, shared.card
    raise NotFound(f"url: {url[:100]!r} is no page that can be embedded; expected one of {context.site()}.")


def _page_of_question(query: str) -> tuple[str, str, str]:
    pairs = without(tuple(parse_qsl(query)), "sort", "offset", TYPED)
    try:
        question = parse_question(_schema, urlencode(pairs).encode())
    except (ValidationError, Conflict) as error:
        raise NotFound("url: its page says that its parameters are wrong; expected a page with an answer.") from error
    card = address(CARD, without(question.canonical, "scale"))
    return title_of(question.parameters), sharing.frame_of(question.canonical), card


def init_app(app: Flask, kinds: Sequence[str]) -> None:
    """Add the two routes; `kinds` are the resources whose records have a page."""
    app.add_url_rule(EMBED, "embed", _embed)
    app.add_url_rule(OEMBED, "oembed", partial(_oembed, kinds))
