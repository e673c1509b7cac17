"""Ask two running servers the same random requests, and say where their answers differ.

    python tests/bench/compare.py http://127.0.0.1:8000 http://127.0.0.1:8001 --requests 5000 --seed 1

Both have to serve the same dataset, from files of the same age, with PYTHONHASHSEED=0 in their environment, since faults
are listed in the order of a set. Half of the requests are drawn from the first server's OpenAPI document: every path,
parameters with values that the document names and with others, each format, content negotiation, codings, validators of
earlier answers, and links to the next page. The other half is that of `random_requests`: odd paths, methods and headers.
Compared are the status, the headers and the bytes of the body. Not compared are Date, X-Request-Id and Server, and what
DIFFERENCES allows, each with its reason. Every allowed difference that was met is counted. Exits with 1 where other
answers differ.
"""

import argparse
import json
import random
import sys
from collections import Counter
from itertools import takewhile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from differences import DIFFERENCES, Request, decoded, difference
from random_requests import RESOURCES, Answer, Drawer, answer, draw_requests

MOST_SHOWN = 20


def shown(request: Request, old: Answer, new: Answer) -> str:
    """Return a text that says how two answers to a request differ."""
    lines = [request.decode("latin-1").strip()]
    if old.status != new.status:
        lines.append(f"  status: {old.status}, {new.status}")
    for name in sorted(old.headers.keys() | new.headers.keys()):
        if old.headers.get(name) != new.headers.get(name):
            lines.append(f"  {name}: {old.headers.get(name)!r}, {new.headers.get(name)!r}")
    bodies = decoded(old), decoded(new)
    if old.body != new.body:
        place = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(*bodies, strict=False)))
        lines += [f"  body from {place} on: {body[max(0, place - 60) : place + 100]!r}" for body in bodies]
    return "\n".join(lines)


def compare(old_url: str, new_url: str, number: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Return how many answers were equal or allowed to differ, by why, and a text for each other pair."""
    chance = random.Random(seed)  # noqa: S311 (the same requests for the same seed)
    drawer = Drawer(chance, json.loads(answer(old_url, get("/openapi.json")).body))
    ids = {name: ids_of(old_url, name) for name in RESOURCES}
    version = answer(old_url, get("/")).headers["x-dataset-version"]
    odd = iter(draw_requests(number, ids, version, seed))
    counts: Counter[str] = Counter()
    faults = []
    for turn in range(number):
        request = next(odd) if turn % 2 else drawer.request()
        old, new = answer(old_url, request), answer(new_url, request)
        drawer.learn(old)
        counts[f"status {old.status}"] += 1
        result = difference(request, old, new)
        counts[result or "different"] += 1
        if result is None:
            faults.append(shown(request, old, new))
    return counts, faults


def get(path: str) -> Request:
    """Return a plain request."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()


def ids_of(url: str, name: str) -> list[str]:
    """Return a few ids of a resource."""
    return [record["id"] for record in json.loads(answer(url, get(f"/{name}?limit=5")).body)["data"]]


def main() -> None:
    """Compare two servers, print the result, and exit with 1 where they differ."""
    summary, _, more = __doc__.partition("\n\n")
    allowed = "\n".join(f"  {name}: {reason}" for name, (reason, _) in DIFFERENCES.items())
    parser = argparse.ArgumentParser(
        "python tests/bench/compare.py",
        description=summary,
        epilog=f"{more}\nDifferences that are allowed:\n{allowed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("old", metavar="OLD_URL")
    parser.add_argument("new", metavar="NEW_URL")
    parser.add_argument("--requests", type=int, default=5000, help="how many (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="which ones (%(default)s)")
    options = parser.parse_args()
    counts, faults = compare(options.old, options.new, options.requests, options.seed)
    print("\n\n".join(faults[:MOST_SHOWN]))
    print(f"seed {options.seed}: " + ", ".join(f"{name} {count}" for name, count in sorted(counts.items())))
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
