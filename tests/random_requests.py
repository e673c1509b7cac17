"""Requests of all kinds, right and wrong, drawn by a seed; and what a server answers to the bytes of one."""

import json
import random
import socket
from http.client import HTTPResponse
from typing import NamedTuple
from urllib.parse import quote

RESOURCES = ("estimates", "claims", "sources", "articles", "groups", "regions", "indicators", "hedges")
COMPUTED = ("facets", "series", "conflicts", "changes", "resolve")
OTHERS = ("", "dataset", "dataset/estimates.csv", "dataset/headcount.db", "datapackage.json", "openapi.json", "docs")
ODD_PATHS = (
    *("//estimates", "/estimates/", "/estimates//", "/%65stimates", "/estimates%2Fexact", "/estimates/ex%61ct"),
    *("/estimates/%FF", "/estimates/%C3%A9", "/estimates/%00", "/estimates/%", "/estimates/%zz", "/estimates/+"),
    *("/estimates/exact/more", "/../estimates", "/Estimates", "/nowhere", "/health/live", "/health/ready"),
    *("/explorer/style.css", "/docs/start.js", "/docs/nothing", "http://localhost/estimates?limit=2", "/chart.vl.json"),
)
PARAMETERS = (
    *("limit=2", "limit=300", "limit=0", "limit=x", "limit=2&limit=3", "offset=1", "offset=-1", "cursor=after:exact"),
    *(
        "cursor=after:gone",
        "cursor=x",
        "sort=-low",
        "sort=id,-as_of",
        "sort=nothing",
        "fields=id",
        "fields=id,group.name",
    ),
    *(
        "fields=nothing",
        "format=json",
        "format=jsonld",
        "format=atom",
        "format=csv",
        "format=ndjson",
        "format=xml",
        "q=fighters",
        "q=%22",
    ),
    *("place=iraq", "not_place=iraq", "attributed_to=pentagon", "attributed_to=nobody"),
    *("q=%FF", "q=%C3%A9", "q=%", "q=a+b", "q=a%20b", "region=iraq", "region=IRAQ", "region=irak", "not_region=iraq"),
    *(
        "region=iraq,syria",
        "region=iraq&region=syria",
        "indicator=fighters",
        "indicator=nothing",
        "as_of=2017",
        "as_of=x",
    ),
    *(
        "distinct=claim",
        "disputed=true",
        "disputed=perhaps",
        "value_min=500",
        "since=x",
        "interval=quarter",
        "by=claim",
        "agency=lake+wire",
        "not_agency=LAKE+WIRE",
        "agency=nobody",
        "compatible=true",
        "compatible=maybe",
        "kind=reports",
        "kind=parts",
    ),
    *(
        "",
        "=",
        "&",
        "a=b;c=d",
        "x=1",
        "limit=%32",
        "%6Cimit=2",
        "LIMIT=2",
        "region_scope=exact",
        "region=%69raq",
        "width=5",
    ),
)
ACCEPTED = (
    *(
        None,
        None,
        None,
        None,
        None,
        None,
        "*/*",
        "*/*",
        "*/*",
        "application/json",
        "application/ld+json",
        "text/csv",
        "application/x-ndjson",
    ),
    *(
        "text/html,application/xhtml+xml,*/*;q=0.8",
        "image/png",
        "application/json;q=0",
        "text/*",
        "application/*;q=0.5",
    ),
    *(
        "text/html, application/json;q=0",
        "",
        "nonsense",
        "application/json;charset=utf-8, */*;q=0.1",
        "application/ld+json;q=0.9, */*;q=0.9",
    ),
)
CODINGS = (
    None,
    None,
    "gzip",
    "br",
    "zstd",
    "gzip, deflate, br, zstd",
    "gzip;q=0",
    "identity",
    "*",
    "gzip;q=0.5, br;q=0.4",
    "",
    "x",
)
KNOWN = (None, None, None, None, "*", 'W/"abc"', '"abc", W/"def"', "nonsense", "")
ODD_VALUES = ("", "x", "0", "-1", "1_000", "99999999999999999999", "%00", "%FF", "ä", "a,b", "2017-13", "true", "null")
GOOD_VALUES = {
    "integer": ("1", "2", "3", "10", "1000"),
    "number": ("0", "1", "500", "7000.5", "1000000"),
    "boolean": ("true", "false", "True"),
    "string": ("2017", "2017-01/2018-03", "../2016", "iraq", "fighters", "IQ", "Daesh", "-low", "id", "after:nothing"),
}
METHODS = ("GET",) * 24 + ("HEAD", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "BREW")


def draw_requests(number: int, ids: dict[str, list[str]], version: str, seed: int = 1) -> list[bytes]:
    """Return requests as bytes; some name a version of the dataset, the live `version` or another."""
    chance = random.Random(seed)  # noqa: S311
    parameters = [*PARAMETERS, *[f"dataset={version}"] * 8, "dataset=0123456789abcdef", "dataset=x"]
    return [_draw_request(chance, ids, parameters) for _ in range(number)]


def _draw_request(chance: random.Random, ids: dict[str, list[str]], choices_of_parameters: list[str]) -> bytes:  # noqa: PLR0912
    kind = chance.random()
    if kind < 0.1:
        path = chance.choice(ODD_PATHS)
    elif kind < 0.5:
        path = f"/{chance.choice(RESOURCES)}"
    elif kind < 0.7:
        name = chance.choice(RESOURCES)
        path = f"/{name}/{chance.choice([*ids[name], 'nothing', 'no.thing', 'no_thing'])}"
    elif kind < 0.9:
        path = f"/{chance.choice(COMPUTED)}"
    else:
        path = f"/{chance.choice(OTHERS)}"
    parameters = chance.sample(choices_of_parameters, chance.choice((0, 0, 1, 1, 1, 2, 3)))
    if path == "/series":
        parameters.append("indicator=fighters")
    target = (f"{path}?{'&'.join(parameters)}" if parameters else path).encode()
    method = chance.choice(METHODS)
    lines = [b"%b %b HTTP/1.1" % (method.encode(), target), b"Host: localhost", b"Connection: close"]
    for name, choices in (("Accept", ACCEPTED), ("Accept-Encoding", CODINGS), ("If-None-Match", KNOWN)):
        if (value := chance.choice(choices)) is not None:
            lines.append(f"{name}: {value}".encode())
    more = chance.random()
    if more < 0.05:
        lines.append(b"Origin: https://example.org")
    elif more < 0.1:
        lines.append(b"Range: bytes=0-9")
    elif more < 0.15:
        lines += [b"Accept: application/ld+json"]
    elif more < 0.2:
        lines += [b"Upgrade: websocket", b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
    if method in ("POST", "PUT", "PATCH"):
        return b"\r\n".join([*lines, b"Content-Length: 2", b"", b"{}"])
    return b"\r\n".join([*lines, b"", b""])


class Answer(NamedTuple):
    """What a server answers: the headers in lower case, without those that differ each time or tell the server."""

    status: int
    headers: dict[str, str]
    body: bytes


class Drawer:
    """Draws requests from an OpenAPI document, and from the answers so far."""

    def __init__(self, chance: random.Random, document: dict) -> None:
        self.chance, self.etags, self.links = chance, [], []
        self.paths = {
            path: item["get"].get("parameters", []) for path, item in document["paths"].items() if "get" in item
        }
        self.ids = {
            parameter["name"]: parameter["schema"]["items"]["enum"]
            for parameter in self.paths["/estimates"]
            if "enum" in parameter["schema"].get("items", {})
        }

    def request(self) -> bytes:
        """Return a request."""
        if self.links and self.chance.random() < 0.2:
            target = self.links.pop()
        else:
            path = self.chance.choice(list(self.paths))
            target = self.filled(path) + self.query(self.paths[path])
        method = self.chance.choice(("GET",) * 12 + ("HEAD", "OPTIONS"))
        lines = [f"{method} {target} HTTP/1.1", "Host: localhost", "Connection: close"]
        etags = (None, None, None, "*", 'W/"other"', *self.etags[-3:])
        for name, choices in (("Accept", ACCEPTED), ("Accept-Encoding", CODINGS), ("If-None-Match", etags)):
            value = self.chance.choice(choices)
            lines += [] if value is None else [f"{name}: {value}"]
        return "\r\n".join([*lines, "", ""]).encode()

    def filled(self, path: str) -> str:
        """Return a path with an id or a file's name in it."""
        ids = self.ids.get(path.split("/")[1].removesuffix("s"), ["nothing"])
        files = ("estimates.csv", "estimates.ndjson", "headcount.db", "nothing.csv")
        filled = path.replace("{id}", quote(self.chance.choice([*ids, "nothing"])))
        return filled.replace("{name}", self.chance.choice(files))

    def query(self, parameters: list[dict]) -> str:
        """Return a query string: each parameter that has to be there, most often, and up to three others."""
        needed = [one for one in parameters if one.get("required") and self.chance.random() < 0.95]
        others = [one for one in parameters if one not in needed]
        chosen = needed + self.chance.sample(others, min(len(others), self.chance.choice((0, 1, 1, 2, 2, 3))))
        words = [f"{one['name']}={self.value(one)}" for one in chosen if one["in"] == "query"]
        if self.chance.random() < 0.03:
            words.append(self.chance.choice(("regoin=iraq", "limit=1&limit=2", "nothing", "LIMIT=1", "&")))
        return f"?{'&'.join(words)}" if words else ""

    def value(self, parameter: dict) -> str:
        """Return one or two values of a parameter, nine times of ten such as the document allows."""
        if self.chance.random() < 0.1:
            return self.chance.choice(ODD_VALUES)
        schema = parameter["schema"].get("items", parameter["schema"])
        example = parameter.get("example", [])
        known = [*schema.get("enum", ()), *(example if isinstance(example, list) else [example])]
        kind = schema.get("type", "string")
        known = known or GOOD_VALUES.get(kind if isinstance(kind, str) else kind[0], GOOD_VALUES["string"])
        number = 2 if parameter["schema"].get("type") == "array" and self.chance.random() < 0.2 else 1
        return ",".join(quote(str(self.chance.choice(known)).removesuffix(".0"), safe="") for _ in range(number))

    def learn(self, last: Answer) -> None:
        """Remember the validator of an answer, and the page after it."""
        if etag := last.headers.get("etag"):
            self.etags.append(etag)
        if last.body.startswith(b"{") and last.headers.get("content-type", "").startswith("application/json"):
            following = (json.loads(last.body).get("links") or {}).get("next")
            self.links += [following] if following else []


def answer(address: str, request: bytes) -> Answer:
    """Return the answer to the bytes of a request, which is sent on a connection of its own."""
    host, _, port = address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(request)
        response = HTTPResponse(connection, method=request.partition(b" ")[0].decode())
        response.begin()
        body = response.read()
    left_out = ("server", "date", "expires", "connection", "x-request-id")
    headers = {name.lower(): value for name, value in response.getheaders() if name.lower() not in left_out}
    if "allow" in headers:  # Flask lists a set
        headers["allow"] = ", ".join(sorted(headers["allow"].split(", ")))
    return Answer(response.status, headers, body)
