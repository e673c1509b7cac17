"""One page of the estimates that a question or filters find, as records and not as JSON."""

from functools import partial
from typing import Any

import orjson

from api.query.filters import Parameters
from api.query.parameters import list_query
from api.query.question import Question
from api.read.estimates import list_estimates
from api.read.pages import Start
from api.read.records import list_records
from api.read.resources import ESTIMATES

_SCHEMA = list_query("estimates", list(ESTIMATES.sorts), ESTIMATES.default_sort, ["id"])()


def read_estimates(question: Question, offset: int, limit: int) -> tuple[list[dict[str, Any]], int]:
    """Return one page of the estimates that a question asks for, and their number on all pages."""
    page = list_estimates(question, partial(list_records, ESTIMATES, question)).page(Start(offset), limit)
    return [orjson.loads(estimate) for estimate in page.rendered], page.total


def read_newest(filters: Parameters, offset: int, limit: int) -> tuple[list[dict[str, Any]], int]:
    """Return one page of the estimates that filters find, in the default order, and their number on all pages."""
    return read_estimates(Question.of(_SCHEMA, {**filters, "sort": [ESTIMATES.default_sort]}), offset, limit)
