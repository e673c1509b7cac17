"""The files of the pages: our style sheet, scripts and icon."""

from pathlib import Path

from flask import Flask, Response, current_app, send_from_directory

_STATIC = Path(__file__).parent / "static"
_FILES = ("style.css", "explorer.js", "suggest.js", "icon.svg")
A_DAY = 86_400
"""Seconds for which a browser may keep a file without asking again."""


def _get_asset(name: str) -> Response:
    """Return a file of the pages; 404 if there is none of this name."""
    if name not in _FILES:
        current_app.aborter(404, f"There is no {name!r} here.")
    return send_from_directory(_STATIC, name, max_age=A_DAY)


def init_app(app: Flask) -> None:
    """Add the route /explorer/NAME."""
    app.add_url_rule("/explorer/<path:name>", "explorer_asset", _get_asset)
