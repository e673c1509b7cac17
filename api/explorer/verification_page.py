"""The page /verify: a form for a text, and the text with its figures marked, each with who said it.

A text is sent by the form, and answered by a page that nobody may store. It is neither stored nor logged here.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Response, redirect, request
from werkzeug.exceptions import MethodNotAllowed, RequestEntityTooLarge

from api import context
from api.endpoints.verify import PLAIN, TextSchema, findings_in
from api.explorer.rendering import private_page
from api.explorer.verification_markdown import markdown_of
from api.explorer.verified_text import MEANINGS, SIGNS, Names, Record, VerifiedText
from api.http.limits import LONGEST_BODY, LONGEST_FORM
from api.read.records import claims_by_id, names_of
from schema.quantities import TextTooLong, known_languages
from schema.subjects.names import KINDS

PATH = "/verify"
FORM = "application/x-www-form-urlencoded"
_FIELDS = ("text", "language", "as_of")
_ANY_OTHER = "und"
"""The tag of a language that is not determined."""
_LANGUAGES = {"ar": "Arabic", "de": "German", "en": "English", "es": "Spanish", "fr": "French"}

Texts = Mapping[str, str]


def form() -> Response:
    """Return the page with an empty form."""
    if request.args:
        return redirect(PATH, HTTPStatus.SEE_OTHER)  # type: ignore[return-value]
    return _page({})


def result() -> Response:
    """Return the page of the text that the form sends; what is wrong with it is told beside its field."""
    request.max_content_length = request.max_form_memory_size = LONGEST_FORM
    try:
        sent = {name: request.form.get(name, "") for name in _FIELDS}
    except RequestEntityTooLarge:
        fault = f"The text has more than {LONGEST_BODY:,} bytes; expected at most so many. Go back to find it again."
        return _page({}, {"text": fault}, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    sent["text"] = sent["text"].replace("\r\n", "\n")  # forms send each end of a line as two characters
    size = len(sent["text"].encode())
    if size > LONGEST_BODY:
        fault = f"The text has {size:,} bytes; expected at most {LONGEST_BODY:,}."
        return _page(sent, {"text": fault}, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if faults := _faults(sent):
        return _page(sent, faults, HTTPStatus.BAD_REQUEST)
    try:
        findings = findings_in(sent["text"], PLAIN, sent["language"] or "en", sent["as_of"] or None)
    except TextTooLong as error:
        return _page(sent, {"text": f"Too much to read: {error}."}, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return _page(sent, verified=VerifiedText.of(sent["text"], findings, _names(findings), _claims(findings)))


_METHODS = ["OPTIONS", "POST"]
"""The methods for a client that does not prefer HTML: it gets no page."""


def refuse() -> Response:
    """Refuse to give the page to a client that prefers another media type."""
    raise MethodNotAllowed(_METHODS)


def options() -> Response:
    """Return the answer to OPTIONS, with the methods that OpenAPI describes."""
    return Response(headers={"Allow": ", ".join(_METHODS)})


def _faults(sent: Texts) -> dict[str, str]:
    """Return what is wrong with the fields of the form, by field, in its order."""
    filled = {name: value for name, value in sent.items() if value}
    faults = {name: "; ".join(messages) for name, messages in TextSchema().validate(filled).items()}
    if not sent["text"].strip():
        faults["text"] = "There is no text; expected a text with numbers."
    return {name: faults[name] for name in _FIELDS if name in faults}


def _names(findings: Sequence[Record]) -> Names:
    """Return the names of all records that the findings name."""
    ids: dict[str, set[str]] = {}
    for finding in findings:
        for kind in KINDS:
            for named in (finding[kind] or {}).values():
                ids.setdefault(kind, set()).update(named)
    return {kind: names_of(kind, named) for kind, named in ids.items()}


def _claims(findings: Sequence[Record]) -> Mapping[str, Record]:
    """Return by id the claims behind the findings that stand in more than one article."""
    claims = [estimate["claim"] for finding in findings for estimate in finding["evidence"]]
    return claims_by_id({claim["id"] for claim in claims if claim["articles"] > 1})


def _page(
    sent: Texts,
    faults: Texts | None = None,
    status: HTTPStatus = HTTPStatus.OK,
    *,
    verified: VerifiedText | None = None,
) -> Response:
    """Return the page with the form as it was sent, and with what is wrong with it or the verified text."""
    dataset = context.release().dataset
    language = sent.get("language") or "en"
    variables: dict[str, Any] = {
        "sent": sent,
        "faults": faults or {},
        "language": language,
        "languages": _languages(language),
        "digits_only": language.split("-")[0].lower() not in known_languages(),
        "verified": verified,
        "signs": SIGNS,
        "meanings": MEANINGS,
        "markdown": "",
    }
    if verified:
        compared = f"{dataset['title']}, dataset {context.release().version}"
        variables["markdown"] = markdown_of(verified, context.site(), compared)
    return private_page("verify.html", PATH, variables, status)


def _languages(chosen: str) -> list[tuple[str, str]]:
    """Return the languages to choose from as (tag, name), English first; also the chosen one if it is another."""
    known = sorted(known_languages(), key=lambda tag: (tag != "en", _LANGUAGES.get(tag, tag)))
    named = [(tag, _LANGUAGES.get(tag, tag)) for tag in known]
    others = [(_ANY_OTHER, "another: only numbers in digits")]
    if chosen not in (*known, _ANY_OTHER):
        others.insert(0, (chosen, chosen))
    return named + others
