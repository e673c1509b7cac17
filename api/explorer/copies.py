"""Texts to copy from a page: its link, a citation, a frame for other pages, and code that asks the API for the same."""

import json
import shlex
from collections.abc import Iterator, Sequence
from html import escape

from api import context
from api.formats.phrases import when
from api.query.question import Pairs, address, without
from schema.dataset import cite

FRAME = (700, 600)
"""Width and height of a frame in pixels, where nobody asks for others."""

Copies = Sequence[tuple[str, str]]
"""Texts to copy, each with what it is."""


def copies_of_list(title: str, path: str, endpoint: str, parameters: Pairs, frame: str = "") -> Copies:
    """Return the texts to copy on the page of a list at `path`.

    `endpoint` and `parameters` ask the API for the same page; all but curl read the list whole. `frame` is the address
    of the page for frames, empty if there is none.
    """
    all_pages = without(parameters, "offset", "cursor", "limit")
    ndjson, csv = (address(endpoint, (*all_pages, ("format", name))) for name in ("ndjson", "csv"))
    return [
        *_texts(title, path, frame),
        ("curl", f"curl {shlex.quote(context.site() + address(endpoint, parameters))}"),
        ("Python", _PYTHON_LIST.format(_quoted(ndjson))),
        ("R", f"records <- read.csv({_quoted(csv)})\nnrow(records)"),
        ("JavaScript", _JAVASCRIPT_LIST.format(_quoted(ndjson))),
    ]


def copies_of_record(title: str, path: str, frame: str) -> Copies:
    """Return the texts to copy on the page of a record, whose JSON is at the same address."""
    return [
        *_texts(title, path, frame),
        ("curl", f"curl {shlex.quote(context.site() + path)}"),
        ("Python", _PYTHON_RECORD.format(_quoted(path))),
        ("R", f"record <- jsonlite::fromJSON({_quoted(path)})$data\nrecord$id"),
        ("JavaScript", _JAVASCRIPT_RECORD.format(_quoted(path))),
    ]


def iframe(title: str, frame: str, width: int = FRAME[0], height: int = FRAME[1]) -> str:
    """Return the HTML that shows a page for frames on another page."""
    source = escape(f"{context.site()}{frame}")
    return (
        f'<iframe src="{source}" title="{escape(title)}" width="{width}" height="{height}" loading="lazy"'
        ' style="border: 0; max-width: 100%"></iframe>'
    )


def _texts(title: str, path: str, frame: str) -> Iterator[tuple[str, str]]:
    """Yield the link, the citation, and the HTML of a frame if there is one."""
    release, link = context.release(), f"{context.site()}{path}"
    yield "Link", link
    yield "Citation", f"{cite(release.dataset)} {when(release.built[:10])}. “{title.removesuffix('.')}”. {link}"
    if frame:
        yield "To embed", iframe(title, frame)


def _quoted(path: str) -> str:
    """Return an absolute address as a string of Python, R and JavaScript."""
    return json.dumps(f"{context.site()}{path}")


_PYTHON_LIST = """\
import json
from urllib.request import urlopen

with urlopen({}) as lines:
    records = [json.loads(line) for line in lines]
print(len(records))"""
_JAVASCRIPT_LIST = """\
const response = await fetch({});
const lines = (await response.text()).split("\\n").filter(Boolean);
const records = lines.map((line) => JSON.parse(line));
console.log(records.length);"""
_PYTHON_RECORD = """\
import json
from urllib.request import urlopen

with urlopen({}) as response:
    record = json.load(response)["data"]
print(record["id"])"""
_JAVASCRIPT_RECORD = """\
const response = await fetch({});
const record = (await response.json()).data;
console.log(record.id);"""
