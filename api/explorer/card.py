"""The picture that stands for a page where a link to it is shown: 1200 by 630 pixels, with its figure in words.

It tells what `/answer` tells first, or the figure of one estimate, and is drawn as charts are, by the same process.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

import orjson
from flask import Flask
from werkzeug.exceptions import BadRequest

from api import context
from api.endpoints.answer import answer_of
from api.endpoints.endpoint import Endpoint
from api.explorer import reading
from api.explorer.renderer import renderer
from api.explorer.rendering import ABOUT, CARD, CARD_SIZE
from api.explorer.specification import SCHEMA, Spec
from api.explorer.style import FONT, THEMES
from api.formats.phrases import count
from api.formats.sentences import SentenceKind, Told, told_claim, told_report
from api.http.answers import Answer, answer
from api.query.parameters import distinct_parameter, filter_fields
from api.query.question import QuerySchema, Question, address
from schema.fields import Id
from schema.vocabulary import about

MEDIA_TYPE = "image/png"
WIDTH, HEIGHT = (size // 2 for size in CARD_SIZE)
"""The size of the drawing; the renderer makes two pixels of one."""
_MARGIN, _BOTTOM = 36, 272
_CHARACTER = 0.5
"""The usual width of a character, as a share of the font's size."""
_FIGURE_SIZES = ((18, 50), (26, 38))
"""The size of a figure's font, by the most characters that it has."""
_LONG_FIGURE_SIZE = 26
_COLOURS = THEMES["light"]
_AGAINST = (SentenceKind.REVERSED, SentenceKind.CONTRADICTION)

CARD_QUERY = QuerySchema.from_dict(
    {
        "estimate": Id(metadata=about("The one estimate that is told; without it, the answer to the filters.")),
        "distinct": distinct_parameter(),
        **filter_fields(),
    },
    name="CardQuerySchema",
)()
"""The parameters of a card: the filters of `/estimates`, or one estimate."""


@dataclass(frozen=True)
class Card:
    """The texts of a card, from the largest to the smallest; of `sentences` as many are shown as there is room for."""

    told: Told
    sentences: Sequence[str] = ()


def card_of(question: Question) -> Card:
    """Return the card of a question; raises BadRequest, and NotFound where there is no such estimate."""
    if "estimate" in question.parameters:
        if question.filters:
            raise BadRequest("estimate: stands beside a filter; expected one or the other.")
        return _card_of_estimate(reading.record_of("estimates", question.parameters["estimate"]))
    if not question.filters:
        return _front_card()
    answered = answer_of(question.parameters)
    if not answered.claims:
        reason = answered.data["nothing"]["text"].removeprefix("Nobody said: ")
        return Card(Told("", "Nobody said", reason[:1].upper() + reason[1:]))
    topic = answered.data["topics"][0]
    others = len(answered.claims) - 1 + answered.data["more"]
    # What speaks against the figure first, since there may not be room for all.
    told = sorted(topic["sentences"][1:], key=lambda sentence: sentence["kind"] not in _AGAINST)
    sentences = [sentence["text"] for sentence in told]
    if others:
        sentences.append(f"The same question finds {count(others, 'other topic')}.")
    return Card(told_claim(answered.claims[0]), sentences)


def _card_of_estimate(estimate: Mapping[str, Any]) -> Card:
    sentences = [f"In these words: “{estimate['wording']}”."]
    if estimate["disputed"]:
        sentences.append("Another report in the same article contradicts it.")
    return Card(told_report(estimate), sentences)


def _front_card() -> Card:
    counts = context.release().dataset["counts"]
    what = [count(counts[name], name.removesuffix("s")) for name in ("claims", "sources", "articles")]
    return Card(Told("Headcount", "Who said how many?", ABOUT), [", ".join(what) + "."])


def specify_card(card: Card, foot: str) -> Spec:
    """Return the Vega-Lite specification of a card; `foot` is its last line."""
    topic, figure, occasion = card.told
    size = next((size for most, size in _FIGURE_SIZES if len(figure) <= most), _LONG_FIGURE_SIZE)
    texts = [
        (topic, 17, "soft", "normal", 2),
        (figure.removesuffix(","), size, "ink", "bold", 2),
        (occasion, 18, "ink", "normal", 4),
        *((sentence, 13, "soft", "normal", 3) for sentence in card.sentences),
    ]
    layers, y = [], _MARGIN
    for text, font_size, colour, weight, most in texts:
        lines = wrap(text, int((WIDTH - 2 * _MARGIN) / font_size / _CHARACTER), max_lines=most, placeholder=" …")
        height = round(len(lines) * font_size * 1.25)
        if y + height > _BOTTOM:
            continue
        layers.append(_text(lines, y, font_size, colour, weight))
        y += height + (8 if lines else 0)
    return {
        "$schema": SCHEMA,
        "width": WIDTH,
        "height": HEIGHT,
        "padding": 0,
        "autosize": {"type": "none"},
        "background": _COLOURS["back"],
        "config": {"view": {"stroke": None}, "font": FONT},
        "layer": [_stripe(), *layers, _text([foot], HEIGHT - 34, 12, "soft", "normal")],
    }


def _text(lines: list[str], y: int, size: int, colour: str, weight: str) -> Spec:
    mark = {
        **{"type": "text", "text": lines, "x": _MARGIN, "y": y, "align": "left", "baseline": "top"},
        **{"fontSize": size, "fontWeight": weight, "lineHeight": size * 1.25, "color": _COLOURS[colour]},
        **{"limit": WIDTH - 2 * _MARGIN},
    }
    return {"data": {"values": [{}]}, "mark": mark}


def _stripe() -> Spec:
    mark = {"type": "rect", "x": 0, "x2": 10, "y": 0, "y2": HEIGHT, "color": "#0060a8", "opacity": 1}
    return {"data": {"values": [{}]}, "mark": mark}


def _get_card(question: Question) -> Answer:
    """Return the answer with the card of a question."""

    def render() -> tuple[bytes, dict[str, str]]:
        release = context.release()
        foot = f"{release.dataset['title']}, version {release.version}"
        return renderer().render("png", orjson.dumps(specify_card(card_of(question), foot)).decode()), {}

    return answer(address(CARD, question.canonical), render, MEDIA_TYPE)


def init_app(app: Flask) -> None:
    """Add the endpoint; OpenAPI leaves it out, as it does images."""
    endpoint = Endpoint(CARD, CARD_QUERY, (MEDIA_TYPE,), negotiated=False, answer=_get_card)
    app.add_url_rule(CARD, "card", endpoint.view)
