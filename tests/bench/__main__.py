"""Measures how fast Headcount is, beside a bare application and Datasette in the same run, and prints it as Markdown.

    python tests/bench --sizes 10k --output speed.md
    python tests/bench --sizes 10k --postgresql

Needs Linux, wrk, and `pip install -e '.[bench]'`. All it writes goes to a temporary folder, unless --keep names one.
With --postgresql the same release is also served from PostgreSQL, whose processes are counted with the server's.
"""

import argparse
import importlib.util
import itertools
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import data
import postgresql
import report
from goals import goals
from servers import HERE, Server, family, own_memory, program

SHAPES = {
    "point": "/estimates/{id}",
    "filter": "/estimates?region={region}&indicator={indicator}&limit=50",
    "filter_hot": "/estimates?region={region}&indicator={indicator}&limit=50",
    "search": "/estimates?q={q}&limit=20",
    "years": "/facets?fields=as_of_year&region={region}",
    "series": "/series?indicator={indicator}&region={region}&limit=20",
    "deep": "/estimates?limit=50&cursor=after:{id}",
}
PEERS = ("bare", "datasette")


def sizes(text):
    """Read `10k,1m`."""
    times = {"k": "000", "m": "000000"}
    return [int(one[:-1] + times[one[-1]]) if one[-1:] in times else int(one) for one in text.split(",")]


def load(folder):
    """Make the database that is served of the CSV file; say how long that took, and the most memory that it had.

    The memory is that of all its processes together, looked at five times a second.
    """
    command = [program("headcount"), "import", str(folder / "estimates.csv"), "--mapping", str(HERE / "mapping.yaml")]
    began, most = time.perf_counter(), 0.0
    with subprocess.Popen(command, env=os.environ | _database(folder), stdout=sys.stderr) as loading:
        try:
            while loading.poll() is None:
                most = max(most, sum(map(own_memory, family(loading.pid))))
                time.sleep(0.2)
        finally:
            loading.terminate()
    if loading.returncode:
        sys.exit(f"{' '.join(command)} failed")
    return {"seconds": time.perf_counter() - began, "memory": most}


def _database(folder):
    return {"HEADCOUNT_DATABASE_URL": f"sqlite:///{folder / 'headcount.db'}"}


def prepare(folder, count, peers):
    """Make the data, unless it is there; return what to ask, and how loading went."""
    made = folder / "loaded.json"
    if not made.exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "headcount.db").unlink(missing_ok=True)  # of a run that was ended
        data.write_csv(folder / "estimates.csv", count)
        loaded = load(folder) | {"bytes": (folder / "headcount.db").stat().st_size, "count": count}
        made.write_text(json.dumps(loaded))
    if "datasette" in peers and not (folder / "estimates.db").exists():
        unfinished = folder / "unfinished.db"
        unfinished.unlink(missing_ok=True)
        data.write_sqlite(unfinished, folder / "estimates.csv")
        unfinished.rename(folder / "estimates.db")
    table = folder / "estimates.csv"
    return data.questions(table, count) | {"draft": data.draft(table)}, json.loads(made.read_text())


def servers(folder, logs, options, server=None):
    """Return the servers that are measured: Headcount as users start it, with and without keeping what it answered.

    `server` is the process of PostgreSQL, if Headcount is served from there as well.
    """
    application = "peers:asgi" if options.worker_class == "asgi" else "peers:wsgi"
    gunicorn = [
        program("gunicorn"),
        *f"-k {options.worker_class} -w 2 -b 127.0.0.1:{{port}} --no-control-socket".split(),
    ]
    uvicorn = [program("uvicorn"), *"--factory peers:datasette --workers 2 --port {port} --no-access-log".split()]
    headcount = [program("headcount"), "serve", "--port", "{port}"]
    kinds = {"headcount": {}, "nothing kept": {"HEADCOUNT_CACHE_BYTES": "0"}}
    ours = [
        Server(name, headcount, logs, "/estimates?limit=1", **_database(folder), **settings)
        for name, settings in kinds.items()
    ]
    if server:
        url = {"HEADCOUNT_DATABASE_URL": options.url}
        ours += [
            Server(report.from_postgresql(name), headcount, logs, "/estimates?limit=1", [server], **url, **settings)
            for name, settings in kinds.items()
        ]
    theirs = [
        Server("bare", [*gunicorn, "--keep-alive", "5", application], logs, "/1"),
        Server("datasette", uvicorn, logs, BENCH_DATABASE=str(folder / "estimates.db")),
    ]
    return [*ours, *(one for one in theirs if one.name in options.peers)]


def paths(server, shape, asked, ours):
    """Return how a server is asked the questions of one shape."""
    if server.name == "bare":  # as many bytes as ours has on average
        some = [ours.ask(SHAPES[shape].format(**one)) for one in asked[:10]]
        return [f"/{sum(map(len, some)) // len(some)}"]
    if server.name == "datasette":
        names = [f"{key}={{{key}}}" for key in asked[0]]
        template = f"/estimates/{shape.removesuffix('_hot')}.json?_shape=array&{'&'.join(names)}"
    else:
        template = SHAPES[shape]
    return [template.format(**one) for one in asked]


def measure(folder, count, options):
    """Return all that was measured with one number of estimates."""
    asked, loaded = prepare(folder, count, options.peers)
    server = None
    if options.url:
        loaded["published"] = postgresql.publish(folder / "headcount.db", options.url)
        options.version, server = postgresql.server_of(options.url)
    with ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        running = [stack.enter_context(one) for one in servers(folder, logs, options, server)]
        ways = {
            (one, shape): paths(one, shape, asked[shape], running[0]) for one in running for shape in options.shapes
        }
        for (one, shape), asking in ways.items():
            if one.name == "datasette":
                ours, theirs = (other.ask(ways[other, shape][0]).count(b'"wording"') for other in (running[0], one))
                if ours != theirs:
                    sys.exit(f"{shape}: Headcount answers with {ours} estimates, and Datasette with {theirs}")
            one.drive(asking, 1, options.connections)
        found = {key: [] for key in ways}
        for turn in range(options.rounds):
            for shape, one in itertools.product(options.shapes, running[:: 1 if turn % 2 else -1]):
                one.settle()
                said = one.drive(ways[one, shape], options.seconds, options.connections, turn * 7919)
                found[one, shape].append(said)
                print(f"{count:,}, round {turn + 1}, {shape}, {one.name}: {said['cpu']:,.0f} µs", file=sys.stderr)
        medians = {
            (one.name, shape): {key: statistics.median(said[key] for said in turns) for key in turns[0]}
            for (one, shape), turns in found.items()
        }
        return {"count": count, "shapes": medians, "goals": goals(*running[:2], asked, loaded, options.seconds)}


def main():
    """Read what is asked for, measure it and print it."""
    summary, _, more = __doc__.partition("\n\n")
    parser = argparse.ArgumentParser(
        "python tests/bench", description=summary, epilog=more, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=sizes, default="10k", metavar="10k,100k,1m", help="numbers of estimates (10k)")
    parser.add_argument("--peers", default=",".join(PEERS), help="what is measured beside it (all: %(default)s)")
    parser.add_argument("--shapes", default=",".join(SHAPES), help="kinds of questions (all: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is driven, in turns (3)")
    parser.add_argument("--seconds", type=int, default=4, help="how long each time (4)")
    parser.add_argument("--connections", type=int, default=32, help="how many at once (32)")
    parser.add_argument("--worker-class", default="asgi", help="gunicorn's, of the bare application (asgi; or gthread)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where the data is left, and found the next time")
    parser.add_argument(
        "--postgresql",
        nargs="?",
        const="",
        metavar="URL",
        help="serve from PostgreSQL too: from a database on this machine that is for this alone, or a cluster that is started",
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="where the Markdown goes too")
    options = parser.parse_args()
    options.shapes, options.peers = options.shapes.split(","), options.peers.split(",")
    for what, named, known in (("shape", options.shapes, SHAPES), ("peer", options.peers, PEERS)):
        if unknown := set(named) - set(known):
            parser.error(f"no {what} is called {', '.join(unknown)}; expected of {', '.join(known)}")
    if sys.platform != "linux":
        parser.error("this reads /proc, which only Linux has")
    if not shutil.which("wrk"):
        parser.error("there is no wrk; `apt-get install wrk`, or https://github.com/wg/wrk")
    for package in ("datasette", "uvicorn") if "datasette" in options.peers else ():
        if not importlib.util.find_spec(package):
            parser.error(f"there is no {package}; `pip install -e '.[bench]'`")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # so that the servers are ended, too
    with ExitStack() as stack:
        root = (options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))).resolve()
        is_asked = options.postgresql is not None
        options.url = stack.enter_context(postgresql.database(options.postgresql)) if is_asked else None
        measured = [measure(root / str(count), count, options) for count in options.sizes]
    text = report.markdown(measured, options)
    print(text)
    if options.output:
        options.output.write_text(text)


if __name__ == "__main__":
    main()
