"""Both engines answer the same random questions byte for byte, headers too."""

import asyncio
import json
import random
from collections import Counter
from contextlib import ExitStack, closing
from itertools import takewhile
from urllib.parse import quote, urlencode

import pytest
from conftest import make_release
from invented import AGENCIES, GROUPS, INDICATORS, KINDS, REGIONS, read_seed_file, write_seeds
from random_requests import ACCEPTED, RESOURCES, Answer, Drawer, draw_requests
from reference import OPTIONAL

from api import create_app
from api.server.front_door import FrontDoor
from seeds.curated import check

pytestmark = [pytest.mark.postgresql, pytest.mark.slow]

CLAIMS, QUESTIONS = 5_900, 2_000
TITLES = (
    *("The militants' café in Émïle", "Général Ünal is running", "running, runners ran", "Who was it, and why not"),
    *(
        "2,000 men of the A.B.C.",
        "naïve façade",
        "Straße nach Gao",
        "المقاتلون في غاو",
        "бойцы под Гао",
        "不明 fighters",
    ),
)
"""What titles of articles begin with: accents, other scripts, forms of one word, and words that mean little."""
SEARCHES = (
    *("fighters", "cafe", "café", "GENERAL unal", "run", "runner -running", "the", "and", "was it", "not", "or", "gao"),
    *(
        '"was it"',
        '"the militants"',
        '"militants the"',
        '"who was it" or naive',
        '-"was it"',
        '"-"',
        '"',
        "-",
        "--",
        "",
    ),
    *('"and why" cafe', '"..."', '"..." fighters', "fighters -...", "strasse", "straße", "المقاتلون", "бойцы", "不明"),
    *(
        "invented number 7",
        '"invented report"',
        "a.b.c.",
        "2,000",
        "2000",
        "'",
        "\\",
        "!",
        "a & b | c",
        "a:*",
        "(",
        "%",
    ),
    *("is'", "d'accord", "one or or two", "or", "nothing at all", "\x00", "a\x00b", "fighters or -invented", "ﬁghters"),
)
SORTS = ("as_of", "published", "stated", "low", "best", "high", "hedge", "publisher", "claim", "source", "region", "id")
TEXTS = (
    "There were up to 7,000 fighters of Alpha in Mali in May 2019, and about 400 people in Niger.",
    "No more than 500 people, said Source 2, but nearly 1,000 members in Mali and Niger. Café: 50 percent of the land.",
    "Nobody knows.",
    "A Front has at least 3,500 members\x00 in Gao; the Pentagon said 2,000.",
)


def write_changed(folder, turn):
    """Write the seeds of a release: from the second on, some claims have changed and some articles have gone."""
    write_seeds(folder, CLAIMS)
    chance = random.Random(5)  # noqa: S311 (the same seeds each time)
    for number, path in enumerate(sorted((folder / "articles").iterdir())):
        article = json.loads(path.read_text())
        figures = article["title"].replace(", ", ". ")  # each in a sentence of its own
        article["title"] = f"{chance.choice(TITLES)}: {figures}"
        if turn and number % 50 == 0:
            path.unlink()
            continue
        for estimate in article["estimates"] if turn and number % 9 == 0 else ():
            estimate["summary"] = f"Said again, {turn}."
        path.write_text(json.dumps(article))
    return folder


@pytest.fixture(scope="module")
def releases(tmp_path_factory):
    """Return a file with 10,000 estimates and the history of two releases, and the versions of both."""
    folder = tmp_path_factory.mktemp("same")
    path = folder / "headcount.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check, "read_file", read_seed_file)
        return path, [make_release(write_changed(folder / f"seeds-{turn}", turn), path) for turn in range(2)]


@pytest.fixture(scope="module")
def doors(releases, published):
    """Return a front door for each engine, without a cache."""
    with ExitStack() as stack:
        made = []
        for url in (f"sqlite:///{releases[0]}", published(releases[0])):
            app = create_app({"DATABASE_URL": url})
            stack.callback(app.extensions["database"].close)
            app.extensions["database"].release()
            made.append(stack.enter_context(closing(FrontDoor(app, 0))))
        yield made


async def respond(door, request):
    """Return what a front door answers to the bytes of a request, but for what differs each time."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    path, _, query = target.encode("latin-1").partition(b"?")
    headers = [line.encode("latin-1").split(b": ", 1) for line in lines]
    scope = {
        **{"type": "http", "method": method, "raw_path": path, "query_string": query, "http_version": "1.1"},
        **{"scheme": "http", "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1234)},
        "headers": [(name.lower(), value) for name, value in headers],
    }
    sent = []

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        sent.append(message)

    await door(scope, receive, send)
    headers = {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
    for name in ("x-request-id", "date", "expires"):
        headers.pop(name, None)
    return Answer(sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]))


def draw_question(chance, ids, versions):
    """Return a request for what the engines do in their own way: search, orders, sums, streams, charts, changes."""
    query = {}
    names = {"group": GROUPS, "indicator": INDICATORS, "region": REGIONS, "place": REGIONS, "not_region": REGIONS}
    for name, terms in chance.sample(list(names.items()), chance.choice((0, 0, 1, 2))):
        query[name] = chance.sample([term["id"] for term in terms], chance.choice((1, 1, 2)))
    others = {"source_kind": KINDS, "not_agency": AGENCIES[1:], "claim": ids["claims"], "not_source": ids["sources"]}
    for name, values in chance.sample(list((others | OPTIONAL).items()), chance.choice((0, 0, 1, 1, 2, 3))):
        query[name] = str(chance.choice(list(values))).replace("True", "true").replace("False", "false")
    if chance.random() < 0.4:
        query["q"] = chance.choice(SEARCHES)
    path = chance.choice((*("/estimates",) * 8, "/claims", "/sources", "/articles", "/facets", "/facets", *MORE_PATHS))
    if path in ("/estimates", "/facets") and chance.random() < 0.2:
        query["distinct"] = "claim"
    if path == "/estimates":
        if chance.random() < 0.7:
            signed = [sign + key for key in SORTS for sign in ("", "-")]
            query["sort"] = ",".join(chance.sample(signed, chance.choice((1, 1, 2, 3))))
        if chance.random() < 0.3:
            query["cursor"] = f"{chance.choice(('after', 'before'))}:{chance.choice(ids['estimates'])}"
        query["format"] = chance.choice(("json", "json", "json", "csv", "ndjson", "jsonld"))
        query["limit"] = chance.choice((1, 2, 7, 50, 300))
        if chance.random() < 0.1 and query["format"] in ("csv", "ndjson"):
            del query["limit"]
    elif path == "/series":
        query |= {"indicator": chance.choice(INDICATORS)["id"], "limit": chance.choice((1, 20, 1000))}
        query |= {"interval": chance.choice(("year", "quarter", "month")), "by": chance.choice(("region", "group"))}
    elif path == "/conflicts":
        query |= {"limit": chance.choice((1, 20)), "compatible": chance.choice(("true", "false"))}
    elif path == "/changes":
        query = {
            "since": chance.choice(versions),
            "limit": chance.choice((1, 20, 1000)),
            "offset": chance.choice((0, 9)),
        }
    elif path == "/resolve":
        query = {"q": chance.choice(("alpha", "A Front", "Mali", "gao", "ML", "Source 1", "niger", *SEARCHES))}
    accept = chance.choice((*(None,) * 3, "text/html", chance.choice(ACCEPTED)))
    lines = [f"GET {path}?{urlencode(query, doseq=True, quote_via=quote)} HTTP/1.1", "Host: localhost"]
    return "\r\n".join([*lines, *([] if accept is None else [f"Accept: {accept}"]), "", ""]).encode()


MORE_PATHS = (
    "/answer",
    "/series",
    "/series",
    "/conflicts",
    "/changes",
    "/changes",
    "/resolve",
    "/resolve",
    "/",
    "/chart.vl.json",
)


def draw_text(chance):
    """Return a request that sends a text to be verified."""
    body = json.dumps({"text": chance.choice(TEXTS)}).encode()
    head = "POST /verify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def shown(request, answers):
    """Return a text that says how the answers to a request differ."""
    file, server = answers
    headers = {name for name in file.headers | server.headers if file.headers.get(name) != server.headers.get(name)}
    place = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(file.body, server.body, strict=False)))
    parts = [f"{answer.status} {answer.body[max(0, place - 80) : place + 120]!r}" for answer in answers]
    return "\n".join([request.decode("latin-1").strip(), *sorted(headers), *parts])


def test_both_engines_answer_random_questions_byte_for_byte_the_same(doors, releases):
    chance = random.Random(1)  # noqa: S311 (the same questions each time)
    versions = [*releases[1], "0123456789abcdef"]
    client = doors[0].flask.test_client()
    assert client.get("/estimates?limit=1").json["meta"]["total"] >= 10_000
    ids = {
        name: [record["id"] for record in client.get(f"/{name}?limit=200&fields=id").json["data"]] for name in RESOURCES
    }
    drawer = Drawer(chance, client.get("/openapi.json").json)
    odd = iter(draw_requests(QUESTIONS, ids, versions[1]))
    draws = (lambda: draw_question(chance, ids, versions), drawer.request, lambda: next(odd), lambda: draw_text(chance))
    statuses, different = Counter(), []

    async def ask_all():
        for _ in range(QUESTIONS):
            (draw,) = chance.choices(draws, (50, 30, 18, 2))
            request = draw()
            answers = [await respond(door, request) for door in doors]
            drawer.learn(answers[0])
            statuses[answers[0].status] += 1
            if answers[0] != answers[1]:
                different.append(shown(request, answers))

    asyncio.run(ask_all())
    assert not different, f"{len(different)} differ:\n" + "\n\n".join(different[:20])
    assert statuses[200] > QUESTIONS / 2
    assert {200, 304, 400, 404, 405, 406} <= statuses.keys()
