"""/docs: the page on which the API can be read and tried; Swagger UI's files come out of its installed package."""

from pathlib import Path

import flask_swagger_ui
from flask import Flask, Response, current_app, send_from_directory

from api.http.answers import guard_page

_HERE = Path(__file__).parent / "docs_page"
_SWAGGER = Path(flask_swagger_ui.__file__).parent / "dist"
_ASSETS = {
    "swagger-ui.css": _SWAGGER,
    "swagger-ui-bundle.js": _SWAGGER,
    "favicon-32x32.png": _SWAGGER,
    "start.js": _HERE,
}


def _page() -> Response:
    """Return the page on which the API can be read and tried; it loads nothing from another host."""
    return guard_page(send_from_directory(_HERE, "index.html", max_age=0))


def _asset(name: str) -> Response:
    """Return a file of the page: Swagger UI's, from its installed package, or the script that starts it."""
    if name not in _ASSETS:
        current_app.aborter(404, f"There is no {name!r} here.")
    return send_from_directory(_ASSETS[name], name, max_age=3600)


def init_app(app: Flask) -> None:
    """Answer /docs and its files."""
    app.add_url_rule("/docs", "docs", _page)
    app.add_url_rule("/docs/<path:name>", "docs_asset", _asset)
