"""The API: `create_app` makes the Flask application from the parts in this package.

It may import `schema`; only `api.cli` may import `seeds`.
"""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from flask import Flask

from api import context
from api.config import Config, read_config
from api.endpoints import (
    answer,
    changes,
    conflicts,
    dataset,
    docs,
    facets,
    health,
    index,
    openapi,
    records,
    resolve,
    series,
    verify,
)
from api.endpoints.endpoint import Api
from api.http import compression, headers, limits, metrics, problems
from schema.store.urls import open_database


def create_app(config: Mapping[str, Any] | Config | None = None) -> Flask:
    """Return the Flask application.

    `config` holds values that replace the environment's HEADCOUNT_* variables, by the variables' names without prefix;
    or it is a `Config`, and the environment is not read. Each worker process opens the database at the first request
    that needs it. Raises ValueError or DatabaseError, as `read_config` does.
    """
    app = Flask(__name__, static_folder=None)
    app.config.from_mapping(openapi.SETTINGS)
    if not isinstance(config, Config):
        app.config.from_mapping(config)
        config = read_config(config)
    app.extensions["config"] = config
    app.extensions["database"] = open_database(config.database_url)
    app.url_map.strict_slashes = True
    api = Api(app)
    for module in (metrics, context, compression, headers, problems, limits):
        module.init_app(app)
    openapi.init_app(app, api)
    docs.init_app(app)
    modules = (answer, series, facets, conflicts, changes, resolve, verify, dataset, index, health)
    for blueprint in (*records.BLUEPRINTS, *(module.blueprint for module in modules)):
        api.register_blueprint(blueprint)
    if find_spec("api.explorer"):  # the folder may be deleted: the API works without it
        import_module("api.explorer").init_app(app, api)
    return app
