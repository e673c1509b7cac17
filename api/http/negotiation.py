"""Which media type an answer has: what `format` names, else what `Accept` prefers."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, wraps
from typing import Any, TypeVar

from flask import request
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import NotAcceptable
from werkzeug.http import parse_accept_header

from api import context
from api.formats.media_types import MEDIA_TYPES, Format

View = TypeVar("View", bound=Callable[..., Any])


@lru_cache(maxsize=1024)
def _read_accept(header: str) -> MIMEAccept:
    given: MIMEAccept = parse_accept_header(header, MIMEAccept)
    return MIMEAccept([(one.partition(";")[0].strip(), quality) for one, quality in given])


def accepted_media_types() -> MIMEAccept:
    """Return what the client accepts; of parameters (`charset`, `header`, `profile`), none changes what it is given."""
    return _read_accept(context.accept())


def is_acceptable(media_types: Iterable[str]) -> bool:
    """Say whether the client accepts one of these media types."""
    accepted = accepted_media_types()
    return not accepted or accepted.best_match(media_types) is not None


def bearing(view: View, **marks: Any) -> View:
    """Return a view with marks that its wrappers bear too: what the registry of handlers is made of."""
    vars(view).update(marks)
    return view


def negotiate(*media_types: str) -> Callable[[View], View]:
    """Refuse with 406 a request that accepts none of these media types; `format` goes over `Accept`."""

    def decorator(view: View) -> View:
        @wraps(view)
        def negotiated(*args: Any, **kwargs: Any) -> Any:
            if "format" not in request.args and not is_acceptable(media_types):
                raise NotAcceptable(f"Here there is {', '.join(media_types)}.")
            return view(*args, **kwargs)

        return bearing(negotiated, media_types=media_types)  # type: ignore[return-value]

    return decorator


_ALL = tuple(Format)


def chosen_format(query: Mapping[str, Any], formats: Iterable[Format] = _ALL) -> Format:
    """Return the format that `format` names, or that `Accept` prefers; JSON where it does not care."""
    if "format" in query:
        return Format(query["format"])
    return _preferred(context.accept(), tuple(formats))


@lru_cache(maxsize=1024)
def _preferred(_accept: str, formats: tuple[Format, ...]) -> Format:
    preferred = accepted_media_types().best_match([MEDIA_TYPES[one] for one in formats])
    return next((one for one in formats if MEDIA_TYPES[one] == preferred), Format.JSON)
