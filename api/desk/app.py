"""The application of the desk: its page, and what the page asks while somebody reviews."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from typing import Any

import orjson
from flask import Flask, Response, abort, render_template, request, send_from_directory

from api.desk.form import fields_of_article, fields_of_entry
from api.desk.guard import guard
from seeds.curated.fixes import FileChangedError
from seeds.review.audit import Plant, corrected, let_through, planted, plants_of
from seeds.review.review import NotSettledError, Review, ReviewRefused
from seeds.review.state import State, Status, read_state

_OWN, _EXPLORERS = (Path(__file__).parents[1] / name / "static" for name in ("desk", "explorer"))
_FILES = {"desk.css": _OWN, "desk.js": _OWN, "style.css": _EXPLORERS, "icon.svg": _EXPLORERS}
_LARGEST_STATE = 8_000_000
"""Bytes."""
_CHANGED = "The file was changed on disk meanwhile, and was not overwritten. Reload it to go on with what it says now."


def create_desk(
    read: Callable[[], Review], token: str, audit: int | None = None, tell: Callable[[str], None] = print
) -> Flask:
    """Return the application of a desk.

    `read` reads the files of the review, at the beginning, at each reload, and when they were saved; `token` begins all
    paths. `audit` is the seed of an audit, None without one; `tell` is called with what came of it.
    """
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_STATE
    desk = _Desk(read, audit, tell)
    guard(app, token)
    app.add_url_rule(f"/{token}/", "page", desk.page)
    app.add_url_rule(f"/{token}/<name>", "file", _file)
    for name, view in (("check", desk.check), ("add", desk.add), ("save", desk.save)):
        app.add_url_rule(f"/{token}/{name}", name, view, methods=["POST"])
    return app


def _file(name: str) -> Response:
    return send_from_directory(_FILES[name], name) if name in _FILES else abort(HTTPStatus.NOT_FOUND)


class _Desk:
    """The review as it was last read, and what is planted in it."""

    def __init__(self, read: Callable[[], Review], audit: int | None, tell: Callable[[str], None]) -> None:
        self._read, self._audit, self._tell = read, audit, tell
        self._lock = Lock()
        self._review: Review
        self._plants: list[Plant]
        self._open()

    def _open(self) -> None:
        self._review = self._read()
        self._plants = []
        if self._audit is not None:
            self._plants = plants_of(self._review.state(), self._review.others, self._audit)

    def page(self) -> str | tuple[str, int]:
        """Return the page with the files as they are now."""
        with self._lock:
            try:
                self._open()
            except (ReviewRefused, OSError) as error:
                return render_template("desk.html", refused=str(error)), HTTPStatus.CONFLICT
            review = self._review
            entry, more = fields_of_entry(review.others)
            data = orjson.dumps({"text": review.document.text, **self._shown()}).decode()
            return render_template(
                "desk.html",
                review=review,
                article_fields=fields_of_article(review.others),
                entry_fields=entry,
                more_fields=more,
                claims=sorted({entry.record["claim"] for entry in review.others.estimates}),
                is_audit=self._audit is not None,
                data=data.replace("<", "\\u003c"),
            )

    def _shown(self) -> dict[str, Any]:
        """Return the state that the page begins with, and why each draft says what it says."""
        state = planted(self._review.state(), self._plants)
        drafts = [record.get("draft") for record in self._review.estimates]
        return {
            "digest": self._review.digest,
            "article": state.article,
            "entries": [
                {"index": entry.index, "status": entry.status, "values": entry.values, "draft": draft}
                for entry, draft in zip(state.entries, drafts, strict=True)
            ],
        }

    def check(self) -> Response:
        """Answer what the check says of a state, and which claims its drafts may report."""
        with self._lock:
            state = self._sent()
            messages = self._review.check(corrected(state, self._plants))
            return _json({"messages": messages, "claims": self._review.suggestions(state)})

    def add(self) -> Response:
        """Answer the values of a new entry for some words of the document."""
        with self._lock:
            state, sent = self._sent(), request.get_json()
            start, end = sent.get("start"), sent.get("end")
            if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end):
                return _refusal(HTTPStatus.BAD_REQUEST, "no words are chosen; expected some words of the text")
            return _json(self._review.added(state, start, end))

    def save(self) -> Response:
        """Write a state into the file, and answer what stands in it then."""
        with self._lock:
            state = self._sent()
            drafts = sum(entry.status is Status.DRAFT for entry in state.entries)
            if self._audit is not None and drafts:
                what = f"An audit ends with its first save, and {drafts} entries are not settled; expected all settled"
                return _refusal(HTTPStatus.UNPROCESSABLE_ENTITY, what)
            try:
                fix = self._review.fix(corrected(state, self._plants, to_save=True))
                if self._review.path.read_bytes() != self._review.raw:
                    raise FileChangedError
                if fix:
                    fix.write()
            except NotSettledError as error:
                what = f"Nothing was saved: {error}"
                return _refusal(HTTPStatus.UNPROCESSABLE_ENTITY, what, messages=error.messages)
            except ReviewRefused as error:
                return _refusal(HTTPStatus.UNPROCESSABLE_ENTITY, f"Nothing was saved: {error}")
            except FileChangedError:
                return _refusal(HTTPStatus.CONFLICT, _CHANGED)
            except OSError as error:
                what = f"Nothing was saved: {self._review.path} cannot be written ({error.strerror})"
                return _refusal(HTTPStatus.INTERNAL_SERVER_ERROR, what)
            audited = self._end_audit(state)
            self._open()
            return _json({"changed": fix is not None, "audit": audited, **self._shown()})

    def _end_audit(self, state: State) -> str | None:
        """Return what came of the audit, and tell it; None where there is none."""
        if self._audit is None:
            return None
        missed = let_through(state, self._plants)
        result = f"Audit (--seed {self._audit}): {len(missed)} of {len(self._plants)} planted errors were let through"
        lines = [f"{result}{':' if missed else '.'}", *missed]
        self._audit = None
        self._tell("\n".join(lines))
        return "\n".join(lines)

    def _sent(self) -> State:
        """Return the state that the page sent; other states end the request."""
        sent = request.get_json()
        if not isinstance(sent, Mapping) or sent.get("digest") != self._review.digest:
            abort(_refusal(HTTPStatus.CONFLICT, _CHANGED))
        try:
            return read_state(sent, len(self._review.estimates))
        except ValueError as error:
            abort(_refusal(HTTPStatus.BAD_REQUEST, str(error)))


def _json(data: Any) -> Response:
    return Response(orjson.dumps(data), mimetype="application/json")


def _refusal(status: HTTPStatus, what: str, **more: Any) -> Response:
    return Response(orjson.dumps({"refused": what, **more}), status, mimetype="application/json")
