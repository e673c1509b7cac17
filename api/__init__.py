"""From a request to bytes: the Flask application. This module wires the others together, nothing else."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from api import (
    changes,
    conflicts,
    dataset,
    docs,
    errors,
    facets,
    http,
    limits,
    live,
    resolve,
    series,
    service,
    swagger,
    views,
)
from api.blueprint import Api
from api.explorer import assets, charts
from schema.engine import Database, default_url


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """Return the application; `config` goes over the environment's HEADCOUNT_* variables.

    The database is opened with the first request that needs it, so in each worker for itself.
    """
    from api import metrics  # noqa: PLC0415 (once a server has said where: see there)

    app = Flask(__name__, static_folder=None, template_folder="explorer/templates")
    app.config.from_mapping(docs.SETTINGS)
    app.config.from_prefixed_env("HEADCOUNT")
    app.config.from_mapping(config)
    app.extensions["database"] = Database(app.config.get("DATABASE_URL") or default_url())
    app.url_map.strict_slashes = True
    api = Api(app)
    metrics.init_app(app)
    errors.init_app(app)
    live.init_app(app)
    http.init_app(app)
    limits.init_app(app)
    docs.init_app(app, api)
    swagger.init_app(app)
    assets.init_app(app)
    charts.init_app(app)
    modules = (series, facets, conflicts, changes, resolve, charts, dataset, service)
    for blueprint in (*views.BLUEPRINTS, *(module.blueprint for module in modules)):
        api.register_blueprint(blueprint)
    return app
