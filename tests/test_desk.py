"""The desk as an application: who gets an answer, what is saved, and that it is no part of what `serve` serves."""

import hashlib
import json
import re
import subprocess
import sys

import pytest
from test_review import changed, settled

from api.desk.app import create_desk
from seeds.review.review import Review
from seeds.review.state import Status

TOKEN = "t0ken"  # noqa: S105 (no secret)
HOST = "127.0.0.1:5055"
OWN = {"Origin": f"http://{HOST}", "Sec-Fetch-Site": "same-origin"}


class Desk:
    """A client of a desk, as its page asks it."""

    def __init__(self, review, **options):
        self.told = []
        app = create_desk(
            lambda: Review.read(review.document_path, review.path), TOKEN, tell=self.told.append, **options
        )
        self.client = app.test_client()
        self.path, self.review = review.path, review

    def get(self, path=f"/{TOKEN}/", **headers):
        return self.client.get(path, base_url=f"http://{HOST}", headers=headers)

    def post(self, name, body, headers=OWN, **options):
        return self.client.post(
            f"/{TOKEN}/{name}", base_url=f"http://{HOST}", headers=headers, **{"json": body} | options
        )

    def data(self):
        """Return what the page begins with."""
        return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', self.get().text)[1])


@pytest.fixture
def desk(drafted):
    return Desk(drafted)


def sent(state, digest):
    """Return a state as the page sends it."""
    entries = [{"index": entry.index, "status": entry.status, "values": entry.values} for entry in state.entries]
    return {"digest": digest, "article": state.article, "entries": entries}


def test_the_page_has_the_text_the_entries_and_the_vocabulary(desk):
    data, page = desk.data(), desk.get()
    assert data["text"] == desk.review.document.text
    assert [entry["values"]["wording"] for entry in data["entries"]] == [
        *("up to 900 fighters", "up to 900 Islamic State fighters"),
        "more than 40 Islamic State militants had been killed",
    ]
    assert '<option value="pentagon">The Pentagon</option>' in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert (page.headers["Cache-Control"], page.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    for name in ("desk.js", "desk.css", "style.css", "icon.svg"):
        with desk.get(f"/{TOKEN}/{name}") as file:
            assert file.status_code == 200


def test_another_path_is_refused(desk):
    for path in ("/", "/wrong/", "/t0ke/", "/t0ken/app.py", "/t0ken/../", "/wrong/desk.js", "/estimates", "/t0kén/"):
        answer = desk.get(path)
        assert (answer.status_code, TOKEN in answer.text) == (403, False), path


OTHERS = (
    *(
        {"Host": host}
        for host in ("evil.example:5055", "evil.example", "localhost:5055", "127.0.0.1", f"{HOST}.example")
    ),
    *({"Origin": origin} for origin in ("http://evil.example", "null", "http://127.0.0.1:5056", f"https://{HOST}")),
    *({"Sec-Fetch-Site": site} for site in ("cross-site", "same-site")),
)
"""Headers of pages that are not the desk's own."""


def test_another_origin_is_refused(desk):
    before = desk.path.read_bytes()
    body = sent(settled(desk.review.state()), desk.review.digest)
    for headers in OTHERS:
        for answer in (
            desk.get(**headers),
            *(desk.post(name, body, OWN | headers) for name in ("check", "add", "save")),
        ):
            assert (answer.status_code, "Islamic" in answer.text) == (403, False), headers
    assert desk.path.read_bytes() == before


def test_a_form_of_another_page_cannot_send(desk):
    body = sent(desk.review.state(), desk.review.digest)
    without_origin = {"Sec-Fetch-Site": "same-origin"}
    assert desk.post("save", body, without_origin).status_code == 403
    as_text = {"json": None, "data": json.dumps(body), "content_type": "text/plain"}
    assert desk.post("save", body, **as_text).status_code == 403
    assert desk.client.put(f"/{TOKEN}/save", base_url=f"http://{HOST}", headers=OWN, json=body).status_code == 403


def test_saving_twice_changes_nothing_the_second_time(desk):
    first = desk.post("save", sent(settled(desk.review.state()), desk.review.digest)).json
    assert (first["changed"], first["audit"], [entry["status"] for entry in first["entries"]]) == (
        *(True, None),
        ["accepted", "accepted"],
    )
    written = desk.path.read_bytes()
    second = desk.post("save", first).json
    assert (second["changed"], desk.path.read_bytes(), second["digest"]) == (False, written, first["digest"])
    assert [path.name for path in desk.path.parent.iterdir()] == [desk.path.name]


def test_a_file_that_was_changed_on_disk_is_not_overwritten(desk):
    body = sent(settled(desk.review.state()), desk.review.digest)
    other = desk.path.read_text() + "# by another hand\n"
    desk.path.write_text(other)
    response = desk.post("save", body)
    assert (response.status_code, desk.path.read_text()) == (409, other)
    assert "was not overwritten" in response.json["refused"]
    digest = desk.data()["digest"]  # reloaded
    assert desk.post("check", body).status_code == 409
    assert desk.post("save", body | {"digest": digest}).status_code == 200
    assert desk.path.read_text().endswith("# by another hand\n")


def test_an_entry_that_is_not_whole_cannot_be_accepted(desk):
    before = desk.path.read_bytes()
    state = changed(desk.review.state(), 0, Status.ACCEPTED)
    response = desk.post("save", sent(state, desk.review.digest))
    assert (response.status_code, desk.path.read_bytes()) == (422, before)
    assert response.json["refused"].startswith("Nothing was saved: ")
    assert {"key": "summary", "what": response.json["messages"]["entries"][0][-1]["what"], "is_warning": False} in (
        response.json["messages"]["entries"][0]
    )


def test_a_disk_that_is_full_is_told(desk, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    before = desk.path.read_bytes()
    monkeypatch.setattr("os.fsync", full)
    response = desk.post("save", sent(settled(desk.review.state()), desk.review.digest))
    assert (response.status_code, desk.path.read_bytes()) == (500, before)
    assert "cannot be written (No space left on device)" in response.json["refused"]


SPOILT = (
    lambda body: body.pop("entries"),
    lambda body: body["entries"].pop(),
    lambda body: body["entries"].reverse(),
    lambda body: body["entries"][0].update(index=7),
    lambda body: body["entries"][0].update(status="loved"),
    lambda body: body["entries"][0]["values"].update(more="x"),
    lambda body: body["entries"][0]["values"].update(id=3),
    lambda body: body.update(article=None),
)
"""Changes that make a state none of the file's."""


def test_what_is_no_state_is_refused(desk):
    for number, spoil in enumerate(SPOILT):
        body = json.loads(json.dumps(sent(desk.review.state(), desk.review.digest)))
        spoil(body)
        for name in ("check", "save"):
            answer = desk.post(name, body)
            assert (answer.status_code, "; expected " in answer.json["refused"]) == (400, True), number


HOSTILE = {
    "markup": "</script><script>alert(1)</script><!-- {{ 7*7 }} &amp; ]]>",
    "right to left": "abc \u202e 500 \u2067 men \u200f \u061c العربية",
    "carriage returns": "a\r\nb\rc",
    "a megabyte in one line": "500 men " * 130_000,
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_document_is_shown_as_text(drafted, hostile):
    old = drafted.digest, drafted.document.raw
    drafted.document_path.write_bytes((drafted.document.text + hostile).encode())
    text = drafted.path.read_text()
    digests = [hashlib.sha256(raw).hexdigest() for raw in (old[1], drafted.document_path.read_bytes())]
    drafted.path.write_text(text.replace(*digests))
    desk = Desk(Review.read(drafted.document_path, drafted.path))
    assert desk.data()["text"] == drafted.document.text + hostile
    assert "<script>alert" not in desk.get().text
    state = desk.review.state()
    assert desk.post("check", sent(state, desk.review.digest)).status_code == 200
    added = desk.post(
        "add",
        sent(state, desk.review.digest) | {"start": len(drafted.document.text), "end": len(desk.review.document.text)},
    )
    assert added.json["wording"] in hostile


def test_a_file_that_became_unreadable_is_told_on_the_page(desk):
    desk.path.write_text("a: [<b>")
    response = desk.get()
    assert (response.status_code, "cannot be opened" in response.text, "<b>" in response.text) == (409, True, False)


def test_an_audit_tells_what_was_let_through_and_saves_none_of_it(drafted):
    desk = Desk(drafted, audit=1)
    before = drafted.state()
    shown = desk.data()
    body = {key: shown[key] for key in ("digest", "article", "entries")}
    (number,) = [
        number for number, entry in enumerate(shown["entries"]) if entry["values"] != before.entries[number].values
    ]
    assert "1 planted" not in json.dumps(shown)
    assert desk.post("check", body).json["messages"] == desk_messages(drafted)
    refused = desk.post("save", body)
    assert (refused.status_code, "are not settled" in refused.json["refused"]) == (422, True)
    for other, entry in enumerate(body["entries"]):
        entry["status"] = "accepted" if other == number else "dropped"
    answer = desk.post("save", body).json
    assert answer["audit"].startswith("Audit (--seed 1): 1 of 1 planted errors were let through:")
    assert desk.told == [answer["audit"]]
    (entry,) = answer["entries"]
    assert (entry["status"], entry["values"]) == ("draft", before.entries[number].values)
    wrong = set(shown["entries"][number]["values"].values()) - set(before.entries[number].values.values())
    assert not any(f": {value}\n" in desk.path.read_text() for value in wrong)


def desk_messages(review):
    """Return what the check says of the file as it is."""
    return Desk(review).post("check", sent(review.state(), review.digest)).json["messages"]


def test_serve_does_not_have_the_desk(app):
    names = {"page", "file", "check", "add", "save"}
    assert not [rule for rule in app.url_map.iter_rules() if rule.endpoint in names or "desk" in rule.rule]


@pytest.mark.slow
def test_serve_does_not_even_import_the_desk():
    imports = "import sys, api.server.front_door, api.server.gunicorn; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", imports], capture_output=True, text=True, check=True).stdout.split()
    assert "api.server.front_door" in modules
    assert not [name for name in modules if name.startswith(("api.desk", "seeds"))]
