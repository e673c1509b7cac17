"""The files of the pages: our style sheet, scripts and icons; the one that is drawn in lines stands in the pages.

`python tests/icons.py` draws the icons of pixels again from icon.svg.
"""

from functools import partial
from pathlib import Path

from flask import Flask, Response, current_app, send_from_directory

_STATIC = Path(__file__).parent / "static"
_FILES = ("style.css", "explorer.js", "suggest.js")
_AT_THE_ROOT = ("favicon.ico", "apple-touch-icon.png")
"""The icons that programs look for at the root, whatever a page says."""
A_DAY = 86_400
"""Seconds for which a browser may keep a file without asking again."""


def _get_asset(name: str) -> Response:
    """Return a file of the pages; 404 if there is none of this name."""
    if name not in _FILES:
        current_app.aborter(404, f"There is no {name!r} here.")
    return send_from_directory(_STATIC, name, max_age=A_DAY)


def init_app(app: Flask) -> None:
    """Add the route /explorer/NAME, and those of the icons at the root."""
    app.add_url_rule("/explorer/<path:name>", "explorer_asset", _get_asset)
    for name in _AT_THE_ROOT:
        view = partial(send_from_directory, _STATIC, name, max_age=A_DAY)
        app.add_url_rule(f"/{name}", name.replace(".", "_"), view)
