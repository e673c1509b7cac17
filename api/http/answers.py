"""Answers: their ETag and media type, the choice of the media type, and their response or 304."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.metadata import version
from typing import Any, NamedTuple

from flask import Response, current_app, request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header, parse_etags, unquote_etag

from api import context
from api.formats.media_types import FEED_MEDIA_TYPES, MEDIA_TYPES, Format
from api.http.headers import IMMUTABLE

CODE_VERSION = version("headcount")

_CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action {}; frame-ancestors {}"
)

Body = bytes | Iterator[bytes]
Rendered = tuple[Body, dict[str, str]]
"""A body, and the headers that describe it beside its media type."""


class Answer(NamedTuple):
    """The answer to a question: its ETag is known before its body is rendered.

    `etag` is the opaque tag, without quotes; `render` returns the body, whole or as chunks, and its headers. If
    `is_fixed`, one version of the dataset always gives this answer, whenever and wherever it was loaded.
    """

    etag: str
    media_type: str
    render: Callable[[], Rendered]
    is_fixed: bool

    @property
    def weak_etag(self) -> str:
        """The value of the ETag header: weak, because a content coding (gzip, br, zstd) changes the bytes."""
        return f'W/"{self.etag}"'


def answer(path: str, render: Callable[[], Rendered], media_type: str = "application/json", also: str = "") -> Answer:
    """Return the answer to a question.

    `path` is the address of the question in its canonical spelling. The ETag is a hash of all that the body depends on:
    the path, the media type, the versions of the dataset and of the code, and `also`, which is empty or names anything
    else that decides it, such as when the release was made. So equal questions share an ETag.
    """
    material = "\n".join((context.release().version, CODE_VERSION, media_type, path, also))
    return Answer(hashlib.sha256(material.encode()).hexdigest()[:32], media_type, render, is_fixed=not also)


def respond(answer: Answer, *, is_versioned: bool = False) -> Response:
    """Return Flask's response with the answer's ETag; a 304, without rendering, if the client has the answer.

    `is_versioned` tells that the request names the version of the dataset, so that caches may keep a fixed answer.
    """
    if etag_matches(request.headers.get("If-None-Match", ""), answer.weak_etag):
        response = Response(status=304)
    else:
        body, headers = answer.render()
        response = Response(body, mimetype=answer.media_type, headers=headers)
    response.headers["ETag"] = answer.weak_etag
    is_immutable = is_versioned and answer.is_fixed
    response.headers["Cache-Control"] = IMMUTABLE if is_immutable else current_app.extensions["cache_control"]
    return response


def etag_matches(if_none_match: str, etag: str) -> bool:
    """Return whether an If-None-Match names an ETag, by weak comparison.

    Both are values of headers, with quotes and `W/`.
    """
    return if_none_match == etag or parse_etags(if_none_match).contains_weak(unquote_etag(etag)[0] or "")


def guard_page(page: Response, form_action: str = "'none'", frame_ancestors: str = "'none'") -> Response:
    """Set the Content-Security-Policy of a page and return it: nothing from other hosts, scripts only from files.

    `form_action` tells where its forms may be sent, `frame_ancestors` on which pages it may stand in a frame.
    """
    page.headers["Content-Security-Policy"] = _CONTENT_POLICY.format(form_action, frame_ancestors)
    return page


@lru_cache(maxsize=1024)
def _parse_accept(header: str) -> MIMEAccept:
    accepted: MIMEAccept = parse_accept_header(header, MIMEAccept)
    return MIMEAccept([(media_type.partition(";")[0].strip(), quality) for media_type, quality in accepted])


def accepted_media_types() -> MIMEAccept:
    """Return the media types that the request accepts, without their parameters, because no answer depends on these."""
    return _parse_accept(context.accept())


def is_acceptable(media_types: Iterable[str]) -> bool:
    """Return whether the request accepts one of the media types."""
    accepted = accepted_media_types()
    return not accepted or accepted.best_match(media_types) is not None


def chosen_format(parameters: Mapping[str, Any], formats: Iterable[Format] = MEDIA_TYPES) -> Format:
    """Return the format that the parameter `format` names, else the one that `Accept` prefers, else JSON."""
    if "format" in parameters:
        return Format(parameters["format"])
    return _preferred_format(context.accept(), tuple(formats))


@lru_cache(maxsize=1024)
def _preferred_format(accept: str, formats: tuple[Format, ...]) -> Format:
    media_type = _parse_accept(accept).best_match([FEED_MEDIA_TYPES[format_] for format_ in formats])
    return next((format_ for format_ in formats if FEED_MEDIA_TYPES[format_] == media_type), Format.JSON)
