"""The pages: the explorer at `/`, and one page for each estimate, claim, source and article.

A page shows what the API answers to the same query, and its address is that query, so any view can be linked.
"""

from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from flask import Response, redirect, request
from werkzeug.exceptions import HTTPException, NotFound

from api.endpoints.answer import answer_of
from api.explorer import reading, sharing
from api.explorer.charts import OPTIONS, chart_of, title_of
from api.explorer.description import notes
from api.explorer.rendering import page
from api.explorer.retellings import retellings
from api.explorer.rows import rows_of
from api.explorer.sidebar import choices
from api.explorer.specification import printed
from api.formats import phrases
from api.query.filters import DATE_FILTERS
from api.query.parameters import LARGEST_OFFSET, distinct_parameter, filter_fields, offset_parameter, sort_parameter
from api.query.question import VERSION_PARAMETER, Pairs, QuerySchema, Question, address, question_of_request
from api.read.resources import ESTIMATES
from api.read.topics import nearest_estimate
from schema.fields import shown

_COLUMNS = {"high": "Figure", "indicator": "Of what", "region": "Where", "as_of": "As of", "source": "Who said it"}
_CHOICES = ("group", "region", "indicator", "source", "source_kind", "hedge")
_FIELDS = ("q", "as_of", "value_min", "value_max", "locus", "derived", "region_scope", "scale", "distinct")
_IN_THE_FORM = frozenset((*_CHOICES, *_FIELDS, "sort", "offset"))
"""The parameters that the form has an element for."""

WORDS = "/words"
"""The path of the page that explains words."""
_schema = QuerySchema.from_dict(
    {
        "distinct": distinct_parameter(),
        **filter_fields(),
        "sort": sort_parameter(list(ESTIMATES.sorts), ESTIMATES.default_sort),
        "offset": offset_parameter(LARGEST_OFFSET),
        "scale": OPTIONS["scale"],
    },
    name="ExplorerQuerySchema",
)()
_record_schema = QuerySchema()


def _problem(path: str, status: HTTPStatus, title: str, **variables: Any) -> Response:
    return page("problem.html", path, lambda: {"title": title, "faults": (), **variables}, status)


def refusal(error: HTTPException, path: str, parameters: Pairs) -> Response:
    """Return the page that says what is wrong with the parameters of a request for a page."""
    faults = getattr(error, "data", {}).get("faults", [])
    variables = {"faults": faults, "corrected": partial(_corrected, path, parameters)}
    return _problem(address(path, parameters), HTTPStatus(error.code or 400), "That cannot be asked", **variables)


def nothing_there(path: str) -> Response:
    """Return the page that says that there is nothing at a path."""
    return _problem(path, HTTPStatus.NOT_FOUND, f"There is nothing at {path}.")


def words_page() -> Response:
    """Return the page that explains the words of the other pages."""
    return page("words.html", WORDS, dict)


def index() -> Response:
    """Return the explorer."""
    sent = list(request.args.items(multi=True))
    filled = tuple((name, value) for name, value in sent if value)
    if len(filled) != len(sent):  # a form sends its empty fields, too
        return redirect(address("/", filled), HTTPStatus.SEE_OTHER)  # type: ignore[return-value]
    try:
        question = question_of_request(_schema)
    except HTTPException as error:
        return refusal(error, "/", filled)
    return page("index.html", address("/", question.canonical), lambda: _index_variables(question))


def _corrected(path: str, parameters: Pairs, fault: Mapping[str, Any], suggestion: str) -> str:
    """Return the address of a page with a suggestion in place of the wrong name or value."""
    wrong = fault["parameter"]
    if wrong not in _schema.fields:
        return address(path, tuple((suggestion if name == wrong else name, value) for name, value in parameters))

    def corrected(values: str) -> str:
        """Return values, separated by commas, with the suggestion in place of the one that the fault quotes."""
        is_wrong = {value: shown(value.strip()) in fault["message"] for value in values.split(",")}
        return ",".join(suggestion if is_wrong[value] else value for value in values.split(","))

    return address(path, tuple((name, corrected(value) if name == wrong else value) for name, value in parameters))


def _index_variables(question: Question) -> dict[str, Any]:
    """Return the variables of index.html for a question."""
    query, parameters = question.parameters, question.canonical
    estimates, total = reading.estimates_page(question, query["offset"])
    title, chart, answer = title_of(query), chart_of(query), answer_of(query)[0]
    chart_parameters = _without(parameters, "sort", "offset")
    list_parameters = _without(parameters, "scale")
    all_pages = _without(list_parameters, "offset")

    def changed(**changes: Any) -> str:
        """Return the address of this query with some parameters changed; None leaves one out."""
        values = [(name, value) for name, value in changes.items() if value]
        return address("/", (*_without(parameters, *changes), *values))

    return {
        "title": title,
        "query": query,
        "answer": answer,
        "shared": sharing.of_question(question, title, answer),
        "answer_url": address("/answer", _without(list_parameters, "sort", "offset")),
        "estimates": estimates,
        "total": total,
        "claims": chart.claims,
        "nearest": None if total else _nearest(question),
        "also": [(name, value) for name, value in parameters if name not in _IN_THE_FORM],
        "choices": {name: choices(name, query) for name in _CHOICES},
        "columns": _COLUMNS,
        "rows_a_page": reading.ROWS,
        "changed": changed,
        "panels": rows_of(chart, query["scale"]),
        "notes": notes(chart),
        "printed": printed,
        "chart": address("/chart.svg", chart_parameters),
        "chart_png": address("/chart.png", chart_parameters),
        "chart_specification": address("/chart.vl.json", chart_parameters),
        "downloads": {suffix: address("/estimates", (*all_pages, ("format", suffix))) for suffix in ("csv", "ndjson")},
    }


def _without(parameters: Pairs, *names: str) -> Pairs:
    return tuple((name, value) for name, value in parameters if name not in names)


def _nearest(question: Question) -> dict[str, str] | None:
    """Return the nearest time that has an estimate, in words, with its address; see `nearest_estimate`."""
    estimate = nearest_estimate(question.parameters)
    if estimate is None:
        return None
    edtf = estimate["as_of"]["edtf"]
    parameters = (*_without(question.canonical, *DATE_FILTERS, "offset"), ("as_of", edtf))
    return {"when": phrases.when(edtf), "url": address("/", parameters)}


def record_page(kind: str, id_: str) -> Response:
    """Return the page of one record; `kind` is one of PAGED."""
    path, sent = f"/{kind}/{quote(id_)}", list(request.args.items(multi=True))
    version = tuple((name, value) for name, value in sent if name == VERSION_PARAMETER)
    if len(version) != len(sent):  # a page shows all fields
        return redirect(address(path, version), HTTPStatus.SEE_OTHER)  # type: ignore[return-value]
    try:
        question_of_request(_record_schema)
    except HTTPException as error:
        return refusal(error, path, version)
    path = address(path, version)
    try:
        record = reading.record_of(kind, id_)
    except NotFound as error:
        return _problem(path, HTTPStatus.NOT_FOUND, error.description or "There is no such record.")
    template = f"{kind.removesuffix('s')}.html"

    def variables() -> dict[str, Any]:
        shared = sharing.of_record(kind, record, path)
        return {"record": record, "shared": shared, **_RECORD_VARIABLES[kind](record)}

    return page(template, path, variables)


def _estimate_variables(estimate: Mapping[str, Any]) -> dict[str, Any]:
    claim = reading.record_of("claims", estimate["claim"]["id"])
    return {"claim": claim, **_claim_variables(claim)}


def _claim_variables(claim: Mapping[str, Any]) -> dict[str, Any]:
    return {"conflicts": reading.conflicts_of(claim["id"]), "retellings": retellings(claim)}


def _claim_page_variables(claim: Mapping[str, Any]) -> dict[str, Any]:
    return {**_claim_variables(claim), "agreements": reading.conflicts_of(claim["id"], compatible=True)}


_RECORD_VARIABLES: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "estimates": _estimate_variables,
    "claims": _claim_page_variables,
    "sources": lambda source: {"estimates": reading.estimates_of("source", source["id"])},
    "articles": lambda article: {"estimates": reading.estimates_of("article", article["id"])},
}

PAGED = tuple(_RECORD_VARIABLES)
"""The resources whose records have a page."""
