"""The pages: the explorer at `/`, and one page for each estimate, claim, source and article.

A page says what the API answers to the same question, and its address is that question, so any view can be linked.
"""

import shlex
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import orjson
from flask import Response, redirect, render_template, request
from sqlalchemy import case, literal, select
from werkzeug.exceptions import HTTPException, NotFound

from api import context
from api.endpoints.conflicts import QUARTER, render_conflict, select_conflicts
from api.explorer import phrases
from api.explorer.charts import SETTINGS, claims_of, description, headline
from api.explorer.sidebar import choices
from api.http.answers import CODE_VERSION, answer, guard_page, respond
from api.query.conditions import estimate_conditions
from api.query.filters import DATE_FILTERS, Parameters
from api.query.parameters import (
    LARGEST_OFFSET,
    distinct_parameter,
    filter_fields,
    offset_parameter,
    sort_parameter,
)
from api.query.question import QuerySchema, Question, address, canonical, question_of_request
from api.read.estimates import list_estimates
from api.read.pages import Listing, Start
from api.read.records import json_of, list_records, reader_of
from api.read.resources import ESTIMATES
from schema import tables
from schema.dataset import cite
from schema.fields import shown
from schema.intervals import day_number, read_period
from schema.terms import Drift

HTML = "text/html"
ROWS = 25
_COLUMNS = {"high": "Figure", "indicator": "Of what", "region": "Where", "as_of": "As of", "source": "Who said it"}
_CHOICES = ("group", "region", "indicator", "source", "source_kind", "hedge")
_FIELDS = ("q", "as_of", "value_min", "value_max", "locus", "derived", "region_scope", "scale", "distinct")
_IN_THE_FORM = frozenset((*_CHOICES, *_FIELDS, "sort", "offset"))

_schema = QuerySchema.from_dict(
    {
        "distinct": distinct_parameter(),
        **filter_fields(),
        "sort": sort_parameter(list(ESTIMATES.sorts), ESTIMATES.default_sort),
        "offset": offset_parameter(LARGEST_OFFSET),
        "scale": SETTINGS["scale"],
    },
    name="ExplorerQuerySchema",
)()


def _page(template: str, path: str, said: Callable[[], Mapping[str, Any]], status: int = 200) -> Response:
    """Return a page with its validators; what is said in it is worked out only where the client does not have it."""
    release = context.release()

    def render() -> tuple[bytes, dict[str, str]]:
        about = {"dataset": release.dataset, "citation": cite(release.dataset), "code_version": CODE_VERSION}
        said_by = {"figure": phrases.figure, "when": phrases.when, "words": phrases.words}
        return render_template(template, path=path, **about, **said_by, **said()).encode(), {}

    if status == HTTPStatus.OK:
        response = respond(answer(path, render, HTML, also=release.built))
    else:  # without a validator, which would empty it
        response = Response(render()[0], status, mimetype=HTML)
    response.headers["Referrer-Policy"] = "no-referrer"
    return guard_page(response, form_action="'self'")


def _problem(path: str, status: int, title: str, **said: Any) -> Response:
    return _page("problem.html", path, lambda: {"title": title, "faults": (), **said}, status)


def index() -> Response:
    """Return the explorer."""
    given = list(request.args.items(multi=True))
    asked = [(name, value) for name, value in given if value]
    if len(asked) != len(given):  # a form sends what was left empty, too
        return redirect(address("/", tuple(asked)), HTTPStatus.SEE_OTHER)  # type: ignore[return-value]
    try:
        question = question_of_request(_schema)
    except HTTPException as error:
        faults = getattr(error, "data", {}).get("faults", [])
        said = {"faults": faults, "instead": partial(_instead, asked)}
        return _problem(address("/", tuple(asked)), HTTPStatus.BAD_REQUEST, "That cannot be asked", **said)
    return _page("index.html", address("/", question.canonical), lambda: _explored(question))


def _instead(asked: Sequence[tuple[str, str]], fault: Mapping[str, Any], meant: str) -> str:
    """Return the address of a question with what was meant in place of what is wrong with it."""
    wrong = fault["parameter"]
    if wrong not in _schema.fields:
        return address("/", tuple((meant if name == wrong else name, value) for name, value in asked))

    def mended(value: str) -> str:
        return ",".join(meant if shown(one.strip()) in fault["message"] else one for one in value.split(","))

    return address("/", tuple((name, mended(value) if name == wrong else value) for name, value in asked))


def _explored(question: Question) -> dict[str, Any]:
    """Return all that the explorer shows of a question."""
    query, parameters = question.parameters, question.canonical
    page = _list(question).page(Start(query["offset"]), ROWS)
    chart = tuple((name, value) for name, value in parameters if name not in ("sort", "offset"))
    asked = tuple((name, value) for name, value in parameters if name != "scale")
    whole = tuple((name, value) for name, value in asked if name != "offset")

    def turned(**changes: Any) -> str:
        """Return the address of this question with some parameters changed; None leaves one out."""
        kept = [(name, value) for name, value in parameters if name not in changes]
        return address("/", (*kept, *((name, value) for name, value in changes.items() if value)))

    return {
        "title": headline(query),
        "query": query,
        "rows": [orjson.loads(one) for one in page.rendered],
        "total": page.total,
        "claims": claims_of(query),
        "nearest": None if page.total else _nearest(query),
        "also": [(name, value) for name, value in parameters if name not in _IN_THE_FORM],
        "choices": {name: choices(name, query) for name in _CHOICES},
        "columns": _COLUMNS,
        "rows_a_page": ROWS,
        "turned": turned,
        "alt": description(query) if page.total else "",
        "chart": address("/chart.svg", chart),
        "chart_dark": address("/chart.svg", (*chart, ("theme", "dark"))),
        "chart_specification": address("/chart.vl.json", chart),
        "downloads": {suffix: address("/estimates", (*whole, ("format", suffix))) for suffix in ("csv", "ndjson")},
        "curl": f"curl {shlex.quote(request.host_url.rstrip('/') + address('/estimates', asked))}",
    }


def _list(question: Question) -> Listing:
    return list_estimates(question, partial(list_records, ESTIMATES, question))


def _nearest(query: Parameters) -> dict[str, str] | None:
    """Return where the nearest estimate in time is, when there is none in the time that was asked for."""
    if "as_of" not in query:
        return None
    period = read_period(query["as_of"])
    first, last = (literal(day_number(day)) for day in (period.start, period.end))
    table = tables.estimates.c
    days = case(
        (table.as_of_last_day < first, first - table.as_of_last_day),
        (table.as_of_first_day > last, table.as_of_first_day - last),
        else_=0,
    )
    elsewhere = {key: value for key, value in query.items() if key not in DATE_FILTERS}
    found = select(table.position).where(*estimate_conditions(elsewhere)).order_by(days, table.position)
    nearest = list(context.connection().scalars(found.limit(1)))
    if not nearest:
        return None
    (rendered,) = reader_of(tables.estimates)(context.connection(), nearest)
    edtf = orjson.loads(rendered)["as_of"]["edtf"]
    asked = [(name, value) for name, value in canonical(_schema, query) if name not in (*DATE_FILTERS, "offset")]
    return {"when": phrases.when(edtf), "url": address("/", (*asked, ("as_of", edtf)))}


def _record(kind: str, id_: str) -> dict[str, Any]:
    found = json_of(tables.RESOURCES[kind], id_)
    if found is None:
        raise NotFound(f"There is no {kind.removesuffix('s')} {id_!r}.")
    record: dict[str, Any] = orjson.loads(found)
    return record


def record_page(kind: str, id_: str) -> Response:
    """Return the page of one record of a kind that PAGED names."""
    path = f"/{kind}/{quote(id_)}"
    if request.args:
        return redirect(path, HTTPStatus.SEE_OTHER)  # type: ignore[return-value]
    try:
        record = _record(kind, id_)
    except NotFound as error:
        return _problem(path, HTTPStatus.NOT_FOUND, error.description or "There is no such record.")
    return _page(f"{kind.removesuffix('s')}.html", path, lambda: {"record": record, **_BESIDE[kind](record)})


def _beside_estimate(record: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "claim": _record("claims", record["claim"]["id"]),
        "conflicts": _conflicts(record["claim"]["id"]),
        "drifted": _DRIFT,
    }


def _beside_claim(record: Mapping[str, Any]) -> dict[str, Any]:
    return {"conflicts": _conflicts(record["id"]), "drifted": _DRIFT}


def _beside_others(name: str) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    def beside(record: Mapping[str, Any]) -> dict[str, Any]:
        of_record = Question.of(_schema, {name: [record["id"]], "sort": [ESTIMATES.default_sort]})
        page = _list(of_record).page(Start(), ROWS)
        return {"estimates": [orjson.loads(one) for one in page.rendered]}

    return beside


_BESIDE: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "estimates": _beside_estimate,
    "claims": _beside_claim,
    "sources": _beside_others("source"),
    "articles": _beside_others("article"),
}

PAGED = tuple(_BESIDE)
"""The resources whose records have a page."""

_DRIFT = {
    Drift.SAME: "the same",
    Drift.HEDGE_LOST: "the hedge is lost",
    Drift.HEDGE_ADDED: "a hedge is added",
    Drift.HEDGE_CHANGED: "the hedge is another",
    Drift.BOUND_REVERSED: "the bound is turned around",
    Drift.NUMBER_CHANGED: "the number is another",
}


def _conflicts(claim: str) -> list[dict[str, Any]]:
    """Return what contradicts a claim, the widest gap first."""
    connection = context.connection()
    found = connection.execute(select_conflicts({"claim": [claim], "within": QUARTER}).limit(ROWS)).all()
    return [orjson.loads(render_conflict(connection, row)) for row in found]
