"""The files of the pages: our own, and Vega's scripts out of the package that also draws the SVG."""

from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, send_from_directory

from api.explorer.renderer import pencil
from api.http.answers import answer, respond

_HERE = Path(__file__).parent / "static"
_ASSETS = ("style.css", "explorer.js", "icon.svg")
A_DAY = 86_400


@lru_cache(maxsize=1)
def _vega() -> bytes:
    return pencil().draw("script")


def _asset(name: str) -> Response:
    """Return a file of the pages."""
    if name == "vega.js":
        response = respond(answer("/explorer/vega.js", lambda: (_vega(), {}), "text/javascript"))
        response.headers["Cache-Control"] = f"public, max-age={A_DAY}"
        return response
    if name not in _ASSETS:
        current_app.aborter(404, f"There is no {name!r} here.")
    return send_from_directory(_HERE, name, max_age=A_DAY)


def init_app(app: Flask) -> None:
    """Answer /explorer/…."""
    app.add_url_rule("/explorer/<path:name>", "explorer_asset", _asset)
