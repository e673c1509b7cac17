"""From a request to bytes: the Flask application. This module wires the others together, nothing else."""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from flask import Flask

from api import context
from api.endpoints import changes, conflicts, dataset, docs, facets, health, openapi, records, resolve, series
from api.endpoints.blueprint import Api
from api.http import answers, limits, problems
from schema.engine import Database, default_url


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """Return the application; `config` goes over the environment's HEADCOUNT_* variables.

    The database is opened with the first request that needs it, so in each worker for itself.
    """
    from api.http import metrics  # noqa: PLC0415 (once a server has said where: see there)

    app = Flask(__name__, static_folder=None)
    app.config.from_mapping(openapi.SETTINGS)
    app.config.from_prefixed_env("HEADCOUNT")
    app.config.from_mapping(config)
    app.extensions["database"] = Database(app.config.get("DATABASE_URL") or default_url())
    app.url_map.strict_slashes = True
    api = Api(app)
    metrics.init_app(app)
    problems.init_app(app)
    context.init_app(app)
    answers.init_app(app)
    limits.init_app(app)
    openapi.init_app(app, api)
    docs.init_app(app)
    modules = (series, facets, conflicts, changes, resolve, dataset, health)
    for blueprint in (*records.BLUEPRINTS, *(module.blueprint for module in modules)):
        api.register_blueprint(blueprint)
    if find_spec("api.explorer"):  # the folder may be deleted: the API is whole without it
        import_module("api.explorer").init_app(app, api)
    return app
