"""The files of the pages: our style sheet, script and icon, and Vega's script from the package that renders the SVG."""

from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, send_from_directory

from api.explorer.renderer import renderer
from api.http.answers import answer, respond

_STATIC = Path(__file__).parent / "static"
_FILES = ("style.css", "explorer.js", "icon.svg")
A_DAY = 86_400
"""Seconds for which a browser may keep a file without asking again."""


@lru_cache(maxsize=1)
def _vega() -> bytes:
    return renderer().render("script")


def _get_asset(name: str) -> Response:
    """Return a file of the pages; 404 if there is none of this name."""
    if name == "vega.js":
        response = respond(answer("/explorer/vega.js", lambda: (_vega(), {}), "text/javascript"))
        response.headers["Cache-Control"] = f"public, max-age={A_DAY}"
        return response
    if name not in _FILES:
        current_app.aborter(404, f"There is no {name!r} here.")
    return send_from_directory(_STATIC, name, max_age=A_DAY)


def init_app(app: Flask) -> None:
    """Add the route /explorer/NAME."""
    app.add_url_rule("/explorer/<path:name>", "explorer_asset", _get_asset)
