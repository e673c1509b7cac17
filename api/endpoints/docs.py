"""/docs: the documentation of the API as a page; it uses Swagger UI from an installed package."""

from pathlib import Path

import flask_swagger_ui
from flask import Flask, Response, current_app, send_from_directory

from api.http.answers import guard_page

_PAGE_FOLDER = Path(__file__).parent / "docs_page"
_SWAGGER_FOLDER = Path(flask_swagger_ui.__file__).parent / "dist"
_FOLDERS = {
    "swagger-ui.css": _SWAGGER_FOLDER,
    "swagger-ui-bundle.js": _SWAGGER_FOLDER,
    "favicon-32x32.png": _SWAGGER_FOLDER,
    "start.js": _PAGE_FOLDER,
}


def _page() -> Response:
    """Return the page; it loads nothing from other hosts."""
    return guard_page(send_from_directory(_PAGE_FOLDER, "index.html", max_age=0))


def _asset(name: str) -> Response:
    """Return a file of the page: one of Swagger UI, or our script that starts it; 404 if there is none of this name."""
    if name not in _FOLDERS:
        current_app.aborter(404, f"There is no {name!r} here.")
    return send_from_directory(_FOLDERS[name], name, max_age=3600)


def init_app(app: Flask) -> None:
    """Add the routes of the page and its files."""
    app.add_url_rule("/docs", "docs", _page)
    app.add_url_rule("/docs/<path:name>", "docs_asset", _asset)
