"""Pages out of templates, with their headers: public ones with an ETag, and private ones that nobody may keep."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Response, render_template

from api import context
from api.explorer.copies import Copies
from api.explorer.retellings import disputed_as, retellings, retold_in_words
from api.formats import phrases
from api.formats.schema_org import Node
from api.http.answers import CODE_VERSION, answer, guard_page, respond
from schema.dataset import cite, names_of_licences

HTML = "text/html"
_FUNCTIONS = {
    **{"figure": phrases.figure, "when": phrases.when, "words": phrases.words, "count": phrases.count},
    **{"hedge_in_words": phrases.hedge_in_words, "printed": phrases.printed, "retold": retellings},
    **{"retold_in_words": retold_in_words, "disputed_as": disputed_as},
    **{"bounds": phrases.bounds, "span": phrases.span, "unit_in_words": phrases.unit_in_words},
}
"""The functions that templates call, by their names there."""
ABOUT = "Numbers in the news about armed groups, each with who said it, in which words, and who printed it."
CARD, FEED = "/card.png", "/claims?format=atom"
ICON = f"data:image/svg+xml,{quote((Path(__file__).parent / 'static' / 'icon.svg').read_text())}"
"""The icon as an address that holds it, so that no page asks for it."""
CARD_SIZE = (1200, 630)
"""Width and height of a card in pixels."""


@dataclass(frozen=True)
class Shared:
    """What a page offers. Addresses have no host; `frame` is that of its page for frames, empty if it has none.

    `linked` are the records of the page as JSON-LD.
    """

    description: str = ABOUT
    card: str = CARD
    feed: str = FEED
    frame: str = ""
    linked: Sequence[Node] = ()
    copies: Copies = ()

    @property
    def scripts(self) -> list[str]:
        """Return the contents of the page's `<script type="application/ld+json">`; no text can end such an element."""
        return [json.dumps(node, ensure_ascii=False).replace("<", "\\u003c") for node in self.linked]


def page(
    template: str, path: str, variables: Callable[[], Mapping[str, Any]], status: HTTPStatus = HTTPStatus.OK
) -> Response:
    """Return a page; with status 200 it has an ETag, and its `variables` are computed only if it is rendered.

    The variable `shared` is what the page offers to those who pass it on.
    """
    if status == HTTPStatus.OK:
        also = f"{context.release().built}\n{context.site()}"
        rendered = answer(path, lambda: (_render(template, path, variables()), {}), HTML, also)
        return _guarded(respond(rendered))
    # Without an ETag, or `If-None-Match` would make it a 304 without a body.
    return _guarded(Response(_render(template, path, variables()), status, mimetype=HTML))


def private_page(template: str, path: str, variables: Mapping[str, Any], status: HTTPStatus) -> Response:
    """Return a page that neither the browser nor anything on the way to it may store."""
    response = Response(_render(template, path, variables), status, mimetype=HTML)
    response.headers["Cache-Control"] = "no-store"
    return _guarded(response)


def _render(template: str, path: str, variables: Mapping[str, Any]) -> bytes:
    dataset = context.release().dataset
    common: dict[str, Any] = {
        **{"licences": names_of_licences(dataset), "citation": cite(dataset), "code_version": CODE_VERSION},
        **{"site": context.site(), "shared": Shared(), "card_size": CARD_SIZE, "icon": ICON},
    }
    return render_template(template, path=path, **{**common, **_FUNCTIONS, **variables}).encode()


def _guarded(response: Response) -> Response:
    response.headers["Referrer-Policy"] = "no-referrer"
    return guard_page(response, form_action="'self'")
