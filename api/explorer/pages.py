"""The pages: the explorer at `/`, and one page for each record but hedges.

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
from api.explorer import finding, reading, sharing
from api.explorer.charts import OPTIONS, chart_of, title_of
from api.explorer.chips import chips_of
from api.explorer.description import notes
from api.explorer.problems import nothing_there, refusal
from api.explorer.rendering import page
from api.explorer.retellings import fared, retellings
from api.explorer.rows import rows_of
from api.explorer.sidebar import choices
from api.explorer.years import years_of
from api.formats import phrases
from api.query.filters import DATE_FILTERS, RegionScope, ValueMatch
from api.query.parameters import (
    LARGEST_OFFSET,
    SearchText,
    distinct_parameter,
    filter_fields,
    offset_parameter,
    sort_parameter,
)
from api.query.question import VERSION_PARAMETER, QuerySchema, Question, address, question_of_request, without
from api.read.records import names_of
from api.read.resources import ESTIMATES
from api.read.topics import KINDS, nearest_estimate
from schema.terms import Locus
from schema.vocabulary import about

_COLUMNS = {"high": "Figure", "indicator": "Of what", "region": "Where", "as_of": "As of", "source": "Who said it"}
_CHOICES = ("group", "region", "indicator", "source", "source_kind", "hedge")
_FIELDS = ("q", "as_of", "value_min", "value_max", "locus", "derived", "region_scope", "scale", "distinct")
_IN_THE_FORM = frozenset((*_CHOICES, *_FIELDS, "sort", "offset", finding.TYPED))
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
        finding.TYPED: SearchText(metadata=about("The text that the filters were understood from.", "iraq 2023")),
    },
    name="ExplorerQuerySchema",
)()
_record_schema = QuerySchema()


def words_page() -> Response:
    """Return the page that explains the words of the other pages."""
    return page("words.html", WORDS, dict)


def index() -> Response:
    """Return the explorer."""
    sent = tuple(request.args.items(multi=True))
    asked = finding.asked(sent)
    if asked != sent:
        return redirect(address("/", asked), HTTPStatus.SEE_OTHER)  # type: ignore[return-value]
    try:
        question = question_of_request(_schema)
    except HTTPException as error:
        return refusal(error, _schema, "/", sent)
    return page("index.html", address("/", question.canonical), lambda: _index_variables(question))


def _index_variables(question: Question) -> dict[str, Any]:
    """Return the variables of index.html for a question."""
    query, parameters = question.parameters, without(question.canonical, finding.TYPED)
    estimates, total = reading.estimates_page(question, query["offset"])
    title, chart, answered = title_of(query), chart_of(query), answer_of(query)
    chart_parameters = without(parameters, "sort", "offset")
    list_parameters = without(parameters, "scale")
    all_pages = without(list_parameters, "offset")

    def changed(**changes: Any) -> str:
        """Return the address of this query with some parameters changed; None leaves one out."""
        values = [(name, value) for name, value in changes.items() if value]
        return address("/", (*without(parameters, *changes), *values))

    return {
        "title": title,
        "query": query,
        "answer": answered.data,
        "shared": sharing.of_question(parameters, title, answered.data),
        "answer_url": address("/answer", without(list_parameters, "sort", "offset")),
        "estimates": estimates,
        "total": total,
        "claims": chart.claims,
        "nearest": None if total else _nearest(question),
        "also": [(name, value) for name, value in parameters if name not in _IN_THE_FORM],
        "choices": {name: choices(name, query) for name in _CHOICES},
        "years": years_of(query),
        "ends": finding.ends_of(query.get("as_of")),
        "chips": chips_of("/", question),
        "understood": finding.understood(question.canonical),
        "columns": _COLUMNS,
        "rows_a_page": reading.ROWS,
        "changed": changed,
        "panels": rows_of(chart, query["scale"], answered.claims),
        "notes": notes(chart),
        "chart": address("/chart.svg", chart_parameters),
        "chart_png": address("/chart.png", chart_parameters),
        "chart_specification": address("/chart.vl.json", chart_parameters),
        "downloads": {suffix: address("/estimates", (*all_pages, ("format", suffix))) for suffix in ("csv", "ndjson")},
    }


def _nearest(question: Question) -> dict[str, str] | None:
    """Return the nearest time that has an estimate, in words, with its address; see `nearest_estimate`."""
    estimate = nearest_estimate(question.parameters)
    if estimate is None:
        return None
    edtf = estimate["as_of"]["edtf"]
    parameters = (*without(question.canonical, *DATE_FILTERS, "offset", finding.TYPED), ("as_of", edtf))
    return {"when": phrases.when(edtf), "url": address("/", parameters)}


def record_page(kind: str, id_: str) -> Response:
    """Return the page of one record; `kind` is one of `WITH_A_PAGE`."""
    path, sent = f"/{kind}/{quote(id_)}", list(request.args.items(multi=True))
    version = tuple((name, value) for name, value in sent if name == VERSION_PARAMETER)
    if len(version) != len(sent):  # a page shows all fields
        return redirect(address(path, version), HTTPStatus.SEE_OTHER)  # type: ignore[return-value]
    try:
        question_of_request(_record_schema)
    except HTTPException as error:
        return refusal(error, _record_schema, path, version)
    path = address(path, version)
    try:
        record = reading.record_of(kind, id_)
    except NotFound as error:
        return nothing_there(path, error.description or "There is no such record.")
    template = _TEMPLATES.get(kind, f"{kind.removesuffix('s')}.html")

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


def _source_variables(source: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "claims": reading.claims_of("source", source["id"]),
        "fared": fared(reading.drifts_of(source["id"])),
        "names": names_of("source", source["parents"]),
    }


def _article_variables(article: Mapping[str, Any]) -> dict[str, Any]:
    """Return the claims that an article reports, each with its `figures` by locus, in the order of its text."""
    rows = []
    for claim in reading.claims_of("article", article["id"]):
        own = [item for item in retellings(claim) if item["report"]["article"]["id"] == article["id"]]
        figures = {locus: [item for item in own if item["report"]["locus"] == locus] for locus in Locus}
        start = min(item["report"]["evidence"]["start"] or 0 for item in own)
        rows.append({"claim": claim, "figures": figures, "start": start})
    return {"rows": sorted(rows, key=lambda row: row["start"])}


def _term_variables(kind: str, term: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of a group, a region or an indicator, with the names of the terms that it belongs to."""
    query = {kind: [term["id"]], "region_scope": RegionScope.WITHIN, "value_match": ValueMatch.OVERLAP}
    wholes = term.get("parents", [term["parent"]] if term.get("parent") else [])
    return {
        "kind": kind,
        "wholes": wholes,
        "names": names_of(kind, [*wholes, *term.get("members", [])]),
        "answer": answer_of(query).data,
        "claims": reading.claims_of(kind, term["id"]),
    }


_RECORD_VARIABLES: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "estimates": _estimate_variables,
    "claims": _claim_page_variables,
    "sources": _source_variables,
    "articles": _article_variables,
    **{f"{kind}s": partial(_term_variables, kind) for kind in KINDS},
}
WITH_A_PAGE = tuple(_RECORD_VARIABLES)
"""The resources whose records have a page; a hedge is explained in the list of hedges."""
_TEMPLATES = {f"{kind}s": "term.html" for kind in KINDS}
"""The template of each resource whose page is not named as it is."""
